"""How an emitted function opens: arrays of one type, sizes from shapes."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import lru_cache

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.code_names import CodeNames
from symbackprop.emit.argument_checks import arguments, labelled, over_time, sizes
from symbackprop.emit.literals import safe
from symbackprop.emit.program.code_writer import Target
from symbackprop.emit.size_equations import solved
from symbackprop.errors import SymbackpropError
from symbackprop.graph.graph import Graph
from symbackprop.sizes import Shape, Size


def opening(
    d: Derivation, names: CodeNames, body: Sequence[str], rows: str, *, seeded: bool, by_name: bool
) -> list[str]:
    """Arrays, sizes from shapes, what is asked of them, before `body`; `rows` is the table of arguments.

    With `by_name` the function takes them in order, by keyword or as a mapping.
    Errors: `SymbackpropError` for a size that the code needs and no input says.
    """
    given = [code for _, code, _ in arguments(d, names, seeded=seeded)]
    source = f"*_given({rows}, given, named)" if by_name else ", ".join(given)
    out = [f"{unpacked(given)} = _arrays({rows}, {source})"] if given else []
    lines, known = size_lines(d, body)
    asked = sizes(d, names, known, rows, seeded=seeded)
    return [*out, *lines, *asked]


def unpacked(names: Sequence[str]) -> str:
    """Names on the left of a tuple."""
    return f"{', '.join(names)}{',' * (len(names) == 1)}"


def size_lines(d: Derivation, body: Sequence[str]) -> tuple[list[str], set[str]]:
    """The lines that read sizes from shapes, and the sizes that are known then.

    Errors: `SymbackpropError` for a size that `body` needs and no input says.
    """
    g, out = d.graph, list[str]()
    axes, bound = list[tuple[str, Size]](), set[str]()
    for n in g.inputs:
        shape = over_time(g, n)
        axes += [(f"{safe(n)}.shape[{axis}]", size) for axis, size in enumerate(shape)]
        new = {k: str(s) for k, s in reversed([*enumerate(shape)]) if str(s) in {*g.sizes} - bound}
        first = {name: k for k, name in new.items()}  # of two axes of one size, the first is read
        bound |= set(new.values())
        if len(first) > 1 and "_" not in g.symbol:
            read = [safe(new[k]) if first.get(new.get(k, "")) == k else "_" for k in range(len(shape))]
            out.append(f"{', '.join(read)} = {safe(n)}.shape")
        else:
            out += [
                f"{safe(name)} = {safe(n)}.shape[{k}]"
                for name, k in sorted(first.items(), key=lambda x: x[1])
            ]
    left = [n for n in g.sizes if n not in bound]
    found = solved(axes, left) if left else ()
    needed = loaded(*body) if len(found) < len(left) else frozenset()
    for missing in left:
        if missing not in dict(found) and safe(missing) in needed:
            raise unsaid(g, missing)
    return [*out, *(f"{safe(n)} = {code}" for n, code in found)], bound | set(dict(found))


def typed(d: Derivation, given: Sequence[str], body: Sequence[str], target: Target) -> list[str]:
    """The type of the arrays that are made, where any is: that of an input, else the target's own.

    Errors: `SymbackpropError` where the library is an argument's, and there is none.
    """
    if not {"dtype", "device", "xp"} & loaded(*body):
        return []
    real = next((code for code in given if code not in labelled(d)), "")
    line = target.typed[0 if real else 1]
    if not given and target.asks:
        raise SymbackpropError("without inputs nothing says which library is meant", where="emit",
                               hint="Take numpy, or declare an input.")  # fmt: skip
    return [line.format(real or next(iter(given), ""))]


def loaded(*lines: str) -> frozenset[str]:
    """The names that lines of a function read."""
    return names_read("".join(["def f():\n", *(f"    {x}\n" for x in lines)]))


@lru_cache(maxsize=100)  # the functions below a module are the same for all
def names_read(code: str) -> frozenset[str]:
    """The names that code reads."""
    found = (n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Name))
    return frozenset(n.id for n in found if isinstance(n.ctx, ast.Load))


def unsaid(g: Graph, size: str) -> SymbackpropError:
    """The error for a size that no axis of an input has."""
    known = next((x for x in g.inputs for z in shape_of(g, x) if size in z.names), "")
    moment = g.time.name if g.time else "t"
    way = f"It occurs in {known}; declare an axis of size {size}." if known else (
        f"No input has one entry per step; add one, such as  x[{moment}]: d")  # fmt: skip
    what = f"size {size} does not follow from the inputs"
    return SymbackpropError(what, where="emit", hint=way)


def shape_of(g: Graph, name: str) -> Shape:
    s = g.symbol[name].symbol
    return s.shape if s else ()
