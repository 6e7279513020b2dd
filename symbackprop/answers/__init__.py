"""What somebody typed enters, a `Verdict` leaves: whether it is right, and which mistake explains it.

Read `checking.py` first: `asked/` is what is right, `typed/` what was written, `verdicts/` holds one against
the other, `slips/` explains, `solution/` goes line by line, `many/` takes a file of answers.
"""
