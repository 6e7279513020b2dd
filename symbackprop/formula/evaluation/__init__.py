"""Values of formulas, by kind; `value.py` is the door."""
