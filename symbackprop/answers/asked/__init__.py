"""A derivation and what is asked for enter; points, and what is right at each of them, leave.

Read `target.py` first, then `right_values.py`.
"""
