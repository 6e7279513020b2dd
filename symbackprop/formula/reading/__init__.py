"""LaTeX enters, a `Formula` leaves, or an error that says where.

Read `latex_reader.py` first: tokens, names, words of the grammar, rules, in this order.
"""
