"""Arrays as they stand on paper: scalars, and matrices of which a vector is one column or one row.

A `Paper` may carry many samples at once: its leading axes are samples, which broadcast; its last
axes are the ones on paper, which never do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symbackprop.errors import ENTRIES, SizesError, within
from symbackprop.formula.evaluation.rationals import NotRational, determined, inverted, short, whole

Numbers = NDArray[Any]
POWER = 100  # the largest exponent of a matrix


class Misfit(SizesError):
    """Sizes that do not fit; the caller knows which formula they belong to."""

    def __init__(self, what: str, *sizes: tuple[int, ...]) -> None:
        super().__init__(what, sizes=sizes)


@dataclass(frozen=True, slots=True, eq=False)
class Paper:
    """An array whose last `rank` axes stand on paper; a vector lies `along` one of them."""

    array: Numbers
    rank: int = 0
    along: int | None = None  # -2: a column, -1: a row, None: a matrix or a scalar

    def __post_init__(self) -> None:
        if not hasattr(self.array, "ndim"):  # NumPy turns an array of one fraction into the fraction
            object.__setattr__(self, "array", np.asarray(self.array, dtype=object))

    @property
    def size(self) -> tuple[int, ...]:
        """The size on paper, without samples."""
        return self.array.shape[self.array.ndim - self.rank :]

    @property
    def samples(self) -> tuple[int, ...]:
        """The sizes of the sample axes."""
        return self.array.shape[: self.array.ndim - self.rank]

    def lifted(self, rank: int) -> Numbers:
        """The array with a scalar's missing paper axes put in as ones."""
        return self.array if self.rank else self.array[(...,) + (None,) * rank]

    def shown(self) -> str:
        """The size as a reader writes it: 2×3."""
        return "×".join(map(str, self.size)) if self.rank else "scalar"


def scalar(value: object) -> Paper:
    """A number, or one number per sample."""
    return Paper(np.asarray(value))


def oriented(array: Numbers, rank: int, vectors: str) -> Paper:
    """An array with its own axes as it stands on paper; rank 1 is a column or a row."""
    if rank != 1:
        return Paper(array, rank)
    if vectors == "column":
        return Paper(array[..., None], 2, -2)
    return Paper(array[..., None, :], 2, -1)


def entrywise(work: Callable[..., Numbers], a: Paper, b: Paper) -> Paper:
    """a and b entry by entry: equal sizes, or one of them a scalar."""
    if a.rank and b.rank and a.size != b.size:
        raise Misfit(f"{a.shown()} and {b.shown()}", a.size, b.size)
    rank = max(a.rank, b.rank)
    along = a.along if a.along is not None else b.along
    return Paper(work(a.lifted(rank), b.lifted(rank)), rank, along)


def power(a: Paper, exponent: Paper) -> Paper:
    """Every entry of a to a power. Errors: `NotRational` where a fraction gets too long."""
    if a.array.dtype == object:
        checked(a.array, exponent.array)
    return entrywise(np.power, a, exponent)


def checked(array: Numbers, exponents: Numbers | int) -> None:
    """Errors: `NotRational` where a fraction to a power is too long, before it is made."""
    most = max((abs(x) for x in np.ravel(exponents).tolist()), default=0)
    for x in array.ravel().tolist():
        short(whole(x), most)


def product(a: Paper, b: Paper) -> Paper:
    """a b: the matrix product, or a scalar in front of anything."""
    if not a.rank or not b.rank:
        return entrywise(np.multiply, a, b)
    if a.rank != 2 or b.rank != 2 or a.size[1] != b.size[0]:
        raise Misfit(f"{a.shown()} and {b.shown()}", a.size, b.size)
    roomy(a, b, a.size[0] * b.size[1])
    row, column = a.along == -1, b.along == -2
    array = np.matmul(a.array, b.array)
    if array.shape[-2:] == (1, 1) and a.size[0] == b.size[1] == 1:
        return Paper(array[..., 0, 0])
    if row and column:
        return Paper(array, 2)
    return Paper(array, 2, -2 if column else -1 if row else None)


