"""An answer as data: what stands right of its =, its where-clauses, the order of its free letters."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, get_args

from symbackprop.answers.asked.equality_chain import Refused
from symbackprop.answers.asked.right_values import Bench
from symbackprop.answers.typed.answer_reader import Notation, Reader, count_parts
from symbackprop.answers.typed.clause_values import Definition
from symbackprop.answers.typed.derivative_spellings import respelled, usual
from symbackprop.answers.typed.free_letters import lettered
from symbackprop.answers.typed.index_bases import Counting
from symbackprop.answers.typed.left_sides import Sides, order_of, stacked
from symbackprop.answers.typed.own_definitions import definitions, own_name
from symbackprop.answers.typed.own_functions import Function, repeated, unused
from symbackprop.answers.typed.remarks import named_functions, without_remarks
from symbackprop.answers.typed.restated import Restated, over_axes
from symbackprop.answers.typed.where_clauses import (
    Clause, clause, clauses, local_name, with_entries,
)  # fmt: skip
from symbackprop.derivation.meanings import bare
from symbackprop.dialects import plain
from symbackprop.errors import DeclarationError, FormulaError, LimitError, within
from symbackprop.formula.reading.name_table import NameTable
from symbackprop.formula.tree import At, Formula, KroneckerDelta, Name, Partial, Product, Sum
from symbackprop.formula.writing.walk import inside
from symbackprop.sizes import Size

CHARACTERS = 10_000  # of one answer
DEFINITIONS = 20  # of names that are new
_MARKUP = re.compile(r"\\(?!(?:begin|end)\s*\{[bpv]?matrix\})[A-Za-z]")  # a matrix may stand in plain text
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
    remarks: tuple[str, ...] = ()  # what was set aside

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
    if plain.is_numpy(text):
        return ("plain",)
    typeset = _MATRIX.search(text) and not _PLAIN.search(text)
    return ("latex", "plain") if typeset else ("plain", "latex")


def read_as(bench: Bench, text: str, notation: Notation, false: Collection[Formula]) -> Typed:
    """What a text says in one notation."""
    crossed = "x" not in bench.target.d.graph.symbol
    text, remarks = without_remarks(_MATH.sub(lambda m: " " * len(m[0]), text), crossed)
    text = with_entries(text.rstrip().rstrip(".;,").rstrip())
    main, beside = asked_first(bench, *clauses(text), notation)
    main, of = respelled(bench, main, notation == "latex", {c.left for c in beside})
    main, given, starts, again = sorted_out(bench, main, beside, notation)
    time = bench.target.d.graph.time
    now = time.name if time else ""
    first = Reader(bench, (), notation)
    given += [Clause(bench.target.of, bench.target.of, "", of)] if of else []
    named = [Clause(n, n, "", body, ("u",)) for n, body in named_functions(remarks) if f"{n}(" in text]
    calls = "".join(f" {c.left}(" for c in named)
    given, functions = without_functions(first, given + named, text + calls)
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
        notation == "plain" and plain.is_numpy(text),
        {bare(x): n for n, x in zip(names, fresh.values(), strict=True) if x is not None}, remarks,
    )  # fmt: skip


def without_functions(
    first: Reader, given: list[Clause], text: str
) -> tuple[list[Clause], list[tuple[Function, Clause]]]:
    """The clauses that define no function, and the functions.

    Errors: `FormulaError` for a function that nobody calls, or that is defined twice.
    """
    claims = [c for c in given if not c.of or first.claims(c)]
    made = [(Function(c.left, tuple(local_name(x, first.notation) for x in c.of), f"own{k}"), c)
            for k, c in enumerate(c for c in given if c not in claims)]  # fmt: skip
    if stray := unused([f for f, _ in made], text):
        raise FormulaError(f"{stray} is a function that nothing calls", where="answer")
    if again := repeated(f for f, _ in made):
        raise FormulaError(f"{again!r} is defined twice", where="answer")
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
    if forms and said.left is None and len(said.forms) > 1:
        raise Refused("unreadable", 1, "an equation says nothing of what is asked for")
    return replace(said, forms=(*said.forms, *forms))


def asked_first(
    bench: Bench, main: str, beside: list[Clause], notation: Notation
) -> tuple[str, list[Clause]]:
    """`L = ‖r‖², ∂L/∂w = …`: the line about what is asked for is the answer, the one before it a clause."""
    typeset = notation == "latex"
    beside = [replace(c, left=usual(bench, c.left, typeset)) if c.slope else c for c in beside]
    reader, first = Reader(bench, (), notation), equation(main)
    asked = next((c for c in beside if reader.asks_for(c)), None)
    if asked is None or first is None or first.of or reader.is_asked(first):
        return main, beside
    return f"{asked.left} = {asked.body.lstrip()}", [first, *(c for c in beside if c is not asked)]


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
