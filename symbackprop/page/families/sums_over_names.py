"""Terms of a sum that are one up to an index inside names, as one term under a Σ over the index."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from symbackprop.derivation.equation import Equation
from symbackprop.derivation.scopes import TRACE
from symbackprop.formula.composing import one_or
from symbackprop.formula.tree import At, Formula, Name, Number, Plus, SumOver
from symbackprop.formula.writing.spelling import is_run
from symbackprop.formula.writing.walk import children, fold, inside, rebuilt
from symbackprop.page.families.alike_rows import BLOT, Outline, Run, Trees, runs
from symbackprop.page.families.block_rows import Rows
from symbackprop.page.families.range_letters import Letters, need, relettered
from symbackprop.page.families.row_parts import Part

LEAST = 3  # terms that are worth a Σ


def with_sums(blocks: Sequence[Rows], letters: Letters) -> list[Rows]:
    """Rows whose equations have a Σ for terms that are alike, by their numbers, then by their letters."""
    return summed(summed(blocks, letters, counts=True), letters, counts=False)


def summed(blocks: Sequence[Rows], letters: Letters, *, counts: bool) -> list[Rows]:
    """Rows whose sums have a Σ over one kind of index."""
    trees = Trees()
    found: list[Run] = []

    def seek(node: Formula, below: list[Formula]) -> Formula:
        if innermost(node):
            found.extend(alike(below, trees, counts, letters))
        return rebuilt(node, below)

    changed(blocks, seek)
    generic = [r.generic() or [] for r in found]
    needs = [need(g, r.values, counts, chained=False) for r, g in zip(found, generic, strict=True)]
    given = iter(zip(generic, letters.give(needs), strict=True))

    def put(node: Formula, below: list[Formula]) -> Formula:
        if not innermost(node):
            return rebuilt(node, below)
        terms = list(below)
        for run in alike(below, trees, counts, letters):
            names, letter = next(given)
            terms = joined(terms, run, names, letter) if letter else terms
        return one_or(Plus, terms)

    return changed(blocks, put)


def changed(blocks: Sequence[Rows], change: Callable[[Formula, list[Formula]], Formula]) -> list[Rows]:
    """The rows with the sides of their equations folded anew."""

    def part(p: Part) -> Part:
        if not isinstance(p, Equation) or p.local is TRACE:
            return p
        return replace(p, sides=tuple(fold(f, children, change) for f in p.sides))

    return [[tuple(map(part, row)) for row in rows] for rows in blocks]


def innermost(node: Formula) -> bool:
    """Whether a node is a sum of many terms, and no such sum stands in it."""

    def long(f: Formula) -> bool:
        return isinstance(f, Plus) and len(f.terms) >= LEAST

    return long(node) and not any(long(f) for f in inside(node) if f is not node)


def alike(terms: Sequence[Formula], trees: Trees, counts: bool, letters: Letters) -> Iterator[Run]:
    """The terms of a sum that are one up to an index, in its order; each term in the largest family."""
    outlines = [Outline.of((t,), trees) for t in terms]
    taken: set[int] = set()
    for run in runs(outlines, counts):
        places = {id(o) for o in run.members}
        if len(run.members) < LEAST or run.aside or taken & places or run.generic() is None:
            continue
        made = in_order(run, counts, letters)
        if counts and not is_run([number(v) for v in made.values]):
            continue
        if not counts and isinstance(run.members[0].row[0], Name | At):
            continue
        taken |= places
        yield made


def in_order(run: Run, counts: bool, letters: Letters) -> Run:
    """The family with its numbers going up, or its letters as they stand elsewhere."""
    values = sorted(run.values, key=int) if counts else list(letters.order(run.values))
    return Run([run.members[run.values.index(v)] for v in values], values, run.found)


def number(value: str) -> Number:
    """A value that counts."""
    return Number(Fraction(int(value)))


def joined(terms: Sequence[Formula], run: Run, names: Sequence[Name], letter: str) -> list[Formula]:
    """The terms with a Σ in the place of the first of some."""
    members = {id(o.row[0]) for o in run.members}
    put = iter([relettered(n, BLOT, letter) for n in names])
    first = next(t for t in terms if id(t) in members)
    body = fold(first, children, lambda f, c: next(put) if isinstance(f, Name) else rebuilt(f, c))
    values = tuple(number(v) if v.isdecimal() else Name(v) for v in run.values)
    made = SumOver(Name(letter), values, body)
    return [made if t is first else t for t in terms if t is first or id(t) not in members]
