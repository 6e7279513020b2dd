"""Numbers, sizes and shapes as Python code."""

from __future__ import annotations

import keyword
from fractions import Fraction

from symbackprop.errors import SymbackpropError
from symbackprop.graph.graph import Graph
from symbackprop.sizes import Shape, Size

FUNCTION = "value_and_gradients"  # the name of the emitted function
# what code itself uses inside the function of a graph
OWN = frozenset((
    "np jnp jax torch xp math prod device ctx given named dtype range int float next self "
    "_erf _adjugate _sigmoid _windows _fold _logdet _onto _given _arrays _fits _labels _namespace "
    "_product _padded _ratio _taken _along _gathered _added _diag _diagonal _gammaln _polygamma "
    "_expm "
    "_ahead _back Derived " + FUNCTION
).split())  # fmt: skip


def opening(said: str, imports: str, *graphs: Graph) -> str:
    """The first lines of a module: what it holds, how labels count, its imports."""
    labels = any(e.symbol and e.symbol.labels for g in graphs for e in g.symbol.values())
    note = " Integer labels count from 0." if labels else ""
    return f'"""Emitted by symbackprop: {said}.{note}"""\n\n{imports}\n'


def size_code(s: Size) -> str:
    said = str(Size(tuple((tuple(map(safe, m)), a) for m, a in s.terms)))
    return said if said.isidentifier() or said.isdigit() else f"({said})"


def bare(code: str) -> str:
    """Outer brackets taken off where they enclose the whole."""
    if not (code.startswith("(") and code.endswith(")")):
        return code
    depth = 0
    for k, c in enumerate(code):
        depth += (c == "(") - (c == ")")
        if not depth and k < len(code) - 1:
            return code
    return code[1:-1]


def number_code(x: object) -> str:
    """A whole number, a decimal fraction where it is one, else a quotient."""
    q = Fraction(str(x))
    if q.denominator == 1:
        return str(q.numerator) if q >= 0 else f"({q.numerator})"
    short = repr(float(q))
    body = short if Fraction(short) == q else f"({q.numerator} / {q.denominator})"
    return f"({body})" if q < 0 and body == short else body


def shape_code(shape: Shape) -> str:
    """A tuple: `(n, d)`, `(n,)`."""
    said = [bare(size_code(s)) for s in shape]
    return f"({', '.join(said)}{',' * (len(said) == 1)})"


def safe(name: str) -> str:
    """A Python identifier for a name, none that code itself uses; different names stay different.

    Errors: `SymbackpropError` where it is no identifier.
    """
    if not name.isidentifier():
        raise SymbackpropError(f"`{name}` is not a name of Python", where="emit", hint="Rename the symbol.")
    plain = name.rstrip("_") or name
    return name + "_" if keyword.iskeyword(plain) or plain in OWN else name
