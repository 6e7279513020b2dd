"""Held against real systems: see the README, section pytest."""
