"""Verification: every printed side read back from its LaTeX and evaluated; every δ against the definition.

*Equality*: both sides of each equation at generic points of the declared domains, distinct prime sizes and
one trial with squares, to 1e-10 relative. *Truth*: each δ against the complex-step derivative of the graph's
definition (Squire & Trapp, SIAM Review 40, 1998), or central differences where a function is not analytic,
to 1e-6. The only verdict that counts is 'agrees' at three or more points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np

from symbackprop.derivation import Derivation
from symbackprop.errors import FormulaError, LimitError, SymbackpropError, VerificationError
from symbackprop.expr import topological
from symbackprop.formula import read_formula
from symbackprop.meaning import evaluate
from symbackprop.notation import Array as ArrayFormula
from symbackprop.notation import Decimal, Formula, Minus, Number
from symbackprop.paths import with_partials
from symbackprop.page import Equation, Equations, Page, Phrase, Section
from symbackprop.reference import KINKS, Array
from symbackprop.scope import Names, Scene
from symbackprop.second import Derivative
from symbackprop.values import (
    Point,
    backward_values,
    bind_sizes,
    forward,
    generic_point,
    objective,
    seeded,
    Key,
)
from symbackprop.write.latex import latex
from symbackprop.write.walk import canonical

EQUAL = 1e-10  # relative to the largest entry of the left side
TRUE = 1e-6  # of a derivative, relative to its largest entry
STEP = 1e-30  # complex step: no cancellation, so as small as the format allows
DIFFERENCE = 1e-5  # central differences, fourth order
KINK = {"complex": 1e-9, "central": 1e-3}  # distance kept from kinks
POINTS = 3  # checkable points an equality needs
ONE_BY_ONE, COMBINED = (
    48,
    8,
)  # truths tested singly up to so many; else in so many random combinations
AS_DECLARED = ""  # the sizes of a graph without size names
ATTEMPTS = 40  # points tried before a check is given up


@dataclass(frozen=True, slots=True)
class Checked:
    """One equality or one truth: verdict 'agrees' | 'differs' | 'not checkable' | 'not run'."""

    key: str
    verdict: str
    points: int
    error: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What was verified. `checked` counts the equations that agree at enough points."""

    equalities: tuple[Checked, ...]
    truths_checked: tuple[Checked, ...]
    points: int
    seed: int
    sizes: tuple[str, ...]
    method: str

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
    def failures(self) -> tuple[Checked, ...]:
        return tuple(c for c in (*self.equalities, *self.truths_checked) if c.verdict != "agrees")

    @property
    def ok(self) -> bool:
        return not self.failures and bool(self.equalities)

    @property
    def max_rel_error(self) -> float:
        return max((c.error for c in (*self.equalities, *self.truths_checked)), default=0.0)

    def demand(self) -> None:
        """Errors: `VerificationError` with the offending entries, the seed and the sizes."""
        if not self.ok:
            lines = [f"{c.key}: {c.verdict}: {c.reason}" for c in self.failures[:10]]
            more = len(self.failures) - len(lines)
            raise VerificationError(
                f"{len(self.failures)} of {self.equations + len(self.truths_checked)} checks do not hold\n  "
                + "\n  ".join(lines)
                + (f"\n  … and {more} more" if more > 0 else ""),
                where="verification",
                hint=f"seed {self.seed}; sizes {'; '.join(self.sizes)}",
            )


# --- the whole page ------------------------------------------------------------------------------


