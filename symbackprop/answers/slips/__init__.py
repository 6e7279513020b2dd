"""A wrong answer enters; the mistake that gives its values, and a small counterexample, leave.

Read `named_mistakes.py` first, then `wrong_derivations.py`.
"""
