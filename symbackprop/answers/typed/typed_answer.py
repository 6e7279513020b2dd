"""An answer as data: what stands right of its =, its where-clauses, the order of its free letters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from string import ascii_letters
from typing import Literal, get_args

from symbackprop.answers.asked.equality_chain import Refused, letters_of, pieces_of
from symbackprop.answers.asked.right_values import DELTA, Bench
from symbackprop.answers.typed.aliases import (
    aliases, compound, indices_of, kept, kroneckers, recurrent, stacked, whole,
)  # fmt: skip
from symbackprop.answers.typed.clause_values import Definition
from symbackprop.answers.typed.free_letters import lettered
from symbackprop.answers.typed.where_clauses import Clause, clause, clauses, local_name, usual_size
from symbackprop.dialects import plain
from symbackprop.errors import DeclarationError, FormulaError, LimitError, within
from symbackprop.formula.reading.latex_reader import read_formula
from symbackprop.formula.reading.name_table import NameTable
from symbackprop.formula.reading.tex_tokens import Source, tokenise
from symbackprop.formula.tree import At, Formula, KroneckerDelta, Nabla, Name, Partial, Product, Sum
from symbackprop.formula.writing.walk import inside
from symbackprop.sizes import Size

NODES = 3_000  # parts of one formula
CHARACTERS = 10_000  # of one answer
Notation = Literal["auto", "latex", "plain"]
_MARKUP = re.compile(
    r"\\(?!(?:begin|end)\s*\{[bpv]?matrix\})[A-Za-z]"
)  # a matrix may stand in plain text
_ALIGNED = r"\\(?:begin|end)\{(?:aligned|split|(?:align|equation|gather)\*?)\}"
_MATH = re.compile(
    rf"^\s*(?:\$\$?|\\\[|\\\(|{_ALIGNED})+\s*|\s*(?:\$\$?|\\\]|\\\)|{_ALIGNED})+\s*$"
)


_NAMELESS = (
    r"^\s*(?:(?:\\nabla|∇|nabla|grad)\s*(?:_\s*(?:{wrt}|\{{\s*{wrt}\s*\}})\s*)?{of}(?:\s*\(\s*\w+\s*\))?"
    r"|{of}\s*'\s*(?:\(\s*{wrt}\s*\))?|grad(?:ient)?|{wrt}\.grad)\s*=(?!=)"
)
LABEL = re.compile(r"^\s*(?:[\w/∂∇]+|\\text\s*\{\s*\w+\s*:?\s*\})\s*:(?!=)\s*")  # `gradient: …`


@dataclass(frozen=True)
class Typed:
    """An answer that was read: its forms (more than one in a chain of =), each the same thing said again."""

    forms: tuple[Formula, ...]
    locals: tuple[Definition, ...]
    order: tuple[str, ...]
    free: Mapping[str, tuple[Size, ...]]
    notation: Notation
    step: str = "no"  # "free": the index of time stands free in it
    said: Literal["whole", "vec"] = "whole"  # what it is of the thing asked for
    starts: tuple[tuple[Formula, Formula], ...] = ()  # at which step, and what it is there

    @property
    def every(self) -> tuple[Formula, ...]:
        """All that is evaluated."""
        starts = (f for pair in self.starts for f in pair)
        return (*self.forms, *(d.body for d in self.locals), *starts)

    @cached_property
    def sloped(self) -> bool:
        """Whether partial derivatives stand in it: all others need the same values."""
        return any(isinstance(x, Partial) for f in self.every for x in inside(f))

    @property
    def sized(self) -> bool:
        """Whether sizes of the graph may have come into it: with letters, sums, definitions."""
        lettered = At | Sum | Product | KroneckerDelta
        whole = not (self.free or self.locals or self.starts)
        return not whole or any(isinstance(x, lettered) for f in self.forms for x in inside(f))


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
    text = nameless(bench).sub(lambda m: " " * len(m[0]), text)
    main, beside = clauses(LABEL.sub(lambda m: " " * len(m[0]), text))
    main, given, starts = sorted_out(bench, main, beside, notation)
    time = bench.target.d.graph.time
    now = time.name if time else ""
    names = tuple(own_name(c, given, now, notation) for c in given)
    reader = Reader(bench, tuple(dict.fromkeys(names)), notation)
    own = definitions(reader, names, given)
    left, forms = reader.sides(main)
    order = indices_of(bench, left) if left is not None else ()
    count_parts((*forms, *(d.body for d in own)))
    found = lettered(bench, reader.table, forms, own, order)
    return Typed(
        found.forms, found.own, found.order, found.free, notation,
        "free" if found.recurrent else "no", "vec" if stacked(left) else "whole",
        tuple((reader.formula(c.index), reader.formula(c.body)) for c in starts),
    )  # fmt: skip


def nameless(bench: Bench) -> re.Pattern[str]:
    """A left side with a name of its own for the output, or none: ∇L, f'(w), grad, w.grad."""
    g = bench.target.d.graph
    free = "".join(c for c in ascii_letters if c not in g.symbol and c not in g.sizes)
    of = rf"(?:{re.escape(bench.target.of)}|\\mathcal\s*\{{\s*\w\s*\}}|\\ell|[{free}ℓ](?!\w))"
    return re.compile(_NAMELESS.format(of=of, wrt=re.escape(bench.target.wrt)))


