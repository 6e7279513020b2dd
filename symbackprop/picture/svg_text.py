"""Inscriptions in SVG: one line of text around a point, and the fonts it asks for."""

from __future__ import annotations

from html import escape

from symbackprop.picture.drawings.drawing import RISE, Anchor, number
from symbackprop.picture.label import Label, Point
from symbackprop.picture.text_width import SCRIPT, spans

FONTS = "'Latin Modern Roman','STIX Two Text','Times New Roman',Times,'STIX Two Math',serif"


def inscription(label: Label, at: Point, size: float, *, anchor: Anchor = "middle") -> str:
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
    look = f'text-anchor="{anchor}" fill="currentColor"'
    return f"<text {where} {look}>{''.join(runs)}</text>" if runs else ""


def clean(text: str) -> str:
    """The text without what XML cannot hold at all."""
    return "".join(c for c in text if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff"
                                                        and c not in "\ufffe\uffff"))  # fmt: skip


def pair(point: Point) -> str:
    """Both coordinates, as path data has them."""
    return f"{number(point[0])},{number(point[1])}"
