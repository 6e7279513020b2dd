r"""Derivatives on a left side as people write them, in one spelling: \frac{d}{dw} L(w), ∂_w J, ∇L(w); labels.

The output may go by a letter of its own there, which nothing declared is called by.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from string import ascii_letters

from symbackprop.answers.asked.right_values import Bench
from symbackprop.formula.writing.latex_writer import latex

LABEL = re.compile(r"^\s*(?:([\w/∂∇]+)|\\text\s*\{\s*(\w+)\s*:?\s*\})\s*:(?!=)\s*")
HEADINGS = frozenset(
    "gradient grad derivative jacobian hessian answer result solution".split()
    + "ableitung antwort ergebnis lösung".split()
)
USUAL = {"gradient": "gG", "jacobian": "J", "hessian": "H"}  # what a result is called by itself
_DEFINED = re.compile(r":\s*=|\\(?:coloneqq|triangleq)(?![A-Za-z])")
_LEFT = re.compile(r"^[^=]*(?==)")
_D = r"(?:∂|\\partial(?![A-Za-z])|\\mathrm\s*\{\s*d\s*\}|(?<![A-Za-z\\])d)"
_UP = r"(?:\\nabla(?![A-Za-z])|∇|nabla|\\(?:mathrm|operatorname|text)\s*\{\s*grad\s*\}|grad)"
_SUB = r"(?:_(?:\w|\{[^{}]*\}))?"
Rule = tuple[re.Pattern[str], str]


@lru_cache(maxsize=64)
def spellings(bench: Bench) -> tuple[Rule, ...]:
    """Ways to write a derivative, each with the usual one; tried in this order."""
    t, g = bench.target, bench.target.d.graph
    tex, own = latex(t.d.convention.of), latex(t.symbol)
    every = one_of(
        x for n, e in g.symbol.items() for x in (n, latex(e.symbol.tex) if e.symbol else n)
    )
    of = output(bench, tex)
    wrt = one_of((t.wrt, own))
    at = rf"(?:\s*(?:\\left\s*)?\(\s*(?:{every}\s*[,;]\s*)*{wrt}(?:\s*[,;]\s*{every})*\s*(?:\\right\s*)?\))"
    by, scripts = rf"({every}{_SUB})", r"_\s*(\w+|\{[^{}]*\})"
    above, up = rf"\frac{{\partial {tex}}}{{\partial ", rf"\nabla_{{{own}}} {tex}"
    rules = (
        *primed(bench, of, at),
        (rf"({_D})\s*{of}{at}?(?=\s*\}}\s*\{{)", rf"\1 {tex}", True),
        (rf"(?<!\w)({_D})\s*{of}{at}?(?=\s*/\s*{_D})", rf"\1{t.of}", False),
        (rf"\\[dt]?frac\s*\{{\s*{_D}\s*\}}\s*\{{\s*{_D}\s*{by}\s*\}}\s*{of}{at}?", rf"{above}\1}}", True),
        (rf"(?<!\w){_D}\s*/\s*{_D}\s*{by}\s*{of}{at}?", rf"∂{t.of}/∂\1", False),
        (rf"\\partial\s*_\s*\{{?\s*{by}\s*\}}?\s*{of}{at}?", rf"{above}\1}}", True),
        (rf"∂\s*_\s*\{{?\s*{by}\s*\}}?\s*{of}{at}?", rf"∂{t.of}/∂\1", False),
        (rf"(\\nabla|\\\w+\s*\{{\s*grad\s*\}})\s*{scripts}\s*{of}{at}?", rf"\nabla_\2 {tex}", True),
        (rf"(∇|(?<![\w\\])nabla|(?<![\w\\])grad)\s*_?{scripts}\s*{of}{at}?", rf"∇_\2 {t.of}", False),
        (rf"(\\nabla|\\\w+\s*\{{\s*grad\s*\}})\s*{of}{at}?", up, True),
        (rf"∇\s*{of}{at}?", rf"∇_{t.wrt} {t.of}", False),
        (rf"(\\frac\s*\{{\\partial {re.escape(tex)}\}}\s*\{{\s*{_D}\s*{wrt}\s*\}}){at}", r"\1", False),
        (rf"((?<!\w){_D}{t.of}\s*/\s*{_D}\s*{wrt}){at}", r"\1", False),
    )  # fmt: skip
    return tuple((re.compile(p), escaped(x) if command else x) for p, x, command in rules)


def primed(bench: Bench, of: str, at: str) -> tuple[tuple[str, str, bool], ...]:
    """f'(x), and f' of an output that is a number: an array has a transpose."""
    t = bench.target
    if t.d.graph.symbol[t.of].shape:
        return ()
    made, before, own = (
        f"∂{t.of}/∂{t.wrt}",
        r"(?<![\w\\])",
        one_of((t.of, latex(t.d.convention.of))),
    )
    return (
        (rf"{before}{of}\s*'(?!\s*'){at}", made, False),
        (rf"{before}{own}\s*'(?!['\s]*')(?!\s*\()", made, False),
    )


def escaped(replacement: str) -> str:
    """A replacement whose commands are no groups."""
    return re.sub(r"\\(?!\d)", r"\\\\", replacement)


def one_of(texts: Iterable[str]) -> str:
    """A pattern for one of some texts, the longest first."""
    return (
        "(?:" + "|".join(map(re.escape, sorted(set(texts), key=len, reverse=True))) + r")(?![^\W_])"
    )


def output(bench: Bench, tex: str) -> str:
    """A pattern for the output: its names, and a letter that nothing declared is called by."""
    g = bench.target.d.graph
    free = "".join(c for c in ascii_letters if c not in g.symbol and c not in g.sizes)
    own = one_of((bench.target.of, tex))
    return rf"(?:{own}|\\mathcal\s*\{{\s*\w\s*\}}|\\ell(?![^\W_])|[{free}ℓ](?![^\W_]))"


@lru_cache(maxsize=64)
def nameless(bench: Bench) -> re.Pattern[str]:
    """A left side that is the derivative, and says neither by which variable nor a name we know."""
    t = bench.target
    of, wrt = output(bench, latex(t.d.convention.of)), one_of((t.wrt, latex(t.symbol)))
    letters = "".join(
        c for c in USUAL.get(t.kind, "") if c not in (*t.d.graph.symbol, *t.d.graph.sizes)
    )
    at = rf"(?:\s*\(\s*{wrt}\s*\))?"
    ways = (rf"{_UP}\s*(?:_\s*(?:{wrt}|\{{\s*{wrt}\s*\}})\s*)?{of}{at}", rf"{of}\s*'\s*{at}",
            rf"{of}\s*_\s*(?:{wrt}|\{{\s*{wrt}\s*\}})", "grad(?:ient)?", rf"{re.escape(t.wrt)}\.grad",
            *([f"[{letters}]"] if letters else []))  # fmt: skip
    return re.compile(rf"^\s*(?:{'|'.join(ways)})\s*:?=(?!=)")


def respelled(bench: Bench, text: str) -> tuple[str, str]:
    """A text with its left side spelled as on our pages; what that differentiates, where it is written out.

    A left side that was a name for the result alone is left out.
    """
    text = _DEFINED.sub(lambda m: " " * (len(m[0]) - 1) + "=", unlabelled(bench, text))
    found = nameless(bench).match(text)
    if found:
        return " " * found.end() + text[found.end() :], ""
    left = _LEFT.match(text)
    if not left:
        return text, ""
    made, of = differentiated(bench, usual(bench, left[0]))
    return made + text[left.end() :], of


def differentiated(bench: Bench, left: str) -> tuple[str, str]:
    """∂/∂w of something written out, ∂/∂w ‖Xw - y‖², as ∂L/∂w, and the something."""
    t, tex = bench.target, latex(bench.target.d.convention.of)
    wrt = one_of((t.wrt, latex(t.symbol)))
    other = rf"(?!\s*(?:{one_of((t.of, tex))}))"  # ∇_w L + 1 is a sum
    typeset = rf"\frac{{\partial {tex}}}{{\partial {latex(t.symbol)}}} "
    for pattern, made in (
        (rf"\\[dt]?frac\s*\{{\s*{_D}\s*\}}\s*\{{\s*{_D}\s*{wrt}\s*\}}(.+)", typeset),
        (rf"\\[dt]?frac\s*\{{\s*{_D}{other}(.+)\}}\s*\{{\s*{_D}\s*{wrt}\s*\}}\s*", typeset),
        (rf"\\nabla\s*_\s*(?:{wrt}|\{{\s*{wrt}\s*\}}){other}(.+)", typeset),
        (rf"{_D}\s*/\s*{_D}\s*{wrt}(?=[\s(\[])(.+)", f"∂{t.of}/∂{t.wrt} "),
        (rf"{_D}\s*(\(.+\))\s*/\s*{_D}\s*{wrt}\s*", f"∂{t.of}/∂{t.wrt} "),
        (rf"∇\s*_\s*{wrt}{other}(.+)", f"∂{t.of}/∂{t.wrt} "),
    ):
        found = re.fullmatch(rf"\s*{pattern}", left)
        if found and found[1].strip():
            return made, found[1].strip()
    return left, ""


def usual(bench: Bench, left: str) -> str:
    """A left side with its derivatives in one spelling."""
    for pattern, made in spellings(bench):
        left = pattern.sub(made, left)
    return left


def unlabelled(bench: Bench, text: str) -> str:
    """A text without `gradient:` or `w:` before it; any other label is a left side."""
    found = LABEL.match(text)
    if not found:
        return text
    said = found[1] or found[2]
    if said.lower() in HEADINGS or said == bench.target.wrt:
        return " " * found.end() + text[found.end() :]
    return f"{text[: found.end()].replace(':', '=')}{text[found.end() :]}"
