"""Verification: every printed side read back from its LaTeX and evaluated; every δ against the definition.

What is evaluated is what the reader of formulas, the one typed answers go through, makes of the LaTeX.
*Equality*: both sides of each equation at generic points of the declared domains, distinct prime sizes and
one trial with squares, to 1e-10 relative. *Truth*: each δ against the complex-step derivative of the graph's
definition (Squire & Trapp, SIAM Review 40, 1998), or central differences where a function is not analytic,
to 1e-6. The only verdict that counts is 'agrees' at three or more points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, isfinite

import numpy as np

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation, Phrase
from symbackprop.derivation.report import Report, Sizes, Tally
from symbackprop.derivatives.quantity import Quantity
from symbackprop.entries.reference_values import KINKS, Array
from symbackprop.errors import FormulaError, LimitError, SymbackpropError
from symbackprop.formula.evaluation.value import evaluate
from symbackprop.formula.reading.latex_reader import read_formula
from symbackprop.formula.tree import Formula
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.formula.writing.walk import canonical
from symbackprop.graph.expr import topological
from symbackprop.numeric.points import (
    Point, backward_values, bind_sizes, forward, generic_point, seeded,
)  # fmt: skip
from symbackprop.page.outline import outline
from symbackprop.page.page import Equations, Page, Section
from symbackprop.verify.page_values import Names, Scene
from symbackprop.verify.precise_lines import half_units, precisely
from symbackprop.verify.truth import ROUNDING, check_truths
from symbackprop.verify.typed_partials import with_partials

EQUAL = 1e-10  # relative to the largest entry of the left side
TRUE = 1e-6  # of a derivative, relative to its largest entry
KINK = {"complex": 1e-9, "central": 1e-3}  # distance kept from kinks
POINTS = 3  # checkable points an equality needs
ATTEMPTS = 40  # points tried before a check is given up


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
    sizes: list[Sizes] = []
    method = "central" if not analytic(d) else "complex"
    for trial in range(trials):
        steps = lengths[trial] if lengths else None
        found = point_for(d, trial, seed, method, steps)
        if isinstance(found, str):
            for t in (*tally, *truths.values()):
                t.reason = t.reason or found
            continue
        point = found
        sizes.append(tuple(sorted(point.sizes.items())))
        scene = Scene(d, names, point, seed, page.at)
        for eq, sides, t in zip(page.equations, read, tally, strict=True):
            check_equation(d, eq, sides, scene, t)
        check_truths(d, point, truths, trial, seed, method, tolerance=TRUE)
    need = trials if lengths else min(POINTS, trials)
    return Report(
        tuple(t.checked(need) for t in tally),
        tuple(t.checked(need) for t in truths.values()),
        trials,
        seed,
        tuple(dict.fromkeys(sizes)),
        method,
    )


def verify_derivation(
    d: Derivation, *, seed: int = 0, trials: int = POINTS, lengths: Sequence[int] = ()
) -> Report:
    """Every equation and every δ of the page a derivation makes by itself."""
    return verify_page(d, outline(d), seed=seed, trials=trials, lengths=lengths)


def analytic(d: Derivation) -> bool:
    """Whether every scalar function takes a complex argument."""
    nodes = (e for x in d.graph.definition.values() for e in topological(x))
    return all(e.op.scalar is None or e.op.scalar.analytic for e in nodes)


def point_for(
    d: Derivation, trial: int, seed: int, method: str, length: int | None = None,
    given: Mapping[str, int] | None = None, spread: float = 1.0,
) -> Point | str:  # fmt: skip
    """A generic point with all values and δ's, away from kinks; or the reason why there is none."""
    reason = ""
    sizes = dict(given) if given else bind_sizes(d.graph, trial, length)
    for attempt in range(ATTEMPTS):
        watched: list[float] = []
        token = KINKS.set(watched)
        try:
            raw = generic_point(d.graph, trial, seed + 7919 * attempt, sizes, spread)
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
        if eq.local == "trace" and precisely(d, eq, sides, scene, tally):
            tally.points += 1
            return
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


def relative(a: Array, b: Array) -> tuple[float, tuple[int, ...]]:
    """Largest difference relative to the largest entry, and where; nan and inf never agree.

    What rounding alone leaves of numbers around 1 is no difference: a 0 is often computed as 1e-16.
    """
    if not a.size:
        return 0.0, ()
    with np.errstate(invalid="ignore", over="ignore"):
        gap = np.abs(numeric(a) - numeric(b))
    at = int(np.argmax(gap))
    most = float(gap.flat[at])
    if not isfinite(most):
        at = int(np.argmin(np.isfinite(gap)))
        return inf, tuple(int(k) for k in np.unravel_index(at, gap.shape))
    where = tuple(int(k) for k in np.unravel_index(at, gap.shape))
    scale = max(largest(a), largest(b))
    return (most / scale if most > ROUNDING else 0.0), where


def largest(a: Array) -> float:
    """The largest entry by its absolute value."""
    return float(max(a.max(), -a.min()) if a.dtype.kind == "f" else np.abs(a).max())


def numeric(a: Array) -> Array:
    """Numbers that can be subtracted: what is neither float nor complex becomes complex."""
    return a if a.dtype.kind in "fc" else np.asarray(a, complex)


# --- Jacobians and Hessians ----------------------------------------------------------------------


def verify_derivative(j: Quantity, *, seed: int = 0) -> float:
    """∂of/∂wrt read back from its LaTeX against the complex step of its definition.

    Errors: `VerificationError` with both values, the seed and the sizes.
    """
    d = j.derivation
    eq = j.equation
    page = Page((Section("derivative", Phrase("section.hessian"), (Equations((eq,)),)),))
    report = verify_page(d, page, seed=seed)
    report.demand()
    return report.max_rel_error
