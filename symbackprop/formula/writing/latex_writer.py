r"""LaTeX: one table. It needs amsmath only; `formula/reading/latex_reader.py` reads what it writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from symbackprop.formula.function_spelling import FUNCTIONS, NORMS, spell
from symbackprop.formula.printed_names import marked
from symbackprop.formula.tree import (
    Array, Braced, Call, Commutation, Decimal, Eye, Floor, Formula, HPower, Hadamard, Indicator, Kron,
    IndexRange, KroneckerDelta, Minus, Nabla, Name, Number, Ones, Oslash, Over, Partial, Plus, Power,
    Product, Sized, Sum, SumOver, Times, Transpose, Unit, Zeros,
)  # fmt: skip
from symbackprop.formula.writing.spelling import (
    ANY, BIG, FACTOR, SUBBED, TIMES, Language, Piece, Pieces, Row, call, chain, drawn, flat, grid,
    index_range, indicator, inverted, kronecker, raised, script, sized, spelled_rows, starts_with_digit,
    sum_over, transpose, write,
)  # fmt: skip
from symbackprop.formula.writing.walk import inside

__all__ = ["FUNCTIONS", "LATEX", "language", "latex"]

PLAIN = ("(", ")")
BIGGER = (r"\bigl(", r"\bigr)")
NESTED = (PLAIN, PLAIN, BIGGER, BIGGER, (r"\Bigl(", r"\Bigr)"))  # x(y(z)) is read with ease
RELATIONS = {"<": "<", ">": ">", "<=": r"\leq", ">=": r"\geq", "=": "=", "!=": r"\neq"}


def latex(formula: Formula, functions: Mapping[str, str] = FUNCTIONS, point: str = ".") -> str:
    """The formula in LaTeX, to stand in math mode; `point` is what decimals have, a point or a comma."""
    if point == ".":
        return write(formula, LATEX if functions is FUNCTIONS else language(functions))
    return write(formula, replace(language(functions), point="{" + point + "}"))  # in braces it parts no list


def attach(p: Piece) -> str:
    """A piece with its scripts."""
    sup = "^{" + p.sup + "}" if p.sup else ""
    sub = "_{" + p.sub + "}" if p.sub else ""
    return p.core + sup + sub + p.tail


def _index(node: Formula, shown: str, alone: bool) -> str:
    terms = node.terms if isinstance(node, Plus) else (node,)
    inner = [t.operand if isinstance(t, Minus) else t for t in terms]
    if all(isinstance(t, Number | Name) or (_is_multiple(t) and not alone) for t in inner):
        # no spaces around the sign of c_{t-1}: TeX sets none there either
        return shown.replace(" + ", "+").replace(" - ", "-")
    # the braces print nothing and keep 2i one index: x_{2i} alone would be two
    return "{" + shown + "}"


def _is_multiple(term: Formula) -> bool:
    return isinstance(term, Times) and [type(f) for f in term.factors] == [Number, Name]


def _gap(left: Formula, right: Formula) -> str:
    """What stands between two factors: a dot between numbers, else a thin space between letters."""
    if starts_with_digit(right) or (isinstance(left, Number) and _is_ratio(right)):
        return r" \cdot "
    bracketed = (Plus, Minus, Hadamard, Oslash, Times)
    return " " if isinstance(left, Number) or isinstance(right, bracketed) else r"\,"


def _is_ratio(node: Formula) -> bool:
    return isinstance(node, Over) and isinstance(node.numerator, Number | Decimal)


def _power(node: Power, parts: Pieces, language: Language) -> Piece:
    base, (_, exponent) = parts[0], parts
    if (inverse := inverted(node, base)) is not None:
        return inverse
    primed = isinstance(node.base, Call) and node.base.primes > 0
    # tanh^{2}(x), but tanh(x)^{-1}: tanh^{-1} would be the inverse function
    base = flat(base, language) if isinstance(node.exponent, Minus) or primed else base
    # x^{T} would be a transpose; the extra braces print nothing and keep the power a power
    sup = "{T}" if node.exponent == Name("T") else attach(exponent)
    return Piece(base.core, sup, base.sub, base.tail, FACTOR, base.tall, base.deep, base.hung)


def _norm(mark: str, node: Call, p: Piece, language: Language) -> Piece:
    left, right = (r"\left\|", r"\right\|") if p.tall else (r"\|", r"\|")
    nested = any(isinstance(f, Call) and f.function in NORMS for f in inside(node.arguments[0]))
    shown = "{" + attach(p) + "}" if nested else attach(p)  # bars inside bars
    return Piece(left + shown + right, tail="_{" + mark + "}", tall=p.tall, hung=True)


def _call(node: Call, parts: Pieces, language: Language) -> Piece:
    if node.function == "log" and _is_det(node):
        # log det^{2}(A) would be the log of a square, and what follows might belong to the determinant
        core = language.function("log", node.primes) + parts[0].core
        return Piece(core, tail=parts[0].tail, level=BIG, tall=parts[0].tall)
    return call(node, parts, language)


def _is_det(node: Call) -> bool:
    (inner, *more) = node.arguments
    return not more and not node.primes and isinstance(inner, Call) and inner.function == "det"


ROWS = spelled_rows(
    {
        Minus:          "-$0",
        Hadamard:       chain(r" \odot "),
        Oslash:         chain(r" \oslash "),
        Kron:           chain(r" \otimes "),
        Over:           r"\frac{$0}{$1}",
        Power:          _power,
        HPower:         lambda _, p, language: raised(p[0], r"\odot " + attach(p[1]), language, r"\,"),
        Transpose:      transpose(r"\top"),
        Call:           _call,
        Floor:          r"\left\lfloor $0 \right\rfloor",
        Indicator:      indicator(r"\mathbf{1}", RELATIONS),
        Ones:           script(r"\mathbf{1}"),
        Eye:            lambda node, parts, _: Piece(node.letter, sub=attach(parts[0]), level=SUBBED),
        Unit:           script(r"\mathbf{e}"),
        Zeros:          script("0", r"$0\times $1"),
        Commutation:    script(r"\mathbf{K}", "$0,$1"),
        KroneckerDelta: kronecker,
        Partial:        r"\frac{\partial $0}{\partial $1}",
        Nabla:          r"\nabla_{$1} $0",
        Sum:            r"\sum_{$0=$1}^{$2} $3",
        Product:        r"\prod_{$0=$1}^{$2} $3",
        Array:          grid(r"\begin{bmatrix} ", " & ", r" \\ ", r" \end{bmatrix}"),
        Braced:         r"\underbrace{$0}_{\sbvia{$1}}",
        Sized:          sized(r"\underbrace{", "}_{", r"\times ", "}"),
        IndexRange:     index_range(r" \in \{", r"\ldots", r"\}"),
        SumOver:        sum_over(r"\sum_{", "}^{", "} ", r" \in \{", r"\}"),
    },
    Over=Row(FACTOR, (ANY,), tall=True),
    HPower=Row(FACTOR, (SUBBED, TIMES)),
)  # fmt: skip
DRAWN = {
    "sqrt": drawn(r"\sqrt{$0}"),
    "abs": drawn(r"\left|$0\right|"),
    **{name: partial(_norm, mark) for name, mark in NORMS.items()},
}


def language(functions: Mapping[str, str] = FUNCTIONS) -> Language:
    """LaTeX with these spellings of functions."""
    return Language(
        ROWS, attach, letters=str, mark=marked, index=_index, gap=_gap, drawn=DRAWN, nested=NESTED,
        function=lambda name, primes: spell(name, functions) + "'" * primes,
        growing=(r"\left(", r"\right)"),
    )  # fmt: skip


LATEX = language()
