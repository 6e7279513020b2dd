"""The graph backwards: one δ per named node, as a sum over its uses; time steps included.

A named node is an atom: δ_B is written with δ_C, never with everything below it, so the derivation is
linear in the graph. Griewank & Walther, Evaluating Derivatives (2008), section 3.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from symbackprop import tidy as td
from symbackprop.errors import DeclarationError
from symbackprop.expr import (
    LEAVES,
    Expr,
    Symbol,
    const,
    labels_of,
    leaf,
    pinned,
    rebuild,
    shifted,
    substitute,
    symbols,
    topological,
    weight,
    with_args,
)
from symbackprop.functions import zeros
from symbackprop.graph import TIME_SUM, Graph, known, make, used_names
from symbackprop.graph_text import time_sum
from symbackprop.local import pullback
from symbackprop.notation import Name
from symbackprop.op import slides
from symbackprop.sizes import Size, size
from symbackprop.windows import sayable

INTEGER = frozenset({"label"})


@dataclass(frozen=True, slots=True)
class Use:
    """What one use of a node contributes to its δ: the consumer's name and the expression."""

    consumer: str
    shift: int  # the use at time t reads the node at t + shift
    value: Expr
    at: Size | None = None  # the fixed step that is read from outside time


@dataclass(frozen=True, slots=True)
class Adjoint:
    """δ of one name: ∂of/∂name, contributions by use, and their tidied sum (in other δ's).

    `forms` are the equal ways to write the sum, the first as the chain rule gives it, the last the shortest;
    with `last` they hold before the last step.
    """

    name: str
    symbol: Expr
    uses: tuple[Use, ...]
    forms: tuple[Expr, ...]
    last: Expr | None = None  # the sum at the last step, where that is used outside time
    first: Expr | None = None  # the sum at step 0, where the initial state is defined

    @property
    def value(self) -> Expr:
        return self.forms[-1]


@dataclass(frozen=True, slots=True)
class Backward:
    """All δ's of a derivation, consumers first, and the graph they belong to."""

    graph: Graph
    of: str
    wrt: tuple[str, ...]
    seed: Expr  # the cotangent of `of`: 1 for a scalar, a symbol otherwise
    adjoints: Mapping[str, Adjoint]
    named: tuple[str, ...] = ()  # nodes that had no name in the declaration


def backward(g: Graph, of: str | None = None, wrt: Iterable[str] | None = None) -> Backward:
    """Reverse mode over the named nodes between `wrt` and `of`.

    Errors: `DeclarationError` for an unknown name, an integer label as variable, or a variable that `of`
    does not depend on.
    """
    of = g.output if of is None else known(of, g.symbol, "of")
    names = tuple(wrt) if wrt is not None else default_variables(g, of)
    check_variables(g, of, names)
    declared = set(g.symbol)
    g = name_large_nodes(g, of, names)
    active = active_names(g, names)
    order = [n for n in reversed(ordered(g)) if n in active]
    seed = const(1) if not g.symbol[of].shape and not time_of(g, of) else cotangent_of(g, of)
    uses: dict[str, list[Use]] = {n: [] for n in order}
    adjoints: dict[str, Adjoint] = {}
    reach = relevant(g, of)
    for name in order:
        if name not in reach or name not in g.definition:
            continue
        own = seed if name == of and seed.number == 1 else cotangent_of(g, name)
        for target, use in contributions(g, name, own, active):
            uses[target].append(use)
        if name in g.initial:
            for target, use in starting(g, name, active):
                uses[target].append(use)
    for name in order:
        if name == of or not uses[name]:
            continue
        if not g.symbol[name].shape:  # scalars: paths in the order of the graph
            uses[name].reverse()
        adjoints[name] = adjoint(g, name, tuple(uses[name]), active)
    named = tuple(n for n in g.definition if n not in declared)
    return Backward(g, of, names, seed, shorter(adjoints), named)


