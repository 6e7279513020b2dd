"""Worked examples: each module is a graph and its sheet; `symbackprop build worked`."""
