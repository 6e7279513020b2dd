"""What was made of one expression is made of another that differs in its names only by putting those in.

Layers repeat: the pullback of the tenth block is that of the first under other names. Expressions are alike
where they are one with their symbols numbered, and where these agree in what algebra asks of a symbol: its
shape and domain, whether it is symmetric, and how it is defined, as far down as names are looked through.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import wraps
from threading import Lock
from typing import TypeAlias
from weakref import WeakKeyDictionary, WeakValueDictionary

from symbackprop.entries.op import KEPT
from symbackprop.graph.expr import SYMBOL, Expr, substitute, topological
from symbackprop.matrices.square_products import symmetric

UNFOLDED = 3  # an expression, and it with names looked through, once and twice


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Form:
    """An expression with its symbols numbered: a line for each node. Equal ones are one object."""

    lines: tuple[Hashable, ...]


Outline: TypeAlias = tuple[Form, tuple[Expr, ...]]  # and the symbols in order
_forms: WeakValueDictionary[tuple[Hashable, ...], Form] = WeakValueDictionary()
_outlines: WeakKeyDictionary[Expr, Outline] = WeakKeyDictionary()
_making = Lock()


def outline(e: Expr) -> Outline:
    """The form of an expression, and its symbols."""
    found = _outlines.get(e)
    if found is None:
        nodes = topological(e)
        place = {n: k for k, n in enumerate(nodes)}
        lines = tuple(
            facts(n) if n.op is SYMBOL else (n.op, n.attributes, n.call, *(place[a] for a in n.args))
            for n in nodes
        )
        with _making:
            form = _forms.setdefault(lines, Form(lines))
        found = _outlines[e] = form, tuple(n for n in nodes if n.op is SYMBOL)
    return found


def facts(e: Expr) -> Hashable:
    """What algebra knows of a symbol beside its definition."""
    s = e.own
    square = e.rank == 2 and s.shape[0] == s.shape[1] and symmetric(e)
    return s.shape, s.domain, s.labels, s.cotangent, s.time, s.shift, s.at, s.definition is None, square


def likeness(roots: tuple[Expr, ...]) -> tuple[Hashable, tuple[Expr, ...]]:
    """What expressions are but for the names of their symbols, and those symbols in order."""
    number: dict[Expr, int] = {}
    key, level = list[Hashable](), roots
    for _ in range(UNFOLDED):
        known = len(number)
        for form, symbols in map(outline, level):
            key.append(form)
            key += [number.setdefault(s, len(number)) for s in symbols]
        level = tuple(d for s in list(number)[known:] if (d := s.own.definition) is not None)
    return tuple(key), tuple(number)


def up_to_names(f: Callable[..., Expr]) -> Callable[..., Expr]:
    """A function of expressions that sees only their structure, asked once for all that are alike.

    What is no expression is given by keyword.
    """
    known: dict[Hashable, tuple[tuple[Expr, ...], Expr]] = {}

    @wraps(f)
    def made(*roots: Expr, **options: Hashable) -> Expr:
        alike, symbols = likeness(roots)
        key = alike, *options.values()
        found = known.get(key)
        if found is None:
            value = f(*roots, **options)
            if len(known) >= KEPT:
                known.clear()
            known[key] = symbols, value
            return value
        old, value = found
        return value if old == symbols else substitute(value, dict(zip(old, symbols, strict=True)))

    return made
