"""Names for large anonymous nodes, as textbooks call them, so that no δ or value is written twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from itertools import chain, count
from string import ascii_letters

from symbackprop.backward.helper_nodes import hatted
from symbackprop.backward.naming import Naming
from symbackprop.backward.textbook_letters import letters_by_role, letters_for
from symbackprop.entries.entry_equations import Equality
from symbackprop.entries.op import slides
from symbackprop.graph.expr import (
    LEAVES, Expr, Symbol, rebuild, substitute, symbols, topological, with_args,
)  # fmt: skip
from symbackprop.formula.tree import Name
from symbackprop.graph.fresh_names import Room
from symbackprop.graph.graph import TIME_SUM, Graph
from symbackprop.matrices.stacks import STACK, by_matrices
from symbackprop.matrices.window_sums import entries_only, takes_whole
from symbackprop.sizes import ONE
from symbackprop.vocabulary.kinds import (
    CHANNELWISE, COLUMN_BLOCKS, MEAN, NEGATIVE, POWER, RESHAPE, SIDE_BY_SIDE, SUM,
)  # fmt: skip

HEAVY = 24  # nodes of an expression written as a tree


def name_large_nodes(g: Graph, active: Set[str]) -> Graph:
    """The graph with a name for every anonymous node whose δ or value would be written more than once."""
    found = extracted(g, active, {})
    if not found.drawn:
        return g
    found = extracted(g, active, found.drawn)  # p where there is one, p_1 and p_2 where there are two
    initial = {n: substitute(e, found.swap) for n, e in g.initial.items()}
    return g.remade(found.naming.symbol, found.naming.definition, initial)


def extracted(g: Graph, active: Set[str], many: Mapping[str, int]) -> Extraction:
    """The definitions taken apart; `many` says how many nodes draw from the same letters."""
    found = Extraction(Naming.of(g), active, shared(g), many)
    for name, e in g.definition.items():
        root = substitute(e, found.swap) if found.swap else e
        found.naming.keep(g, name, found.apart(g.symbol[name].own, root))
    return found


def shared(g: Graph) -> dict[Expr, int]:
    """How many nodes use each anonymous node, over all definitions."""
    return Counter(a for name in g.definition for n in g.inside[name] for a in n.args)


@dataclass(frozen=True, slots=True)
class Part:
    """What a node is in a call: its letter there, the matrix whose blocks of columns it is, what it is the
    normalised value of."""

    role: str = ""
    beside: Name | None = None
    normalised: Expr | None = None


NO_PART = Part()


@dataclass(frozen=True, slots=True)
class Extraction:
    """Names given inside definitions, bottom up; `uses` counts the readers of an anonymous node."""

    naming: Naming
    active: Set[str]
    uses: Mapping[Expr, int]
    many: Mapping[str, int]
    drawn: Counter[str] = field(default_factory=Counter)
    swap: dict[Expr, Expr] = field(default_factory=dict)

    def apart(self, owner: Symbol, root: Expr) -> Expr:
        """One definition with names for what deserves one, which are defined before it.

        They have its number where one letter is free for it: z_3 stands in h_3.
        """
        time, number = owner.time, numbers_of(owner.name)
        leaves: dict[Expr, int] = {}  # active symbol leaves below, as the reverse sweep meets them
        sizes: dict[Expr, int] = {}
        nodes = topological(root)
        curved, unsaid, roles = under_curves(nodes), without_words(nodes), letters_by_role(nodes)
        beside = root.args if root.op is SIDE_BY_SIDE else ()
        normal = {n.args[0]: e for n in nodes if n.op is CHANNELWISE and (e := argument_of(n))}
        bent = {
            a for n in nodes for a in n.args if n.op.scalar or n.op.letters or (a in curved and a.rank < 2)
        }
        late = {a for n in nodes for a in earlier_terms(n) if a.op in LEAVES}

        def change(e: Expr, args: tuple[Expr, ...]) -> Expr:
            new = e if args == e.args else with_args(e, args)
            if e in late:
                new = self.named(new, time, number, bent=False)
            if e.op in LEAVES:
                leaves[new] = int(bool(e.symbol and e.symbol.name in self.active))
                sizes[new] = 1
                return new
            leaves[new] = sum(leaves[a] for a in args)
            sizes[new] = 1 + sum(sizes[a] for a in args)
            often = self.uses.get(e, 0) > 1 and sizes[new] > 2
            worth = (leaves[new] and (often or repeats(e))) or sizes[new] > HEAVY
            # δ ⊙ f(a ⊙ b) reads well without a name for a ⊙ b; a window is met outside, where it is 0
            small = sizes[new] <= 3 and not slides(e.op)
            deserves = e in curved and leaves[new] > 1 and not small
            if e is root or e.op is TIME_SUM or not (worth or deserves or e in unsaid):
                return new
            part = Part(roles.get(e, ""), owner.tex if e in beside else None, normal.get(e))
            new = self.swap[e] = self.named(new, time, number, bent=e in bent, part=part)
            leaves[new], sizes[new] = 1, 1
            return new

        return rebuild(root, change)

    def named(self, e: Expr, time: str, number: str, *, bent: bool, part: Part = NO_PART) -> Expr:
        """A fresh name for an expression; `bent` says that a non-linear function is applied to it."""
        letters = letters_for(e, bent=bent, role=part.role)
        self.drawn[letters] += 1
        room = self.naming.room
        several = self.many.get(letters, 2) > 1
        x = part.normalised and self.swap.get(part.normalised, part.normalised)
        if x is not None and (hat := hatted(room, x)):
            return self.naming.give(hat[0], e, time, hat[1])
        if e.op is COLUMN_BLOCKS or (part.role and e.rank == STACK):
            whole = e.args[0].own.tex if e.op is COLUMN_BLOCKS and e.args[0].symbol else part.beside
            tex = stack_name(room, letters[0], whole, number if several else "")
            return self.naming.give(room.like(f"{letters[0]}{number}heads"), e, time, tex)
        name = room.numbered(letters, number) if several else room.single(letters)
        return self.naming.give(name, e, time)


def stack_name(room: Room, letter: str, whole: Name | None, number: str) -> Name:
    """A name for a stack: that of the matrix whose blocks it is, with an index for it, else a letter."""
    tries = chain(
        [replace(whole, sup="", stack=True)] if whole else [],
        (Name(letter, sub=n, stack=True) for n in chain([number], map(str, count(1)))),
    )
    indexed = {replace(n, sup="", stack=True) for n in room.printed if n.sup.startswith("(")}  # W^{(1)}
    found = next(n for n in tries if n not in room.printed | indexed)
    room.printed.add(found)
    return found


def argument_of(node: Expr) -> Expr | None:
    """The first argument of the call whose value a node is."""
    if node.call is None:
        return None
    e = node
    for k in node.call.arguments[0][1]:
        e = e.args[k] if e.args else e
    return e


def numbers_of(name: str) -> str:
    """The number behind the letter of a node; empty where it has none."""
    return name.lstrip(ascii_letters) if name.lstrip(ascii_letters).isdecimal() else ""


def repeats(e: Expr) -> bool:
    """Whether the pullback of an op is written with its value more than once, as p ⊙ δ − (pᵀ δ) p."""
    return bool(e.op.letters and e.op.variants and not e.op.named)


def under_curves(nodes: tuple[Expr, ...]) -> set[Expr]:
    """The arguments that pullbacks write: u of tanh(u), and of exp(-u) with u = X w."""
    bent = {a for n in nodes for a in n.args if is_curved(n, a)}
    return {a.args[0] if a.op is NEGATIVE else a for a in bent}


def without_words(nodes: tuple[Expr, ...]) -> set[Expr]:
    """The nodes of a definition that can only stand in a formula by a name, whatever their size."""
    apart = {a for n in nodes for a in n.args if a.rank > 2 and not said_within(n, a)}
    windowed = {a for n in nodes if slides(n.op) for a in n.args}  # entries outside them are 0
    called = {a for n in nodes if takes_whole(n) for a in n.args if entries_only(a)}
    solved = {a for n in nodes if by_equation(n) for a in n.args if with_helpers(a)}
    # δ of a term of Σ_t says that there is none after the last step: only then may it look back
    added = {a for n in nodes for a in earlier_terms(n)}
    own = {e for e in nodes if e.op.domain == "label" or (e.op.named and not one_line(e))}
    return apart | windowed | called | solved | added | own


def said_within(node: Expr, argument: Expr) -> bool:
    """Whether an array of three axes or more needs no name in a node: by a matrix of each, or in a sum."""
    summed = (node.op is SUM or node.op is MEAN) and by_entry(argument)
    return summed or (by_matrices(node) and by_matrices(argument))


def by_entry(e: Expr) -> bool:
    """Whether one entry of an array is written with those of names."""
    acts = bool(e.op.scalar) or (e.op.arithmetic and not any(p.core for p in e.op.variants[0].arguments))
    return e.op in LEAVES or (acts and all(a.shape in ((), e.shape) and by_entry(a) for a in e.args))


def one_line(e: Expr) -> bool:
    """Whether a vector stands as a matrix of one row or column, or this as that: written as the vector."""
    if e.op is not RESHAPE:
        return False
    flat, wide = sorted((e, e.args[0]), key=lambda x: x.rank)
    return (flat.rank, wide.rank) == (1, 2) and ONE in wide.shape


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
    return any(len(v.equations) > 1 and not n.op.scalar for n in topological(e) for v in n.op.variants[:1])


def is_curved(node: Expr, argument: Expr) -> bool:
    """Whether the pullback writes the argument or the output: a non-linear op of one argument."""
    one = sum(1 for a in node.args if a.op not in LEAVES) == 1
    linear = node.op.build is not None or node.op.arithmetic
    return one and (node.op.scalar is not None or node.op is POWER or not linear)
