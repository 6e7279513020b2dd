"""Verification: every printed side read back from its LaTeX and evaluated; every δ against the definition.

What is evaluated is what the reader of formulas, the one typed answers go through, makes of the LaTeX.
*Equality*: both sides of each equation at generic points of the declared domains, distinct prime sizes and
one trial with squares, to 1e-10 relative. *Truth*: each δ against the complex-step derivative of the graph's
definition (Squire & Trapp, SIAM Review 40, 1998), or central differences where a function is not analytic,
to 1e-6. The only verdict that counts is 'agrees' at three or more points.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from typing import TypeAlias, TypedDict

import numpy as np

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation, Phrase
from symbackprop.derivation.report import Checked, Report, Sizes, Tally
from symbackprop.derivation.scopes import TRACE
from symbackprop.derivatives.quantity import Quantity
from symbackprop.entries.reference_values import Array
from symbackprop.errors import SymbackpropError
from symbackprop.formula.evaluation.value import evaluate
from symbackprop.formula.tree import Formula
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.numeric.deadline import OutOfTime, deadline, in_time
from symbackprop.numeric.points import Point
from symbackprop.page.outline import outline
from symbackprop.page.page import Equations, Page, Section
from symbackprop.verify.emitted_code import check_code, check_lost, codes_of, names as names_of
from symbackprop.verify.generic_points import alive, elsewhere, point_for
from symbackprop.verify.page_values import Names, Scene
from symbackprop.verify.braced_terms import check_terms
from symbackprop.verify.comparison import EQUAL, Real, largest, relative
from symbackprop.verify.decision import hold
from symbackprop.verify.family_lines import faults, readings
from symbackprop.verify.precise_lines import half_units, precisely
from symbackprop.verify.rounding import Nearby, Trial, moved
from symbackprop.verify.second_order_code import check_second_order_code
from symbackprop.verify.small_sizes import small_sizes
from symbackprop.verify.truth import analytic as takes_complex, check_truths
from symbackprop.verify.typed_partials import with_partials

LATE = "not reached before the deadline"
POINTS = 3  # checkable points an equality needs


# --- the whole page ------------------------------------------------------------------------------


Told: TypeAlias = Callable[[int, int], object]  # what hears how many of how many steps are done


def verify_page(
    d: Derivation, page: Page, *, seed: int = 0, trials: int = POINTS, lengths: Sequence[int] = (),
    progress: Told | None = None,
) -> Report:  # fmt: skip
    """Every equation of the page, every δ of the derivation, and the code it emits.

    `lengths` are the numbers of steps of a recurrence, one trial each,
    and all of them must be checkable; by default 3, 5 and 2. What a deadline leaves out is not checkable.
    """
    trials = len(lengths) or trials
    checks = Checks(d, page, trials, progress)
    points: list[Point] = []
    method = "central" if not analytic(d) else "complex"
    try:
        for trial in range(trials):
            found = point_for(d, trial, seed, method, lengths[trial] if lengths else None)
            if isinstance(found, str):
                checks.without_a_point(found)
            else:
                points.append(found)
                checks.at(Trial(d, found, seed, trial))
        for n, p in enumerate(alive(d, points, seed, method), trials):
            checks.at(Trial(d, p, seed, n))
        if points:
            checks.ask(Trial(d, points[0], seed), elsewhere(d, seed, method))
    except OutOfTime:
        checks.without_a_point(LATE)
    need = trials if lengths else min(POINTS, trials)
    equalities, truths, code = checks.made(need)
    sizes: list[Sizes] = [tuple(sorted(p.sizes.items())) for p in points]
    return Report(equalities, truths, code, trials, seed, tuple(dict.fromkeys(sizes)), method)


class Checks:
    """What a page states and what stands behind it, with a tally for each."""

    def __init__(self, d: Derivation, page: Page, trials: int, progress: Told | None) -> None:
        self.d, self.page, self.names = d, page, Names(d)
        self.done, self.steps, self.progress = 0, trials * (len(page.equations) + 2), progress
        wrong = {k: why for line in page.lines for k, why in faults(d, line, self.names).items()}
        self.read = [wrong.get(id(eq)) or readings(d, eq, self.names) for eq in page.equations]
        self.equalities = [Tally(eq.key) for eq in page.equations]
        self.truths = {n: Tally(f"δ {n}") for n in d.backward.adjoints}
        self.codes = codes_of(d, page)
        self.results = {n: Tally(f"code {n}") for n in names_of(d)} if self.codes else {}

    @property
    def groups(self) -> tuple[Collection[Tally], ...]:
        return self.equalities, self.truths.values(), self.results.values()

    def without_a_point(self, reason: str) -> None:
        """A trial for which no point was found."""
        for t in chain(*self.groups):
            t.reason = t.reason or reason

    def at(self, trial: Trial) -> None:
        """Everything at one point."""
        near = Nearby(trial, self.scenes(trial))
        for eq, sides, t in zip(self.page.equations, self.read, self.equalities, strict=True):
            check_equation(eq, sides, near, t)
            self.step()
        check_truths(trial, self.truths)
        self.step()
        check_code(self.codes, trial, self.results)
        self.step()

    def step(self) -> None:
        """Something is done. Errors: `OutOfTime` where there is no time for more."""
        self.done = min(self.done + 1, self.steps)  # further points, where something is 0, are not counted
        if self.progress is not None:
            self.progress(self.done, self.steps)
        in_time()

    @property
    def silent(self) -> dict[str, Tally]:
        """The results of code that have said nothing so far."""
        return {n: t for n, t in self.results.items() if t.silent}

    def ask(self, trial: Trial, other: Iterable[Point]) -> None:
        """What has compared nothing but zeros so far, once more at one point: to many digits.

        Code has no more of them: of its results others of the points may know some.
        """
        near = Nearby(trial, self.scenes(trial), asked=True)
        for eq, sides, t in zip(self.page.equations, self.read, self.equalities, strict=True):
            if t.silent:
                check_equation(eq, sides, near, t)
        check_truths(trial, {n: t for n, t in self.truths.items() if t.silent}, asked=True)
        check_code(self.codes, trial, self.silent, asked=True)
        for p in other if self.silent else ():
            check_code(self.codes, replace(trial, point=p, many={}), self.silent)
        check_lost(trial, self.silent)

    def scenes(self, trial: Trial) -> Callable[[Point], Scene]:
        """What equations are evaluated in; beside the point of the trial functions round otherwise too."""
        noise = partial(moved, rng=np.random.default_rng([trial.seed, 4242]))
        return lambda p: Scene(self.d, self.names, p, trial.seed, self.page.at,
                               noise=None if p is trial.point or p.many else noise)  # fmt: skip

    def made(self, need: int) -> tuple[tuple[Checked, ...], ...]:
        """The verdicts: only what was checkable at enough points agrees."""
        return tuple(tuple(t.checked(need) for t in g) for g in self.groups)


def verify_derivation(
    d: Derivation, *, seed: int = 0, trials: int = POINTS, lengths: Sequence[int] = (),
    seconds: float | None = None, progress: Told | None = None,
) -> Report:  # fmt: skip
    """Every equation and every δ of the page a derivation makes by itself, at small sizes for large ones."""
    options: Options = {"seed": seed, "trials": trials, "lengths": lengths, "progress": progress}
    with deadline(seconds):
        for made in small_sizes(d):
            report = verify_page(made, outline(made), **options)
            if report.ok:
                return replace(report, stand_ins=tuple(sorted(set(made.graph.sizes) - set(d.graph.sizes))))
        return verify_page(d, outline(d), **options)


class Options(TypedDict):
    """How a page is verified."""

    seed: int
    trials: int
    lengths: Sequence[int]
    progress: Told | None


def analytic(d: Derivation) -> bool:
    """Whether every scalar function of the graph takes a complex argument."""
    return all(map(takes_complex, d.graph.definition.values()))


# --- equality ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pair:
    """A left side and one of its sides at a point; `slack` is what a rounded side may be off by."""

    side: Formula
    left: Array
    right: Array
    slack: Array | None
    moment: str

    @property
    def two(self) -> tuple[Array, Array]:
        """Both sides, a number in the size of the other."""
        left, right = np.broadcast_arrays(self.left, self.right)
        return left, right

    def gap(self, where: tuple[int, ...]) -> Real:
        """Left less right at one entry."""
        return np.real(one_entry(self.left, where) - one_entry(self.right, where)).flat[0]


def check_equation(eq: Equation, sides: list[Formula] | str, near: Nearby[Scene], tally: Tally) -> None:
    """One equation at one point, at every time step it is about."""
    if isinstance(sides, str):
        tally.fail(sides)
        return
    try:
        found = eq.local is TRACE and precisely(near.here.d, eq, sides, near.here, tally)
        for n, p in enumerate(() if found else pairs(eq, sides, near.here)):
            compare(eq, sides, near, n, p, tally)
            found = True
        check_terms(eq, sides[1:], near, tally)
        tally.told |= not found or eq.local is TRACE  # numbers of a sheet may be 0
    except OutOfTime:
        raise
    except SymbackpropError as error:
        tally.fail(f"cannot be evaluated: {error}")
        return
    tally.points += not near.asked


def pairs(eq: Equation, sides: list[Formula], scene: Scene) -> Iterator[Pair]:
    """The left side against every other, at every time step the equation is about."""
    for plain, moment in scene.environments(eq):
        env = with_partials(scene, eq, plain)
        left = evaluate(sides[0], env)
        for n, f in enumerate(sides[1:], 1):
            last = n == len(sides) - 1
            slack = evaluate(half_units(f), env) if eq.relation == "≈" and last else None
            right = evaluate(f, env)
            if eq.stacked and right.ndim == left.ndim - 1:  # the same for every matrix of the stack
                right = np.broadcast_to(right, left.shape)
            least = raised(left, right) if eq.relation == "≤" and last else left
            yield Pair(f, least, right, slack, moment)


def compare(eq: Equation, sides: list[Formula], near: Nearby[Scene], n: int, p: Pair, tally: Tally) -> None:
    """Two sides, the n-th of all pairs of an equation; a rounded one may be off by its slack."""
    if p.left.shape != p.right.shape and p.left.ndim and p.right.ndim:
        side = latex(p.side, near.trial.d.functions)
        tally.fail(f"sizes differ: {p.left.shape} and {p.right.shape} for `{side}`")
        return
    error, where = relative(*np.broadcast_arrays(p.left, p.right))
    if p.slack is not None:
        if np.all(np.abs(p.left - p.right) <= p.slack):
            tally.agree(0.0)
        else:
            tally.fail(told(eq, p, where, near.trial), error)
        return

    def again(s: Scene) -> Pair:
        return next(islice(pairs(eq, sides, s), n, None))

    hold(
        near, tally, error, EQUAL, size=max(largest(p.left), largest(p.right)),
        pair=lambda s: again(s).two, gap=lambda s: again(s).gap(where),
        told=lambda: told(eq, p, where, near.trial),
    )  # fmt: skip


def told(eq: Equation, p: Pair, where: tuple[int, ...], trial: Trial) -> str:
    """What differs: the entry and both values."""
    left, side = (latex(f, trial.d.functions) for f in (eq.left, p.side))
    a, b = one_entry(p.left, where), one_entry(p.right, where)
    at = f" at entry {tuple(k + 1 for k in where)}" if where else ""
    return f"`{left}` is {a:.12g} but `{side}` is {b:.12g}{at}{p.moment}; {trial.place}"


def one_entry(a: Array, where: tuple[int, ...]) -> Array:
    """An entry; a number stands for an array of it."""
    return a[where] if a.ndim else a


def raised(left: Array, right: Array) -> Array:
    """The left side, lifted to the right where it is smaller: left ≤ right where this equals right."""
    fits = left.shape == right.shape or not (left.ndim and right.ndim)
    return np.maximum(np.real(left), np.real(right)) if fits else left


# --- Jacobians and Hessians ----------------------------------------------------------------------


def verify_derivative(j: Quantity, *, seed: int = 0) -> float:
    """∂of/∂wrt read back from its LaTeX against the complex step of its definition, and its code.

    Errors: `VerificationError` with both values, the seed and the sizes.
    """
    d = j.derivation
    eq = j.equation
    page = Page((Section("derivative", Phrase("section.hessian"), (Equations((eq,)),)),))
    report = verify_page(d, page, seed=seed)
    report.demand()
    check_second_order_code(j, seed=seed)
    return report.max_rel_error
