"""Readings of a formula or of a line enter, a verdict on the best of them leaves.

Read `court.py` first, the one place where sides are evaluated; `formula_verdict.py` and `line_verdict.py`
bring answers and lines before it, `verdict.py` is the value itself.
"""
