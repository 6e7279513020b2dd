"""Windows as a person writes them: a loop over the offsets in the window, and slices of the arrays.

The lines come from the entries of one definition: each of its terms is a product of reads, some at i + r for
an index r of the window. Backwards the same slices receive what they sent, so what overlaps is added up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from string import ascii_lowercase

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.code_names import CodeNames
from symbackprop.emit.literals import bare, safe, shape_code, size_code
from symbackprop.entries.index_letters import OFFSETS
from symbackprop.entries import Affine, Elem, Index, Position, Term
from symbackprop.errors import SymbackpropError
from symbackprop.graph.expr import Expr
from symbackprop.matrices.lowering import lower
from symbackprop.sizes import Size, size

WINDOW = "window"
COUNTS = {1: ("length",), 2: ("rows", "columns"), 3: ("layers", "rows", "columns")}  # what slices have


@dataclass(frozen=True, slots=True)
class Reading:
    """One array of a term: its name, the code of its axes, and the letters of those that are left."""

    name: str
    axes: tuple[str, ...]
    letters: str

    def code(self, array: str) -> str:
        return array if set(self.axes) <= {":"} else f"{array}[{', '.join(self.axes)}]"


@dataclass(frozen=True, slots=True)
class Summand:
    """coefficient · Π reads, summed over the offsets of a window and over letters the result has not."""

    coefficient: Fraction
    reads: tuple[Reading, ...]
    loops: tuple[tuple[str, Size], ...]


@dataclass(frozen=True, slots=True)
class WindowLoops:
    """The lines of both passes, below those that count; every gradient has the name of its δ."""

    counted: tuple[str, ...]
    ahead: tuple[str, ...]
    back: tuple[str, ...]


class NoLoop(SymbackpropError):
    """The definition is none of this kind."""


def window_loops(d: Derivation, names: CodeNames) -> WindowLoops | None:
    """The lines for a graph of one definition; None where it has no windows, or reads beyond an array."""
    if len(d.graph.definition) != 1 or d.graph.time or d.of in d.wrt:
        return None
    low = lower(d.graph.definition[d.of], d.convention.letters)
    if low is None or low.helpers:
        return None
    try:
        made = Loops(d, names, low.at, low.right.terms)
        return WindowLoops(*map(tuple, (made.counted(), made.ahead(), made.back()))) if made.windows else None
    except NoLoop:
        return None


class Loops:
    """One definition, its letters and names chosen."""

    def __init__(self, d: Derivation, names: CodeNames, at: tuple[Index, ...], terms: Sequence[Term]) -> None:
        self.d, self.names, self.at = d, names, at
        elems = [a for t in terms for a, _ in t.factors if isinstance(a, Elem)]
        moved = [p for e in elems for p in e.at if isinstance(p, Affine) and not p.plain]
        self.windows = bool(moved)
        slid = {i.name: i for p in moved for i in [self.kept(p, at)]}
        room = {safe(x) for x in (*d.graph.symbol, *d.graph.sizes, *names.bars.values())}
        counted = [i for i in at if i.name in slid]
        words = COUNTS.get(len(counted), ())
        plain = len(words) == len(counted) and not room & {*words}
        if not plain:
            raise NoLoop("no loop over a window")
        self.counts = {i.name: w for i, w in zip(counted, words, strict=True)}
        spare = iter([c for c in OFFSETS if c not in room])
        offsets = dict.fromkeys(i for t in terms for i in t.bound if self.offset(i, moved))
        self.offsets = {i.name: next(spare, "") for i in offsets}
        self.letters = lettered(
            [*at, *(i for t in terms for i in t.bound if i.name not in self.offsets)], elems
        )
        self.summands = [self.summand(t) for t in terms]
        sliced = {
            r.axes for s in self.summands for r in s.reads if len(s.reads) > 1 and set(r.axes) & moves(r)
        }
        self.window = ""
        if len(sliced) == 1 and WINDOW not in room:  # it stands in several lines, so it gets a name
            (axes,) = sliced
            self.window = f"np.s_[{', '.join(axes)}]"
            self.summands = [
                replace(s, reads=tuple(replace(r, axes=(WINDOW,)) if r.axes == axes else r for r in s.reads))
                for s in self.summands
            ]
        self.out = "".join(self.letters[i.name] for i in at)

    def kept(self, p: Affine, at: tuple[Index, ...]) -> Index:
        """The one index of the result in a position that moves."""
        found = [i for i, _ in p.terms if i in at]
        if len(found) != 1:
            raise NoLoop("no loop over a window")
        return found[0]

    def offset(self, i: Index, moved: Sequence[Affine]) -> bool:
        return any(i == k for p in moved for k, _ in p.terms) and i not in self.at

    def summand(self, t: Term) -> Summand:
        """One term."""
        reads = []
        for a, x in t.factors:
            tensor = a.tensor if isinstance(a, Elem) else None
            if not isinstance(tensor, Expr) or not isinstance(a, Elem) or tensor.symbol is None or x != 1:
                raise NoLoop("no loop over a window")
            axes = [self.axis(p, n) for p, n in zip(a.at, tensor.shape, strict=True)]
            letters = "".join(letter for _, letter in axes)
            reads.append(Reading(tensor.own.name, tuple(code for code, _ in axes), letters))
        if len({r.name for r in reads}) < len(reads):
            raise NoLoop("no loop over a window")
        loops = tuple((self.offsets[i.name], i.size) for i in t.bound if i.name in self.offsets)
        return Summand(t.coefficient, tuple(reads), loops)

    def axis(self, p: Position, extent: Size) -> tuple[str, str]:
        """The code of one axis, and its letter where it stays one."""
        if not isinstance(p, Affine):
            raise NoLoop("no loop over a window")
        if (i := p.plain) is not None:
            return (self.offsets[i.name], "") if i.name in self.offsets else (":", self.letters[i.name])
        i = self.kept(p, self.at)
        stride = dict(p.terms)[i]
        steps = [(k, a) for k, a in p.terms if k != i]
        last = p.offset + (i.size - 1) * stride
        for k, a in steps:
            last = last + (k.size - 1) * a
        inside = (extent - 1 - last).number
        if min(stride, *(a for _, a in steps), 0) < 0 or any(k.name not in self.offsets for k, _ in steps):
            raise NoLoop("no loop over a window")
        if (p.offset.number or 0) < 0 or p.offset.number is None or inside is None or inside < 0:
            raise NoLoop("no loop over a window")  # it reads beyond the array
        parts = [self.offsets[k.name] if a == 1 else f"{a} * {self.offsets[k.name]}" for k, a in steps]
        start = " + ".join([*parts, *([str(p.offset)] if p.offset.terms else [])]) or "0"
        count = self.counts[i.name] if stride == 1 else f"{stride} * {self.counts[i.name]}"
        return f"{start}:{start} + {count}" + (f":{stride}" if stride > 1 else ""), self.letters[i.name]

    # --- lines -------------------------------------------------------------------------------------------

    def counted(self) -> list[str]:
        """How many rows and columns the slices have."""
        said = [(w, i.size) for i in self.at if (w := self.counts.get(i.name))]
        names, values = ", ".join(w for w, _ in said), ", ".join(bare(size_code(n)) for _, n in said)
        return [f"{names} = {values}"]

    def looped(self, loops: tuple[tuple[str, Size], ...], lines: Sequence[str]) -> list[str]:
        """The lines once for every offset, below the window if they name it."""
        named = [f"{WINDOW} = {self.window}"] if any(f"[{WINDOW}]" in x for x in lines) else []
        return looped(loops, [*named, *lines])

    def ahead(self) -> list[str]:
        """The value, from zeros."""
        shape = shape_code(tuple(size(self.counts.get(i.name, i.size)) for i in self.at))
        y = safe(self.d.of)
        work = [f"{y} = np.zeros({shape})"]
        for loops, same in groupby(self.summands, key=lambda s: s.loops):
            lines = [added(y, self.product(s.reads, self.out, s.coefficient)) for s in same]
            work += self.looped(loops, lines)
        return work

    def back(self) -> list[str]:
        """Every gradient, from zeros; what is read at one place only is a sum at once."""
        bar = Reading("", (), self.out)
        zeros, work = list[str](), list[str]()
        for loops, same in groupby(self.summands, key=lambda s: s.loops):
            lines = list[str]()
            for s in same:
                for r in (r for r in s.reads if r.name in self.d.wrt):
                    others = [x for x in s.reads if x is not r]
                    value = self.product([bar, *others], r.letters, s.coefficient)
                    target = self.names.bar(r.name)
                    alone = sum(x.name == r.name for t in self.summands for x in t.reads) == 1
                    if alone and not loops:
                        lines.append(f"{target} = {value}")
                        continue
                    zeros += [f"{target} = np.zeros({self.shape(r.name)})"]
                    lines.append(added(r.code(target), value))
            work += self.looped(loops, lines)
        return [*dict.fromkeys(zeros), *work]

    def shape(self, name: str) -> str:
        return f"{safe(name)}.shape"

    def product(self, reads: Sequence[Reading], letters: str, coefficient: Fraction) -> str:
        """A product of slices, summed over the letters that are not in the result."""
        codes = [r.code(safe(r.name)) if r.name else self.names.bar(self.d.of) for r in reads]
        if len(reads) == 1:
            code = alone(codes[0], reads[0].letters, letters)
        elif {*letters} <= {*"".join(r.letters for r in reads)}:
            pattern = f"{','.join(r.letters for r in reads)}->{letters}"
            code = f'np.einsum("{pattern}", {", ".join(codes)})'
        else:
            raise NoLoop("no loop over a window")
        return scaled(code, coefficient)


def moves(r: Reading) -> set[str]:
    """The axes that are slices which move with the offsets."""
    return {x for x in r.axes if ":" in x and x != ":"}


def lettered(indices: Sequence[Index], elems: Sequence[Elem]) -> Mapping[str, str]:
    """A letter for each index: that of its size, or of the axis it slides along, where one is free."""
    out: dict[str, str] = {}
    for i in dict.fromkeys(indices):
        axes = [size_letter(i.size)] + [
            size_letter(n)
            for e in elems
            if isinstance(e.tensor, Expr)
            for p, n in zip(e.at, e.tensor.shape, strict=True)
            if isinstance(p, Affine) and i in dict(p.terms)
        ]
        free = [c for c in (*axes, *ascii_lowercase) if c and c not in out.values()]
        out[i.name] = free[0]
    return out


def size_letter(n: Size) -> str:
    name = str(n)
    return name if len(name) == 1 and name.isalpha() and name.isascii() else ""


def alone(code: str, own: str, letters: str) -> str:
    """One array in the axes of the result: as it is, summed over the rest, or given axes behind its own."""
    if own == letters:
        return code
    if {*letters} <= {*own} and [c for c in own if c in letters] == [*letters]:
        gone = [str(k) for k, c in enumerate(own) if c not in letters]
        said = ", ".join(gone)
        return f"{code}.sum(axis=({said}))" if len(gone) > 1 else f"{code}.sum(axis={said})"
    if {*own} <= {*letters} and [c for c in letters if c in own] == [*own]:
        behind = letters[letters.index(own[0]) :] if own else ""
        return f"{code}[{', '.join(':' if c in own else 'None' for c in behind)}]" if own else code
    raise NoLoop("no loop over a window")


def scaled(code: str, c: Fraction) -> str:
    """A number times code."""
    sign = "-" if c < 0 else ""
    ahead = "" if abs(c.numerator) == 1 else f"{abs(c.numerator)} * "
    return f"{sign}{ahead}{code}" + (f" / {c.denominator}" if c.denominator > 1 else "")


def added(target: str, value: str) -> str:
    return f"{target} -= {value[1:]}" if value.startswith("-") else f"{target} += {value}"


def looped(loops: tuple[tuple[str, Size], ...], lines: Sequence[str]) -> list[str]:
    """The lines once for every offset."""
    if not loops or not lines:
        return list(lines)
    names = ", ".join(n for n, _ in loops)
    extents = [bare(size_code(n)) for _, n in loops]
    walked = f"range({extents[0]})" if len(loops) == 1 else f"np.ndindex({', '.join(extents)})"
    return [f"for {names} in {walked}:", *(f"    {x}" for x in lines)]
