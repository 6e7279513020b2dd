"""An answer's text enters; its formula, its where-clauses and its letters leave.

Read `typed_answer.py` first.
"""
