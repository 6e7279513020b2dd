"""Whose memory a value may be written into: an array of a program's own that nobody reads any more.

An argument of the caller is nobody's to write, nor is what a view shows, a result, or what a loop reads;
whole numbers have no room for real ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symbackprop.emit.program.array_kinds import (
    ABS, ADD, ARANGE, ARCTAN, ARGMAX, ARGMIN, CONCAT, CONTRACT, COS, COSH, CUMSUM, DIV, EXP, EXPM1, FOLD,
    INPUT, LOG, LOG1P, MAX, MAXIMUM, MINIMUM, MUL, NEG, PLACE, SCATTER, SERIES, SIGMOID, SIN, SINH, SQRT,
    SUB, SUM, TAN, TANH, Role,
)  # fmt: skip
from symbackprop.emit.program.array_nodes import Node
from symbackprop.emit.program.statements_of_program import Loop
from symbackprop.emit.program.uses import Uses

FUNCTIONS = (EXP, LOG, SQRT, ABS, SIN, COS, TAN, SINH, COSH, TANH, ARCTAN, EXPM1, LOG1P, NEG)
SIGNS = (ADD, SUB, MUL, DIV, MAXIMUM, MINIMUM)
WRITTEN = frozenset({*FUNCTIONS, *SIGNS})  # what can be written into an argument
FRESH = WRITTEN | {CONTRACT, SUM, MAX, CUMSUM, CONCAT, FOLD, PLACE, SCATTER, SIGMOID}  # arrays of their own
STEPS = 3  # in one buffer, one line each; a longer expression reads better as one


@dataclass(frozen=True, slots=True)
class Step:
    """One value written over an argument of it."""

    made: Node
    into: Node


def storage(n: Node) -> Node:
    """The array whose entries a value shows."""
    while n.kind.role is Role.VIEW:
        n = n.args[0]
    return n


def last_reads(uses: Uses) -> Mapping[Node, Node | None]:
    """Where every variable is read for the last time: None where a loop reads it or a result does."""
    done: dict[Node, str] = {}
    last: dict[Node, Node | None] = {}
    for s in (*uses.program.statements, *uses.program.results.values()):
        inside = s.body if isinstance(s, Loop) else (s,)
        made = [x if isinstance(x, Node) else x.node for x in inside]
        for root in (*(s.outside if isinstance(s, Loop) else ()), *made):
            for n in uses.missing(root, done):
                done[n] = ""
                for v in uses.read_by(n):
                    last[v] = last[storage(v)] = None if isinstance(s, Loop) else n
    for n in uses.program.results.values():
        for v in [n] if n in uses.variables else uses.read_by(n):
            last[v] = last[storage(v)] = None
    return last


class Buffers:
    """What may be written into; `last` says where arrays are read for the last time."""

    def __init__(self, uses: Uses, last: Mapping[Node, Node | None], labels: frozenset[str]) -> None:
        self.uses, self.last, self.labels = uses, last, labels
        self.real: dict[Node, bool] = {}

    def steps(self, n: Node) -> tuple[Step, ...]:
        """The last steps of a variable's value that are written over what comes before them."""
        found, made = list[Step](), n
        while len(found) < STEPS and made.kind in WRITTEN and not made.moving and made.rank:
            into = next((a for a in made.args if self.takes(n, made, a)), None)
            if into is None:
                break
            found.append(Step(made, into))
            if into in self.uses.named and into.rank < 2:
                return ()  # a vector is soon made
            if into in self.uses.variables or into.kind is CONTRACT:
                return () if self.read_again(found) else tuple(reversed(found))
            made = into
        # a function of what is computed for it alone; what a sign stands beside NumPy itself reuses
        return (found[0],) if found and found[0].made.kind in FUNCTIONS else ()

    def takes(self, n: Node, made: Node, a: Node) -> bool:
        """Whether a value may be written over an argument, in the statement that makes n."""
        if a.shape != made.shape or a.kind not in FRESH or a.moving or not self.is_real(a):
            return False
        return self.last.get(a) is n if a in self.uses.variables else self.uses.reads[a] == 1

    def read_again(self, found: list[Step]) -> bool:
        """Whether a later step reads what the first one is written over; found from the last one on."""
        others = (a for s in found[:-1] for a in s.made.args if a is not s.into)
        read = (v for a in others for v in ([a] if a in self.uses.variables else self.uses.read_by(a)))
        return any(storage(v) is found[-1].into for v in read)

    def is_real(self, n: Node) -> bool:
        """Whether a value holds real numbers, not labels or positions."""
        for x in self.below(n):
            whole = x.kind in (ARANGE, ARGMAX, ARGMIN) or (x.kind is INPUT and x.at in self.labels)
            arrays = [self.real[a] for a in x.args if a.rank]
            self.real[x] = x.kind is SERIES or (any(arrays) if arrays else not whole)
        return self.real[n]

    def below(self, n: Node) -> list[Node]:
        """The nodes that are not known yet, arguments first."""
        order: dict[Node, None] = {}
        stack = [n]
        while stack:
            x = stack[-1]
            known = x in order or x in self.real
            waiting = [] if known else [a for a in x.args if a not in order and a not in self.real]
            stack += waiting
            if not waiting:
                if not known:
                    order[x] = None
                stack.pop()
        return list(order)