def sorted_out(
    bench: Bench, main: str, beside: list[Clause], notation: Notation
) -> tuple[str, list[Clause], list[Clause]]:  # fmt: skip
    """The recursion asked for, the definitions, and where the recursion starts."""
    time = bench.target.d.graph.time
    if not beside or time is None or not bench.target.recurrent:
        return main, beside, []
    reader = Reader(bench, (), notation)
    first = [c for c in (equation(main),) if c]
    own = [c for c in (*first, *beside) if reader.is_asked(c)]
    starts = [c for c in own if c.index and c.index.replace(" ", "") != time.name]
    steps = [c for c in own if c not in starts]
    if first and first[0] in starts and steps:
        main = steps[0].left + " = " + steps[0].body
    return main, [c for c in beside if c not in own], starts


def equation(text: str) -> Clause | None:
    """A formula with one left side as a clause."""
    try:
        return clause(text)
    except FormulaError:
        return None


def definitions(
    reader: Reader, names: tuple[Name, ...], given: list[Clause]
) -> tuple[Definition, ...]:  # fmt: skip
    """What a text defines beside its formula, in its order; a start belongs to its recursion."""
    graph = reader.bench.target.d.graph
    now = graph.time.name if graph.time else ""
    out: dict[Name, Definition] = {}
    for n, c in zip(names, given, strict=True):
        body = reader.formula(c.body)
        old = out.get(n, Definition(n, body, time=now))
        kind = role(c, given, now)
        if kind == "start":
            out[n] = replace(old, starts=(*old.starts, (reader.formula(c.index), body)))
        elif kind == "step":
            out[n] = Definition(n, body, (now,), now, {}, old.starts)
        else:
            out[n] = Definition(n, body, tuple(bare_index(c)) if kind == "letters" else ())
    return tuple(out.values())


def role(c: Clause, given: list[Clause], now: str) -> str:
    """What the subscript of a defined name is: a step, the start of a recursion, letters, or its own."""
    index = bare_index(c)
    if now and index == now:
        return "step"
    if now and index and any(o.name == c.name and bare_index(o) == now for o in given):
        return "start"
    lower = index.isalpha() and index.islower()
    body = usual_size(c.body)
    return "letters" if lower and all(x in body for x in index) else "name"


def bare_index(c: Clause) -> str:
    """A subscript without spaces and commas."""
    return re.sub(r"[\s,]", "", c.index)


def own_name(c: Clause, given: list[Clause], now: str, notation: Notation) -> Name:
    """The name a clause defines."""
    return local_name(c.left if role(c, given, now) == "name" else c.name, notation)


def defined(text: str, body: Formula, now: str, notation: Notation) -> Definition:
    """What a line `name = …` defines. Errors: `FormulaError` where no name stands on its left."""
    c = clause(text)
    name, kind = own_name(c, [c], now, notation), role(c, [c], now)
    letters = tuple(bare_index(c)) if kind in ("letters", "step") else ()
    return Definition(name, body, letters, now if now in letters else "")


def count_parts(every: tuple[Formula, ...]) -> None:
    """Errors: `LimitError` where an answer is too long to be evaluated."""
    if sum(1 for f in every for _ in inside(f)) > NODES:
        raise LimitError(f"more than {NODES} parts", where="answer")


@dataclass(frozen=True)
class Reader:
    """One answer's names: those of the graph, and its own."""

    bench: Bench
    own: tuple[Name, ...]
    notation: Notation

    @property
    def table(self) -> NameTable:
        """The graph's names, and the answer's own before them."""
        return kept(self.bench.tables, self.own, self.new_table)

    def new_table(self) -> NameTable:
        base = self.bench.table
        names = tuple(dict.fromkeys((*base.names, *self.own)))
        return letters_of(self.bench.names, replace(base, names=names)) if self.own else base

    def new_spellings(self) -> plain.Spellings:
        return plain.spellings(self.table, aliases(self.bench))

    def source(self, text: str) -> Source:
        spelled = kept(self.bench.spelled, self.own, self.new_spellings)
        if self.notation == "plain":
            return plain.source(text, spelled, recurrent(self.bench))
        time = self.bench.target.d.graph.time
        return plain.typeset(tokenise(text), spelled, self.table, time.name if time else "")

    def formula(self, text: str) -> Formula:
        return self.read(self.source(text))

    def read(self, source: Source) -> Formula:
        """The formula that tokens stand for. Errors: `LimitError` before it is parsed, if it is too long."""
        leaves = sum(t[:1].isalnum() for t in source.tokens)
        within(leaves, NODES, "letters and numbers", "answer")
        time, found = self.bench.target.d.graph.time, read_formula(source, self.table)
        return kroneckers(found, DELTA, Name(time.name)) if time and self.bench.short else found

    def is_asked(self, c: Clause) -> bool:
        """Whether a clause is about the very thing that is asked for."""
        try:
            named = self.read(self.source(c.left))
        except (FormulaError, LimitError):
            return False
        return whole(named) in {*self.bench.target.itself, DELTA}

    def sides(self, text: str) -> tuple[Formula | None, tuple[Formula, ...]]:
        """The left side, where one is written and understood, and what it equals."""
        source = self.source(text)
        parts = [source.part(a, b) for a, b, _ in pieces_of(source)]
        if any(sign not in "=:" for _, _, sign in pieces_of(source)):
            raise FormulaError("only = may stand between two sides", where="answer")
        if len(parts) == 1:
            return None, (self.read(parts[0]),)
        left, *rest = parts
        try:
            named: Formula | None = self.read(left)
        except (FormulaError, LimitError):
            named = None
        forms = [self.read(p) for p in rest]
        itself = self.bench.target.itself
        if named is not None and whole(named) not in itself:
            if whole(forms[-1]) in itself:  # p - y = dL/dz
                return forms[-1], (named, *forms[:-1])
            if isinstance(whole(named), Nabla | Partial):
                raise Refused("unreadable", 1, "the left side is another derivative")
            if compound(named):
                return None, (named, *forms)
            named = None
        return named, tuple(forms)
