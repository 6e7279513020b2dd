"""Slips on paper: the printed gradient with a transpose turned, a term lost or the sign of a term turned."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import islice

import numpy as np

from symbackprop.answers.asked.chain_points import plain
from symbackprop.answers.asked.right_values import Bench, Spot
from symbackprop.answers.asked.target import Target
from symbackprop.answers.slips.lost_factors import entries, written
from symbackprop.derivation.derivation import Derivation, signal
from symbackprop.derivation.meanings import bare
from symbackprop.derivation.unfolding import unfolded, written_out
from symbackprop.derivatives.total_derivatives import second, slope
from symbackprop.errors import SymbackpropError
from symbackprop.formula.evaluation.paper_arrays import Paper
from symbackprop.formula.evaluation.value import meaning
from symbackprop.formula.tree import Formula, Minus, Plus, Transpose
from symbackprop.formula.writing.text_writer import text
from symbackprop.formula.writing.walk import children, fold, inside, rebuilt
from symbackprop.verify.comparison import EQUAL, relative
from symbackprop.matrices.expansion import term_by_term
from symbackprop.vocabulary.kinds import ADD, SUBTRACT

EDITS = 80  # variants of one formula
Gaps = tuple[tuple[str, str], ...]


def arrays(d: Derivation) -> frozenset[Formula]:
    """Names and δ's that are no numbers: what may be transposed."""
    names = {n: e.symbol.tex for n, e in d.graph.symbol.items() if e.symbol and e.shape}
    deltas = {bare(signal(d, n)) for n in names if n in d.backward.adjoints}
    return frozenset(names.values()) | deltas


def edits(d: Derivation, f: Formula) -> Iterator[tuple[str, Gaps, Formula]]:
    """The formula with one slip in it, and what the slip is called."""
    known = arrays(d)
    for k, node in enumerate(list(inside(f))):
        if isinstance(node, Transpose) or node in known:
            yield "transpose", (), changed(f, node, k, turned(node))
        elif isinstance(node, Plus):
            for at, term in enumerate(node.terms):
                rest = (*node.terms[:at], *node.terms[at + 1 :])
                name = (("term", text(unsigned(term))),)
                less = rest[0] if len(rest) == 1 else Plus(rest)
                yield "term", name, changed(f, node, k, less)
                other = term.operand if isinstance(term, Minus) else Minus(term)
                signed = Plus((*node.terms[:at], other, *node.terms[at + 1 :]))
                yield "term_sign", name, changed(f, node, k, signed)


def turned(node: Formula) -> Formula:
    """The other one of A and Aᵀ."""
    return node.operand if isinstance(node, Transpose) else Transpose(node)


def unsigned(term: Formula) -> Formula:
    """A term without the minus before it."""
    return term.operand if isinstance(term, Minus) else term


def changed(f: Formula, node: Formula, k: int, new: Formula) -> Formula:
    """The formula with another part in place of the one that comes at place k."""
    first = list(inside(f))[:k].count(node)
    seen = -1

    def combine(x: Formula, parts: list[Formula]) -> Formula:
        nonlocal seen
        if x != node:
            return rebuilt(x, parts)
        seen += 1
        return new if seen == first else x

    return fold(f, children, combine)


def slipped(b: Bench) -> Iterator[tuple[str, Gaps, Callable[[Spot], Paper]]]:
    """Every slip of the printed gradient, and its value at a spot."""
    for f in forms(b):
        for key, gaps, wrong in islice(edits(b.target.d, f), EDITS):
            yield key, gaps or (("node", b.target.of),), partial(at, b, f=wrong)


def forms(b: Bench) -> Iterator[Formula]:
    """The printed derivative; a gradient also multiplied out, and with the sums it names written out."""
    d = b.target.d
    if b.target.kind != "gradient":
        yield from printed(b.target)
        return
    e = written_out(d.backward, b.target.wrt)
    yield d[b.target.wrt].formula
    if (opened := term_by_term(e)) is not e:  # K (λ α + r) has the terms λ K α and K r
        yield d.formula(opened)
    sums = tuple(n for n, x in d.graph.definition.items() if x.op in (ADD, SUBTRACT))
    whole = unfolded(d.backward, e, sums)
    if whole is not e:
        yield d.formula(whole)


