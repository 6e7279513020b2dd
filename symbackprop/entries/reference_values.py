"""Values straight from the definitions: the oracle every spelling and every derivation is held against."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping
from contextvars import ContextVar
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from symbackprop import entries as en
from symbackprop.entries import (
    Affine, AtMost, Atom, Delta, Elem, Entries, Fn, Group, Index, Position, SizeOf,
)  # fmt: skip
from symbackprop.entries.entry_equations import Instance
from symbackprop.entries.scalar_derivatives import derivative_entries
from symbackprop.entries.scalar_functions import expression, scalar_row
from symbackprop.errors import DeclarationError
from symbackprop.sizes import size

Array: TypeAlias = NDArray[Any]
Sizes: TypeAlias = Mapping[str, int]


def value(instance: Instance, operands: tuple[Array, ...], sizes: Sizes) -> Array:
    """The result of an op on arrays, by its entry equations.

    Complex operands are allowed (complex step); functions with a kink decide by the real part. Where a
    helper such as exp(10000) overflows, the equations are evaluated again with more room for exponents.
    """
    if instance.primitive:
        return PRIMITIVES[instance.primitive](*operands)
    with np.errstate(all="ignore"):
        found = equations_value(instance, operands, sizes)
        if np.all(np.isfinite(found)) or not all(np.all(np.isfinite(a)) for a in operands):
            return found
        wide = tuple(np.asarray(a, np.result_type(a, np.longdouble)) for a in operands)
        return equations_value(instance, wide, sizes).astype(found.dtype)


def equations_value(instance: Instance, operands: tuple[Array, ...], sizes: Sizes) -> Array:
    """The last tensor of the entry equations."""
    tensors: dict[Hashable, Array] = {
        name: np.asarray(a) for (name, _), a in zip(instance.inputs, operands, strict=True)
    }
    for d in instance.definitions:
        tensors[d.tensor] = entries_value(d.right, d.at, tensors, sizes)
    return tensors[instance.result.tensor]


def entries_value(
    e: Entries, out: tuple[Index, ...], tensors: Mapping[Hashable, Array], sizes: Sizes
) -> Array:
    """The array of an index expression, axes in the order of `out`."""
    shape = tuple(i.size.value(sizes) for i in out)
    total = np.zeros(shape)
    for term in e.terms:
        operands: list[object] = []
        number: Array | float = float(term.coefficient)
        axes: dict[Index, int] = {i: n for n, i in enumerate((*out, *term.bound))}
        for atom, x in term.factors:
            own = tuple(dict.fromkeys(en.atom_indices(atom)))
            array = raised(atom_value(atom, own, tensors, sizes), x)
            if own:
                operands += [array, [axes[i] for i in own]]
            else:
                number = number * array
        seen = {k for labels in operands[1::2] for k in labels}  # type: ignore[attr-defined]
        for i, n in axes.items():
            if n not in seen and i in out:
                operands += [np.ones(i.size.value(sizes)), [n]]
            elif n not in seen:
                number = number * i.size.value(sizes)
        part = np.einsum(*operands, list(range(len(out)))) if operands else np.asarray(1.0)  # type: ignore[arg-type]
        total = total + number * part
    return total


def raised(a: Array, x: Fraction) -> Array:
    if x == 1:
        return a
    if x.denominator == 1 and np.issubdtype(a.dtype, np.integer):
        a = a.astype(float)
    with np.errstate(all="ignore"):
        return a ** (int(x) if x.denominator == 1 else float(x))


def positions(
    p: Position, own: tuple[Index, ...], tensors: Mapping[Hashable, Array], sizes: Sizes
) -> Array:
    """A position as an integer array over the atom's indices."""
    if isinstance(p, Elem):
        if p.tensor == "row_major":
            extents = [next(en.position_indices(q)).size.value(sizes) for q in p.at]
            flat = np.zeros((1,) * len(own), int)
            for q, extent in zip(p.at, extents, strict=True):
                flat = flat * extent + positions(q, own, tensors, sizes)
            return flat
        return tensors[p.tensor][tuple(positions(q, own, tensors, sizes) for q in p.at)].astype(int)
    total = np.full((1,) * len(own), p.offset.value(sizes))
    for i, a in p.terms:
        line = np.arange(i.size.value(sizes))
        total = total + a * line.reshape([-1 if j == i else 1 for j in own])
    return total


