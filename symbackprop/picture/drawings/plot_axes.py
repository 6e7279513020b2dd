"""Axes of a plot: which interval they show, where their ticks stand and what these say."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Literal, TypeAlias

from symbackprop.picture.label import Label

Scale: TypeAlias = Literal["linear", "log"]
Ends: TypeAlias = Literal["tight", "round"]

FLAT = 1e-6  # values that differ by less, relative to their size, are drawn as one
STEPS = (1, 2, 5, 10)
AIR = 0.04  # the share of a logarithmic axis left free beyond the values at either end


@dataclass(frozen=True, slots=True)
class Tick:
    """A marked value."""

    value: float
    label: Label


@dataclass(frozen=True, slots=True)
class Axis:
    """An interval of values, exponents of ten on a logarithmic scale, with its ticks."""

    low: float
    high: float
    scale: Scale
    ticks: tuple[Tick, ...]

    def share(self, value: float) -> float:
        """Where a value stands: 0 at the low end, 1 at the high end."""
        at = log10(value) if self.scale == "log" else value
        return (at - self.low) / (self.high - self.low)


def axis(low: float, high: float, *, scale: Scale, ends: Ends, many: int, finest: float = 0.0) -> Axis:
    """An axis that holds low and high with about `many` steps, none smaller than `finest`.

    >>> a = axis(0.0, 0.93, scale="linear", ends="round", many=4)
    >>> [t.label.text for t in a.ticks]
    ['0', '0.5', '1.0']
    """
    if scale == "log":
        return _log(log10(low), log10(high), AIR if ends == "round" else 0.0, many)
    return _linear(*_apart(low, high), ends, many, finest)


def _apart(low: float, high: float) -> tuple[float, float]:
    """The interval, widened where it is as good as a point."""
    size = max(abs(low), abs(high))
    if high - low > max(FLAT * size, 1e-290):
        return low, high
    pad = size / 10 if size > 1e-280 else 1.0
    return low - pad, high + pad


def _linear(low: float, high: float, ends: Ends, many: int, finest: float) -> Axis:
    """Ticks at multiples of 1, 2 or 5 times a power of ten."""
    factor, power = _step(max((high - low) / many, finest))
    step = _scaled(factor, power)
    slack = 1e-9 * (high - low) / step
    outward = ends == "round"
    first = floor(low / step + slack) if outward else ceil(low / step - slack)
    last = ceil(high / step - slack) if outward else floor(high / step + slack)
    counts = [i * factor for i in range(first, last + 1)]
    ticks = tuple(Tick(_scaled(n, power), told) for n, told in _decimals(counts, power))
    if outward:
        low, high = min(low, ticks[0].value), max(high, ticks[-1].value)
    return Axis(low, high, "linear", ticks)


def _step(least: float) -> tuple[int, int]:
    """(m, k) with the smallest m·10^k, m in 1, 2, 5, that is not below `least`."""
    power = floor(log10(least))
    share = least / 10.0**power
    factor = next((m for m in STEPS if m >= share * (1 - 1e-9)), 10)
    return (1, power + 1) if factor == 10 else (factor, power)


def _scaled(count: int, power: int) -> float:
    """count·10^power, rounded once."""
    return float(f"{count}e{power}")


def _decimals(counts: list[int], power: int) -> list[tuple[int, Label]]:
    """Each count·10^power in digits; very large and very small ones with a common power of ten."""
    longest = max((len(str(abs(n))) for n in counts), default=1)
    top = longest + power  # digits before the point, or less than 1
    raised = top - 1 if top > 5 or top < -2 else 0
    return [(n, numeral(n, power - raised, raised)) for n in counts]


def numeral(count: int, power: int, raised: int = 0) -> Label:
    """The number count·10^power, times 10^raised written out.

    >>> numeral(-25, -1), numeral(3, 0, 6).text
    (Label(tex='-2.5', text='−2.5'), '3·10^{6}')
    """
    if count == 0:
        return Label("0", "0")
    sign, digits = "-" * (count < 0), str(abs(count))
    if power >= 0:
        digits += "0" * power
    else:
        digits = digits.rjust(1 - power, "0")
        digits = f"{digits[:power]}.{digits[power:]}"
    tail = (rf"\cdot10^{{{raised}}}", f"·{_ten(raised)}") if raised else ("", "")
    return Label(sign + digits + tail[0], sign.replace("-", "−") + digits + tail[1])


def _ten(power: int) -> str:
    return f"10^{{{power}}}".replace("-", "−")


def _log(low: float, high: float, air: float, many: int) -> Axis:
    """Ticks at powers of ten, at every one or at every second, fifth, tenth and so on."""
    factor, power = _step(max((high - low) / many, 1))
    every, air = factor * 10**power, air * (high - low)
    low, high = low - air, high + air
    first, last = ceil(low / every), floor(high / every)
    if last - first < 1:  # fewer than two: out to the next ones
        first, last = floor(low / every), ceil(high / every)
        first, last = (first - 1, last + 1) if first == last else (first, last)
        low, high = float(every * first), float(every * last)
    powers = range(every * first, every * last + 1, every)
    ticks = tuple(Tick(_scaled(1, k), Label(f"10^{{{k}}}", _ten(k))) for k in powers)
    return Axis(low, high, "log", ticks)
