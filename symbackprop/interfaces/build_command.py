"""`symbackprop build`: the sheets of modules and folders, as PDF, LaTeX or HTML."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from symbackprop.interfaces.progress import progress
from symbackprop.sheet.building import FIX, Build, build


def run_build(o: argparse.Namespace) -> int:
    """Build, say what went wrong, then what was written."""
    paths = tuple(o.paths) or (Path("worked"),)
    wanted = tuple(dict.fromkeys(o.lang or ()))
    b = Build(paths, o.folder, o.to, wanted, o.kind, o.engine, max(1, o.jobs), o.templates)
    with progress("sheets") as bar:
        status, outcomes = build(b, tell=lambda x: bar.tell(1, x.sheet), begin=bar.begin)
    written = [r for x in outcomes for r in x.rows]
    for x in outcomes:
        for message in x.messages:
            print(message, file=sys.stderr)
    if o.to == "pdf" and written and not any(r.file.endswith(".pdf") for r in written):
        print(f"no TeX found: wrote .tex and .html instead; {FIX}", file=sys.stderr)
    for r in written:
        print(
            f"{o.folder / r.file}: {r.checked} of {r.equations} equations verified, "
            f"largest error {r.max_rel_error:.1e}"
        )
    return status
