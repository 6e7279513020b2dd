"""A `Graph` enters, its `Backward` leaves: one error signal for each named node, as a sum over its uses.

Read `reverse_pass.py` first, then `local_derivatives.py`, which derives the pullback of one definition.
"""
