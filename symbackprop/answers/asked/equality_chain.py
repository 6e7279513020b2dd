r"""A typed chain of equalities as data: its sides, its signs, the letters that are free in it.

The chain is cut at the signs outside all brackets; every side is read against the derivation's names.
A letter that is no name and stands as an index runs over the axis it indexes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Literal

from symbackprop.answers.asked.visible_sizes import Shapes
from symbackprop.derivation import local_names
from symbackprop.derivation.derivation import Derivation, signal
from symbackprop.derivation.meanings import bare
from symbackprop.derivation.equation import Equation
from symbackprop.derivation.scopes import PAGE, Local, Scope
from symbackprop.errors import FormulaError, LimitError, SymbackpropError
from symbackprop.formula.reading.latex_reader import NameTable, read_formula
from symbackprop.formula.reading.tex_tokens import Source, tokenise
from symbackprop.formula.tree import (
    OPEN, At, Formula, Indicator, KroneckerDelta, Nabla, Name, Partial,
)  # fmt: skip
from symbackprop.formula.writing.text_writer import text
from symbackprop.formula.writing.walk import inside
from symbackprop.matrices.lowering import instance_of
from symbackprop.sizes import Shape, Size
from symbackprop.verify.page_values import Names
from symbackprop.verify.typed_partials import partials

_BOLD = re.compile(r"\\math(?:bf|rm|sf|cal)\{(\w)\}")
SIGNS = {"=": "=", r"\approx": "≈", r"\leq": "≤", r"\geq": "≥"}
LETTERS, CHAIN = 8, 100  # free indices and signs of one line
_OPEN = frozenset({"(", "[", "{", r"\lfloor", "⟪"})
_CLOSE = frozenset({")", "]", "}", r"\rfloor", "⟫"})
Verdict = Literal["holds", "transposed", "false", "sizes", "unreadable"]
Sizes = dict[str, tuple[Size, ...]]  # letter -> the sizes of all axes it indexes


@dataclass(frozen=True, slots=True)
class Claim:
    """A chain: its sides, the sign before each but the first, free letters, ∂y/∂x and their indices."""

    sides: tuple[Formula, ...]
    signs: tuple[str, ...]
    free: tuple[tuple[str, tuple[Size, ...]], ...]
    partials: tuple[tuple[Partial, int], ...]
    recurrent: bool


class Refused(SymbackpropError):
    """A chain that is not judged further: at which sign, why, and the sizes that do not fit, at a point."""

    def __init__(
        self, verdict: Verdict, sign: int, detail: str,
        sizes: tuple[tuple[int, ...], ...] = (), point: tuple[tuple[str, int], ...] = (),
    ) -> None:  # fmt: skip
        super().__init__(detail)
        self.verdict: Verdict = verdict
        self.sign, self.detail, self.sizes, self.point = sign, detail, sizes, point


def read_claim(d: Derivation, table: NameTable, text: str, local: Scope, free: Sizes) -> Claim:
    """The chain a text stands for. Errors: `Refused` with the sign beside which it cannot be read."""
    sides, signs = read_sides(table, text)
    try:
        return with_letters(d, table, local, free, sides, signs)
    except RecursionError:
        raise Refused("unreadable", 0, "formulas inside formulas, too deep") from None


def read_sides(table: NameTable, text: str) -> tuple[tuple[Formula, ...], tuple[str, ...]]:
    """The sides of a chain and the signs between them."""
    try:
        typed, signs = pieces(text)
    except (FormulaError, LimitError) as error:
        raise Refused("unreadable", 0, str(error)) from None
    if not signs:
        raise Refused("unreadable", 0, "no =, ≈, ≤ or ≥ is written here")
    sides = []
    for n, piece in enumerate(typed):
        try:
            sides.append(closed(read_formula(piece, table)))
        except (FormulaError, LimitError) as error:
            raise Refused("unreadable", max(n, 1), str(error)) from None
    return tuple(sides), tuple(signs)


def closed(side: Formula) -> Formula:
    """The side itself. Errors: `FormulaError` for a size that is left open, as in a bare I."""
    if any(f == OPEN for f in inside(side)):
        hint = r"Write I_n, \mathbf{1}_n, \sum_{k=1}^{n}."
        raise FormulaError("a size or the bounds of a sum are not written", where="formula", hint=hint)
    return side


def with_letters(
    d: Derivation, table: NameTable, local: Scope, free: Sizes,
    sides: tuple[Formula, ...], signs: tuple[str, ...], *, own: Mapping[Formula, Shape] | None = None,
) -> Claim:  # fmt: skip
    """The chain with its free letters, each over the axes it indexes."""
    time = d.graph.time.letter.base if d.graph.time else ""
    shapes = Shapes(d, shapes_of(d, local) if own is None else own, table.free, time)
    found: Sizes = dict(free)
    alone: dict[str, int] = {}  # letters that stand for a number
    for n, side in enumerate(sides):
        for node, index, axis in shapes.uses(side):
            letter = index.base
            if isinstance(node, At | KroneckerDelta | Indicator):
                found[letter] = (*found.get(letter, ()), *((axis,) if axis else ()))
            elif letter != time:
                alone.setdefault(letter, n)
    for letter, n in alone.items():
        if letter not in found:
            raise Refused("unreadable", max(n, 1), f"{letter!r} is not a name known here")
    recurrent = bool(time) and time in found
    found.pop(time, None)
    paired(d, found, sides)
    if unsized := next((k for k, v in found.items() if not v), None):
        raise Refused("unreadable", 1, f"over which axis the index {unsized!r} runs cannot be seen")
    if len(found) > LETTERS:
        raise Refused("unreadable", 1, f"more than {LETTERS} free indices")
    runs = tuple((k, free.get(k, tuple(dict.fromkeys(v)))) for k, v in found.items())
    return Claim(sides, signs, runs, partials(sides), recurrent)


def pieces(text: str) -> tuple[list[str], list[str]]:
    """The sides as typed, each at its place in the text, and the signs between them."""
    source = tokenise(text)
    sides, signs = [], []
    for start, stop, sign in pieces_of(source):
        before = source.places[start] if start < len(source.places) else 0
        # spaces keep the place of every token, so that a message points into the whole chain
        sides.append(" " * before + source.piece(start, stop) if start < stop else "")
        signs.append(sign)
    return sides, signs[1:]


def pieces_of(source: Source) -> list[tuple[int, int, str]]:
    """The tokens of every side, and the sign before it, empty before the first."""
    cuts, depth = [-1], 0
    for k, token in enumerate(source.tokens):
        opened = token in _OPEN or token.startswith(r"\begin{")
        depth += opened - (token in _CLOSE or token.startswith(r"\end{"))
        if depth == 0 and token in SIGNS:
            cuts.append(k)
    if len(cuts) > CHAIN:
        raise LimitError(f"more than {CHAIN - 1} signs in one line", where="formula")
    out = []
    for first, last in zip(cuts, [*cuts[1:], len(source.tokens)], strict=True):
        start, stop = first + 1, last
        start += start < stop and source.tokens[start] == "&"
        stop -= start < stop and source.tokens[stop - 1] == "&"
        out.append((start, stop, SIGNS[source.tokens[first]] if first >= 0 else ""))
    return out


def letters_of(names: Names, table: NameTable) -> NameTable:
    """The table with every small letter that is no name as a possible index."""
    taken = {x for n in table.names for x in (n.base, _BOLD.sub(r"\1", n.base))}
    spare = (x for x in ascii_lowercase if x not in taken)
    letters = tuple(dict.fromkeys((*names.letters, *spare)))
    return NameTable.of(table.names, indices=letters, functions=table.functions)


def shapes_of(d: Derivation, local: Scope = PAGE) -> dict[Formula, Shape]:
    """Own axes of every name, δ and helper."""
    out: dict[Formula, Shape] = {}
    for n, e in d.graph.symbol.items():
        assert e.symbol
        out[e.symbol.tex] = e.shape
        if n in d.backward.adjoints or n == d.of:
            out |= {bare(signal(d, n)): e.shape, Nabla(d.convention.of, e.symbol.tex): e.shape}
    if isinstance(local, Local):
        scope = local_names.of(d, local)
        instance = instance_of(scope.node, scope.definition, scope.letters)
        assert instance
        for h in instance.definitions[:-1]:
            out[scope.helper(str(h.tensor))] = tuple(i.size for i in h.at)
    return out


def paired(d: Derivation, found: Sizes, sides: tuple[Formula, ...]) -> None:
    """A letter that stands only in δ_{ij} or 1(i = y) runs as far as the other one, or the classes."""
    for node in (f for side in sides for f in inside(side)):
        if isinstance(node, KroneckerDelta | Indicator):
            for a, b in ((node.left, node.right), (node.right, node.left)):
                if isinstance(a, Name) and a.base in found and not found[a.base]:
                    found[a.base] = found.get(b.base, ()) if isinstance(b, Name) else ()
                    found[a.base] = found[a.base] or classes(d, b)


def classes(d: Derivation, f: Formula) -> tuple[Size, ...]:
    """How many classes a label has."""
    symbols = (e.symbol for e in d.graph.symbol.values())
    return tuple(s.labels for s in symbols if s and s.tex == bare(f) and s.labels)


def equation(claim: Claim, key: str, local: Scope, sizes: Mapping[str, Size]) -> Equation:
    """The chain as an equation of a page."""
    free = tuple((k, sizes[k]) for k, _ in claim.free)
    return Equation(
        key, claim.sides[0], claim.sides[1:], free=free, recurrent=claim.recurrent, local=local,
        relation=claim.signs[-1],
    )  # fmt: skip


def shown(f: Formula) -> str:
    """A formula in a message."""
    said = text(f)
    return f"`{said if len(said) < 120 else said[:120] + '…'}`"
