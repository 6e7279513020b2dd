"""The derivative that `--as` asks for: a Jacobian, a Hessian, a Gauss-Newton or a Fisher matrix."""

from __future__ import annotations

import argparse

from symbackprop.derivatives.curvature import fisher, gauss_newton
from symbackprop.derivatives.derivative import Derivative
from symbackprop.derivatives.derivative_blocks import Blocks, hessian, jacobian
from symbackprop.errors import DeclarationError
from symbackprop.graph.graph import Graph
from symbackprop.interfaces.graph_file import variables


def asked_derivative(o: argparse.Namespace, g: Graph) -> Derivative | Blocks:
    """The derivative by one variable, or in blocks by several.

    Errors: `DeclarationError` for options that are missing, or several variables where one is meant.
    """
    names = variables(o.wrt) or list(g.wrt) or [g.inputs[0]]
    if o.kind in ("jacobian", "hessian"):
        derivative = jacobian if o.kind == "jacobian" else hessian
        return derivative(g, o.of, names[0]) if len(names) == 1 else derivative(g, o.of, wrt=names)
    if len(names) > 1:
        raise DeclarationError(f"--as {o.kind} takes one variable", where=o.verb, hint=f"--wrt {names[0]}")
    if o.kind == "gauss-newton":
        return gauss_newton(g, o.of, names[0], through=given(o, "through"))
    return fisher(g, o.of, names[0], label=given(o, "label"), given=given(o, "given"))


def given(o: argparse.Namespace, option: str) -> str:
    """A node that an option names."""
    value: str | None = getattr(o, option)
    if not value:
        raise DeclarationError(f"--as {o.kind} needs --{option}", where=o.verb, hint=f"--{option} NODE")
    return value
