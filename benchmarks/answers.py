"""Answers judged per second and core, for every variable of every worked derivation.

    python -m benchmarks.answers [SHEET ...]

Half of the answers are the printed gradient, in LaTeX and as text, half are mistakes: another sign, another
factor, a transpose, a term lost. The first answers of a variable, which make the points, are timed by
themselves. Seconds are those of the processor: what else runs on the machine does not count.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import worked
from symbackprop import Sheet, check
from symbackprop.answers.edits import edits
from symbackprop.derivation import Derivation
from symbackprop.exercise import Check

SECONDS = 0.2  # spent on one variable at least
ASKED = 200  # answers per second and core


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


def answers(d: Derivation, wrt: str) -> tuple[list[str], list[str]]:
    """Right answers and mistaken ones."""
    right = d[wrt].latex()
    wrong = [f"-({right})", f"3 ({right})", rf"({right})^\\top".replace("\\\\", "\\")]
    wrong += [d.latex(f) for _, _, f in islice(edits(d, d[wrt].formula), 5)]
    return [right, d[wrt].text()] * (len(wrong) // 2), wrong


def measured(name: str, d: Derivation, wrt: str) -> Row:
    """One variable."""
    right, wrong = answers(d, wrt)
    start = time.process_time()
    for text in wrong:  # a wrong one makes the mistakes as well
        check(d, wrt, text, kind="gradient")
    first = time.process_time() - start
    found = [check(d, wrt, text, kind="gradient") for text in wrong]
    count, start = 0, time.process_time()
    while (spent := time.process_time() - start) < SECONDS:
        for text in (*right, *wrong):
            check(d, wrt, text, kind="gradient")
            count += 1
    known = sum(bool(v.mistakes) or v.ok for v in found)
    return Row(f"{name} {wrt}", first, count / spent, known, len(found))


def main(names: list[str]) -> None:
    """The table, the slowest last."""
    chosen = [(n, d) for n, d in derivations() if not names or any(x in n for x in names)]
    rows = [measured(n, d, w) for n, d in chosen for w in d.wrt]
    print(f"{'variable':40}{'first, s':>10}{'per second':>12}{'named':>9}")
    for r in sorted(rows, key=lambda r: -r.again):
        print(f"{r.name:40}{r.first:10.2f}{r.again:12.0f}{r.known:6}/{r.mistaken}")
    rates = sorted(r.again for r in rows)
    slow = sum(x < ASKED for x in rates)
    print(f"{len(rows)} variables, median {rates[len(rates) // 2]:.0f} per second and core, "
          f"smallest {rates[0]:.0f}, {slow} below {ASKED}")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
