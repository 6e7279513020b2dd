r"""The reader of formulas: LaTeX in, a `Formula` out, against a table of names.

It reads everything `formula/writing/latex_writer.py` prints, and what people type: `A^T`, `\cdot`,
`\left[ \right]`.
Loosest to tightest: + and -, then ⊙ and ⊘ from the left, then ⊗, then juxtaposition, then scripts.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

from lark import Lark, UnexpectedToken
from lark.lexer import Lexer

from symbackprop.errors import FormulaError
from symbackprop.formula.reading.grammar_rules import RULES, Misread
from symbackprop.formula.reading.grammar_words import Word
from symbackprop.formula.reading.index_ranges import widened
from symbackprop.formula.reading.lexing import lex
from symbackprop.formula.reading.name_table import NameTable
from symbackprop.formula.reading.tex_tokens import LIMITS, Limits, Source, tokenise
from symbackprop.formula.tree import Formula

__all__ = ["LIMITS", "Limits", "NameTable", "read_formula"]

GRAMMAR = r"""
    start: expr
    expr: (hada | _PLUS hada | negated) (_PLUS hada | negated)*
    negated: _MINUS hada
    hada: (kron ODOT | kron OSLASH)* (kron | bigtimes)
    kron: times (_OTIMES times)*
    times: factor (factor | CDOT factor | over)*
    bigtimes: big | factor (factor | CDOT factor | over)* (big | CDOT big | overbig)
    overbig: _SLASH big -> over
    over: _SLASH factor
    big: BIG expr _TO expr _BODY hada | BIG expr _TO expr _BODY negated
       | ACROSS hada -> across | ACROSS negated -> across
       | APPLY post -> call1 | APPLY big -> call1
    ?factor: post | NABLA expr OF post -> nabla | PARTIAL post _SLASH PARTIAL post -> partial
    ?post: atom
         | listed
         | listed TOP              -> itself
         | post TOP                -> transpose
         | RAISE POW expr _CLOSE post -> raised
         | post SUB places _CLOSE  -> at
         | post POW expr _CLOSE    -> power
         | post HPOW expr _CLOSE   -> hpower
    ?atom: NAME -> name | NUMBER -> number | bracketed
         | _LABS expr _RABS                                          -> absolute
         | _LFLOOR expr _RFLOOR                                      -> floor
         | FUNCTION _arguments                                       -> call
         | FUNCTION POW expr _CLOSE _arguments                       -> powered
         | FRAC _LBRACE expr _RBRACE _LBRACE expr _RBRACE            -> fraction
         | FRAC _LBRACE PARTIAL post _RBRACE _LBRACE PARTIAL post _RBRACE -> partial
         | BRACE _LBRACE expr _RBRACE size _CLOSE                    -> sized
         | BRACE _LBRACE expr _RBRACE VIA _LBRACE expr _RBRACE _CLOSE -> braced
         | ONES expr _CLOSE                                          -> ones
         | ONES condition _CLOSE                                     -> indicator
         | INDICATOR _LPAR condition _RPAR                           -> indicator
         | INDICATOR _LSQR condition _RSQR                           -> indicator
         | EYE list _CLOSE                                           -> eye
         | SWAP list _CLOSE                                          -> commutation
         | UNIT expr _CLOSE                                          -> unit
         | DELTA list _CLOSE                                         -> delta
         | ZEROS size _CLOSE                                         -> zeros
         | BEGIN row (_NEWROW row)* END                              -> array
         | CASES case (_NEWROW case)* END                            -> cases
    bracketed: _LPAR expr _RPAR | _LSQR expr _RSQR | _LBRACE expr _RBRACE
    listed: _LPAR expr (_COMMA expr)+ _RPAR
    _arguments: _LPAR list _RPAR | _LSQR list _RSQR | _LBRACE list _RBRACE
    list: expr (_COMMA expr)*
    places: _place (_COMMA _place)*
    _place: expr | span
    span: end COLON end
    end: expr?
    size: expr (SEP expr)*
    row: expr (_CELL expr)*
    case: expr _CELL condition | expr _CELL OTHERWISE
    condition: related (_COMMA related)*
    related: expr (RELATION expr)+
    %declare NAME NUMBER FUNCTION APPLY RAISE BIG FRAC PARTIAL BRACE ONES INDICATOR RELATION EYE UNIT DELTA
    %declare SWAP ZEROS BEGIN END NABLA OF TOP SUB POW HPOW ODOT OSLASH SEP CDOT CASES OTHERWISE COLON
    %declare _PLUS _MINUS _SLASH ACROSS VIA
    %declare _LPAR _RPAR _LSQR _RSQR _LBRACE _RBRACE _LABS _RABS _LFLOOR _RFLOOR _COMMA _CELL
    %declare _OTIMES _NEWROW _CLOSE _TO _BODY
"""


class _NoLexer(Lexer):
    """The words come from `lex`; the parser is fed one by one."""

    def __init__(self, conf: object) -> None:
        pass

    def lex(self, lexer_state: Any, parser_state: Any) -> Iterator[Any]:
        """No word of its own."""
        return iter(())


@cache
def _parser() -> Lark:
    rules: Any = SimpleNamespace(**RULES)
    return Lark(GRAMMAR, parser="lalr", lexer=_NoLexer, transformer=rules, maybe_placeholders=False)


def read_formula(text: str | Source, table: NameTable) -> Formula:
    """The formula a piece of LaTeX, or its tokens, stands for, its letters taken from the table."""
    source = tokenise(text) if isinstance(text, str) else text
    words = lex(source, widened(source, table))
    if not words:
        raise FormulaError("nothing is written here", where="formula")
    feed = _parser().parse_interactive().parser_state.feed_token
    try:
        for word in words:
            feed(word)  # pyright: ignore[reportArgumentType] -- the parser asks for a type only
        return feed(Word("$END", None, len(source.tokens)), is_end=True)  # pyright: ignore
    except UnexpectedToken as error:
        raise _unexpected(source, error.token, error.expected) from None
    except Misread as error:
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
