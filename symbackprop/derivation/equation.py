"""What is said in a line: an equality between formulas, or a sentence of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symbackprop.backward.reads import Read
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.scopes import PAGE, Scope
from symbackprop.formula.composing import size_formula
from symbackprop.formula.tree import At, Formula, IndexRange, Name, number
from symbackprop.graph.expr import Expr, Symbol
from symbackprop.notation.convention import symbol_formula
from symbackprop.sizes import Shape, Size


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence of the catalogue, by key, with what stands in its gaps."""

    key: str
    values: tuple[tuple[str, Formula | Phrase | str | int], ...] = ()


@dataclass(frozen=True, slots=True)
class Through:
    """What one braced term is the contribution of: some reads of one consumer, and what its brace names."""

    reads: tuple[Read, ...]
    named: Expr  # seen from the node: h_{t+1} where the next step reads it


@dataclass(frozen=True, slots=True)
class Equation:
    """left = side = side …: every side is evaluated against the left before it is printed.

    `relation` is the last sign: '=' (equal to 1e-10), '≈' (the last side is rounded: equal within its
    digits) or '≤' (in every entry).
    `shape` is printed beside it where given. `free` are the free index letters with the sizes
    they run over; `recurrent` equations hold at every time step.
    `local` says which names it may use beside those of the page, and at which values. `steps` are sides too,
    from the chain rule on: a page that can unfold shows them where a reader asks why.
    `through` is what its braced terms stand for, in the order they are printed.
    """

    key: str
    left: Formula
    sides: tuple[Formula, ...]
    shape: Shape | None = None
    free: tuple[tuple[str, Size], ...] = ()
    recurrent: bool = False
    local: Scope = PAGE
    relation: str = "="
    boxed: bool = False
    over: Family | None = None
    steps: tuple[Formula, ...] = ()
    through: tuple[Through, ...] = ()

    @property
    def every(self) -> tuple[Formula, ...]:
        """All that is said to be equal, the left side first."""
        return (self.left, *self.steps, *self.sides)

    @property
    def leaves(self) -> tuple[Equation, ...]:
        """The equations it stands for: itself, or every one of its family."""
        return tuple(x for m in self.over.members for x in m.leaves) if self.over else (self,)

    @property
    def sizes(self) -> tuple[Formula, ...] | None:
        """Its size; of a family with the index in it where those of the members differ. None: not said."""
        if self.shape is None:
            return (self.over.size or None) if self.over else None
        return tuple(map(size_formula, self.shape))

    @property
    def ranges(self) -> tuple[IndexRange, ...]:
        """The ranges of its indices, the outermost first; of entries none is said."""
        if self.over:
            return (self.over.range, *self.over.members[0].ranges)
        return (stack_range(*self.free[0]),) if self.stacked else ()

    @property
    def stacked(self) -> bool:
        """Whether it is about each matrix of a stack."""
        return len(self.free) == 1 and len(self.shape or ()) > 1


def stack_range(letter: str, extent: Size) -> IndexRange:
    """Which matrices of a stack there are: i = 1, 2, or i = 1, …, n."""
    count = extent.number
    last = size_formula(extent)
    values = tuple(map(number, range(1, count + 1))) if count else (number(1), last)
    return IndexRange(Name(letter), values)


@dataclass(frozen=True, slots=True)
class Family:
    """Equations that are one but for an index inside names; an equation over a family is the generic one.

    Printing walks the generic equation and says the range, verification walks the members, and the generic
    one at each value is a member. `aliases` are names that the generic one has at some value and nobody else:
    z^{(0)} is x. `size` is the generic size where those of the members differ.
    """

    range: IndexRange
    members: tuple[Equation, ...]
    aliases: tuple[tuple[Name, Name], ...] = ()
    size: tuple[Formula, ...] = ()


# --- rows of a page: names as they print, and a name set equal to expressions ---------------------


def symbol_of(d: Derivation, name: str) -> Symbol:
    return d.graph.symbol[name].own


def printed(d: Derivation, name: str) -> Name:
    """A name without its time step."""
    return symbol_of(d, name).tex


def name_of(d: Derivation, name: str) -> Formula:
    """A name at its time step."""
    return symbol_formula(symbol_of(d, name), d.convention)


def one_of(d: Derivation, name: str) -> Formula:
    """A name as sentences and pictures say it: at its time step, of a stack one matrix."""
    f = name_of(d, name)
    return At(f, (Name(d.convention.letters[0]),)) if isinstance(f, Name) and f.stack else f


def equation(d: Derivation, key: str, left: Formula, sides: Sequence[Expr], shape: Shape, *,
             recurrent: bool = False, boxed: bool = False) -> Equation:  # fmt: skip
    """left = sides; in indices, with the left side's entry, where no matrix says a side."""
    said = d.line(left, sides)
    return Equation(key, said.left, distinct(said.sides), said.shape, said.free, recurrent, boxed=boxed)


def distinct(sides: Sequence[Formula]) -> tuple[Formula, ...]:
    """The sides, each once."""
    return tuple(dict.fromkeys(sides))
