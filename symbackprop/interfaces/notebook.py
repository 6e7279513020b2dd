"""What a notebook shows: text, LaTeX, HTML with MathML, and the graph as SVG."""

from __future__ import annotations

from html import escape

from symbackprop.derivation.derivation import Derivation, derive, spelled_function
from symbackprop.derivation.equation import Equation
from symbackprop.formula.function_spelling import FUNCTIONS
from symbackprop.formula.tree import Formula
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.formula.writing.text_writer import text
from symbackprop.graph.expr import Expr, topological
from symbackprop.graph.graph import Graph
from symbackprop.notation.convention import Convention, NoMatrix
from symbackprop.notation.expression_formulas import notate, notate_entry
from symbackprop.page.outline import outline
from symbackprop.page.page import Figure, Options, Section
from symbackprop.picture.graphs.graph_to_svg import svg
from symbackprop.picture.graphs.folding import legible
from symbackprop.sheet.formats import FORMATS
from symbackprop.sheet.formats.html_format import html_style
from symbackprop.sheet.line_breaks import WIDTH
from symbackprop.sheet.mathml import mathml
from symbackprop.sheet.page_blocks import drawn, sections, speaking, small_print
from symbackprop.sheet.templating import render

Bundle = dict[str, str]


def expression_bundle(e: Expr) -> Bundle:
    """An expression by itself, under the default convention."""
    c = Convention()
    try:
        f: Formula = notate(e, c)
    except NoMatrix:
        f = notate_entry(e, tuple(c.letters[: e.rank]), c)
    functions = dict(FUNCTIONS)
    for node in topological(e):
        if node.op.variants and not node.op.scalar:
            functions |= spelled_function(node)
    tex = latex(f, functions)
    return {"text/plain": repr(e), "text/latex": f"${tex}$", "text/html": mathml(tex, "block")}


def rows_html(d: Derivation, rows: tuple[Equation, ...]) -> str:
    """Equations as a table: the formula, its size."""
    out = []
    for eq in rows:
        tex = " = ".join(d.latex(f) for f in (eq.left, *eq.sides))
        size = "" if eq.shape is None else "×".join(map(str, eq.shape)) or "1×1"
        out.append(f"<tr><td style='text-align:left'>{mathml(tex)}</td><td>{escape(size)}</td></tr>")
    return f"<table>{''.join(out)}</table>"


def rows_latex(d: Derivation, rows: tuple[Equation, ...]) -> str:
    """Equations one below the other."""
    lines = [" = ".join(d.latex(f) for f in (eq.left, *eq.sides)) for eq in rows]
    return r"\begin{gather*}" + r" \\ ".join(lines) + r"\end{gather*}"


def section(d: Derivation, *keys: str) -> tuple[Equation, ...]:
    return outline(d, Options(sections=keys)).equations


def derivation_bundle(d: Derivation) -> Bundle:
    """Both passes side by side and the gradients; in LaTeX the backward equations, which need no preamble."""
    shown = outline(d, Options(sections=("ledger", "gradients"))).sections
    return {"text/plain": written(d, shown, "txt"), "text/html": written(d, shown, "html"),
            "text/latex": rows_latex(d, section(d, "delta", "gradients"))}  # fmt: skip


def written(d: Derivation, shown: tuple[Section, ...], to: str) -> str:
    """Sections in a format, by its own template."""
    f = FORMATS[to]
    style = speaking(f.style("en"), d)
    made, notation = small_print(sections(shown, style), set())
    return render(f, {"sections": made, "notation": notation, "many": False}, template="sections")


def graph_bundle(g: Graph) -> Bundle:
    """The forward equations, and the picture where something can be differentiated."""
    d = derive(g)
    rows = section(d, "forward")
    page = outline(d, Options(sections=("graph",)))
    figures = [b for s in page.sections for b in s.blocks if isinstance(b, Figure)]
    out = {"text/plain": "\n".join(f"{text(eq.left)} = {text(eq.sides[0])}" for eq in rows),
           "text/html": rows_html(d, rows), "text/latex": rows_latex(d, rows)}  # fmt: skip
    if figures:
        style = speaking(html_style("en"), d)
        out["image/svg+xml"] = svg(legible(drawn(figures[0], style), max_width=WIDTH))
    return out
