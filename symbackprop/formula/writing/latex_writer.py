r"""LaTeX: one table. It needs amsmath only; `formula/reading/latex_reader.py` reads what it writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from symbackprop.formula.function_spelling import FUNCTIONS, NORMS, spell
from symbackprop.formula.tree import (
    ONE, Array, At, Call, Commutation, Decimal, Eye, Floor, Formula, HPower, Hadamard, Indicator,
    Kron, KroneckerDelta, Minus, Nabla, Name, Number, Ones, Oslash, Over, Partial, Plus, Power,
    Product, Sized, Span, Sum, Times, Transpose, Unit, Zeros,
)  # fmt: skip
from symbackprop.formula.writing.walk import (
    ANY, ATOM, BIG, FACTOR, HADAMARD, INVERTED, KRON, MINUS, PLUS, SUBBED, SUPPED, TIMES, Language,
    Piece, Row, brackets, plain_letter, write,
)  # fmt: skip

__all__ = ["FUNCTIONS", "LATEX", "language", "latex"]

Pieces = Sequence[Piece]

GROWING = (r"\left(", r"\right)")
PLAIN = ("(", ")")
BIGGER = (r"\bigl(", r"\bigr)")
NESTED = (PLAIN, PLAIN, BIGGER, BIGGER, (r"\Bigl(", r"\Bigr)"))  # x(y(z)) is read with ease

RELATIONS = {"<": "<", ">": ">", "<=": r"\leq", ">=": r"\geq", "=": "=", "!=": r"\neq"}


def latex(formula: Formula, functions: Mapping[str, str] = FUNCTIONS) -> str:
    """The formula in LaTeX, to stand in math mode."""
    return write(formula, LATEX if functions is FUNCTIONS else language(functions))


def attach(p: Piece) -> str:
    """A piece with its scripts."""
    sup = "^{" + p.sup + "}" if p.sup else ""
    sub = "_{" + p.sub + "}" if p.sub else ""
    return p.core + sup + sub + p.tail


def flat(p: Piece) -> Piece:
    """The piece with its arguments inside the core, so that a script stands after them."""
    core = "{" + attach(p) + "}" if p.tail.startswith("_") else attach(p)
    return replace(p, core=core, sup="", sub="", tail="") if p.tail else p


def _name(node: Name, _: Pieces) -> Piece:
    return Piece(node.base, node.sup, node.sub, level=SUPPED if node.sup else ATOM)


def _at(node: At, parts: Pieces) -> Piece:
    p = flat(parts[0])
    sub = indices(node.indices, parts[1:], crowded=bool(p.sub))
    level = SUPPED if p.sup else ATOM
    return Piece(p.core, p.sup, f"{p.sub},{sub}" if p.sub else sub, level=level, tall=p.tall)


def indices(nodes: Sequence[Formula], parts: Pieces, *, crowded: bool) -> str:
    """Indices side by side where each is one letter, else with commas."""
    close = not crowded and all(map(plain_letter, nodes)) and Name("t") not in nodes
    alone = len(nodes) == 1
    return ("" if close else ",").join(
        _index(n, p, alone=alone) for n, p in zip(nodes, parts, strict=True)
    )


def _index(node: Formula, p: Piece, *, alone: bool) -> str:
    terms = node.terms if isinstance(node, Plus) else (node,)
    inner = [t.operand if isinstance(t, Minus) else t for t in terms]
    if all(isinstance(t, Number | Name) or (_is_multiple(t) and not alone) for t in inner):
        # no spaces around the sign of c_{t-1}: TeX sets none there either
        return attach(p).replace(" + ", "+").replace(" - ", "-")
    # the braces print nothing and keep 2i one index: x_{2i} alone would be two
    return "{" + attach(p) + "}"


def _is_multiple(term: Formula) -> bool:
    return isinstance(term, Times) and [type(f) for f in term.factors] == [Number, Name]


def _plus(node: Plus, parts: Pieces) -> str:
    signs = ["-" if isinstance(t, Minus) else "+" for t in node.terms]
    lead = "-" if signs[0] == "-" else ""
    rest = (f" {s} {attach(p)}" for s, p in zip(signs[1:], parts[1:], strict=True))
    return lead + attach(parts[0]) + "".join(rest)


def _times(node: Times, parts: Pieces) -> str:
    text = attach(parts[0])
    for left, right, p in zip(node.factors, node.factors[1:], parts[1:], strict=False):
        text += _gap(left, right) + attach(p)
    return text


def _gap(left: Formula, right: Formula) -> str:
    """What stands between two factors: a dot between numbers, else a thin space between letters."""
    if _starts_with_digit(right) or (isinstance(left, Number) and _is_ratio(right)):
        return r" \cdot "
    bracketed = (Plus, Minus, Hadamard, Oslash, Times)
    return " " if isinstance(left, Number) or isinstance(right, bracketed) else r"\,"


def _starts_with_digit(node: Formula) -> bool:
    while isinstance(node, Power | HPower | At):
        node = node.base
    return isinstance(node, Number | Decimal | Zeros)


def _is_ratio(node: Formula) -> bool:
    return isinstance(node, Over) and isinstance(node.numerator, Number | Decimal)


def _transpose(_: Transpose, parts: Pieces) -> Piece:
    if parts[0].level == INVERTED:
        return replace(parts[0], sup=r"-\top", level=FACTOR)
    return _raised(parts[0], r"\top", "")


def _hpower(_: HPower, parts: Pieces) -> Piece:
    return _raised(parts[0], r"\odot " + attach(parts[1]), r"\,")


def _raised(p: Piece, mark: str, gap: str) -> Piece:
    p = flat(p)
    return replace(p, sup=p.sup + gap + mark if p.sup else mark, level=FACTOR)


def _power(node: Power, parts: Pieces) -> Piece:
    base, exponent = parts[0], attach(parts[1])
    inverse = isinstance(node.exponent, Minus)
    if node.exponent == Minus(ONE) and not base.tail and not base.sup:
        return replace(base, sup="-1", level=INVERTED)
    primed = isinstance(node.base, Call) and node.base.primes > 0
    # tanh^{2}(x), but tanh(x)^{-1}: tanh^{-1} would be the inverse function
    base = flat(base) if inverse or primed else base
    # x^{T} would be a transpose; the extra braces print nothing and keep the power a power
    exponent = "{T}" if exponent == "T" else exponent
    return replace(base, sup=exponent, level=FACTOR)


def _call(node: Call, parts: Pieces, functions: Mapping[str, str]) -> Piece:
    inside = ", ".join(map(attach, parts))
    tall = any(p.tall for p in parts)
    if not node.primes and len(parts) == 1 and node.function == "sqrt":
        return Piece(r"\sqrt{" + inside + "}", tall=tall)
    if not node.primes and len(parts) == 1 and node.function == "abs":
        return Piece(r"\left|" + inside + r"\right|", tall=tall)
    if not node.primes and len(parts) == 1 and node.function in NORMS:
        left, right = (r"\left\|", r"\right\|") if tall else (r"\|", r"\|")
        inside = "{" + inside + "}" if r"\|" in inside else inside  # bars inside bars
        return Piece(left + inside + right, tail="_{" + NORMS[node.function] + "}", tall=tall)
    if node.function == "log" and _is_det(node):
        # log det^{2}(A) would be the log of a square, and what follows might belong to the determinant
        return Piece(
            spell("log", functions) + parts[0].core, tail=parts[0].tail, level=BIG, tall=tall
        )
    left, right = brackets(parts, NESTED, GROWING)
    core = spell(node.function, functions) + "'" * node.primes
    deep = 1 + max((p.deep for p in parts), default=0)
    return Piece(core, tail=left + inside + right, tall=tall, deep=deep)


def _is_det(node: Call) -> bool:
    (inner, *more) = node.arguments
    return not more and not node.primes and isinstance(inner, Call) and inner.function == "det"


def _floor(_: Floor, parts: Pieces) -> Piece:
    return Piece(r"\left\lfloor " + attach(parts[0]) + r" \right\rfloor", tall=parts[0].tall)


def _indicator(node: Indicator, parts: Pieces) -> Piece:
    tall = any(p.tall for p in parts)
    left, right = brackets(parts, NESTED, GROWING)
    inside = f"{attach(parts[0])} {RELATIONS[node.relation]} {attach(parts[1])}"
    return Piece(r"\mathbf{1}" + left + inside + right, tall=tall)


def _big(sign: str, node: Sum | Product, parts: Pieces) -> str:
    index, low, high, body = map(attach, parts)
    return f"{sign}_{{{index}={low}}}^{{{high}}} {body}"


def _delta(node: KroneckerDelta, parts: Pieces) -> Piece:
    return Piece(
        r"\delta", sub=indices((node.left, node.right), parts, crowded=False), level=SUBBED
    )


def _zeros(_: Zeros, parts: Pieces) -> Piece:
    return Piece("0", sub=attach(parts[0]) + r"\times " + attach(parts[1]), level=SUBBED)


def _commutation(_: Commutation, parts: Pieces) -> Piece:
    return Piece(r"\mathbf{K}", sub=attach(parts[0]) + "," + attach(parts[1]), level=SUBBED)


def _subscripted(core: str, _: Formula, parts: Pieces) -> Piece:
    return Piece(core, sub=attach(parts[0]), level=SUBBED)


def _eye(node: Eye, parts: Pieces) -> Piece:
    return _subscripted(node.letter, node, parts)


def _array(node: Array, parts: Pieces) -> Piece:
    cells = iter(parts)
    rows = (" & ".join(attach(next(cells)) for _ in row) for row in node.rows)
    return Piece(r"\begin{bmatrix} " + r" \\ ".join(rows) + r" \end{bmatrix}", tall=True)


def _sized(_: Sized, parts: Pieces) -> str:
    size = r"\times ".join(map(attach, parts[1:]))
    return r"\underbrace{" + attach(parts[0]) + "}_{" + size + "}"


def _fraction(_: Over, parts: Pieces) -> str:
    return r"\frac{" + attach(parts[0]) + "}{" + attach(parts[1]) + "}"


def _partial(_: Partial, parts: Pieces) -> str:
    return r"\frac{\partial " + attach(parts[0]) + r"}{\partial " + attach(parts[1]) + "}"


def _nabla(_: Nabla, parts: Pieces) -> str:
    return r"\nabla_{" + attach(parts[1]) + "} " + attach(parts[0])


def _digits(node: Number | Decimal, _: Pieces) -> str:
    return node.digits if isinstance(node, Decimal) else str(node.value)


def _chain(sign: str, _: Formula, parts: Pieces) -> str:
    return sign.join(map(attach, parts))


def language(functions: Mapping[str, str] = FUNCTIONS) -> Language:
    """LaTeX with these spellings of functions."""
    rows = {
        Number:         Row(ATOM,     (ANY,),          _digits),
        Decimal:        Row(ATOM,     (ANY,),          _digits),
        Name:           Row(ATOM,     (ANY,),          _name),
        At:             Row(ATOM,     (SUPPED, ANY),   _at),
        Plus:           Row(PLUS,     (HADAMARD,),     _plus),
        Minus:          Row(MINUS,    (HADAMARD,),     lambda _, parts: "-" + attach(parts[0])),
        Times:          Row(TIMES,    (FACTOR,),       _times, last=BIG),
        Hadamard:       Row(HADAMARD, (FACTOR,),       partial(_chain, r" \odot ")),
        Oslash:         Row(HADAMARD, (FACTOR,),       partial(_chain, r" \oslash ")),
        Kron:           Row(KRON,     (FACTOR,),       partial(_chain, r" \otimes ")),
        Over:           Row(FACTOR,   (ANY,),          _fraction, tall=True),
        Power:          Row(FACTOR,   (ATOM, ANY),     _power),
        HPower:         Row(FACTOR,   (SUBBED, TIMES), _hpower),
        Transpose:      Row(FACTOR,   (INVERTED,),     _transpose),
        Call:           Row(ATOM,     (ANY,),          partial(_call, functions=functions)),
        Floor:          Row(ATOM,     (ANY,),          _floor),
        Indicator:      Row(ATOM,     (ANY,),          _indicator),
        Ones:           Row(SUBBED,   (ANY,),          partial(_subscripted, r"\mathbf{1}")),
        Eye:            Row(SUBBED,   (ANY,),          _eye),
        Unit:           Row(SUBBED,   (ANY,),          partial(_subscripted, r"\mathbf{e}")),
        Zeros:          Row(SUBBED,   (ANY,),          _zeros),
        Commutation:    Row(SUBBED,   (ANY,),          _commutation),
        KroneckerDelta: Row(SUBBED,   (ANY,),          _delta),
        Partial:        Row(FACTOR,   (SUBBED,),       _partial, tall=True),
        Nabla:          Row(FACTOR,   (SUBBED, ANY),   _nabla),
        Sum:            Row(BIG,      (ANY, ANY, ANY, TIMES), partial(_big, r"\sum"), tall=True),
        Product:        Row(BIG,      (ANY, ANY, ANY, TIMES), partial(_big, r"\prod"), tall=True),
        Span:           Row(ANY,      (ANY,),          lambda _, parts: ":".join(map(attach, parts))),
        Array:          Row(ATOM,     (ANY,),          _array),
        Sized:          Row(FACTOR,   (ANY,),          _sized),
    }  # fmt: skip
    return Language(rows, attach, NESTED, GROWING)


LATEX = language()
