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

ARRAYS = '''def _arrays(declared, *given):
    """Arrays of one type of real numbers, with axes as declared, labels as they are.

    The type is the widest of the arguments, double precision where all are whole numbers.
    Errors: `ValueError` for an array of other axes, or not real.
    """
    arrays = [np.asarray(x) for x in given]
    kinds = set()
    for (name, said, axes, label), x in zip(declared, arrays):
        if x.dtype.kind in "cOSUMm":
            raise ValueError(f"{name} is declared {said} and real, given dtype {x.dtype}; "
                             f"take {name}.real, or {name}.astype(float)")
        if x.ndim != axes:
            raise ValueError(f"{name} is declared {said}, "
                             f"given an array of shape {x.shape}")
        if not label:
            kinds.add(x.dtype)
    real = [k for k in kinds if k.kind == "f"]
    if len(kinds) == len(real) == 1:
        return arrays
    dtype = np.result_type(*real) if real else float
    return [x if row[3] else x.astype(dtype, copy=False)
            for x, row in zip(arrays, declared)]
'''
GIVEN = '''def _given(declared, given, named):
    """The arguments in order, from positions, keywords, or one mapping.

    Errors: `TypeError` for one that is missing, given twice, or unknown.
    """
    if len(given) == 1 and isinstance(given[0], dict) and not named:
        given, named = (), given[0]
    names = [row[0] for row in declared]
    if len(given) > len(names):
        raise TypeError(f"{len(given)} arguments for {len(names)}: {', '.join(names)}")
    known = set(names[len(given) :])
    for name in named:
        if name not in known:
            said = "given twice" if name in names else "no input"
            raise TypeError(f"{name} is {said}; inputs: {', '.join(names)}")
    for name, said, _, _ in declared[len(given) :]:
        if name not in named:
            raise TypeError(f"{name} is missing, declared {said}")
    return [*given, *(named[n] for n in names[len(given) :])]
'''
FITS = '''def _fits(declared, shapes, *arrays):
    """Errors: `ValueError` for an array whose sizes do not agree with those of the others."""
    for (name, said, _, _), shape, x in zip(declared, shapes, arrays):
        if x.shape != shape or 0 in shape:
            raise ValueError(f"{name} is declared {said}, "
                             f"beside the other arrays {shape}, "
                             f"given an array of shape {x.shape}")
'''
LABELS = '''def _labels(*given):
    """Errors: `ValueError` for labels that name no class."""
    for name, labels, classes in given:
        if labels.dtype.kind not in "iu" or np.any((labels < 0) | (labels >= classes)):
            raise ValueError(f"{name} holds labels, "
                             f"whole numbers from 0 to {classes - 1}, given {labels}")
'''
Argument: TypeAlias = tuple[str, str, Shape]
CHECKS: Mapping[str, str] = {"_given": GIVEN, "_arrays": ARRAYS, "_fits": FITS, "_labels": LABELS}


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


def table(given: Iterable[Argument], labels: Collection[str]) -> str:
    """The rows of arguments: name, declaration, number of axes, whether they are labels."""
    rows = [f"    ({said!r}, {declared(s)!r}, {len(s)}, {code in labels}),\n" for said, code, s in given]
    return f"(\n{''.join(rows)})"


def labelled(d: Derivation) -> frozenset[str]:
    """The inputs that are labels, as code calls them."""
    inputs = ((n, d.graph.symbol[n].symbol) for n in d.graph.inputs)
    return frozenset(safe(n) for n, s in inputs if s and s.labels)


def sizes(d: Derivation, names: CodeNames, known: Collection[str], rows: str, *, seeded: bool) -> list[str]:
    """The lines that compare sizes, as far as they are known, what nodes need of them, and labels.

    `rows` is what the table of the arguments is called.
    """
    given = list(arguments(d, names, seeded=seeded))
    shapes = [
        shape_code(s) if all(x.names <= set(known) for x in s) else f"{code}.shape" for _, code, s in given
    ]
    inputs = [(public(n), safe(n), d.graph.symbol[n].symbol) for n in d.graph.inputs]
    classes = [f"({said!r}, {n}, {size_code(s.labels)})" for said, n, s in inputs
               if s and s.labels and s.labels.names <= set(known)]  # fmt: skip
    codes = ", ".join(code for _, code, _ in given)
    wanted = f"({', '.join(shapes)}{',' * (len(shapes) == 1)})"
    out = [f"_fits({rows}, {wanted}, {codes})"] if given else []
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
