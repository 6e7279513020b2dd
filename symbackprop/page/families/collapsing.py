"""A page with its families: rows of a block that are one up to an index are one row that says its range."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation, Family, Phrase
from symbackprop.formula.composing import size_name
from symbackprop.formula.indexed_names import parts, value_text
from symbackprop.formula.tree import At, Formula, IndexRange, Name, Number
from symbackprop.formula.writing.walk import children, fold, rebuilt
from symbackprop.page.families.block_rows import (
    Rows, groups_of, items, lists, said_aliases, with_groups, with_lists,
)  # fmt: skip
from symbackprop.page.families.range_letters import Letters, need, relettered
from symbackprop.page.families.row_parts import Part, Row, formulas, with_formulas
from symbackprop.page.families.alike_rows import BLOT, Outline, Run, Trees, Values, runs
from symbackprop.page.families.sums_over_names import with_sums
from symbackprop.page.page import Block, Equations, Ledger, Paragraph, Section


def with_families(d: Derivation, sections: Sequence[Section]) -> list[Section]:
    """The sections with each family once: whole derivations first, then rows."""
    names = frozenset(printed_names(d))
    letters = page_letters(d, [b for s in sections for b in s.blocks])

    def found(blocks: Sequence[Block], *, sums: str = "left") -> list[Rows]:
        groups = [(isinstance(b, Ledger), rows) for b in blocks for rows in groups_of(b)]
        rows = [rows for _, rows in groups]
        rows = families(with_sums(rows, letters) if sums == "written" else rows, letters, names)
        made = zip(groups, rows, strict=True)
        return [forward_families(rows, letters, names) if ledger else rows for (ledger, _), rows in made]

    found([b for s in sections for b in s.blocks])  # for the letters: an index has one on the whole page
    made = [replace(s, blocks=with_derivations(s.blocks, letters, names)) for s in sections]
    each = iter(found([b for s in made for b in s.blocks], sums="written"))
    told: set[Name] = set()
    return [replace(s, blocks=tuple(x for b in s.blocks for x in with_rows(b, each, told))) for s in made]


def with_rows(b: Block, each: Iterator[Rows], told: set[Name]) -> list[Block]:
    """A block with its next rows, and what is to be said of their names."""
    groups = list(islice(each, len(groups_of(b))))
    return [with_groups(b, groups), *said_aliases([row for rows in groups for row in rows], told)]


def with_derivations(blocks: Sequence[Block], letters: Letters, names: frozenset[Name]) -> tuple[Block, ...]:
    """Blocks of a section with those that are one up to an index as one: its sentence and its equations."""
    blocks = [with_outer_lists(b, letters, names) if isinstance(b, Paragraph) else b for b in blocks]
    derived = {k: b for k, b in enumerate(blocks) if isinstance(b, Equations) and b.intro and b.rows}
    whole = {k: derivation_row(b) for k, b in derived.items()}
    place = dict(enumerate(whole))
    out: dict[int, Block] = {k: b for k, b in enumerate(blocks) if k not in whole}
    for (intro, *rows), places in united(list(whole.values()), letters, names):
        first = derived[place[min(places)]]
        out[place[min(places)]] = replace(first, rows=tuple(rows), intro=intro)  # type: ignore[arg-type]
    return tuple(out[k] for k in sorted(out))


def with_outer_lists(b: Paragraph, letters: Letters, names: frozenset[Name]) -> Paragraph:
    """A sentence whose lists of lists say once what is one up to an index: W_l (n_l × m)."""
    rows = list(map(items, lists(b.phrase, "outer")))
    return Paragraph(with_lists(b.phrase, iter(families(rows, letters, names)), "outer"))


def derivation_row(b: Equations) -> Row:
    """A block of equations as one row."""
    return (b.intro, *b.rows)


def united(rows: Rows, letters: Letters, names: frozenset[Name]) -> Iterator[tuple[Row, frozenset[int]]]:
    """The rows with families as one, each with the places of the rows it stands for."""
    home = {id(eq): k for k, row in enumerate(rows) for eq in leaves(row)}
    (made,) = families([rows], letters, names)
    return ((row, frozenset(home[id(eq)] for eq in leaves(row))) for row in made)


def leaves(row: Row) -> Iterator[Equation]:
    """Every equation that a row states."""
    return (eq for part in row if isinstance(part, Equation) for eq in part.leaves)


def like_the_first(d: Derivation, rows: Rows) -> frozenset[int]:
    """The places of the rows that are one with the first."""
    every = (places for _, places in united(rows, Letters(set()), frozenset(printed_names(d))))
    return next((places for places in every if 0 in places), frozenset())


def shortest_alike(d: Derivation, rows: Sequence[Equation]) -> list[Equation]:
    """The equations, cut to their first side where that makes some of them one and all sides do not."""
    names = frozenset(printed_names(d))
    short = [replace(eq, sides=eq.sides[:1]) for eq in rows]

    def alike(some: Sequence[Equation]) -> set[frozenset[int]]:
        return {places for _, places in united([(eq,) for eq in some], Letters(set()), names)}

    return short if alike(short) - alike(rows) else list(rows)


def printed_names(d: Derivation) -> Iterator[Name]:
    """Every name of the graph."""
    return (e.symbol.tex for e in d.graph.symbol.values() if e.symbol)


def page_letters(d: Derivation, blocks: Sequence[Block]) -> Letters:
    """The letters that an index of this page cannot have."""
    found = [
        f for b in blocks for rows in groups_of(b) for row in rows for part in row for f in formulas(part)
    ]
    sizes = [size_name(n) for n in d.graph.sizes]
    steps = [d.graph.time.letter] if d.graph.time else []
    return Letters.of(printed_names(d), [*found, *sizes, *steps], d.functions.values())


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
        stated = [has_equations(rows) for rows in done]
        found = [
            families_in(rows, trees, counts, names) if s else [] for rows, s in zip(done, stated, strict=True)
        ]
        found = found if counts else [in_one_order(fs, letters) for fs in found]
        known = None if counts else letters.sets  # letters of other rows may be alike by chance
        found = [fs if s else families_in(rows, trees, counts, names, known)
                 for rows, s, fs in zip(done, stated, found, strict=True)]  # fmt: skip
        flat = [f for fs in found for f in fs]
        needs = [need(f.names, f.values, counts, chained(f)) for f in flat]
        given = dict(zip(map(id, flat), letters.give(needs), strict=True))
        done = [collapsed(rows, [(f, x) for f in fs if (x := given[id(f)])], counts)
                for rows, fs in zip(done, found, strict=True)]  # fmt: skip
    return done


def in_one_order(found: Sequence[Found], letters: Letters) -> list[Found]:
    """Families of letters in the order of the graph."""
    out = []
    for f in found:
        place = dict(zip(f.values, f.places, strict=True))
        values = tuple(letters.order(f.values))
        out.append(replace(f, values=values, places=tuple(place[v] for v in values)))
    return out


def forward_families(rows: Rows, letters: Letters, names: frozenset[Name]) -> Rows:
    """Rows of a ledger that are one in the forward pass alone: it stands beside the first error signal of
    theirs, the others follow by themselves.
    """
    alone = [row for row in rows if isinstance(row[0], Equation) and row[0].over is None]
    (made,) = families([[row[:1] for row in alone]], letters, names)
    home = {id(row[0]): k for k, row in enumerate(rows)}
    out: dict[int, Rows] = {k: [row] for k, row in enumerate(rows)}
    for (eq,) in made:
        if isinstance(eq, Equation) and eq.over:
            first, *others = (home[id(m)] for m in eq.leaves)
            out[first] = [(eq, *rows[first][1:])]
            for k in others:
                out[first] += [(None, *rows[k][1:])] if any(rows[k][1:]) else []
                out[k] = []
    return [row for found in out.values() for row in found]


def chained(f: Found) -> bool:
    """Whether a row of the family is about its neighbour."""
    return bool(f.aliases) or any(BLOT + sign in p for n in f.names for p in parts(n) for sign in "+-")


def has_equations(rows: Rows) -> bool:
    """Whether rows state something."""
    return any(isinstance(part, Equation) for row in rows for part in row)


def families_in(
    rows: Rows, trees: Trees, counts: bool, names: frozenset[Name], known: Sequence[Values] | None = None
) -> list[Found]:
    """The families among rows, each row in the largest it is in; of `known` values where these are given."""
    found: list[Found] = []
    outlines = [Outline.of(row, trees) for row in rows]
    place = {id(o): k for k, o in enumerate(outlines)}
    taken: set[int] = set()
    for run in runs(outlines, counts, known):
        places = [place[id(o)] for o in run.members]
        generic = None if taken.intersection(places) else run.generic()
        if generic is None or not worth(run, generic, counts):
            continue
        other = run.aliases(generic)
        said = any(isinstance(part, Equation) for part in run.members[0].row)
        if names & other.keys() or len(set(other.values())) < len(other) or (other and not said):
            continue
        taken |= set(places)
        order = ordered(places, run.values, counts)
        found.append(Found(tuple(places[k] for k in order), tuple(run.values[k] for k in order),
                           tuple(generic), tuple(other.items())))  # fmt: skip
    return found


def ordered(places: Sequence[int], values: Sequence[str], counts: bool) -> list[int]:
    """Members in the order of their rows; numbers up, or down where the rows go down."""
    order = sorted(range(len(places)), key=places.__getitem__)
    if not counts:
        return order
    up = sorted(order, key=lambda k: int(values[k]))
    return up[::-1] if order == up[::-1] else up


LEAST = 3  # members that say by themselves that they are a family
LISTED = 4  # names of a list that are longer than their range


def worth(run: Run, generic: Sequence[Name], counts: bool) -> bool:
    """Whether a family is worth its index: three members, or two that are more than a name for a name.

    Letters that move nothing but the left side, or one name alone, are a coincidence.
    """
    moved = {parts(n) for n in generic if any(BLOT in p for p in parts(n))}
    equations = [part for part in run.members[0].row if isinstance(part, Equation)]
    if not equations:
        return len(run.members) >= LISTED
    if len(run.members) >= LEAST:
        return counts or len(moved) > 1
    bare = all(isinstance(f, Name | At) for eq in equations for f in eq.sides)
    return len(moved) > 1 and not (bare and counts)


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
    made = [with_formulas(part, [renamed(x) for x in formulas(part)]) for part in rows[0]]
    out = [of_family(part, [row[k] for row in rows], over, f.aliases) if isinstance(part, Equation) else part
           for k, part in enumerate(made)]  # fmt: skip
    if not any(isinstance(part, Equation) for part in out):  # else the equations say the range
        out[0] = Phrase("family.name", (("name", out[0]), ("list", over)))  # type: ignore[arg-type]
    return tuple(out)


def of_family(
    part: Equation, members: Sequence[Part], over: IndexRange, aliases: tuple[tuple[Name, Name], ...]
) -> Equation:
    """A generic equation with its family."""
    equations = tuple(m for m in members if isinstance(m, Equation))
    same = len({m.shape for m in equations}) == 1
    sizes = () if same else generic_sizes(equations, over)
    return replace(part, shape=part.shape if same else None, over=Family(over, equations, aliases, sizes))


def generic_sizes(members: Sequence[Equation], over: IndexRange) -> tuple[Formula, ...]:
    """The sizes of the members with the index in them, n_l and n_{l-1}; none where they are no family."""
    found = [m.sizes for m in members]
    if any(x is None or len(x) != len(found[0] or ()) for x in found):
        return ()
    trees = Trees()
    outlines = [Outline.of(x or (), trees) for x in found]
    first, *rest = zip(outlines, map(value_text, over.values), strict=True)
    run = Run.of(*first)
    alike = all(o.key == first[0].key and run.take(o, value) for o, value in rest)
    names = run.generic() if alike and not run.aside else None
    if names is None:
        return ()
    put = iter([relettered(n, BLOT, over.letter.base) for n in names])
    return tuple(fold(f, children, lambda f, c: next(put) if isinstance(f, Name) else rebuilt(f, c))
                 for f in found[0] or ())  # fmt: skip
