"""Large literal sizes cost time and prove nothing: a derivation with a name in the place of each such number.

A name made of digits is a size like any other: points give it small primes, and `restored` says it as the
number it stands for. Where a formula uses a large number as a number there is no stand-in.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from math import prod

from symbackprop.answers.asked.right_values import Bench
from symbackprop.derivation.renamed_sizes import NoStandIn, Renaming, names_for
from symbackprop.errors import SymbackpropError
from symbackprop.sizes import Monomial, Shape, collect

NUMERAL = re.compile(r"\d{2}|\d[.,eE]\d|[₀-₉]{2}")  # what may be a large size in an answer


def restored(shape: Shape) -> Shape:
    """A shape with the numbers again that names stand for."""
    return tuple(collect(map(number_again, s.terms)) if s.names else s for s in shape)  # type: ignore[arg-type]


def number_again(term: tuple[Monomial, int]) -> tuple[Monomial, int]:
    """A term of a size with the numbers again."""
    names, a = term
    return tuple(n for n in names if not n.isdecimal()), a * prod(int(n) for n in names if n.isdecimal())


def spoken(b: Bench, given: tuple[int, ...]) -> tuple[int, ...]:
    """Sizes at the first spot of a bench, with the numbers again. Errors: `NoStandIn` where that is open."""
    here = b.spots[0].point.sizes
    if not any(n.isdecimal() for n in here):
        return given
    there = {**here, **{n: int(n) for n in here if n.isdecimal()}}
    known: dict[int, set[int]] = {}
    for s in (s for e in b.target.d.graph.symbol.values() for s in e.shape):
        known.setdefault(s.value(here), set()).add(s.value(there))
    found = [known.get(k, {k} if k == 1 else set()) for k in given]
    if any(len(x) != 1 for x in found):
        raise NoStandIn("a size that is none of the graph's")
    return tuple(k for x in found for k in x)


def says_no_size(answer: str) -> bool:
    """Whether no number stands in an answer that could be a large size, or be made from one."""
    return not NUMERAL.search(answer)


@lru_cache(maxsize=32)
def stand_in(b: Bench) -> Bench | None:
    """The bench with small sizes, which judges as this one does; None where there is none."""
    d = b.target.d
    known = names_for(d.graph)
    if not known:
        return None
    try:
        other = replace(b.target, d=Renaming(known).derivation(d))
        made = Bench(other, b.seed)
        made.spots  # noqa: B018 -- made here, so that sizes which do not fit are found out once
    except (SymbackpropError, RecursionError):
        return None
    return made
