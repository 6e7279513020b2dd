"""A page with its families: rows of a block that are one up to an index are one row that says its range."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation, Family, Phrase
from symbackprop.formula.composing import size_name
from symbackprop.formula.indexed_names import parts
from symbackprop.formula.tree import At, Formula, IndexRange, Name, Number
from symbackprop.formula.writing.walk import children, fold, rebuilt
from symbackprop.page.families.range_letters import Letters, need, relettered
from symbackprop.page.families.row_parts import Part, Row, formulas, with_formulas
from symbackprop.page.families.alike_rows import BLOT, Outline, Run, Trees, runs
from symbackprop.page.page import Block, Equations, Paragraph, Section

Rows: TypeAlias = list[Row]


def with_families(d: Derivation, sections: Sequence[Section]) -> list[Section]:
    """The sections with each family once."""
    blocks = [b for s in sections for b in s.blocks]
    letters = page_letters(d, blocks)
    names = frozenset(printed_names(d))
    rows = families([rows_of(b) for b in blocks], letters, names)
    made = iter(zip(blocks, rows, strict=True))
    told: set[Name] = set()
    out = []
    for s in sections:
        each = [with_rows(*next(made), told) for _ in s.blocks]
        out.append(replace(s, blocks=tuple(b for found in each for b in found)))
    return out


def printed_names(d: Derivation) -> Iterator[Name]:
    """Every name of the graph."""
    return (e.symbol.tex for e in d.graph.symbol.values() if e.symbol)


def page_letters(d: Derivation, blocks: Sequence[Block]) -> Letters:
    """The letters that an index of this page cannot have."""
    found = [f for b in blocks for row in rows_of(b) for part in row for f in formulas(part)]
    sizes = [size_name(n) for n in d.graph.sizes]
    steps = [d.graph.time.letter] if d.graph.time else []
    return Letters.of([*found, *printed_names(d), *sizes, *steps], d.functions.values())


# --- blocks as rows --------------------------------------------------------------------------------


def rows_of(b: Block) -> Rows:
    """The rows of a block that may be families."""
    return [(eq,) for eq in b.rows] if isinstance(b, Equations) else []


def with_rows(b: Block, rows: Rows, told: set[Name]) -> list[Block]:
    """The block with other rows; what a name stands for that only a generic row has is said once."""
    if not isinstance(b, Equations):
        return [b]
    found = tuple(part for row in rows for part in row if isinstance(part, Equation))
    new = {a: x for eq in found for a, x in aliases(eq) if a not in told}
    told |= new.keys()
    said = [Paragraph(Phrase("family.alias", (("name", a), ("other", x)))) for a, x in new.items()]
    return [replace(b, rows=found), *said]


def aliases(eq: Equation) -> tuple[tuple[Name, Name], ...]:
    """What an equation over a family calls by another name at some values."""
    return (*eq.over.aliases, *aliases(eq.over.members[0])) if eq.over else ()


# --- rows to families ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """A family among the rows of a block: which rows, in their order, the generic names, its values."""

    places: tuple[int, ...]
    values: tuple[str, ...]
    names: tuple[Name, ...]
    aliases: tuple[tuple[Name, Name], ...]


def families(blocks: Sequence[Rows], letters: Letters, names: frozenset[Name] = frozenset()) -> list[Rows]:
    """The rows of several blocks with each family as one row, numbers first, then letters.

    `names` are those of the graph: no alias is one of them.
    """
    done = list(blocks)
    for counts in (True, False):
        trees = Trees()
        found = [list(families_in(rows, trees, counts, names)) for rows in done]
        found = found if counts else in_one_order(found)
        flat = [f for fs in found for f in fs]
        needs = [need(f.names, f.values, counts, chained(f)) for f in flat]
        given = dict(zip(map(id, flat), letters.give(needs), strict=True))
        done = [collapsed(rows, [(f, x) for f in fs if (x := given[id(f)])], counts)
                for rows, fs in zip(done, found, strict=True)]  # fmt: skip
    return done


def in_one_order(found: Sequence[Sequence[Found]]) -> list[list[Found]]:
    """Families of letters, with letters that were met before in the order they had there."""
    orders: list[tuple[str, ...]] = []
    out: list[list[Found]] = []
    for fs in found:
        out.append([])
        for f in fs:
            order = next((o for o in orders if set(f.values) <= set(o)), f.values)
            orders.append(order)
            pairs = sorted(zip(f.values, f.places, strict=True), key=lambda p: order.index(p[0]))
            values, places = zip(*pairs, strict=True)
            out[-1].append(replace(f, values=values, places=places))
    return out


def chained(f: Found) -> bool:
    """Whether a row of the family is about its neighbour."""
    return bool(f.aliases) or any(BLOT + sign in p for n in f.names for p in parts(n) for sign in "+-")


def families_in(rows: Rows, trees: Trees, counts: bool, names: frozenset[Name]) -> Iterator[Found]:
    """The families among rows, each row in the largest it is in."""
    outlines = [Outline.of(row, trees) for row in rows]
    place = {id(o): k for k, o in enumerate(outlines)}
    taken: set[int] = set()
    for run in runs(outlines, counts):
        places = [place[id(o)] for o in run.members]
        generic = None if taken.intersection(places) else run.generic()
        if generic is None or not worth(run, generic, counts):
            continue
        other = run.aliases(generic)
        if names & other.keys() or len(set(other.values())) < len(other):
            continue
        taken |= set(places)
        order = ordered(places, run.values, counts)
        yield Found(tuple(places[k] for k in order), tuple(run.values[k] for k in order),
                    tuple(generic), tuple(other.items()))  # fmt: skip


def ordered(places: Sequence[int], values: Sequence[str], counts: bool) -> list[int]:
    """Members in the order of their rows; numbers up, or down where the rows go down."""
    order = sorted(range(len(places)), key=places.__getitem__)
    if not counts:
        return order
    up = sorted(order, key=lambda k: int(values[k]))
    return up[::-1] if order == up[::-1] else up


LEAST = 3  # members that say by themselves that they are a family


def worth(run: Run, generic: Sequence[Name], counts: bool) -> bool:
    """Whether a family is worth its index: three members, or two that are more than a name for a name.

    Letters that move nothing but the left side, or one name alone, are a coincidence.
    """
    moved = {parts(n) for n in generic if any(BLOT in p for p in parts(n))}
    equations = [part for part in run.members[0].row if isinstance(part, Equation)]
    if len(run.members) >= LEAST:
        return counts or len(moved) > 1 or not equations
    bare = all(isinstance(f, Name | At) for eq in equations for f in eq.sides)
    return bool(equations) and len(moved) > 1 and not (bare and counts)


def collapsed(rows: Rows, found: Sequence[tuple[Found, str]], counts: bool) -> Rows:
    """The rows with each family at the place of its first one."""
    made: dict[int, Row | None] = dict(enumerate(rows))
    for f, letter in found:
        made |= dict.fromkeys(f.places, None)
        made[min(f.places)] = generic_row([rows[k] for k in f.places], f, letter, counts)
    return [row for row in made.values() if row is not None]


def generic_row(rows: Sequence[Row], f: Found, letter: str, counts: bool) -> Row:
    """The row that stands for all of them."""
    names = iter([relettered(n, BLOT, letter) for n in f.names])

    def renamed(formula: Formula) -> Formula:
        return fold(formula, children, lambda f, c: next(names) if isinstance(f, Name) else rebuilt(f, c))

    values = tuple(Number(Fraction(int(v))) if counts else Name(v) for v in f.values)
    over = IndexRange(Name(letter), values)
    out = []
    for k, part in enumerate(rows[0]):
        made = with_formulas(part, [renamed(x) for x in formulas(part)])
        out.append(of_family(made, [row[k] for row in rows], over, f.aliases))
    return tuple(out)


def of_family(
    part: Part, members: Sequence[Part], over: IndexRange, aliases: tuple[tuple[Name, Name], ...]
) -> Part:
    """A generic part with its range."""
    if isinstance(part, Equation):
        equations = tuple(m for m in members if isinstance(m, Equation))
        same = len({m.shape for m in equations}) == 1
        family = Family(over, equations, aliases)
        return replace(part, shape=part.shape if same else None, over=family)
    return part
