"""Symbolic depth: first-order linear recurrences of a derivation, forward and backward, in closed form.

δh_t = c_{t+1} ⊙ δh_{t+1} before the last step, with δh_n = g, gives δh_t = g ⊙ Π_{j=t+1}^{n} c_j; a linear
state h_t = c_t ⊙ h_{t-1} gives Π_{j=1}^{t} c_j ⊙ h_0. The coefficients are read off the derivation's own
equations; where an equation is not linear, not homogeneous or reaches further back there is no closed form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

from symbackprop.backward.preparation import prepare
from symbackprop.backward.reverse_pass import backward
from symbackprop.derivation.derivation import Derivation, signal
from symbackprop.derivation.equation import Equation
from symbackprop.entries.op import unprimed
from symbackprop.formula.composing import one_or, size_name, times
from symbackprop.formula import tree as no
from symbackprop.formula.tree import ONE as NO_ONE, At, Call, Formula, Nabla, Name, Partial, Plus
from symbackprop.graph.expr import (
    Expr, const, intern, leaf, pinned, rebuild, shifted, substitute, symbols, topological, weight,
)  # fmt: skip
from symbackprop.graph.graph import TIME_SUM
from symbackprop.matrices import monomials as mo, tidy as td
from symbackprop.notation.convention import NoMatrix
from symbackprop.notation.expression_formulas import notated
from symbackprop.notation.product_formulas import broadcast_terms
from symbackprop.page.recurrences.bounds import bounded_form
from symbackprop.page.recurrences.closed_forms import (
    Closed, ClosedWriter, atom, fixed, monomial, moved, multiplied, over_steps, summed, varies,
)  # fmt: skip
from symbackprop.sizes import ONE, Size, size
from symbackprop.vocabulary.kinds import ADD, SUBTRACT

Known: TypeAlias = Mapping[tuple[str, bool], Closed]  # (name, cotangent?) at step t
Sum: TypeAlias = tuple[Closed, ...]


def coefficient(e: Expr, s: Expr) -> Expr | None:
    """c in e = c ⊙ s, free of s; None where e is not of this form."""
    m = mo.split(e)
    powers = (*m.scalars, *m.arrays)
    touched = [(b, x) for b, x in powers if s in symbols(b)]
    if len(touched) != 1 or touched[0][1] != 1:
        return None
    base = touched[0][0]
    if base is s:
        inner: Expr | None = const(1)
    elif base.op in (ADD, SUBTRACT) and s.shape == base.shape:
        inner = sum_of([(sign, coefficient(t, s)) for sign, t in broadcast_terms(base)])
    else:
        inner = None
    if inner is None or s.shape != e.shape:
        return None
    scalars, arrays = (tuple(f for f in fs if f[0] is not base) for fs in (m.scalars, m.arrays))
    rest = mo.join(mo.Monomial(m.coefficient, scalars, arrays), e.shape if arrays else ())
    return td.mul(rest, inner)


def sum_of(terms: list[tuple[int, Expr | None]]) -> Expr | None:
    """Σ of coefficients, scalars spread over arrays."""
    found = [td.scaled(sign, c) for sign, c in terms if c is not None]
    return td.plus(*found) if len(found) == len(terms) else None


def put_in(d: Derivation, e: Expr, keep: frozenset[str]) -> Expr | None:
    """An expression over the signals to keep alone, other recurrent signals replaced by their sums."""
    adjoints = d.backward.adjoints
    for _ in range(len(adjoints) + 1):
        others = [s for s in symbols(e) if s.symbol and s.symbol.cotangent
                  and s.symbol.name not in keep]  # fmt: skip
        if not others:
            return e
        by: dict[Expr, Expr] = {}
        for s in others:
            own = s.symbol
            a = adjoints.get(own.name) if own else None
            if own is None or a is None or not own.time or a.last is not None:
                return None
            by[s] = shifted(a.value, own.shift)
        e = td.tidy(substitute(e, by))
        if weight(e) > LARGE:  # signals that feed each other have no such form
            return None
    return None


LARGE = 400  # nodes of a form with all signals put in


def has_signal(e: Expr) -> bool:
    return any(s.symbol.cotangent for s in symbols(e) if s.symbol)


# --- the recurrences -----------------------------------------------------------------------------


def solved_signal(d: Derivation, name: str) -> Closed | None:
    """δname_t in closed form: boundary times the product of the coefficients after t."""
    time, a = d.graph.time, d.backward.adjoints[name]
    if time is None or a.last is None:
        return None
    e = put_in(d, a.value, frozenset([name]))
    after = shifted(a.symbol, 1)
    c = coefficient(e, after) if e is not None else None
    if c is None or has_signal(c):
        return None
    end = atom(pinned(a.symbol, time.length))
    if a.last.number is not None:
        end = Closed((), Fraction(a.last.number))
    run = over_steps(shifted(c, -1), size(time.name) + 1, time.length)
    return replace(multiplied(run, end), shape=a.symbol.shape)


def solved_state(d: Derivation, name: str) -> Closed | None:
    """h_t of a linear recurrence: the product of the coefficients up to t, times h_0."""
    time, h = d.graph.time, d.graph.symbol[name]
    if time is None or not h.symbol or not h.symbol.time:
        return None
    before = shifted(h, -1)
    c = coefficient(d.graph.definition[name], before)
    if c is None or any(s.symbol.name == name for s in symbols(c) if s.symbol):
        return None
    start = d.graph.initial.get(name)
    first = start if start is not None and start.symbol else pinned(h, size(0))
    return multiplied(over_steps(c, ONE, size(time.name)), atom(first))


def solved(d: Derivation) -> dict[tuple[str, bool], Closed]:
    """Every state and every signal of the derivation that has a closed form."""
    out: dict[tuple[str, bool], Closed] = {}
    for n in d.graph.definition:
        found = solved_state(d, n)
        if found:
            out[n, False] = found
    for n in d.backward.adjoints:
        found = solved_signal(d, n)
        if found:
            out[n, True] = found
    return out


# --- gradients -----------------------------------------------------------------------------------


def closed_gradient(d: Derivation, name: str, known: Known) -> Sum | None:
    """A gradient with the closed signals and states put in, equal terms over time counted."""
    a = d.backward.adjoints.get(name)
    if a is None or a.last is not None:
        return None
    out = [closed_term(d, t if sign > 0 else td.scaled(-1, t), known)
           for sign, t in broadcast_terms(a.value) if t.shape == a.value.shape]  # fmt: skip
    found = tuple(c for c in out if c is not None)
    return found if len(found) == len(broadcast_terms(a.value)) else None


def closed_term(d: Derivation, e: Expr, known: Known) -> Closed | None:
    """One term of a gradient, summed over time or not."""
    time = d.graph.time
    assert time
    m = mo.split(e)
    sums = [b for b, x in (*m.scalars, *m.arrays) if b.op is TIME_SUM and x == 1]
    if len(sums) > 1:
        return None
    if not sums:
        return put_closed(d, e, known)
    (total,) = sums
    body = put_closed(d, total.args[0], known)
    rest = mo.Monomial(
        m.coefficient, tuple(f for f in m.scalars if f[0] is not total),
        tuple(f for f in m.arrays if f[0] is not total),
    )  # fmt: skip
    if body is None or any(has_signal(b) for b, _ in (*rest.scalars, *rest.arrays)):
        return None
    front = monomial(mo.join(rest, total.shape if rest.arrays else ()))
    return summed(multiplied(front, body), time)


def put_closed(d: Derivation, e: Expr, known: Known) -> Closed | None:
    """A product with closed signals and states for its factors; None where no signal is closed."""
    time = d.graph.time
    assert time
    signals = frozenset(n for n, cotangent in known if cotangent)
    whole = put_in(d, e, signals) if signals else None
    if whole is None or not has_signal(whole):
        return None
    m = monomial(whole)
    parts = [replace(m, powers=())]
    for base, x in m.powers:
        s = base.symbol
        form = known.get((s.name, s.cotangent)) if s else None
        if s and s.cotangent and s.shift > 0:
            return None  # behind the last step a signal is 0, its closed form an empty product
        if form is None or s is None:
            if has_signal(base):
                return None
            parts.append(atom(base, x))
        elif x.number is None or x.number < 1:
            return None
        else:
            at = fixed(form, time, s.at) if s.at is not None else moved(form, time, s.shift)
            parts += [at] * x.number
    return replace(multiplied(*parts), shape=whole.shape)


# --- equations -----------------------------------------------------------------------------------


def with_named_slopes(d: Derivation) -> Derivation | None:
    """The derivation with f' for every scalar function; None where that says nothing new."""
    g = d.graph

    def change(e: Expr, args: tuple[Expr, ...]) -> Expr:
        op = unprimed(e.op)
        return e if op is e.op and args == e.args else intern(op, args, e.attributes, e.shape)

    definition = {n: rebuild(e, change) for n, e in g.definition.items()}
    if all(definition[n] is e for n, e in g.definition.items()):
        return None
    b = backward(prepare(g.remade(g.symbol, definition), d.of, d.wrt))
    return replace(d, backward=b) if set(b.graph.symbol) == set(g.symbol) else None


