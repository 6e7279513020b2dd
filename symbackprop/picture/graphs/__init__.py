"""A graph's picture enters, the same with coordinates leaves, then its TikZ or SVG.

Read `graph_picture.py` first, then `layout.py`, which puts the steps in order (Sugiyama's layers).
"""
