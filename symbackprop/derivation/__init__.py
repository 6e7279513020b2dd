"""`derive`: a `Graph` enters, a `Derivation` leaves: its backward pass, with the convention it is written in.

Read `derivation.py` first; `equation.py` is what a line says, `report.py` what a verification found.
"""
