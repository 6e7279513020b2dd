"""Wrong rules: what people make of the pullback of one op, each made from the right one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from symbackprop.backward.local_derivatives import NO_NAMES, pullback
from symbackprop.backward.reverse_pass import Adjoint, Backward, Pull, adjoint, swept
from symbackprop.entries.op import Op
from symbackprop.errors import ShapeError, SymbackpropError
from symbackprop.formula.tree import Name
from symbackprop.graph.expr import (
    Expr, Symbol, apply, const, intern, leaf, substitute, symbols, topological,
)  # fmt: skip
from symbackprop.graph.functions import ones, zeros
from symbackprop.graph.graph import reached
from symbackprop.matrices import tidy as td
from symbackprop.vocabulary.kinds import (
    ADD, CLIP, CONCAT, DIVIDE, LOG_SOFTMAX, MATMUL, MAXIMUM, MULTIPLY, POWER, SIGMOID, SOFTMAX, SUBTRACT,
    TANH,
)  # fmt: skip

Named = Mapping[Hashable, Expr]
Wrong = Callable[[Expr, int, Expr, Expr], Expr | None]
SLOPED = frozenset({SOFTMAX, LOG_SOFTMAX, CLIP})  # beside the functions of one entry
SPREADING = frozenset({ADD, SUBTRACT, MULTIPLY, DIVIDE})  # ops that repeat the smaller argument


def where(fits: Callable[[Expr], object], rule: Wrong) -> Wrong:
    """A rule of some ops."""
    return lambda e, n, y, bar: rule(e, n, y, bar) if fits(e) else None


def of(*ops: Op) -> Callable[[Expr], bool]:
    """Whether an expression is made by one of some ops."""
    return lambda e: e.op in ops


def scalar(e: Expr) -> bool:
    """Whether an op works entry by entry on one argument."""
    return e.op.scalar is not None


def twice(e: Expr, n: int, y: Expr, bar: Expr) -> Expr:
    return pullback(e, n, y, pullback(e, n, y, bar))


def at_output(e: Expr, n: int, y: Expr, bar: Expr) -> Expr:
    again = intern(e.op, (y,), e.attributes, e.shape)
    return pullback(again, 0, again, bar)


def complement(y: Expr) -> Expr:
    """1 - y."""
    return td.plus(const(1), td.scaled(-1, y))


def product(a: Expr, b: Expr, n: int) -> Expr:
    """The product of matrices, its factors the other way round for the second argument."""
    return apply(MATMUL, a, b) if n == 0 else apply(MATMUL, b, a)


def elementwise(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    other = e.args[1 - n] if e.op is MATMUL else None
    return td.mul(other, bar) if other is not None and other.shape == bar.shape else None


def slope(e: Expr, n: int, y: Expr, bar: Expr) -> Expr:
    """f'(x), or the other factor of a product."""
    return pullback(e, n, y, ones(*bar.shape))


def matrices(e: Expr) -> bool:
    """Whether an op is entry by entry on matrices."""
    return e.rank == 2 and (scalar(e) or e.op is MULTIPLY)