def entry(array: Array, at: list[Array]) -> Array:
    """Entries at integer positions; outside the array they are 0."""
    inside = [(p >= 0) & (p < n) for p, n in zip(at, array.shape, strict=True)]
    if all(np.all(x) for x in inside):
        return array[tuple(at)]
    if not array.size:
        return np.zeros(np.broadcast_shapes(*(p.shape for p in at)))
    clipped = tuple(np.clip(p, 0, n - 1) for p, n in zip(at, array.shape, strict=True))
    within = inside[0]
    for x in inside[1:]:
        within = within & x
    return np.where(within, array[clipped], 0)


def atom_value(
    atom: Atom, own: tuple[Index, ...], tensors: Mapping[Hashable, Array], sizes: Sizes
) -> Array:
    shape = tuple(i.size.value(sizes) for i in own)
    match atom:
        case Elem(tensor="pi"):
            return np.asarray(np.pi)
        case Elem():
            array = tensors[atom.tensor]
            plain = all(isinstance(p, Affine) and p.plain for p in atom.at)
            if plain and len(own) == len(atom.at) and array.shape == shape:
                return array  # plain indices, each once: the array itself
            return np.broadcast_to(
                entry(array, [positions(p, own, tensors, sizes) for p in atom.at]), shape
            )
        case SizeOf():
            return np.asarray(float(atom.size.value(sizes)))
        case Delta() | AtMost():
            left, right = (positions(p, own, tensors, sizes) for p in (atom.left, atom.right))
            holds = left == right if isinstance(atom, Delta) else left <= right
            return np.broadcast_to(holds.astype(float), shape)
        case Group():
            return entries_value(atom.body, own, tensors, sizes)
        case Fn():
            return scalar_value(
                atom.function, atom.order, entries_value(atom.arg, own, tensors, sizes)
            )


# --- functions of whole arrays -------------------------------------------------------------------


# distance noted for an exact tie: too near for differences, no hindrance to a complex step
TIE = 1e-6


def first_largest(x: Array) -> Array:
    """The position of the largest real part of the last axis, the first of equal ones; near ties are kinks.

    At a generic point equal values belong to equal functions, such as two zeros of ReLU: which of them is
    followed makes no difference, and a complex step leaves the real parts equal.
    """
    x = np.real(x)
    watch = KINKS.get()
    if watch is not None and x.size and x.shape[-1] > 1:
        ordered = np.sort(x, axis=-1)
        gap = ordered[..., -1] - ordered[..., -2]
        watch.append(float(np.min(np.where(gap == 0, TIE, gap))))
    return np.argmax(x, axis=-1)


def inverted(a: Array) -> Array:
    """The matrix inverse; not a number where there is none."""
    note_condition(a)
    try:
        return np.linalg.inv(a)
    except np.linalg.LinAlgError:
        return np.full(a.shape, np.nan)


def solved(a: Array, b: Array) -> Array:
    """x with a x = b, for one right side or several."""
    if not np.all(np.isfinite(inverted(a))):
        return np.full(b.shape, np.nan)
    return np.linalg.solve(a, b[:, None])[:, 0] if b.ndim == 1 else np.linalg.solve(a, b)


def determinant(a: Array) -> Array:
    note_condition(a)
    return np.linalg.det(a)


def note_condition(a: Array) -> None:
    """Note how near to singular a matrix is, where somebody watches."""
    watch = CONDITIONS.get()
    if watch is not None and a.size and np.all(np.isfinite(a)):
        watch.append(float(np.linalg.cond(np.real(a))))


def adjugate(a: Array, det: Callable[[Array], Array] = np.linalg.det) -> Array:
    """det(a) a⁻¹ by the minors, also where a is singular."""
    out = np.empty_like(a)
    for i, j in np.ndindex(*a.shape):
        minor = np.delete(np.delete(a, i, 0), j, 1)
        out[j, i] = (-1) ** (i + j) * (det(minor) if minor.size else 1)
    return out


PRIMITIVES = {
    "argmax": first_largest,
    "argmin": lambda x: first_largest(-x),
    "inverse": inverted,
    "solve": solved,
    "det": determinant,
    "adjugate": adjugate,
}


