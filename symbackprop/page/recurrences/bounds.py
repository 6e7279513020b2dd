"""The largest absolute value of a closed form: sup |f'| for every slope, absolute values for the rest."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from symbackprop.entries.scalar_derivatives import largest_slope
from symbackprop.graph.expr import SIZE, Expr, apply, const
from symbackprop.matrices import monomials as mo, tidy as td
from symbackprop.page.recurrences.closed_forms import Closed, atom, monomial, multiplied
from symbackprop.sizes import Size
from symbackprop.vocabulary.kinds import ABS


def bounded_form(c: Closed) -> Closed | None:
    """A closed form that is at least as large in absolute value."""
    parts: list[Closed | None] = [replace(c, number=abs(c.number), powers=(), runs=())]
    for base, x in c.powers:
        parts.append(largest_power(base, x))
    for r in c.runs:
        count = r.high - r.low + 1
        m = monomial(r.body)
        varying = [largest_power(b, x) for b, x in m.powers]
        steps = multiplied(*(p for p in varying if p is not None), Closed((), abs(m.number)))
        flat = tuple((b, x * count) for b, x in steps.powers if b.number is not None)
        rest = [mo.raised(b, Fraction(x.number or 1)) for b, x in steps.powers if b.number is None]
        runs = (replace(r, body=td.mul(*rest)),) if rest else ()
        parts += [Closed((), powers=flat, runs=runs), None if None in varying else Closed(())]
    known = [p for p in parts if p is not None]
    return replace(multiplied(*known), summed=c.summed) if len(known) == len(parts) else None


def largest_power(base: Expr, x: Size) -> Closed | None:
    """sup |f'|^x for a slope, |b|^x for anything else."""
    slope = base.op.scalar
    if slope is not None and base.op.order == 1 and x.number is not None:
        top = largest_slope(slope.name)
        if top is None or x.number < 1:
            return None
        return Closed(()) if top == 1 else atom(const(top), x)
    if base.op is SIZE:
        return atom(base, x)
    size_of = const(abs(base.number)) if base.number is not None else apply(ABS, base)
    return atom(size_of, x)
