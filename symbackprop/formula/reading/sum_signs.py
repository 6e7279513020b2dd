r"""Σ and Π as they are typed: with both bounds, over a whole axis, over where a condition holds."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from symbackprop.formula.printed_names import misnamed
from symbackprop.formula.reading.grammar_words import Range, Reader, Scripts, Word, Work
from symbackprop.formula.reading.name_table import Key
from symbackprop.formula.reading.tex_tokens import ACCENTS, RELATIONS
from symbackprop.formula.tree import OPEN, Formula, Name, Number
from symbackprop.tex.math_commands import NAMES, fault

_ENDS = frozenset({"+", "-", "=", ",", "&", "\\\\", "<", ">", r"\leq", r"\geq", r"\neq", ")", "]", "}", ":",
                   r"\rfloor", "⟫", r"\rvert"})  # fmt: skip
_MULTIPLIED = frozenset({r"\cdot", "*", "@", "/", r"\times", r"\odot"})
_BARS = {"|": "|", r"\|": r"\|", "⟪": "⟫", r"\lvert": r"\rvert"}
_BIG = frozenset({r"\sum", r"\prod"})
_APPLIED = frozenset({r"\sqrt", r"\exp", r"\log", r"\tanh", r"\sigma", r"\max", r"\min", r"\det"})
Answer = tuple[Work, int] | None


def big(reader: Reader, at: int, end: int) -> Answer:
    r"""\sum_{k=1}^{n} and \prod."""
    s = reader.scripts(at + 1, end)
    sign = reader.tokens[at]
    if found := over_names(reader, s):
        return [Word("ACROSS", found, at)], s.end
    s, wheres = cut_conditions(reader, s)
    if s.sup is None and (letters := open_letters(reader.inside(s.sub))):
        every = [w for x in letters for w in over_all(reader, sign, x, at)]
        return with_body(reader, every, wheres, letters, (s.end, end))
    if s.sub and s.sup and whole_axis(reader, s.sub, s.sup):
        letter = reader.tokens[s.sub.start]
        every = over_all(reader, sign, letter, at)
        return with_body(reader, every, wheres, (letter,), (s.end, end))
    if s.sub and s.sup and (letters := open_letters(reader.inside(s.sub))) and len(letters) == 1:
        every = over_all(reader, sign, letters[0], at)  # \sum_i^n
        every[3:4] = [s.sup]
        return with_body(reader, every, wheres, letters, (s.end, end))
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
    work: Work = [head, low, Word("_TO", None, low.end), s.sup, Word("_BODY", None, s.sup.end)]
    return with_body(reader, work, wheres, key[0][-1:], (s.end, end))


def over_names(reader: Reader, s: Scripts) -> tuple[Name, tuple[Formula, ...]] | None:
    r"""The letter and the values of \sum_{g \in \{f, i, o\}}, \sum_{h=1}^{3}, where names have it inside."""
    inside = reader.inside(s.sub)
    if not inside or inside[0] not in reader.table.inside:
        return None
    values = range_values(inside[1:], reader.inside(s.sup))
    return (Name(inside[0]), values) if values else None


def range_values(after: Key, high: Key) -> tuple[Formula, ...]:
    """The values behind the letter of an index; none where the tokens say no range."""
    if after[:1] == ("=",) and all(len(x) == 1 and x[0].isdecimal() for x in (after[1:], high)):
        return tuple(Number(Fraction(k)) for k in range(int(after[1]), int(high[0]) + 1))
    if after[:2] == (r"\in", "[") and after[-1] == "]" and not high:
        return tuple(Name(x) for x in after[2:-1:2])
    return ()


# --- what Π takes: a factor behind it that is about no index of it stands beside the product


def with_body(
    reader: Reader, head: Work, wheres: list[Range], letters: Key, behind: tuple[int, int]
) -> Answer:
    """A sign with its conditions. Σ takes all factors behind it, Π up to the last one about its index."""
    at, end = behind
    first = head[0]
    if not isinstance(first, Word) or first.value[0] == r"\sum":  # type: ignore[index]
        return head + [w for c in wheres for w in where(c)], at
    stop = last_about(reader, at, end, frozenset(letters))
    body: Work = [Range(at, stop)]
    if wheres:  # a factor that does not count is 1
        one = [Word("NUMBER", "1", stop)]
        less = [Word("_LPAR", None, at), *body, Word("_MINUS", None, stop), *one, Word("_RPAR", None, stop)]
        inner = [*(w for c in wheres for w in where(c)), *less, Word("_PLUS", None, stop), *one]
        body = [Word("_LPAR", None, at), *inner, Word("_RPAR", None, stop)]
    return [Word("_LPAR", None, at), *head, *body, Word("_RPAR", None, stop)], stop


def last_about(reader: Reader, start: int, end: int, letters: frozenset[str]) -> int:
    """Where the last factor ends that is about one of the letters; the end of all where none is."""
    at, stop, crossed = start, start, end
    while at < end and not ends_factors(reader, at, start, end):
        token, after = reader.tokens[at], unit_end(reader, at, end)
        if token in _BIG:
            own = reader.token(at + 2 + (reader.token(at + 2) == "{"))
            if own in letters and at > start:  # another sign over the same letter begins
                break
            after = taken(reader, token, own, after, end)
        if token == r"\times":  # it may stand between two sizes
            crossed = min(crossed, at)
        if letters & set(reader.tokens[at:after]) or (at == start and token in _BIG):
            stop = after
        at = after
    return min(at, crossed) if stop == start else stop


def taken(reader: Reader, sign: str, own: str, at: int, end: int) -> int:
    """Where what a sign inside takes ends: Σ all factors behind it, Π up to the last about its index."""
    if sign == r"\prod":
        return last_about(reader, at, end, frozenset({own}))
    start = at
    while at < end and not ends_factors(reader, at, start, end):
        at = unit_end(reader, at, end)
    return at


def ends_factors(reader: Reader, at: int, start: int, end: int) -> bool:
    """Whether the factors behind a sign end at a token: + and -, a comma, a bracket, the end of a cell."""
    token = reader.tokens[at]
    if token in ("|", r"\|"):
        return token not in reader.tokens[at + 1 : end]
    signed = token == "-" and (at == start or reader.tokens[at - 1] in _MULTIPLIED)
    return (token in _ENDS or token.startswith(r"\end{")) and not signed


def unit_end(reader: Reader, at: int, end: int) -> int:
    """Where what begins at a token ends: a bracket, a fraction, bars, with all its scripts."""
    token, closing = reader.tokens[at], reader.source.closing
    after = closing.get(at, at) + 1
    if token == r"\frac":
        after = reader.argument(reader.argument(at + 1, end)[1], end)[1]
    elif token in _BARS:
        inner = range(at + 1, end)
        after = next((k for k in inner if reader.tokens[k] == _BARS[token]), end - 1) + 1
    elif token.startswith(r"\begin{"):
        closer = token.replace("begin", "end")
        after = next((k for k in range(at, end) if reader.tokens[k] == closer), end - 1) + 1
    elif token in ACCENTS or token in _APPLIED or token.startswith(r"\operatorname"):
        after = reader.argument(reader.scripts(at + 1, end).end, end)[1] if at + 1 < end else end
        after = closing.get(after - 1, after - 1) + 1
    return min(reader.scripts(after, end).end, end)


def cut_conditions(reader: Reader, s: Scripts) -> tuple[Scripts, list[Range]]:
    r"""The scripts with the letter alone, and the conditions: i: y_i = 1; j \neq i; i = 1, i \neq j."""
    if s.sub is None:
        return s, []
    sub = s.sub
    inside = reader.inside(sub)
    head = head_of(inside, s.sup is not None)
    if head == len(inside):
        return s, []
    if head < 0:  # the letter is the index of what is compared
        letter = -1 - head
        at = sub.start + letter
        return replace(s, sub=Range(at, at + 1)), [sub]
    start, stop = sub.start + head, sub.end
    if reader.tokens[start] in (":", ",", r"\in"):
        start += 1
        if reader.tokens[start] == "[" and reader.source.closing.get(start) == stop - 1:
            start, stop = start + 1, stop - 1  # i \in \{ i : … \}
            start += 2 * (reader.tokens[start + 1] == ":")
    elif reader.tokens[start] in RELATIONS:
        start = sub.start
    return replace(s, sub=Range(sub.start, sub.start + head)), parts(reader, start, stop)


def head_of(inside: Key, bounded: bool) -> int:
    """How many tokens name the letter and its bound; negative: where the letter of a bare condition is."""
    related, depth = None, 0
    for k, token in enumerate(inside):
        depth += (token in "([{") - (token in ")]}")
        if depth:
            continue
        if token in (":", r"\in") or (token == "," and "=" in inside[:k]):
            return k
        if related is None and token in RELATIONS:
            related = k
    if related is None or (inside[related] == "=" and (bounded or "_" not in inside[:related])):
        return len(inside)
    if related == 1 and inside[0].isalpha():
        return 1
    letters = [k for k, t in enumerate(inside) if len(t) == 1 and t.isalpha() and below(inside, k)]
    return -1 - letters[-1] if letters else len(inside)


def below(inside: Key, k: int) -> bool:
    """Whether a token is a whole subscript, or the last letter of one."""
    if inside[k - 1] == "_" and k:
        return True
    start = k
    while start and inside[start] not in ("{", "}", "_"):
        start -= 1
    return inside[start] == "{" and inside[start - 1] == "_" and inside[k + 1 : k + 2] == ("}",)


def parts(reader: Reader, start: int, stop: int) -> list[Range]:
    """Conditions between commas."""
    out: list[Range] = []
    at = begin = start
    while at < stop:
        if reader.tokens[at] == ",":
            out.append(Range(begin, at))
            begin = at + 1
        at = reader.source.closing.get(at, at) + 1
    return [*out, Range(begin, stop)]


def where(condition: Range) -> Work:
    """1(condition) in front of what is summed."""
    start, end = condition.start, condition.end
    return [Word("INDICATOR", None, start), Word("_LPAR", None, start), condition,
            Word("_RPAR", None, end), Word("CDOT", None, end)]  # fmt: skip


def open_letters(sub: Key) -> tuple[str, ...]:
    r"""The letters of \sum_{k} and \sum_{i,j}, which run over the whole axes they index."""
    letters = tuple(x for x in sub if x != ",")
    return letters if all(len(x) == 1 and x.isalpha() for x in letters) else ()


def whole_axis(reader: Reader, sub: Range, sup: Range) -> bool:
    r"""\sum_{n=1}^{N}, where no N is declared: the sum over all n."""
    low, high = reader.inside(sub), reader.inside(sup)
    unknown = len(high) == 1 and (high, (), ()) not in reader.table.known
    return unknown and low[1:] == ("=", "1") and high[0] == low[0].upper() != low[0]


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
    name = Name(reader.source.piece(sub.start, letter), pieces[0], pieces[1])
    if misnamed(name.base) or any(fault(x, NAMES) for x in pieces):  # it is printed as it was typed
        raise reader.source.fail(sub.start, "the index of a sum is one letter")
    return key, name
