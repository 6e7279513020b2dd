"""What an emitted function asks of its arguments: axes as declared, real numbers, sizes that fit, labels."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeAlias

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.code_names import CodeNames, public
from symbackprop.emit.literals import bare, safe, shape_code, size_code
from symbackprop.errors import SymbackpropError
from symbackprop.graph.graph import Graph
from symbackprop.graph.size_conditions import Condition, conditions, follows
from symbackprop.sizes import Shape, Size, size

RANKS = '''def _ranks(*given):
    """Errors: `ValueError` for an array of other axes than declared, or not real."""
    for name, array, axes, declared in given:
        dtype = np.asarray(array).dtype
        if dtype.kind in "cOSUMm":
            raise ValueError(f"{name} is declared {declared} and real, "
                             f"given dtype {dtype}; "
                             f"take {name}.real, or {name}.astype(float)")
        if np.ndim(array) != axes:
            raise ValueError(f"{name} is declared {declared}, "
                             f"given an array of shape {np.shape(array)}")
'''
FITS = '''def _fits(*given):
    """Errors: `ValueError` for an array whose sizes do not agree with those of the others."""
    for name, array, shape, declared in given:
        if np.shape(array) != shape or 0 in shape:
            raise ValueError(f"{name} is declared {declared}, "
                             f"beside the other arrays {shape}, "
                             f"given an array of shape {np.shape(array)}")
'''
LABELS = '''def _labels(*given):
    """Errors: `ValueError` for labels that name no class."""
    for name, labels, classes in given:
        if labels.dtype.kind not in "iu" or np.any((labels < 0) | (labels >= classes)):
            raise ValueError(f"{name} holds labels, "
                             f"whole numbers from 0 to {classes - 1}, given {labels}")
'''
Argument: TypeAlias = tuple[str, str, Shape]
CHECKS: Mapping[str, str] = {"_ranks": RANKS, "_fits": FITS, "_labels": LABELS}


def arguments(d: Derivation, names: CodeNames, *, seeded: bool) -> Iterator[Argument]:
    """The arguments of a function with their declared shapes, a time step as the first axis.

    The output's δ is one where the function is `seeded`. Each is as a caller calls it, and as code does.
    """
    g = d.graph
    for n in g.inputs:
        yield public(n), safe(n), over_time(g, n)
    for (n, _), argument in names.early.items():
        yield argument, argument, g.symbol[n].shape
    if seeded:
        yield names.bar(d.of), names.bar(d.of), over_time(g, d.of)


def over_time(g: Graph, name: str) -> Shape:
    s = g.symbol[name].symbol
    assert s
    return ((g.time.length,) if s.time and g.time else ()) + s.shape


def ranks(d: Derivation, names: CodeNames, *, seeded: bool) -> list[str]:
    """The line that compares numbers of axes, before sizes are read from them."""
    rows = [f"({said!r}, {n}, {len(s)}, {declared(s)!r})"
            for said, n, s in arguments(d, names, seeded=seeded)]  # fmt: skip
    return [f"_ranks({', '.join(rows)})"] if rows else []


def sizes(d: Derivation, names: CodeNames, known: Collection[str], *, seeded: bool) -> list[str]:
    """The lines that compare sizes, as far as they are known, what nodes need of them, and labels."""
    given = list(arguments(d, names, seeded=seeded))
    rows = [f"({said!r}, {n}, {shape_code(shape)}, {declared(shape)!r})" for said, n, shape in given
            if shape and all(s.names <= set(known) for s in shape)]  # fmt: skip
    inputs = [(public(n), safe(n), d.graph.symbol[n].symbol) for n in d.graph.inputs]
    classes = [f"({said!r}, {n}, {size_code(s.labels)})" for said, n, s in inputs
               if s and s.labels and s.labels.names <= set(known)]  # fmt: skip
    out = [f"_fits({', '.join(rows)})"] if rows else []
    out += [f"_labels({', '.join(classes)})"] if classes else []
    axes = extents(given)
    asked = (*conditions(d.graph), *positive(d.graph, axes, known))
    return [*out, *(line for c in asked for line in needed(c, axes, known))]


def positive(g: Graph, axes: Mapping[Size, str], known: Collection[str]) -> Iterator[Condition]:
    """What makes sizes positive that are no axis by themselves: n of an axis n + 2."""
    for n in (n for n in g.sizes if n in known and size(n) not in axes):
        gap = size(n) - 1
        if not any(follows(gap, c.gap) for c in conditions(g)):
            yield Condition(next(x for x in g.inputs if any(n in s.names for s in over_time(g, x))), gap)


def extents(given: Iterable[Argument]) -> dict[Size, str]:
    """The sizes of the axes of all arguments, and code that reads them."""
    return {s: f"{n}.shape[{k}]" for _, n, shape in given for k, s in enumerate(shape)}


def needed(c: Condition, axes: Mapping[Size, str], known: Collection[str]) -> list[str]:
    """The lines that ask a condition on sizes: a slice of five needs n >= 5.

    Errors: `SymbackpropError` for one of sizes that neither have a name nor are an axis.
    """
    code: dict[str, str] = {}
    for s in c.sides:
        if s.names <= set(known):
            code |= {n: safe(n) for n in sorted(s.names)}
        elif s in axes:
            code[str(s)] = axes[s]
        else:
            raise SymbackpropError(f"{c.node} needs {c}, which the inputs do not say", where="emit",
                                   hint=f"Declare an axis of size {s}.")  # fmt: skip
    more, less = (code.get(str(s)) or bare(size_code(s)) for s in c.sides)
    given = ", ".join(f"{n} = {{{read}}}" for n, read in code.items())
    return [f"if {more} < {less}:", f"    raise ValueError(f{f'{c.node} needs {c}, given {given}'!r})"]


def declared(shape: Shape) -> str:
    """`n x 3`, as it stands in a graph."""
    return " x ".join(map(str, shape)) or "scalar"
