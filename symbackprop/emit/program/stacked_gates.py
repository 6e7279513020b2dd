"""Gates of a cell that multiply one row by several matrices, as one product with the matrices side by side.

σ(h U_f + a_f) and σ(h U_i + a_i) are the halves of σ(h [U_f U_i] + [a_f a_i]): a step makes one product and
one function where it made two, and what does not move is put together before the loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add

from symbackprop.emit.program.array_kinds import CONCAT, CONTRACT, GET, Role
from symbackprop.emit.program.array_nodes import ONE, ZERO, Node, get, node, topological
from symbackprop.emit.program.entrywise import cut
from symbackprop.sizes import Size


def with_stacked_gates(body: Sequence[Node]) -> list[Node]:
    """What a step makes, those that are alike as parts of one value."""
    swap, left = dict[Node, Node](), list(dict.fromkeys(body))
    while left:
        first, *rest = left
        alike = [first, *(n for n in rest if stack((first, n), moving=True))]
        left = [n for n in rest if n not in alike]
        whole = stack(alike, moving=True) if len(alike) > 1 and products(first) else None
        swap |= parts_of(whole, alike) if whole else {}
    return [rebuilt(n, swap) for n in body] if swap else list(body)


def parts_of(whole: Node, nodes: Sequence[Node]) -> dict[Node, Node]:
    """Each value as its part of the one that has them side by side."""
    out, start = dict[Node, Node](), ZERO
    for n in nodes:
        end = start + n.shape[-1]
        out[n] = cut(whole, (*((ZERO, s) for s in n.shape[:-1]), (start, end)))
        start = end
    return out


def products(n: Node) -> bool:
    """Whether a step makes a product for a value; for its own alone, not for what is made of another's."""
    return any(x.kind is CONTRACT and x.moving for x in topological([n]))


def stack(nodes: Sequence[Node], *, moving: bool = False) -> Node | None:
    """Values of one form side by side along the last axis; None where they differ in more than matrices."""
    first = nodes[0]
    if any((n.kind, n.rank, n.shape[:-1]) != (first.kind, first.rank, first.shape[:-1]) for n in nodes):
        return None if moving or any(n.moving for n in nodes) else beside(nodes)
    if all(n is first for n in nodes):
        return first if not first.rank else None if first.moving else beside(nodes)
    width = reduce(add, (n.shape[-1] for n in nodes)) if first.rank else ONE
    if first.kind.role is Role.ENTRYWISE and first.rank and all(n.at == first.at for n in nodes):
        return entrywise_stack(nodes, width)
    made = product_stack(nodes, width) if first.kind is CONTRACT else None
    if made is not None:
        return made
    if first.kind is GET:
        inner = stack([n.args[0] for n in nodes])
        return get(inner) if inner else None
    return None if any(n.moving for n in nodes) else beside(nodes)


def entrywise_stack(nodes: Sequence[Node], width: Size) -> Node | None:
    """The same primitive on arguments side by side; a number is the same for all."""
    first, args = nodes[0], list[Node]()
    for column in zip(*(n.args for n in nodes), strict=True):
        wide = all(a.rank and a.shape[-1] == n.shape[-1] for a, n in zip(column, nodes, strict=True))
        same = all(a is column[0] for a in column) and (not column[0].rank or column[0].shape[-1] == ONE)
        made = column[0] if same else stack(column) if wide else None
        if made is None:
            return None
        args.append(made)
    return node(first.kind, tuple(args), (*first.shape[:-1], width), first.at)


def product_stack(nodes: Sequence[Node], width: Size) -> Node | None:
    """One row times the matrices side by side, along the letter that they have alone."""
    first = nodes[0]
    for one, many in ((0, 1), (1, 0)) if all(n.at == first.at for n in nodes) else ():
        row, letter = first.args[one], first.at[2][-1:]
        shared = all(n.args[one] is row for n in nodes) and not any(n.args[many].moving for n in nodes)
        if not shared or not letter or letter[0] in first.at[one]:
            continue
        matrices, axis = tuple(n.args[many] for n in nodes), first.at[many].index(letter[0])
        shape = tuple(width if k == axis else s for k, s in enumerate(matrices[0].shape))
        whole = node(CONCAT, matrices, shape, axis)
        args = (row, whole) if many else (whole, row)
        return node(CONTRACT, args, (*first.shape[:-1], width), first.at)
    return None


def beside(nodes: Sequence[Node]) -> Node | None:
    """Arrays of one shape but for the last axis, one beside the other."""
    first = nodes[0]
    if not first.rank or any(n.shape[:-1] != first.shape[:-1] for n in nodes):
        return None
    width = reduce(add, (n.shape[-1] for n in nodes))
    return node(CONCAT, tuple(nodes), (*first.shape[:-1], width), first.rank - 1)


def rebuilt(root: Node, swap: dict[Node, Node]) -> Node:
    """A value made again with others in the place of some; within those nothing is."""
    made = dict(swap)
    for n in topological([root]):
        if n not in made:
            args = tuple(made[a] for a in n.args)
            made[n] = n if args == n.args else node(n.kind, args, n.shape, n.at)
    return made[root]
