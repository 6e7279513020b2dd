"""How much room an inscription takes: an estimate for both spellings, on the generous side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import decomposition, normalize

from symbackprop.picture.label import Label

NODE, SIZE, EDGE = 10.0, 8.4, 8.4  # type sizes in points: name of a vertex, its size, an edge label
SCRIPT = 0.84  # a script is this much smaller: nothing in a picture is set below 7 points

_NARROW = frozenset("ijltfrI.,:;|!'`()[]{}/ᵀ′")
_WIDE = frozenset("mwMWQ⊙⊗⊕∂∇ΣΠ∑∏→⇒≥≤≠≈±×⋯=+−<>∈∞√∫ΦΨΩω%&@")
_BINARY = frozenset("+-−=<>⊙⊗⊕×·≤≥≠≈∈")
_SILENT = frozenset(
    re.findall(
        r"\w+",
        """left right mathbf boldsymbol bm mathrm mathit mathsf mathcal mathbb text operatorname
        big Big bigl bigr Bigl Bigr displaystyle textstyle scriptstyle frac tfrac dfrac hat bar
        tilde vec dot underline
        overline limits nolimits mathop mathstrut vphantom widehat widetilde textrm mathord mathbin
        mathrel""",
    )
)
_SPACES = {",": 0.17, ":": 0.22, ";": 0.28, "!": 0.0, " ": 0.33, "quad": 1.0, "qquad": 2.0}
_BINARY_COMMANDS = frozenset(
    re.findall(r"\w+", "odot otimes oplus times cdot pm mp le leq ge geq ne neq approx in to circ ast star")
)
_WORDS = frozenset(re.findall(r"\w+", "exp log ln tanh sin cos tan max min det diag sinh cosh arg"))
_TOKEN = re.compile(r"\\(?:begin|end)\{[a-zA-Z*]+\}|\\[A-Za-z]+|\\.|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Span:
    """A run of plain text set in one way; `level` is +1 in a superscript, -1 in a subscript."""

    text: str
    level: int
    italic: bool


@lru_cache(maxsize=4096)
def measure(label: Label, size: float) -> tuple[float, float]:
    """Width and height of an inscription in points: enough for the TeX and for the text."""
    if not label.tex and not label.text:
        return 0.0, 0.0
    rows = label.tex.split(r"\\") if r"\begin" in label.tex else [label.tex]
    width = max(max(map(_tex_width, rows)), _text_width(label.text))
    return size * (width + 0.1), size * _height(label.tex, len(rows))


def _height(tex: str, rows: int) -> float:
    """Height of the TeX in em."""
    if rows > 1:
        return 1.25 * rows + 0.2
    fractions = 1.1 if re.search(r"\\[td]?frac", tex) else 0.0
    scripts = 0.18 * ("^" in tex) + 0.12 * ("_" in tex)
    return 1.0 + scripts + fractions


def _tex_width(tex: str) -> float:
    """Width of one row of TeX in em, scripts smaller, braces and font commands free."""
    total, scale, stack, script = 0.0, 1.0, [], False
    for token in _TOKEN.findall(tex):
        if token in "^_":
            script = True
        elif token == "{":
            stack.append(scale)
            scale *= SCRIPT if script else 1.0
            script = False
        elif token == "}":
            scale = stack.pop() if stack else 1.0
        else:
            width = _token_width(token, upright=scale == 1.0)
            total += width * scale * (SCRIPT if script else 1.0)
            script = script and token == " "
    return total


def _token_width(token: str, *, upright: bool) -> float:
    """Width of one TeX token in em; binary signs are spaced outside scripts only."""
    name = token[1:] if token[0] == "\\" else ""
    if name:
        if name in _SILENT or name.startswith(("begin{", "end{")):
            return 0.12 if "frac" in name or "{" in name else 0.0
        if name in _SPACES:
            return _SPACES[name]
        if name in _WORDS:
            return 0.17 + sum(map(_em, name))
        return 0.78 + (0.44 if upright and name in _BINARY_COMMANDS else 0.0)
    if token.isspace():
        return 0.0
    if token == "&":
        return 1.0
    return _em(token) + (0.44 if upright and token in _BINARY else 0.0)


def _text_width(text: str) -> float:
    """Width of plain text in em, as `spans` sets it."""
    return sum(
        sum(0.26 if c == " " else _em(c) for c in span.text) * (SCRIPT if span.level else 1.0)
        for span in spans(text)
    )


def _em(char: str) -> float:
    """Width of one character in em."""
    if char in _NARROW:
        return 0.39
    if char in _WIDE:
        return 0.86
    if ord(char) >= 0x1100:
        return 1.0
    return 0.74 if char.isupper() else 0.54


_SCRIPTED = re.compile(r"([\^_])(\{[^{}]*\}|\([^()]*\)|[+-]?[^\Wᵀ]+|ᵀ|\*)|ᵀ")


_SMALL = re.compile("[₀-₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ]+|[⁰¹²³⁴-⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ]+")


def _large(small: re.Match[str]) -> str:
    """A run of small letters as a script."""
    sign = "_" if decomposition(small[0][0]).startswith("<sub>") else "^"
    return f"{sign}{{{normalize('NFKC', small[0])}}}"


def spans(text: str) -> Iterator[Span]:
    """Plain text as typeset runs: `W^(2)`, `x_1` and `xₜ₋₁` get scripts, a lone letter is italic."""
    text, at = _SMALL.sub(_large, text), 0
    for match in _SCRIPTED.finditer(text):
        yield from _words(text[at : match.start()], 0)
        inside = (match[2] or "ᵀ").replace("ᵀ", "T")
        upright = "T" if inside == "T" else ""  # the transpose, which no variable is raised to
        if upright:
            yield Span(upright, 1, italic=False)
        else:
            bare = inside[0] == "{" or (inside[0] == "(" and match[1] == "_")  # as in W_(Ro)
            inside = inside[1:-1] if bare else inside
            yield from _words(inside, -1 if match[1] == "_" else 1)
        at = match.end()
    yield from _words(text[at:], 0)


def _words(text: str, level: int) -> Iterator[Span]:
    """Runs of one level, letters that stand alone apart from the rest."""
    for run in re.findall(r"[^\W\d_]+|[\W\d_]+", text):
        yield Span(run, level, italic=len(run) == 1 and run.isalpha())
