r"""The reader of formulas: LaTeX in, a `Formula` out, against a table of names.

It reads everything `write/latex.py` prints, and what people type: `A^T`, `\cdot`, `\left[ \right]`.
Loosest to tightest: + and -, then ⊙ and ⊘ from the left, then juxtaposition, then scripts.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import Any

from lark import Lark, Transformer, UnexpectedToken
from lark.lexer import Lexer

from symbackprop.errors import FormulaError
from symbackprop.notation import (
    Array,
    At,
    Call,
    Decimal,
    Eye,
    Floor,
    Formula,
    Hadamard,
    HPower,
    Indicator,
    KroneckerDelta,
    Minus,
    Nabla,
    Number,
    Ones,
    Oslash,
    Over,
    Partial,
    Plus,
    Power,
    Product,
    Sized,
    Sum,
    Times,
    Transpose,
    Unit,
    Zeros,
)  # fmt: skip
from symbackprop.reading.lexing import lex
from symbackprop.reading.names import NameTable
from symbackprop.reading.tokens import LIMITS, Limits, Source, tokenise
from symbackprop.reading.words import Word

__all__ = ["LIMITS", "Limits", "NameTable", "read_formula"]

GRAMMAR = r"""
    start: expr
    expr: _lead _more*
    _lead: hada | _PLUS hada | negated
    _more: _PLUS hada | negated
    negated: _MINUS hada
    hada: _pair* (times | bigtimes)
    _pair: times ODOT | times OSLASH
    times: factor _next*
    bigtimes: big | factor _next* big | factor _next* _CDOT big
    _next: factor | _CDOT factor | over
    over: _SLASH factor
    big: BIG expr _TO expr _BODY hada | BIG expr _TO expr _BODY negated
       | APPLY post -> call1 | APPLY big -> call1
    ?factor: post | NABLA expr OF post -> nabla | PARTIAL post _SLASH PARTIAL post -> partial
    ?post: atom
         | post TOP                -> transpose
         | post SUB list _CLOSE    -> at
         | post POW expr _CLOSE    -> power
         | post HPOW expr _CLOSE   -> hpower
    ?atom: NAME -> name | NUMBER -> number | _bracketed
         | _LABS expr _RABS                                          -> absolute
         | _LFLOOR expr _RFLOOR                                      -> floor
         | FUNCTION _arguments                                       -> call
         | FUNCTION POW expr _CLOSE _arguments                       -> powered
         | FRAC _LBRACE expr _RBRACE _LBRACE expr _RBRACE            -> fraction
         | FRAC _LBRACE PARTIAL post _RBRACE _LBRACE PARTIAL post _RBRACE -> partial
         | BRACE _LBRACE expr _RBRACE size _CLOSE                    -> sized
         | ONES expr _CLOSE                                          -> ones
         | ONES expr RELATION expr _CLOSE                            -> indicator
         | INDICATOR _LPAR expr RELATION expr _RPAR                  -> indicator
         | INDICATOR _LSQR expr RELATION expr _RSQR                  -> indicator
         | EYE expr _CLOSE                                           -> eye
         | UNIT expr _CLOSE                                          -> unit
         | DELTA list _CLOSE                                         -> delta
         | ZEROS size _CLOSE                                         -> zeros
         | BEGIN row (_NEWROW row)* END                              -> array
    _bracketed: _LPAR expr _RPAR | _LSQR expr _RSQR | _LBRACE expr _RBRACE
    _arguments: _LPAR list _RPAR | _LSQR list _RSQR | _LBRACE list _RBRACE
    list: expr (_COMMA expr)*
    size: expr (SEP expr)*
    row: expr (_CELL expr)*
    %declare NAME NUMBER FUNCTION APPLY BIG FRAC PARTIAL BRACE ONES INDICATOR RELATION EYE UNIT DELTA
    %declare ZEROS BEGIN END NABLA OF TOP SUB POW HPOW ODOT OSLASH SEP _PLUS _MINUS _CDOT _SLASH
    %declare _LPAR _RPAR _LSQR _RSQR _LBRACE _RBRACE _LABS _RABS _LFLOOR _RFLOOR _COMMA _CELL
    %declare _NEWROW _CLOSE _TO _BODY
