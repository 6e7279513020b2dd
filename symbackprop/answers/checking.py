"""The door: somebody's formula for a derivative, and whether it is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from symbackprop.answers.asked.equality_chain import Refused
from symbackprop.answers.asked.right_values import Bench
from symbackprop.answers.asked.target import Kind, target
from symbackprop.answers.slips.counterexample import small_spots, smallest
from symbackprop.answers.slips.literal_sizes import says_no_size, stand_in
from symbackprop.answers.solution.solution import agreeing, last_meant, solution
from symbackprop.answers.typed.answer_reader import Notation
from symbackprop.answers.typed.typed_answer import Typed, read
from symbackprop.answers.verdicts.formula_verdict import KEYS, Found, Judge
from symbackprop.answers.verdicts.restated_names import judged_claims_first
from symbackprop.answers.verdicts.verdict import Verdict, unreadable, verdict
from symbackprop.derivation.derivation import Derivation, signal
from symbackprop.derivation.meanings import bare
from symbackprop.errors import FormulaError, LimitError, SizesError, SymbackpropError, VerificationError
from symbackprop.graph.expr import Expr
from symbackprop.graph.graph import Graph


def check(
    graph: Graph | Derivation | Expr | str,
    wrt: str,
    answer: str,
    *,
    of: str | None = None,
    notation: Notation = "auto",
    kind: Kind = "auto",
    steps: Sequence[str] = (),
    seed: int = 0,
) -> Verdict:
    """Whether an answer is ∂of/∂wrt, and if not, what kind of mistake it is.

    `answer` is LaTeX or plain text, with or without a left side, with where-clauses; nothing in it is run.
    `kind` is 'gradient' (by default, in the shape of the variable: of an array the pullback of its δ, as a
    derivation prints it), 'jacobian' (by default of a graph whose `of` is no scalar), 'hessian', or 'value'
    of a named node. `steps` are lines that lead to the answer: where no mistake explains it, the verdict
    says which δ is the last one that agrees.
    Errors: `DeclarationError` for names of the graph.

        check("X: n x d; w: d; y: n; L = sum((X@w - y)**2)/n", "w", "2/n X^T (X w - y)").verdict
    """
    b = bench(graph, of, wrt, kind, seed)
    if kind == "auto" and b.target.kind == "jacobian" and pulled_back(b, answer, notation):
        b = bench(graph, of, wrt, "gradient", seed)
    return judged(b, answer, notation, steps)


def pulled_back(b: Bench, answer: str, notation: Notation) -> bool:
    """Whether an answer about an array is a pullback: a δ that arrives stands in it."""
    d = b.target.d
    signals = {bare(signal(d, n)) for n in (d.of, *d.backward.adjoints) if n != b.target.wrt}
    try:
        return not signals.isdisjoint(read(b, answer, notation).used)
    except SymbackpropError:
        return False


def bench(
    graph: Graph | Derivation | Expr | str, of: str | None, wrt: str, kind: Kind = "auto", seed: int = 0
) -> Bench:
    """The bench of a target, kept for the next answer about it."""
    return _kept(graph if isinstance(graph, str) else Same(graph), of, wrt, kind, seed)


@dataclass(frozen=True, eq=False)
class Same:
    """A graph as the object it is: equal to itself only, and with a hash."""

    graph: Graph | Derivation | Expr

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.graph is other.graph

    def __hash__(self) -> int:
        return id(self.graph)


@lru_cache(maxsize=32)
def _kept(graph: Same | str, of: str | None, wrt: str, kind: Kind, seed: int) -> Bench:
    return Bench(target(graph if isinstance(graph, str) else graph.graph, of, wrt, kind), seed)


def judged(b: Bench, answer: str, notation: Notation = "auto", steps: Sequence[str] = ()) -> Verdict:
    """The verdict on one answer at a bench."""
    small = stand_in(b) if says_no_size(answer) else None
    quick = at_stand_in(b, small, answer, notation) if small else None
    if quick:
        made, typed = quick
    else:
        made, typed = at_own_sizes(b, answer, notation)
    if typed is None or made.verdict != "wrong" or made.mistakes:
        return made
    d, seed = b.target.d, b.seed
    return replace(made, agrees=agreeing(solution(d, steps, notation=notation, seed=seed))
                   or last_meant(d, typed.locals, seed))  # fmt: skip


def at_stand_in(b: Bench, small: Bench, answer: str, notation: Notation) -> tuple[Verdict, Typed] | None:
    """The verdict found at small sizes, in the numbers of the graph; None where it would say others.

    The counterexample is one of the graph itself: its sizes are its own. What is not wrong there is not
    wrong: 2^8 may be a size.
    """
    try:
        typed, found = judged_claims_first(small, answer, notation)
        if found.detail not in KEYS:
            return None
        if found.verdict == "correct":
            return verdict(small, answer, typed, found, None), typed
        own = read(b, answer, notation, typed.false) if typed.sized else typed
        if own.forms != typed.forms:
            return None
        example = smallest(b, own, found)
        if example is None and not misfits(b, own, found):
            return None
        return verdict(small, answer, typed, found, example), own
    except (SymbackpropError, RecursionError):
        return None


def misfits(b: Bench, typed: Typed, found: Found) -> bool:
    """Whether sizes that do not fit at one point do not fit at another bench either."""
    spot = next(small_spots(b), None)
    if found.values or spot is None:
        return False
    try:
        Judge(b, typed).place(spot).value(found.form, found.reading)
    except SizesError:
        return True
    return False


def at_own_sizes(b: Bench, answer: str, notation: Notation) -> tuple[Verdict, Typed | None]:
    """The verdict at the sizes of the graph."""
    b.spots  # noqa: B018 -- what is wrong with the graph is no fault of the answer
    try:
        typed, found = judged_claims_first(b, answer, notation)
    except (FormulaError, LimitError, VerificationError) as error:
        return unreadable(b, answer, str(error)), None
    except Refused as no:
        return unreadable(b, answer, no.detail), None
    except RecursionError:
        return unreadable(b, answer, "formulas inside formulas, too deep"), None
    example = None if found.verdict == "correct" else smallest(b, typed, found)
    return verdict(b, answer, typed, found, example), typed
