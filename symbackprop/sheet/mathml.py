r"""MathML of our LaTeX as browsers set it well.

Bold letters and digits are characters of their own, since browsers take no other `mathvariant` than `normal`;
Greek capitals stand upright as TeX has them; a function's name has TeX's thin space before its argument; a
decimal comma stands inside its number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from html import unescape
from string import ascii_letters
from typing import TypeAlias
from xml.etree.ElementTree import Element, tostring

from latex2mathml.converter import convert_to_element

Meanings: TypeAlias = tuple[tuple[str, str], ...]

GREEK_SMALL = "αβγδεζηθικλμνξοπρςστυφχψω∂ϵϑϰϕϱϖ"
GREEK_LARGE = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡϴΣΤΥΦΧΨΩ∇"
UPRIGHT = frozenset(
    "ΓΔΘΛΞΠΣΥΦΨΩ⊤⊥∂∇∞∅∀∃¬†‡…⋯⋮⋱"
)  # letters and signs TeX sets upright, without space around them
OPENING = frozenset("([{⟨⌊⌈")
THIN = "0.167em"
TRANSPOSED = '<mi mathvariant="normal">⊤</mi></mrow>'
LACKING = tuple(
    (re.compile(pattern), known)
    for pattern, known in (
        (r"(\\[bB]igg?[lr]?)\s*\\\|", r"\1‖"),
        (r"\\backslash(?![A-Za-z])", r"\\setminus "),
        (r"\\not\s*=", r"\\neq "),
        (r"\\nolimits(?![A-Za-z])", ""),
        (r"\\arg(?![A-Za-z])", r"\\operatorname{arg}"),
    )
)  # what the converter does not know, and what it does


def alphabet(letters: int, digits: int | None, large: int, small: int) -> dict[str, str]:
    """Characters of a bold alphabet, by where Unicode has its A, its 0, its Α and its α."""
    rows = [(ascii_letters[26:] + ascii_letters[:26], letters), (GREEK_LARGE, large), (GREEK_SMALL, small)]
    rows += [("0123456789", digits)] if digits is not None else []
    return {c: chr(start + n) for row, start in rows for n, c in enumerate(row)}


BOLD = alphabet(0x1D400, 0x1D7CE, 0x1D6A8, 0x1D6C2)
ALPHABETS = {"bold": BOLD, "bold-italic": BOLD | alphabet(0x1D468, None, 0x1D6E2 + 0x3A, 0x1D736)}


@lru_cache(maxsize=20_000)
def mathml(tex: str, display: str = "inline", meanings: Meanings = ()) -> str:
    """A formula; `display` is `inline`, `line` (at full size in a cell) or `block`.

    A symbol that `meanings` know by its LaTeX says what it is where a reader points at it.
    """
    math = element(tex, display)
    if meanings:
        entitle(math, known(meanings))
    return tostring(math, encoding="unicode")


def element(tex: str, display: str) -> Element:
    for pattern, known in LACKING:
        tex = pattern.sub(known, tex)
    math = convert_to_element(tex, display="inline" if display == "inline" else "block")
    if display == "line":
        math.set("display", "inline")
        math.set("displaystyle", "true")
    for rule in RULES:
        everywhere(math, rule)
    return math


@lru_cache(maxsize=64)
def known(meanings: Meanings) -> Mapping[str, str]:
    """What each symbol means, by its MathML."""
    found: dict[str, str] = {}
    for tex, said in meanings:
        node = element(tex, "inline")
        while node.tag in ("math", "mrow") and len(node) == 1:
            node = node[0]
        found.setdefault(spelled(node), said)
    return found


def spelled(node: Element) -> str:
    """The MathML of a symbol, which a transpose does not change."""
    return tostring(node, encoding="unicode").replace(TRANSPOSED, "</mrow>")


def entitle(node: Element, said: Mapping[str, str]) -> None:
    """Titles on the symbols inside; what stands inside a symbol is part of it."""
    found = said.get(spelled(node)) if node.tag.startswith("m") and node.tag != "mrow" else None
    if found is not None:
        node.set("title", found)
        return
    for child in node:
        entitle(child, said)


def everywhere(node: Element, rule: Callable[[Element], None]) -> None:
    """A rule, from the leaves up."""
    for child in node:
        everywhere(child, rule)
    rule(node)


def characters(node: Element) -> None:
    """Text as characters, bold ones by themselves."""
    node.text = unescape(node.text or "")
    letters = ALPHABETS.get(node.get("mathvariant", ""))
    if letters:
        node.text = "".join(letters.get(c, c) for c in node.text)
        del node.attrib["mathvariant"]


def upright(node: Element) -> None:
    """One sign that is no operator and not slanted."""
    if node.tag in ("mi", "mo") and node.text in UPRIGHT and node.text:
        node.tag = "mi"
        node.attrib = {"mathvariant": "normal"}


def numbers(node: Element) -> None:
    r"""`0{,}5` as one number, `\mathrm{ab}` as one word."""
    k = 0
    while k + 1 < len(node):
        a, b = node[k], node[k + 1]
        if k + 2 < len(node) and (a.tag, node[k + 2].tag) == ("mn", "mn") and is_comma(b):
            a.text = f"{a.text},{node[k + 2].text}"
            del node[k + 2], node[k + 1]
        elif a.tag == b.tag == "mi" and a.attrib == b.attrib == {"mathvariant": "normal"} and letters(a, b):
            a.text = f"{a.text}{b.text}"
            del node[k + 1]
        else:
            k += 1


def letters(*nodes: Element) -> bool:
    return all((n.text or "").isascii() for n in nodes)


def is_comma(node: Element) -> bool:
    """A comma in braces of its own."""
    return node.tag == "mrow" and len(node) == 1 and node[0].text == ","


def primes(node: Element) -> None:
    """Two primes side by side, not one on the other."""
    if (
        node.tag == "msup"
        and node[0].tag in ("msup", "msubsup")
        and is_prime(node[1])
        and is_prime(node[0][-1])
    ):
        inner = node[0]
        inner[-1].text = "″" if inner[-1].text == "′" else "‴"
        node.tag, node[:] = inner.tag, list(inner)


def is_prime(node: Element) -> bool:
    return node.text in ("′", "″")


def limits(node: Element) -> None:
    """What stands under a large operator: beside it only where the line is low."""
    if node.tag in ("msub", "msubsup") and node[0].get("movablelimits") == "true":
        node.tag = {"msub": "munder", "msubsup": "munderover"}[node.tag]


def named(node: Element) -> bool:
    """Whether this is the name of a function, with or without scripts."""
    if node.tag in ("msub", "msup", "msubsup", "munder", "mover", "munderover"):
        return named(node[0])
    return (
        node.tag in ("mi", "mo")
        and len(node.text or "") > 1
        and (node.text or "").replace("\u2009", "").isalpha()
    )


def names(node: Element) -> None:
    """The space around the name of a function."""
    if node.tag == "mo" and named(node):
        node.text = (node.text or "").replace("\u2009", "")
        if node.get("movablelimits") == "true":
            node.attrib |= {"lspace": "0", "rspace": "0"}
        else:
            node.tag, node.attrib = "mi", {}
    if node.tag not in ("mrow", "math", "mtd", "mstyle", "msqrt"):
        return
    old = list(node)
    node[:] = []
    for k, child in enumerate(old):
        before, after = old[k - 1] if k else None, old[k + 1] if k + 1 < len(old) else None
        if named(child) and before is not None and ordinary(before) and not named(before):
            node.append(Element("mspace", width=THIN))
        node.append(child)
        if named(child) and after is not None and (ordinary(after) or named(after)) and not opens(after):
            node.append(Element("mspace", width=THIN))


def ordinary(node: Element) -> bool:
    """A letter, a number, a fraction, a group: no sign that brings its own space."""
    if node.tag in ("msub", "msup", "msubsup", "munder", "mover", "munderover"):
        return ordinary(node[0])
    return node.tag not in ("mo", "mspace", "mtext")


def opens(node: Element) -> bool:
    """Whether it begins with a bracket."""
    if node.tag == "mrow" and len(node):
        return opens(node[0])
    return node.tag == "mo" and node.text in OPENING


RULES = (characters, upright, numbers, primes, limits, names)
