"""`symbackprop derive`: gradients, Jacobians and Hessians as text, LaTeX or JSON."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TypeAlias

from symbackprop.derivation.derivation import Derivation, Gradient, derive
from symbackprop.derivation.report import Report
from symbackprop.derivatives.derivative import Derivative
from symbackprop.derivatives.derivative_blocks import Blocks
from symbackprop.errors import DeclarationError
from symbackprop.formula.writing.text_writer import text as plain
from symbackprop.graph.graph import Graph
from symbackprop.graph.graph_text import as_graph
from symbackprop.interfaces.asked_derivative import asked_derivative
from symbackprop.interfaces.graph_file import graph_text, variables
from symbackprop.interfaces.progress import progress


Said: TypeAlias = Gradient | Derivative | Blocks


def run_derive(o: argparse.Namespace) -> int:
    """The gradients of a graph, or its Jacobians or Hessians."""
    text = graph_text(o.file)
    if o.kind != "gradient":
        return run_second(o, text)
    d = derive(text, o.of, variables(o.wrt))
    report = verified(d, o.deadline)
    report.demand()
    names = [n for n in d.wrt if n in d.backward.adjoints]
    if o.to == "json":
        worst = report.max_rel_error
        rows = [entry(n, d[n], worst, numpy=derive(d.graph, d.of, [n]).source("numpy")) for n in names]
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return 0
    for n in names:
        g = d[n]
        why = f"  ({g.reason})" if g.reason else ""
        print(f"{plain(g.left)} = {g.text()}{why}    [{shape(g.shape)}]" if o.to == "text" else g.latex())
    if o.to == "text":
        print(report)
    return 0


def verified(d: Derivation, deadline: float | None = None) -> Report:
    """What verification finds, with a bar on a terminal while it takes long."""
    with progress("checks") as bar:

        def told(done: int, steps: int) -> None:
            bar.begin(steps)
            bar.tell()

        return d.verify(deadline=deadline, progress=told)


def shape(s: tuple[object, ...]) -> str:
    return " × ".join(map(str, s)) or "scalar"


def entry(wrt: str, found: Said, error: float, **more: object) -> dict[str, object]:
    """A derivative as plain data for JSON."""
    return {"wrt": wrt, "shape": [str(s) for s in found.shape], "latex": found.latex(),
            "text": found.text(), **more, "verified": True, "max_rel_error": error}  # fmt: skip


def run_second(o: argparse.Namespace, text: str) -> int:
    kinds = second_kinds(o, as_graph(text))
    out = [entry(wrt, found, found.verify()) for wrt, found in kinds.items()]
    if o.to == "json":
        print(json.dumps(out, indent=2, ensure_ascii=False))
    else:
        for row in out:
            print(f"{row['wrt']}: {row[o.to]}" if len(out) > 1 else row[o.to])
    return 0


def second_kinds(o: argparse.Namespace, g: Graph) -> dict[str, Derivative | Blocks]:
    """The derivative by one variable; by several each block, and the whole where one matrix says it."""
    whole = asked_derivative(o, g)
    if isinstance(whole, Derivative):
        return {whole.columns: whole}
    out: dict[str, Derivative | Blocks] = {
        ",".join(pair) if o.kind == "hessian" else pair[1]: b for pair, b in whole.blocks.items()
    }
    said = ", ".join(f"vec {n}" if n in whole.matrices else n for n in whole.names)
    try:
        return {**out, f"({said})": whole.vec()}
    except DeclarationError as refusal:
        print(f"symbackprop: {refusal}", file=sys.stderr)
        return out
