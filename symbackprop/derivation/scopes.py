"""Scopes: which names an equation may use beside those of its page, and at which values they stand.

A sheet types them: nothing, `before`, `*`, `trace`, `y|x`, `step:h|h|-1`, `hessian:x,y`, `jacobian:y,z,,W,b`;
`;v@x` adds a direction v in the shape of x.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeAlias

from symbackprop.errors import DeclarationError
from symbackprop.graph.graph import Graph, known


class Common(Enum):
    """Scopes that are about no node."""

    PAGE = ""
    BEFORE = "before"  # the page at every step of a recurrence but the last
    CHAIN = "*"  # with ∂y/∂x of every node by every number and vector in its definition
    TRACE = "trace"  # the numbers a sheet gives, in the place of generic ones


PAGE, BEFORE, CHAIN, TRACE = Common


@dataclass(frozen=True, slots=True)
class Local:
    """The derivation of one node: helpers of its definition, and their derivatives by one symbol in it."""

    node: str
    wrt: str

    def __str__(self) -> str:
        return f"{self.node}|{self.wrt}"


@dataclass(frozen=True, slots=True)
class Step:
    """∂node_t/∂symbol_{t+shift} of a recurrence, at every step t."""

    node: str
    wrt: str
    shift: int

    def __str__(self) -> str:
        return f"step:{self.node}|{self.wrt}|{self.shift}"


class Order(Enum):
    """What a derivative over all paths is."""

    JACOBIAN = "jacobian"
    HESSIAN = "hessian"
    BLOCKS = "blocks"
    GAUSS_NEWTON = "gauss_newton"
    FISHER = "fisher"


@dataclass(frozen=True, slots=True)
class Second:
    """A Jacobian over all paths or a matrix of second order, and directions with symbols of their shape.

    `names` are what it is by, in the order its kind has them; `outputs` are those of a Jacobian, the output
    alone where none is named.
    """

    order: Order
    names: tuple[str, ...]
    outputs: tuple[str, ...] = ()
    along: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        names = ",".join((*self.outputs, "", *self.names) if self.outputs else self.names)
        along = ",".join(f"{v}@{like}" for v, like in self.along)
        return f"{self.order.value}:{names}" + (f";{along}" if along else "")


Scope: TypeAlias = Common | Local | Step | Second


def scope(g: Graph, typed: Scope | str) -> Scope:
    """The scope a sheet types. Errors: `DeclarationError` for a text that is none, or names no symbol."""
    if not isinstance(typed, str):
        return typed
    found = read(typed)
    for n in () if isinstance(found, Common) else named(found):
        known(n, g.symbol, f"the scope `{typed}`")
    return found


def read(typed: str) -> Scope:
    """The scope of a text, its names not yet looked up."""
    if typed in (plain := {each.value: each for each in Common}):
        return plain[typed]
    whole, _, directions = typed.partition(";")
    kind, _, names = whole.rpartition(":")
    between = names.split("|")
    if not kind and len(between) == 2:
        return Local(*between)
    if kind == "step" and len(between) == 3 and between[2].removeprefix("-").isdecimal():
        return Step(between[0], between[1], int(between[2]))
    orders = {each.value: each for each in Order}
    pairs = tuple((v, like) for v, _, like in (x.partition("@") for x in directions.split(",") if x))
    if kind not in orders:
        said = ", ".join(f"`{x}`" for x in (*plain, "y|x", *(f"{k}:…" for k in orders)) if x)
        raise DeclarationError(f"`{typed}` is no scope", where="local", hint=f"Scopes: {said}")
    outputs, _, by = names.rpartition(",,")
    made = Second(orders[kind], tuple(by.split(",")), along=pairs)
    return replace(made, outputs=tuple(outputs.split(","))) if outputs else made


def named(s: Local | Step | Second) -> tuple[str, ...]:
    """The symbols a scope is about."""
    if isinstance(s, Second):
        return (*s.outputs, *s.names, *(like for _, like in s.along))
    return s.node, s.wrt
