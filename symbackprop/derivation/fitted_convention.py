"""The convention of a derivation: the name of its output, letters that nobody has."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from symbackprop.backward.helper_nodes import helper_names
from symbackprop.backward.reverse_pass import Backward
from symbackprop.entries.index_letters import LAST_PAPER, MORE_PAPER, PAPER
from symbackprop.formula.composing import decimal
from symbackprop.formula.printed_names import EYES
from symbackprop.graph.expr import Expr
from symbackprop.graph.fresh_names import Room
from symbackprop.graph.size_conditions import conditions
from symbackprop.notation.convention import Convention

FEW_LETTERS = 12


def fitted(b: Backward, c: Convention) -> Convention:
    """The convention with the output's name, the index letters that no name or helper has, and another
    letter for the identity where `I` is a name.
    """
    g, room = b.graph, Room.of(b.graph)
    symbol = g.symbol[b.of].own
    printed = {n.base for n in room.printed}
    used = room.typed | printed | {str(h) for o in {e.op for e in g.every} for h in helper_names(o)}
    spare = [x for x in PAPER + MORE_PAPER if x not in used]
    if len(spare) < FEW_LETTERS:
        spare += [x for x in LAST_PAPER if x not in used]
    identity = EYES["I" in printed]
    numbers = "decimals" if c.numbers == "decimals" or any(map(has_decimal, g.every)) else "fractions"
    return replace(c, of=symbol.tex, letters="".join(spare), identity=identity, numbers=numbers,
                   room=tuple(x.gap for x in conditions(g)))  # fmt: skip


def has_decimal(e: Expr) -> bool:
    """Whether a decimal was typed: a factor 0.1, the slope of a leaky ReLU; x/10 has none."""
    options = {**dict(e.op.defaults), **dict(e.attributes)}
    given = [v for v in (e.number, *options.values()) if isinstance(v, float | Fraction)]
    return any(decimal(abs(Fraction(str(v))), "decimals") for v in given)
