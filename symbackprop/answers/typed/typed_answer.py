"""An answer as data: what stands right of its =, its where-clauses, the order of its free letters."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Literal, get_args

from symbackprop.answers.asked.equality_chain import Refused, letters_of, pieces_of
from symbackprop.answers.asked.right_values import DELTA, Bench
from symbackprop.answers.typed.aliases import aliases, kept, kroneckers, recurrent
from symbackprop.answers.typed.clause_values import Definition
from symbackprop.answers.typed.derivative_spellings import respelled
from symbackprop.answers.typed.free_letters import lettered
from symbackprop.answers.typed.index_bases import Counting
from symbackprop.answers.typed.left_sides import Sides, indices_on, order_of, sides_of, stacked
from symbackprop.answers.typed.own_functions import Function, called, expanded, put_in, unused
from symbackprop.answers.typed.restated import Restated, over_axes
from symbackprop.answers.typed.where_clauses import (
    Clause, clause, clauses, local_name, ranged, usual_size,
)  # fmt: skip
from symbackprop.derivation.derivation import bare
from symbackprop.dialects import plain
from symbackprop.errors import DeclarationError, FormulaError, LimitError, within
from symbackprop.formula.composing import size_formula
from symbackprop.formula.printed_names import is_signal
from symbackprop.formula.reading.latex_reader import read_formula
from symbackprop.formula.reading.name_table import NameTable
from symbackprop.formula.reading.tex_tokens import Source, tokenise
from symbackprop.formula.tree import ZERO, At, Formula, KroneckerDelta, Name, Partial, Product, Sum
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.formula.writing.text_writer import text
from symbackprop.formula.writing.walk import children, fold, inside, rebuilt
from symbackprop.sizes import Size

NODES = 3_000  # parts of one formula
CHARACTERS = 10_000  # of one answer
DEFINITIONS = 20  # of names that are new
Notation = Literal["auto", "latex", "plain"]
_MARKUP = re.compile(r"\\(?!(?:begin|end)\s*\{[bpv]?matrix\})[A-Za-z]")  # a matrix may stand in plain text
_WORDS = re.compile(r"\\[A-Za-z]+|(?<![A-Za-z_{])[A-Za-z]{3,}")  # in which a letter is no index
_MATRIX = re.compile(r"\\begin\s*\{")
_PLAIN = re.compile(r"[_^]\d\d|\*\*|\.T\b")  # A_11 and x**2 have another meaning in TeX, or none
_ALIGNED = r"\\(?:begin|end)\{(?:aligned|split|(?:align|equation|gather)\*?)\}"
_MATH = re.compile(rf"^\s*(?:\$\$?|\\\[|\\\(|{_ALIGNED})+\s*|\s*(?:\$\$?|\\\]|\\\)|{_ALIGNED})+\s*$")


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
    around: Formula | None = None  # the side the derivative stands on, where it is not all of it
    restated: tuple[Restated, ...] = ()  # what clauses say of known names
    code: bool = False  # typed as NumPy, whose rules are then the only ones
    false: Mapping[Formula, Name] = field(default_factory=dict[Formula, Name])
    # known names that clauses define as something else, and the name each has there

    @property
    def every(self) -> tuple[Formula, ...]:
        """All that is evaluated."""
        starts = (f for pair in self.starts for f in pair)
        around = (self.around,) if self.around is not None else ()
        claims = (f for c in self.restated for f in (c.left, c.right))
        return (*around, *self.forms, *(d.body for d in self.locals), *claims, *starts)

    @cached_property
    def used(self) -> frozenset[Formula]:
        """All that the answer uses, through its own definitions."""
        known = {d.name: d for d in self.locals}
        seen, waiting = set[Formula](), [f for f in (self.around, *self.forms) if f is not None]
        waiting += [f for pair in self.starts for f in pair]
        while waiting:
            new = set(inside(waiting.pop())) - seen
            seen |= new
            own = [known[x] for x in new if isinstance(x, Name) and x in known]
            waiting += [f for d in own for f in (d.body, *(x for pair in d.starts for x in pair))]
        return frozenset(seen)

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


def read(bench: Bench, text: str, notation: Notation = "auto", false: Collection[Formula] = ()) -> Typed:
    """What a text says; by the names in `false` it means what its clauses say.

    Errors: `FormulaError`, `LimitError`, `Refused` where it cannot be read.
    """
    if notation not in get_args(Notation):
        raise DeclarationError(f"no notation {notation!r}", where="check", hint="auto, latex or plain")
    if len(text) > CHARACTERS:
        raise LimitError(f"{len(text)} characters, at most {CHARACTERS} are read", where="answer")
    first: FormulaError | None = None
    for each in notations(text, notation):
        try:
            return read_as(bench, text, each, false)
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
    if _MARKUP.search(text):
        return ("latex",)
    if plain.NUMPY.search(text):
        return ("plain",)
    typeset = _MATRIX.search(text) and not _PLAIN.search(text)
    return ("latex", "plain") if typeset else ("plain", "latex")


def read_as(bench: Bench, text: str, notation: Notation, false: Collection[Formula]) -> Typed:
    """What a text says in one notation."""
    text = _MATH.sub(lambda m: " " * len(m[0]), text).rstrip().rstrip(".;,").rstrip()
    main, beside = clauses(text)
    main, of = respelled(bench, main, notation == "latex")
    main, given, starts, again = sorted_out(bench, main, beside, notation)
    time = bench.target.d.graph.time
    now = time.name if time else ""
    first = Reader(bench, (), notation)
    given += [Clause(bench.target.of, bench.target.of, "", of)] if of else []
    given, functions = without_functions(first, given, text)
    asked = [c for c in given if first.asks_for(c)]
    given = [c for c in given if c not in asked and not first.assumed(c)]
    about = [(c, first.known(c)) for c in given]
    known = [(c, x) for c, x in about if x is not None and bare(x) not in false]
    fresh = {c: x for c, x in about if x is None or bare(x) in false}
    within(len(fresh), DEFINITIONS, "definitions", "answer")
    names = tuple(own_name(c, list(fresh), now, notation) for c in fresh)
    reader = Reader(bench, tuple(dict.fromkeys(names)), notation).with_functions(functions)
    own, claims = definitions(reader, names, list(fresh)), [reader.restated(c, x) for c, x in known]
    said = once_more(reader.sides(main), tuple(reader.formula(c.body) for c in (*again, *asked)))
    order = order_of(bench.target, said.left) if said.left is not None else ()
    said, own, claims = from_one(bench, reader.table, said, own, claims)
    around = (said.around,) if said.around is not None else ()
    count_parts((*around, *said.forms, *(d.body for d in own), *(c.right for c in claims)))
    found = lettered(bench, reader.table, (*around, *said.forms), own, order)
    return Typed(
        found.forms[len(around) :], found.own, found.order, found.free, notation,
        "free" if found.recurrent else "no", "vec" if stacked(said.left) else "whole",
        tuple((reader.formula(c.index), reader.formula(c.body)) for c in starts),
        found.forms[0] if around else None,
        over_axes(bench, reader.table, found.own, claims),
        notation == "plain" and bool(plain.NUMPY.search(text)),
        {bare(x): n for n, x in zip(names, fresh.values(), strict=True) if x is not None},
    )  # fmt: skip


def without_functions(
    first: Reader, given: list[Clause], text: str
) -> tuple[list[Clause], list[tuple[Function, Clause]]]:
    """The clauses that define no function, and the functions. Errors: `FormulaError` for one nobody calls."""
    claims = [c for c in given if not c.of or first.claims(c)]
    made = [(Function(c.left, tuple(local_name(x, first.notation) for x in c.of), f"own{k}"), c)
            for k, c in enumerate(c for c in given if c not in claims)]  # fmt: skip
    if stray := unused([f for f, _ in made], text):
        raise FormulaError(f"{stray} is a function that nothing calls", where="answer")
    return claims, made


def from_one(
    bench: Bench, table: NameTable, said: Sides, own: tuple[Definition, ...], claims: list[Restated]
) -> tuple[Sides, tuple[Definition, ...], list[Restated]]:  # fmt: skip
    """Sides and clauses that count from 1, as our pages do, whatever the text counts from."""
    d = bench.target.d
    count = Counting(d, table.free - ({d.graph.time.letter.base} if d.graph.time else set()))
    around = (said.around,) if said.around is not None else ()
    claimed = (f for c in claims for f in (c.left, c.right))
    if not count.from_zero((*around, *said.forms, *(x.body for x in own), *claimed)):
        return said, own, claims
    moved = replace(
        said, forms=tuple(map(count.moved, said.forms)),
        around=count.moved(said.around) if said.around is not None else None,
    )  # fmt: skip
    again = [replace(c, left=count.moved(c.left), right=count.moved(c.right)) for c in claims]
    return moved, tuple(replace(x, body=count.moved(x.body)) for x in own), again


def once_more(said: Sides, forms: tuple[Formula, ...]) -> Sides:
    """The sides with what clauses say of the thing asked for: all of it has to be right."""
    if forms and said.around is not None:
        raise Refused("unreadable", 1, "what is asked for is said twice")
    return replace(said, forms=(*said.forms, *forms))


def sorted_out(
    bench: Bench, main: str, beside: list[Clause], notation: Notation
) -> tuple[str, list[Clause], list[Clause], list[Clause]]:  # fmt: skip
    """The recursion asked for, the definitions, where the recursion starts, and what says it once more."""
    time = bench.target.d.graph.time
    if not beside or time is None or not bench.target.recurrent:
        return main, beside, [], []
    reader = Reader(bench, (), notation)
    first = [c for c in (equation(main),) if c]
    own = [c for c in (*first, *beside) if reader.is_asked(c)]
    starts = [c for c in own if c.index and c.index.replace(" ", "") != time.name]
    steps = [c for c in own if c not in starts]
    others = [c for c in steps if c not in first]
    named = not first and reader.is_asked(Clause(main, main, "", ""))  # δ_t with δ_t = …
    if others and (named or (first and first[0] in starts)):
        step, *others = others
        main = step.left + " = " + step.body
    return main, [c for c in beside if c not in own], starts, others


def equation(text: str) -> Clause | None:
    """A formula with one left side as a clause."""
    try:
        return clause(text)
    except FormulaError:
        return None


def definitions(
    reader: Reader, names: tuple[Name, ...], given: list[Clause]
) -> tuple[Definition, ...]:  # fmt: skip
    """What a text defines beside its formula, what is used before what uses it; starts in their recursion."""
    graph = reader.bench.target.d.graph
    now, step = (graph.time.name, graph.time.letter.base) if graph.time else ("", "")
    out: dict[Name, Definition] = {}
    for n, c in zip(names, given, strict=True):
        body = reader.formula(c.body)
        old = out.get(n, Definition(n, body, time=step))
        kind = role(c, given, now)
        if n in out and "start" not in (kind, *(("start",) if out[n].starts else ())):
            raise FormulaError(f"{c.left.strip()!r} is defined twice", where="answer")
        if kind == "start":
            out[n] = replace(old, starts=(*old.starts, (reader.formula(c.index), body)))
        elif kind == "step":
            out[n] = Definition(n, body, (step,), step, {}, old.starts)
        else:
            out[n] = Definition(n, body, tuple(bare_index(c)) if kind == "letters" else ())
    return tuple(in_order(uncoupled(list(out.values()))))


def uncoupled(own: list[Definition]) -> list[Definition]:
    """Recursions that use each other as recursions of their own: what one says is put into the others."""
    for d in own:
        around = [o for o in own if o is not d and uses(o, d) and uses(d, o)]
        if around and d.time and not d.starts and not uses(d, d):
            rest = [replace(o, body=unrolled(o.body, d)) if o in around else o for o in own if o is not d]
            return [*uncoupled(rest), d]
    return own


def uses(d: Definition, other: Definition) -> bool:
    """Whether a name stands in a definition."""
    return other.name in inside(d.body)


def unrolled(f: Formula, d: Definition) -> Formula:
    """A formula with what a recursion says in the place of its steps."""

    def combine(node: Formula, parts: list[Formula]) -> Formula:
        made = rebuilt(node, parts)
        if not isinstance(made, At) or made.base != d.name or len(made.indices) != 1:
            return made
        return put_in(d.body, {Name(d.time): made.indices[0]})

    return fold(f, children, combine)


def in_order(own: list[Definition]) -> Iterator[Definition]:
    """Definitions, each after those it uses: `A E with E = G - r, r = …`; in a circle as they are typed."""
    while own:
        names = {d.name for d in own}
        ready = (d for d in own if not (names - {d.name}) & set(inside(d.body)))
        d = next(ready, own[0])
        own.remove(d)
        yield d


def role(c: Clause, given: list[Clause], now: str) -> str:
    """What the subscript of a defined name is: a step, the start of a recursion, letters, or its own."""
    index = bare_index(c)
    if now and index == now:
        return "step"
    if now and index and any(o.name == c.name and bare_index(o) == now for o in given):
        return "start"
    lower = index.isalpha() and index.islower()
    body = usual_size(_WORDS.sub(" ", c.body))
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


@lru_cache(maxsize=64)
def known_names(bench: Bench) -> frozenset[Formula]:
    """All that has a meaning before the answer: symbols, helpers, error signals, sizes, π."""
    return frozenset(bench.names.names)


@dataclass(frozen=True)
class Reader:
    """One answer's names: those of the graph, and its own."""

    bench: Bench
    own: tuple[Name, ...]
    notation: Notation
    functions: tuple[Function, ...] = ()
    bodies: Mapping[str, tuple[tuple[Name, ...], Formula]] = field(default_factory=dict)

    @property
    def table(self) -> NameTable:
        """The graph's names, and the answer's own before them."""
        return kept(self.bench.tables, (self.own, self.functions), self.new_table)

    def new_table(self) -> NameTable:
        base = self.bench.table
        names = tuple(dict.fromkeys((*base.names, *self.own)))
        functions = {**base.functions, **{f.name: f.token for f in self.functions}}
        made = replace(base, names=names, functions=functions)
        return letters_of(self.bench.names, made) if self.own or self.functions else base

    def new_spellings(self) -> plain.Spellings:
        own = {"\1" + f.typed: (f.token,) for f in self.functions}
        return {**plain.spellings(self.table, aliases(self.bench)), **own}

    def with_functions(self, given: list[tuple[Function, Clause]]) -> Reader:
        """The reader of what uses these functions."""
        found = replace(self, functions=tuple(f for f, _ in given))
        inner = {f.name: replace(found, own=(*self.own, *f.parameters)).formula(c.body) for f, c in given}
        return replace(found, bodies={f.name: (f.parameters, inner[f.name]) for f, _ in given})

    def claims(self, c: Clause) -> bool:
        """Whether a clause f(x) = … says something of a declared name, of declared ones."""
        said = [self.left(Clause(x, x, "", "")) for x in (c.left, *c.of)]
        return all(isinstance(x, Name) and x in known_names(self.bench) for x in said)

    def source(self, text: str) -> Source:
        spelled = kept(self.bench.spelled, (self.own, self.functions), self.new_spellings)
        if self.notation == "plain":
            return plain.source(text, spelled, recurrent(self.bench))
        time = self.bench.target.d.graph.time
        return plain.typeset(
            called(tokenise(text), self.functions), spelled, self.table, time.letter.base if time else ""
        )

    def formula(self, text: str) -> Formula:
        return self.read(self.source(text))

    def read(self, source: Source) -> Formula:
        """The formula that tokens stand for. Errors: `LimitError` before it is parsed, if it is too long."""
        leaves = sum(t[:1].isalnum() for t in source.tokens)
        within(leaves, NODES, "letters and numbers", "answer")
        time, found = self.bench.target.d.graph.time, expanded(read_formula(source, self.table), self.bodies)
        return kroneckers(found, DELTA, time.letter) if time and self.bench.short else found

    def left(self, c: Clause) -> Formula | None:
        """What a clause is about, as the graph knows it; None where it is new."""
        try:
            return self.read(self.source(c.left))
        except (FormulaError, LimitError):
            return None

    def is_asked(self, c: Clause) -> bool:
        """Whether a clause is about the very thing that is asked for."""
        named = self.left(c)
        return named is not None and indices_on(self.bench.target, named) is not None

    def asks_for(self, c: Clause) -> bool:
        """Whether a clause is an answer once more: a recursion has its steps in clauses."""
        return not self.bench.target.recurrent and self.is_asked(c)

    def assumed(self, c: Clause) -> bool:
        """Whether a clause says h_0 = 0 of the first state: what holds of any start holds then."""
        named, time = self.left(c), self.bench.target.d.graph.time
        if time is None or c.body.strip() != "0" or not isinstance(named, At):
            return False
        if named.base not in known_names(self.bench) or named.indices != (ZERO,):
            return False
        return isinstance(named.base, Name) and not is_signal(named.base)

    def known(self, c: Clause) -> Formula | None:
        """What a clause is about, where the derivation has a value for it; None where it is new."""
        named = self.left(c)
        name = None if named is None else bare(named)
        if named is None or name not in known_names(self.bench):
            return None
        row = isinstance(name, Name) and c.name.strip() == name.base.lower() != name.base
        lone = isinstance(named, At) and c.index.strip().isdecimal() and not self.now
        return None if row or lone else named  # s_i is no row of an S; r_1 is another r

    def restated(self, c: Clause, left: Formula) -> Restated:
        """What a clause says of something known."""
        time, body, steps = self.bench.target.d.graph.time, c.body, "all"
        if time:
            write = text if self.notation == "plain" else latex
            body, steps = ranged(body, write(time.letter), write(size_formula(time.length)))
        return Restated(left, self.formula(body), steps)

    @property
    def now(self) -> str:
        """The index of time."""
        time = self.bench.target.d.graph.time
        return time.name if time else ""

    def sides(self, text: str) -> Sides:
        """The sides of a line. Errors: `FormulaError` where one of them cannot be read."""
        source = self.source(text)
        pieces = pieces_of(source)
        if any(sign not in "=:" for _, _, sign in pieces):
            raise FormulaError("only = may stand between two sides", where="answer")
        return sides_of(self.bench, tuple(self.read(source.part(a, b)) for a, b, _ in pieces))
