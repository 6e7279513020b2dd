"""Typed answers: read, judged, their mistakes named; `check.py` is the door."""