def not_summed(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    argument = e.args[n]
    if e.op not in SPREADING or argument.shape == e.shape or not symbols(argument):
        return None
    whole = leaf(Symbol("\0whole", e.shape, Name("x")))
    spread = intern(e.op, (*e.args[:n], whole, *e.args[n + 1 :]), e.attributes, e.shape)
    return substitute(pullback(spread, n, y, bar), {whole: argument})


def raised(by: int) -> Callable[[Expr, int, Expr, Expr], Expr | None]:
    """k u^(k - 1) as k u^k, or as k u^(k - 2)."""

    def rule(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
        if n or dict(e.attributes).get("p") == 1 - by:  # 2 u as 2 is another mistake
            return None
        return td.mul(pullback(e, n, y, bar), td.power(e.args[0], by))

    return rule


def gate(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    alike = e.op is MULTIPLY and e.rank and e.args[n].shape == e.shape == e.args[1 - n].shape
    return bar if alike and symbols(e.args[1 - n]) else None


def as_tanh(e: Expr, n: int, y: Expr, bar: Expr) -> Expr:
    return td.mul(complement(td.mul(y, y)), bar)


def as_sigmoid(e: Expr, n: int, y: Expr, bar: Expr) -> Expr:
    return td.mul(td.mul(y, complement(y)), bar)


def other(e: Expr) -> bool:
    """Whether an op is entry by entry, and neither tanh nor σ."""
    return scalar(e) and bool(e.rank) and e.op not in (TANH, SIGMOID)


WRONG: tuple[tuple[str, Wrong], ...] = (
    # f'(x) is forgotten; stands twice, where ȳ has it already or a loss cancels it; or is f'(f(x))
    ("inner",     where(lambda e: scalar(e) or e.op in SLOPED, lambda e, n, y, bar: bar)),
    ("twice",     where(lambda e: (scalar(e) or e.op is SOFTMAX) and e.rank, twice)),
    ("twice",     where(of(SOFTMAX), lambda e, n, y, bar: as_sigmoid(e, n, y, pullback(e, n, y, bar)))),
    ("argument",  where(scalar, at_output)),
    # tanh' as 1 - tanh, σ' as σ, the Jacobian of softmax without what lies beside its diagonal
    ("tanh",      where(of(TANH), lambda e, n, y, bar: td.mul(complement(y), bar))),
    ("sigmoid",   where(of(SIGMOID), lambda e, n, y, bar: td.mul(y, bar))),
    ("diagonal",  where(of(SOFTMAX), lambda e, n, y, bar: td.mul(td.mul(y, complement(y)), bar))),
    # W ȳ for Wᵀ ȳ, or ȳ W: fits where sizes are square; the factors in the other order; ⊙ for the product
    ("transpose", where(of(MATMUL), lambda e, n, y, bar: product(bar, e.args[1 - n], n))),
    ("transpose", where(of(MATMUL), lambda e, n, y, bar: product(e.args[1 - n], bar, n))),
    ("product",   elementwise),
    # the product for ⊙, the error signal behind or in front
    ("product",   where(matrices, lambda e, n, y, bar: apply(MATMUL, slope(e, n, y, bar), bar))),
    ("product",   where(matrices, lambda e, n, y, bar: apply(MATMUL, bar, slope(e, n, y, bar)))),
    # what was repeated is not summed; all of a concatenation's signal; one use of a node is forgotten
    ("batch",     not_summed),
    ("selector",  where(of(CONCAT), lambda e, n, y, bar: bar)),
    ("path",      lambda e, n, y, bar: zeros(*e.args[n].shape)),
    # k u^k for k u^(k - 1); the other factor of ⊙, or the indicator at a max, is forgotten; ȳ is forgotten
    ("exponent",  where(of(POWER), raised(1))),
    ("exponent",  where(of(POWER), raised(-1))),
    ("gate",      gate),
    ("indicator", where(of(MAXIMUM), lambda e, n, y, bar: bar if e.args[n].shape == e.shape else None)),
    ("upstream",  where(lambda e: e.rank and (scalar(e) or e.op is MULTIPLY), slope)),
    # the derivative of another activation
    ("exchanged", where(of(TANH), as_sigmoid)),
    ("exchanged", where(of(SIGMOID), as_tanh)),
    ("exchanged", where(other, as_tanh)),
    ("exchanged", where(other, as_sigmoid)),
)  # fmt: skip
LAST: tuple[tuple[str, Wrong], ...] = (  # what another slip explains as well is called by its name
    ("inner",     where(of(POWER), lambda e, n, y, bar: bar)),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Slip:
    """A wrong rule at one argument of one node; every other node keeps the right one."""

    key: str
    name: str  # the definition the node stands in
    e: Expr
    n: int
    wrong: Wrong

    @property
    def node(self) -> str:
        """What a sentence names: where a way is missing, the node the way leads from."""
        a = self.e.args[self.n]
        return a.symbol.name if self.key == "path" and a.symbol else self.name


def slips(right: Backward) -> Iterator[Slip]:
    """Every wrong rule that applies somewhere on the way back."""
    way = [n for n in right.graph.definition if n == right.of or n in right.adjoints]
    for table in (WRONG, LAST):
        for name in way:
            for e in topological(right.graph.definition[name]):
                for n in range(len(e.args)):
                    for key, wrong in table:
                        if applies(wrong, e, n):
                            yield Slip(key, name, e, n, wrong)


def applies(wrong: Wrong, e: Expr, n: int) -> bool:
    """Whether a wrong rule says something about an argument of a node."""
    try:
        return wrong(e, n, e, ones(*e.shape)) is not None
    except SymbackpropError:
        return False


def derailed(right: Backward, wrt: str, made: tuple[Slip, ...]) -> Backward:
    """A derivation of one δ with some slips in it: the δ's on its way that become others, as they are summed.

    Errors: as those of a wrong rule whose sizes do not fit.
    """
    sums = {n: replace(a, forms=a.forms[:1]) for n, a in right.adjoints.items()}
    changed: set[str] = set()
    for name in dict.fromkeys(s.name for s in made):
        pull = rule(s for s in made if s.name == name)
        own = right.seed if name == right.of else sums[name].symbol
        found = swept(right.prepared, name, own, pull)
        for target in {n for n, _ in found} & set(sums):
            kept = [u for u in sums[target].uses if u.consumer != name]
            uses = (*kept, *(u for n, u in found if n == target))
            sums[target] = adjoint(right.prepared, target, uses)
            if target != wrt:
                sized_as(sums[target].symbol, sums[target].value)
            changed.add(target)
    parts = {n: signals(a) for n, a in sums.items()}
    users = {n: {m for m, each in parts.items() if n in each} for n in parts}
    way = reached(changed, users) & reached({wrt}, parts)
    return replace(right, adjoints={n: a for n, a in sums.items() if n in way})


def sized_as(e: Expr, bar: Expr) -> None:
    """Errors: `ShapeError` where a wrong error signal has another size: nothing can be done with it."""
    if bar.shape != e.shape:
        raise ShapeError("an error signal has another size", where=e.op.name)


def signals(a: Adjoint) -> set[str]:
    """The δ's a δ is made of."""
    whole = (e for e in (a.value, a.first, a.last) if e is not None)
    return {x.symbol.name for e in whole for x in symbols(e) if x.symbol and x.symbol.cotangent}


def rule(made: Iterable[Slip]) -> Pull:
    """The rule of somebody who makes these slips."""
    at = {(s.e, s.n): s.wrong for s in made}

    def pull(f: Expr, m: int, y: Expr, bar: Expr, known: Named = NO_NAMES) -> Expr:
        sized_as(f, bar)
        wrong = at.get((f, m))
        said = wrong(f, m, y, bar) if wrong else None
        return pullback(f, m, y, bar, known) if said is None else said

    return pull
