"""Which product with a direction is asked for: of which derivative, from which side, by which names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.scopes import Second
from symbackprop.derivatives.derivative import Derivative, Product, Side, direction_name
from symbackprop.derivatives.derivative_blocks import Blocks
from symbackprop.derivatives.directional_products import directions_of

Directions: TypeAlias = Mapping[str, str]  # a name for each, by what has its shape


@dataclass(frozen=True, slots=True)
class Asked:
    """Products in the shapes of `kept`; `directions` are as many names as factors."""

    derivation: Derivation
    scope: Second
    side: Side
    directions: Directions
    kept: tuple[str, ...]


def asked(q: Derivative | Blocks | Product, side: Side) -> Asked:
    """The product of a derivative from a side, under names of our own; a product is one already."""
    match q:
        case Product():
            return Asked(q.derivation, q.scope, q.side, {x: v for v, x in q.scope.along}, (q.kept,))
        case Derivative():
            gone, kept = (q.columns, q.rows) if side == "right" else (q.rows, q.columns)
            axes = q.step.by if side == "right" else q.step.at
            named = {gone: direction_name(q, None, len(axes))}
            return Asked(q.derivation, q.scope, side, named, (kept,))
        case Blocks():
            gone, kept = (q.names, q.rows) if side == "right" else (q.rows, q.names)
            each = {x: q.slope(*((kept[0], x) if side == "right" else (x, kept[0]))) for x in gone}
            return Asked(q.derivation, q.scope, side, directions_of(each, {}, side), kept)
