"""Numbers and labels enter, a `Drawing` of lines, circles and type leaves, then its TikZ or SVG.

Read `drawing.py` first; `plots.py` is the largest of those who make one.
"""