def adjoint(g: Graph, name: str, uses: tuple[Use, ...], active: set[str]) -> Adjoint:
    """The sum over the uses; at the last step and at step 0 only those that reach it."""
    inside = [u for u in uses if u.at is None]
    total = added(g, name, [u.value for u in inside])
    last = first = None
    if time_of(g, name):
        assert g.time
        end = g.time.length
        if len(inside) < len(uses):  # what comes from beyond the last step is 0
            here = [pinned(u.value, end) for u in inside if not u.shift]
            last = added(g, name, [*here, *(u.value for u in uses if u.at == end)])
        if name in g.initial and any(n in active for n in used_names(g.initial[name])):
            early = [pinned(u.value, size(0)) for u in inside if u.shift]
            first = added(g, name, [*early, *(u.value for u in uses if u.at == size(0))])
    return Adjoint(name, cotangent_of(g, name), uses, (total,), last, first)


def added(g: Graph, name: str, terms: list[Expr]) -> Expr:
    """The sum of the terms, 0 of the node's shape where there is none."""
    return td.plus(*terms) if terms else zeros(*g.symbol[name].shape)


def starting(g: Graph, name: str, active: set[str]) -> list[tuple[str, Use]]:
    """What the initial state of a recurrence sends back to what it is made from."""
    own = pinned(cotangent_of(g, name), size(0))
    return swept(g, f"{name}[0]", g.initial[name], own, active)


def default_variables(g: Graph, of: str) -> tuple[str, ...]:
    """Every real input the node depends on."""
    reach = relevant(g, of)
    return tuple(n for n in g.inputs if n in reach and is_real(g.symbol[n]))


def is_real(e: Expr) -> bool:
    return bool(e.symbol and e.symbol.domain not in INTEGER)


def check_variables(g: Graph, of: str, names: tuple[str, ...]) -> None:
    reach = relevant(g, of)
    if not names:
        raise DeclarationError(f"{of} depends on no real input", where="wrt")
    for n in names:
        known(n, g.symbol, "wrt")
        if not is_real(g.symbol[n]):
            raise DeclarationError(f"{n} is an integer label; it has no derivative", where="wrt")
        if n not in reach:
            raise DeclarationError(
                f"{of} does not depend on {n}: the gradient is 0",
                where="wrt",
                hint=f"{of} depends on {', '.join(sorted(reach - {of}))}",
            )
        if n == of:
            raise DeclarationError(f"{of} is both the output and the variable", where="wrt")


def relevant(g: Graph, of: str) -> set[str]:
    """Names `of` depends on (itself too), through all times."""
    seen, stack = {of}, [of]
    while stack:
        name = stack.pop()
        for n in moving(g, name):
            if n not in seen:
                seen.add(n)
                stack.append(n)
    return seen


def moved_by(e: Expr) -> set[str]:
    """Names in an expression, those apart that it only knows through a computed label."""
    found: set[Expr] = set()
    stack = [e]
    while stack:
        node = stack.pop()
        if node not in found and node.op.domain != "label":
            found.add(node)
            stack += node.args
    return {x.symbol.name for x in found if x.symbol}


def moving(g: Graph, name: str) -> set[str]:
    """Names that move a node: those of its definition, and of its initial state."""
    made = [t[name] for t in (g.definition, g.initial) if name in t]
    return {n for e in made for n in moved_by(e)}


def active_names(g: Graph, wrt: tuple[str, ...]) -> set[str]:
    """Names that depend on a variable."""
    active = set(wrt)
    changed = True
    while changed:  # more than one round only where a recurrence feeds back
        changed = False
        for n in g.definition:
            if n not in active and any(m in active for m in moving(g, n)):
                active.add(n)
                changed = changed or bool(g.time)
    return active


def ordered(g: Graph) -> list[str]:
    return [*g.inputs, *g.definition]


def time_of(g: Graph, name: str) -> str:
    s = g.symbol[name].symbol
    assert s
    return s.time


def cotangent_of(g: Graph, name: str) -> Expr:
    """The symbol δname."""
    s = g.symbol[name].symbol
    assert s
    tex = Name(r"\delta " + s.tex.base, s.tex.sup, s.tex.sub)
    return leaf(Symbol(name, s.shape, tex, cotangent=True, time=s.time))