def verify_page(
    d: Derivation, page: Page, *, seed: int = 0, trials: int = POINTS, lengths: Sequence[int] = ()
) -> Report:
    """Every equation of the page and every δ of the derivation.

    `lengths` are the numbers of steps of a recurrence, one trial each,
    and all of them must be checkable; by default 3, 5 and 2.
    """
    trials = len(lengths) or trials
    names = Names(d)
    read = [readings(d, eq, names) for eq in page.equations]
    tally = [Tally(eq.key) for eq in page.equations]
    truths = {n: Tally(f"δ {n}") for n in d.backward.adjoints}
    sizes: list[str] = []
    method = "central" if not analytic(d) else "complex"
    for trial in range(trials):
        steps = lengths[trial] if lengths else None
        found = point_for(d, trial, seed, method, steps)
        if isinstance(found, str):
            for t in (*tally, *truths.values()):
                t.reason = t.reason or found
            continue
        point = found
        sizes.append(", ".join(f"{k} = {v}" for k, v in sorted(point.sizes.items())) or AS_DECLARED)
        scene = Scene(d, names, point, seed, page.at)
        for eq, sides, t in zip(page.equations, read, tally, strict=True):
            check_equation(d, eq, sides, scene, t)
        check_truths(d, point, truths, trial, seed, method)
    need = trials if lengths else min(POINTS, trials)
    return Report(
        tuple(t.checked(need) for t in tally),
        tuple(t.checked(need) for t in truths.values()),
        trials,
        seed,
        tuple(dict.fromkeys(sizes)),
        method,
    )


def together(reports: Sequence[tuple[str, Report]], seed: int) -> Report:
    """One report over several pages; each page's keys get their prefix."""

    def named(prefix: str, rows: tuple[Checked, ...]) -> list[Checked]:
        return [replace(c, key=prefix + c.key) for c in rows]

    methods = {r.method for _, r in reports if r.truths_checked}
    return Report(
        tuple(c for p, r in reports for c in named(p, r.equalities)),
        tuple(c for p, r in reports for c in named(p, r.truths_checked)),
        min((r.points for _, r in reports), default=0),
        seed,
        tuple(dict.fromkeys(s for _, r in reports for s in r.sizes)),
        methods.pop() if len(methods) == 1 else "mixed",
    )


class Tally:
    """Counts of one check over the points."""

    def __init__(self, key: str) -> None:
        self.key, self.points, self.error, self.failed, self.reason = key, 0, 0.0, False, ""

    def agree(self, error: float) -> None:
        self.error = max(self.error, error)

    def fail(self, reason: str, error: float = float("inf")) -> None:
        if not self.failed:
            self.failed, self.reason = True, reason
        self.error = max(self.error, error)

    def checked(self, need: int) -> Checked:
        if self.failed:
            return Checked(self.key, "differs", self.points, self.error, self.reason)
        if self.points >= need:
            return Checked(self.key, "agrees", self.points, self.error)
        verdict = "not checkable" if self.reason else "not run"
        return Checked(self.key, verdict, self.points, self.error, self.reason)


def analytic(d: Derivation) -> bool:
    """Whether every scalar function takes a complex argument."""
    nodes = (e for x in d.graph.definition.values() for e in topological(x))
    return all(e.op.scalar is None or e.op.scalar.analytic for e in nodes)


def point_for(
    d: Derivation, trial: int, seed: int, method: str, length: int | None = None
) -> Point | str:
    """A generic point with all values and δ's, away from kinks; or the reason why there is none."""
    reason = ""
    sizes = bind_sizes(d.graph, trial, length)
    for attempt in range(ATTEMPTS):
        watched: list[float] = []
        token = KINKS.set(watched)
        try:
            raw = generic_point(d.graph, trial, seed + 7919 * attempt, sizes)
            point = forward(d.graph, seeded(d.backward, raw, seed))
        finally:
            KINKS.reset(token)
        if any(not np.all(np.isfinite(v)) for v in point.values.values()):
            reason = "not finite at generic points: declare a domain such as `positive`"
        elif watched and min(watched) < KINK[method]:
            reason = "every point tried lies on a kink"
        else:
            return backward_values(d.backward, point)
    return reason


# --- equality ------------------------------------------------------------------------------------


