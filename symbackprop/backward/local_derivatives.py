"""One op: from its definition to its Jacobian and its pullback, derived, with the steps a student shows."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from symbackprop import entries as en
from symbackprop.backward.matrix_pullbacks import CLOSED, matrix_pullback
from symbackprop.entries import Delta, Elem, Entries
from symbackprop.entries.contraction import contract, solve
from symbackprop.entries.differentiation import LocalStep
from symbackprop.entries.entry_equations import Implicit, Instance
from symbackprop.entries.implicit_equations import INVERSE as INVERTED
from symbackprop.entries.op import KEPT, Attributes, Op, jacobian, placed
from symbackprop.formula.tree import Name
from symbackprop.graph.expr import Expr, Symbol, apply, leaf, substitute, topological
from symbackprop.graph.graph import TIME_SUM
from symbackprop.graph.renumbering_ops import COMPOSED
from symbackprop.matrices import tidy as td
from symbackprop.matrices.lowering import summed
from symbackprop.matrices.raising import raise_entries, raised_helpers
from symbackprop.matrices.up_to_names import up_to_names
from symbackprop.sizes import Shape
from symbackprop.vocabulary.kinds import (
    COLUMN_BLOCKS, CONSTANT, EINSUM, IDENTITY, INVERSE, INVERSES, RESHAPE, SIDE_BY_SIDE, SOLVE,
)  # fmt: skip

NO_NAMES: Mapping[Hashable, Expr] = MappingProxyType({})
COTANGENT = "\0cotangent"  # tensor name of ȳ in a pullback; no op can use it


@dataclass(frozen=True, slots=True)
class Local:
    """The derivation of one op by one argument: definitions, derivative steps, pullback in entries."""

    instance: Instance
    argument: int
    steps: tuple[LocalStep, ...]
    pullback: Entries

    @property
    def jacobian(self) -> LocalStep:
        return self.steps[-1]


@lru_cache(maxsize=KEPT)
def derive(op: Op, shapes: tuple[Shape, ...], attributes: Attributes, argument: int) -> Local:
    """Definition -> Jacobian entries -> pullback x̄_j = Σ_i ȳ_i ∂y_i/∂x_j."""
    instance = placed(op, shapes, attributes)
    steps = jacobian(op, shapes, attributes, argument)
    last = steps[-1]
    product = en.multiply(en.elem(COTANGENT, *last.at), last.result)
    return Local(instance, argument, steps, solve(summed(product, last.at)))


def of_node(node: Expr, argument: int) -> Local:
    """The derivation of a node's op on its own shapes."""
    return derive(node.op, tuple(a.shape for a in node.args), node.attributes, argument)


def tensors(
    node: Expr, output: Expr, instance: Instance, named: Mapping[Hashable, Expr] = NO_NAMES
) -> dict[Hashable, Expr]:
    """What the placeholder names of an op stand for at a node; helpers become expressions, or have names."""
    args: dict[Hashable, Expr] = {
        # the solution of A x = b goes on as A⁻¹ b: one form for sums to be collected in
        name: td.node(a, a.args) if a.op is SOLVE else a
        for (name, _), a in zip(instance.inputs, node.args, strict=True)
    }
    if instance.implicit:
        return inverses(node, output, instance.implicit, args)
    own = [d for d in instance.definitions[:-1] if d.tensor not in named]
    known = raised_helpers(own, {**args, **named})
    known[instance.result.tensor] = output
    return known


def inverses(node: Expr, output: Expr, f: Implicit, args: dict[Hashable, Expr]) -> dict[Hashable, Expr]:
    """The inverses of square arguments; the inverse that is the node itself goes by its name."""
    square = {n: a for n, a in args.items() if a.rank > 1 and a.shape[-1] == a.shape[-2]}
    made = {f"{INVERTED}{n}": apply(INVERSE if a.rank == 2 else INVERSES, a) for n, a in square.items()}
    named = {n: output if e is node else e for n, e in made.items()}
    return {**args, **named, f.result: output}


