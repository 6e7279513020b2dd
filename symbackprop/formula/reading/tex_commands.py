r"""What a TeX command becomes: one row each. A row gives words, and where reading goes on."""

from __future__ import annotations

from collections.abc import Callable

from symbackprop.formula.function_spelling import NORMS
from symbackprop.formula.reading.grammar_words import Range, Reader, Scripts, Word, Work, closed
from symbackprop.formula.reading.sum_signs import big
from symbackprop.formula.reading.tex_tokens import AND, ELSE, IF, RELATIONS
from symbackprop.formula.tree import END, OPEN

Answer = tuple[Work, int] | None
Row = Callable[[Reader, int, int], Answer]

OTHER_NORMS = {"": "norm", "1": "norm1", r"\infty": "norminf"}  # read, never printed
VIA = r"\sbvia"  # "through" in the language of the page
_STOPS = frozenset({"+", "-", ")", "]", "}", "/", ",", r"\cdot", r"\odot", r"\times", "&", "\\\\", "="})
_OPENERS = frozenset({"(", "[", "{"})


def frac(reader: Reader, at: int, end: int) -> Answer:
    r"""\frac{a}{b}."""
    above, middle = reader.argument(at + 1, end)
    below, stop = reader.argument(middle, end)
    return [Word("FRAC", None, at), *reader.group(above), *reader.group(below)], stop


def sqrt(reader: Reader, at: int, end: int) -> Answer:
    r"""\sqrt{x}."""
    inside, stop = reader.argument(at + 1, end)
    return [Word("FUNCTION", ("sqrt", 0), at), *reader.group(inside)], stop


def norm(reader: Reader, at: int, end: int) -> Answer:
    r"""\|A\|_F and \|x\|_2."""
    stop = at + 1
    while stop < end and reader.tokens[stop] != r"\|":
        stop = reader.source.closing.get(stop, stop) + 1
    if stop >= end:
        raise reader.source.fail(at, r"this \| is never closed")
    s = reader.scripts(stop + 1, end)
    sub = "".join(reader.inside(s.sub))
    found = {sub: name for name, sub in NORMS.items()} | OTHER_NORMS
    if sub not in found or s.primes:
        hint = r"Write \|A\|_F for a matrix, \|x\|_2 for a vector."
        raise reader.source.fail(at, "which norm is meant?", hint=hint)
    work: Work = [Word("FUNCTION", (found[sub], 0), at), *reader.group(Range(at + 1, stop))]
    return work + reader.powers(s.sup), s.end


def underbrace(reader: Reader, at: int, end: int) -> Answer:
    r"""\underbrace{A}_{m\times n}, and \underbrace{A}_{\sbvia{h_{t}}} of a term through h_t."""
    inside, stop = reader.argument(at + 1, end)
    s = reader.scripts(stop, end)
    if s.sub is None or s.sup or s.primes:
        raise reader.source.fail(stop, r"\underbrace{…} takes its size as a subscript")
    if reader.token(s.sub.start) == VIA:
        through, last = reader.argument(s.sub.start + 1, s.sub.end)
        if last != s.sub.end:
            raise reader.source.fail(last, "a brace names one thing")
        work: Work = [Word("BRACE", None, at), *reader.group(inside), Word("VIA", None, s.sub.start)]
        return [*work, *reader.group(through), Word("_CLOSE", None, last)], s.end
    size = Range(s.sub.start, s.sub.end, "size")
    return [Word("BRACE", None, at), *reader.group(inside), size, Word("_CLOSE", None, size.end)], s.end


def nabla(reader: Reader, at: int, end: int) -> Answer:
    r"""\nabla_{x} L."""
    s = reader.scripts(at + 1, end)
    if s.sub is None or s.sup or s.primes:
        raise reader.source.fail(at, r"\nabla needs the variable as a subscript: \nabla_{x} L")
    return [Word("NABLA", None, at), s.sub, Word("OF", None, s.sub.end)], s.end


def call(reader: Reader, at: int, end: int) -> Answer:
    """A function with its primes and its power: f'(x), f^{2}(x)."""
    name, stop = _function(reader, at, end)
    if name is None:
        return None
    s = reader.scripts(stop, end)
    primes, power = _primes(reader, s)
    shown = reader.source.piece(at, stop)
    if s.end == stop < end and reader.tokens[stop] not in _OPENERS:
        return [Word("APPLY", (name, 0), at)], stop  # log x: one argument, and nothing after it
    bare = s.end < end and reader.token(s.end) not in _OPENERS
    if bare and power and not s.sub and not primes and reader.token(s.end) not in _STOPS:
        raised = closed("POW", power.start, power)
        return [Word("RAISE", (name, 0), at), *raised], s.end  # tanh^2 x
    if s.sub or reader.token(s.end) not in _OPENERS or s.end >= end:
        raise reader.source.fail(s.end, f"{shown} needs its argument in parentheses: {shown}(x)")
    work: Work = [Word("FUNCTION", (name, primes), at)]
    if power:
        work += closed("POW", power.start, power)
    return work, s.end


def _function(reader: Reader, at: int, end: int) -> tuple[str | None, int]:
    tokens, calls = reader.tokens, reader.table.calls
    for length in range(min(reader.table.call_reach.get(tokens[at], 0), end - at), 0, -1):
        name = calls.get(tokens[at : at + length])
        if name is not None:
            return name, at + length
    font, _, word = tokens[at].partition("{")
    word = word.rstrip("}")
    if font == r"\operatorname" and word:
        return word, at + 1
    spelled = (r"\operatorname{" + word + "}",)
    if font == r"\mathrm" and len(word) > 1 and reader.token(at + 1) in _OPENERS:
        return calls.get(spelled, word), at + 1
    return None, at


