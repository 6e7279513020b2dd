"""Contractions of drawn operands against NumPy's einsum of the arrays written out."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from symbackprop.emit.numpy_code import NUMPY
from symbackprop.emit.program.array_kinds import EXP, EYE, INPUT, SELECT, TRI, UNITVECTOR
from symbackprop.emit.program.array_nodes import ZERO, Node, node
from symbackprop.emit.program.code_writer import Writer
from symbackprop.emit.program.contractions import contract
from symbackprop.emit.program.entrywise import add, entrywise, multiply
from symbackprop.emit.program.pair_orders import mirrored, nonnegative
from symbackprop.emit.program.statements_of_program import Program
from symbackprop.entries.reference_values import Array
from symbackprop.graph.fresh_names import Room
from symbackprop.sizes import size

SHORT, LONG = size("m"), size("m") + 2
NUMBERS = {"m": 3}
SHORTS, LONGS = "abc", "ijk"  # letters by the size of their axes
SHAPES = ("a", "i", "ai", "ij", "ab", "aij")
Drawn = tuple[Node, str, Array]


def value(root: Node, given: dict[str, Array]) -> Array:
    """What the code of a value computes."""
    w = Writer(Program((), {"out": root}), NUMPY, Room.code(given, frozenset()))
    lines = [*w.lines(), f"out = {w.text(root)}"]
    helpers = "\n".join(NUMPY.helpers[h] for h in w.needs)
    known: dict[str, Any] = {"np": np, "dtype": float, **NUMBERS, **{n: a.copy() for n, a in given.items()}}
    exec(helpers + "\n" + "\n".join(lines), known)  # noqa: S102 - our own text
    for n, a in given.items():
        assert np.array_equal(known[n], a), "an argument was written to"
    return np.asarray(known["out"])


def leaf(name: str, letters: str, given: dict[str, Array]) -> Node:
    return node(INPUT, (), tuple(SHORT if c in SHORTS else LONG for c in letters), name)


def drawn(rng: random.Random, given: dict[str, Array]) -> Drawn:
    """An operand with letters, and the array it is."""
    m, n = NUMBERS["m"], NUMBERS["m"] + 2
    kind = rng.choice(["plain", "plain", "plain", "eye", "select", "unit", "triangle", "positive"])
    if kind == "eye":
        pool = rng.choice([SHORTS, LONGS])
        k = m if pool == SHORTS else n
        extent = SHORT if pool == SHORTS else LONG
        return node(EYE, (), (extent, extent)), "".join(rng.sample(pool, 2)), np.eye(k)
    if kind == "select":
        return (
            node(SELECT, (), (LONG, SHORT), size(1)),
            rng.choice(LONGS) + rng.choice(SHORTS),
            np.eye(n, m, -1),
        )
    if kind == "unit":
        return node(UNITVECTOR, (), (LONG,), size(2)), rng.choice(LONGS), np.eye(n)[2]
    if kind == "triangle":
        return node(TRI, (), (LONG, LONG), ZERO), "".join(rng.sample(LONGS, 2)), np.tri(n)
    shape = rng.choice(SHAPES)
    name = f"x{shape}"
    letters = "".join(rng.choice(SHORTS if c in SHORTS else LONGS) for c in shape)
    if len(set(letters)) < len(letters):
        letters = shape
    x = leaf(name, letters, given)
    return (
        (entrywise(EXP, x), letters, np.exp(given[name])) if kind == "positive" else (x, letters, given[name])
    )


@pytest.mark.parametrize("seed", range(150))
def test_drawn_contractions_are_einsums(seed: int) -> None:
    rng, numbers = random.Random(seed), np.random.default_rng(seed)
    extent = {c: NUMBERS["m"] + 2 * (c in LONGS) for c in SHORTS + LONGS}
    given = {
        f"x{s}": numbers.normal(size=[extent[c] for c in s]) for s in ("a", "i", "ai", "ij", "ab", "aij")
    }
    parts = [drawn(rng, given) for _ in range(rng.randint(2, 5))]
    letters = sorted({c for _, own, _ in parts for c in own})
    out = "".join(rng.sample(letters, rng.randint(0, min(3, len(letters)))))
    made = contract(tuple((x, tuple(own)) for x, own, _ in parts), tuple(out))
    spec = ",".join(own for _, own, _ in parts) + "->" + out
    want = np.einsum(spec, *(a for _, _, a in parts))
    assert np.allclose(value(made, given), want, rtol=1e-10, atol=1e-10), spec
    twice = add(multiply(made, made), made)
    assert np.allclose(value(twice, given), want**2 + want, rtol=1e-10, atol=1e-10), spec


@pytest.mark.parametrize("seed", range(40))
def test_mirrored_products_are_einsums(seed: int) -> None:
    """The same arrays on both sides, with and without something between."""
    rng, numbers = random.Random(seed), np.random.default_rng(seed)
    given = {"X": numbers.normal(size=(5, 3)), "P": numbers.normal(size=(5, 5)), "s": numbers.normal(size=5)}
    X, P = node(INPUT, (), (LONG, SHORT), "X"), node(INPUT, (), (LONG, LONG), "P")
    s = node(INPUT, (), (LONG,), "s")
    between = rng.choice([(), ((s, ("r",)),), ((entrywise(EXP, s), ("r",)),)])
    arrays = {s: given["s"], entrywise(EXP, s): np.exp(given["s"]), X: given["X"], P: given["P"]}
    parts = [(X, ("r", "a")), (P, ("r", "i")), (X, ("r", "b")), (P, ("r", "j")), *between]
    if rng.random() < 0.4:
        parts = [p for p in parts if p[0] is not P]
    rng.shuffle(parts)
    letters = [c for c in "abij" if any(c in own for _, own in parts)]
    out = tuple(rng.sample(letters, len(letters)))
    found = mirrored(tuple(parts), out)
    assert found and len(found[0]) == len(letters) // 2
    want = np.einsum(
        ",".join("".join(own) for _, own in parts) + "->" + "".join(out), *(arrays[x] for x, _ in parts)
    )
    assert np.allclose(value(contract(tuple(parts), out), given), want, rtol=1e-10, atol=1e-12)


def test_what_is_certainly_not_negative() -> None:
    x = node(INPUT, (), (LONG,), "x")
    assert nonnegative(entrywise(EXP, x)) and nonnegative(multiply(x, x)) and not nonnegative(x)
    assert not nonnegative(add(entrywise(EXP, x), x))
