"""An answer as data: what stands right of its =, its where-clauses, the order of its free letters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from symbackprop import plain
from symbackprop.answers.bench import Bench
from symbackprop.claims import Refused, Shapes, letters_of, pieces_of, shapes_of, with_letters
from symbackprop.compose import size_formula
from symbackprop.derivation import bare, signal
from symbackprop.errors import DeclarationError, FormulaError, LimitError
from symbackprop.formula import read_formula
from symbackprop.notation import OPEN, At, Formula, Name, Nabla, Partial, Product, Sum
from symbackprop.reading.names import NameTable
from symbackprop.reading.tokens import Source, tokenise
from symbackprop.sizes import Size
from symbackprop.write.walk import children, fold, inside, rebuilt

_NAME = re.compile(
    r"(\\?[A-Za-z]+(?:\s*\{?\s*[A-Za-z]\s*\}?)?)\s*(?:_\s*\{?\s*(\w+)\s*\}?)?"
    r"\s*(?:\^\s*\{?\s*(\(\w+\))\s*\}?)?"
)
NODES = 3_000  # parts of one formula
CHARACTERS = 10_000  # of one answer
DEFINITIONS = 20  # where-clauses of one answer
Notation = Literal["auto", "latex", "plain"]
_WHERE = re.compile(
    r"(?:\\(?:text|mathrm|textrm)\s*\{\s*)?\b(?:with|where|mit|wobei)\b\s*:?\s*\}?", re.I
)
_AND = re.compile(r"[;\n]|(?:\\(?:text|mathrm|textrm)\s*\{\s*)?\b(?:and|und)\b\s*\}?|,(?=[^=]*=)")
_MARKUP = re.compile(r"\\[A-Za-z]")
_MATH = re.compile(r"^\s*(?:\$\$?|\\\[|\\\()|(?:\$\$?|\\\]|\\\))\s*$")


@dataclass(frozen=True)
class Typed:
    """An answer that was read: its forms (more than one in a chain of =), each the same thing said again."""

    forms: tuple[Formula, ...]
    locals: tuple[tuple[Name, Formula], ...]
    order: tuple[str, ...]
    free: Mapping[str, tuple[Size, ...]]
    notation: Notation
    step: str = "no"  # "free": the index of time stands free in it


def read(bench: Bench, text: str, notation: Notation = "auto") -> Typed:
    """What a text says. Errors: `FormulaError`, `LimitError`, `Refused` where it cannot be read."""
    if notation not in get_args(Notation):
        raise DeclarationError(
            f"no notation {notation!r}", where="check", hint="auto, latex or plain"
        )
    if len(text) > CHARACTERS:
        raise LimitError(f"{len(text)} characters, at most {CHARACTERS} are read", where="answer")
    first: FormulaError | None = None
    for each in notations(text, notation):
        try:
            return read_as(bench, text, each)
        except FormulaError as error:
            first = first or error
        except (Refused, LimitError):
            if first is None:
                raise
    assert first
    raise first


def notations(text: str, notation: Notation) -> tuple[Notation, ...]:
    """The notations a text is tried in: a command of TeX decides, else plain text comes first."""
    if notation != "auto":
        return (notation,)
    return ("latex",) if _MARKUP.search(text) else ("plain", "latex")


def read_as(bench: Bench, text: str, notation: Notation) -> Typed:
    """What a text says in one notation."""
    text = _MATH.sub(lambda m: " " * len(m[0]), text).rstrip().rstrip(".;,").rstrip()
    main, given = clauses(text)
    names = tuple(local_name(left, notation) for left, _ in given)
    reader = Reader(bench, names, notation)
    locals_ = tuple((n, reader.formula(body)) for n, (_, body) in zip(names, given, strict=True))
    left, forms = reader.sides(main)
    order = indices_of(bench, left) if left is not None else ()
    return lettered(bench, reader.table, forms, locals_, order, notation)


def clauses(text: str) -> tuple[str, list[tuple[str, str]]]:
    """The formula, and its where-clauses as (name, definition), each at its place in the text."""
    cut = _WHERE.search(text)
    if cut is None or "=" not in text[cut.end() :]:
        return text, []
    out: list[tuple[str, str]] = []
    start = cut.end()
    for stop in [*(m for m in _AND.finditer(text, start)), None]:
        end = stop.start() if stop else len(text)
        piece = text[start:end]
        if piece.strip():
            name, sign, body = piece.partition("=")
            if not sign:
                raise FormulaError(
                    f"{piece.strip()!r} defines nothing", where="answer", hint="with E = …"
                )
            out.append((name.strip(), " " * (start + len(name) + 1) + body.rstrip(" ,.")))
        start = stop.end() if stop else end
    if len(out) > DEFINITIONS:
        raise LimitError(f"more than {DEFINITIONS} definitions", where="answer")
    return text[: cut.start()].rstrip().rstrip(",;").removesuffix(r"\quad").rstrip(), out


def local_name(text: str, notation: Notation) -> Name:
    """The name a where-clause defines. Errors: `FormulaError` for anything but a name."""
    if notation == "plain":
        return plain.named(text)
    found = re.fullmatch(
        r"(\\?[A-Za-z]+(?:\s*\{?\s*[A-Za-z]\s*\}?)?)\s*(?:_\s*\{?\s*(\w+)\s*\}?)?\s*(?:\^\s*\{?\s*(\(\w+\))\s*\}?)?",
        text,
    )
    if not found or (found[1].isalpha() and len(found[1]) > 1):
        raise FormulaError(f"{text!r} is not a name that can be defined", where="answer")
    return Name(found[1], found[3] or "", found[2] or "")


@dataclass(frozen=True)
class Reader:
    """One answer's names: those of the graph, and its own."""

    bench: Bench
    own: tuple[Name, ...]
    notation: Notation

    @property
    def table(self) -> NameTable:
        """The graph's names, and the answer's own before them."""
        tables = self.bench.tables
        if self.own not in tables:
            base = self.bench.table
            names = tuple(dict.fromkeys((*base.names, *self.own)))
            known = replace(base, names=names)
            tables[self.own] = letters_of(self.bench.names, known) if self.own else base
        return tables[self.own]

    def source(self, text: str) -> Source:
        if self.notation == "latex":
            return tokenise(text)
        spelled = self.bench.spelled
        if self.own not in spelled:
            spelled[self.own] = plain.spellings(self.table, aliases(self.bench))
        return plain.source(text, spelled[self.own])

    def formula(self, text: str) -> Formula:
        return read_formula(self.source(text), self.table)

    def sides(self, text: str) -> tuple[Formula | None, tuple[Formula, ...]]:
        """The left side, where one is written and understood, and what it equals."""
        source = self.source(text)
        parts = [source.part(a, b) for a, b, _ in pieces_of(source)]
        if any(sign not in "=:" for _, _, sign in pieces_of(source)):
            raise FormulaError("only = may stand between two sides", where="answer")
        if len(parts) == 1:
            return None, (read_formula(parts[0], self.table),)
        left, *rest = parts
        try:
            named: Formula | None = read_formula(left, self.table)
        except (FormulaError, LimitError):
            named = None
        forms = [read_formula(p, self.table) for p in rest]
        itself = self.bench.target.itself
        if named is not None and whole(named) not in itself:
            if whole(forms[-1]) in itself:  # p - y = dL/dz
                return forms[-1], (named, *forms[:-1])
            if isinstance(whole(named), Nabla | Partial):
                raise Refused("unreadable", 1, "the left side is another derivative")
            named = None
        return named, tuple(forms)