def closed_forms(d: Derivation) -> tuple[Equation, ...]:
    """Every closed form of a derivation, states first, then signals, then gradients."""
    if d.graph.time is None:
        return ()
    ways = [w for w in (with_named_slopes(d), d) if w is not None]
    tables = [(w, solved(w)) for w in ways]
    keys = list(tables[-1][1])
    rows = [unrolled(d, n) for n in d.graph.definition if (n, False) not in keys]
    for n, c in keys:
        found = [(t[n, c],) if (n, c) in t else None for _, t in tables]
        rows.append(row(d, f"closed.{'delta.' * c}{n}", n, signal(d, n) if c else at_step(d, n), found, "no"))
    for n in d.wrt:
        found = [closed_gradient(w, n, t) for w, t in tables]
        made = row(d, f"closed.gradient.{n}", n, derivative(d, n), found, "yes")
        counted = any(c.way for terms in found if terms for c in terms)
        rows.append(from_steps(d, n, made) if made and counted else made)
    return tuple(r for r in rows if r is not None)


def from_steps(d: Derivation, name: str, made: Equation) -> Equation:
    """The line of a gradient from its sum over the steps on."""
    value = notated(d.backward.adjoints[name].value, d.convention)
    return made if made.free or value is None else replace(made, sides=(value, *made.sides))


