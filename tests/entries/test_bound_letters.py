"""Letters of sums: none is taken for an axis, for another sum's, or lost where the sum counts entries."""

from __future__ import annotations

from fractions import Fraction

import pytest

import symbackprop as sb
from symbackprop import entries as en
from symbackprop.entries import Elem, Entries, Index, Term
from symbackprop.sizes import size

N, D = size("n"), size("d")
I, J, K, P, Q = (Index(c, N if c in "ijpq" else D) for c in "ijkpq")


def product(a: Index, b: Index) -> Entries:
    """Σ_k x[a, k] x[b, k]."""
    pair = tuple((Elem("x", (en.position(i), en.position(K))), Fraction(1)) for i in (a, b))
    return Entries((Term(Fraction(1), pair, (K,)),))


def test_sums_of_a_product_have_letters_of_their_own() -> None:
    whole = en.multiply(en.multiply(product(I, P), product(P, Q)), product(Q, J))
    (term,) = whole.terms
    names = [b.name for b in term.bound]
    assert len(set(names)) == len(names) == 3 and not {"i", "j", "p", "q"} & set(names)


def test_an_axis_is_no_letter_of_a_sum_beside_it() -> None:
    mean = Entries((Term(Fraction(-1), ((Elem("x", (en.position(I),)), Fraction(1)),), (I,)),))
    apart = en.unshadowed(en.add(en.elem("x", I), mean), (I,))
    assert [tuple(b.name for b in t.bound) for t in apart.terms] == [(), ("j",)]
    assert en.unshadowed(apart, (I,)) == apart


def test_a_sum_over_what_stands_nowhere_counts() -> None:
    once = Term(Fraction(1), ((Elem("x", (en.position(I),)), Fraction(1)),), (I,))
    counted = Term(Fraction(-1), once.factors, (I, J))
    assert len(en.gather([once, counted]).terms) == 2
    assert en.gather([once, Term(Fraction(-1), once.factors, (I,))]) == en.ZERO


CAPTURED = (
    "x: n; L = sum((x - mean(x))**2)",
    "x: n; L = sum((x - sum(x))**3)/2",
    "X: n x d; L = sum((X - mean(X))**2) + sum((X - mean(X, axis=0))**2)",
    "X: n x d; L = sum(X - mean(X, axis=-1, keepdims=True)) + sum(X**2)",
    "x: n; W: n x n; L = sum((x - sum(W @ x))**2)",
    "X: n x d; L = sum(matrix_power(X @ X.T, 3)**2)/100",
    "x: n; y: n; u = x*(y - mean(x)) - mean(x*y); L = sum(u**2)",
    "x: n; L = sum((x - mean(x))**2)/(n - 1); s = sqrt(L); z = sum((x - mean(x))**3)/s**3",
)


@pytest.mark.parametrize("graph", CAPTURED)
def test_derived_and_verified(graph: str) -> None:
    report = sb.derive(graph).verify()
    assert report.ok, report.failures
