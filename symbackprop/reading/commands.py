r"""What a TeX command becomes: one row each. A row gives words, and where reading goes on."""

from __future__ import annotations

from collections.abc import Callable

from symbackprop.notation import OPEN, Name
from symbackprop.reading.names import Key
from symbackprop.reading.words import Range, Reader, Scripts, Word, Work
from symbackprop.spelling import NORMS

Answer = tuple[Work, int] | None
Row = Callable[[Reader, int, int], Answer]

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
    names = [name for name, sub in NORMS.items() if reader.inside(s.sub) == (sub,)]
    if not names or s.primes:
        hint = r"Write \|A\|_F for a matrix, \|x\|_2 for a vector."
        raise reader.source.fail(at, "which norm is meant?", hint=hint)
    work: Work = [Word("FUNCTION", (names[0], 0), at), *reader.group(Range(at + 1, stop))]
    return work + (reader.powers(s.sup) if s.sup else []), s.end


def underbrace(reader: Reader, at: int, end: int) -> Answer:
    r"""\underbrace{A}_{m\times n}."""
    inside, stop = reader.argument(at + 1, end)
    s = reader.scripts(stop, end)
    if s.sub is None or s.sup or s.primes:
        raise reader.source.fail(stop, r"\underbrace{…} takes its size as a subscript")
    size = Range(s.sub.start, s.sub.end, "size")
    close = Word("_CLOSE", None, s.sub.end)
    return [Word("BRACE", None, at), *reader.group(inside), size, close], s.end


def nabla(reader: Reader, at: int, end: int) -> Answer:
    r"""\nabla_{x} L."""
    s = reader.scripts(at + 1, end)
    if s.sub is None or s.sup or s.primes:
        raise reader.source.fail(at, r"\nabla needs the variable as a subscript: \nabla_{x} L")
    return [Word("NABLA", None, at), s.sub, Word("OF", None, s.sub.end)], s.end


def big(reader: Reader, at: int, end: int) -> Answer:
    r"""\sum_{k=1}^{n} and \prod."""
    s = reader.scripts(at + 1, end)
    sign = reader.tokens[at]
    if s.sup is None and (letters := open_letters(reader.inside(s.sub))):
        return [w for x in letters for w in over_all(reader, sign, x, at)], s.end
    if s.sub is None or s.sup is None or "=" not in reader.inside(s.sub):
        hint = f"Write {sign}_{{k=1}}^{{n}} …, with both bounds."
        raise reader.source.fail(at, f"{sign} without bounds", hint=hint)
    key, tex = bound_key(reader, s.sub)
    index = reader.table.known.get(key, tex)
    low = Range(s.sub.start + reader.inside(s.sub).index("=") + 1, s.sub.end)
    for bound in (low, s.sup):
        spot = alone(reader, key, bound)
        if spot is not None:
            raise reader.source.fail(spot, "the index of a sum is also its bound",
                                     hint="Give the index a letter of its own.")  # fmt: skip
    head = Word("BIG", (sign, index), at)
    return [head, low, Word("_TO", None, low.end), s.sup, Word("_BODY", None, s.sup.end)], s.end


def open_letters(sub: Key) -> tuple[str, ...]:
    r"""The letters of \sum_{k} and \sum_{i,j}, which run over the whole axes they index."""
    letters = tuple(x for x in sub if x != ",")
    return letters if all(len(x) == 1 and x.isalpha() for x in letters) else ()


def over_all(reader: Reader, sign: str, letter: str, at: int) -> Work:
    """A sum over the whole axis of one letter."""
    index = reader.table.known.get(((letter,), (), ()), Name(letter))
    return [Word("BIG", (sign, index), at), Word("NUMBER", "1", at), Word("_TO", None, at),
            Word("NAME", OPEN, at), Word("_BODY", None, at)]  # fmt: skip


def alone(reader: Reader, key: tuple[Key, Key, Key], bound: Range) -> int | None:
    """Where a bound names the index itself, not a name that begins with the same letter."""
    letter, *scripts = key
    if any(scripts) or len(letter) != 1:
        return None
    spots = (k for k in range(bound.start, bound.end) if reader.tokens[k] == letter[0])
    return next((k for k in spots if reader.token(k + 1) not in ("_", "^", "'")), None)


