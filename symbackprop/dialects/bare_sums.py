r"""`\sum r_i x_i` as `\sum_{i} r_i x_i`: a sum that names no letter is over the only or the repeated one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from symbackprop.formula.reading.tex_tokens import Source, checked

_BIG = frozenset({r"\sum", r"\prod"})
_ENDS = frozenset({"+", "-", "=", ",", "&", "\\\\"})
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")


def lettered_sums(source: Source, letters: Collection[str]) -> Source:
    """The source with a letter on every sum that has none and whose term says which it is."""
    tokens, cells = source.tokens, list[tuple[str, int]]()
    for k, (token, place) in enumerate(zip(tokens, source.places, strict=True)):
        cells.append((token, place))
        if token in _BIG and tokens[k + 1 : k + 2] not in (("_",), ("^",)):
            found = Counter(x for x in indices(tokens[k + 1 :]) if x in letters)
            often = [x for x, n in found.items() if n > 1] if len(found) > 1 else list(found)
            if len(often) == 1:
                cells += [(t, place) for t in ("_", "{", *often, "}")]
    if len(cells) == len(tokens):
        return source
    return checked(Source(source.text, tuple(t for t, _ in cells), tuple(p for _, p in cells)))


def indices(tokens: Sequence[str]) -> Iterator[str]:
    """The tokens in the subscripts of the first term."""
    depth, inner = 0, list[int]()  # how many brackets are open, and at which depths subscripts began
    for before, token in zip(("", *tokens), tokens, strict=False):
        depth += (token in _OPEN) - (token in _CLOSE)
        if depth < 0 or (depth == 0 and token in _ENDS):
            return
        if token == "{" and before == "_":
            inner.append(depth)
        elif inner and depth < inner[-1]:
            inner.pop()
        elif inner or before == "_":
            yield token
