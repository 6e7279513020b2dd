"""An op put on shapes: every equation placed, in order."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace

from symbackprop.entries.contraction import bind
from symbackprop.entries import Index
from symbackprop.entries.entry_equations import (
    Attribute, Definition, Equality, Instance, Pattern, Range, Template, extent_of,
)  # fmt: skip
from symbackprop.errors import DeclarationError, ShapeError
from symbackprop.entries.placement import Placement
from symbackprop.sizes import Shape, shape_text


def declared(
    at: Placement,
    arguments: tuple[Pattern, ...],
    shapes: tuple[Shape, ...],
    labels: tuple[str, ...],
) -> Placement:
    """The sizes of the letters of all arguments. Errors: `ShapeError` for other ranks or sizes."""
    for p, shape, label in zip(arguments, shapes, labels, strict=True):
        if len(shape) < len(p.core) or (len(shape) > len(p.core) and not p.batch):
            want = f"at least {len(p.core)}" if p.batch else f"{len(p.core)}"
            raise ShapeError(
                f"{label} is {shape_text(shape)}, but {want} axes are needed", where=at.where
            )
        at.declare(p, shape, label)
    return at


def place(
    arguments: tuple[Pattern, ...],
    equations: tuple[Template | Range | Equality, ...],
    shapes: tuple[Shape, ...],
    labels: tuple[str, ...],
    attributes: Mapping[str, Attribute],
    where: str,
) -> Instance:
    """An op on given shapes: index sizes, batch axes, entries.

    Errors: `ShapeError` where a letter stands for two sizes or the batch axes do not broadcast.
    """
    at = declared(Placement(where, attributes), arguments, shapes, labels)
    lines = [t for t in equations if isinstance(t, Template)]
    for r in (r for r in equations if isinstance(r, Range)):
        at.index[r.letter] = Index(r.letter, extent_of(r, attributes, where))
    for t in lines:  # letters that first stand in an equation must not be taken for batch axes
        at.axes.setdefault(f"\0{t.source}", (Pattern(t.left.tensor, False, letters_in(t)), ()))
    leads = [s[: len(s) - len(p.core)] for p, s in zip(arguments, shapes, strict=True) if p.batch]
    at.spread(leads, [f for p, f in zip(arguments, labels, strict=True) if p.batch])
    at.axes = {k: v for k, v in at.axes.items() if not k.startswith("\0")}
    definitions = []
    for t in lines:
        right = at.read(t.right)
        lead = at.batch if t.left.batch else ()
        for letter in t.left.core:
            if letter not in at.index:
                raise DeclarationError(f"`{t.source}`: index {letter} has no size", where=where)
        left = (*lead, *(at.index[letter] for letter in t.left.core))
        definitions.append(Definition(t.left.tensor, left, bind(right, left)))
        at.axes[t.left.tensor] = (t.left, tuple(i.size for i in left))
    inputs = []
    for p, shape in zip(arguments, shapes, strict=True):
        lead = len(shape) - len(p.core)
        batch = at.batch[len(at.batch) - lead :] if lead else ()
        own = tuple(replace(b, size=extent) for b, extent in zip(batch, shape, strict=False))
        inputs.append((p.tensor, (*own, *(at.index[c] for c in p.core))))
    out = tuple(i.size for i in definitions[-1].at)
    return Instance(tuple(inputs), tuple(definitions), out, labels=tuple(at.labels.items()))


def letters_in(t: Template) -> tuple[str, ...]:
    return tuple(
        sorted({n.id for n in ast.walk(t.right) if isinstance(n, ast.Name)} | set(t.left.core))
    )
