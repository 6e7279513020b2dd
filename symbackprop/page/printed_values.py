"""Numbers as they are printed: after `=` what is exactly so, after `≈` four digits that are right."""

from __future__ import annotations

from fractions import Fraction


from symbackprop.derivation.derivation import Derivation
from symbackprop.formula import tree as no
from symbackprop.formula.tree import Formula
from symbackprop.numeric.precise_values import SURE, Measured

DIGITS = 4  # significant digits of a rounded number
EXACT = 6  # decimals of a number that is printed as it is
LONG = 15  # digits of the longest number that is printed as it is
PLAIN = (-4, 5)  # powers of ten of the first digit of a rounded number that is printed without one


def number_formula(d: Derivation, m: Measured) -> tuple[str, Formula]:
    """('=', exact) where few digits say it all, else ('≈', rounded once)."""
    pairs = list(zip(*(map(Fraction, x.ravel().tolist()) for x in (m.array, m.moved)), strict=True))
    whole = [decimal(a) if a == b else None for a, b in pairs]
    exact = all(w is not None for w in whole)
    relation = "=" if exact else "≈"
    entries = [w if exact and w is not None else rounded(*p) for w, p in zip(whole, pairs, strict=True)]
    if m.array.ndim == 0:
        return relation, entries[0]
    column = m.array.ndim == 1 and d.convention.vectors == "column"
    width = 1 if column else m.array.shape[-1]
    rows = (tuple(entries[k : k + width]) for k in range(0, len(entries), width))
    return relation, no.Array(tuple(rows))


def decimal(x: Fraction) -> Formula | None:
    """A number with all its decimals, or by a power of ten: 0.25, 1200, 2.5 · 10⁻¹⁴; else nothing."""
    mantissa, power = x.numerator, 0
    twos, fives = valuation(x.denominator, 2), valuation(x.denominator, 5)
    if 2**twos * 5**fives != x.denominator:
        return None
    power = -max(twos, fives)
    mantissa = abs(x.numerator) * 10**-power // x.denominator
    zeros = valuation(mantissa, 10) if mantissa else 0
    mantissa, power = mantissa // 10**zeros, power + zeros
    digits = str(mantissa)
    if power >= -EXACT and len(digits) + max(power, 0) <= LONG:
        body = plain(mantissa, power)
    elif len(digits) <= EXACT + 1:
        body = with_power(plain(mantissa, 1 - len(digits)), power + len(digits) - 1)
    else:
        return None
    return no.Minus(body) if x < 0 else body


def valuation(n: int, p: int) -> int:
    """How often p divides n."""
    found = 0
    while n % p == 0:
        n, found = n // p, found + 1
    return found


def rounded(x: Fraction, moved: Fraction) -> Formula:
    """Four digits of a number; zeros where what cancels leaves no digit that is sure, and of 0 just 0."""
    if x == moved == 0:
        return no.ZERO
    if abs(x - moved) > SURE * abs(x):
        return no.Decimal("0." + "0" * EXACT)
    first = magnitude(x)
    mantissa = round(abs(x) * Fraction(10) ** (DIGITS - 1 - first))  # a tie goes to the even digit
    first += len(str(mantissa)) - DIGITS  # 0.99996 becomes 1.000
    if PLAIN[0] <= first <= PLAIN[1]:
        decimals = max(1, DIGITS - 1 - first)
        body: Formula = no.Decimal(pointed(round(abs(x) * 10**decimals), decimals))
    else:
        mantissa = round(abs(x) * Fraction(10) ** (DIGITS - 1 - first))
        body = with_power(no.Decimal(pointed(mantissa, DIGITS - 1)), first)
    return no.Minus(body) if x < 0 else body


def magnitude(x: Fraction) -> int:
    """The power of ten of the first digit of a number that is not 0."""
    guess = len(str(abs(x.numerator))) - len(str(x.denominator))
    return guess if Fraction(10) ** guess <= abs(x) else guess - 1


def pointed(mantissa: int, decimals: int) -> str:
    """Digits with a decimal point so many places from the right."""
    digits = str(mantissa).rjust(decimals + 1, "0")
    return f"{digits[:-decimals]}.{digits[-decimals:]}"


def plain(mantissa: int, power: int) -> Formula:
    """mantissa · 10^power without a power of ten."""
    if power >= 0:
        return no.Number(Fraction(mantissa * 10**power))
    return no.Decimal(pointed(mantissa, -power))


def with_power(mantissa: Formula, power: int) -> Formula:
    """mantissa · 10^power."""
    size = no.Number(Fraction(abs(power)))
    ten = no.Power(no.Number(Fraction(10)), no.Minus(size) if power < 0 else size)
    return ten if mantissa == no.ONE else no.Times((mantissa, ten))
