"""One fold, three kinds of values: floats, fractions and code say what a walk over single entries says."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import prod

import numpy as np

from symbackprop import entries as en
from symbackprop.emit.literals import OWN
from symbackprop.emit.numpy_code import NUMPY
from symbackprop.emit.numpy_helpers import HELPERS
from symbackprop.emit.program.array_kinds import INPUT
from symbackprop.emit.program.array_nodes import node
from symbackprop.emit.program.by_definition import entries_node
from symbackprop.emit.program.code_writer import Writer
from symbackprop.emit.program.statements_of_program import Program
from symbackprop.entries import (
    Affine, AtMost, Atom, Delta, Elem, Entries, Group, Index, SizeOf, Term,
)  # fmt: skip
from symbackprop.entries.array_values import Array
from symbackprop.entries.fold import fold
from symbackprop.entries.reference_values import floats
from symbackprop.graph.fresh_names import Room
from symbackprop.numeric.exact_values import Meter, fractions
from symbackprop.sizes import size

I, J, K, U = (Index(c, size(c)) for c in "ijku")
SIZES = {"i": 2, "j": 3, "k": 5, "u": 2}
SHAPES = {"a": "i", "b": "k", "M": "ij", "N": "ji", "W": "kk", "s": ""}
TRIALS = 80
Rng = np.random.Generator


def atom(rng: Rng, depth: int) -> Atom:
    """An atom over I, J, K, U: an entry at its place or a shifted one, a condition, a size, a bracket."""
    made = int(rng.integers(9 if depth else 8))
    at = en.position
    return [
        lambda: Elem("a", (at(I),)), lambda: Elem("M", (at(I), at(J))), lambda: Elem("N", (at(J), at(I))),
        lambda: Elem("b", (Affine(((I, 1), (U, int(rng.integers(1, 3)))), size(int(rng.integers(-1, 2)))),)),
        lambda: Elem("W", (at(K), at(K))), lambda: Elem("s", ()), lambda: SizeOf(size("k")),
        lambda: (Delta if rng.random() < 0.5 else AtMost)(at(U), Affine(((J, 1),), size(-1))),
        lambda: Group(sums(rng, (I, J), depth - 1)),
    ][made]()  # fmt: skip


def sums(rng: Rng, out: tuple[Index, ...], depth: int = 1) -> Entries:
    terms = []
    for _ in range(int(rng.integers(1, 4))):
        factors = tuple(
            (atom(rng, depth), Fraction(int(rng.integers(1, 3)))) for _ in range(int(rng.integers(3)))
        )
        free = [i for a, _ in factors for i in en.atom_indices(a)]
        bound = tuple(i for i in dict.fromkeys((*free, *([U] * int(rng.integers(2))))) if i not in out)
        terms.append(Term(Fraction(int(rng.integers(1, 7)), 3), factors, bound))
    return Entries(tuple(terms))


def tensors(rng: Rng) -> dict[Hashable, Array]:
    return {n: rng.integers(-4, 5, [SIZES[c] for c in axes]) / 4 for n, axes in SHAPES.items()}


# --- entry by entry, as the equations are written ------------------------------------------------


def place(p: object, here: Mapping[Index, int]) -> int:
    assert isinstance(p, Affine)
    return p.offset.value(SIZES) + sum(a * here[i] for i, a in p.terms)


def single(e: Entries, here: Mapping[Index, int], given: Mapping[Hashable, Array]) -> float:
    total = 0.0
    for t in e.terms:
        for spot in product(*(range(i.size.value(SIZES)) for i in t.bound)):
            inner = {**here, **dict(zip(t.bound, spot, strict=True))}
            total += float(t.coefficient) * prod([number(a, inner, given) ** int(x) for a, x in t.factors])
    return total


def number(a: Atom, here: Mapping[Index, int], given: Mapping[Hashable, Array]) -> float:
    match a:
        case Elem():
            array, at = given[a.tensor], tuple(place(p, here) for p in a.at)
            return float(array[at]) if all(0 <= p < n for p, n in zip(at, array.shape, strict=True)) else 0.0
        case SizeOf():
            return a.size.value(SIZES)
        case Group():
            return single(a.body, here, given)
        case Delta():
            return place(a.left, here) == place(a.right, here)
        case AtMost():
            return place(a.left, here) <= place(a.right, here)
    raise AssertionError(a)


def by_hand(e: Entries, given: Mapping[Hashable, Array]) -> Array:
    out = [[single(e, {I: i, J: j}, given) for j in range(SIZES["j"])] for i in range(SIZES["i"])]
    return np.array(out)


def by_code(e: Entries, given: Mapping[Hashable, Array]) -> Array:
    tensors = {n: node(INPUT, (), tuple(size(c) for c in letters), n) for n, letters in SHAPES.items()}
    made = entries_node(e, (I, J), tensors, lambda name, order, x: x)
    w = Writer(Program((), {"y": made}), NUMPY, Room.code((*SHAPES, *SIZES), OWN))
    space = {"np": np, "dtype": float, **{str(n): np.asarray(v) for n, v in given.items()}, **SIZES}
    work = [*w.lines(), f"y = {w.text(made)}"]
    text = [*(HELPERS[n] for n in w.needs), *work]
    exec("\n".join(text), space)  # noqa: S102 - our own text
    return np.broadcast_to(space["y"], [SIZES[c] for c in "ij"])


def test_floats_fractions_and_code() -> None:
    for seed in range(TRIALS):
        rng = np.random.default_rng(seed)
        e, given = sums(rng, (I, J)), tensors(rng)
        want = by_hand(e, given)
        assert np.allclose(fold(e, (I, J), floats(given, SIZES)), want), (seed, e)
        exact: dict[Hashable, Array] = {
            n: np.vectorize(Fraction, otypes=[object])(v) for n, v in given.items()
        }
        found = fold(e, (I, J), fractions(Meter(), exact, SIZES))
        assert all(isinstance(x, Fraction) for x in found.flat), (seed, e)
        assert np.allclose(found.astype(float), want), (seed, e)
        assert np.allclose(by_code(e, given), want), (seed, e)


def test_another_operation_is_another_value() -> None:
    """Near miss: an algebra in which a condition is strict, or a power forgotten."""
    rng = np.random.default_rng(0)
    given = tensors(rng)
    e = Entries((Term(Fraction(1), ((AtMost(en.position(U), en.position(J)), Fraction(1)),
                                    (Elem("a", (en.position(I),)), Fraction(2))), (U,)),))  # fmt: skip
    own = floats(given, SIZES)
    strict = replace(own, holds=lambda a: own.holds(AtMost(a.left, Affine(a.right.terms, size(-1)))))
    powerless = replace(own, power=lambda v, x: v)
    want = by_hand(e, given)
    assert np.allclose(fold(e, (I, J), own), want)
    assert not np.allclose(fold(e, (I, J), strict), want)
    assert not np.allclose(fold(e, (I, J), powerless), want)
