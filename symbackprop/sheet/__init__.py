"""Exercises and verified pages enter; a document leaves, as TeX, PDF or HTML, in German or English.

Read `exercise.py` first, then `sheet.py`; `building.py` is `symbackprop build`.
"""
