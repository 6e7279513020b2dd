"""Named mistakes: an answer that is wrong is held against the values typical mistakes give.

A mistake has its name only where it, applied to the reference, gives the answer's values at every spot:
alone, with a sign, a factor or a transpose besides, or two of them together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from symbackprop.answers.asked.chain_points import plain
from symbackprop.answers.asked.equality_chain import Refused
from symbackprop.answers.asked.right_values import Bench
from symbackprop.answers.slips.literal_sizes import restored, spoken
from symbackprop.answers.slips.lost_factors import Units, nameless, ratios, written
from symbackprop.answers.slips.printed_slips import changed, terms, weighed
from symbackprop.answers.slips.wrong_derivation import Candidate, Mistake, direction, quick
from symbackprop.answers.slips.wrong_derivations import Shelf
from symbackprop.answers.verdicts.formula_verdict import Found, Judge
from symbackprop.entries.reference_values import Array
from symbackprop.formula.evaluation.paper_arrays import Paper, transpose
from symbackprop.formula.tree import Formula, Times, Transpose
from symbackprop.formula.writing.walk import inside
from symbackprop.sizes import ONE, shape_text, Size
from symbackprop.vocabulary.kinds import CONCAT

MOST = 2  # mistakes said about one answer
PLACES = 40  # places of a formula a selector is put at
_PLACES = ("node", "consumer", "name")  # gaps that name something of the graph


def named(judge: Judge, found: Found) -> tuple[Mistake, ...]:
    """The mistakes that give the answer's values; else what does not fit; else nothing."""
    b = judge.bench
    if judge.typed.around is not None and found.detail != "clause":
        return ()  # which slip makes an equation false is not looked for
    known = unselected(judge, found) if found.inside else ()
    return tuple(sized_gaps(b, m) for m in known or explanation(b, found))


def explanation(b: Bench, found: Found) -> tuple[Mistake, ...]:
    """What is wrong, the sizes of what is named still to come."""
    if found.detail == "Σ":
        time = b.target.d.graph.time
        return (Mistake("time", (("index", time.name if time else ""),)),)
    if found.detail == "step":
        return (Mistake("step", (("name", f"δ{b.target.wrt}"),)),)
    if found.detail == "clause":
        return (Mistake("clause", (("name", found.part),)),)
    if found.verdict == "transposed":
        return (turned(b, *found.sizes),)
    if found.values:
        right = rights(b)
        known = scale(b, right, found.values) or searched(b, found.values)
        known = known or scale(b, right, found.values, nameless)
        if known:
            return known
    if len(found.sizes) == 2:
        left, right = sized(b, *found.sizes)
        gaps = (("left", left), ("right", right))
        inside = Mistake("inside", (*gaps, ("product", found.part)))
        return (inside if found.inside else Mistake("sizes", gaps),)
    return ()


def unselected(judge: Judge, found: Found) -> tuple[Mistake, ...]:
    """A selector that is missing where sizes do not fit: put back at one place, it makes the answer right."""
    d = judge.bench.target.d
    nodes = list(islice(inside(found.form), PLACES))
    for name in d.constants:
        symbol = d.graph.symbol[name].symbol
        assert symbol
        whole = {s.value(judge.bench.spots[0].point.sizes) for s in symbol.shape}
        if len(symbol.shape) != 2 or not any(set(pair) == whole for pair in zip(*found.sizes, strict=False)):
            continue
        for k, node in enumerate(nodes):
            for s in (symbol.tex, Transpose(symbol.tex)):
                for made in (Times((node, s)), Times((s, node))):
                    if right(judge, changed(found.form, node, k, made)):
                        return (Mistake("selector", (("node", concatenated(judge.bench)),)),)
    return ()


def right(judge: Judge, form: Formula) -> bool:
    """Whether a form is right; one whose sizes do not fit is not."""
    try:
        return judge.one(form).verdict == "correct"
    except Refused:
        return False


def concatenated(b: Bench) -> str:
    """The nodes that are concatenations."""
    g = b.target.d.graph.definition
    return ", ".join(n for n, e in g.items() if e.op is CONCAT)


def searched(b: Bench, values: tuple[Paper, ...]) -> tuple[Mistake, ...]:
    """The first candidate that is the answer; else the first that is it but for its sign, factor or side."""
    close = list(at_once(b, direction(values[quick(b)]), values))
    exact = close[-1][0].mistakes if close and not close[-1][1] else ()
    if exact and exact[0].key != "upstream":
        return exact
    weights = tuple(Mistake(key, gaps) for key, gaps in weighed(b, terms_of(b), values))
    if known := weights or exact or on_a_path(b, values):
        return known
    short = sorted(close, key=lambda x: len(x[0].mistakes) + len(x[1]))
    for c, besides in short:
        if len(c.mistakes) + len(besides) <= MOST:
            return (*c.mistakes, *besides)
    return ()


def parted(a: tuple[Paper, ...], b: tuple[Paper, ...]) -> tuple[Paper, ...]:
    """The differences of values at every spot; none where one has another size."""
    if any(x.size != y.size for x, y in zip(a, b, strict=True)):
        return ()
    return tuple(Paper(x.array - y.array, y.rank, y.along) for x, y in zip(a, b, strict=True))


