"""A worked solution enters; each of its lines leaves with what holds, what is false and what follows.

Read `solution.py` first.
"""
