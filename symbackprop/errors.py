"""The error family: where, what, which sizes, and the next move."""

from __future__ import annotations


class SymbackpropError(Exception):
    """Anything the library refuses; the message says where, what, sizes and what to do.

    `line` and `column` count from 1 and `span` holds the characters from and to, in the text of a graph or a
    formula that was read; None where there is no such text. `key` and `values` are what the message is made
    of in every language, where it has a sentence for it.
    """

    line: int | None = None
    column: int | None = None
    span: tuple[int, int] | None = None

    def __init__(
        self, what: str, *, where: str = "", hint: str = "", key: str = "",
        values: tuple[tuple[str, str], ...] = (),
    ) -> None:  # fmt: skip
        self.what, self.where, self.hint, self.key, self.values = what, where, hint, key, values
        super().__init__(what)

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.where, self.what))) + (f"\n  {self.hint}" if self.hint else "")

    def inside(self, where: str) -> None:
        """Say the place around the one that is said already."""
        self.where = f"{where}: {self.where}" if self.where else where

    def stand_at(self, span: tuple[int, int], text: str) -> None:
        """Say which characters of a text it is about."""
        start = span[0]
        self.span, self.line = span, text.count("\n", 0, start) + 1
        self.column = start - text.rfind("\n", 0, start)


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
