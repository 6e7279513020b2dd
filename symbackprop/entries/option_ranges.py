"""Which numbers the options of ops and layers may be: a stride from 1 on, a rate of dropout below 1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isfinite

from symbackprop.errors import DeclarationError


@dataclass(frozen=True, slots=True)
class Allowed:
    """Numbers from `low` to `high`; `above` and `below` leave the ends out."""

    low: float = -inf
    high: float = inf
    above: float = -inf
    below: float = inf
    whole: bool = False

    def holds(self, x: int | float | Fraction) -> bool:
        inside = self.low <= x <= self.high and self.above < x < self.below
        return inside and (not self.whole or Fraction(str(x)).denominator == 1)

    @property
    def said(self) -> str:
        """`a whole number from 1 on`."""
        ends = [f"from {self.low:g} on"] * (self.low > -inf) + [f"above {self.above:g}"] * (self.above > -inf)
        ends += [f"up to {self.high:g}"] * (self.high < inf) + [f"below {self.below:g}"] * (self.below < inf)
        return " ".join(["a whole number" if self.whole else "a number", ", ".join(ends)]).strip()


STEPS, ANY = Allowed(low=1, whole=True), Allowed()
# by option; where an op means something else by one, its row says so
RANGES: Mapping[str, Allowed] = {
    "size": STEPS, "scale": STEPS, "stride": STEPS, "dilation": STEPS, "groups": STEPS, "heads": STEPS,
    "padding": Allowed(low=0, whole=True),
    "eps": Allowed(low=0), "delta": Allowed(above=0), "tau": Allowed(above=0), "gamma": Allowed(low=0),
}  # fmt: skip


def check_options(
    op: str, options: Iterable[tuple[str, object]], own: Mapping[str, Allowed] = RANGES
) -> None:
    """Errors: `DeclarationError` naming the option, the numbers it may be and the given one."""
    for name, value in options:
        if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
            continue
        allowed = own.get(name) or RANGES.get(name, ANY)
        if not isfinite(value) or not allowed.holds(value):
            raise DeclarationError(f"{name} is {allowed.said}, not {value}", where=op)
