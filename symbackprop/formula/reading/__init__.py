"""Reading typed TeX: tokens, names, words; `latex_reader.py` puts the words together."""
