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
from symbackprop.formula.composing import times
from symbackprop.graph.expr import SIZE, Expr
from symbackprop.matrices import monomials as mo
from symbackprop.notation.convention import symbol_formula
from symbackprop.notation.expression_formulas import notated
from symbackprop.page.fact_bridges import fact_bridge
from symbackprop.page.idea_section import Facts, cancelled_by
from symbackprop.page.layer_sentences import kept_layers
from symbackprop.page.page import Block, Equations, Options
from symbackprop.page.section_row import SectionRow
from symbackprop.vocabulary.kinds import DIAG, MATMUL, ONEHOT, PICK, SIGMOID, SOFTMAX


def bridge_section(d: Derivation, o: Options) -> list[Block]:
    """Each line with the fact it uses, once for each kind."""
    if d.graph.time:
        return []
    f = Facts(d, kept_layers(d, o))
    found: dict[str, Block] = {}
    for n in f.shown:
        for made in (
            softmax_meets_logarithm(f, n),
            rows_meet_logarithm(f, n),
            sigmoid_meets_logarithm(f, n),
            *normalisations(f, n),
            fact_bridge(d, n),
        ):
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


def rows_meet_logarithm(f: Facts, name: str) -> Equations | None:
    """The same for the rows of a matrix of scores, entry by entry."""
    use, d = only_use(f, name), f.d
    if use is None or d.graph.definition[use.consumer].op is not SOFTMAX or d.graph.symbol[name].rank != 2:
        return None
    m = mo.split(f.shown[use.consumer].value)
    label = rows_picked(m, d.graph.symbol[use.consumer])
    sizes = all(s.op is SIZE and x == -1 for s, x in m.scalars)
    if label is None or not sizes or m.coefficient != -1:
        return None
    row, column = map(no.Name, d.convention.letters[:2])
    p = name_of(d, use.consumer)
    at = no.At(p, (row, label_at := no.At(d.formula(label), (row,))))
    below = [d.formula(s) for s, _ in m.scalars]
    front = no.Minus(no.Over(no.ONE, times([*below, at])))
    chosen = no.KroneckerDelta(label_at, column)
    slope = no.Plus((chosen, no.Minus(no.At(p, (row, column)))))
    end = no.Plus((no.At(p, (row, column)), no.Minus(chosen)))
    last = times([no.Over(no.ONE, times(below)), end]) if below else end
    free = tuple(zip(d.convention.letters[:2], d.graph.symbol[name].shape, strict=True))
    left = no.At(signal(d, name), (row, column))
    sides = (no.Times((front, at, slope)), last)
    values = (("p", p), ("at", at), ("dp", signal(d, use.consumer)))
    return Equations((Equation(f"bridge.{name}", left, sides, free=free),), Phrase("bridge.rows", values))


def rows_picked(m: mo.Monomial, q: Expr) -> Expr | None:
    """The labels y where a signal is 1/q[i, y_i] in front of row i of the one-hot rows of y."""
    if len(m.arrays) != 1 or m.arrays[0][1] != 1 or m.arrays[0][0].op is not MATMUL:
        return None
    scale, rows = m.arrays[0][0].args
    if scale.op is not DIAG or rows.op is not ONEHOT:
        return None
    inner = mo.split(scale.args[0])
    entries = [a for a, x in inner.arrays if x == -1 and a.op is PICK and a.args == (q, rows.args[0])]
    alone = len(inner.arrays) == 1 and not inner.scalars and inner.coefficient == 1
    return rows.args[0] if entries and alone else None


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
