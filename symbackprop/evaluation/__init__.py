"""Values of formulas, by kind; `meaning.py` is the door."""
