"""Answers judged per second and core, for every variable of every worked derivation.

    python -m benchmarks.answers [SHEET ...]

Half of the answers are the printed gradient, in LaTeX and as text, half are mistakes: another sign, another
factor, a transpose, a term lost; Jacobians and Hessians of some graphs as well. The first answers of a
variable, which make the points, are timed by themselves. Seconds are those of the processor, and of several
passes the fastest counts: what else runs on the machine does not.
"""

from __future__ import annotations

import gc
import importlib
import pkgutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import worked
from symbackprop import Sheet, check, hessian, jacobian
from symbackprop.answers.slips.printed_slips import edits
from symbackprop.answers.verdicts.verdict import Verdict
from symbackprop.derivation.derivation import Derivation
from symbackprop.formula.tree import Formula
from symbackprop.sheet.exercise import Check

SECONDS = 0.2  # spent on one variable at least
ASKED = 200  # answers per second and core
MATRICES = (
    ("softmax_regression.2",   "jacobian", "p",  "z"),
    ("layernorm.1",            "jacobian", "y",  "x"),
    ("batchnorm.1",            "jacobian", "y",  "x"),
    ("mlp.1",                  "jacobian", "z1", "x"),
    ("softmax_regression.2",   "hessian",  "L",  "z"),
    ("logistic_regression.1",  "hessian",  "L",  "w"),
    ("matrix_factorisation.3", "hessian",  "J",  "u"),
    ("gaussian.1",             "hessian",  "L",  "mu"),
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What is asked for: its name, who judges an answer, and what is right, as it is printed."""

    name: str
    judge: Callable[[str], Verdict]
    d: Derivation
    right: tuple[str, str]  # in LaTeX, as text
    formula: Formula


@dataclass(frozen=True)
class Row:
    """One variable: seconds to the first verdict, and answers per second after it."""

    name: str
    first: float
    again: float
    known: int  # of the mistaken answers, how many got a name
    mistaken: int


def sheets() -> Iterator[Sheet]:
    """Every worked sheet."""
    for found in pkgutil.iter_modules(worked.__path__):
        module = importlib.import_module(f"worked.{found.name}")
        yield from (v for v in vars(module).values() if isinstance(v, Sheet))


def checks() -> Iterator[tuple[str, Check]]:
    """Every page of the worked sheets."""
    for sheet in sheets():
        yield from ((f"{sheet.name}.{k}", c) for k, (_, c) in enumerate(sheet.checks, 1))


def derivations() -> Iterator[tuple[str, Derivation]]:
    """Every derivation of the worked sheets, once."""
    seen: set[int] = set()
    for sheet in sheets():
        own = {id(c.derivation): c.derivation for _, c in sheet.checks}
        new = [d for key, d in own.items() if key not in seen]
        seen |= set(own)
        yield from ((f"{sheet.name}.{k}", d) for k, d in enumerate(new, 1))


def asked() -> Iterator[Asked]:
    """Every gradient, then some Jacobians and Hessians."""
    found = dict(derivations())
    for name, d in found.items():
        for w in d.wrt:
            yield Asked(f"{name} {w}", lambda text, d=d, w=w: check(d, w, text, kind="gradient"),
                        d, (d[w].latex(), d[w].text()), d[w].formula)  # fmt: skip
    for name, kind, of, wrt in MATRICES:
        g = found[name].graph
        q = (jacobian if kind == "jacobian" else hessian)(g, of, wrt)
        yield Asked(f"{name} {wrt} ({kind})",
                    lambda text, g=g, of=of, w=wrt, k=kind: check(g, w, text, of=of, kind=k),
                    q.derivation, (q.latex(), q.text()), q.formula)  # fmt: skip


def answers(a: Asked) -> tuple[list[str], list[str]]:
    """Right answers and mistaken ones."""
    right = a.right[0]
    wrong = [f"-({right})", f"3 ({right})", rf"({right})^\top"]
    wrong += [a.d.latex(f) for _, _, f in islice(edits(a.d, a.formula), 5)]
    return [*a.right] * (len(wrong) // 2), wrong


def measured(a: Asked) -> Row:
    """One variable."""
    right, wrong = answers(a)
    gc.collect()
    gc.freeze()  # what other variables left is none of this one's
    first, found = timed(a, wrong)  # a wrong one makes the mistakes as well
    fastest, spent = float("inf"), 0.0
    while spent < SECONDS:
        once, _ = timed(a, (*right, *wrong))
        fastest, spent = min(fastest, once), spent + once
    known = sum(bool(v.mistakes) or v.ok for v in found)
    return Row(a.name, first, (len(right) + len(wrong)) / fastest, known, len(found))


def timed(a: Asked, texts: Sequence[str]) -> tuple[float, list[Verdict]]:
    """Seconds of the processor for some answers, and the verdicts on them."""
    start = time.process_time()
    found = [a.judge(text) for text in texts]
    return time.process_time() - start, found


def main(names: list[str]) -> None:
    """The table, the slowest last."""
    rows = [measured(a) for a in asked() if not names or any(x in a.name for x in names)]
    print(f"{'variable':40}{'first, s':>10}{'per second':>12}{'named':>9}")
    for r in sorted(rows, key=lambda r: -r.again):
        print(f"{r.name:40}{r.first:10.2f}{r.again:12.0f}{r.known:6}/{r.mistaken}")
    rates = sorted(r.again for r in rows)
    slow = sum(x < ASKED for x in rates)
    print(f"{len(rows)} variables, median {rates[len(rates) // 2]:.0f} per second and core, "
          f"smallest {rates[0]:.0f}, {slow} below {ASKED}")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
