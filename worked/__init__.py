"""Worked examples: each module is a graph and its sheet, importable and built by `symbackprop build worked`."""