def on_a_path(b: Bench, values: tuple[Paper, ...]) -> tuple[Mistake, ...]:
    """A path with another factor: what differs from the right value is so many times its part."""
    whole, here = rights(b), quick(b)
    off = parted(values, whole)
    for c in shelf(b).kept if off else ():
        if len(c.mistakes) != 1 or c.mistakes[0].key != "path":
            continue
        part = parted(whole[here], c.first)
        if not part or ratios(off[here], part) is None or len(c.values) != len(whole):
            continue
        found = ratios(off, parted(whole, c.values))  # by what the part is multiplied to give the difference
        factor = written(b, [1 / (1 + x) for x in found]) if found and -1 not in found else None
        if factor is not None:
            gaps = c.mistakes[0].gaps
            sign = (Mistake("path_sign", gaps),) if factor[0] < 0 else ()
            return (*sign, *((Mistake("path_factor", (*gaps, ("factor", factor[1]))),) if factor[1] else ()))
    return ()


def at_once(
    b: Bench, given: Array, values: tuple[Paper, ...]
) -> Iterable[tuple[Candidate, tuple[Mistake, ...]]]:
    """The candidates that give the answer's values, with what is wrong besides; ends where nothing is."""
    for c in shelf(b):
        if not c.near(given):
            continue
        besides = difference(b, c, values)
        if besides is not None:
            yield c, besides
            if not besides:
                return


def difference(b: Bench, c: Candidate, values: tuple[Paper, ...]) -> tuple[Mistake, ...] | None:
    """What is wrong with an answer besides a mistake; None where it is something else."""
    if not c.values:
        return None
    if (found := ratios(c.values, values)) is not None:
        return named_factor(b, found)
    flipped = [transpose(v) if v.rank == 2 else v for v in values]
    found = ratios(c.values, flipped)
    factor = named_factor(b, found) if found is not None else None
    if factor is None:
        return None
    if c.values[0].size == b.spots[0].right.size and len(set(values[0].size)) > 1:
        return (turned(b, c.values[0].size, values[0].size), *factor)
    return factor


def scale(
    b: Bench, right: tuple[Paper, ...], values: tuple[Paper, ...], units: Units | None = None
) -> tuple[Mistake, ...]:
    """The sign and the factor by which an answer differs from the right value, transposed or not."""
    found = ratios(right, values)
    if found is not None:
        return named_factor(b, found, units) or ()
    flipped = tuple(transpose(v) if v.rank == 2 else v for v in values)
    found = ratios(right, flipped)
    factor = named_factor(b, found, units) if found is not None else None
    return (turned(b, right[0].size, values[0].size), *factor) if factor else ()


def named_factor(b: Bench, found: list[float], units: Units | None = None) -> tuple[Mistake, ...] | None:
    """A sign and a factor as mistakes; none for 1; None where no such factor would be written."""
    factor = written(b, found, units)
    if factor is None:
        return None
    sign, said = factor
    return (*((Mistake("sign"),) if sign < 0 else ()),
            *((Mistake("factor", (("factor", said),)),) if said else ()))  # fmt: skip


def turned(b: Bench, asked: tuple[int, ...], given: tuple[int, ...]) -> Mistake:
    """The transpose of what is asked for."""
    said = sized(b, asked, given)
    return Mistake("transposed", (("asked", said[0]), ("given", said[1])))


def sized(b: Bench, *given: tuple[int, ...]) -> list[str]:
    """d×m, as the axes of the graph are called; 2×3 where one of the numbers is none of theirs, or two."""
    here = b.spots[0].point.sizes
    found: dict[int, set[Size]] = {1: {ONE}}
    for s in (s for e in b.target.d.graph.symbol.values() for s in e.shape):
        found.setdefault(s.value(here), set()).add(s)
    if all(len(found.get(k, ())) == 1 for own in given for k in own):
        named = {k: restored(tuple(x)) for k, x in found.items()}
        return [shape_text(sum((named[k] for k in own), ())) if own else "1" for own in given]
    return ["×".join(map(str, spoken(b, own))) or "1" for own in given]


def sized_gaps(b: Bench, m: Mistake) -> Mistake:
    """A mistake with the sizes of what it names, and of what is asked for."""
    gaps = tuple((k, with_sizes(b, v) if k in _PLACES else v) for k, v in m.gaps)
    own = shape_text(restored(b.target.axes)) if b.target.axes else "1"
    return replace(m, gaps=(*gaps, ("size", own)))


def with_sizes(b: Bench, names: str) -> str:
    """B (n×4): the names of nodes, each with its size."""
    symbol = b.target.d.graph.symbol
    out = []
    for n in names.split(", "):
        own = n.removeprefix("δ")
        shape = restored(symbol[own].shape) if own in symbol else ()
        out.append(f"{n} ({shape_text(shape)})" if shape else n)
    return ", ".join(out)


@lru_cache(maxsize=64)
def rights(b: Bench) -> tuple[Paper, ...]:
    """What is right at every spot."""
    return tuple(plain(s.right) for s in b.spots)


@lru_cache(maxsize=64)
def shelf(b: Bench) -> Shelf:
    """The candidates of a bench, kept for its next answer."""
    return Shelf(b)


@lru_cache(maxsize=64)
def terms_of(b: Bench) -> tuple[tuple[str, tuple[Paper, ...]], ...]:
    """The terms of the printed gradient."""
    return terms(b)
