"""Formulas to lines that fit: broken at top-level signs, else between factors, else made smaller."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from symbackprop.catalogue import phrase
from symbackprop.formula import tree as no
from symbackprop.formula.tree import Formula
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.formula.writing.text_writer import text
from symbackprop.page import page as pg
from symbackprop.picture.label import Label
from symbackprop.tex.math_width import math_width, text_width
from symbackprop.tex.math_commands import expanded

WIDTH = 452.0  # of a line, in points
POINTS = 10.0
INDENT = 24.0
# what stands between formulas, in LaTeX; [ ; ] are around and between rows one below the other
SIGNS = {
    "=": "=", "≈": r"\approx", "≤": r"\le", "≥": r"\ge", "×": r" \times ", "·": r"\cdot ", "-": "-",
    "→": r" \;\longrightarrow\; ", " ": r"\,", "[": r"\begin{array}{l} ", ";": r" \\ ", "]": r" \end{array}",
}  # fmt: skip
SMALL = 0.84  # the size of a margin
BRACKETS = 0.6 * POINTS  # what a factor of a product may have around it
SIZES = 58.0  # kept free for the size beside an equation

POINT = {"en": ".", "de": ","}

Context: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class Style:
    """What decides how a page is set: language, spelling of functions, orientation of vectors, and the
    script formulas are written in: LaTeX, where nothing else is said.
    """

    language: str
    functions: Mapping[str, str]
    vectors: str
    escape: Callable[[str], str]
    math: Callable[[str], str]  # a written formula inside a sentence
    fit: Callable[[str, float], str]  # a line that cannot be broken, made to fit a width
    write: Callable[[Formula, Mapping[str, str], str], str] = latex
    signs: Mapping[str, str] = field(default_factory=lambda: SIGNS)
    meanings: tuple[tuple[str, str], ...] = ()  # LaTeX of a symbol, and what it is in words
    from_tex: Callable[[str], str] = str  # a formula an author wrote in LaTeX
    breadth: Callable[[str], float] | None = None  # of what is written, where every character is as wide

    def formula(self, f: Formula) -> str:
        return self.write(f, self.functions, self.point)

    @property
    def point(self) -> str:
        """What decimals have in the language."""
        return POINT[self.language]

    def label(self, f: Formula) -> Label:
        """An inscription of a picture, and what widths are estimated by."""
        return Label(latex(f, self.functions, self.point), text(f, self.point))

    def typed(self, tex: str) -> str:
        """A formula of a text, as its author wrote it."""
        return self.math(self.from_tex(localised(expanded(tex), self.language)))

    def factor(self, f: Formula) -> str:
        """A size among others: a sum in brackets."""
        return f"({self.formula(f)})" if isinstance(f, no.Plus) else self.formula(f)

    def say(self, p: pg.Phrase) -> str:
        """A sentence with its formulas set."""
        if p.key == "size":
            found = [f for _, f in p.values if not isinstance(f, str | int | pg.Phrase)]
            return self.math(self.signs["×"].lstrip().join(map(self.factor, found)))
        if p.key == "list":
            return ", ".join(self.value(v) for _, v in p.values)
        if p.key == "sentences":
            return " ".join(self.value(v) for _, v in p.values)
        return phrase(p.key, self.language, self.escape, **{k: self.value(v) for k, v in p.values})

    def words(self, p: pg.Phrase) -> str:
        """A sentence in plain Unicode."""
        return replace(self, escape=str, math=str, write=lambda f, _, point: text(f, point)).say(p)

    def value(self, v: Formula | pg.Phrase | str | int) -> str:
        if isinstance(v, pg.Phrase):
            return self.say(v)
        if isinstance(v, str | int):
            return self.escape(str(v))
        return self.math(self.formula(v))


def localised(tex: str, language: str) -> str:
    """The numbers of a formula as a language has them."""
    return tex if POINT[language] == "." else re.sub(r"(?<=\d)\.(?=\d)", "{,}", tex)


# --- lines ---------------------------------------------------------------------------------------


def width(f: Formula, style: Style) -> float:
    if style.breadth:
        return style.breadth(style.formula(f))
    return POINTS * math_width(latex(f, style.functions))


def said_width(p: pg.Phrase, style: Style, scale: float = SMALL) -> float:
    """How wide a short sentence is: in the size of a margin, or in another one."""
    if style.breadth:
        return style.breadth(style.say(p))
    formulas = [v for _, v in p.values if not isinstance(v, str | int | pg.Phrase)]
    words = replace(p, values=tuple((k, "" if v in formulas else v) for k, v in p.values))
    return scale * (POINTS * text_width(style.say(words)) + sum(width(f, style) for f in formulas))


def lines(f: Formula, room: float, style: Style) -> list[str]:
    """The formula on as many lines as it needs, broken at top-level signs, else between factors."""
    if width(f, style) <= room:
        return [style.formula(f)]
    if isinstance(f, no.Minus) and isinstance(f.operand, no.Times):
        first, *rest = lines(f.operand, room - POINTS, style)
        return [style.signs["-"] + first, *rest]
    if isinstance(f, no.Plus):
        return [x for n, g in enumerate(groups(f.terms, room, style)) for x in sum_line(g, n, room, style)]
    if isinstance(f, no.Times):
        return product_lines(f.factors, room, style)
    return [fitted(f, room, style)]


def fitted(f: Formula, room: float, style: Style) -> str:
    """One line, made smaller where it is too wide."""
    tex = style.formula(f)
    return tex if width(f, style) <= room else style.fit(tex, room)


def groups(
    terms: Sequence[Formula], room: float, style: Style, between: float = 2 * POINTS
) -> list[list[Formula]]:
    """Terms packed greedily into lines, with some space between two of them."""
    out: list[list[Formula]] = []
    used = 0.0
    for t in terms:
        w = width(t, style) + between
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
        return [sign + style.formula(no.Plus(tuple(terms)))]
    first, *rest = (
        lines(terms[0], room - INDENT, style)
        if not isinstance(terms[0], no.Plus)
        else [fitted(terms[0], room, style)]
    )
    return [sign + first, *rest]


def product_lines(factors: Sequence[Formula], room: float, style: Style) -> list[str]:
    """Factors packed into lines of at least two, so that each keeps the brackets it has in the product."""
    packed = groups(factors, room, style, BRACKETS)
    for n in range(len(packed) - 1, 0, -1):
        while len(packed[n]) < 2 and len(packed[n - 1]) > 2:
            packed[n].insert(0, packed[n - 1].pop())
    if any(len(g) < 2 for g in packed):
        return [fitted(no.Times(tuple(factors)), room, style)]
    return [
        ("" if n == 0 else style.signs["·"]) + fitted(no.Times(tuple(g)), room - INDENT, style)
        for n, g in enumerate(packed)
    ]


def rows(eq: pg.Equation, style: Style, *, sizes: str = "shown", beside: float = 0.0) -> list[Context]:
    """The aligned lines of an equation: left, sign, right; on the last one the ranges of its indices and,
    unless `sizes` are 'hidden', its size. `beside` is how wide something else is that stands there.
    """
    left = style.formula(eq.left)
    start = width(eq.left, style) + 2 * POINTS
    shape = None if sizes == "hidden" else eq.sizes
    room = WIDTH - start - max(0 if shape is None else SIZES, beside)
    room -= sum(width(r, style) + POINTS for r in eq.ranges)
    size = noted(eq.ranges, shape, style)
    sides = list(eq.sides)
    whole = sum(width(f, style) + 2 * POINTS for f in sides)
    signs = ["="] * (len(sides) - 1) + [style.signs[eq.relation]]
    if whole <= room and len(sides) > 1:
        joined = style.formula(sides[0]) + "".join(
            f" {sign} {style.formula(f)}" for sign, f in zip(signs[1:], sides[1:], strict=True)
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


def steps(eq: pg.Equation, style: Style) -> list[str]:
    """What unfolds behind an equation: how its value came about, from the chain rule to what is printed.

    Of a family it is the first member's.
    """
    one = eq.leaves[0]
    if not one.steps:
        return []
    first, *rest = (*one.steps, one.sides[0])
    return [f"{style.formula(one.left)} = {style.formula(first)}", *(f"= {style.formula(f)}" for f in rest)]


def noted(ranges: Sequence[no.IndexRange], shape: Sequence[Formula] | None, style: Style) -> str:
    """What stands beside a row: the ranges of its indices, and its size."""
    sizes = [] if shape is None else [size_tex(shape, style)]
    return f";{style.signs[' ']}".join([*map(style.formula, ranges), *sizes])


def size_tex(shape: Sequence[Formula], style: Style) -> str:
    """n × 3; a vector as the convention has it."""
    parts = [style.factor(s) for s in shape]
    if len(parts) == 1:
        parts = [*parts, "1"] if style.vectors == "column" else ["1", *parts]
    return style.signs["×"].join(parts or ["1", "1"])
