"""A derivation with names in the place of its large literal sizes: points give them small ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

from symbackprop.derivation.derivation import Derivation, derive
from symbackprop.derivation.renamed_sizes import NoStandIn, Renaming, stand_ins
from symbackprop.errors import ShapeError, SymbackpropError
from symbackprop.numeric.points import backward_values, evaluate
from symbackprop.verify.comparison import EQUAL, relative
from symbackprop.verify.generic_points import point_for


def small_sizes(d: Derivation) -> Iterator[Derivation]:
    """The derivation with names for its large literal sizes, where it has some and they are only that."""
    known = stand_ins(d.graph)
    if not known:
        return
    with suppress(NoStandIn, ShapeError):
        yield Renaming(known).derivation(d)
        return
    with suppress(SymbackpropError):  # a mean over 128 entries has 1/128 in its δ's: derived once more
        again = derive(Renaming(known).graph(d), d.of, d.wrt, convention=d.convention)
        if same_forms(d, again, {str(s): n for n, s in known.items() if s.number is None}):
            yield again


def same_forms(d: Derivation, other: Derivation, sizes: Mapping[str, int]) -> bool:
    """Whether two derivations have the same δ's, form by form, where names of sizes are those numbers."""
    mine, theirs = d.backward.adjoints, other.backward.adjoints
    if list(mine) != list(theirs) or any(len(mine[n].forms) != len(theirs[n].forms) for n in mine):
        return False
    names = {n: k for n, k in sizes.items() if n in other.graph.sizes}
    p = point_for(d, 0, 0, "central")
    if isinstance(p, str) or p.length:
        return False
    q = backward_values(other.backward, replace(p, sizes={**p.sizes, **names}))
    forms = [(f, f2) for n in mine for f, f2 in zip(mine[n].forms, theirs[n].forms, strict=True)]
    return all(relative(evaluate(f, p), evaluate(f2, q))[0] <= EQUAL for f, f2 in forms)
