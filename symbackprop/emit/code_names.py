"""What the names of a derivation are called in code: δ's, first values, what a caller gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from keyword import iskeyword
from typing import TypeAlias

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.literals import OWN, safe
from symbackprop.graph.expr import topological
from symbackprop.graph.fresh_names import Room
from symbackprop.graph.graph import Graph

Given: TypeAlias = tuple[str, str]  # a parameter as a caller calls it, and as code does
Early = Mapping[tuple[str, int], str]  # by name and step, 0 or before


@dataclass(frozen=True, slots=True)
class CodeNames:
    """The variables of an emitted function beside the symbols, sizes and time index, which are `safe`."""

    bars: Mapping[str, str]  # δ of a name: x_bar
    early: Early  # values before the first step, by name and step: h_0, h_m1
    room: Room  # where a module draws further names

    def bar(self, name: str) -> str:
        return self.bars[name]

    def starts(self, name: str) -> dict[int, str]:
        """What stands before the first step of a name, by step."""
        return {t: code for (n, t), code in self.early.items() if n == name}


@dataclass(frozen=True, slots=True)
class Parameters:
    """What an emitted function is given: inputs, values before the first step, the output's δ."""

    inputs: Mapping[str, str]
    early: Early
    seed: str  # empty where the output is a number

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.inputs.values(), *self.others)

    @property
    def others(self) -> tuple[str, ...]:
        """All but the inputs."""
        return (*self.early.values(), *([self.seed] if self.seed else ()))


def code_names(d: Derivation, meant: Mapping[str, str] | None = None) -> CodeNames:
    """The names of a derivation in code, each drawn against all others; δ's as `meant` says."""
    g = d.graph
    declared = (*g.symbol, *g.sizes, *([g.time.name] if g.time else ()))
    room = Room.code((*declared, *map(safe, declared)), OWN)
    called = meant or {}
    bars = {n: room.spaced(called.get(n, f"{n}_bar")) for n in dict.fromkeys((*d.backward.adjoints, d.of))}
    early = {(n, t): room.spaced(f"{n}_{'m' * (t < 0)}{-t}") for n, t in states(g)}
    return CodeNames(bars, early, room)


def public(name: str) -> str:
    """What a caller writes for a symbol: its own name, unless it is a word of Python."""
    return safe(name) if iskeyword(name) else name


def parameters(d: Derivation) -> Parameters:
    """The keywords of the emitted function."""
    names = code_names(d)
    return Parameters(
        {n: public(n) for n in d.graph.inputs}, names.early, names.bar(d.of) if d.backward.seed.symbol else ""
    )


def states(g: Graph) -> Iterable[tuple[str, int]]:
    """Names and steps, 0 and before, of the values that a recurrence starts from and nobody defines."""
    first: dict[str, int] = {}
    for e in g.definition.values():
        for x in topological(e):
            s = x.symbol
            if s and s.time and s.shift < 0 and (s.name not in g.initial or s.shift < -1):
                first[s.name] = min(first.get(s.name, 0), s.shift)
    return [(n, -k) for n, low in first.items() for k in range(-low) if k or n not in g.initial]
