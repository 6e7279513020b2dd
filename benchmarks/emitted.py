"""Emitted code beside NumPy by hand: medians of ratios, both interleaved in one process on one thread.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python -m benchmarks.emitted [--json FILE] [WORDS ...]

Seconds are those of the processor. Before anything is timed, every result is held against the one by hand.
With WORDS only the rows whose names contain one of them are run.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

import symbackprop as sb
from benchmarks.workloads import Workload, all_of

BLOCK = 0.02  # seconds of one measured block at least
ROUNDS = 15
CLOSE = 1e-9


@dataclass(frozen=True)
class Row:
    """One workload: the ratio to code by hand, and seconds to the first result."""

    name: str
    ratio: float
    derive: float
    emit: float
    lines: int


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    options.add_argument("--json", type=Path)
    options.add_argument("words", nargs="*")
    o = options.parse_args()
    rows = []
    for w in all_of():
        if not o.words or any(word in w.name for word in o.words):
            rows.append(measured(w))
            r = rows[-1]
            said = f"derive {r.derive:6.2f} s   emit {r.emit:6.2f} s   {r.lines} lines"
            print(f"{r.name:32} {r.ratio:6.2f}   {said}", flush=True)
    if o.json:
        machine = {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "machine": platform.machine(),
        }
        o.json.write_text(json.dumps({"on": machine, "rows": [asdict(r) for r in rows]}, indent=1) + "\n")


def measured(w: Workload) -> Row:
    start = time.process_time()
    d = w.asked(w.text, w.wrt)
    derived = time.process_time()
    code = d.source()
    f = d.compile(function=w.function) if isinstance(d, sb.Derivative) else d.compile()
    first = f(**w.given)
    ready = time.process_time()
    agree(w, first)
    ratio = compared(lambda: f(**w.given), lambda: w.by_hand(**w.given))
    return Row(w.name, ratio, derived - start, ready - derived, code.count("\n"))


def agree(w: Workload, found: Any) -> None:
    """Errors: `AssertionError` where code and hand differ."""
    rows = w.by_hand(**w.given)
    pairs = zip(arrays(found, rows), arrays(rows, rows), strict=True)
    for n, (got, want) in enumerate(pairs):
        size = np.max(np.abs(want), initial=0)
        gap = np.max(np.abs(got - want), initial=0)
        assert np.shape(got) == np.shape(want) and gap <= CLOSE * size, (w.name, n, gap)


def arrays(found: Any, like: Any) -> list[Any]:
    """The arrays of a result, in the order of another one: a dict, pairs, or one array."""
    if isinstance(like, dict):
        return [found[n] for n in like]
    return [x for p in found for x in p] if isinstance(like, list) else [found]


def compared(f: Callable[[], object], g: Callable[[], object]) -> float:
    """The median of the ratios of blocks of calls, taken by turns."""
    counts = [calls(x) for x in (f, g)]
    gc.disable()
    ratios = []
    for _ in range(ROUNDS):
        ours, theirs = (seconds(x, n) / n for x, n in zip((f, g), counts, strict=True))
        ratios.append(ours / theirs)
    gc.enable()
    return statistics.median(ratios)


def calls(f: Callable[[], object]) -> int:
    """How many calls fill a block."""
    n = 1
    while seconds(f, n) < BLOCK:
        n *= 2
    return n


def seconds(f: Callable[[], object], n: int) -> float:
    start = time.process_time()
    for _ in range(n):
        f()
    return time.process_time() - start


if __name__ == "__main__":
    main()