def pullback(
    node: Expr, argument: int, output: Expr, cotangent: Expr, named: Mapping[Hashable, Expr] = NO_NAMES
) -> Expr:
    """The cotangent that flows from a node into one argument.

    `output` is the expression to write for the node's value (its name, where it has one), `named` are
    the names its helpers have.
    """
    return sent_back(node, argument, output, cotangent, tuple(named.items()))


@lru_cache(maxsize=KEPT)
def sent_back(
    node: Expr, argument: int, output: Expr, cotangent: Expr, names: tuple[tuple[Hashable, Expr], ...]
) -> Expr:
    """The pullback, kept: judging answers and writing pages ask for the same ones again and again."""
    if node.op is TIME_SUM:
        return cotangent
    if node.op is RESHAPE:
        # renumbering is undone by renumbering: the closed kinds whose pullback is stated
        return td.reshaped(cotangent, node.args[argument].shape)
    if node.op is COLUMN_BLOCKS:
        return apply(SIDE_BY_SIDE, cotangent)
    if node.op is SIDE_BY_SIDE:
        return apply(COLUMN_BLOCKS, cotangent, parts=node.args[argument].shape[0])
    if node.op in CLOSED:
        return matrix_pullback(node, output, cotangent)
    if node.op in COMPOSED:
        return through(node, argument, cotangent)
    roles = tuple(role for role, _ in names)
    return from_definition(node, output, cotangent, *(e for _, e in names), argument=argument, roles=roles)


@up_to_names
def from_definition(
    node: Expr, output: Expr, cotangent: Expr, *helpers: Expr, argument: int, roles: tuple[Hashable, ...]
) -> Expr:
    """The pullback by the entry equations of the op; `helpers` are the names of those in `roles`."""
    local = of_node(node, argument)
    known = tensors(node, output, local.instance, dict(zip(roles, helpers, strict=True)))
    front, bare = td.scalars_out(cotangent) if cotangent.rank > 2 else (None, cotangent)
    entries, parts = opened(local.pullback, bare)
    raised = raise_entries(entries, local.jacobian.by, {**known, **parts})
    assert raised is not None, f"the pullback of {node.op.name} has no op that says it"
    return td.in_front([front], raised) if front else raised


def opened(pullback: Entries, cotangent: Expr) -> tuple[Entries, dict[Hashable, Expr]]:
    """A pullback with the entries of a cotangent of many axes that is a product, as I ⊗ I and 1 1ᵀ are."""
    if cotangent.rank < 3 or (cotangent.op is not EINSUM and cotangent.op is not CONSTANT):
        return pullback, {COTANGENT: cotangent}
    parts: dict[Hashable, Expr] = {f"{COTANGENT}{n}": a for n, a in enumerate(cotangent.args)}
    made = cotangent.op.place(tuple(a.shape for a in cotangent.args), cotangent.attributes).result

    def factor(a: Elem) -> Entries:
        name = f"{COTANGENT}{str(a.tensor)[1:]}"
        return en.entries(Delta(*a.at) if parts[name].op is IDENTITY else Elem(name, a.at))

    def meaning(a: Elem) -> Entries | None:
        if a.tensor != COTANGENT:
            return None
        at = dict(zip(made.at, a.at, strict=True))
        return en.substitute(en.inline(made.right, factor), at)

    return solve(contract(en.inline(pullback, meaning))), parts


def through(node: Expr, argument: int, cotangent: Expr) -> Expr:
    """The pullback of a composition of other ops, one after the other."""
    inputs = tuple(leaf(Symbol(f"\0{n}", a.shape, Name("x"))) for n, a in enumerate(node.args))
    root = COMPOSED[node.op](*inputs)
    back = {root: cotangent}
    for e in reversed(topological(root)):
        for n, a in enumerate(e.args):
            part = pullback(e, n, e, back[e])
            back[a] = td.plus(back[a], part) if a in back else part
    return substitute(back[inputs[argument]], dict(zip(inputs, node.args, strict=True)))