def printed(target: Target) -> Iterator[Formula]:
    """The matrix of a Jacobian or a Hessian, where one says it."""
    with suppress(SymbackpropError):
        twice = target.kind == "hessian"
        found = second(target.d, target.wrt, target.wrt) if twice else slope(target.d, target.of, target.wrt)
        if (matrix := found.matrix) is not None:
            yield matrix


def at(b: Bench, s: Spot, f: Formula) -> Paper:
    """The value of a formula of the page at a spot."""
    return plain(meaning(f, b.environment((s,), {})))


# --- the terms of a sum --------------------------------------------------------------------------


def terms(b: Bench) -> tuple[tuple[str, tuple[Paper, ...]], ...]:
    """The terms of the printed gradient, with their values; none where it is no sum."""
    f = next((f for f in forms(b) if isinstance(f, Plus)), None)
    if f is None:
        return ()
    try:
        return tuple((text(unsigned(t)), tuple(at(b, s, t) for s in b.spots)) for t in f.terms)
    except SymbackpropError:
        return ()


def weighed(
    b: Bench, found: tuple[tuple[str, tuple[Paper, ...]], ...], values: tuple[Paper, ...]
) -> tuple[tuple[str, Gaps], ...]:
    """What is wrong with single terms: the answer is the sum with other factors before one or two of them."""
    if len(found) < 2:
        return ()
    table = weights(found, values)
    if table is None:
        return ()
    out: list[tuple[str, Gaps]] = []
    for (name, _), column in zip(found, table.T, strict=True):
        gap = (("term", name),)
        if np.all(np.abs(column - 1) < EQUAL):
            continue
        if np.all(np.abs(column) < EQUAL):
            out.append(("term", gap))
            continue
        with np.errstate(all="ignore"):
            factor = written(b, tuple(1 / column))
        if factor is None:
            return ()
        out += [("term_sign", gap)] if factor[0] < 0 else []
        out += [("term_factor", (*gap, ("factor", factor[1])))] if factor[1] else []
    return tuple(out) if len(out) <= 2 else ()


def weights(found: tuple[tuple[str, tuple[Paper, ...]], ...], values: tuple[Paper, ...]) -> np.ndarray | None:
    """The factor before each term at each spot; one for all spots, where single ones are too small."""
    each = [weights_at([v[k] for _, v in found], values[k]) for k in range(len(values))]
    known = [w for w in each if w is not None]
    if len(known) == len(values):
        return np.array(known)
    joint = together([v for _, v in found], values)
    return None if joint is None else np.tile(joint, (len(values), 1))


def together(parts: list[tuple[Paper, ...]], values: tuple[Paper, ...]) -> np.ndarray | None:
    """One factor before each term that is right at every spot, where there are more entries than terms."""
    pairs = ((p, v) for part in parts for p, v in zip(part, values, strict=True))
    if any(p.size != v.size for p, v in pairs):
        return None
    a = np.stack([flat(part) for part in parts], axis=1)
    x = flat(values)
    if not np.all(np.isfinite(x)) or len(x) <= len(parts):
        return None
    if np.linalg.matrix_rank(a) < len(parts):
        return None
    found = np.linalg.lstsq(a, x)[0]
    return found if relative(x, a @ found)[0] <= EQUAL else None


def flat(values: tuple[Paper, ...]) -> np.ndarray:
    """All entries at all spots."""
    return np.concatenate([entries(v) for v in values])


def weights_at(parts: list[Paper], value: Paper) -> np.ndarray | None:
    """The factors before each term, where the entries decide them."""
    if any(p.size != value.size for p in parts):
        return None
    a = np.stack([entries(p) for p in parts], axis=1)
    x = entries(value)
    if not np.all(np.isfinite(x)) or np.linalg.matrix_rank(a) < a.shape[1]:
        return None
    found = np.linalg.lstsq(a, x)[0]
    return found if relative(x, a @ found)[0] <= EQUAL else None
