"""Values made of expressions, pickled and copied: expressions come back as the one object that they are."""

from __future__ import annotations

import copyreg
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import MappingProxyType

from symbackprop.graph.expr import Expr


class Pickled:
    """A frozen dataclass that is pickled by its fields, without what it has computed from them.

    Every expression inside goes first, arguments before what is made of them: a deep graph is no deep pickle.
    """

    __slots__ = ()

    def __reduce__(self) -> tuple[object, ...]:
        values = tuple(getattr(self, f.name) for f in fields(self))  # type: ignore[arg-type]
        return remade, (type(self), arguments_first(values), values)


def remade(kind: type[object], _inside: tuple[Expr, ...], values: tuple[object, ...]) -> object:
    """The value again; its kind has loaded what declares the ops, the expressions are there already."""
    return kind(*values)


def arguments_first(value: object) -> tuple[Expr, ...]:
    """The expressions in a value, arguments and definitions of names before what is made of them."""
    order: dict[Expr, None] = {}
    stack = list(expressions(value))
    while stack:
        e = stack[-1]
        own = e.symbol
        below = (*e.args, *((own.definition,) if own and own.definition else ()))
        waiting = [a for a in below if a not in order] if e not in order else []
        if waiting:
            stack += waiting
        else:
            order[e] = None
            stack.pop()
    return tuple(order)


def expressions(value: object) -> Iterator[Expr]:
    """Every expression that a value holds, not what these are made of."""
    met: dict[int, object] = {}
    stack = [value]
    while stack:
        x = stack.pop()
        if id(x) in met:
            continue
        met[id(x)] = x
        if isinstance(x, Expr):
            yield x
        elif isinstance(x, Mapping):
            stack += [*x.keys(), *x.values()]
        elif isinstance(x, tuple | list | set | frozenset):
            stack += x
        elif is_dataclass(x) and not isinstance(x, type):
            stack += [getattr(x, f.name) for f in fields(x)]


def view(table: dict[object, object]) -> Mapping[object, object]:
    """A table that nobody changes."""
    return MappingProxyType(table)


# Python itself pickles no such view
copyreg.pickle(MappingProxyType, lambda table: (view, (dict(table),)))  # type: ignore[arg-type]
