"""A derivation enters, a program of array primitives leaves: values, loops over time, results.

Equal values are one node; nodes are simplified where they are made, then written in a target's words.
Read `array_kinds.py` first, then `lowering_graphs.py`; `code_writer.py` is what a target is asked by.
"""
