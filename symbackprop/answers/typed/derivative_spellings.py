r"""Derivatives on a left side as people write them, in one spelling: \frac{d}{dw} L(w), ∂_w J, ∇L(w); labels.

One grammar finds them, with the order, the function and the variables they say. The function is the output:
by its name, or by a letter a loss usually goes by (`CONVENTIONAL`) where nothing declared is called so. Any
other undeclared function, and any other order than the one asked for, makes the answer unreadable.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial

from symbackprop.answers.asked.equality_chain import Refused
from symbackprop.answers.asked.right_values import Bench
from symbackprop.derivation.derivation import signal
from symbackprop.derivation.meanings import bare
from symbackprop.derivatives.derivative_names import hessian_name
from symbackprop.dialects.plain.plain_words import FUNCTIONS, KNOWN
from symbackprop.dialects.plain.typed_names import bases
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.formula.writing.text_writer import text as written

CONVENTIONAL = frozenset(  # what a loss or a function is called that nobody declared
    r"L J E C f F ℓ \ell loss Loss cost Cost error Error objective Objective".split()
    + [rf"\mathcal{{{c}}}" for c in "LJECFR"]
)
LABEL = re.compile(r"^\s*(?:([\w/∂∇]+)|\\text\s*\{\s*(\w+)\s*:?\s*\})\s*:(?!=)\s*")
HEADINGS = frozenset(
    "gradient grad derivative jacobian hessian answer result solution".split()
    + "ableitung antwort ergebnis lösung".split()
)
USUAL = {"gradient": "gG", "jacobian": "J", "hessian": "H"}  # what a result is called by itself
ORDERS = {"value": 0, "hessian": 2}  # of what is asked for; of all others 1
SMALL = {c: k for k, c in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
_DEFINED = re.compile(r":\s*=|\\(?:coloneqq|triangleq)(?![A-Za-z])")
_LEFT = re.compile(r"^[^=]*(?==)")
_D = r"(?:∂|\\partial(?![A-Za-z])|\\mathrm\s*\{\s*d\s*\}|(?<![A-Za-z\\])d)(?:\s*\\[,;:!])*"
_VARIED = rf"(?:{_D}|δ|\\delta(?![A-Za-z]))"  # δL/δw
_TURNED = r"(?:\s*(?:\^\s*(?:\{\s*(?:\\top|T|\\mathsf\s*\{?T\}?)\s*\}|\\top|T)|['ᵀ]))?"
_UP = r"(?:\\nabla(?![A-Za-z])|∇|(?<![\w\\])(?:nabla|grad)|\\(?:mathrm|operatorname|text)\s*\{\s*grad\s*\})"
_ORDER = r"(?:\s*(?:\^\s*(?:\{\s*\d\s*\}|\d)|[²³⁴⁵⁶⁷⁸⁹]))"
_SUB = r"(?:\s*_\s*(?:\{[^{}]*\}|[^\W²³⁴⁵⁶⁷⁸⁹]+))"
_WORD = r"(?:\\(?:mathcal|mathrm|text)\s*\{\s*\w+\s*\}|\\ell(?![A-Za-z])|[^\W\d_][^\W_]*)"


@dataclass(frozen=True)
class Names:
    """Patterns for the names of a bench, as they are typed or printed."""

    every: str
    output: str
    variable: str
    at: str  # (w), (w, b): what a function is written of
    known: frozenset[str]  # what has a meaning before the answer

    def declares(self, name: str) -> bool:
        """Whether a name is declared, or every letter of a word."""
        return name in self.known or (name.isalpha() and self.known.issuperset(name))


@lru_cache(maxsize=64)
def names_of(bench: Bench) -> Names:
    """The patterns of a bench."""
    t, g = bench.target, bench.target.d.graph
    printed = {n: latex(e.symbol.tex) for n, e in g.symbol.items() if e.symbol}
    plain = {n: e.symbol.tex for n, e in g.symbol.items() if e.symbol}
    letters = {n: bases(f.base) for n, f in plain.items() if not (f.sup or f.sub)}
    spelled = {n: (n, x, *(c for c in letters.get(n, ()) if len(c) == 1)) for n, x in printed.items()}
    every, output, variable = (
        one_of(x for n in some for x in spelled[n]) for some in (g.symbol, (t.of,), (t.wrt,))
    )
    some = rf"{every}{_SUB}?"
    at = (
        rf"(?:\s*(?:\\left\s*)?\(\s*(?:{some}\s*[,;]\s*)*{variable}{_SUB}?(?:\s*[,;]\s*{some})*"
        r"\s*(?:\\right\s*)?\))"
    )
    own = ("H",) if t.kind == "hessian" else ()
    return Names(every, output, variable, at, frozenset((*printed, *printed.values(), *g.sizes, *own)))


def one_of(texts: Iterable[str]) -> str:
    """A pattern for one of some texts, the longest first."""
    each = sorted(set(texts), key=len, reverse=True)
    return "(?:" + "|".join(map(re.escape, each)) + r")(?![^\W_²³⁴⁵⁶⁷⁸⁹])"


@lru_cache(maxsize=64)
def grammar(bench: Bench) -> tuple[re.Pattern[str], ...]:
    """Ways to write a derivative, in the order they are tried.

    `u` is its function, `by` or `sub` are its variables, all other groups are its order.
    """
    n = names_of(bench)
    of = rf"(?P<u>{n.output}|{n.every}|{_WORD}){n.at}?"
    turned = _TURNED if bench.target.kind == "hessian" else ""  # ∂w ∂wᵀ
    by = rf"(?P<by>(?:{_VARIED}\s*{n.every}{_SUB}?{_ORDER}?{turned}(?:\s|\\[,;:!])*(?!/))+)"
    sub = rf"(?P<sub>{n.every}|[^\W\d_]+|\{{[^{{}}]*(?:\{{[^{{}}]*\}}[^{{}}]*)*\}})"
    order = rf"(?P<n>{_ORDER})?"
    ways = [
        rf"^\s*(?P<u>{n.output}|{_WORD})\s*_\s*{sub}\s*{n.at}?\s*$",
        rf"\\[dt]?frac\s*\{{\s*{_VARIED}{order}\s*{of}\s*\}}\s*\{{\s*{by}\}}{n.at}?",
        rf"{_VARIED}{order}\s*{of}\s*/\s*{by}{n.at}?",
        rf"\\[dt]?frac\s*\{{\s*{_D}{order}\s*\}}\s*\{{\s*{by}\}}\s*{of}",
        rf"{_D}{order}\s*/\s*{by}{of}",
        rf"{_D}\s*_\s*{sub}\s*{of}",
        rf"{_UP}{order}\s*_?\s*{sub}(?P<m>{_ORDER})?\s*{of}",
        rf"{_UP}{order}\s*{of}",
    ]
    if not bench.target.d.graph.symbol[bench.target.of].shape:  # an array has a transpose
        name = rf"(?<![\w\\])(?P<u>{n.output}|{_WORD})\s*"
        ways += [
            rf"{name}(?P<primes>'+){n.at}",
            rf"{name}(?P<primes>'+)\s*\((?P<elsewhere>)",
            rf"{name}(?P<primes>'+)(?!\s*[('])",
            rf"{name}\^\s*\{{?\s*\((?P<n>\d)\)\s*\}}?{n.at}",
        ]
    return tuple(map(re.compile, ways))


def usual(bench: Bench, left: str, typeset: bool, own: Container[str] = ()) -> str:
    """A left side with its derivatives in one spelling; E' of an `own` E is a transpose.

    Errors: `Refused` for one that is not asked for.
    """
    if bench.target.kind != "value":
        for pattern in grammar(bench):
            left = pattern.sub(partial(spelled, bench, typeset, own), left)
    return left


def spelled(bench: Bench, typeset: bool, own: Container[str], found: re.Match[str]) -> str:
    """One derivative as it is spelled on our pages; as it was typed where something declared has it."""
    t, said = bench.target, found.groupdict()
    by = variables(bench, said.get("by"), said.get("sub"))
    if by is None or (said.get("primes") and said["u"].strip() in own) or not is_output(bench, said["u"]):
        return found[0]
    if said.get("elsewhere") is not None:
        raise Refused("unreadable", 1, "the left side is another derivative")
    above = max(number(said.get("n")), number(said.get("m")), len(said.get("primes") or ""))
    order, asked = max(above, sum(k for _, k in by), 1), ORDERS.get(t.kind, 1)
    if order != asked:
        raise Refused("unreadable", 1, f"the left side is a derivative of order {order}, "
                      f"and one of order {asked} is asked for")  # fmt: skip
    if asked > 1:
        return second(bench, typeset, [x for x, _ in by])
    of, x = (latex(t.d.convention.of), latex(t.symbol)) if typeset else (t.of, t.wrt)
    x = by[0][0] if by else x
    return rf"\frac{{\partial {of}}}{{\partial {x}}}" if typeset else f"∂{of}/∂{x}"


def second(bench: Bench, typeset: bool, by: list[str]) -> str:
    """The Hessian's name with the letters on its variables. Errors: `Refused` for another variable."""
    own = [re.fullmatch(rf"{names_of(bench).variable}({_SUB}?)", x) for x in by]
    if None in own:
        raise Refused("unreadable", 1, "the left side is another derivative")
    letters = ",".join(re.sub(r"[\s_{}]", "", x[1]) for x in own if x and x[1])
    name = hessian_name(bench.target.d)
    said = rf"{{{latex(name)}}}" if typeset else f"{written(name)}"
    return f"{said}_{{{letters}}} " if letters else said


