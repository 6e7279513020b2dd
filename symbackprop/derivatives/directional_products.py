"""A matrix of blocks times a direction in every variable: Σ_y H_xy v_y, each v in the shape of its y."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace

from symbackprop import entries as en
from symbackprop.derivation.scopes import Second
from symbackprop.derivatives.derivative import (
    Derivative, Product, Reading, Side, direction_name, product, unlettered,
)  # fmt: skip
from symbackprop.entries import Index
from symbackprop.entries.differentiation import LocalStep
from symbackprop.entries.unification import reletter
from symbackprop.formula import tree as no
from symbackprop.formula.composing import one_or
from symbackprop.matrices import tidy as td


def directions_of(each: Mapping[str, Derivative], asked: Mapping[str, str], side: Side) -> dict[str, str]:
    """A name for the direction of every variable, no two alike. Errors: `DeclarationError` for one taken."""
    out: dict[str, str] = {}
    for n, j in each.items():
        gone = j.step.by if side == "right" else j.step.at
        out[n] = direction_name(j, asked.get(n), len(gone), out.values())
    return out


def along(
    each: Mapping[str, Derivative], directions: Mapping[str, str], scope: Second, side: Side
) -> Product:
    """The sum of the products of some blocks, all of one row or (from the left) one column."""
    first = next(iter(each.values()))
    kept = first.step.at if side == "right" else first.step.by
    blocks = {n: under_letters(j, kept, side, directions) for n, j in each.items()}

    def made(reading: Reading | None) -> list[Product]:
        return [product(j, directions[n], side, reading) for n, j in blocks.items()]

    parts = made(None)
    if any(p.reading == "entries" for p in parts):
        parts = made("entries")
    kept = parts[0].step.at
    whole = en.add(*(p.step.result for p in parts))
    exprs = [p.expr for p in parts if p.expr is not None]
    return replace(
        parts[0],
        left=one_or(no.Plus, [p.left for p in parts]),
        scope=replace(scope, along=tuple((v, n) for n, v in directions.items())),
        step=LocalStep(first.step.tensor, kept, (), whole, whole),
        expr=td.plus(*exprs) if len(exprs) == len(parts) else None,
        folded=en.add(*(p.folded for p in parts)),
        tensors={t: e for p in parts for t, e in p.tensors.items()},
    )


def under_letters(
    j: Derivative, kept: tuple[Index, ...], side: Side, directions: Mapping[str, str]
) -> Derivative:
    """A block whose remaining axes have the given letters, and no letter that names a direction."""
    d = unlettered(j.derivation, *directions.values())
    stays, goes = (j.step.at, j.step.by) if side == "right" else (j.step.by, j.step.at)
    spare = [c for c in d.convention.letters if c not in {i.name for i in kept}]
    fresh = itertools.chain(spare, (f"i{n}" for n in itertools.count(1)))
    names = {i.name: k.name for i, k in zip(stays, kept, strict=True)}
    inside = sorted(en.all_names(j.step.result) | en.all_names(j.folded))
    for n in dict.fromkeys((*(i.name for i in goes), *inside)):
        names.setdefault(n, next(fresh))

    def moved(axes: tuple[Index, ...]) -> tuple[Index, ...]:
        return tuple(Index(names[i.name], i.size) for i in axes)

    result = reletter(j.step.result, names)
    step = LocalStep(j.step.tensor, moved(j.step.at), moved(j.step.by), result, result)
    return replace(j, derivation=d, step=step, folded=reletter(j.folded, names))
