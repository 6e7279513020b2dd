"""Nodes written as functions of what they are computed from: h_θ(x_i) is h_i, and h_θ(X) is h."""

from __future__ import annotations

from collections.abc import Callable

from symbackprop.derivation.derivation import Derivation
from symbackprop.dialects.plain import Tokens, group
from symbackprop.errors import FormulaError
from symbackprop.formula.composing import one_or
from symbackprop.formula.reading.tex_tokens import Source, checked
from symbackprop.formula.tree import At, Formula, Name, Times
from symbackprop.formula.writing.text_writer import text
from symbackprop.formula.writing.walk import children, fold, inside, rebuilt
from symbackprop.graph.expr import Symbol


def without_calls(d: Derivation) -> Callable[[Formula], Formula]:
    """What puts the values of nodes in the place of their calls.

    A call has its parameters below it, h_θ(x), or stands where no product fits: h(X) of a vector h.
    Errors: `FormulaError` for a call of something else than a node's own rows.
    """
    symbols = [e.symbol for e in d.graph.symbol.values() if e.symbol]
    given = {s.tex: s for s in symbols if s.name in d.graph.inputs and not s.labels}
    nodes = {s.tex: s for s in symbols if s.name in d.graph.definition and s.shape and not s.time}
    if not nodes:
        return lambda f: f

    def combine(f: Formula, parts: list[Formula]) -> Formula:
        made = rebuilt(f, parts)
        if not isinstance(made, Times):
            return made
        factors, signs = list(made.factors), list(made.signs or ("",) * len(made.factors))
        for k in range(len(factors) - 2, -1, -1):
            if not signs[k + 1] and (value := called(factors[k], factors[k + 1], nodes, given)) is not None:
                factors[k : k + 2], signs[k : k + 2] = [value], [signs[k]]
        if len(factors) == len(made.factors):
            return made
        return one_or(lambda x: Times(x, tuple(signs)), factors)

    return lambda f: fold(f, children, combine)


def called(f: Formula, of: Formula, nodes: dict[Name, Symbol], given: dict[Name, Symbol]) -> Formula | None:
    """The value of a call; None where it is none. Errors: `FormulaError` for another argument."""
    base = f.base if isinstance(f, At) else None
    node = nodes.get(base) if isinstance(base, Name) else None
    if not isinstance(f, At) or not node or any(p not in given for p in f.indices):
        return None
    whole, row = (of.base, of.indices) if isinstance(of, At) else (of, ())
    x = given.get(whole) if isinstance(whole, Name) else None
    rows = x is not None and len(row) < 2 and x.shape[:1] == node.shape[:1]
    if f.indices[0] in inside(of):  # h(X), not h_θ(X)
        product = not x or len(x.shape) < 2 or (len(node.shape) == 2 and node.shape[1] == x.shape[bool(row)])
        if product or not rows:
            return Times((node.tex, of))
    if not rows:
        raise FormulaError(f"{text(node.tex)} is a value here, of one sample or of all", where="answer")
    return At(node.tex, row) if row else node.tex


def marked(source: Source, d: Derivation) -> Source:
    """Tokens in which h(X) is h_X(X), so that it is seen to be no product: brackets leave no trace."""
    if "(" not in source.tokens:
        return source
    symbols = [e.symbol for e in d.graph.symbol.values() if e.symbol and e.symbol.shape]
    of = [group(s.tex) for s in symbols if s.name in d.graph.inputs and not s.time]
    nodes = [group(s.tex) for s in symbols if s.name in d.graph.definition and not s.time]
    cells: list[tuple[str, int]] = []
    for k, (token, place) in enumerate(zip(source.tokens, source.places, strict=True)):
        if token == "(" and any(ends(source.tokens[:k], n) for n in nodes):
            inner = source.tokens[k + 1 : source.closing[k]]
            found = next((x for x in of if argument(inner, x)), ())
            cells += [(t, place) for t in (("_", *found) if found else ())]
        cells.append((token, place))
    if len(cells) == len(source.tokens):
        return source
    return checked(Source(source.text, tuple(t for t, _ in cells), tuple(p for _, p in cells)))


def ends(before: Tokens, name: Tokens) -> bool:
    """Whether tokens end with a name, in braces or not."""
    return any(before[-len(x) :] == x for x in (name, name[1:-1]))


def argument(inner: Tokens, name: Tokens) -> bool:
    """Whether what stands in a bracket is a name, or one of its rows."""
    left = next((inner[len(x) :] for x in (name, name[1:-1]) if inner[: len(x)] == x), None)
    return left is not None and (not left or (left[0] == "_" and not {"+", "-", ","} & {*left}))
