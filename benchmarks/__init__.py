"""Measurements, side by side; no test asserts a time."""
