"""Reading typed TeX: tokens, names, words; `formula.py` puts the words together."""
