r"""`a if i = j else b` as `\begin{cases}`; in such an environment, no commas before an &."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symbackprop.formula.reading import tex_tokens
from symbackprop.formula.reading.tex_tokens import Source, checked

IF, ELSE = ({rf"\mathrm{{{word}}}" for word in words} for words in (tex_tokens.IF, tex_tokens.ELSE))
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")
_ENDS = frozenset({"&", "\\\\", r"\end{cases}"})
Cells = list[tuple[str, int]]  # tokens with their places
Row = tuple[Cells, Cells]  # a value and its condition; no condition: otherwise


def cased(source: Source) -> Source:
    """The source with its cases in one environment; untouched where there are none."""
    tokens = source.tokens
    if r"\begin{cases}" in tokens:
        kept = [
            k
            for k, t in enumerate(tokens)
            if not (t == "," and tokens[k + 1 : k + 2] and tokens[k + 1] in _ENDS)
        ]
        return checked(
            Source(source.text, tuple(tokens[k] for k in kept), tuple(source.places[k] for k in kept))
        )
    if not IF.intersection(tokens):
        return source
    cells = list(zip(tokens, source.places, strict=True))
    start, stop = frame(tokens)
    out = [*cells[:start], *environment(list(rows(cells[start:stop])), cells[start][1]), *cells[stop:]]
    return checked(Source(source.text, tuple(t for t, _ in out), tuple(p for _, p in out)))


def frame(tokens: Sequence[str]) -> tuple[int, int]:
    """Where the cases begin and end: in the bracket around the first `if`, behind the = before it."""
    first = next(k for k, t in enumerate(tokens) if t in IF)
    start, depth = 0, 0
    for k in range(first - 1, -1, -1):
        depth += (tokens[k] in _CLOSE) - (tokens[k] in _OPEN)
        if depth < 0 or (depth == 0 and tokens[k] == "="):
            start = k + 1
            break
    depth = 0
    for k in range(first, len(tokens)):
        depth += (tokens[k] in _OPEN) - (tokens[k] in _CLOSE)
        if depth < 0:
            return start, k
    return start, len(tokens)


def rows(cells: Cells) -> Iterator[Row]:
    """Value and condition, again and again; `else b` and `b otherwise` are the last."""
    value: Cells = []
    condition: Cells = []
    target, depth = value, 0
    for cell in cells:
        token = cell[0]
        depth += (token in _OPEN) - (token in _CLOSE)
        if depth == 0 and token in IF:
            target = condition
        elif depth == 0 and (token in ELSE or (token == "," and target is condition)):
            if condition:
                yield value, condition
                value, condition = [], []
            target = value
        elif not (token == "," and depth == 0 and not target):
            target.append(cell)
    if value:
        yield value, condition


def environment(each: list[Row], place: int) -> Cells:
    """The rows as LaTeX has them."""
    out: Cells = [(r"\begin{cases}", place)]
    for k, (value, condition) in enumerate(each):
        at = value[-1][1] if value else place
        out += [("\\\\", at)] if k else []
        out += [*value, ("&", at), *(condition or [(r"\mathrm{otherwise}", at)])]
    return [*out, (r"\end{cases}", place)]
