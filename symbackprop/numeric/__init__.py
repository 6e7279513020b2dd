"""Numbers for a graph: a `Graph` enters, a `Point` leaves: generic inputs, forward values, error signals.

Read `points.py` first; `exact_values.py` does the same in fractions.
"""
