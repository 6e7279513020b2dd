"""What is known of the signs of an expression: probabilities are nowhere below 0, scores may be."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from symbackprop.graph.expr import NUMBER, SIZE, Expr

ALWAYS = frozenset(
    {"exp", "softmax", "masked_softmax", "sigmoid", "softplus", "cosh", "onehot", "square"}
)
# not below 0 where none of their arguments is
KEEPING = frozenset(
    (
        "add multiply divide power sum sum_last mean mean_last matmul outer transpose reshape slice pick "
        "concat einsum sqrt reciprocal rsqrt minimum diag diagonal trace kron vec cumsum embedding time_sum "
        "normalize avg_pool1d avg_pool2d upsample1d upsample2d windows1d windows2d identity tri"
    ).split()
)
DOMAINS = frozenset({"positive", "onehot", "distribution"})
SHARES = frozenset({"sigmoid", "softmax", "masked_softmax"})  # between 0 and 1


def known_positive(e: Expr, definitions: Mapping[str, Expr]) -> bool:
    """Whether no entry is below 0, as far as the expression shows; `definitions` are those of steps."""
    known: dict[Expr, bool] = {}
    stack = [e]
    while stack:
        node = stack[-1]
        below = [x for x in decisive(node, definitions) if x not in known]
        if not below:
            known[stack.pop()] = settled(node, known, definitions)
        stack += below
    return known[e]


def decisive(e: Expr, definitions: Mapping[str, Expr]) -> tuple[Expr, ...]:
    """What the sign of an expression depends on."""
    if e.symbol:
        made = definition_of(e, definitions)
        return () if made is None or e.symbol.domain in DOMAINS else (made,)
    return e.args


def definition_of(e: Expr, definitions: Mapping[str, Expr]) -> Expr | None:
    """What a symbol is defined as, at its own step."""
    s = e.symbol
    if s is None or s.shift or s.at is not None:
        return None
    return s.definition if s.definition is not None else definitions.get(s.name)


def settled(e: Expr, known: Mapping[Expr, bool], definitions: Mapping[str, Expr]) -> bool:
    """The sign of one node, those it depends on known."""
    name = e.op.name
    if e.symbol:
        made = definition_of(e, definitions)
        return e.symbol.domain in DOMAINS or (made is not None and known[made])
    if e.op is NUMBER or name == "constant":
        return (e.number if e.op is NUMBER else Fraction(str(e.attribute("value")))) >= 0  # type: ignore[operator]
    if e.op is SIZE or name in ALWAYS:
        return True
    if name == "power" and Fraction(str(e.attribute("p"))) % 2 == 0:
        return True
    if name == "subtract":  # 1 - p
        one, share = e.args
        return one.number == 1 and between_0_and_1(share, definitions)
    if name == "maximum":
        return any(known[a] for a in e.args)
    if name == "clip":
        return Fraction(str(e.attribute("low"))) >= 0
    return name in KEEPING and all(known[a] for a in e.args)


def between_0_and_1(e: Expr, definitions: Mapping[str, Expr]) -> bool:
    """Whether an expression is a probability by its op or its declaration."""
    while (made := definition_of(e, definitions)) is not None:
        e = made
    return e.op.name in SHARES or bool(e.symbol and e.symbol.domain in ("onehot", "distribution"))
