"""A derivation with time steps enters; closed forms of its recurrences, and what they cannot exceed, leave.

Read `recurrence_solutions.py` first.
"""
