"""A `Derivation` enters, a `Page` leaves: sections of equations, tables and pictures, in no language yet.

Read `page.py` first, then `outline.py`, which puts the sections in order, one file each.
"""
