"""Derivatives of scalar functions, and suprema of slopes, by SymPy. The only file that imports it."""

from __future__ import annotations

from fractions import Fraction
from functools import cache, partial
from itertools import pairwise
from typing import Any

import sympy

from symbackprop import entries as en
from symbackprop.entries import Elem, Entries, Fn
from symbackprop.entries.fold import Algebra, fold
from symbackprop.entries.scalar_functions import expression, scalar_row
from symbackprop.errors import DeclarationError

X = sympy.Symbol("x", real=True)


class step(sympy.Function):
    """1(x > 0); its derivative is 0 away from the kink."""

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        return sympy.S.Zero


class sign(sympy.Function):
    """The sign; its derivative is 0 away from the kink."""

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        return sympy.S.Zero


class floor(sympy.Function):
    """The largest whole number from below; its derivative is 0 away from the jumps."""

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        return sympy.S.Zero


class held(sympy.Function):
    """The number itself, taken as fixed."""

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        return sympy.S.Zero


WITNESS = sympy.Rational(1, 100)
POLYGAMMA = ("digamma", "trigamma", "tetragamma", "pentagamma")  # the derivatives of log Γ, in order
OWN = {
    "step": step, "sign": sign, "floor": floor, "held": held,
    **{name: partial(sympy.polygamma, n) for n, name in enumerate(POLYGAMMA)},
}  # fmt: skip


@cache
def function(name: str) -> sympy.Expr:
    """The scalar function as a SymPy expression in x."""
    row = scalar_row(name)
    if row.definition:
        return to_sympy(expression(row.definition))
    return (OWN.get(row.sympy) or getattr(sympy, row.sympy))(X)


def derivative(name: str, order: int) -> sympy.Expr:
    """f^{(order)}(x)."""
    return sympy.diff(function(name), X, order)


def derivative_entries(name: str, order: int) -> Entries:
    return from_sympy(derivative(name, order))


@cache
def bound(name: str) -> Fraction | None:
    """sup |f'| over the real numbers where it is rational: sigmoid 1/4, tanh 1; None where it is not known.

    At kinks of f the slopes on both sides count; a supremum that SymPy cannot find is not guessed.
    """
    row = scalar_row(name)
    if row.domain != "real" or row.abstract:
        return None
    slope = flat(derivative(name, 1))
    bent = {x for e in slope.atoms(step, sign) for x in points(sympy.solveset(e.args[0], X)) or ()}
    cuts = sorted(bent | {sympy.nsimplify(k) for k in row.kinks})
    edges = [-sympy.oo, *cuts, sympy.oo]
    found = [piece_bound(slope, a, b) for a, b in pairwise(edges)]
    if any(x is None for x in found):
        return None
    best = sympy.Max(*(x for x in found if x is not None))
    if not witnessed(slope, best):
        return None
    return Fraction(int(best.p), int(best.q)) if best.is_Rational else None  # type: ignore[attr-defined]


def piece_bound(slope: sympy.Expr, low: sympy.Expr, high: sympy.Expr) -> sympy.Expr | None:
    """sup |slope| between two kinks: over the critical points inside and the limits at the ends."""
    middle = (sympy.Max(low, -1_000_000) + sympy.Min(high, 1_000_000)) / 2
    f = sided(slope, middle)
    try:
        limits = [sympy.limit(f, X, low, "+"), sympy.limit(f, X, high, "-")]
        if periodic := sympy.periodicity(f, X):
            limits = [f.subs(X, 0), f.subs(X, periodic)]
        inside = sympy.solveset(sympy.diff(f, X), X, sympy.Interval.open(low, high))
        spots = points(inside)
    except (NotImplementedError, ValueError, TypeError):
        return None
    if spots is None:
        return None
    values = [sympy.simplify(abs(v)) for v in (*limits, *(f.subs(X, p) for p in spots))]
    if not all(v.is_number and v.is_finite for v in values):
        return None
    return sympy.Max(*values)


def witnessed(slope: sympy.Expr, best: sympy.Expr) -> bool:
    """Whether no sampled slope is above the supremum found, and one comes within a hundredth of it."""
    at = [sympy.Rational(k, 7) for k in range(-98, 99)]
    seen = [abs(sided(slope, x).subs(X, x).evalf()) for x in at]
    top = max((v for v in seen if v.is_number and v.is_finite), default=sympy.S.Zero)
    return bool(top <= best * (1 + WITNESS**6)) and bool(top >= best * (1 - WITNESS))


