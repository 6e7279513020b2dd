"""A `Formula` and the values of its names enter, an array or exact fractions leave.

Read `value.py` first, then `environment.py`.
"""
