"""Every limit on input in one place, with one error."""

from symbackprop.errors import LimitError

CHARACTERS = 2_000_000  # of a graph text
STATEMENT = 20_000  # characters of one statement
NODES = 100_000  # of a graph
DEPTH = 300  # of nested expressions
DIGITS = 400  # of a typed number
EXPONENT = 10_000
RANK = 8
ENTRIES = 4_000_000  # of one array in a typed formula


def within(amount: int, limit: int, what: str, where: str = "") -> None:
    """Errors: `LimitError` naming the amount and the limit."""
    if amount > limit:
        raise LimitError(f"{what}: {amount}, the limit is {limit}", where=where)
