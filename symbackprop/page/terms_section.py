"""One braced term for every place that reads a node: the sum that its error signal is, reader by reader."""

from __future__ import annotations

from dataclasses import replace

from symbackprop.backward.adjoints import Use
from symbackprop.backward.reads import Read
from symbackprop.backward.reverse_pass import term
from symbackprop.derivation.derivation import Derivation, signal
from symbackprop.derivation.equation import Equation, Phrase, Through, equation, symbol_of
from symbackprop.derivation.scopes import BEFORE
from symbackprop.derivation.whole_layers import WholeLayers
from symbackprop.formula import tree as no
from symbackprop.formula.tree import Formula
from symbackprop.graph.expr import Expr, leaf, pinned, shifted, weight
from symbackprop.matrices import tidy as td
from symbackprop.notation.expression_formulas import notated
from symbackprop.page.layer_sentences import kept_layers
from symbackprop.page.page import Block, Equations, Options
from symbackprop.page.section_row import SectionRow
from symbackprop.sizes import size
from symbackprop.vocabulary.kinds import ADD, NEGATIVE, SUBTRACT

MOST = 8  # terms that are braced; of more the sum says enough
NAMED = 9  # nodes of a summand that is named as it stands
SUMS = frozenset({ADD, SUBTRACT, NEGATIVE})


def terms_section(d: Derivation, o: Options) -> list[Block]:
    """The error signals with several terms: of nodes, and of variables where there is no time."""
    kept = kept_layers(d, o)
    shown = (n for n in d.backward.adjoints if n in d.graph.definition or not d.graph.time)
    found = [row for n in shown if (row := braced(d, n, kept))]
    return [Equations(tuple(found), Phrase("terms.intro"))] if found else []


def braced(d: Derivation, name: str, kept: WholeLayers) -> Equation | None:
    """δname with a brace for each term; None where there is one term, or no formula has them apart."""
    a = d.backward.adjoints[name]
    if name in d.constants or name in kept.hidden or tuple(kept.forms(name)) != a.forms:
        return None
    uses = [u for u in a.uses if u.at is None]
    if d.graph.time and not symbol_of(d, name).time:
        return None  # a sum over time is one term, whatever reads it
    parts = [part for u in sorted(uses, key=lambda u: -u.shift) for part in apart(d, u)]
    if not 1 < len(parts) <= MOST:
        return None
    s = symbol_of(d, name)
    forms = [value for value, _ in parts] + ([a.value] if len(a.forms) > 1 else [])
    left, written, *_ = d.line(signal(d, name), forms)
    row = equation(d, f"terms.{name}", signal(d, name), forms, s.shape, recurrent=bool(s.time))
    side = no.Plus(tuple(under(d, f, t) for f, (_, t) in zip(written, parts, strict=False)))
    through = tuple(t for _, t in parts)
    local = row.local if a.last is None else BEFORE
    return replace(row, left=left, sides=(side, *written[len(parts) :]), through=through, local=local)


def under(d: Derivation, f: Formula, t: Through) -> Formula:
    """A term in its brace, the sign before it."""
    name = notated(t.named, d.convention)
    assert name is not None
    return no.Minus(no.Braced(f.operand, name)) if isinstance(f, no.Minus) else no.Braced(f, name)


def apart(d: Derivation, u: Use) -> list[tuple[Expr, Through]]:
    """The terms of one use: one for each read where the sum has them so, else all of them in one."""
    whole = [(u.value, Through(u.reads, consumer_of(d, u)))]
    if len(u.reads) == 1 or any(r.over_time for r in u.reads):
        return whole
    if u.consumer.endswith("[0]"):
        return whole
    own = d.backward.seed if u.consumer == d.of else d.backward.signals[u.consumer]
    values = [term(d.backward.prepared, r, own) for r in u.reads]
    if sorted(map(id, values)) != sorted(map(id, td.summands(u.value))):
        return whole
    found = [(v, Through((r,), summand(d, u, r))) for v, r in zip(values, u.reads, strict=True)]
    return found if len({notated(t.named, d.convention) for _, t in found}) == len(found) else whole


def consumer_of(d: Derivation, u: Use) -> Expr:
    """What reads, seen from the node: the next step's value where that does."""
    if u.consumer.endswith("[0]"):
        return pinned(d.graph.symbol[u.consumer.removesuffix("[0]")], size(0))
    e = d.graph.symbol[u.consumer]
    return shifted(leaf(e.own), -u.shift)


def summand(d: Derivation, u: Use, read: Read) -> Expr:
    """The summand of the reader in which a node is read; of the node alone, or of a long one, the reader."""
    e = d.graph.definition[read.consumer]
    for inner, n in read.way:
        if inner.op not in SUMS:
            break
        e = inner.args[n]
    named = shifted(e, -read.shift)
    plain = e is read.leaf or weight(e) > NAMED or notated(named, d.convention) is None
    return consumer_of(d, u) if plain else named


SECTIONS = (SectionRow("terms", 35, terms_section, of_large=False, brief=True),)
