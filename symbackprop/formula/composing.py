"""Small builders of formulas: products and sums without 1·, + - or nested brackets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from symbackprop.formula import tree as no
from symbackprop.formula.printed_names import default_tex, spelled
from symbackprop.formula.tree import Formula, Name
from symbackprop.sizes import Size


def size_formula(s: Size) -> Formula:
    """n + 1, 2 n d, 784."""
    terms: list[Formula] = []
    for monomial, a in s.written:
        names: list[Formula] = [size_name(n) for n in monomial]
        lead: list[Formula] = [] if abs(a) == 1 and names else [no.Number(Fraction(abs(a)))]
        body = one_or(no.Times, [*lead, *names])
        terms.append(no.Minus(body) if a < 0 else body)
    return one_or(no.Plus, terms) if terms else no.ZERO


def size_name(name: str) -> Name:
    return spelled(default_tex(name))


def one_or(kind: Callable[[tuple[Formula, ...]], Formula], parts: Sequence[Formula]) -> Formula:
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


def fraction(x: Fraction) -> Formula:
    """p/q as a fraction; 10⁻³ as a power."""
    if not isinstance(made := no.number(x), no.Number) or x.denominator == 1:
        return made
    body = no.Over(no.Number(Fraction(abs(x.numerator))), no.Number(Fraction(x.denominator)))
    return no.Minus(body) if x < 0 else body


LONG = 1000  # the largest denominator of a fraction that is not said better by digits


def decimal(x: Fraction, numbers: str) -> no.Decimal | None:
    """A positive number as a decimal, where it has one that is no half, quarter or eighth: 0.1, 0.044715.

    With `numbers` 'fractions' only where the fraction is long.
    """
    if numbers == "fractions" and x.denominator <= LONG:
        return None
    twos, fives, rest = 0, 0, x.denominator
    while rest % 2 == 0:
        twos, rest = twos + 1, rest // 2
    while rest % 5 == 0:
        fives, rest = fives + 1, rest // 5
    if rest != 1 or not fives or isinstance(no.number(x), no.Power):
        return None
    places = max(twos, fives)
    digits = str(x.numerator * 10**places // x.denominator).zfill(places + 1)
    return no.Decimal(f"{digits[:-places]}.{digits[-places:]}")


def times(parts: Sequence[Formula]) -> Formula:
    """Juxtaposed factors; signs come to the front, nested products open."""
    flat: list[Formula] = []
    sign = 1
    for p in parts:
        while isinstance(p, no.Minus):
            sign, p = -sign, p.operand
        flat += factors(p)
    flat = [f for f in flat if f != no.ONE] or [no.ONE]
    body = one_or(no.Times, flat)
    return no.Minus(body) if sign < 0 else body


def factors(f: Formula) -> tuple[Formula, ...]:
    return f.factors if isinstance(f, no.Times) else (f,)


def negated(f: Formula) -> Formula:
    return f.operand if isinstance(f, no.Minus) else no.Minus(f)