def readings(d: Derivation, eq: Equation, names: Names) -> list[Formula] | str:
    """Left side and sides as they read back from their LaTeX; a message where the text does not return."""
    out = []
    for f in (eq.left, *eq.sides):
        printed = latex(f, d.functions)
        try:
            back = read_formula(printed, names.table(eq))
        except (FormulaError, LimitError) as error:
            return f"`{printed}` cannot be read back: {error}"
        if canonical(back) != canonical(f):
            return f"`{printed}` reads back as something else"
        out.append(back)
    return out


def check_equation(
    d: Derivation, eq: Equation, sides: list[Formula] | str, scene: Scene, tally: Tally
) -> None:
    """One equation at one point, at every time step it is about."""
    if isinstance(sides, str):
        tally.fail(sides)
        return
    try:
        for plain, moment in scene.environments(eq):
            env = with_partials(scene, eq, plain)
            left = evaluate(sides[0], env)
            for n, f in enumerate(sides[1:], 1):
                rounded = eq.relation == "≈" and n == len(sides) - 1
                slack = evaluate(half_units(f), env) if rounded else None
                right = evaluate(f, env)
                bounded = eq.relation == "≤" and n == len(sides) - 1
                least = raised(left, right) if bounded else left
                compare(d, eq, least, right, slack, f, scene, moment, tally)
    except SymbackpropError as error:
        tally.fail(f"cannot be evaluated: {error}")
        return
    tally.points += 1


def compare(
    d: Derivation,
    eq: Equation,
    left: Array,
    right: Array,
    slack: Array | None,
    side: Formula,
    scene: Scene,
    moment: str,
    tally: Tally,
) -> None:
    shape = (
        np.broadcast_shapes(left.shape, right.shape)
        if left.ndim == 0 or right.ndim == 0
        else left.shape
    )
    if left.shape != right.shape and left.ndim and right.ndim:
        tally.fail(f"sizes differ: {left.shape} and {right.shape} for `{latex(side, d.functions)}`")
        return
    a, b = np.broadcast_to(left, shape), np.broadcast_to(right, shape)
    error, where = relative(a, b)
    if slack is not None:
        if np.all(np.abs(a - b) <= slack):
            return
    elif error <= EQUAL:
        tally.agree(error)
        return
    at = f" at entry {tuple(int(k) + 1 for k in where)}" if where else ""
    tally.fail(
        f"`{latex(eq.left, d.functions)}` is {a[where]:.12g} but `{latex(side, d.functions)}` is "
        f"{b[where]:.12g}{at}{moment}; seed {scene.seed}, sizes {dict(scene.point.sizes)}",
        error,
    )


def raised(left: Array, right: Array) -> Array:
    """The left side, lifted to the right where it is smaller: left ≤ right where this equals right."""
    fits = left.shape == right.shape or not (left.ndim and right.ndim)
    return np.maximum(np.real(left), np.real(right)) if fits else left


def half_units(f: Formula) -> Formula:
    """Half a unit of the last printed digit of every number: how far a rounded value may be off."""
    match f:
        case Minus():
            return half_units(f.operand)
        case ArrayFormula():
            return ArrayFormula(tuple(tuple(half_units(x) for x in row) for row in f.rows))
        case Decimal():
            return Decimal("0." + "0" * len(f.digits.partition(".")[2]) + "5000001")
    return Number(Fraction(0))


def relative(a: Array, b: Array) -> tuple[float, tuple[int, ...]]:
    """Largest difference relative to the largest entry, and where; nan and inf never agree."""
    if not a.size:
        return 0.0, ()
    bad = ~(np.isfinite(a) & np.isfinite(b))
    if np.any(bad):
        return float("inf"), tuple(int(k) for k in np.argwhere(bad)[0])
    gap = np.abs(np.asarray(a, complex) - np.asarray(b, complex))
    where = tuple(int(k) for k in np.unravel_index(int(np.argmax(gap)), gap.shape))
    scale = float(max(np.max(np.abs(a)), np.max(np.abs(b))))
    return (float(np.max(gap)) / scale if scale else 0.0), where