def unrolled(d: Derivation, name: str) -> Equation | None:
    """h_t = c ⊙ h_{t-1} + u_t as c^t ⊙ h_0 + Σ_j c^{t-j} ⊙ u_j, where c is the same at every step."""
    time, h = d.graph.time, d.graph.symbol[name]
    if time is None or not h.own.time:
        return None
    before = shifted(h, -1)
    terms = broadcast_terms(d.graph.definition[name])
    own = [(s, t) for s, t in terms if before in symbols(t)]
    rest = [(s, t) for s, t in terms if before not in symbols(t)]
    c = sum_of([(s, coefficient(t, before)) for s, t in own]) if own else None
    left = [x.own for _, t in rest for x in symbols(t)]
    if c is None or varies(c) or not rest or name in {s.name for s in (*left, *(x.own for x in symbols(c)))}:
        return None
    if any(t.shape != h.shape for _, t in rest) or any(s.shift or s.at is not None for s in left):
        return None
    at, letter = size(time.name), next(x for x in d.convention.letters if x != time.name)
    each = [td.scaled(s, t) for s, t in rest]
    swap = {x: leaf(replace(x.own, time=letter)) for t in each for x in symbols(t) if x.own.time}
    body = substitute(td.plus(*each), swap)
    w = ClosedWriter(d.convention, time)
    try:
        parts: list[Formula] = [
            no.Sum(Name(letter), NO_ONE, Name(time.name), joined(w, c, at - size(letter), body))
        ]
        start = d.graph.initial.get(name)
        if start is None or start.symbol or not mo.is_zero(start):
            first = start if start is not None and start.symbol else pinned(h, size(0))
            parts.insert(0, w.formula(multiplied(over_steps(c, ONE, at), atom(first))))
    except NoMatrix:
        return None
    return Equation(f"closed.{name}", at_step(d, name), (one_or(Plus, parts),), h.shape, recurrent=True)


