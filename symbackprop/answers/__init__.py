"""Typed answers: read, judged, their mistakes named; `checking.py` is the door."""