def points(s: sympy.Basic) -> list[sympy.Expr] | None:
    """Finitely many points, one of each periodic family; any point where all are critical."""
    if isinstance(s, sympy.FiniteSet):
        return list(s)  # type: ignore[arg-type]
    if s is sympy.S.EmptySet:
        return []
    if isinstance(s, sympy.ImageSet):
        return [s.lamda(sympy.S.Zero), s.lamda(sympy.S.One)]
    if isinstance(s, sympy.Union):
        parts = [points(a) for a in s.args]
        return None if any(p is None for p in parts) else [x for p in parts if p for x in p]
    return [] if isinstance(s, sympy.Interval) else None


def sided(slope: sympy.Expr, at: sympy.Expr) -> sympy.Expr:
    """A slope between two kinks: steps and signs are what they are there."""
    return slope.replace(  # type: ignore[return-value]
        lambda e: isinstance(e, step | sign),
        lambda e: sympy.Integer(1 if e.args[0].subs(X, at) > 0 else 0 if isinstance(e, step) else -1),
    )


def flat(e: sympy.Expr) -> sympy.Expr:
    """Derivatives of steps and signs away from their kinks."""
    return e.replace(sympy.Derivative, lambda *_: sympy.S.Zero)  # type: ignore[return-value]


def to_sympy(e: Entries) -> sympy.Expr:
    """Entries in x and y as a SymPy expression. Errors: `DeclarationError` for entries with indices."""
    return fold(e, (), SYMPY)


def quotient(x: Fraction) -> sympy.Expr:
    return sympy.Rational(x.numerator, x.denominator)


def scalars_only(_: object) -> Any:
    raise DeclarationError("only scalars stand in a scalar function")


SYMPY: Algebra[Any] = Algebra(
    constant=lambda name: getattr(sympy, name),
    extent=scalars_only,
    entry=lambda atom: (X if atom.tensor == "x" else sympy.Symbol("y", real=True), ()),
    holds=scalars_only,
    power=lambda base, x: base ** quotient(x),
    function=lambda name, order, inner: sympy.diff(function(name), X, order).subs(X, inner),
    product=lambda t, factors, out: (quotient(t.coefficient) * sympy.Mul(*(f for f, _ in factors)), ()),
    total=lambda parts, out: sympy.Add(*(p for p, _ in parts)),
)


NAMES = {sympy.exp: "exp", sympy.log: "log", sympy.sin: "sin", sympy.cos: "cos", sympy.tan: "tan",
         sympy.tanh: "tanh", sympy.sinh: "sinh", sympy.cosh: "cosh", sympy.atan: "arctan",
         sympy.asin: "arcsin", sympy.acos: "arccos", sympy.asinh: "arcsinh", sympy.acosh: "arccosh",
         sympy.atanh: "arctanh", sympy.erf: "erf", step: "step", sign: "sign", floor: "floor",
         held: "stop_gradient", sympy.loggamma: "gammaln"}  # fmt: skip


def from_sympy(e: sympy.Expr) -> Entries:
    """A SymPy expression in x as entries. Errors: `DeclarationError` for a function we do not have."""
    if e.is_Rational:
        return en.number(Fraction(int(e.p), int(e.q)))  # type: ignore[attr-defined]
    if e == X:
        return en.entries(Elem("x", ()))
    if e is sympy.pi:
        return en.entries(Elem("pi", ()))
    if e is sympy.E:
        return en.entries(Fn("exp", en.number(1)))
    if e.is_Add:
        return en.add(*(from_sympy(a) for a in e.args))  # type: ignore[arg-type]
    if e.is_Mul:
        return en.multiply(*(from_sympy(a) for a in e.args))  # type: ignore[arg-type]
    if e.is_Pow and e.args[1].is_Rational:
        exponent = Fraction(int(e.args[1].p), int(e.args[1].q))  # type: ignore[attr-defined]
        return en.power(en.single(from_sympy(e.args[0])), exponent)  # type: ignore[arg-type]
    order = int(e.args[0]) if isinstance(e, sympy.polygamma) else len(POLYGAMMA)  # type: ignore[call-overload]
    if order < len(POLYGAMMA):
        return en.entries(Fn(POLYGAMMA[order], from_sympy(e.args[1])))  # type: ignore[arg-type]
    if type(e) in NAMES:
        return en.entries(Fn(NAMES[type(e)], from_sympy(e.args[0])))  # type: ignore[arg-type]
    raise DeclarationError(f"SymPy's `{e}` has no counterpart among the scalar functions")
