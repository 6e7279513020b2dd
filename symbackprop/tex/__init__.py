"""TeX on this machine: a source and texts enter, a PDF or what its log says leaves.

User text becomes TeX in `escape.py` only. Read `engine.py` first; `engine_chain.py` finds a program.
"""
