"""Wrong rules: what people make of the pullback of one op, each made from the right one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from symbackprop.backward.local_derivatives import NO_NAMES, pullback
from symbackprop.backward.reverse_pass import Adjoint, Backward, Pull, adjoint, contributions
from symbackprop.errors import SymbackpropError
from symbackprop.formula.tree import Name
from symbackprop.graph.expr import (
    Expr, Symbol, const, intern, leaf, substitute, symbols, topological,
)  # fmt: skip
from symbackprop.graph.functions import FUNCTIONS, ones, zeros
from symbackprop.graph.graph import Graph, reached
from symbackprop.matrices import tidy as td

WHOLE = ("softmax", "log_softmax")  # activations that are no function of single entries
SPREADING = ("add", "subtract", "multiply", "divide")  # ops that repeat the smaller argument
Named = Mapping[Hashable, Expr]
Wrong = Callable[[Expr, int, Expr, Expr], Expr | None]


def unchanged(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """The inner derivative is forgotten: ȳ instead of f'(x) ⊙ ȳ."""
    return bar if e.op.scalar or e.op.name in WHOLE else None


def linear(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """The inner derivative of a power is forgotten."""
    return bar if e.op.name == "power" else None


def twice(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """f'(x) ⊙ f'(x) ⊙ ȳ: the inner derivative once more, where ȳ has it already or a loss cancels it."""
    return pullback(e, n, y, pullback(e, n, y, bar)) if e.op.scalar and e.rank else None


def at_output(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """f'(f(x)) instead of f'(x)."""
    if not e.op.scalar:
        return None
    again = intern(e.op, (y,), e.attributes, e.shape)
    return pullback(again, 0, again, bar)


def not_squared(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """tanh' as 1 - tanh."""
    return td.mul(td.plus(const(1), td.scaled(-1, y)), bar) if e.op.name == "tanh" else None


def halved(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """σ' as σ."""
    return td.mul(y, bar) if e.op.name == "sigmoid" else None


def diagonal(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """Only the diagonal of the softmax Jacobian."""
    if e.op.name != "softmax":
        return None
    return td.mul(td.mul(y, td.plus(const(1), td.scaled(-1, y))), bar)


def turned(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """W ȳ instead of Wᵀ ȳ, or ȳ W: fits where sizes are square."""
    if e.op.name != "matmul":
        return None
    other, matmul = e.args[1 - n], FUNCTIONS["matmul"]
    return matmul(bar, other) if n == 0 else matmul(other, bar)


def swapped(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """The factors in the other order."""
    if e.op.name != "matmul":
        return None
    other, matmul = e.args[1 - n], FUNCTIONS["matmul"]
    return matmul(other, bar) if n == 0 else matmul(bar, other)


def elementwise(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """⊙ for the matrix product."""
    return (
        td.mul(e.args[1 - n], bar)
        if e.op.name == "matmul" and e.args[1 - n].shape == bar.shape
        else None
    )


def multiplied(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """The matrix product for ⊙."""
    if bar.rank != 2 or not (e.op.scalar or e.op.name == "multiply"):
        return None
    slope = pullback(e, n, y, ones(*bar.shape))
    return FUNCTIONS["matmul"](slope, bar)


def multiplied_after(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """The matrix product for ⊙, the error signal in front."""
    if bar.rank != 2 or not (e.op.scalar or e.op.name == "multiply"):
        return None
    return FUNCTIONS["matmul"](bar, pullback(e, n, y, ones(*bar.shape)))


def not_summed(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """What was repeated over a batch is not summed over it."""
    argument = e.args[n]
    if e.op.name not in SPREADING or argument.shape == e.shape or not symbols(argument):
        return None
    whole = leaf(Symbol("\0whole", e.shape, Name("x")))
    spread = intern(e.op, (*e.args[:n], whole, *e.args[n + 1 :]), e.attributes, e.shape)
    return substitute(pullback(spread, n, y, bar), {whole: argument})


def not_selected(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """All of the error signal of a concatenation instead of a part."""
    return bar if e.op.name == "concat" else None


def dropped(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """One use of a node is forgotten."""
    return zeros(*e.args[n].shape)


WRONG: tuple[tuple[str, Wrong], ...] = (
    ("inner",     unchanged),
    ("twice",     twice),
    ("argument",  at_output),
    ("tanh",      not_squared),
    ("sigmoid",   halved),
    ("diagonal",  diagonal),
    ("transpose", turned),
    ("transpose", swapped),
    ("product",   elementwise),
    ("product",   multiplied),
    ("product",   multiplied_after),
    ("batch",     not_summed),
    ("selector",  not_selected),
    ("path",      dropped),
)  # fmt: skip
LAST: tuple[tuple[str, Wrong], ...] = (  # what another slip explains as well is called by its name
    ("inner",     linear),
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


def slips(g: Graph) -> Iterator[Slip]:
    """Every wrong rule that applies somewhere in a graph."""
    for table in (WRONG, LAST):
        for name, root in g.definition.items():
            for e in topological(root):
                for n in range(len(e.args)):
                    for key, wrong in table:
                        if applies(wrong, e, n):
                            yield Slip(key, name, e, n, wrong)


def applies(wrong: Wrong, e: Expr, n: int) -> bool:
    """Whether a wrong rule says something about an argument of a node."""
    try:
        return wrong(e, n, e, ones(*e.shape)) is not None
    except (SymbackpropError, AssertionError):
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
        found = contributions(right.prepared, name, own, pull)
        for target in {n for n, _ in found} & set(sums):
            kept = [u for u in sums[target].uses if u.consumer != name]
            uses = (*kept, *(u for n, u in found if n == target))
            sums[target] = adjoint(right.prepared, target, uses)
            changed.add(target)
    parts = {n: signals(a) for n, a in sums.items()}
    users = {n: {m for m, each in parts.items() if n in each} for n in parts}
    way = reached(changed, users) & reached({wrt}, parts)
    return replace(right, adjoints={n: a for n, a in sums.items() if n in way})


def signals(a: Adjoint) -> set[str]:
    """The δ's a δ is made of."""
    whole = (e for e in (a.value, a.first, a.last) if e is not None)
    return {x.symbol.name for e in whole for x in symbols(e) if x.symbol and x.symbol.cotangent}


def rule(made: Iterable[Slip]) -> Pull:
    """The rule of somebody who makes these slips."""
    at = {(s.e, s.n): s.wrong for s in made}

    def pull(f: Expr, m: int, y: Expr, bar: Expr, known: Named = NO_NAMES) -> Expr:
        wrong = at.get((f, m))
        said = wrong(f, m, y, bar) if wrong else None
        return pullback(f, m, y, bar, known) if said is None else said

    return pull
