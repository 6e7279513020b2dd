"""A formula written in a language: one table of how kinds bind, one rule for brackets, spellings by language.

A language says how each kind is put together from its written children: a form such as `$0/$1`, or a
function of this file. The walk never recurses, so a formula of any depth can be written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise
from typing import Any

from symbackprop.formula.tree import (
    ONE, Array, At, Braced, Call, Commutation, Decimal, Eye, Floor, Formula, HPower, Hadamard,
    IndexRange, Indicator, Kron, KroneckerDelta, Mark, Minus, Nabla, Name, Number, Ones, Oslash, Over,
    Partial, Plus, Power, Product, Sized, Span, Sum, SumOver, Times, Transpose, Unit, Zeros,
)  # fmt: skip
from symbackprop.formula.writing.walk import canonical, children, fold

# How tightly a written piece binds, loosest first.
ANY = 0  # enclosed by its surroundings: nothing needs a bracket here
PLUS = 10
MINUS = 20
HADAMARD = 30
KRON = 40
TIMES = 50
BIG = 55  # Σ and Π: they swallow what follows, so they may stand last in a product only
FACTOR = 60  # a factor that can take no further script
INVERTED = 61  # A^{-1}: a transpose joins it, A^{-⊤}
SUBBED = 63  # its subscript is used: it may still be transposed or raised entry by entry
SUPPED = 66  # its superscript is part of the name: ⊤ and ⊙k join it, indices may follow
ATOM = 70


@dataclass(frozen=True, slots=True)
class Piece:
    """Written mathematics whose scripts are still open: core, superscript, subscript, arguments."""

    core: str
    sup: str = ""
    sub: str = ""
    tail: str = ""
    level: int = ATOM
    tall: bool = False
    deep: int = 0  # brackets inside brackets
    hung: bool = False  # the tail is a script of its own, which braces keep apart from further ones


Pieces = Sequence[Piece]
Write = Callable[[Any, Pieces, "Language"], "Piece | str"]


@dataclass(frozen=True, slots=True)
class Row:
    """How tightly one kind binds, what its children need, and how it is written."""

    level: int
    needs: tuple[int, ...]  # child by child; the last one stands for all further children
    last: int | None = None  # what the final child needs, where that differs
    tall: bool = False
    write: Write | str = ""  # a form, `$0/$1`, names its written children

    def need(self, position: int, count: int) -> int:
        """The least level at which the child at `position` stands without brackets."""
        if self.last is not None and position == count - 1:
            return self.last
        return self.needs[min(position, len(self.needs) - 1)]


@dataclass(frozen=True, slots=True)
class Language:
    """A table of rows, and what they leave open.

    `attach` writes a piece with its scripts, `letters` what a name holds in TeX, `mark` a letter
    under a mark, `index` one index of several (`alone`: the only one), `gap` what stands between two
    factors. `drawn` are functions that are drawn around their argument, `function` spells the others, with
    their primes. `nested` are the pairs of brackets by how many stand inside, the last one for all further;
    `growing` is the pair around what is taller than a line.
    """

    rows: Mapping[type, Row]
    attach: Callable[[Piece], str]
    letters: Callable[[str], str]
    mark: Callable[[Mark, str], str]
    index: Callable[[Formula, str, bool], str]
    gap: Callable[[Formula, Formula], str]
    function: Callable[[str, int], str]
    drawn: Mapping[str, Callable[[Call, Piece, Language], Piece]]
    minus: str = "-"
    nested: tuple[tuple[str, str], ...] = (("(", ")"),)
    growing: tuple[str, str] = ("(", ")")
    point: str = "."  # of a decimal number


def write(formula: Formula, language: Language) -> str:
    """The formula in a language."""
    return language.attach(
        fold(canonical(formula), operands, lambda node, parts: _written(node, parts, language))
    )


def _written(node: Formula, parts: list[Piece], language: Language) -> Piece:
    row = language.rows[type(node)]
    placed = [
        bracketed(part, language) if part.level < row.need(k, len(parts)) else part
        for k, part in enumerate(parts)
    ]
    write = row.write
    piece = filled(write, placed, language) if isinstance(write, str) else write(node, placed, language)
    if isinstance(piece, str):
        tall = row.tall or any(part.tall for part in placed)
        piece = Piece(piece, level=row.level, tall=tall)
    deep = max((part.deep for part in placed), default=0)
    return piece if piece.deep >= deep else replace(piece, deep=deep)


def operands(node: Formula) -> tuple[Formula, ...]:
    """What is written inside a node; the sign of a term belongs to its sum."""
    if isinstance(node, Plus):
        return tuple(t.operand if isinstance(t, Minus) else t for t in node.terms)
    return children(node)


def bracketed(piece: Piece, language: Language) -> Piece:
    """The piece in brackets, which grow with what they hold."""
    left, right = brackets((piece,), language)
    return Piece(left + language.attach(piece) + right, tall=piece.tall, deep=piece.deep + 1)


def brackets(inside: Pieces, language: Language) -> tuple[str, str]:
    """The pair around some pieces."""
    if any(p.tall for p in inside):
        return language.growing
    nested = language.nested
    return nested[min(max((p.deep for p in inside), default=0), len(nested) - 1)]


# --- how kinds are put together --------------------------------------------------------------------


def filled(form: str, parts: Pieces, language: Language) -> str:
    """A form with written children in their places."""
    return re.sub(r"\$(\d)", lambda m: language.attach(parts[int(m[1])]), form)


def chain(sign: str) -> Write:
    """Operands with a sign between them."""
    return lambda _, parts, language: sign.join(map(language.attach, parts))


def script(core: str, form: str = "$0") -> Write:
    """A letter with a subscript."""
    return lambda _, parts, language: Piece(core, sub=filled(form, parts, language), level=SUBBED)


def flat(p: Piece, language: Language) -> Piece:
    """The piece with its arguments inside the core, so that a script stands after them."""
    if not p.tail:
        return p
    core = language.attach(p)
    return replace(p, core="{" + core + "}" if p.hung else core, sup="", sub="", tail="", hung=False)


def name(node: Name, _: Pieces, language: Language) -> Piece:
    base, sup, sub = map(language.letters, (node.base, node.sup, node.sub))
    base = reduce(lambda shown, mark: language.mark(mark, shown), reversed(node.marks), base)
    sup = f"({language.letters(ANY_OF)})" if node.stack else sup
    return Piece(base, sup, sub, level=SUPPED if sup else ATOM)


ANY_OF = r"\cdot"  # in the place of an index: all of a stack


def digits(node: Number | Decimal, _: Pieces, language: Language) -> str:
    return node.digits.replace(".", language.point) if isinstance(node, Decimal) else str(node.value)


def at(node: At, parts: Pieces, language: Language) -> Piece:
    p, nodes, shown = flat(parts[0], language), node.indices, parts[1:]
    if isinstance(node.base, Name) and node.base.stack:
        p = replace(p, sup=f"({language.index(nodes[0], language.attach(shown[0]), True)})")
        nodes, shown = nodes[1:], shown[1:]
    sub = indices(nodes, shown, language, crowded=bool(p.sub))
    level = SUPPED if p.sup else ATOM
    return replace(p, sub=f"{p.sub},{sub}" if p.sub and sub else p.sub or sub, level=level)


def indices(nodes: Sequence[Formula], parts: Pieces, language: Language, *, crowded: bool) -> str:
    """Indices side by side where each is one letter, else with commas."""
    close = not crowded and all(map(plain_letter, nodes)) and Name("t") not in nodes
    shown = (language.index(n, language.attach(p), len(nodes) == 1)
             for n, p in zip(nodes, parts, strict=True))  # fmt: skip
    return ("" if close else ",").join(shown)


def plain_letter(index: Formula) -> bool:
    """Whether an index is one bare letter, so that it can stand next to another: B_{ij}."""
    return isinstance(index, Name) and len(index.base) == 1 and not (index.sup or index.sub)


def kronecker(node: KroneckerDelta, parts: Pieces, language: Language) -> str:
    """[i = j]: δ is for error signals."""
    return filled("[$0 = $1]", parts, language)


def plus(node: Plus, parts: Pieces, language: Language) -> str:
    signs = [language.minus if isinstance(t, Minus) else "+" for t in node.terms]
    shown = "".join(f" {s} {language.attach(p)}" for s, p in zip(signs, parts, strict=True))
    return (language.minus if isinstance(node.terms[0], Minus) else "") + shown[3:]


def times(node: Times, parts: Pieces, language: Language) -> str:
    gaps = ["", *map(language.gap, node.factors, node.factors[1:])]
    return "".join(gap + language.attach(p) for gap, p in zip(gaps, parts, strict=True))


def starts_with_digit(node: Formula) -> bool:
    while isinstance(node, Power | HPower | At):
        node = node.base
    return isinstance(node, Number | Decimal | Zeros)


def transpose(mark: str) -> Write:
    """aᵀ; (A⁻¹)ᵀ has one script for both."""

    def written(_: Transpose, parts: Pieces, language: Language) -> Piece:
        if parts[0].level == INVERTED:
            return replace(parts[0], sup=f"-{mark}", level=FACTOR)
        return raised(parts[0], mark, language)

    return written


def raised(p: Piece, mark: str, language: Language, gap: str = "") -> Piece:
    """The piece with one more mark in its superscript."""
    p = flat(p, language)
    return replace(p, sup=p.sup + gap + mark if p.sup else mark, level=FACTOR)


def inverted(node: Formula, base: Piece) -> Piece | None:
    """A^{-1}; None for another power, and for a function, f^{-1} of which would be its inverse."""
    inverse = isinstance(node, Power) and node.exponent == Minus(ONE) and not base.tail
    return replace(base, sup="-1", level=INVERTED) if inverse else None


def call(node: Call, parts: Pieces, language: Language) -> Piece:
    """A function of its arguments, or what is drawn around its only one."""
    if node.function in language.drawn and len(parts) == 1 and not node.primes:
        return language.drawn[node.function](node, parts[0], language)
    left, right = brackets(parts, language)
    inside = ", ".join(map(language.attach, parts))
    deep = 1 + max((p.deep for p in parts), default=0)
    core = language.function(node.function, node.primes)
    return Piece(core, tail=left + inside + right, tall=any(p.tall for p in parts), deep=deep)


def drawn(form: str) -> Callable[[Call, Piece, Language], Piece]:
    """A function by what is drawn around its argument."""
    return lambda _, p, language: Piece(filled(form, (p,), language), tall=p.tall)


def indicator(core: str, relations: Mapping[str, str]) -> Write:
    """1(a > b)."""

    def written(node: Indicator, parts: Pieces, language: Language) -> Piece:
        left, right = brackets(parts, language)
        inside = filled(f"$0 {relations[node.relation]} $1", parts, language)
        return Piece(core + left + inside + right, tall=any(p.tall for p in parts))

    return written


def grid(left: str, cell: str, row: str, right: str) -> Write:
    """A matrix written out."""

    def written(node: Array, parts: Pieces, language: Language) -> Piece:
        cells = map(language.attach, parts)
        rows = (cell.join(next(cells) for _ in row) for row in node.rows)
        return Piece(left + row.join(rows) + right, tall=True)

    return written


def sized(left: str, between: str, sign: str, right: str) -> Write:
    """A factor with its size."""
    return lambda _, parts, language: (
        left + language.attach(parts[0]) + between + sign.join(map(language.attach, parts[1:])) + right
    )


def index_range(among: str, dots: str, end: str) -> Write:
    """l = 1, …, 6, or g ∈ {f, i, o}."""

    def written(node: IndexRange, parts: Pieces, language: Language) -> str:
        letter, *values = map(language.attach, parts)
        if not node.counts:
            return f"{letter}{among}{', '.join(values)}{end}"
        whole = not isinstance(node.values[-1], Number) or (len(values) > SHORT and is_run(node.values))
        shown = [values[0], dots, values[-1]] if whole else values
        return f"{letter} = {', '.join(shown)}"

    return written


SHORT = 3  # values of an index that are written one by one


def is_run(values: Sequence[Formula]) -> bool:
    """Whether values of an index are consecutive numbers, up or down."""
    found = [v.value for v in values if isinstance(v, Number)]
    steps = {b - a for a, b in pairwise(found)}
    return len(found) == len(values) and steps in ({1}, {-1})


def sum_over(low: str, high: str, body: str, among: str, end: str) -> Write:
    """Σ with what its index runs over: Σ_{h=1}^{12}, or Σ_{g ∈ {f, i, o}}."""

    def written(node: SumOver, parts: Pieces, language: Language) -> str:
        letter, *values, last = map(language.attach, parts)
        counts = all(isinstance(v, Number) for v in node.values)
        among_them = f"{letter}{among}{', '.join(values)}{end}"
        over = f"{letter}={values[0]}{high}{values[-1]}" if counts else among_them
        return low + over + body + last

    return written


# How every kind binds; a language may say otherwise where it draws what others write in a line.
BINDING = {
    Number:         Row(ATOM,     (ANY,), write=digits),
    Decimal:        Row(ATOM,     (ANY,), write=digits),
    Name:           Row(ATOM,     (ANY,), write=name),
    At:             Row(ATOM,     (SUPPED, ANY), write=at),
    Plus:           Row(PLUS,     (HADAMARD,), write=plus),
    Minus:          Row(MINUS,    (HADAMARD,)),
    Times:          Row(TIMES,    (FACTOR,), BIG, write=times),
    Hadamard:       Row(HADAMARD, (FACTOR,)),
    Oslash:         Row(HADAMARD, (FACTOR,)),
    Kron:           Row(KRON,     (FACTOR,)),
    Over:           Row(TIMES,    (FACTOR,)),
    Power:          Row(FACTOR,   (ATOM, ANY)),
    HPower:         Row(FACTOR,   (ATOM, ANY)),
    Transpose:      Row(FACTOR,   (INVERTED,)),
    Call:           Row(ATOM,     (ANY,), write=call),
    Floor:          Row(ATOM,     (ANY,)),
    Indicator:      Row(ATOM,     (ANY,)),
    Ones:           Row(SUBBED,   (ANY,)),
    Eye:            Row(SUBBED,   (ANY,)),
    Unit:           Row(SUBBED,   (ANY,)),
    Zeros:          Row(SUBBED,   (ANY,)),
    Commutation:    Row(SUBBED,   (ANY,)),
    KroneckerDelta: Row(ATOM,     (ANY,)),
    Partial:        Row(FACTOR,   (SUBBED,), tall=True),
    Nabla:          Row(FACTOR,   (SUBBED, ANY)),
    Sum:            Row(BIG,      (ANY, ANY, ANY, TIMES), tall=True),
    Product:        Row(BIG,      (ANY, ANY, ANY, TIMES), tall=True),
    Span:           Row(ANY,      (ANY,), write=chain(":")),
    Array:          Row(ATOM,     (ANY,)),
    Sized:          Row(FACTOR,   (ANY,)),
    Braced:         Row(FACTOR,   (ANY,)),
    IndexRange:     Row(ANY,      (ANY,)),
    SumOver:        Row(BIG,      (ANY,), TIMES, tall=True),
}  # fmt: skip


def spelled_rows(spellings: Mapping[type, Write | str], **other: Row) -> dict[type, Row]:
    """The table of a language: the spelling of each kind; `other` binds kinds, by name, in its own way."""
    rows = {k: other.get(k.__name__, row) for k, row in BINDING.items()}
    return {k: replace(row, write=spellings[k]) if k in spellings else row for k, row in rows.items()}
