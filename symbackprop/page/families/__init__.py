"""Rows of a page enter; those that are one up to an index inside names leave as one, with its range.

Read `alike_rows.py` first: which rows are one; `collapsing.py` walks the page, `range_letters.py` gives one
letter to each index on it.
"""
