"""Square matrices. Inverse and solution are defined by their equation and differentiated through it.

The determinant is the one closed kind here: no equation fixes its scale, so its expansion by rows is declared,
with cofactors that do not depend on their row; `A adj(A) = det(A) I` says what the cofactors are.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from symbackprop import entries as en
from symbackprop.entries import Entries, Index
from symbackprop.entries.entry_equations import Definition, Instance
from symbackprop.entries.op import Op, op, solution
from symbackprop.entries.option_ranges import Allowed
from symbackprop.errors import FACTORS, DeclarationError, ShapeError
from symbackprop.sizes import Shape, shape_text
from symbackprop.vocabulary.layers import row_norms

inverse = solution(
    "inverse", ("a[k, k]", "y[k, k]", "a[i, k]*y[k, j] = delta(i, j)"),
)  # fmt: skip
solve = solution(
    "solve", ("a[k, k]; b[k]", "y[k]", "a[i, k]*y[k] = b[i]"),
    ("a[k, k]; b[k, j]", "y[k, j]", "a[i, k]*y[k, j] = b[i, j]"),
)  # fmt: skip
det = solution(
    "det", ("a[k, k]", "c[k, k]", "c[i, k]*a[j, k] = y*delta(i, j)"), result="y", expansion="a[i, k]*c[i, k]",
    tex=r"\det",
)  # fmt: skip
# of every matrix of a stack
inverses = solution(
    "inverses", ("a[..., k, k]", "y[..., k, k]", "a[..., i, k]*y[..., k, j] = delta(i, j)"), wordless=True,
)  # fmt: skip
solves = solution(
    "solves", ("a[..., k, k]; b[..., k, j]", "y[..., k, j]", "a[..., i, k]*y[..., k, j] = b[..., i, j]"),
    wordless=True,
)  # fmt: skip
dets = solution(
    "dets", ("a[..., k, k]", "c[..., k, k]", "c[..., i, k]*a[..., j, k] = y[...]*delta(i, j)"), result="y[...]",
    expansion="a[..., i, k]*c[..., i, k]", wordless=True,
)  # fmt: skip
frobenius = op("frobenius", "x[...]", """
    s = x[...]**2
    y = s**(1/2)
""", note="norm", each=row_norms)  # fmt: skip


def power_build(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
    """y[i, j] = x[i, a] x[a, b] … x[z, j], k factors."""
    (shape,) = shapes
    k = values["k"]
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ShapeError(f"needs a square matrix, not {shape_text(shape)}", where=where)
    if not isinstance(k, int) or k < 1:
        raise DeclarationError("the exponent is a whole number from 1 on", where=where,
                               hint="Take the inverse for negative powers.")  # fmt: skip
    n = shape[0]
    places = [Index("i", n), *(Index(f"p{m}", n) for m in range(1, k)), Index("j", n)]
    right = en.multiply(*(en.elem("x", a, b) for a, b in pairwise(places)))
    summed = tuple(en.Term(t.coefficient, t.factors, tuple(places[1:-1])) for t in right.terms)
    axes = (Index("a", n), Index("b", n))
    return Instance((("x", axes),), (Definition("y", (places[0], places[-1]), Entries(summed)),), shape)


matrix_power = Op("matrix_power", build=power_build, called=True,
                  ranges=(("k", Allowed(low=1, high=FACTORS, whole=True)),))
