"""Whole pages typed back: every line our pages print, as one line of somebody's worked solution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

import symbackprop as sb
from benchmarks.answers import checks
from symbackprop.answers.solution.line_trial import Desk
from symbackprop.answers.solution.solution import Before, Told, last_steps, told
from symbackprop.answers.typed.answer_reader import Notation
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation
from symbackprop.derivation.scopes import BEFORE, CHAIN, PAGE, TRACE, Local, Scope
from symbackprop.formula.tree import ZERO, Array as Matrix, SumOver, Zeros
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.formula.writing.text_writer import text
from symbackprop.formula.writing.walk import inside
from symbackprop.page.outline import outline
from symbackprop.page.page import Page
from tests.graphs import GRAPHS
from tests.random_graphs import EVERYTHING, random_graph

SIGNS = {"latex": {"=": "=", "≈": r"\approx", "≤": r"\leq"}, "plain": {"=": "=", "≈": "≈", "≤": "≤"}}
PAGES = dict(checks())
SEEDS = (3, 5, 6, 7, 14, 21, 46)  # kinks, layers, thin axes, reshaped arrays, helpers under an accent
LARGE = {
    "mlp.1": (CHAIN, Local("o1", "x")),
    "sheet_003.9": (CHAIN, Local("o1", "x"), Local("o1", "b1")),
    "sheet_003.11": (CHAIN,),
}  # pages with 784 inputs: not these scopes

# what one line alone cannot say, by (page or graph, key of the equation) or the key alone
SAID_ELSEWHERE: dict[str, str] = {
    "softmax_regression.9 quantity.1": "which classes Fisher's matrix is averaged over",
    "softmax_regression.10 quantity.2": "at which node the Gauss-Newton matrix is cut",
    "softmax_regression.12 quantity.1": "that V is a direction in the shape of W",
    "Y|X.0": "eight letters and three sums are more numbers than one line may cost",
}
# ∂vec(∇L)/∂vec(W) is LaTeX only
LATEX_ONLY = ("softmax_regression.5 hessian.W1", "softmax_regression.11 quantity.3")


@dataclass
class Writer:
    """One page, typed line by line; names that a local derivation makes are forgotten after it."""

    d: Derivation
    page: Page
    notation: Notation

    def sides(self, eq: Equation) -> list[str]:
        forms = (eq.left, *eq.sides)
        return [latex(f, self.d.functions) if self.notation == "latex" else text(f) for f in forms]

    def line(self, eq: Equation, damage: str = "{}") -> str:
        *rest, last = self.sides(eq)
        sign = SIGNS[self.notation][eq.relation]
        return f"{' = '.join(rest)} {sign} {damage.format(last)}"

    def typed(self, without: tuple[Scope, ...] = ()) -> Iterator[tuple[Equation, Told, Desk, Before]]:
        desk, scope = Desk(self.d, self.notation, 0, self.page.at), PAGE
        first = before = Before(ends=last_steps(desk, [*map(self.line, self.page.equations)]))
        for n, eq in enumerate(self.page.equations):
            if eq.local not in (scope, BEFORE):
                before, scope = first, eq.local
            if eq.local in without:
                continue
            earlier = before
            found, before = told(desk, before, n + 1, self.line(eq))
            yield eq, found, desk, earlier


def excused(page: str, eq: Equation, found: Told, notation: Notation) -> bool:
    """Whether a line says too little by itself."""
    named = f"{page} {eq.key}"
    numbers = eq.local is TRACE and "numbers given only" in found.line.detail
    listed = named in SAID_ELSEWHERE or eq.key in SAID_ELSEWHERE
    over_names = any(isinstance(f, SumOver) for side in eq.sides for f in inside(side))
    return numbers or listed or (notation == "plain" and (named in LATEX_ONLY or over_names))


def read_back(name: str, d: Derivation, page: Page, notation: Notation) -> None:
    for eq, found, _, _ in Writer(d, page, notation).typed(LARGE.get(name, ())):
        if not excused(name, eq, found, notation):
            said = (name, eq.key, found.line.text, found.line.detail)
            assert found.verdict in ("holds", "defined"), said


@pytest.mark.parametrize("name", PAGES)
def test_worked_pages_in_latex(name: str) -> None:
    c = PAGES[name]
    read_back(name, c.derivation, c.page, "latex")


@pytest.mark.parametrize(("graph", "line"), [
    (r"S: d x d posdef as \Sigma; P = inverse(S) as \Lambda; L = trace(P)", "Σ[k = 1…d] Σᵢₖ Λₖⱼ = δᵢⱼ"),
    ("x: d; y = x**2; L = sum(y)", "L = Σᵢ xᵢ²"),
])  # fmt: skip
def test_a_sigma_is_a_sum_unless_it_is_a_name(graph: str, line: str) -> None:
    found, _ = told(Desk(sb.derive(graph), "plain", 0, None), Before(), 1, line)
    assert found.verdict == "holds", found.line.detail


@pytest.mark.parametrize("name", [n for n in PAGES if n not in LARGE][::3])
def test_worked_pages_as_text(name: str) -> None:
    c = PAGES[name]
    read_back(name, c.derivation, c.page, "plain")


@pytest.mark.parametrize("name", ["labels", "slices", "gated", "logsumexp", "two paths"])
def test_pages_of_the_tests_graphs(name: str) -> None:
    d = sb.derive(GRAPHS[name])
    read_back(name, d, outline(d), "latex")


@pytest.mark.parametrize("seed", SEEDS)
def test_pages_of_random_graphs(seed: int) -> None:
    d = sb.derive(random_graph(seed, 7, EVERYTHING))
    read_back(f"random {seed}", d, outline(d), "latex")


def zero(eq: Equation) -> bool:
    """Whether twice the last side is as true as it is: zeros, and upper bounds."""
    last = eq.sides[-1]
    zeros = isinstance(last, Zeros) or last == ZERO
    return zeros or eq.relation == "≤" or (isinstance(last, Matrix) and {*sum(last.rows, ())} == {ZERO})


@pytest.mark.parametrize("notation", ["latex", "plain"])
@pytest.mark.parametrize("name", ["concat_mse.1", "infonce.1", "rosenbrock.1", "logistic_regression.1"])
def test_damaged_copies_do_not_hold(name: str, notation: Notation) -> None:
    c = PAGES[name]
    writer = Writer(c.derivation, c.page, notation)
    for n, (eq, found, desk, before) in enumerate(writer.typed()):
        if found.verdict == "holds" and not zero(eq):
            wrong = writer.line(eq, ("-({})", "2 ({})")[n % 2])
            assert told(desk, before, n + 1, wrong)[0].verdict not in ("holds", "defined"), wrong
