"""Entries: contraction, common factors and letters exchanged leave the value as it was."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from symbackprop import entries as en
from symbackprop.entries import Delta, Entries, Fn, Index, Term
from symbackprop.entries.common_factors import gathered
from symbackprop.entries.contraction import bind, contract, multiplied_out
from symbackprop.entries.fold import fold
from symbackprop.entries.reference_values import floats
from symbackprop.entries.unification import reletter
from symbackprop.sizes import size


def test_letters_that_change_places_do_so_once_at_every_depth() -> None:
    """exp(x_ij) under i ↔ j is exp(x_ji), also inside functions and brackets."""
    i, j = Index("i", size("n")), Index("j", size("n"))
    inner = Fn("exp", en.elem("x", i, j))
    e = Entries((Term(Fraction(1), ((inner, Fraction(1)),)),))
    turned = reletter(e, {"i": "j", "j": "i"})
    assert turned == en.entries(Fn("exp", en.elem("x", j, i)))
    assert reletter(turned, {"i": "j", "j": "i"}) == e


I, J, K, L = (Index(x, size(n)) for x, n in zip("ijkl", (2, 3, 5, 3), strict=True))
RIGHT = {
    "matrix product": (en.elem("A", I, K), en.elem("B", K, J)),
    "δ inside a sum": (
        en.elem("A", I, K),
        en.entries(Delta(en.position(K), en.position(K))),
        en.elem("B", K, J),
    ),
    "δ of two letters": (
        en.elem("A", I, K),
        en.elem("B", K, L),
        en.entries(Delta(en.position(L), en.position(J))),
    ),
    "twice": (en.elem("A", I, K), en.elem("A", I, K), en.elem("v", J)),
}


def value(e: Entries, seed: int) -> np.ndarray:
    """The array over i, j of entries with tensors drawn by a seed."""
    rng = np.random.default_rng(seed)
    tensors = {"A": rng.normal(size=(2, 5)), "B": rng.normal(size=(5, 3)), "v": rng.normal(size=3)}
    return fold(e, (I, J), floats({**tensors}, {}))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", RIGHT)
def test_a_contraction_keeps_the_value(name: str, seed: int) -> None:
    summed = bind(en.multiply(*RIGHT[name]), (I, J))
    short = contract(summed)
    np.testing.assert_allclose(value(short, seed), value(summed, seed), rtol=1e-12)
    assert not any(isinstance(a, Delta) for t in short.terms for a, _ in t.factors)


def test_a_lost_delta_changes_the_value() -> None:
    a, b, _ = RIGHT["δ of two letters"]
    whole, lost = (bind(x, (I, J)) for x in (en.multiply(*RIGHT["δ of two letters"]), en.multiply(a, b)))
    assert not np.allclose(value(whole, 7), value(lost, 7))


def test_multiplied_out_keeps_the_value() -> None:
    bracket = en.single(en.add(en.elem("B", K, J), en.scale(en.elem("v", J), -2)))
    e = bind(en.multiply(en.elem("A", I, K), bracket), (I, J))
    assert len(multiplied_out(e).terms) == 2
    np.testing.assert_allclose(value(multiplied_out(e), 11), value(e, 11), rtol=1e-12)


def test_gathered_terms_are_the_same_entries() -> None:
    """Against the terms one by one, for letters bound under different names and brackets of their own."""
    k, m, i, j = (en.Index(name, size(s)) for name, s in (("k", 7), ("m", 7), ("i", 3), ("j", 5)))
    rng = np.random.default_rng(3)
    tensors = {"x": rng.normal(size=(7, 3)), "z": rng.normal(size=(7, 5)), "u": rng.normal(size=7),
               "v": rng.normal(size=7)}  # fmt: skip

    def term(own: en.Index, sign: int, *inside: en.Entries) -> en.Entries:
        made = en.multiply(en.elem("x", own, i), en.elem("z", own, j), *inside)
        return en.Entries(
            tuple(replace(t, coefficient=t.coefficient * sign, bound=(own,)) for t in made.terms)
        )

    e = en.Entries((
        *term(k, 2, en.elem("u", k)).terms,
        *term(m, -3, en.add(en.elem("u", m), en.elem("v", m))).terms,
        *term(m, 1).terms,
    ))  # fmt: skip
    short = gathered(e)
    assert len(short.terms) == 1
    values = [fold(x, (i, j), floats({**tensors}, {})) for x in (e, short)]
    assert np.allclose(*values, rtol=1e-12)
    nothing = en.Entries((*term(k, 1, en.elem("u", k)).terms, *term(m, -1, en.elem("u", m)).terms))
    assert gathered(nothing) == en.ZERO
