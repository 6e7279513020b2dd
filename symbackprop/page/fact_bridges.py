"""The line in which a fact about a sum is used: the entries of a distribution add to 1, centred ones to 0.

An error signal is put together once more with every symbol taken for any numbers at all. What is left then is
the line before the fact; the fact is what a sum in it becomes when the symbols are themselves again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from symbackprop.backward.shorter_forms import Forms
from symbackprop.derivation.derivation import Derivation, signal
from symbackprop.derivation.equation import Equation, Phrase, distinct, symbol_of
from symbackprop.formula.tree import Formula
from symbackprop.graph.expr import Expr, leaf, substitute, symbols, topological, weight
from symbackprop.matrices import expansion as ex, tidy as td
from symbackprop.matrices.monomials import is_ones, is_zero
from symbackprop.notation.expression_formulas import notated
from symbackprop.page.page import Equations
from symbackprop.vocabulary.kinds import MATMUL, SUM, SUM_LAST

SUMS = frozenset({SUM, SUM_LAST, MATMUL})
LARGEST = 60  # nodes of a line that is still read
LIGHT = 5  # nodes of a sum over one symbol: itself, its transpose, ones


@dataclass(frozen=True, slots=True)
class Fact:
    """A sum over one symbol, and the constant it is."""

    of: Expr
    total: Expr
    value: Expr


def fact_bridge(d: Derivation, name: str) -> Equations | None:
    """The error signal of a name before and after a fact; None where it uses none, or no line says it."""
    a = d.backward.adjoints[name]
    if len(a.forms) < 2 or a.last is not None or weight(a.forms[0]) > LARGEST:
        return None
    forms = Forms(d.graph, {plain(x.symbol): plain(x.value) for x in d.backward.adjoints.values()})
    put_in = forms.put_in(plain(a.forms[0]))
    open_form = ex.factored(ex.expanded(put_in))
    found = list(facts(d, open_form))
    if not found or weight(open_form) > LARGEST or len({kind(x) for x in found}) > 1:
        return None
    written = [notated(e, d.convention) for e in (a.forms[0], put_in, open_form, a.value)]
    if any(f is None for f in written) or written[-1] in written[:-1]:
        return None
    sides, shape = distinct([f for f in written if f]), symbol_of(d, name).shape
    chain = Equation(f"bridge.{name}", signal(d, name), sides, shape)
    rows = [row for n, x in enumerate(found) if (row := stated(d, f"bridge.{name}.{n}", x))]
    return Equations((*rows, chain), Phrase(kind(found[0]), (("x", d.formula(found[0].of)),)))


def plain(e: Expr) -> Expr:
    """An expression in which nothing is known of its symbols but that they are positive."""
    known = {s: bare(s) for s in symbols(e) if s.own.labels is None}
    return substitute(e, known) if known else e


def bare(s: Expr) -> Expr:
    return leaf(replace(s.own, definition=None, domain="positive" if s.own.facts.positive else "real"))


def facts(d: Derivation, e: Expr) -> Iterator[Fact]:
    """The sums over one symbol that are 0 or 1 when it is itself again."""
    own = {bare(s): s for s in d.graph.symbol.values() if s.symbol and s.own.labels is None}
    for node in topological(e):
        inside = symbols(node)
        if node.op not in SUMS or len(inside) != 1 or inside[0] not in own or weight(node) > LIGHT:
            continue
        total = substitute(node, {inside[0]: own[inside[0]]})
        value = td.tidy(total)
        if is_zero(value) or is_ones(value) or value.number == 1:
            yield Fact(own[inside[0]], node, value)


def kind(f: Fact) -> str:
    """The key of the sentence."""
    of_rows = f.of.rank > 1
    if is_zero(f.value):
        return "bridge.zero_rows" if of_rows else "bridge.zero"
    return "bridge.one_rows" if of_rows else "bridge.one"


def stated(d: Derivation, key: str, f: Fact) -> Equation | None:
    """The fact as a line of its own."""
    sides: list[Formula | None] = [notated(x, d.convention) for x in (f.total, f.value)]
    left, right = sides
    return Equation(key, left, (right,)) if left and right else None
