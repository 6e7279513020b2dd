"""Values that remember by which call of a function of several ops they were made."""

from __future__ import annotations

from collections.abc import Mapping

from symbackprop.entries.op import Op
from symbackprop.graph.calls import Call, Way
from symbackprop.graph.expr import LEAVES, Expr, intern


def called(function: str, value: Expr, arguments: Mapping[str, Expr | None], **inner: Expr) -> Expr:
    """The value of a function of several ops, which remembers its arguments and what stands between them.

    What is an argument itself, or a leaf, is no value that was made.
    """
    given = {role: e for role, e in arguments.items() if e is not None}
    if value.op in LEAVES or value in given.values():
        return value
    ways = ways_down(value, frozenset(given.values()))
    places = (tuple((role, ways[e]) for role, e in roles.items()) for roles in (given, inner))
    return intern(value.op, value.args, value.attributes, value.shape, Call(function, *places))


def ways_down(root: Expr, ends: frozenset[Expr]) -> dict[Expr, Way]:
    """The first way from an expression to each node between it and some ends."""
    found: dict[Expr, Way] = {root: ()}
    for node in (queue := [root]):
        for n, a in enumerate(node.args if node not in ends else ()):
            if a not in found:
                found[a] = (*found[node], n)
                queue.append(a)
    return found


def in_place_of(old: Expr, made: Expr) -> Expr:
    """What is made in the place of a value remembers its call where all ways lead along the same ops."""
    ways = [way for _, way in (*old.call.arguments, *old.call.inner)] if old.call else []
    if not ways or any(ops_along(made, way) != ops_along(old, way) for way in ways):
        return made
    return intern(made.op, made.args, made.attributes, made.shape, old.call)


def ops_along(e: Expr, way: Way) -> list[Op]:
    """The ops that a way passes, but for that of its end."""
    found: list[Op] = []
    for n in way:
        found.append(e.op)
        if n >= len(e.args):
            break
        e = e.args[n]
    return found
