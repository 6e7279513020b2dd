"""The line an equals sign hides: the product in which something cancels, the terms of a normalisation.

A line is printed where a form of the reverse pass is shorter than what the chain rule puts together; it is
evaluated like every other one.
"""

from __future__ import annotations

from symbackprop.backward.adjoints import Use
from symbackprop.derivation.derivation import Derivation, signal
from symbackprop.derivation.equation import Equation, Phrase, distinct, name_of, printed, symbol_of
from symbackprop.derivation.normalisation_forms import CENTRED
from symbackprop.formula import tree as no
from symbackprop.formula.tree import Formula
from symbackprop.graph.expr import Expr
from symbackprop.matrices import monomials as mo
from symbackprop.notation.convention import symbol_formula
from symbackprop.notation.expression_formulas import notated
from symbackprop.page.idea_section import Facts, cancelled_by
from symbackprop.page.layer_sentences import kept_layers
from symbackprop.page.page import Block, Equations, Options
from symbackprop.page.section_row import SectionRow
from symbackprop.vocabulary.kinds import ONEHOT, PICK, SIGMOID, SOFTMAX


def bridge_section(d: Derivation, o: Options) -> list[Block]:
    """Each line with the fact it uses, once for each kind."""
    if d.graph.time:
        return []
    f = Facts(d, kept_layers(d, o))
    found: dict[str, Block] = {}
    for n in f.shown:
        for made in (softmax_meets_logarithm(f, n), sigmoid_meets_logarithm(f, n), *normalisations(f, n)):
            if made is not None and made.intro is not None:
                found.setdefault(made.intro.key, made)
    return list(found.values())


def only_use(f: Facts, name: str) -> Use | None:
    """The one use of a name whose reader is a function of it alone, in which something cancels."""
    uses = f.uses(name)
    if len(uses) != 1 or not cancelled_by(f, name):
        return None
    (use,) = uses
    reader = f.d.graph.definition.get(use.consumer)
    whole = reader is not None and reader.args == (f.d.graph.symbol[name],)
    return use if whole and use.consumer in f.shown else None


def softmax_meets_logarithm(f: Facts, name: str) -> Equations | None:
    """(diag(q) - q qᵀ)(-1/q_y e_y) = -1/q_y (q_y e_y - q_y q) = q - e_y for one vector of scores."""
    use, d = only_use(f, name), f.d
    if use is None or d.graph.definition[use.consumer].op is not SOFTMAX or d.graph.symbol[name].rank != 1:
        return None
    back, q = f.shown[use.consumer].value, d.graph.symbol[use.consumer]
    unit, entry = picked(back, q)
    if unit is None or entry is None:
        return None
    p, u = name_of(d, use.consumer), d.formula(unit)
    at, column = d.formula(entry), d.convention.vectors == "column"
    outer = no.Times((p, no.Transpose(p)) if column else (no.Transpose(p), p))
    jacobian = no.Plus((no.Call("diag", (p,)), no.Minus(outer)))
    front = no.Minus(no.Over(no.ONE, at))
    product = no.Times((front, *((jacobian, u) if column else (u, jacobian))))
    picks = no.Times((front, no.Plus((no.Times((at, u)), no.Minus(no.Times((at, p)))))))
    sides = distinct([product, picks, d.formula(f.shown[name].value)])
    values = (("p", p), ("e", u), ("at", at), ("dp", signal(d, use.consumer)))
    return lines(f, name, sides, Phrase("bridge.softmax", values))


def picked(back: Expr, q: Expr) -> tuple[Expr | None, Expr | None]:
    """e_y and q_y where a signal is -1/q_y e_y."""
    m = mo.split(back)
    units = [a for a, x in m.arrays if x == 1 and a.op is ONEHOT]
    below = [s for s, x in m.scalars if x == -1 and s.op is PICK and s.args[0] is q]
    alone = len(m.arrays) == len(m.scalars) == 1 and m.coefficient == -1
    return (units[0], below[0]) if alone and units and below else (None, None)


def sigmoid_meets_logarithm(f: Facts, name: str) -> Equations | None:
    """δp times the slope p (1 - p), before the factor that both have is cancelled."""
    use, d = only_use(f, name), f.d
    if use is None or d.graph.definition[use.consumer].op is not SIGMOID:
        return None
    back = notated(f.shown[use.consumer].value, d.convention)
    end = notated(f.shown[name].value, d.convention)
    if back is None or end is None:
        return None
    p = name_of(d, use.consumer)
    slope = no.Plus((no.ONE, no.Minus(p)))
    join = no.Hadamard if d.graph.symbol[name].rank else no.Times
    values = (("p", p), ("dp", signal(d, use.consumer)))
    return lines(f, name, distinct([join((back, p, slope)), end]), Phrase("bridge.sigmoid", values))


def lines(f: Facts, name: str, sides: tuple[Formula, ...], intro: Phrase) -> Equations:
    """δname by a chain of sides."""
    shape = symbol_of(f.d, name).shape
    return Equations((Equation(f"bridge.{name}", signal(f.d, name), sides, shape),), intro)


def normalisations(f: Facts, name: str) -> list[Equations]:
    """What a normalisation sends back, as the chain rule gives it and sorted as a textbook has it."""
    d, a = f.d, f.d.backward.adjoints[name]
    closed = f.kept.contributions(name)
    found = []
    for use in a.uses:
        n = use.consumer
        if n not in closed or n in f.kept.layers:
            continue
        e = d.graph.definition[n]
        sides = [notated(x, d.convention) for x in (use.value, closed[n])]
        if len(a.uses) == 1 and all(sides):
            centred = e.op in CENTRED
            values = (("x", printed(d, name)), ("y", symbol_formula(symbol_of(d, n), d.convention)))
            said = Phrase("bridge.norm" if centred else "bridge.norm_scaled", values)
            found.append(lines(f, name, distinct([s for s in sides if s is not None]), said))
    return found


SECTIONS = (SectionRow("bridges", 55, bridge_section, of_large=False),)
