"""Inscriptions in SVG: one line of text around a point, and the fonts it asks for."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from html import escape

from symbackprop.picture.drawings.drawing import RISE, Anchor, number
from symbackprop.picture.label import Label, Point
from symbackprop.picture.text_width import SCRIPT, spans

FONTS = "'Latin Modern Roman','STIX Two Text','Times New Roman',Times,'STIX Two Math',serif"


def inscription(label: Label, at: Point, size: float, *, anchor: Anchor = "middle",
                colour: str = "currentColor") -> str:  # fmt: skip
    """One line of text, scripts raised or lowered, lone letters italic."""
    level, runs = 0, list[str]()
    for span in spans(clean(label.text)):
        shift = -0.35 * size * (span.level - level)
        style = f' dy="{number(shift)}"' if span.level != level else ""
        style += f' font-size="{number(size * SCRIPT)}"' if span.level else ""
        style += ' font-style="italic"' if span.italic else ""
        runs.append(f"<tspan{style}>{escape(span.text)}</tspan>" if style else escape(span.text))
        level = span.level
    where = f'x="{number(at[0])}" y="{number(at[1] + RISE * size)}" font-size="{number(size)}"'
    look = f'text-anchor="{anchor}" style="fill:{colour}"'
    return f"<text {where} {look}>{''.join(runs)}</text>" if runs else ""


def svg_element(
    letter: str, title: str, told: str, body: Sequence[str], *, size: Point, view: Point, more: str = ""
) -> str:
    """A self-contained SVG with its title and what it shows in words; its ids begin with a letter."""
    named, told = escape(clean(title)), escape(clean(told))
    name = letter + sha256("".join([named, told, *body]).encode("utf-8")).hexdigest()[:12]
    width, height = map(number, size)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{name}t {name}d"'
        f' viewBox="0 0 {" ".join(map(number, view))}" width="{width}pt" height="{height}pt"'
        f' style="max-width:100%" font-family="{FONTS}" stroke-width="0.5"{more}>'
    )
    titles = f'<title id="{name}t">{named}</title><desc id="{name}d">{told}</desc>'
    return "\n".join([head, titles, *filter(None, body), "</svg>", ""])


def clean(text: str) -> str:
    """The text without what XML cannot hold at all."""
    return "".join(c for c in text if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff"
                                                        and c not in "\ufffe\uffff"))  # fmt: skip


def pair(point: Point) -> str:
    """Both coordinates, as path data has them."""
    return f"{number(point[0])},{number(point[1])}"
