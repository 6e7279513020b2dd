"""A sheet's convention as data: column or row vectors, names of error signals; names at their time step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeVar, cast

from symbackprop.entries.index_letters import PAPER
from symbackprop.errors import SheetError, SymbackpropError
from symbackprop.formula import tree as no
from symbackprop.formula.composing import size_formula
from symbackprop.formula.composing import size_name
from symbackprop.formula.printed_names import EYES
from symbackprop.formula.tree import Formula, Mark, Name
from symbackprop.graph.expr import Expr, Symbol
from symbackprop.sizes import Size
from symbackprop.tex.math_commands import admitted

T = TypeVar("T")

# pairs (axes of y, axes of x) for which ∂y/∂x stands transposed: without it its rows belong to y
TURNED = {
    "gradient":    (),
    "numerator":   ((0, 2),),
    "denominator": ((0, 1), (1, 0), (1, 1), (2, 0)),
}  # fmt: skip
CHOICES = {
    "vectors": ("column", "row"),
    "signal": ("delta", "bar", "partial"),
    "layout": tuple(TURNED),
    "sums": ("shape", "ones", "sigma"),
    "numbers": ("fractions", "decimals"),
}


class NoMatrix(SymbackpropError):
    """The expression has no matrix form; it prints in indices."""


@dataclass(frozen=True, slots=True)
class Convention:
    """Notation as data. `vectors`: 'column' | 'row'; `signal`: 'delta' | 'bar' | 'partial'.

    `sums` over an axis: 'sigma' (Σ over entries), 'ones' (products with a column of ones), or 'shape' (Σ
    where a number comes out, products with ones where an array does).

    `numbers`: 'decimals' where a graph has some, 0.1 and 0.044715; else fractions.

    `layout` of ∂y/∂x: 'gradient' (rows belong to y, but the derivative of a number has the shape of x),
    'numerator' (rows always belong to y) or 'denominator' (rows always belong to x).
    `signals` gives single error signals their own printed name, ((node, LaTeX), …);
    `letters` are the index letters no symbol of the graph uses; `of` is the name of the output;
    `identity` is how the identity prints, boldly where `I` is a symbol; `room` are the differences of sizes
    that are never negative in the graph, None where no graph is known.
    """

    vectors: str = "column"
    signal: str = "delta"
    layout: str = "gradient"
    sums: str = "shape"
    numbers: str = "fractions"
    signals: tuple[tuple[str, Name], ...] = ()
    of: Name = field(default_factory=lambda: Name("L"))
    letters: str = PAPER
    identity: str = EYES[0]
    room: tuple[Size, ...] | None = None

    def __post_init__(self) -> None:
        for option, allowed in CHOICES.items():
            if (given := getattr(self, option)) not in allowed:
                *most, last = map(repr, allowed)
                raise SheetError(f"{option} is {', '.join(most)} or {last}, not {given!r}",
                                 where="convention")  # fmt: skip

        for part in (x for _, n in self.signals for x in (n.base, n.sup, n.sub)):
            admitted(part, where="convention")
        if not (self.letters.isascii() and (self.letters.isalpha() or not self.letters)):
            raise SheetError(f"index letters are letters, not {self.letters!r}", where="convention")

    def turned(self, rows: int, columns: int) -> bool:
        """Whether ∂y/∂x, of so many axes of y and of x, stands transposed: the axes of x first."""
        return (rows, columns) in TURNED[self.layout]

    def chained(self, factors: Sequence[T]) -> list[T]:
        """The factors of a chain, from the output to the variable, in the order they multiply in."""
        return list(reversed(factors)) if self.layout == "denominator" else list(factors)


def time_index(s: Symbol) -> Formula:
    t = size_name(s.time)
    if not s.shift:
        return t
    step = no.Number(Fraction(abs(s.shift)))
    return no.Plus((t, step if s.shift > 0 else no.Minus(step)))


def timed(name: Formula, s: Symbol) -> Formula:
    if s.at is not None:
        return no.At(name, (size_formula(s.at),))
    return no.At(name, (time_index(s),)) if s.time else name


def symbol_formula(s: Symbol, c: Convention) -> Formula:
    """A symbol, or an error signal in the sheet's notation, at its time."""
    if not s.cotangent:
        return timed(s.tex, s)
    own = dict(c.signals).get(s.name)
    if own:
        return timed(own, s)
    if c.signal == "bar":
        return timed(s.tex.unmarked.under(Mark.BAR), s)
    timeless = not s.time and s.at is None
    if c.signal == "partial" and timeless:  # in the shape of the variable, so ∇ for arrays
        return (no.Nabla if s.shape else no.Partial)(c.of, s.tex.unmarked)
    if c.signal == "partial" and s.tex.stack:
        return no.Nabla(c.of, timed(s.tex.unmarked, s))
    return timed(s.tex, s)


def function_key(e: Expr) -> str:
    """The name a function is called by: the op, with every attribute that is not the default."""
    return e.op.name + "".join(f"[{k}={attribute_text(v)}]" for k, v in e.attributes)


def attribute_text(v: object) -> str:
    return "×".join(map(str, cast("tuple[object, ...]", v))) if isinstance(v, tuple) else str(v)
