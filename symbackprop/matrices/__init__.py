"""Entries enter, matrix expressions leave, and back: raised, lowered, tidied, or put in Kronecker products.

Read `raising.py` first, then `tidy/`, which makes the textbook form.
"""
