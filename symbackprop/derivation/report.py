"""What a verification found: one verdict for each equality and each truth, and all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from symbackprop.errors import VerificationError

Sizes: TypeAlias = tuple[tuple[str, int], ...]  # by name; empty where a graph has no size names


@dataclass(frozen=True, slots=True)
class Checked:
    """One equality or one truth: verdict 'agrees' | 'differs' | 'not checkable' | 'not run'."""

    key: str
    verdict: str
    points: int
    error: float
    reason: str = ""


LINES, SAID = 10, 6  # findings that are said, and keys in one of them


@dataclass(frozen=True, slots=True)
class Report:
    """What was verified. `checked` counts the equations that agree at enough points."""

    equalities: tuple[Checked, ...]
    truths_checked: tuple[Checked, ...]
    code_checked: tuple[Checked, ...]
    points: int
    seed: int
    sizes: tuple[Sizes, ...]  # at each point
    method: str
    stand_ins: tuple[str, ...] = ()  # size names in the place of large numbers, n512

    @property
    def equations(self) -> int:
        return len(self.equalities)

    @property
    def checked(self) -> int:
        return sum(c.verdict == "agrees" for c in self.equalities)

    @property
    def truths(self) -> int:
        return sum(c.verdict == "agrees" for c in self.truths_checked)

    @property
    def code(self) -> int:
        """How many results of the emitted code agree: the output, and every gradient."""
        return sum(c.verdict == "agrees" for c in self.code_checked)

    @property
    def everything(self) -> tuple[Checked, ...]:
        return (*self.equalities, *self.truths_checked, *self.code_checked)

    @property
    def failures(self) -> tuple[Checked, ...]:
        return tuple(c for c in self.everything if c.verdict != "agrees")

    @property
    def ok(self) -> bool:
        """Whether everything holds; a sheet of words alone has nothing to check, at no point."""
        return not self.failures and bool(self.equalities or not self.points)

    @property
    def max_rel_error(self) -> float:
        return max((c.error for c in self.everything), default=0.0)

    def __repr__(self) -> str:
        return f"<{self}>"

    def __str__(self) -> str:
        if self.failures:
            return f"{len(self.failures)} of {len(self.everything)} checks do not hold\n  " + self.found
        return (
            f"verified: {self.checked} of {self.equations} equations at {self.points} points, "
            f"{self.truths} derivatives, {self.code} results of the code, "
            f"largest error {self.max_rel_error:.1e}, seed {self.seed}{self.stood_in}"
        )

    @property
    def stood_in(self) -> str:
        """The sizes at which large ones stood in for them."""
        found = [(n, sorted({dict(s)[n] for s in self.sizes if n in dict(s)})) for n in self.stand_ins]
        each = ", ".join(f"{n[1:]} as {', '.join(map(str, sizes))}" for n, sizes in found)
        return f"; large sizes at small ones: {each}" if each else ""

    @property
    def found(self) -> str:
        """A line for every finding; the keys of many checks that failed for one reason stand in one."""
        rows: dict[tuple[str, str], list[str]] = {}
        for c in self.failures:
            rows.setdefault((c.verdict, c.reason), []).append(c.key)
        lines = [f"{listed(keys)}: {': '.join(x for x in finding if x)}" for finding, keys in rows.items()]
        more = [f"… and {len(lines) - LINES} more"] if len(lines) > LINES else []
        return "\n  ".join([*lines[:LINES], *more])

    def demand(self) -> None:
        """Errors: `VerificationError` with the offending entries, the seed and the sizes."""
        if not self.ok and not self.failures:
            raise VerificationError(
                "no equation is printed, so nothing says that the pages are right",
                where="verification",
                hint="show at least one derived part: show=('gradients', …)",
            )
        if not self.ok:
            raise VerificationError(
                str(self),
                where="verification",
                hint=f"seed {self.seed}; sizes {'; '.join(map(said, self.sizes))}",
            )


def listed(keys: Sequence[str]) -> str:
    """The first keys, and how many more there are."""
    more = f" and {len(keys) - SAID} more" if len(keys) > SAID else ""
    return ", ".join(keys[:SAID]) + more


def said(sizes: Sizes) -> str:
    """The sizes at one point."""
    return ", ".join(f"{name} = {k}" for name, k in sizes) or "as declared"


def together(reports: Sequence[tuple[str, Report]], seed: int) -> Report:
    """One report over several pages; each page's keys get their prefix."""

    def named(prefix: str, rows: tuple[Checked, ...]) -> list[Checked]:
        return [replace(c, key=prefix + c.key) for c in rows]

    methods = {r.method for _, r in reports if r.truths_checked}
    return Report(
        tuple(c for p, r in reports for c in named(p, r.equalities)),
        tuple(c for p, r in reports for c in named(p, r.truths_checked)),
        tuple(c for p, r in reports for c in named(p, r.code_checked)),
        min((r.points for _, r in reports), default=0),
        seed,
        tuple(dict.fromkeys(s for _, r in reports for s in r.sizes)),
        methods.pop() if len(methods) == 1 else "mixed",
    )


class Tally:
    """Counts of one check over the points."""

    def __init__(self, key: str) -> None:
        self.key, self.points, self.error, self.failed, self.reason = key, 0, 0.0, False, ""
        self.told = False  # whether a comparison said something: 0 and 0 are equal whatever is wrong

    def agree(self, error: float, *, told: bool = True) -> None:
        self.error, self.told = max(self.error, error), self.told or told

    def say(self, reason: str) -> None:
        """What was asked once more at a point that says nothing: the answer, or why there is none."""
        self.told, self.reason = not reason, self.reason or reason

    def fail(self, reason: str, error: float = float("inf")) -> None:
        if not self.failed:
            self.failed, self.reason = True, reason
        self.error = max(self.error, error)

    @property
    def silent(self) -> bool:
        """Whether nothing but zeros were compared, at some point."""
        return bool(self.points) and not (self.told or self.failed)

    def checked(self, need: int) -> Checked:
        if self.failed:
            return Checked(self.key, "differs", self.points, self.error, self.reason)
        if self.points >= need and self.told:
            return Checked(self.key, "agrees", self.points, self.error)
        verdict = "not checkable" if self.reason else "not run"
        return Checked(self.key, verdict, self.points, self.error, self.reason)