def bound_key(reader: Reader, sub: Range) -> tuple[tuple[Key, Key, Key], Name]:
    """The letter bound in `k=1`: as the table has it, and as a name."""
    stop = sub.start + reader.inside(sub).index("=")
    letter = sub.start
    while letter < stop and reader.tokens[letter] not in ("^", "_", "'"):
        letter += 1
    s = reader.scripts(letter, stop)
    if letter == sub.start or s.end != stop or s.primes:
        raise reader.source.fail(sub.start, "the index of a sum is one letter")
    pieces = [reader.source.piece(r.start, r.end) if r else "" for r in (s.sup, s.sub)]
    key = (reader.tokens[sub.start : letter], reader.inside(s.sup), reader.inside(s.sub))
    return key, Name(reader.source.piece(sub.start, letter), *pieces)


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
    if s.sub or reader.token(s.end) not in _OPENERS or s.end >= end:
        raise reader.source.fail(s.end, f"{shown} needs its argument in parentheses: {shown}(x)")
    work: Work = [Word("FUNCTION", (name, primes), at)]
    if power:
        work += [Word("POW", None, power.start), power, Word("_CLOSE", None, power.end)]
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
    r"""1_n, I_n, e_y, δ_{ij}, and the indicator 1(a > b)."""
    token = reader.tokens[at]
    kind = _CONSTANTS.get(token)
    if kind is None:
        return None
    work: Work
    s = reader.scripts(at + 1, end)
    if s.sub is None:
        if kind == "ONES" and s.end == at + 1 and reader.token(s.end) in ("(", "["):
            return [Word("INDICATOR", None, at)], s.end
        if kind in ("ONES", "EYE") and not s.primes:
            work = [Word(kind, None, at), Word("NAME", OPEN, at), Word("_CLOSE", None, at)]
            return work + (reader.powers(s.sup) if s.sup else []), s.end
        return None
    if s.primes:
        raise reader.source.fail(at, f"a prime stands on {token}")
    mode = reader.indices(s.sub.start, s.sub.end)[1] if kind == "DELTA" else s.sub
    work = [Word(kind, None, at), mode, Word("_CLOSE", None, s.sub.end)]
    return work + (reader.powers(s.sup) if s.sup else []), s.end


def number(reader: Reader, at: int, end: int) -> Answer:
    r"""A number, or the zeros 0_{m\times n}."""
    token = reader.tokens[at]
    if not token[0].isdecimal() or not token.isascii():
        return None
    if token == "0" and reader.token(at + 1) in ("_", "^"):
        s = reader.scripts(at + 1, end)
        if s.sub and not s.primes and r"\times" in reader.inside(s.sub):
            size = Range(s.sub.start, s.sub.end, "size")
            work: Work = [Word("ZEROS", None, at), size, Word("_CLOSE", None, size.end)]
            return work + (reader.powers(s.sup) if s.sup else []), s.end
    return [Word("NUMBER", token, at)], at + 1


def sign(reader: Reader, at: int, end: int) -> Answer:
    """Relations, and the ends of a matrix."""
    token = reader.tokens[at]
    if token in _RELATIONS:
        return [Word("RELATION", _RELATIONS[token], at)], at + 1
    if token.startswith((r"\begin{", r"\end{")) and token.endswith("matrix}"):
        return [Word("BEGIN" if token[1] == "b" else "END", None, at)], at + 1
    if token in _CASES:
        return [Word(_CASES[token], None, at)] if _CASES[token] else [], at + 1
    return None


_CONSTANTS = {
    r"\mathbf{1}": "ONES", "I": "EYE", r"\mathbf{I}": "EYE", r"\mathbf{e}": "UNIT",
    r"\delta": "DELTA", "e": "UNIT",
}  # fmt: skip
_CASES = {
    r"\begin{cases}": "CASES", r"\end{cases}": "END",
    **dict.fromkeys((r"\mathrm{otherwise}", r"\mathrm{else}", r"\mathrm{sonst}"), "OTHERWISE"),
    **dict.fromkeys((r"\mathrm{if}", r"\mathrm{for}", r"\mathrm{falls}", r"\mathrm{wenn}"), ""),
}  # fmt: skip
_RELATIONS = {"<": "<", ">": ">", r"\leq": "<=", r"\geq": ">=", "=": "=", r"\neq": "!="}

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
