"""An expression and a `Convention` enter, a `Formula` leaves, or `NoMatrix` where only entries say it.

Read `convention.py` first, then `expression_formulas.py`.
"""