def roomy(a: Paper, b: Paper, entries: int) -> None:
    """Errors: `LimitError` where a result would be too large, before it is made."""
    if a.array.ndim == a.rank and b.array.ndim == b.rank and entries <= ENTRIES:
        return
    samples = np.broadcast_shapes(a.samples, b.samples)
    within(entries * int(np.prod(samples)), ENTRIES, "entries of an array", "formula")


def transpose(a: Paper) -> Paper:
    """aᵀ; a scalar is its own transpose."""
    if a.rank == 0:
        return a
    if a.rank != 2:
        raise Misfit(f"{a.shown()} has no transpose")
    return Paper(a.array.swapaxes(-1, -2), 2, {None: None, -1: -2, -2: -1}[a.along])


def inverse(a: Paper) -> Paper:
    """a^{-1} of a square matrix; a singular one has none at all."""
    if a.array.dtype == object:
        return Paper(inverted(_square(a)), 2)
    try:
        return Paper(np.linalg.inv(_square(a)), 2)
    except np.linalg.LinAlgError:
        return replace(a, array=np.full_like(a.array, np.nan))


def number(a: Paper) -> Paper:
    """A scalar, also where it was written as a 1×1 matrix."""
    if a.rank and a.size != (1,) * a.rank:
        raise Misfit(f"{a.shown()} is not a scalar")
    return Paper(a.array.reshape(a.samples))


def entry(a: Paper, where: Sequence[Numbers]) -> Paper:
    """The entry at positions counted from 0; a vector needs one position."""
    if len(where) == 1 and a.rank == 2 and 1 in a.size:
        zero = np.zeros_like(where[0])
        where = [zero, where[0]] if a.size[0] == 1 else [where[0], zero]
    if a.rank == 0 or len(where) != a.rank:
        raise Misfit(f"{len(where)} indices on {a.shown()}")
    samples = np.broadcast_shapes(a.samples, *(w.shape for w in where))
    flat = np.broadcast_to(a.array, samples + a.size).reshape((-1, *a.size))
    spots = [np.broadcast_to(w, samples).reshape(-1) for w in where]
    return Paper(flat[(np.arange(len(flat)), *spots)].reshape(samples))


def along_last(a: Paper) -> Numbers:
    """The array with what a function acts along as its last axis: a vector lies along it."""
    if a.along is None:
        return a.array
    return a.array[..., 0] if a.along == -2 else a.array[..., 0, :]


def applied(work: Callable[..., Numbers], arguments: Sequence[Paper], vectors: str) -> Paper:
    """A function of whole arrays; vectors keep the way they lie."""
    result = np.asarray(work(*map(along_last, arguments)))
    samples = len(np.broadcast_shapes(*(a.samples for a in arguments)))
    rank = result.ndim - samples
    if rank < 0:
        raise Misfit(f"a result of {result.ndim} axes for {samples} axes of samples")
    lies = next((a.along for a in arguments if a.along is not None), None)
    if rank == 1 and lies is not None:
        vectors = "column" if lies == -2 else "row"
    return oriented(result, rank, vectors)


def blocks(rows: Sequence[Sequence[Paper]]) -> Paper:
    """A matrix of scalars or of blocks whose sizes fit."""
    samples = np.broadcast_shapes(*(cell.samples for row in rows for cell in row))
    if any(cell.rank not in (0, 2) for row in rows for cell in row):
        raise Misfit("a block is a scalar or a matrix")

    def cell(a: Paper) -> Numbers:
        lifted = a.lifted(2)
        return np.broadcast_to(lifted, samples + lifted.shape[-2:])

    try:
        array = np.concatenate([np.concatenate(list(map(cell, row)), -1) for row in rows], -2)
    except ValueError:
        sizes = "; ".join(", ".join(a.shown() for a in row) for row in rows)
        raise Misfit(sizes) from None
    along = -2 if array.shape[-1] == 1 else -1 if array.shape[-2] == 1 else None
    return Paper(array, 2, along)


def diag(a: Paper) -> Paper:
    """The diagonal matrix of a vector."""
    if a.rank != 2 or 1 not in a.size:
        raise Misfit(f"diag of {a.shown()}, which is not a vector")
    vector = a.array[..., 0] if a.size[1] == 1 else a.array[..., 0, :]
    return Paper(vector[..., None] * np.eye(vector.shape[-1], dtype=vector.dtype), 2)