# --- scalar functions ----------------------------------------------------------------------------

# distances of arguments to kinks, collected while a list is set
KINKS: ContextVar[list[float] | None] = ContextVar("kinks", default=None)
# condition numbers of matrices that are inverted or have a determinant, collected while a list is set
CONDITIONS: ContextVar[list[float] | None] = ContextVar("conditions", default=None)
# on which sides of its kinks each call of a function has its arguments, collected while a list is set
SIDES: ContextVar[list[frozenset[int]] | None] = ContextVar("sides", default=None)


def scalar_value(name: str, order: int, x: Array) -> Array:
    """f^{(order)}(x), entry by entry."""
    row = scalar_row(name)
    watch = KINKS.get()
    if watch is not None and row.kinks and x.size:
        watch.append(min(float(np.min(np.abs(np.real(x) - k))) for k in row.kinks))
    if (seen := SIDES.get()) is not None and row.kinks:
        seen.append(frozenset(np.searchsorted(sorted(row.kinks), np.ravel(np.real(x))).tolist()))
    if order:
        return expression_value(name, order, x)
    if row.definition:  # its kinks are its own: x/(1 + |x|) has none where |x| has one
        token = KINKS.set(None)
        try:
            return expression_value(name, order, x)
        finally:
            KINKS.reset(token)
    with np.errstate(all="ignore"):  # a value outside the domain is nan, and is reported as such
        return primitive(row.sympy)(x)


def expression_value(name: str, order: int, x: Array) -> Array:
    """A scalar function by its expression, at every entry; stable sums are left to NumPy's inf rules."""
    with np.errstate(all="ignore"):
        each = Index("x0", size(x.size))
        found = entries_value(lifted(name, order, x.size), (each,), {"x": x.ravel()}, {})
        return found.reshape(x.shape)


@lru_cache(maxsize=1024)
def lifted(name: str, order: int, entries: int) -> Entries:
    """The expression of a scalar function, or of its derivative, in the entries of a vector."""
    each = en.elem("x", Index("x0", size(entries)))
    e = derivative_entries(name, order) if order else expression(scalar_row(name).definition)
    return en.inline(e, lambda a: each if a.tensor == "x" and not a.at else None)


def primitive(name: str):  # noqa: ANN201 - a NumPy ufunc or a Python function of one array
    """The NumPy function of a primitive scalar."""
    special = {"step": step, "sign": sign, "erf": erf, "atan": np.arctan}
    found = special.get(name) or getattr(np, name, None)
    if found is None:
        raise DeclarationError(f"scalar `{name}` has neither a definition nor a NumPy function")
    return found


def step(x: Array) -> Array:
    """1 where the real part is positive; at 0 it is 0, as frameworks choose."""
    return (np.real(x) > 0).astype(float)


def sign(x: Array) -> Array:
    return np.sign(np.real(x))


def erf(x: Array) -> Array:
    """The error function; off the real axis by its series and its continued fraction, not by its slope."""
    value = np.vectorize(math.erf, otypes=[float])(np.real(x))
    if not np.iscomplexobj(x):
        return value
    near = np.abs(np.real(x)) < NEAR
    series = erf_series(np.where(near, x, 0))
    far = erf_fraction(np.where(near, NEAR, x))
    return value + 1j * np.imag(np.where(near, series, far))


NEAR, TERMS = 2.0, 120  # where the series is left, and terms of both


def erf_series(z: Array) -> Array:
    """(2/√π) Σ (-1)^n z^{2n+1}/(n! (2n+1)): Abramowitz & Stegun 7.1.5."""
    power, total = z, z
    for n in range(1, TERMS):
        power = -power * z * z / n
        total = total + power / (2 * n + 1)
    return total * 2 / math.sqrt(math.pi)


def erf_fraction(z: Array) -> Array:
    """1 - exp(-z²)/√π · 1/(z + (1/2)/(z + 1/(z + (3/2)/(z + …)))), odd in z: Abramowitz & Stegun 7.1.14."""
    side = np.where(np.real(z) < 0, -1.0, 1.0)
    w = side * z
    tail = w
    for n in range(TERMS, 0, -1):
        tail = w + (n / 2) / tail
    return side * (1 - np.exp(-w * w) / (math.sqrt(math.pi) * tail))