"""


class _Misread(Exception):
    """A word that fits the grammar and means nothing."""

    def __init__(self, at: int, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.at, self.what, self.hint = at, what, hint


class _Builder(Transformer[Word, Formula]):
    """Each rule of the grammar as the formula it stands for."""

    def start(self, c: list[Any]) -> Formula:
        return c[0]

    def expr(self, c: list[Any]) -> Formula:
        return c[0] if len(c) == 1 else Plus(tuple(c))

    def negated(self, c: list[Any]) -> Formula:
        return Minus(c[0])

    def hada(self, c: list[Any]) -> Formula:
        run: list[Formula] = [c[0]]
        for sign, factor in zip(c[1::2], c[2::2], strict=True):
            if sign.type == "ODOT":
                run.append(factor)
            else:
                run = [Oslash(_joined(Hadamard, run), factor)]
        return _joined(Hadamard, run)

    def times(self, c: list[Any]) -> Formula:
        run: list[Formula] = []
        for factor in c:
            if isinstance(factor, _Divided):
                run = [Over(_joined(Times, run), factor.by)]
            else:
                run.append(factor)
        return _joined(Times, run)

    bigtimes = times

    def over(self, c: list[Any]) -> _Divided:
        return _Divided(c[0])

    def big(self, c: list[Any]) -> Formula:
        word, low, high, body = c
        sign, index = word.value
        return (Sum if sign == r"\sum" else Product)(index, low, high, body)

    def nabla(self, c: list[Any]) -> Formula:
        return Nabla(of=c[3], wrt=c[1])

    def name(self, c: list[Any]) -> Formula:
        return c[0].value

    def number(self, c: list[Any]) -> Formula:
        digits = c[0].value
        return Decimal(digits) if "." in digits else Number(Fraction(int(digits)))

    def transpose(self, c: list[Any]) -> Formula:
        return Transpose(c[0])

    def at(self, c: list[Any]) -> Formula:
        base, _, indices = c
        if isinstance(base, At):
            return At(base.base, base.indices + indices)
        return At(base, indices)

    def power(self, c: list[Any]) -> Formula:
        return Power(c[0], c[2])

    def hpower(self, c: list[Any]) -> Formula:
        return HPower(c[0], c[2])

    def absolute(self, c: list[Any]) -> Formula:
        return Call("abs", (c[0],))

    def floor(self, c: list[Any]) -> Formula:
        return Floor(c[0])

    def call(self, c: list[Any]) -> Formula:
        function, primes = c[0].value
        return Call(function, c[1], primes)

    def call1(self, c: list[Any]) -> Formula:
        function, primes = c[0].value
        return Call(function, (c[1],), primes)

    def powered(self, c: list[Any]) -> Formula:
        word, _, exponent, arguments = c
        function, primes = word.value
        if isinstance(exponent, Minus):
            hint = "Write (f(x))^{-1} for one over it."
            raise _Misread(word.at, "f^{-1}(x) may mean the inverse function", hint)
        return Power(Call(function, arguments, primes), exponent)

    def fraction(self, c: list[Any]) -> Formula:
        return Over(c[1], c[2])

    def partial(self, c: list[Any]) -> Formula:
        return Partial(of=c[-3], wrt=c[-1])

    def sized(self, c: list[Any]) -> Formula:
        return Sized(c[1], c[2])

    def ones(self, c: list[Any]) -> Formula:
        return Ones(c[1])

    def indicator(self, c: list[Any]) -> Formula:
        return Indicator(c[1], c[2].value, c[3])

    def eye(self, c: list[Any]) -> Formula:
        return Eye(c[1])

    def unit(self, c: list[Any]) -> Formula:
        return Unit(c[1])

    def delta(self, c: list[Any]) -> Formula:
        if len(c[1]) != 2:
            raise _Misread(c[0].at, f"δ takes two indices, not {len(c[1])}")
        return KroneckerDelta(*c[1])

    def zeros(self, c: list[Any]) -> Formula:
        if len(c[1]) != 2:
            raise _Misread(c[0].at, "0_{m\\times n} takes two sizes")
        return Zeros(*c[1])

    def array(self, c: list[Any]) -> Formula:
        rows = tuple(c[1:-1])
        if any(len(row) != len(rows[0]) for row in rows):
            raise _Misread(c[0].at, "the rows of a matrix have different lengths")
        return Array(rows)

    def list(self, c: list[Any]) -> tuple[Formula, ...]:
        return tuple(c)

    def size(self, c: list[Any]) -> tuple[Formula, ...]:
        return tuple(c[::2])

    def row(self, c: list[Any]) -> tuple[Formula, ...]:
        return tuple(c)


class _Divided:
    """`/ b` in a row of factors: everything before it is the numerator."""

    def __init__(self, by: Formula) -> None:
        self.by = by


def _joined(kind: type[Times] | type[Hadamard], run: list[Formula]) -> Formula:
    return run[0] if len(run) == 1 else kind(tuple(run))


class _NoLexer(Lexer):
    """The words come from `lex`; the parser is fed one by one."""

    def __init__(self, conf: object) -> None:
        pass

    def lex(self, lexer_state: Any, parser_state: Any) -> Iterator[Any]:
        """No word of its own."""
        return iter(())


@cache
def _parser() -> Lark:
    rows = _Builder()
    return Lark(GRAMMAR, parser="lalr", lexer=_NoLexer, transformer=rows, maybe_placeholders=False)


def read_formula(text: str, table: NameTable) -> Formula:
    """The formula a piece of LaTeX stands for, its letters taken from the table."""
    source = tokenise(text)
    words = lex(source, table)
    if not words:
        raise FormulaError("nothing is written here", where="formula")
    feed = _parser().parse_interactive().parser_state.feed_token
    try:
        for word in words:
            feed(word)  # pyright: ignore[reportArgumentType] -- the parser asks for a type only
        return feed(Word("$END", None, len(source.tokens)), is_end=True)  # pyright: ignore
    except UnexpectedToken as error:
        raise _unexpected(source, error.token, error.expected) from None
    except _Misread as error:
        raise source.fail(error.at, error.what, hint=error.hint) from None


def _unexpected(source: Source, word: Any, expected: set[str]) -> FormulaError:
    """The error for a word that does not fit here."""
    if word.type == "$END":
        return source.fail(word.at, "the formula ends too early")
    if word.type == "_CLOSE":
        return source.fail(word.at, "this script ends too early")
    if word.type == "RELATION" and not isinstance(word.value, str):
        return source.fail(word.at, "a relation cannot stand here")
    token = source.tokens[word.at] if word.at < len(source.tokens) else "the end"
    hint = "A factor is missing before it." if "NAME" in expected else ""
    return source.fail(word.at, f"{token!r} cannot stand here", hint=hint)