def diagonal(a: Paper, vectors: str) -> Paper:
    """The diagonal of a square matrix, as a vector; of one by one entry it is that entry."""
    return a if a.rank == 0 else oriented(np.diagonal(_square(a), axis1=-2, axis2=-1), 1, vectors)


def trace(a: Paper) -> Paper:
    """The sum of the diagonal."""
    return a if a.rank == 0 else Paper(np.trace(_square(a), axis1=-2, axis2=-1))


def raised(a: Paper, exponent: int) -> Paper:
    """A whole power of a square matrix; a negative one of its inverse."""
    if a.array.dtype == object:
        checked(a.array, exponent)
        a, exponent = (inverse(a), -exponent) if exponent < 0 else (a, exponent)
    try:
        return Paper(np.linalg.matrix_power(_square(a), exponent), 2)
    except np.linalg.LinAlgError:
        raise Misfit(f"{a.shown()} has no inverse here") from None


def powers(a: Paper, exponents: Paper, active: Numbers | None = None) -> Paper:
    """Aᵏ for every k of a value; where a sample does not count, A⁰. Errors: `Misfit`, `LimitError`."""
    each = np.real(exponents.array).astype(float)
    each = each if active is None else np.where(active, each, 0)
    known = np.unique(each)
    if not np.all(known == np.rint(known)) or a.along is not None:
        raise Misfit(f"{a.shown()} to a power that is no whole number")
    within(known.size * a.array.size, ENTRIES, "entries of powers", "formula")
    within(int(np.abs(known).max(initial=0)), POWER, "as an exponent of a matrix", "formula")
    shape = (*np.broadcast_shapes(a.samples, each.shape), *a.size)
    made = np.zeros(shape, a.array.dtype)
    for k in known:
        made = np.where((each == k)[..., None, None], raised(a, int(k)).array, made)
    return Paper(made, 2)


def determinant(a: Paper) -> Paper:
    """The determinant of a square matrix; a scalar is its own."""
    if a.rank and a.array.dtype == object:
        return Paper(determined(_square(a)))
    return a if a.rank == 0 else Paper(np.linalg.det(_square(a)))


def norm(a: Paper, *, of: str = "array") -> Paper:
    """√Σ x²: analytic, so that a complex step passes through."""
    if of == "vector" and a.rank and 1 not in a.size:
        raise Misfit(f"{a.shown()} is not a vector")
    return mapped(np.sqrt, Paper((a.array**2).sum(axis=tuple(range(-a.rank, 0)))))


def kron(a: Paper, b: Paper) -> Paper:
    """a ⊗ b: every entry of a times b."""
    if not a.rank or not b.rank:
        return entrywise(np.multiply, a, b)
    roomy(a, b, int(np.prod(a.size)) * int(np.prod(b.size)))
    array = a.array[..., :, None, :, None] * b.array[..., None, :, None, :]
    rows, columns = (x * y for x, y in zip(a.size, b.size, strict=True))
    along = a.along if a.along == b.along else None
    return Paper(array.reshape((*array.shape[:-4], rows, columns)), 2, along)


def vec(a: Paper, vectors: str) -> Paper:
    """The columns of a matrix one below the other."""
    if a.rank != 2:
        raise Misfit(f"vec of {a.shown()}, which is not a matrix")
    columns = a.array.swapaxes(-1, -2)
    return oriented(columns.reshape((*a.samples, a.size[0] * a.size[1])), 1, vectors)


def total(a: Paper) -> Paper:
    """The sum of all entries."""
    return Paper(a.array.sum(axis=tuple(range(-a.rank, 0)))) if a.rank else a


def _square(a: Paper) -> Numbers:
    if a.rank != 2 or a.size[0] != a.size[1]:
        raise Misfit(f"{a.shown()} is not square")
    return a.array


def mapped(work: Callable[[Numbers], Numbers], a: Paper) -> Paper:
    """A function of one number, entry by entry. Errors: `NotRational` where fractions would be rounded."""
    try:
        return Paper(work(a.array), a.rank, a.along)
    except TypeError:  # a fraction has no square root that is one
        raise NotRational("its values are rounded") from None