def variables(bench: Bench, by: str | None, sub: str | None) -> list[tuple[str, int]] | None:
    """The variables of a derivative, each with how often: ∂x², ∂x∂y, _{xx}; None for what is no name."""
    n = names_of(bench)
    if by is not None:
        each = re.finditer(rf"{_VARIED}\s*({n.every}{_SUB}?)({_ORDER})?", by)
        return [(x[1].strip(), number(x[2]) or 1) for x in each]
    inner = (sub or "").removeprefix("{").removesuffix("}").strip()
    if not inner or re.fullmatch(rf"{n.every}{_SUB}?", inner):
        return [(inner, 1)] if inner else []
    t = bench.target
    for own in (t.wrt, latex(t.symbol)):
        if times := len(re.findall(re.escape(own), inner)):
            return [(own, times)] if not inner.replace(own, "").strip() else None
    return None


def number(order: str | None) -> int:
    """An order as a number: ^2, ^{3}, ²; 0 where none is written."""
    digit = (order or "0").strip("^{ }")
    return SMALL[digit] if digit in SMALL else int(digit)


def is_output(bench: Bench, name: str) -> bool:
    """Whether a function is the output; not where it is declared. Errors: `Refused` where it is neither."""
    t, n = bench.target, names_of(bench)
    plainly = re.sub(r"\\(?:mathrm|text)\{(\w+)\}|\s", r"\1", name)
    if re.fullmatch(n.output, name.strip()) or plainly == t.of:
        return True
    if n.declares(plainly) or plainly in KNOWN or plainly in FUNCTIONS:
        return False
    if plainly in CONVENTIONAL:
        return True
    raise Refused("unreadable", 1, f"{plainly} is not declared; the output is called {t.of}: "
                  f"∂{t.of}/∂{t.wrt} = …")  # fmt: skip


