"""A `Page` enters, a `Report` leaves: every side read back and evaluated, every δ against the definition.

Read `equality.py` first, then `truth.py`.
"""
