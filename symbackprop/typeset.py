"""A page to strings: equations in lines that fit, sizes, sentences, tables. No document structure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from symbackprop import notation as no
from symbackprop import page as pg
from symbackprop.catalogue import phrase
from symbackprop.compose import size_formula
from symbackprop.errors import SheetError
from symbackprop.notation import Formula
from symbackprop.picture.drawing_svg import drawing_svg
from symbackprop.picture.drawing_tikz import drawing_tikz
from symbackprop.picture.layout import Arrow, Label, Picture, Vertex, find_repeats, place
from symbackprop.picture.measure import measure
from symbackprop.picture.svg import svg
from symbackprop.picture.tikz import tikz
from symbackprop.prose import check, written
from symbackprop.sizes import Shape
from symbackprop.write.latex import latex
from symbackprop.write.text import text

WIDTH = 452.0  # of a line, in points
POINTS = 10.95
INDENT = 24.0
SIGNS = {"=": "=", "≈": r"\approx", "≤": r"\le", "≥": r"\ge"}
SIZES = 62.0  # kept free for the size beside an equation

Context: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class Style:
    """What decides how a page is set: language, spelling of functions, orientation of vectors."""

    language: str
    functions: Mapping[str, str]
    vectors: str
    escape: Callable[[str], str]
    math: Callable[[str], str]  # TeX of a formula inside a sentence
    fit: Callable[[str, float], str]  # a line that cannot be broken, made to fit a width

    def tex(self, f: Formula) -> str:
        return latex(f, self.functions)

    def factor(self, f: Formula) -> str:
        """A size among others: a sum in brackets."""
        return f"({self.tex(f)})" if isinstance(f, no.Plus) else self.tex(f)

    def say(self, p: pg.Phrase) -> str:
        """A sentence with its formulas set."""
        if p.key == "size":
            found = [f for _, f in p.values if not isinstance(f, str | int | pg.Phrase)]
            return self.math(r"\times ".join(map(self.factor, found)))
        if p.key == "list":
            return ", ".join(self.value(v) for _, v in p.values)
        return phrase(p.key, self.language, **{k: self.value(v) for k, v in p.values})

    def value(self, v: Formula | pg.Phrase | str | int) -> str:
        if isinstance(v, pg.Phrase):
            return self.say(v)
        if isinstance(v, str | int):
            return self.escape(str(v))
        return self.math(self.tex(v))


# --- lines ---------------------------------------------------------------------------------------


def width(f: Formula, style: Style) -> float:
    return measure(Label(style.tex(f), text(f)), POINTS)[0]


def lines(f: Formula, room: float, style: Style) -> list[str]:
    """The formula on as many lines as it needs, broken at top-level signs, else between factors."""
    if width(f, style) <= room:
        return [style.tex(f)]
    if isinstance(f, no.Minus) and isinstance(f.operand, no.Times):
        first, *rest = lines(f.operand, room - POINTS, style)
        return ["-" + first, *rest]
    if isinstance(f, no.Plus):
        return [
            x
            for n, g in enumerate(groups(f.terms, room, style))
            for x in sum_line(g, n, room, style)
        ]
    if isinstance(f, no.Times):
        return product_lines(f.factors, room, style)
    return [fitted(f, room, style)]


def fitted(f: Formula, room: float, style: Style) -> str:
    """One line, made smaller where it is too wide."""
    tex = style.tex(f)
    return tex if width(f, style) <= room else style.fit(tex, room)


def groups(terms: Sequence[Formula], room: float, style: Style) -> list[list[Formula]]:
    """Terms packed greedily into lines."""
    out: list[list[Formula]] = []
    used = 0.0
    for t in terms:
        w = width(t, style) + 2 * POINTS
        if out and used + w <= room - INDENT:
            out[-1].append(t)
            used += w
        else:
            out.append([t])
            used = w
    return out


def sum_line(terms: list[Formula], n: int, room: float, style: Style) -> list[str]:
    """One line of a sum, its sign in front; a term that is too wide is broken between its factors."""
    sign = "" if n == 0 or isinstance(terms[0], no.Minus) else "+ "
    if len(terms) > 1:
        return [sign + style.tex(no.Plus(tuple(terms)))]
    first, *rest = (
        lines(terms[0], room - INDENT, style)
        if not isinstance(terms[0], no.Plus)
        else [fitted(terms[0], room, style)]
    )
    return [sign + first, *rest]


def product_lines(factors: Sequence[Formula], room: float, style: Style) -> list[str]:
    """Factors packed into lines of at least two, so that each keeps the brackets it has in the product."""
    packed = groups(factors, room, style)
    for n in range(len(packed) - 1, 0, -1):
        while len(packed[n]) < 2 and len(packed[n - 1]) > 2:
            packed[n].insert(0, packed[n - 1].pop())
    if any(len(g) < 2 for g in packed):
        return [fitted(no.Times(tuple(factors)), room, style)]
    return [
        ("" if n == 0 else r"\cdot ") + fitted(no.Times(tuple(g)), room - INDENT, style)
        for n, g in enumerate(packed)
    ]


def rows(eq: pg.Equation, style: Style) -> list[Context]:
    """The aligned lines of an equation: left, sign, right; the size stands on the last one."""
    left = style.tex(eq.left)
    start = width(eq.left, style) + 2 * POINTS
    size = "" if eq.shape is None else size_tex(eq.shape, style)
    room = WIDTH - start - (SIZES if size else 0)
    sides = list(eq.sides)
    whole = sum(width(f, style) + 2 * POINTS for f in sides)
    signs = ["="] * (len(sides) - 1) + [SIGNS[eq.relation]]
    if whole <= room and len(sides) > 1:
        joined = style.tex(sides[0]) + "".join(
            f" {sign} {style.tex(f)}" for sign, f in zip(signs[1:], sides[1:], strict=True)
        )
        return [{"left": left, "sign": signs[0], "right": joined, "size": size, "indent": False}]
    out: list[Context] = []
    for sign, f in zip(signs, sides, strict=True):
        for n, line in enumerate(lines(f, room, style)):
            first = not out
            out.append(
                {
                    "left": left if first else "",
                    "sign": sign if n == 0 else "",
                    "right": line,
                    "size": "",
                    "indent": n > 0,
                }
            )
    out[-1]["size"] = size
    return out


def size_tex(shape: Shape, style: Style) -> str:
    """n × 3; a vector as the convention has it."""
    parts = [style.factor(size_formula(s)) for s in shape]
    if len(parts) == 1:
        parts = [*parts, "1"] if style.vectors == "column" else ["1", *parts]
    return r" \times ".join(parts or ["1", "1"])


# --- blocks --------------------------------------------------------------------------------------


def block(b: pg.Block, style: Style) -> Context:
    """One block as plain strings for a template."""
    match b:
        case pg.Equations():
            scalars = all(not eq.shape for eq in b.rows)
            found = [{"key": eq.key, "boxed": eq.boxed, "rows": rows(eq, style)} for eq in b.rows]
            if scalars:
                for eq in found:
                    for r in eq["rows"]:  # type: ignore[union-attr]
                        r["size"] = ""
            return {
                "kind": "equations",
                "intro": style.say(b.intro) if b.intro else "",
                "equations": found,
                "boxed": any(eq.boxed for eq in b.rows),
            }
        case pg.Paragraph():
            return {"kind": "paragraph", "text": style.say(b.phrase)}
        case pg.Display():
            parts = ["(" + r" \times ".join(map(style.factor, s)) + ")" for s in b.sizes]
            result = r" \times ".join(map(style.factor, b.result))
            return {
                "kind": "display",
                "intro": style.say(pg.Phrase("product.sizes")),
                "tex": stacked(parts) + r" \;\longrightarrow\; " + result,
            }
        case pg.Table():
            cells = [[style.value(c) for c in row] for row in b.rows]
            return {"kind": "table", "columns": [style.say(c) for c in b.columns], "rows": cells}
        case pg.Figure():
            placed = place(drawn(b, style), max_width=WIDTH)
            caption = style.say(b.caption)
            return {
                "kind": "figure",
                "tikz": tikz(placed),
                "svg": svg(placed, title=phrase("section.graph", style.language)),
                "caption": caption,
            }
        case pg.Passage():
            mark = style.say(b.mark) if b.mark else ""
            text = written(b.text, style.language, style.escape, style.math)
            return {"kind": "passage", "mark": mark, "text": text}
        case pg.Claimed():
            return claimed(b, style)
        case pg.Sketch():
            drawing = dict(b.drawings)[style.language]
            title = phrase("passage.drawing", style.language)
            return {
                "kind": "figure",
                "tikz": drawing_tikz(drawing),
                "svg": drawing_svg(drawing, title=title),
                "caption": written(b.caption, style.language, style.escape, style.math),
            }
        case pg.Listing():
            return {"kind": "listing", "lines": [style.escape(x) for x in folded(b.code)]}


def claimed(b: pg.Claimed, style: Style) -> Context:
    """The line as it was printed where it holds common commands only; else as it was read, or as plain text."""
    intro = style.say(pg.Phrase("finding.printed"))
    try:
        check(b.text)
        return {"kind": "display", "intro": intro, "tex": b.text}
    except SheetError:
        if not b.sides:
            return {"kind": "paragraph", "text": f"{intro} {style.escape(b.text)}"}
    first, *rest = map(style.tex, b.sides)
    tex = first + "".join(f" {SIGNS[s]} {f}" for s, f in zip(b.signs, rest, strict=True))
    total = sum(width(f, style) + 2 * POINTS for f in b.sides)
    return {
        "kind": "display",
        "intro": intro,
        "tex": tex if total <= WIDTH else style.fit(tex, WIDTH),
    }


COLUMNS = 92  # characters of a program on one line


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


FACTORS = 7  # sizes of factors on one line


def stacked(parts: Sequence[str]) -> str:
    """Factors side by side, on as many lines as they need."""
    rows = [r"\,".join(parts[k : k + FACTORS]) for k in range(0, len(parts), FACTORS)]
    return (
        rows[0] if len(rows) == 1 else r"\begin{array}{l} " + r" \\ ".join(rows) + r" \end{array}"
    )


def drawn(figure: pg.Figure, style: Style) -> Picture:
    """The figure with inscriptions; repeated layers are found and drawn once."""

    def label(f: Formula | None) -> Label:
        return Label("", "") if f is None else Label(style.tex(f), text(f))

    scalar = all(s == no.ONE for v in figure.vertices for s in v.size)
    vertices = []
    for v in figure.vertices:
        size = (
            Label("", "")
            if scalar
            else Label(
                r"{\scriptstyle " + r"\times ".join(map(style.factor, v.size)) + "}",
                "×".join(map(text, v.size)),
            )
        )
        vertices.append(Vertex(v.key, label(v.label), size, v.kind, v.shape_key))
    arrows = tuple(Arrow(a.tail, a.head, label(a.label)) for a in figure.arrows)
    picture = Picture(tuple(vertices), arrows)
    return Picture(picture.vertices, picture.arrows, find_repeats(picture))


def sections(made: Sequence[pg.Section], style: Style) -> list[Context]:
    """Titled sections of blocks."""
    return [
        {
            "key": s.key,
            "title": style.say(s.title) if s.title else "",
            "blocks": [block(b, style) for b in s.blocks],
        }
        for s in made
    ]
