"""Expressions back to entries: a named node's definition as one op over the names it uses.

`L = -log(z[y])` becomes the instance with inputs z, y and the single equation L = -log(z[y]), so its
local Jacobian is derived at once. Ops with helper tensors (softmax: e, s) keep their helpers.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from symbackprop import entries as en
from symbackprop.entries import Elem, Entries, Index, Position, SizeOf
from symbackprop.entries.contraction import contract, written_out
from symbackprop.entries.entry_equations import Definition, Instance
from symbackprop.entries.unification import ordered, reletter
from symbackprop.graph.expr import NUMBER, SIZE, SYMBOL, Expr, topological
from symbackprop.graph.graph import TIME_SUM
from symbackprop.sizes import Shape


@dataclass(frozen=True, slots=True)
class Lowered:
    """The entries of an expression with its own index letters, and the helpers they use."""

    at: tuple[Index, ...]
    right: Entries
    helpers: tuple[Definition, ...] = ()


def letters(shape: Shape, taken: set[str], pool: str) -> tuple[Index, ...]:
    """Fresh indices for axes."""
    out = []
    for s in shape:
        name = next(x for x in [*pool, *(f"i{n}" for n in range(100))] if x not in taken)
        taken.add(name)
        out.append(Index(name, s))
    return tuple(out)


@lru_cache(maxsize=20_000)
def lower(root: Expr, pool: str, renumbered: Literal["no", "yes"] = "no") -> Lowered | None:
    """The entries of an expression over its symbols (tensors are the symbol leaves).

    None for a Σ over time, which has no axis to contract, for a label that is computed, and where entries
    are renumbered, unless these are asked for: δ between flat positions.
    """
    done: dict[Expr, Lowered] = {}
    for node in topological(root):
        unsaid = node.op is TIME_SUM or node.op.domain == "label" or node.op.entryless
        if unsaid or (node.op.renumbers and renumbered == "no"):
            return None
        done[node] = lower_node(node, tuple(done[a] for a in node.args), pool)
    return readable(done[root], pool)


def readable(low: Lowered, pool: str) -> Lowered:
    """Letters outside the pool (names of the graph, numbered helpers) exchanged for free ones.

    Those of the result stand in the order of the pool: A_ij, not A_ji.
    """
    used = {i.name for i in low.at} | en.all_names(low.right)
    used |= {n for h in low.helpers for n in en.all_names(h.right)} | {
        i.name for h in low.helpers for i in h.at
    }
    spare = iter([c for c in pool if c not in used] + [f"i{n}" for n in range(1, 100)])
    names = {n: next(spare) for n in sorted(used) if n not in pool}
    own = [names.get(i.name, i.name) for i in low.at]
    turned = ordered(own, pool)
    names = {n: turned.get(names.get(n, n), names.get(n, n)) for n in used}
    if all(k == v for k, v in names.items()):
        return low

    def at(indices: tuple[Index, ...]) -> tuple[Index, ...]:
        return tuple(Index(names.get(i.name, i.name), i.size) for i in indices)

    helpers = tuple(Definition(h.tensor, at(h.at), reletter(h.right, names)) for h in low.helpers)
    return Lowered(at(low.at), reletter(low.right, names), helpers)


def lower_node(node: Expr, args: tuple[Lowered, ...], pool: str) -> Lowered:
    if node.op is SYMBOL:
        at = letters(node.shape, set(), pool)
        return Lowered(at, en.elem(node, *at))
    if node.op is NUMBER:
        assert node.number is not None
        return Lowered((), en.number(node.number))
    if node.op is SIZE:
        return Lowered((), en.entries(SizeOf(node.attributes[0][1])))  # type: ignore[arg-type]
    instance = node.op.place(tuple(a.shape for a in node.args), node.attributes)
    if instance.implicit:  # no entries, only an equation: a tensor of its own
        at = letters(node.shape, set(), pool)
        return Lowered(at, en.elem(node, *at))
    args = apart(args)
    helpers = [d for a in args for d in a.helpers]
    known = {name: low for (name, _), low in zip(instance.inputs, args, strict=True)}
    renamed: dict[str, str] = {}
    for d in instance.definitions[:-1]:
        taken = {str(h.tensor) for h in helpers}
        new = d.tensor if d.tensor not in taken else next(
            f"{d.tensor}_{n}" for n in range(1, 99) if f"{d.tensor}_{n}" not in taken)  # fmt: skip
        right = en.unshadowed(inlined(d.right, known, renamed), d.at)
        if not right.terms:  # x - x, say: nothing a line could use
            known[d.tensor] = Lowered(d.at, right)
            continue
        renamed[d.tensor] = new
        helpers.append(Definition(new, d.at, right))
    d = instance.result
    right = en.unshadowed(inlined(d.right, known, renamed), d.at)
    return Lowered(d.at, right, tuple(dict.fromkeys(helpers)))


def apart(args: tuple[Lowered, ...]) -> tuple[Lowered, ...]:
    """Arguments whose helpers have different names, unless they are the same helpers."""
    seen: dict[Hashable, Definition] = {}
    out = []
    for a in args:
        names: dict[Hashable, str] = {}
        helpers = []
        for h in a.helpers:
            right = retensored(h.right, names)
            new = str(h.tensor)
            while new in seen and seen[new] != Definition(new, h.at, right):
                new += "_"
            names[h.tensor] = new
            seen[new] = Definition(new, h.at, right)
            helpers.append(seen[new])
        out.append(Lowered(a.at, retensored(a.right, names), tuple(helpers)))
    return tuple(out)


def retensored(e: Entries, names: Mapping[Hashable, Hashable]) -> Entries:
    """Helper tensors under other names."""
    if all(k == v for k, v in names.items()):
        return e
    return en.inline(e, lambda a: en.entries(Elem(names[a.tensor], a.at)) if a.tensor in names else None)


def inlined(e: Entries, known: Mapping[str, Lowered], renamed: Mapping[str, str]) -> Entries:
    """Argument entries put in for placeholder names."""

    def meaning(a: Elem) -> Entries | None:
        if a.tensor in renamed:
            return en.entries(Elem(renamed[str(a.tensor)], a.at))
        low = known.get(str(a.tensor)) if isinstance(a.tensor, str) else None
        if low is None:
            return None
        return contract(written_out(low.right, dict(zip(low.at, a.at, strict=True))))

    return contract(en.inline(label_positions(e, known), meaning))


def label_positions(e: Entries, known: Mapping[str, Lowered]) -> Entries:
    """Labels that stand as positions renamed to the symbols they are."""

    def real(p: Position) -> Position:
        if isinstance(p, Elem) and isinstance(p.tensor, str) and p.tensor in known:
            low = known[p.tensor]
            atom = low.right.terms[0].factors[0][0]
            assert isinstance(atom, Elem), "a label is a declared symbol"
            return Elem(atom.tensor, p.at)
        return p

    return map_positions(e, real)


def map_positions(e: Entries, place: Callable[[Position], Position]) -> Entries:
    """Every position of an entry or a δ replaced, also inside functions and groups."""

    def change(a: en.Atom) -> en.Atom:
        match a:
            case Elem():
                return Elem(a.tensor, tuple(place(p) for p in a.at))
            case en.Delta():
                return en.Delta(place(a.left), place(a.right))
            case en.Fn():
                return en.Fn(a.function, en.map_atoms(a.arg, change), a.order)
            case en.Group():
                return en.Group(en.map_atoms(a.body, change))
        return a

    return en.map_atoms(e, change)


def moved(e: Entries, old: tuple[Index, ...], new: tuple[Index, ...]) -> Entries:
    """Entries under other letters."""
    return en.substitute(e, {i: en.position(k) for i, k in zip(old, new, strict=True)})


def summed(e: Entries, over: tuple[Index, ...]) -> Entries:
    """The sum over some letters, contracted."""
    return contract(Entries(tuple(replace(t, bound=(*over, *t.bound)) for t in e.terms)))


def instance_of(
    name: Expr, definition: Expr, pool: str, renumbered: Literal["no", "yes"] = "no"
) -> Instance | None:
    """A named node's definition as one op: inputs are its symbols, the result is the node itself."""
    low = lower(definition, pool, renumbered)
    if low is None:
        return None
    result = Definition(name, low.at, low.right)  # type: ignore[arg-type]
    return Instance((), (*low.helpers, result), name.shape)
