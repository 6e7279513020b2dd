"""Functions of whole square matrices: factors, eigenvalues, the exponential.

Each is what solves an equation: C Cᵀ = A with C lower triangular, A V = V diag(λ) with Vᵀ V = I, and E' = A E.
The equations say them to no entry alone, so their values are primitives of `entries/reference_values.py`, and what
is sent back through them is made of matrices; `backward/matrix_pullbacks.py` says how it follows.
Of a matrix that is not symmetric, the first three take the symmetric part (A + Aᵀ)/2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from symbackprop.entries import Index
from symbackprop.entries.entry_equations import Instance
from symbackprop.entries.op import Op
from symbackprop.errors import ShapeError
from symbackprop.sizes import Shape, shape_text


def of_square(
    name: str, operands: int = 1, axes: int = 2
) -> Callable[[tuple[Shape, ...], Mapping[str, object], str], Instance]:
    """The build of a primitive of square matrices of one size; of stacks, of each of their matrices."""

    def build(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
        if len(shapes) != operands:
            many = "argument" if operands == 1 else "arguments"
            raise ShapeError(f"takes {operands} {many}, got {len(shapes)}", where=where)
        for shape in shapes:
            if len(shape) < 2 or shape[-1] != shape[-2] or shape[-1] != shapes[0][-1]:
                raise ShapeError(f"needs a square matrix, not {shape_text(shape)}", where=where)
        inputs = tuple(
            (letter, tuple(Index(f"i{n}", s) for n, s in enumerate(shape)))
            for letter, shape in zip("ab", shapes, strict=False)
        )
        longest = max(shapes, key=len)
        return Instance(inputs, (), (*longest[:-2], *longest[-axes:]), name)

    return build


def whole(name: str, operands: int = 1, axes: int = 2, *, wordless: bool = False) -> Op:
    return Op(name, build=of_square(name, operands, axes), called=True, entryless=True, wordless=wordless)


cholesky, expm, eigvalsh = whole("cholesky"), whole("expm"), whole("eigvalsh", axes=1)
# V of A = V diag(λ) Vᵀ, in the order of eigvalsh
eigenvectors = whole("eigenvectors", wordless=True)
# the derivative of expm at A along G
expm_along = whole("expm_along", 2, wordless=True)
# the lower triangle, with half of the diagonal
lower_half = whole("lower_half", wordless=True)
