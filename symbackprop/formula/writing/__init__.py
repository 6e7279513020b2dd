"""A `Formula` enters, LaTeX or Unicode text leaves: one table of binding, a table of spellings each.

Read `spelling.py` first, then `text_writer.py`, the shorter table; `walk.py` folds trees.
"""