def aliases(bench: Bench) -> dict[str, Formula]:
    """Other spellings of what the graph has: its own names, δ's as dZ, and the letter of a matrix's entry."""
    d, out = bench.target.d, {}
    for n, e in d.graph.symbol.items():
        assert e.symbol
        out[n] = e.symbol.tex
    for n in (*d.backward.adjoints, d.of):
        f = bare(signal(d, n))
        for spelled in (
            f"δ{n}",
            f"δ_{n}",
            f"delta_{n}",
            f"delta{n}",
            f"d{n}",
            f"{n}_bar",
            f"grad_{n}",
        ):
            out.setdefault(spelled, f)
    for n in d.graph.symbol:
        if len(n) == 1 and n.isupper():
            out.setdefault("\0" + n.lower(), out[n])  # with indices only: x_ni
    return out


def whole(f: Formula) -> Formula:
    """A derivative without its indices."""
    base = bare(f)
    if isinstance(base, Nabla | Partial):
        return type(base)(bare(base.of), bare(base.wrt))
    return base


def indices_of(bench: Bench, left: Formula) -> tuple[str, ...]:
    """The letters on the left side, in their order; time is none of them."""
    time = bench.target.d.graph.time
    found: list[Formula] = []
    if isinstance(left, At):
        found, left = list(left.indices), left.base
    if isinstance(left, Nabla | Partial):
        for side in (left.of, left.wrt):
            found += side.indices if isinstance(side, At) else ()
    letters = [f.base for f in found if isinstance(f, Name)]
    return tuple(x for x in letters if time is None or x != time.name)


