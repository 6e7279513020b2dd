"""A page to strings, block by block: equations, sentences, tables, pictures. No document structure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from symbackprop.catalogue import phrase
from symbackprop.catalogue.prose import check, written
from symbackprop.errors import SheetError
from symbackprop.derivation.derivation import Derivation
from symbackprop.formula import tree as no
from symbackprop.formula.tree import Formula
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.formula.writing.text_writer import text
from symbackprop.page import page as pg
from symbackprop.page.opening_section import meanings
from symbackprop.picture.drawings.drawing import Drawing, Text
from symbackprop.picture.drawings.drawing_to_svg import drawing_svg
from symbackprop.picture.drawings.drawing_to_tikz import drawing_tikz
from symbackprop.picture.graphs.folding import legible
from symbackprop.picture.graphs.graph_picture import Arrow, Picture, Vertex
from symbackprop.picture.graphs.graph_to_svg import svg
from symbackprop.picture.graphs.graph_to_tikz import tikz
from symbackprop.picture.graphs.repeated_layers import find_repeats
from symbackprop.picture.label import Label
from symbackprop.sheet.ledger_columns import SIGN, ledger
from symbackprop.sheet.line_breaks import (
    localised, POINTS, SIGNS, SIZES, WIDTH, Context, Style, rows, said_width, steps, width,
)  # fmt: skip
from symbackprop.tex.math_commands import expanded
from symbackprop.tex.math_width import math_width


WORD = 60.0  # of an introduction that a line can stand behind, in points
BESIDE = 0.7  # of a line, for an equation that does not need one of its own

# --- blocks --------------------------------------------------------------------------------------


def block(b: pg.Block, style: Style) -> Context:
    """One block as plain strings for a template."""
    return BLOCKS[type(b)](b, style)


def equations(b: pg.Equations, style: Style) -> Context:
    """Lines of formulas; without sizes where all of them are numbers."""
    sizes = "shown" if any(eq.sizes for eq in b.rows) else "hidden"
    found = [
        {"key": eq.key, "boxed": eq.boxed, "rows": rows(eq, style, sizes=sizes), "steps": steps(eq, style)}
        for eq in b.rows
    ]
    intro = style.say(b.intro) if b.intro else ""
    boxed = any(eq.boxed for eq in b.rows)
    short = [b.listed and len(made["rows"]) == 1 and fits_beside(eq, style)  # type: ignore[arg-type]
             for eq, made in zip(b.rows, found, strict=True)]  # fmt: skip
    groups = [
        {"beside": beside and len(each) > 1, "equations": each}
        for beside, run in groupby(zip(short, found, strict=True), key=lambda pair: pair[0])
        for each in [[made for _, made in run]]
    ]
    inline = len(b.rows) == len(found[0]["rows"]) == 1 and not boxed and fits_behind(b, style)  # type: ignore[arg-type]
    return {"kind": "equations", "intro": intro, "equations": found, "groups": groups, "boxed": boxed,
            "inline": inline,
            **asked(style)}  # fmt: skip


def fits_beside(eq: pg.Equation, style: Style) -> bool:
    """Whether a line leaves room for another one."""
    formulas = width(eq.left, style) + sum(width(f, style) + SIGN for f in eq.sides)
    return style.breadth is None and formulas + (SIZES if eq.sizes else 0.0) <= BESIDE * WIDTH


def fits_behind(b: pg.Equations, style: Style) -> bool:
    """Whether a line stands behind the word or two that introduce it."""
    return b.intro is not None and said_width(b.intro, style) <= WORD and fits_beside(b.rows[0], style)


def asked(style: Style) -> Context:
    """What a reader is asked by a line that unfolds."""
    return {"why": style.say(pg.Phrase("sheet.why"))}


def paragraph(b: pg.Paragraph, style: Style) -> Context:
    """A sentence of the catalogue."""
    return {"kind": "paragraph", "text": style.say(b.phrase)}


def notation(b: pg.Notation, style: Style) -> Context:
    """Sentences of small print."""
    return {"kind": "notation", "texts": list(map(style.say, b.phrases))}


def small_print(found: Sequence[Context], told: set[str]) -> tuple[list[Context], str]:
    """Sections without their small print, and what of it was not told before."""
    texts: list[str] = []
    kept: list[Context] = []
    for section in found:
        blocks: list[Context] = []
        for b in section["blocks"]:  # type: ignore[attr-defined]
            blocks += [] if b["kind"] == "notation" else [b]
            texts += b["texts"] if b["kind"] == "notation" else []
        kept += [{**section, "blocks": blocks}] if blocks else []
    new = [x for x in dict.fromkeys(texts) if x not in told]
    told.update(new)
    return kept, " ".join(new)


def table(b: pg.Table, style: Style) -> Context:
    """Columns with their heads."""
    cells = [[style.value(c) for c in row] for row in b.rows]
    return {"kind": "table", "columns": [style.say(c) for c in b.columns], "rows": cells}


def figure(b: pg.Figure, style: Style) -> Context:
    """The graph as a picture."""
    placed = legible(drawn(b, style), max_width=WIDTH)
    title = phrase("section.graph", style.language)
    return {"kind": "figure", "tikz": tikz(placed), "svg": svg(placed, title=title),
            "caption": " ".join(map(style.say, b.caption))}  # fmt: skip


def passage(b: pg.Passage, style: Style) -> Context:
    """Words of the sheet."""
    mark = style.say(b.mark) if b.mark else ""
    text = written(b.text, style.language, style.escape, style.typed)
    return {"kind": "passage", "mark": mark, "text": text}


def sketch(b: pg.Sketch, style: Style) -> Context:
    """A drawing of the sheet."""
    drawing = localised_drawing(dict(b.drawings)[style.language], style)
    title = phrase("passage.drawing", style.language)
    caption = written(b.caption, style.language, style.escape, style.typed)
    return {"kind": "figure", "tikz": drawing_tikz(drawing), "svg": drawing_svg(drawing, title=title),
            "caption": caption}  # fmt: skip


def localised_drawing(drawing: Drawing, style: Style) -> Drawing:
    """The numbers of its inscriptions as the language has them."""
    if style.point == ".":
        return drawing
    shapes = (
        replace(x, label=Label(localised(x.label.tex, style.language), decimal(x.label.text, style.point)))
        if isinstance(x, Text) else x for x in drawing.shapes
    )  # fmt: skip
    return replace(drawing, shapes=tuple(shapes), told=decimal(drawing.told, style.point))


def decimal(words: str, point: str) -> str:
    return re.sub(r"(?<=\d)\.(?=\d)", point, words)


def listing(b: pg.Listing, style: Style) -> Context:
    """A program, line by line."""
    lines = folded(b.code)
    parts = [[[style.escape(x) for x in column] for column in row] for row in columns_of(lines, b.derived)]
    return {"kind": "listing", "lines": [style.escape(x) for x in lines], "parts": parts}


def columns_of(lines: Sequence[str], derived: bool) -> list[list[Sequence[str]]]:
    """Lines one below the other; the body of a function of ours in two columns where they are short."""
    first, body, last = lines[:1], lines[1:-1], lines[-1:]
    half = -(-len(body) // 2)
    if not derived or len(body) < FEW or max(map(len, body)) > HALF:
        return [[lines]]
    return [[first], [body[:half], body[half:]], [last]]


def claimed(b: pg.Claimed, style: Style) -> Context:
    """The line as it was printed, where it holds common commands only; else as it was read, or as text."""
    intro = style.say(pg.Phrase("finding.printed"))
    try:
        check(b.text)
        tex = localised(expanded(b.text), style.language)
        inline = POINTS * math_width(tex) <= BESIDE * WIDTH
        return {"kind": "display", "intro": intro, "tex": style.from_tex(tex), "inline": inline}
    except SheetError:
        if not b.sides:
            return {"kind": "paragraph", "text": f"{intro} {style.escape(b.text)}"}
    first, *rest = map(style.formula, b.sides)
    tex = first + "".join(f" {style.signs[s]} {f}" for s, f in zip(b.signs, rest, strict=True))
    total = sum(width(f, style) + 2 * POINTS for f in b.sides)
    fitted = tex if total <= WIDTH else style.fit(tex, WIDTH)
    return {"kind": "display", "intro": intro, "tex": fitted, "inline": total <= BESIDE * WIDTH}


COLUMNS = 92  # characters of a program on one line
HALF, FEW = 52, 8  # characters of a line in one of two columns; lines that need no second one


def folded(code: str) -> list[str]:
    """The lines of a program; a line that is too long goes on after a comma inside its brackets."""
    out: list[str] = []
    for line in code.rstrip("\n").split("\n"):
        indent = " " * (len(line) - len(line.lstrip()) + 8)
        while len(line) > COLUMNS and (at := line.rfind(", ", len(indent), COLUMNS)) > 0:
            out.append(line[: at + 1])
            line = indent + line[at + 2 :]
        out.append(line)
    return out


def drawn(figure: pg.Figure, style: Style) -> Picture:
    """The figure with inscriptions; repeated layers are found and drawn once."""

    def label(f: Formula | None) -> Label:
        return Label("", "") if f is None else style.label(f)

    in_tex = replace(style, write=latex, signs=SIGNS)  # a picture has its inscriptions in LaTeX and text
    scalar = all(s == no.ONE for v in figure.vertices for s in v.size)
    vertices = []
    for v in figure.vertices:
        size = (
            Label("", "")
            if scalar
            else Label(
                r"{\scriptstyle " + r"\times ".join(map(in_tex.factor, v.size)) + "}",
                "×".join(map(text, v.size)),
            )
        )
        vertices.append(Vertex(v.key, label(v.label), size, v.kind, v.shape_key))
    arrows = tuple(Arrow(a.tail, a.head, label(a.label), a.back) for a in figure.arrows)
    picture = Picture(tuple(vertices), arrows)
    return Picture(picture.vertices, picture.arrows, find_repeats(picture))


def speaking(style: Style, d: Derivation) -> Style:
    """The style in the notation of a derivation, and what its symbols mean."""
    found = tuple(
        (latex(f, d.functions), f"{style.words(said)}, {'×'.join(map(text, size))}")
        for names, said, size in meanings(d)
        for f in names
    )
    return replace(style, functions=d.functions, vectors=d.convention.vectors, meanings=found)


def sections(made: Sequence[pg.Section], style: Style) -> list[Context]:
    """Titled sections of blocks."""
    return [
        {
            "key": s.key,
            "meanings": style.meanings,
            "title": style.say(s.title) if s.title else "",
            "run_in": s.run_in,
            "blocks": [block(b, style) for b in s.blocks],
        }
        for s in made
    ]


BLOCKS: Mapping[type, Callable[[Any, Style], Context]] = {
    pg.Equations: equations, pg.Ledger: ledger, pg.Paragraph: paragraph, pg.Notation: notation,
    pg.Table: table, pg.Figure: figure, pg.Passage: passage, pg.Claimed: claimed,
    pg.Sketch: sketch, pg.Listing: listing,
}  # fmt: skip
