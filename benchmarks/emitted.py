"""Emitted code beside its peers: medians of ratios, every peer in a process of its own, taken by turns.

    python -m benchmarks.emitted [--json FILE] [--python PATH ...] [--rounds N] [WORDS ...]

Seconds are those of the processor, on one thread, in double precision; before anything is timed, every result
is held against the one by hand. Ratios are to code by hand, or to torch where there is none. A peer runs on
the first interpreter that has it: this one, then those of `--python`; one that nobody has is left out. With
WORDS only the rows whose names contain one of them are run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.peers import NEEDS, PEERS
from benchmarks.workloads import all_of

BLOCK = 0.03  # seconds of one measured block at least
ROUNDS = 9
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1") | {
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
}
REFERENCES = ("by hand", "torch", "NumPy")
VERSIONS = "import platform, importlib.metadata as m; print(m.version('{0}'))"


@dataclass(frozen=True)
class Row:
    """One workload: seconds of one call to each peer, and their ratios to the reference."""

    name: str
    reference: str
    ratios: Mapping[str, float]
    seconds: Mapping[str, float]
    made: Mapping[str, Mapping[str, float]]  # seconds to derive and to emit with the first call
    missing: Mapping[str, str] = field(default_factory=dict)


class Process:
    """A peer that waits for its turns."""

    def __init__(self, name: str, python: str) -> None:
        self.name = name
        self.running = subprocess.Popen(
            [python, "-m", "benchmarks.peers", name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, env={**os.environ, **THREADS, "PYTHONPATH": os.getcwd()},
        )  # fmt: skip

    def ask(self, **said: object) -> Any:
        """The answer to one line; a peer that ended, as for a wrong result, says so by none."""
        assert self.running.stdin and self.running.stdout
        self.running.stdin.write(json.dumps(said) + "\n")
        self.running.stdin.flush()
        line = self.running.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended at {said}")
        return json.loads(line)

    def end(self) -> None:
        assert self.running.stdin
        self.running.stdin.close()
        self.running.wait()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    options.add_argument("--json", type=Path)
    options.add_argument("--python", action="append", default=[])
    options.add_argument("--rounds", type=int, default=ROUNDS)
    options.add_argument("words", nargs="*")
    o = options.parse_args()
    found, versions = peers([sys.executable, *o.python])
    print("  ".join([f"{'':32}", *(f"{p.name:>9}" for p in found), "  derive   emit, s"]))
    rows = []
    for w in all_of():
        if not o.words or any(word in w.name for word in o.words):
            rows.append(measured(w.name, found, o.rounds))
            print(line(rows[-1], found), flush=True)
    for p in found:
        p.end()
    if o.json:
        on = {"machine": platform.machine(), "processor": processor(), "python": platform.python_version()}
        said = {"on": on | versions, "rows": [asdict(r) for r in rows]}
        o.json.write_text(json.dumps(said, indent=1) + "\n")


def peers(pythons: Sequence[str]) -> tuple[list[Process], dict[str, str]]:
    """The peers that some interpreter has, and the versions of what they are made with."""
    found, versions = list[Process](), {"numpy": version(pythons[0], "numpy")}
    for name in PEERS:
        need = NEEDS.get(name, "numpy")
        python = next((p for p in pythons if version(p, need)), "")
        if python:
            found.append(Process(name, python))
            versions[need] = version(python, need)
        else:
            print(f"{name}: left out, no interpreter has {need}")
    return found, versions


def version(python: str, package: str) -> str:
    """The version of a package, or nothing."""
    asked = [python, "-c", VERSIONS.format(package)]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


def processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next(
        (x.partition(":")[2].strip() for x in lines if x.startswith("model name")), platform.processor()
    )


def measured(row: str, found: Sequence[Process], rounds: int) -> Row:
    """One workload: made ready by every peer, then a block of each in turn, round by round."""
    answers = {p.name: p.ask(row=row) for p in found}
    able = [p for p in found if "made" in answers[p.name]]
    blocks = [{p.name: p.ask(seconds=BLOCK)["seconds"] for p in able} for _ in range(rounds)]
    reference = next(n for n in REFERENCES if any(p.name == n for p in able))
    ratios = {p.name: statistics.median(b[p.name] / b[reference] for b in blocks) for p in able}
    seconds = {p.name: min(b[p.name] for b in blocks) for p in able}
    made = {p.name: answers[p.name]["made"] for p in able if answers[p.name]["made"]}
    missing = {n: a["missing"] for n, a in answers.items() if "missing" in a}
    return Row(row, reference, ratios, seconds, made, missing)


def line(r: Row, found: Sequence[Process]) -> str:
    cells = (f"{r.ratios[p.name]:9.2f}" if p.name in r.ratios else f"{'-':>9}" for p in found)
    own = r.made["NumPy"]
    return "  ".join([f"{r.name:32}", *cells, f"{own['derive']:8.2f}{own['emit']:9.2f}"])


if __name__ == "__main__":
    main()