def joined(w: ClosedWriter, c: Expr, exponent: Size, body: Expr) -> Formula:
    """A power times an expression."""
    power, inner = w.formula(over_steps(c, ONE, exponent)), w.written(body)
    return no.Hadamard((power, inner)) if c.rank else times([power, inner])


def at_step(d: Derivation, name: str) -> Formula:
    s = d.graph.symbol[name].own
    return At(s.tex, (size_name(s.time),))


def derivative(d: Derivation, name: str) -> Formula:
    """∂L/∂w_i or ∇ for arrays; the signal where the output is no scalar."""
    s = d.graph.symbol[name].own
    if d.graph.symbol[d.of].shape:
        return signal(d, name)
    own = at_step(d, name) if s.time else s.tex
    return Nabla(d.convention.of, own) if s.shape else Partial(d.convention.of, own)


def row(
    d: Derivation, key: str, name: str, left: Formula, forms: list[Sum | None], boxed: str
) -> Equation | None:
    """left = every way to write it; in entries where a product of arrays is no array product."""
    time, s = d.graph.time, d.graph.symbol[name].symbol
    found = list(dict.fromkeys(c for c in forms if c is not None))
    assert time and s
    if not found:
        return None
    letters = tuple(d.convention.letters[: len(s.shape)]) if any(
        r.body.rank for terms in found for c in terms for r in c.runs) else ()  # fmt: skip
    if letters:
        base = left if isinstance(left, At) else signal(d, name)
        entry = tuple(Name(x) for x in letters)
        left = At(base.base, (*base.indices, *entry)) if isinstance(base, At) else At(base, entry)
    try:
        w = ClosedWriter(d.convention, time, letters)
        sides = tuple(
            dict.fromkeys(one_or(Plus, [w.formula(c) for c in x]) for terms in found for x in ways(terms))
        )
    except NoMatrix:
        return None
    free = tuple(zip(letters, s.shape, strict=True)) if letters else ()
    return Equation(key, left, sides, s.shape, free, recurrent=bool(s.time), boxed=boxed == "yes")


def ways(terms: Sum) -> list[Sum]:
    """The terms, below the sums of equal ones that were counted; these only where every sum is one."""
    if not any(c.way for c in terms) or any(c.summed for c in terms):
        return [terms]
    return [*(tuple(c.way[k] if c.way else c for c in terms) for k in (0, 1)), terms]


# --- bounds --------------------------------------------------------------------------------------


def bounds(d: Derivation) -> dict[str, tuple[Formula, Formula]]:
    """|∂L/∂x| and what it cannot exceed, by variable: every f' by sup |f'|, absolute values for the rest.

    Nothing of a variable without a closed form, of an array, and where a slope is not bounded or none stands.
    """
    time = d.graph.time
    if time is None:
        return {}
    w = with_named_slopes(d) or d
    known = solved(w)
    writer = ClosedWriter(d.convention, time)
    out: dict[str, tuple[Formula, Formula]] = {}
    for name in d.wrt:
        found = closed_gradient(w, name, known)
        if not found or any(c.shape for c in found) or not any(map(sloped, found)):
            continue
        kept = [c for c in map(bounded_form, found) if c is not None]
        if len(kept) == len(found):
            right = one_or(Plus, [writer.formula(c) for c in kept])
            out[name] = Call("abs", (derivative(d, name),)), right
    return out


def sloped(c: Closed) -> bool:
    """Whether the slope of a function is a factor."""
    bases = [*(b for b, _ in c.powers), *(b for r in c.runs for b in topological(r.body))]
    return any(b.op.scalar is not None and b.op.order == 1 for b in bases)
