"""Derivatives of scalar functions by SymPy. The only file that imports it; loaded when first needed."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import sympy

from symbackprop import entries as en
from symbackprop.entries import Elem, Entries, Fn, Group
from symbackprop.errors import DeclarationError
from symbackprop.op import expression, scalar_row

X = sympy.Symbol("x", real=True)


class step(sympy.Function):
    """1(x > 0); its derivative is 0 away from the kink."""

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        return sympy.S.Zero


class sign(sympy.Function):
    """The sign; its derivative is 0 away from the kink."""

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        return sympy.S.Zero


OWN = {"step": step, "sign": sign}


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


def to_sympy(e: Entries) -> sympy.Expr:
    total = sympy.S.Zero
    for term in e.terms:
        product = sympy.Rational(term.coefficient.numerator, term.coefficient.denominator)
        for atom, x in term.factors:
            match atom:
                case Elem(tensor="pi"):
                    base = sympy.pi
                case Elem():
                    base = X if atom.tensor == "x" else sympy.Symbol("y", real=True)
                case Fn():
                    inner = to_sympy(atom.arg)
                    base = sympy.diff(function(atom.function), X, atom.order).subs(X, inner)
                case Group():
                    base = to_sympy(atom.body)
                case _:
                    raise DeclarationError("only scalars stand in a scalar function")
            product *= base ** sympy.Rational(x.numerator, x.denominator)
        total += product
    return total


NAMES = {sympy.exp: "exp", sympy.log: "log", sympy.sin: "sin", sympy.cos: "cos", sympy.tan: "tan",
         sympy.tanh: "tanh", sympy.sinh: "sinh", sympy.cosh: "cosh", sympy.atan: "arctan",
         sympy.erf: "erf", step: "step", sign: "sign"}  # fmt: skip


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
    if type(e) in NAMES:
        return en.entries(Fn(NAMES[type(e)], from_sympy(e.args[0])))  # type: ignore[arg-type]
    raise DeclarationError(f"SymPy's `{e}` has no counterpart among the scalar functions")
