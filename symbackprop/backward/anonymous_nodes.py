"""Names for large anonymous nodes: u_1, u_2, …, so that no δ or value is written twice."""

from __future__ import annotations

from symbackprop.entries.entry_equations import Equality
from symbackprop.entries.op import slides
from symbackprop.formula.composing import size_name
from symbackprop.graph.activity import active_names, relevant, time_of
from symbackprop.graph.expr import (
    LEAVES, Expr, Symbol, labels_of, leaf, rebuild, substitute, symbols, topological, with_args,
)  # fmt: skip
from symbackprop.graph.fresh_names import Room
from symbackprop.graph.graph import TIME_SUM, Graph
from symbackprop.matrices.window_sums import entries_only, takes_whole
from symbackprop.vocabulary.kinds import (
    ADD, DIAG, DIAGONAL, DIVIDE, MATMUL, MEAN, MEAN_LAST, MULTIPLY, NEGATIVE, OUTER, POWER,
    RESHAPE, SUBTRACT, SUM, SUM_LAST, TRACE, TRANSPOSE, TRI, WINDOWS1D,
)  # fmt: skip

HEAVY = 24  # nodes of an expression written as a tree
CURVED = frozenset({POWER})
# a condition on entries, and entries renumbered or repeated, stand in a formula only by a name
NAMED = frozenset({TRI, RESHAPE, WINDOWS1D})
LINEAR = frozenset(
    {ADD, SUBTRACT, NEGATIVE, MULTIPLY, DIVIDE, MATMUL, TRANSPOSE, OUTER, TRACE, DIAG, DIAGONAL,
     SUM, SUM_LAST, MEAN, MEAN_LAST}
)  # fmt: skip


def name_large_nodes(g: Graph, of: str, wrt: tuple[str, ...]) -> Graph:
    """The graph with a name for every anonymous node whose δ or value would be written more than once."""
    reach, active = relevant(g, of), active_names(g, wrt)
    symbol = {n: g.symbol[n] for n in g.inputs}
    definition: dict[str, Expr] = {}
    room = Room.of(g)
    swap: dict[Expr, Expr] = {}
    uses = shared(g)
    for name, e in g.definition.items():
        root = substitute(e, swap) if swap else e
        if name in reach:
            root = extract(g, root, active, room, symbol, definition, swap, uses, time_of(g, name))
        symbol[name] = g.symbol[name]
        definition[name] = root
    initial = {n: substitute(e, swap) for n, e in g.initial.items()}
    return g.remade(symbol, definition, initial)


def shared(g: Graph) -> dict[Expr, int]:
    """How many nodes use each anonymous node, over all definitions."""
    counts: dict[Expr, int] = {}
    for e in g.definition.values():
        for n in topological(e):
            for a in n.args:
                counts[a] = counts.get(a, 0) + 1
    return counts


def extract(
    g: Graph,
    root: Expr,
    active: set[str],
    room: Room,
    symbol: dict[str, Expr],
    definition: dict[str, Expr],
    swap: dict[Expr, Expr],
    uses: dict[Expr, int],
    time: str,
) -> Expr:
    """Names given inside one definition, bottom up."""
    leaves: dict[Expr, int] = {}  # active symbol leaves below, as the reverse sweep meets them
    sizes: dict[Expr, int] = {}
    curved, unsaid = under_curves(root), without_words(root)
    late = {a for n in topological(root) for a in earlier_terms(n) if a.op in LEAVES}

    def change(e: Expr, args: tuple[Expr, ...]) -> Expr:
        new = e if args == e.args else with_args(e, args)
        if e in late:
            new = named_node(g, new, time, room, symbol, definition)
        if e.op in LEAVES:
            leaves[new] = int(bool(e.symbol and e.symbol.name in active))
            sizes[new] = 1
            return new
        leaves[new] = sum(leaves[a] for a in args)
        sizes[new] = 1 + sum(sizes[a] for a in args)
        worth = (uses.get(e, 0) > 1 and sizes[new] > 2 and leaves[new]) or sizes[new] > HEAVY
        # δ ⊙ f(a ⊙ b) reads well without a name for a ⊙ b; a window is met outside, where it is 0
        small = sizes[new] <= 3 and not slides(e.op)
        deserves = e in curved and leaves[new] > 1 and not small
        if e is root or e.op is TIME_SUM or not (worth or deserves or e in unsaid):
            return new
        new = named_node(g, new, time, room, symbol, definition)
        swap[e] = new
        leaves[new], sizes[new] = 1, 1
        return new

    return rebuild(root, change)


def under_curves(root: Expr) -> set[Expr]:
    """The arguments that pullbacks write: u of tanh(u), and of exp(-u) with u = X w."""
    bent = {a for n in topological(root) for a in n.args if is_curved(n, a)}
    return {a.args[0] if a.op is NEGATIVE else a for a in bent}


def without_words(root: Expr) -> set[Expr]:
    """The nodes that can only stand in a formula by a name, whatever their size."""
    nodes = topological(root)
    windowed = {a for n in nodes if slides(n.op) for a in n.args}  # entries outside them are 0
    called = {a for n in nodes if takes_whole(n) for a in n.args if entries_only(a)}
    solved = {a for n in nodes if by_equation(n) for a in n.args if with_helpers(a)}
    # δ of a term of Σ_t says that there is none after the last step: only then may it look back
    added = {a for n in nodes for a in earlier_terms(n)}
    own = {e for e in nodes if e.rank > 2 or e.op.domain == "label" or e.op in NAMED}
    return windowed | called | solved | added | own


def earlier_terms(node: Expr) -> tuple[Expr, ...]:
    """The terms of Σ_t that read an earlier step."""
    if node.op is not TIME_SUM:
        return ()
    return tuple(a for a in node.args if any(s.symbol and s.symbol.shift < 0 for s in symbols(a)))


def by_equation(node: Expr) -> bool:
    """Whether an op is defined by an equation, in which its arguments stand."""
    return any(isinstance(q, Equality) for v in node.op.variants for q in v.equations)


def with_helpers(e: Expr) -> bool:
    """Whether an expression needs lines of its own, which an equation has no room for."""
    return any(
        len(v.equations) > 1 and not n.op.scalar for n in topological(e) for v in n.op.variants[:1]
    )


def is_curved(node: Expr, argument: Expr) -> bool:
    """Whether the pullback writes the argument or the output: a non-linear op of one argument."""
    one = sum(1 for a in node.args if a.op not in LEAVES) == 1
    return one and (
        node.op.scalar is not None
        or node.op in CURVED
        or (node.op.build is None and node.op not in LINEAR)
    )


def named_node(
    g: Graph,
    e: Expr,
    time: str,
    room: Room,
    symbol: dict[str, Expr],
    definition: dict[str, Expr],
) -> Expr:
    """A fresh name u_1, u_2, … for an expression."""
    inside_time = time or next(
        (s.symbol.time for s in symbols(e) if s.symbol and s.symbol.time), ""
    )
    letters = ("M", "N", "T") if e.op is TRI else ("u", "v", "w", "a", "q", "r")
    name = room.numbered(letters)
    new = leaf(
        Symbol(
            name,
            e.shape,
            size_name(name),
            "label" if labels_of(e) else "real",
            labels_of(e),
            definition=None if inside_time else e,
            time=inside_time,
        )
    )
    symbol[name], definition[name] = new, e
    return new