@lru_cache(maxsize=64)
def nameless(bench: Bench) -> re.Pattern[str]:
    """A left side that is a name for the result alone."""
    t = bench.target
    letters = "".join(c for c in USUAL.get(t.kind, "") if c not in (*t.d.graph.symbol, *t.d.graph.sizes))
    ways = ["grad(?:ient)?", rf"{re.escape(t.wrt)}\.grad"]
    if t.kind == "gradient" and not t.recurrent:
        letter = names_of(bench).variable
        ways += [rf"{re.escape(t.wrt)}_bar", rf"\\(?:bar|overline)\s*(?:{letter}|\{{\s*{letter}\s*\}})"]
    indexed = "" if t.kind == "hessian" else r"(?:_\s*\{?\s*(?P<at>[a-z](?:\s*,?\s*[a-z])*)\s*\}?)?"
    ways += [rf"[{letters}]{indexed}{names_of(bench).at}?"] if letters else []
    return re.compile(rf"^\s*(?:{'|'.join(ways)})\s*:?=(?!=)")


def respelled(bench: Bench, text: str, typeset: bool, own: Container[str] = ()) -> tuple[str, str]:
    """A text with its left side spelled as on our pages; what that differentiates, where it is written out.

    A left side that was a name for the result alone is left out.
    Errors: `Refused` for a left side that is another derivative.
    """
    text = _DEFINED.sub(lambda m: " " * (len(m[0]) - 1) + "=", unlabelled(bench, text))
    if found := nameless(bench).match(text):
        if letters := found.groupdict().get("at"):
            return f"{entry(bench, letters, typeset)} = " + text[found.end() :], ""
        return " " * found.end() + text[found.end() :], ""
    left = _LEFT.match(text)
    if not left:
        return text, ""
    if (total := differentials(bench, text, typeset)) is not None:
        return total, ""
    made, of = differentiated(bench, usual(bench, left[0], typeset, own))
    right = text[left.end() :]
    if not of and made == left[0]:
        with suppress(Refused):  # A'A w = ∇L + A'b
            right = usual(bench, right, typeset, own)
    return made + right, of


