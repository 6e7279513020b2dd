"""The letters of an answer: which axes they run over, and which names of sizes are letters after all."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import permutations

import numpy as np

from symbackprop.answers.asked.equality_chain import Refused, Shapes, shapes_of, with_letters
from symbackprop.answers.asked.right_values import DELTA, Bench
from symbackprop.answers.typed.clause_values import Definition
from symbackprop.answers.typed.sum_scopes import indexing, reaching
from symbackprop.derivation.scopes import PAGE
from symbackprop.entries.reference_values import Array
from symbackprop.formula.composing import size_formula, size_name
from symbackprop.formula.evaluation.paper_arrays import Paper
from symbackprop.formula.reading.name_table import NameTable
from symbackprop.formula.tree import OPEN, At, Formula, KroneckerDelta, Name, Product, Span, Sum
from symbackprop.formula.writing.walk import children, fold, inside, rebuilt
from symbackprop.sizes import ONE, Shape, Size

Free = Mapping[str, tuple[Size, ...]]


@dataclass(frozen=True)
class Lettered:
    """Formulas whose letters have axes; `order` is that of the axes asked for."""

    forms: tuple[Formula, ...]
    own: tuple[Definition, ...] = ()
    order: tuple[str, ...] = ()
    free: Free = field(default_factory=dict)
    recurrent: bool = False


def lettered(
    bench: Bench, table: NameTable, forms: Sequence[Formula], own: Sequence[Definition],
    order: tuple[str, ...],
) -> Lettered:  # fmt: skip
    """The answer with the axes its letters run over. Errors: `Refused` where an axis cannot be seen."""
    every = (*forms, *(d.body for d in own))
    kinds = At | Sum | Product | KroneckerDelta
    indexed = any(isinstance(x, kinds) for f in every for x in inside(f))
    if not (order or indexed or any(d.letters for d in own)):
        return Lettered(tuple(forms), tuple(own))
    d = bench.target.d
    time = d.graph.time.letter.base if d.graph.time else ""
    said = order or axes_said(bench, Shapes(d, own_shapes(bench), table.free, time), forms)
    own = [of_own_sizes(bench, table, replace(x, body=reaching(x.body, x.letters))) for x in own]
    forms, order = of_sizes(bench, table, tuple(reaching(f, said) for f in forms), order)
    shapes = Shapes(d, own_shapes(bench), table.free, time)
    own, shapes = placed(own, shapes, table)
    forms = tuple(bounded(f, shapes) for f in forms)
    order = order or alphabet(bench, forms, shapes)
    rows = len(order) == 1 and len(bench.target.axes) == 2 and ONE not in bench.target.axes
    left = (heading(bench, order),) if order and not rows else ()  # ∂L/∂w_j: a row or a column
    claim = with_letters(d, table, PAGE, {}, (*left, *forms), (), own=shapes.own)
    order = order or ordered(dict(claim.free), bench.target.axes)
    place = {letter: k for k, letter in enumerate(order)}
    free = dict(sorted(claim.free, key=lambda f: place.get(f[0], len(place))))
    free |= firm(shapes, forms, free)
    return Lettered(forms, tuple(own), order, free, claim.recurrent)


def axes_said(bench: Bench, shapes: Shapes, forms: Sequence[Formula]) -> Collection[str]:
    """The letters that stand for axes, where no left side says them; none where they are too many."""
    asked = {*bench.target.axes, None}
    standing = {x for f in forms for x in indexing(f) if x in shapes.indices and x != shapes.time}
    away = {x for f in forms for x, axis in shapes.letters(f) if axis not in asked}
    return standing - away if len(standing) <= len(bench.target.axes) else ()


def firm(shapes: Shapes, forms: tuple[Formula, ...], free: Free) -> Free:
    """The axes of the letters that are seen for sure: w_c of a matrix may be a row or a column."""
    found: dict[str, tuple[Size, ...]] = {}
    for node, index, axis in (use for f in forms for use in shapes.uses(f)):
        open_one = isinstance(node, At) and len(node.indices) == 1 and shapes.matrix(node.base)
        if axis is not None and index.base in free and not open_one:
            found[index.base] = tuple(dict.fromkeys((*found.get(index.base, ()), axis)))
    return found


def by_rows(
    value: Paper, axes: Shape, sizes: tuple[int, ...], free: Free, order: tuple[str, ...]
) -> Array | None:
    """A matrix said by its rows, or its columns: a vector for every position of one letter."""
    if len(axes) != 2 or len(order) != 1 or value.rank != 2 or 1 not in value.size:
        return None
    runs = free.get(order[0], ())
    fits = (k for k in (0, 1) if axes[k] in runs and max(value.size) == sizes[1 - k])
    axis = next(fits, None)
    if axis is None or value.samples not in ((), (sizes[axis],)):
        return None
    long, wide = sizes[axis], sizes[1 - axis]
    rows = np.broadcast_to(value.array.reshape(*value.samples, wide), (long, wide))
    return rows.T if axis else rows


def implied(letters: tuple[str, ...], left: tuple[str, ...], asked: int) -> str:
    """Why an answer with more letters than axes is refused."""
    summed = [x for x in letters if x not in left]
    over = summed[0] if summed else letters[0]
    free = f"{' and '.join(letters)} are free where the result has {asked} index" + "es" * (asked != 1)
    return f"{free}; sums are written out: sum_{over} … for a sum over {over}"


def alphabet(bench: Bench, forms: tuple[Formula, ...], shapes: Shapes) -> tuple[str, ...]:
    """The letters of an answer in windows: by the alphabet for the axes asked for, as our pages have them."""
    found: dict[str, bool] = {}
    for f in forms:
        for letter, axis in shapes.letters(f):
            found[letter] = found.get(letter, False) or axis is not None
    found.pop(shapes.time, None)
    open_ones = not all(found.values()) and len(found) == len(bench.target.axes)
    return tuple(sorted(found)) if open_ones else ()


@lru_cache(maxsize=64)
def own_shapes(bench: Bench) -> Mapping[Formula, Shape]:
    """Own axes of every name and δ of a bench."""
    own, target = shapes_of(bench.target.d), bench.target
    if bench.short in own:
        return {**own, DELTA: own[bench.short]}
    return {**own, target.left: target.axes} if target.kind == "hessian" else own


def ordered(free: Free, axes: Shape) -> tuple[str, ...]:
    """Letters without a left side: as their axes are asked for; where that is open, by the alphabet."""
    letters = sorted(free)
    for way in permutations(letters) if len(letters) == len(axes) else ():
        if all(axis in free[x] for x, axis in zip(way, axes, strict=True)):
            return way
    return tuple(letters)


def placed(
    own: Sequence[Definition], shapes: Shapes, table: NameTable
) -> tuple[list[Definition], Shapes]:  # fmt: skip
    """Definitions with the axes of their letters; later formulas may index what they define."""
    out: list[Definition] = []
    for d in own:
        body = bounded(d.body, shapes)
        asked = [x for x in d.letters if x != d.time]
        claim = with_letters(shapes.d, table, PAGE, {}, (body,), (), own=shapes.own)
        free = {**{x: () for x in asked if len(asked) > len({*asked})}, **dict(claim.free)}
        if set(free) != set(asked):
            stray = next(iter(set(free) ^ set(asked)))
            raise Refused("unreadable", 1, f"{stray!r} is free on one side of a definition only")
        axes = tuple(s for x in asked for s in free[x][:1]) if asked else shapes.own_axes(body)
        known = {**shapes.own, **({d.name: axes} if axes else {})}
        shapes = replace(shapes, own=known)
        out.append(replace(d, body=body, free=free))
    return out, shapes


def of_sizes(
    bench: Bench, table: NameTable, forms: tuple[Formula, ...], order: tuple[str, ...]
) -> tuple[tuple[Formula, ...], tuple[str, ...]]:
    """n in x_{nj} is a letter, though a size is called n: where the left side says so, or one is missing."""
    g = bench.target.d.graph
    used = {x.base for f in forms for x in inside(f) if isinstance(x, Name)} | set(order)
    length = g.time.length.names if g.time else ()  # h_T is the last step
    asked = [size_name(n).base for n in g.sizes if n not in length]
    asked = [n for n in asked if n in (order or used)]
    if not asked:
        return forms, order
    if not order:
        standing = {x for f in forms for x in indexing(f)}
        bound = {x.index.base for f in forms for x in inside(f) if isinstance(x, Sum | Product)}
        time = {g.time.letter.base} if g.time else set()
        letters = {x for x in standing if x in table.indices}
        missing = len(bench.target.axes) - len(letters - bound - time)
        asked = [n for n in asked if n in standing][: max(missing, 0)]
    spare = [x for x in table.indices if x not in used and len(x) == 1]
    for n, fresh in zip(asked, spare, strict=False):
        forms = tuple(renamed(f, Name(n), Name(fresh)) for f in forms)
        order = tuple(fresh if x == n else x for x in order)
    return forms, order


def of_own_sizes(bench: Bench, table: NameTable, d: Definition) -> Definition:
    """A definition E_{ik} = … whose k is a letter, though a size is called k."""
    if not {*d.letters} & {size_name(n).base for n in bench.target.d.graph.sizes} - {d.time}:
        return d
    (body,), letters = of_sizes(bench, table, (d.body,), d.letters)
    return replace(d, body=body, letters=letters)


def renamed(f: Formula, old: Name, new: Name) -> Formula:
    """A formula with a letter renamed where it is an index, unless a sum binds it."""

    def swapped(node: Formula, a: Name, b: Name) -> Formula:
        return fold(node, children, lambda x, parts: b if x == a else rebuilt(x, parts))

    def combine(node: Formula, parts: list[Formula]) -> Formula:
        made = rebuilt(node, parts)
        if isinstance(made, At):
            # the end of a slice is a size, never a letter
            swap = (i if isinstance(i, Span) else swapped(i, old, new) for i in made.indices)
            return At(made.base, tuple(swap))
        if isinstance(made, KroneckerDelta):
            return swapped(made, old, new)
        if isinstance(made, Sum | Product) and made.index == old:
            return replace(made, body=swapped(made.body, new, old))
        return made

    return fold(f, children, combine)


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
            for index, axis in zip(x.indices, shapes.axes(x), strict=True) if isinstance(x, At) else ():
                if index == made.index and axis is not None:
                    return replace(made, high=size_formula(axis))
        raise Refused("unreadable", 1, f"over which axis the index {made.index.base!r} runs cannot be seen")

    return fold(f, children, combine)