def _primes(reader: Reader, s: Scripts) -> tuple[int, Range | None]:
    inside = reader.inside(s.sup)
    if inside and all(token == r"\prime" for token in inside):
        return s.primes + len(inside), None
    return s.primes, s.sup


def constant(reader: Reader, at: int, end: int) -> Answer:
    r"""1_n, I_n, K_{m,n}, e_y, δ_{ij}, and the indicator 1(a > b)."""
    token = reader.tokens[at]
    kind = _CONSTANTS.get(token)
    if kind is None:
        return None
    work: Work
    s = reader.scripts(at + 1, end)
    if s.sub is None:
        if kind == "ONES" and s.end == at + 1 and related(reader, s.end):
            return [Word("INDICATOR", None, at)], s.end
        if kind in ("ONES", "EYE") and not s.primes:
            work = [Word(kind, None, at), Word("NAME", OPEN, at), Word("_CLOSE", None, at)]
            return work + reader.powers(s.sup), s.end
        return None
    if s.primes:
        raise reader.source.fail(at, f"a prime stands on {token}")
    listed = kind == "DELTA" or (kind == "EYE" and entry(reader, s.sub))
    mode = reader.indices(s.sub.start, s.sub.end)[1] if listed else s.sub
    work = [Word(kind, None, at), mode, Word("_CLOSE", None, s.sub.end)]
    return work + reader.powers(s.sup), s.end


def bracket(reader: Reader, at: int, end: int) -> Answer:
    """[i = j], which is Kronecker's symbol; nothing where no equality stands between the brackets."""
    stop = reader.source.closing.get(at, at)
    place = at + 1
    while place < stop and reader.tokens[place] != "=":
        place = reader.source.closing.get(place, place) + 1
    if place >= stop:
        return None
    sides: Work = [Range(at + 1, place), Word("_COMMA", None, place), Range(place + 1, stop)]
    s = reader.scripts(stop + 1, end)
    return [Word("DELTA", None, at), *sides, Word("_CLOSE", None, stop), *reader.powers(s.sup)], s.end


def related(reader: Reader, at: int) -> bool:
    """Whether a bracket opens at a token, and a relation stands in it outside of others."""
    if reader.token(at) not in ("(", "["):
        return False
    stop, at = reader.source.closing.get(at, at), at + 1
    while at < stop and reader.tokens[at] not in RELATIONS:
        at = reader.source.closing.get(at, at) + 1
    return at < stop


def entry(reader: Reader, sub: Range) -> bool:
    """Whether a subscript of I says which entry, not which size."""
    inside = tuple(x for x in reader.inside(sub) if x != ",")
    if len(inside) != 2 or not all(len(x) == 1 and x.isalnum() for x in inside):
        return False
    sizes = [((x,), (), ()) in reader.table.known and x not in reader.table.indices for x in inside]
    return len(reader.inside(sub)) == 3 or not (all(sizes) or inside[0].isdecimal())


def number(reader: Reader, at: int, end: int) -> Answer:
    r"""A number, or the zeros 0_{m\times n}."""
    token = reader.tokens[at]
    if not token[0].isdecimal() or not token.isascii():
        return None
    if token == "0" and reader.token(at + 1) in ("_", "^"):
        s = reader.scripts(at + 1, end)
        if s.sub and not s.primes and r"\times" in reader.inside(s.sub):
            size = Range(s.sub.start, s.sub.end, "size")
            return closed("ZEROS", at, size) + reader.powers(s.sup), s.end
    return [Word("NUMBER", token, at)], at + 1


def sign(reader: Reader, at: int, end: int) -> Answer:
    """Relations, and the ends of a matrix."""
    token = reader.tokens[at]
    if token in RELATIONS:
        return [Word("RELATION", RELATIONS[token], at)], at + 1
    if token.startswith((r"\begin{", r"\end{")) and token.endswith("matrix}"):
        return [Word("BEGIN" if token[1] == "b" else "END", token, at)], at + 1
    if token == r"\mathrm{end}":
        return [Word("NAME", END, at)], at + 1
    if token in _CASES:
        return [Word(_CASES[token], None, at)] if _CASES[token] else [], at + 1
    return None


_CONSTANTS = {
    r"\mathbf{1}": "ONES", "I": "EYE", r"\mathbf{I}": "EYE", r"\mathbf{e}": "UNIT",
    r"\mathbf{K}": "SWAP",
    r"\delta": "DELTA", "e": "UNIT",
}  # fmt: skip
_CASES = {
    r"\begin{cases}": "CASES", r"\end{cases}": "END",
    **{rf"\mathrm{{{word}}}": "OTHERWISE" for word in ELSE}, **{rf"\mathrm{{{word}}}": "" for word in IF},
    **{rf"\mathrm{{{word}}}": "_COMMA" for word in AND}, r"\land": "_COMMA", r"\wedge": "_COMMA",
}  # fmt: skip

COMMANDS: dict[str, Row] = {
    r"\frac": frac,
    r"\sqrt": sqrt,
    r"\|": norm,
    r"\underbrace": underbrace,
    r"\nabla": nabla,
    r"\sum": big,
    r"\prod": big,
}
OTHERS: tuple[Row, ...] = (number, sign, call, constant)
