"""What stands on paper, as trees without shapes and without algebra: written, read back, evaluated.

LaTeX or an algebra's result enters, text, LaTeX or a value leaves. Read `tree.py` first: it has the kinds.
"""
