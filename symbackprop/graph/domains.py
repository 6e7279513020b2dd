"""Which values an input has: a word of its declaration, `positive`, or an interval, `in (0, 2)`.

Every word has a row with what others must know of it: how numbers are made values of it, in floating point,
in fractions and in emitted code; which numbers are; and the facts that the algebra may use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import inf
from typing import Any, Literal, TypeAlias

import numpy as np

from symbackprop.catalogue.error_sentences import told
from symbackprop.errors import DeclarationError

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Into: TypeAlias = Callable[[Array], Array]
Drawn: TypeAlias = tuple[str, str]  # code for a value, and for a direction in which its facts go on to hold
NORMAL = "rng.normal(size={shape})"
EVEN = "(lambda a: (a + a.mT) / 2)(rng.normal(size={shape}))"
CENTRED = "(lambda a: a - a.mean(-1, keepdims=True))(rng.normal(size={shape}))"


@dataclass(frozen=True, slots=True)
class Domain:
    """One row. `into` makes real numbers that are not 0 values of the domain: floats, fractions, integers.

    `fits` says which numbers are values, `of` what it is said of. Entries may be known to be `positive` or
    `nonzero`, to add to 1 along the last axis (`summing`), a matrix to be `symmetric`. Of `apart` values none
    is near another; `whole` says that small integers are taken to small integers.
    """

    into: Into
    fits: Callable[[Array], bool]
    code: Drawn
    of: Literal["entries", "rows", "square"] = "entries"
    positive: bool = False
    nonzero: bool = False
    symmetric: bool = False
    summing: bool = False
    apart: bool = False
    whole: bool = True


def between(x: Array) -> Array:
    """Numbers in (0, 1)."""
    return abs(x) / (1 + abs(x))


def mirrored(x: Array) -> Array:
    """The matrix below its diagonal, and the same above."""
    return np.tril(x) + np.swapaxes(np.tril(x, -1), -1, -2)


def on_the_diagonal(x: Array, change: Callable[[Array], Array]) -> Array:
    """A matrix with a diagonal made from its rows."""
    return np.where(np.eye(len(x), dtype=bool), change(x)[:, None], x)


def even(v: Array) -> bool:
    return np.allclose(v, v.T)


ROWS: Mapping[str, Domain] = {
    "real": Domain(lambda x: x, lambda v: True, ("draw(size={shape})", NORMAL)),
    "positive": Domain(abs, lambda v: bool(np.all(v > 0)), ("rng.uniform(0.2, 1.8, {shape})", NORMAL),
                       positive=True, nonzero=True),
    "unit": Domain(between, lambda v: bool(np.all((v > 0) & (v < 1))),
                   ("rng.uniform(0.1, 0.9, {shape})", NORMAL), positive=True, nonzero=True, whole=False),
    "nonzero": Domain(lambda x: x, lambda v: bool(np.all(v != 0)),
                      ("rng.uniform(0.2, 1.8, {shape})*rng.choice([-1, 1], {shape})", NORMAL), nonzero=True),
    "onehot": Domain(lambda x: np.eye(x.shape[-1], dtype=int)[np.argmax(x, -1)],
                     lambda v: bool(np.all((v == 0) | (v == 1)) and np.all(v.sum(-1) == 1)),
                     ("np.eye({last})[rng.integers(0, {last}, {rest})]", CENTRED), of="rows", summing=True,
                     apart=True, whole=False),
    "distribution": Domain(lambda x: abs(x) / abs(x).sum(-1, keepdims=True),
                           lambda v: bool(np.all(v >= 0)) and np.allclose(v.sum(-1), 1),
                           ("rng.dirichlet(np.ones({last}), {rest})", CENTRED), of="rows", summing=True,
                           whole=False),
    "symmetric": Domain(mirrored, even, (EVEN, EVEN), of="square", symmetric=True),
    "posdef": Domain(lambda x: x @ x.T + np.eye(len(x), dtype=int),
                     lambda v: even(v) and bool(np.all(np.linalg.eigvalsh(v) > 0)),
                     ("(lambda a: a @ a.mT + np.eye({last}))(rng.normal(size={shape}))", EVEN), of="square",
                     symmetric=True),
    # a matrix whose diagonal is positive, as that of a Cholesky factor; one whose determinant is
    "posdiag": Domain(lambda x: on_the_diagonal(x, lambda a: abs(a.diagonal())),
                      lambda v: bool(np.all(v.diagonal() > 0)),
                      ("(lambda a: a + np.diag(abs(np.diag(a)) - np.diag(a) + 0.2))"
                       "(rng.normal(size={shape}))", NORMAL), of="square"),
    "posdet": Domain(lambda x: on_the_diagonal(x, lambda a: abs(a).sum(-1)),
                     lambda v: bool(np.linalg.det(v) > 0),
                     ("(lambda a: a + np.diag(abs(a).sum(-1) + 1))(rng.normal(size={shape}))", NORMAL),
                     of="square"),
}  # fmt: skip
LABEL = Domain(lambda x: x, lambda v: True, ("", ""), apart=True, whole=False)  # a position, not a number
DOMAINS = frozenset(ROWS)
INTERVAL = re.compile(r"(?:^|(?<=\s))in\s*\(\s*(?P<low>[^\s,()]+)\s*,\s*(?P<high>[^\s,()]+)\s*\)\s*$")
HELPFUL = (
    "posdiag",
    "posdef",
    "posdet",
    "positive",
    "unit",
    "in (1, inf)",
    "in (-1, 1)",
)  # of what helps the first


@lru_cache(maxsize=1000)
def domain_of(word: str) -> Domain:
    """The row of a word or an interval. Errors: `DeclarationError` for an interval without numbers inside."""
    if word == "label":
        return LABEL
    found = INTERVAL.search(word)
    return ROWS[word] if found is None else interval(*ends(found))


def is_domain(word: str) -> bool:
    """Whether a row is meant."""
    return word in ROWS or INTERVAL.fullmatch(word) is not None


def interval_behind(text: str) -> tuple[str, str]:
    """A text without the interval it ends in, and the interval; '' where there is none."""
    found = INTERVAL.search(text)
    if found is None:
        return text, ""
    return text[: found.start()].rstrip(), f"in ({found['low']}, {found['high']})"


def ends(found: re.Match[str]) -> tuple[Fraction | float, Fraction | float]:
    """The ends of an interval. Errors: `DeclarationError` for what is no number, and an empty interval."""
    try:
        low, high = (float(x) if x in ("inf", "-inf") else Fraction(x) for x in found.groups())
    except (ValueError, ZeroDivisionError):
        raise DeclarationError(**told("interval", text=found[0].strip())) from None
    if not low < high:
        raise DeclarationError(**told("interval", text=found[0].strip()))
    return low, high


def interval(low: Fraction | float, high: Fraction | float) -> Domain:
    """The numbers between two, which are none of them."""

    def into(x: Array) -> Array:
        a: Any
        b: Any
        a, b = ((y if x.dtype == object or abs(y) == inf else float(y)) for y in (low, high))
        if abs(a) == abs(b) == inf:
            return x
        if b == inf:
            return a + abs(x)
        return b - abs(x) if a == -inf else a + (b - a) * between(x)

    if abs(low) == abs(high) == inf:
        drawn = NORMAL
    elif high == inf:
        drawn = f"({float(low)} + rng.uniform(0.2, 1.8, {{shape}}))"
    elif low == -inf:
        drawn = f"({float(high)} - rng.uniform(0.2, 1.8, {{shape}}))"
    else:
        a, b = float(low), float(high)
        drawn = f"rng.uniform({a + (b - a) / 10}, {b - (b - a) / 10}, {{shape}})"
    return Domain(into, lambda v: bool(np.all((v > low) & (v < high))), (drawn, NORMAL), whole=False,
                  positive=low >= 0, nonzero=low >= 0 or high <= 0)  # fmt: skip


def fact_sentence(word: str) -> tuple[str, dict[str, str]]:
    """The key of what a declaration says of an input, and what stands in its gaps beside the name."""
    found = INTERVAL.search(word)
    if found is None:
        return f"fact.{word}", {}
    return "fact.interval", {"low": found["low"], "high": found["high"]}
