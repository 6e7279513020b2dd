"""What an answer defines beside its formula: wholes, entries, recursions, each after those it uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from symbackprop.answers.typed.answer_reader import Notation, Reader
from symbackprop.answers.typed.clause_values import Definition
from symbackprop.answers.typed.own_functions import put_in
from symbackprop.answers.typed.where_clauses import Clause, clause, local_name, usual_size
from symbackprop.errors import FormulaError
from symbackprop.formula.tree import At, Formula, Name
from symbackprop.formula.writing.walk import children, fold, inside, rebuilt

_WORDS = re.compile(r"\\[A-Za-z]+|(?<![A-Za-z_{])[A-Za-z]{3,}")  # in which a letter is no index


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
    if lower and len(index) == 2 and index[0] == index[1]:
        return "letters"  # D_ii = …
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
