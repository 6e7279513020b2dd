"""The error family: where, what, which sizes, and the next move."""

from __future__ import annotations


class SymbackpropError(Exception):
    """Anything the library refuses; the message says where, what, sizes and what to do."""

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        self.what, self.where, self.hint = what, where, hint
        super().__init__(": ".join(filter(None, (where, what))) + (f"\n  {hint}" if hint else ""))


class ShapeError(SymbackpropError):
    """Two sizes that should agree do not, or a rank is not the one an op is defined for."""


class DeclarationError(SymbackpropError):
    """A graph text, a name, a size or an op equation cannot be read."""


class FormulaError(SymbackpropError):
    """A typed or printed formula cannot be read or evaluated."""


class SizesError(FormulaError):
    """Sizes inside a formula, or its indices, do not fit; `sizes` are those of its two operands."""

    def __init__(
        self, what: str, *, where: str = "", hint: str = "", sizes: tuple[tuple[int, ...], ...] = ()
    ) -> None:
        super().__init__(what, where=where, hint=hint)
        self.sizes = sizes


class LimitError(SymbackpropError):
    """An input is larger than the library is willing to work on."""


class VerificationError(SymbackpropError):
    """A printed equality did not hold, or could not be checked: the page is refused."""


class TexError(SymbackpropError):
    """TeX failed, or no TeX was found."""


class SheetError(SymbackpropError):
    """A sheet module, an option of a sheet or a template cannot be used."""


# --- limits on input, in one place -------------------------------------------------------------

CHARACTERS = 2_000_000  # of a graph text
STATEMENT_LENGTH = 20_000  # characters of one statement
NODES = 100_000  # of a graph
DEPTH = 300  # of nested expressions
DIGITS = 400  # of a typed number
LARGEST, SMALLEST = 1e300, 1e-300  # of a typed number, 0 apart: products of a few stay finite
EXPONENT = 10_000
FACTORS = 64  # of a matrix power
RANK = 8
ENTRIES = 4_000_000  # of one array in a typed formula
VALUES = 50_000_000  # of one array of a graph at a point


def within(amount: int, limit: int, what: str, where: str = "") -> None:
    """Errors: `LimitError` naming the amount and the limit."""
    if amount > limit:
        raise LimitError(f"{what}: {amount}, the limit is {limit}", where=where)
