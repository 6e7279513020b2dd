"""Readings of a formula or of a line enter, a verdict on the best of them leaves.

Read `formula_verdict.py` first; `verdict.py` is the value itself, `line_verdict.py` holds `judge`.
"""
