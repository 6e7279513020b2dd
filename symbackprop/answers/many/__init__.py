"""A file of answers and an executor enter, one row of results for each leaves, in order.

Read `checking_many.py` first.
"""
