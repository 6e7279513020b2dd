"""LaTeX as people type it enters; the same in the spelling of our own pages leaves.

Read `typed_latex.py` first.
"""