def entry(bench: Bench, letters: str, typeset: bool) -> str:
    """The derivative with letters on it: J_ij."""
    t, each = bench.target, ",".join(c for c in letters if c.isalpha())
    if typeset:
        return rf"\frac{{\partial {latex(t.d.convention.of)}}}{{\partial {latex(t.symbol)}}}_{{{each}}}"
    return f"∂{t.of}/∂{t.wrt}_{{{each}}}"


def differentiated(bench: Bench, left: str) -> tuple[str, str]:
    """∂/∂w of something written out, ∂/∂w ‖Xw - y‖², as ∂L/∂w, and the something."""
    t, n = bench.target, names_of(bench)
    wrt, other = n.variable, rf"(?!\s*(?:{n.output}))"  # ∇_w L + 1 is a sum
    typeset = rf"\frac{{\partial {latex(t.d.convention.of)}}}{{\partial {latex(t.symbol)}}} "
    plainly = f"∂{t.of}/∂{t.wrt} "
    for pattern, made in (
        (rf"\\[dt]?frac\s*\{{\s*{_D}\s*\}}\s*\{{\s*{_D}\s*{wrt}\s*\}}(.+)", typeset),
        (rf"\\[dt]?frac\s*\{{\s*{_D}{other}(.+)\}}\s*\{{\s*{_D}\s*{wrt}\s*\}}\s*", typeset),
        (rf"\\nabla\s*_\s*(?:{wrt}|\{{\s*{wrt}\s*\}}){other}(.+)", typeset),
        (rf"{_D}\s*/\s*{_D}\s*{wrt}(?=[\s(\[])(.+)", plainly),
        (rf"{_D}\s*(\(.+\))\s*/\s*{_D}\s*{wrt}\s*", plainly),
        (rf"∇\s*_\s*{wrt}{other}(.+)", plainly),
    ):
        found = re.fullmatch(rf"\s*{pattern}", left)
        if found and found[1].strip():
            return made, found[1].strip()
    return left, ""


def differentials(bench: Bench, text: str, typeset: bool) -> str | None:
    """`df = g dx` with differentials spelled as our pages spell δ's; None for any other line.

    Errors: `Refused` where dx is not in it, or another differential is.
    """
    t, n = bench.target, names_of(bench)
    total = re.match(rf"\s*{_D}\s*(?P<u>{n.output}|{_WORD})\s*(?==)", text)
    by = re.compile(rf"{_D}\s*{n.variable}")
    number_like = t.kind == "jacobian" or not t.d.graph.symbol[t.of].shape
    asked = t.kind in ORDERS or t.recurrent or not number_like
    if not total or asked or not is_output(bench, total["u"]):
        return None
    beside = re.findall(rf"{_D}({n.every})", by.sub("", text[total.end() :]))
    if not by.search(text, total.end()) or beside:
        raise Refused("unreadable", 1, f"a line about the differential of {t.of} says it by "
                      f"d{t.wrt} alone: d{t.of} = … d{t.wrt}")  # fmt: skip
    of, x = (f"{{{latex(bare(signal(t.d, k)))}}}" if typeset else f"δ{k}" for k in (t.of, t.wrt))
    return of + by.sub(lambda _: f" {x}", text[total.end() :])


def unlabelled(bench: Bench, text: str) -> str:
    """A text without `gradient:` or `w:` before it; any other label is a left side."""
    found = LABEL.match(text)
    if not found:
        return text
    said = found[1] or found[2]
    if said.lower() in HEADINGS or said == bench.target.wrt:
        return " " * found.end() + text[found.end() :]
    return f"{text[: found.end()].replace(':', '=')}{text[found.end() :]}"