# --- truth ---------------------------------------------------------------------------------------


def check_truths(
    d: Derivation, point: Point, truths: Mapping[str, Tally], trial: int, seed: int, method: str
) -> None:
    """⟨δ, v⟩ against the derivative of the output along v, for random v at every δ."""
    rng = np.random.default_rng([seed, trial, 104729])
    slope = Slope(d, point, method).along
    groups = grouped(list(truths), len(truths) if len(truths) <= ONE_BY_ONE else COMBINED)
    for group in groups:
        keys = [k for n in group for k in point.deltas if k[0] == n]
        nudges = [{k: rng.normal(size=point.deltas[k].shape) for k in keys}]
        if len(group) == 1 and keys:
            nudges += [single_entry(k, point, rng) for k in keys[:2] for _ in range(2)]
        for v in nudges:
            derived = sum(float(np.sum(point.deltas[k] * x)) for k, x in v.items())
            true = slope(v)
            scale = max((float(np.max(np.abs(point.deltas[k]), initial=0)) for k in v), default=0.0)
            error = abs(true - derived) / (max(abs(true), scale) or 1.0)
            for n in group:
                if not np.isfinite(true) or error > TRUE:
                    truths[n].fail(
                        f"derived {derived:.12g}, by definition {true:.12g}; seed {seed}, "
                        f"sizes {dict(point.sizes)}",
                        error,
                    )
                else:
                    truths[n].agree(error if method == "complex" else 0.0)
        for n in group:
            truths[n].points += 1


def grouped(names: list[str], count: int) -> list[list[str]]:
    """Names dealt into groups."""
    return [names[k::count] for k in range(count)] if count else []


def single_entry(key: Key, point: Point, rng: np.random.Generator) -> dict[Key, Array]:
    """A direction that moves one entry."""
    v = np.zeros(point.deltas[key].shape)
    v.flat[int(rng.integers(0, max(v.size, 1)))] = 1.0
    return {key: v}


@dataclass(frozen=True)
class Slope:
    """Derivative of ⟨δof, of⟩ along a direction, from the graph's definitions alone."""

    d: Derivation
    point: Point
    method: str

    @cached_property
    def inputs(self) -> Point:
        given = set(self.d.graph.inputs)
        values = {
            k: v
            for k, v in self.point.values.items()
            if k[0] in given or (k[1] < 1 and self.recurrent(k[0]))
        }
        seeds = {k: v for k, v in self.point.deltas.items() if k[0] == self.d.of}
        return Point(self.point.sizes, values, seeds, self.point.length)

    def recurrent(self, name: str) -> bool:
        s = self.d.graph.symbol[name].symbol
        return bool(s and s.time)

    def along(self, v: Mapping[Key, Array]) -> float:
        if self.method == "complex":
            moved = {k: 1j * STEP * x for k, x in v.items()}
            return float(self.value(moved).imag / STEP)
        h = DIFFERENCE

        def f(step: float) -> float:
            return float(np.real(self.value({k: step * x for k, x in v.items()})))

        return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)

    def value(self, moved: Mapping[Key, Array]) -> complex:
        return objective(self.d.backward, forward(self.d.graph, self.inputs, moved))


# --- Jacobians and Hessians ----------------------------------------------------------------------


def verify_derivative(j: Derivative, *, seed: int = 0, trials: int = POINTS) -> float:
    """∂of/∂wrt read back from its LaTeX against the complex step of its definition.

    Errors: `VerificationError` with both values, the seed and the sizes.
    """
    d = j.derivation
    eq = j.equation
    page = Page((Section("derivative", Phrase("section.hessian"), (Equations((eq,)),)),))
    report = verify_page(d, page, seed=seed, trials=trials)
    report.demand()
    return report.max_rel_error