# --- letters -------------------------------------------------------------------------------------


def lettered(
    bench: Bench, table: NameTable, forms: tuple[Formula, ...],
    own: tuple[tuple[Name, Formula], ...], order: tuple[str, ...], notation: Notation,
) -> Typed:  # fmt: skip
    """The answer with the axes its letters run over."""
    if sum(1 for f in (*forms, *(f for _, f in own)) for _ in inside(f)) > NODES:
        raise LimitError(f"more than {NODES} parts", where="answer")
    d = bench.target.d
    names = (*forms, *(f for _, f in own))
    if not order and not any(isinstance(x, At | Sum | Product) for f in names for x in inside(f)):
        return Typed(forms, own, (), {}, notation)
    time = d.graph.time.name if d.graph.time else ""
    letters = frozenset(table.indices) - {n.base for n in table.names if not (n.sup or n.sub)}
    shapes = Shapes(d, shapes_of(d, ""), letters, time)
    forms = tuple(bounded(f, shapes) for f in forms)
    own = tuple((n, bounded(f, shapes)) for n, f in own)
    left = () if not order else (heading(bench, order),)
    claim = with_letters(d, table, "", {}, (*left, *forms, *(f for _, f in own)), ())
    place = {letter: k for k, letter in enumerate(order or sorted(k for k, _ in claim.free))}
    free = dict(sorted(claim.free, key=lambda f: place.get(f[0], len(place))))
    if any(any(True for _ in shapes.letters(f)) for _, f in own):
        raise FormulaError("a definition has free indices", where="answer")
    return Typed(forms, own, order or tuple(sorted(free)), free, notation,
                 "free" if claim.recurrent else "no")  # fmt: skip


def heading(bench: Bench, order: tuple[str, ...]) -> Formula:
    """The left side with its letters, so that they get its axes."""
    left = bench.target.left
    letters = tuple(map(Name, order))
    return At(left.base, (*left.indices, *letters)) if isinstance(left, At) else At(left, letters)


def bounded(f: Formula, shapes: Shapes) -> Formula:
    """Sums over whole axes get their bounds. Errors: `Refused` where the axis cannot be seen."""
    if not any(isinstance(x, Sum | Product) and x.high == OPEN for x in inside(f)):
        return f

    def combine(node: Formula, parts: list[Formula]) -> Formula:
        made = rebuilt(node, parts)
        if not isinstance(made, Sum | Product) or made.high != OPEN:
            return made
        if shapes.time and made.index.base == shapes.time and shapes.d.graph.time:
            return replace(made, high=size_formula(shapes.d.graph.time.length))
        for x in inside(made.body):
            for index, axis in (
                zip(x.indices, shapes.axes(x), strict=True) if isinstance(x, At) else ()
            ):
                if index == made.index and axis is not None:
                    return replace(made, high=size_formula(axis))
        raise Refused(
            "unreadable", 1, f"over which axis the index {made.index.base!r} runs cannot be seen"
        )

    return fold(f, children, combine)