def contributions(g: Graph, name: str, own: Expr, active: set[str]) -> list[tuple[str, Use]]:
    """One reverse sweep over the definition of a node."""
    return swept(g, name, g.definition[name], own, active)


def swept(g: Graph, name: str, root: Expr, own: Expr, active: set[str]) -> list[tuple[str, Use]]:
    """What a definition sends back to each symbol in it."""
    nodes = topological(root)
    moving: dict[Expr, bool] = {}
    for e in nodes:
        s = e.symbol
        real = labels_of(e) is None
        moving[e] = real and ((s.name in active) if s else any(moving[a] for a in e.args))
    cotangent: dict[Expr, Expr] = {root: own}
    out: list[tuple[str, Use]] = []
    recurrent = name in g.symbol and bool(time_of(g, name))
    inner = time_summed(root)
    for e in reversed(nodes):
        if e not in cotangent or not moving[e]:
            continue
        s = e.symbol
        if s:
            out.append((s.name, use_of(g, name, s, cotangent[e], recurrent or e in inner)))
            continue
        output = written(g, name, e, root)
        for n, a in enumerate(e.args):
            if moving[a]:
                part = pullback(e, n, output, cotangent[e])
                cotangent[a] = td.plus(cotangent[a], part) if a in cotangent else part
    return out


def written(g: Graph, name: str, e: Expr, root: Expr) -> Expr:
    """The name of a node where the expression is its definition, else the expression itself."""
    return g.symbol[name] if e is root and name in g.symbol else e


def time_summed(root: Expr) -> frozenset[Expr]:
    """Nodes below a Σ over time."""
    sums = [e for e in topological(root) if e.op is TIME_SUM]
    return frozenset(x for e in sums for x in topological(*e.args))


def use_of(g: Graph, consumer: str, s: Symbol, value: Expr, recurrent: bool) -> Use:
    """A contribution moved to the node's own time, or summed over time for a constant."""
    if s.at is not None:
        assert g.time
        return Use(consumer, 0, time_sum(value, g.time) if recurrent else value, s.at)
    if s.time:
        return Use(consumer, s.shift, shifted(value, -s.shift))
    if recurrent:
        assert g.time
        return Use(consumer, 0, time_sum(value, g.time))
    return Use(consumer, 0, value)


# --- shorter forms -------------------------------------------------------------------------------


STEP_WEIGHT = 40  # nodes of an intermediate form that is still worth a line


def shorter(adjoints: dict[str, Adjoint]) -> dict[str, Adjoint]:
    """Each δ also with the incoming δ's put in, where that cancels: z ⊙ δz - (zᵀδz) z = z - e_y."""
    out: dict[str, Adjoint] = {}
    by_symbol = {a.symbol: a for a in adjoints.values() if a.last is None}
    for name, a in adjoints.items():
        inner = {s: by_symbol[s] for s in symbols(a.value) if s in by_symbol}
        forms = a.forms
        if inner:
            values = {s: out.get(x.name, x).value for s, x in inner.items()}
            put_in = td.tidy(substitute(a.value, values))
            short = td.shortest(put_in, td.expanded(put_in)) if td.has_inverse(put_in) else put_in
            if weight(short) < weight(a.value) and sayable(short):
                steps = (put_in,) if put_in is not short and weight(put_in) <= STEP_WEIGHT else ()
                forms = (*forms, *steps, short)
        out[name] = replace(a, forms=forms)
        if a.last is None:
            by_symbol[a.symbol] = out[name]
    return out


# --- names for large anonymous nodes -------------------------------------------------------------


def name_large_nodes(g: Graph, of: str, wrt: tuple[str, ...]) -> Graph:
    """The graph with a name for every anonymous node whose δ or value would be written more than once."""
    reach, active = relevant(g, of), active_names(g, wrt)
    symbol = {n: g.symbol[n] for n in g.inputs}
    definition: dict[str, Expr] = {}
    taken = set(g.symbol) | set(g.sizes)
    swap: dict[Expr, Expr] = {}
    uses = shared(g)
    for name, e in g.definition.items():
        root = substitute(e, swap) if swap else e
        if name in reach:
            root = extract(g, root, active, taken, symbol, definition, swap, uses, time_of(g, name))
        symbol[name] = g.symbol[name]
        definition[name] = root
    initial = {n: substitute(e, swap) for n, e in g.initial.items()}
    return make(symbol, definition, g.time, initial)


