"""The readings of a typed formula; `readings.py` is the door."""
