"""What was declared: text or Python calls enter, a `Graph` of named nodes over interned expressions leaves.

Read `expr.py` first, then `graph.py`; `graph_text.py` reads the text, `functions.py` is what one builds with.
"""
