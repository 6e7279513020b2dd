"""A program in two: the forward pass hands on what the backward pass reads of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from symbackprop.emit.program.array_kinds import CONSTANT, EXTENT, INPUT, NUMBER, ONEHOT, SERIES, Role
from symbackprop.emit.program.array_nodes import Node, node, topological
from symbackprop.emit.program.statements_of_program import Assign, Loop, Program, Statement
from symbackprop.graph.fresh_names import Room

OF_SIZES = (NUMBER, EXTENT, CONSTANT)


@dataclass(frozen=True, slots=True)
class Split:
    """Both passes; the results of the first are the output and what is kept, by name, for the second."""

    forward: Program
    backward: Program
    kept: tuple[str, ...]


def split(statements: Sequence[Statement], ahead: Program, back: Program, output: str, room: Room) -> Split:
    """`ahead` computes the output, `back` the gradients with all that they need, from the same statements."""
    made = set(topological(roots(ahead)))
    names = {s.node: s.name for s in statements if isinstance(s, Assign)}
    kept: dict[Node, str] = {}
    for n in frontier(back, made):
        kept[n] = n.at if n.kind is SERIES else names.get(n) or room.draw(f"v{k}" for k in count(1))
    own = tuple(Assign(name, n) for n, name in kept.items() if n.kind is not SERIES)
    results = {name: n for n, name in kept.items()} | {output: ahead.results[output]}
    forward = Program((*statements, *own), results).live()
    seen: dict[Node, Node] = {n: node(INPUT, (), n.shape, name) for n, name in kept.items()}
    return Split(forward, without(back, seen).live(), tuple(kept.values()))


def roots(p: Program) -> list[Node]:
    """The results of a program, and what its loops make."""
    loops = [s for s in p.statements if isinstance(s, Loop)]
    return [*p.results.values(), *(n for s in loops for n in (*s.outside, *(a.node for a in s.body)))]


def frontier(back: Program, made: set[Node]) -> Iterator[Node]:
    """The values of the forward pass that the backward pass reads; views and what sizes say it makes anew."""
    forward = {b.name for s in back.statements if isinstance(s, Loop) and not s.backward for b in s.buffers}
    own = replace(back, statements=tuple(s for s in back.statements if not isinstance(s, Loop) or s.backward))
    seen, stack = set[Node](), roots(own)[::-1]
    while stack:
        n = stack.pop()
        if n in seen:
            continue
        seen.add(n)
        if (n.kind is SERIES and n.at in forward) or (n in made and worth_keeping(n)):
            yield n
        else:
            stack += reversed(n.args)


def worth_keeping(n: Node) -> bool:
    """Whether a value costs more than looking at others differently."""
    if n.kind.role in (Role.LEAF, Role.VIEW) or n.kind is ONEHOT or n.moving:
        return False
    return bool(n.rank) or any(x.kind.role is Role.LEAF and x.kind not in OF_SIZES for x in topological([n]))


def without(p: Program, known: Mapping[Node, Node]) -> Program:
    """A program that is given some of its values."""
    new = dict(known)
    for n in topological([*roots(p), *(s.node for s in p.statements if isinstance(s, Assign))]):
        if n not in new:
            args = tuple(new[a] for a in n.args)
            new[n] = n if args == n.args else node(n.kind, args, n.shape, n.at)
    return Program(tuple(renewed(s, new) for s in p.statements), {k: new[n] for k, n in p.results.items()})


def renewed(s: Statement, new: Mapping[Node, Node]) -> Statement:
    if isinstance(s, Assign):
        return replace(s, node=new[s.node])
    buffers = tuple(replace(b, before=tuple(new[n] for n in b.before)) for b in s.buffers)
    return replace(s, buffers=buffers, body=tuple(replace(a, node=new[a.node]) for a in s.body))
