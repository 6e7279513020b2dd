"""A `Formula` enters, LaTeX or Unicode text leaves: one table each, one walk, one rule of brackets.

Read `walk.py` first, then `text_writer.py`, the shorter table.
"""