def shared(g: Graph) -> dict[Expr, int]:
    """How many nodes use each anonymous node, over all definitions."""
    counts: dict[Expr, int] = {}
    for e in g.definition.values():
        for n in topological(e):
            for a in n.args:
                counts[a] = counts.get(a, 0) + 1
    return counts


HEAVY = 24  # nodes of an expression written as a tree


def extract(
    g: Graph,
    root: Expr,
    active: set[str],
    taken: set[str],
    symbol: dict[str, Expr],
    definition: dict[str, Expr],
    swap: dict[Expr, Expr],
    uses: dict[Expr, int],
    time: str,
) -> Expr:
    """Names given inside one definition, bottom up."""
    leaves: dict[Expr, int] = {}  # active symbol leaves below, as the reverse sweep meets them
    sizes: dict[Expr, int] = {}
    curved = {a for n in topological(root) for a in n.args if is_curved(n, a)}
    windowed = {a for n in topological(root) if slides(n.op) for a in n.args}

    def change(e: Expr, args: tuple[Expr, ...]) -> Expr:
        if e.op in LEAVES:
            new = e
            leaves[new] = int(bool(e.symbol and e.symbol.name in active))
            sizes[new] = 1
            return new
        new = e if args == e.args else with_args(e, args)
        leaves[new] = sum(leaves[a] for a in args)
        sizes[new] = 1 + sum(sizes[a] for a in args)
        worth = (uses.get(e, 0) > 1 and sizes[new] > 2 and leaves[new]) or sizes[new] > HEAVY
        small = sizes[new] <= 3  # δ ⊙ f(a ⊙ b) reads well without a name for a ⊙ b
        bent = e in curved and leaves[new] > 1 and not small
        deep = e.rank > 2  # no matrix says it, so it cannot stand inside a formula
        label = e.op.domain == "label"  # a position is a name
        slid = e in windowed  # its entries are 0 outside, which only a named array can say
        if e is root or e.op is TIME_SUM or not (worth or bent or deep or slid or label):
            return new
        new = named_node(g, new, time, taken, symbol, definition)
        swap[e] = new
        leaves[new], sizes[new] = 1, 1
        return new

    return rebuild(root, change)


def is_curved(node: Expr, argument: Expr) -> bool:
    """Whether the pullback writes the argument or the output: a non-linear op of one argument."""
    one = sum(1 for a in node.args if a.op not in LEAVES) == 1
    return one and (
        node.op.scalar is not None
        or node.op.name in CURVED
        or (node.op.build is None and node.op.name not in LINEAR)
    )


CURVED = frozenset({"power"})
LINEAR = frozenset(
    (
        "add subtract negative multiply divide matmul transpose outer "
        "trace diag diagonal sum sum_last mean mean_last"
    ).split()
)


def named_node(
    g: Graph,
    e: Expr,
    time: str,
    taken: set[str],
    symbol: dict[str, Expr],
    definition: dict[str, Expr],
) -> Expr:
    """A fresh name u_1, u_2, … for an expression."""
    inside_time = time or next(
        (s.symbol.time for s in symbols(e) if s.symbol and s.symbol.time), ""
    )
    letter = next(c for c in ("u", "v", "w", "a", "q", "r") if c not in taken)
    n = next(k for k in range(1, len(taken) + 2) if f"{letter}{k}" not in taken)
    name = f"{letter}{n}"
    taken.add(name)
    new = leaf(
        Symbol(
            name,
            e.shape,
            Name(letter, "", str(n)),
            "label" if labels_of(e) else "real",
            labels_of(e),
            definition=None if inside_time else e,
            time=inside_time,
        )
    )
    symbol[name], definition[name] = new, e
    return new
