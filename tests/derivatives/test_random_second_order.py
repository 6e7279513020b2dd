"""Jacobians and Hessians of random graphs: printed, verified with their code, refused in one sentence or not
at all; and the kinds of graph that once went wrong."""

from __future__ import annotations

from contextlib import suppress

import pytest

import symbackprop as sb
from symbackprop.errors import DeclarationError
from symbackprop.derivatives.quantity import Quantity
from symbackprop.entries.contraction import written_out
from symbackprop.entries import Affine, Elem, Fn, Index, entries, position
from symbackprop.sizes import size
from tests.random_graphs import BASIC, EVERYTHING, random_graph
from tests.samples import sampled


def printed(q: Quantity) -> None:
    """Every way a derivative is said; one without a matrix on paper says so."""
    repr(q)
    for say in (q.text, q.latex):
        with suppress(DeclarationError):
            say()


@pytest.mark.parametrize("seed", sampled(range(96), 31))
def test_random_graphs(seed: int) -> None:
    graph = random_graph(seed, 3 + seed % 4, BASIC if seed % 2 else EVERYTHING)
    names = sb.derive(graph).wrt
    for q in (sb.jacobian(graph, wrt=names[0]), sb.hessian(graph, wrt=names[0]),
              sb.hessian(graph, wrt=names[:2])):  # fmt: skip
        printed(q)
        q.verify(seed=seed)


WINDOWS = {
    "mean": ("x: n", "avg_pool1d(x, size=2, stride=1)"),
    "mean of every second": ("x: 2*n + 1", "avg_pool1d(x, size=3, stride=2)"),
    "convolution": ("x: 1 x n; f: 1 x 1 x 3", "conv1d(x, f, padding=1)"),
    "convolution of a curve": ("x: 1 x n; f: 1 x 1 x 3", "conv1d(exp(x), f, padding=1)"),
    "image": ("x: 1 x 3 x n; f: 1 x 1 x 2 x 2", "conv2d(x, f, padding=1)"),
    "maximum": ("x: 2 x n", "max_pool1d(x, size=2, stride=1)"),
    "running sum": ("x: n", "cumsum(x)"),
    "differences": ("x: n", "x[1:] - x[:-1]"),
}


@pytest.mark.parametrize("what", WINDOWS)
@pytest.mark.parametrize("loss", ["sum(exp(q))", "sum(q*q)", "sum(cos(q)**2)/2"])
def test_entries_outside_their_array(what: str, loss: str) -> None:
    """An entry outside is 0, a function of it is not."""
    declared, q = WINDOWS[what]
    found = sb.hessian(f"{declared}; q = {q}; L = {loss}", wrt="x")
    printed(found)
    found.verify(seed=3)


def test_a_position_that_may_leave_its_axis_stays_bound() -> None:
    n, i, u, k = size("n"), Index("i", size("n")), Index("u", size(2)), Index("k", size("n"))
    place = Affine(((i, 1), (u, 1)), size(0) - 1)
    curve = entries(Fn("exp", entries(Elem("x", (position(k),)))))
    (term,) = written_out(curve, {k: place}).terms
    assert [b.size for b in term.bound] == [n]
    entry = entries(Elem("x", (position(k),)))  # 0 outside
    assert written_out(entry, {k: place}) == entries(Elem("x", (place,)))


NORMS = {
    "x: n x d": (("layernorm", "batchnorm", "rmsnorm"), ("sum({q}**3)", "sum(sin({q} @ {q}.T))")),
    "x: n; a: n": (("layernorm", "rmsnorm"), ("sum({q}*a)**2", "sum({q}*a)*sum({q}**3)")),
}


@pytest.mark.parametrize(
    ("declared", "norm", "loss"),
    [(k, n, loss) for k, (norms, losses) in NORMS.items() for n in norms for loss in losses],
)
def test_normalisations(declared: str, norm: str, loss: str) -> None:
    """A sum inside a sum has letters of its own, also where the normal value has no name."""
    q = f"{norm}(x, eps=0.5)"
    for graph in (f"{declared}; q = {q}; L = {loss.format(q='q')}", f"{declared}; L = {loss.format(q=q)}"):
        for found in (sb.jacobian(graph, wrt="x"), sb.hessian(graph, wrt="x")):
            printed(found)
            found.verify(seed=1)


def test_a_direction_keeps_its_name() -> None:
    """v is a direction and, elsewhere, a textbook's deviation from the mean."""
    q = sb.jacobian("x: n; q = layernorm(x, eps=0.5); L = sum(q**3)", wrt="x")
    assert "Inputs, in order, by keyword or as a dict: x, v." in q.source("numpy").split("def product")[1]
    q.verify(seed=2)


def test_blocks_that_only_entries_say() -> None:
    h = sb.hessian("x: n*k; A: n x k; y = reshape(x, n, k)*A; L = sum(exp(y))", wrt=["x"])
    assert "[" in repr(h) and h.verify(seed=1) < 1e-9
    with pytest.raises(DeclarationError, match="no product of matrices says the block of x and x"):
        h.text()
