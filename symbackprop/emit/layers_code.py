"""NumPy functions and layer classes: the emitted code of a derivation under names of one's own choice.

d = derive(read("image: n x c x h x w; kernel: k x c x p x q; y = conv2d(image, kernel)"))
print(layers([Functions(d, "h_conv2d", "h_conv2d_grad")]))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit import function_opening as sequences
from symbackprop.emit.code_names import code_names
from symbackprop.emit.literals import opening, safe
from symbackprop.emit.numpy_code import Module
from symbackprop.errors import SymbackpropError
from symbackprop.graph.expr import symbols
from symbackprop.graph.graph import ancestors


@dataclass(frozen=True, slots=True)
class Functions:
    """`forward(inputs)` and `backward(inputs, y_bar)`; backward returns a gradient for every variable."""

    derivation: Derivation
    forward: str
    backward: str

    @property
    def names(self) -> tuple[str, ...]:
        return self.forward, self.backward


@dataclass(frozen=True, slots=True)
class Layer:
    """A class that holds every input but `data`; `backward(y_bar)` returns the gradient of `data`."""

    derivation: Derivation
    name: str
    data: str

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)


Part: TypeAlias = Functions | Layer


def functions(d: Derivation, *, forward: str, backward: str) -> str:
    """A module with the two functions of a derivation."""
    return layers([Functions(d, forward, backward)])


def layers(parts: Sequence[Part]) -> str:
    """A module with all parts, in order. Errors: `SymbackpropError` for a derivation with time steps."""
    names = [safe(n) for p in parts for n in p.names]
    body: list[str] = []
    module: Module | None = None
    if any(p.derivation.graph.time for p in parts):
        raise SymbackpropError("a recurrence is no layer", where="emit", hint="Use source().")
    parts = [replace(p, derivation=cut(p.derivation)) for p in parts]
    inside = (code_names(p.derivation).taken for p in parts)
    reserved = frozenset(names).union(*inside)
    for p in parts:
        module = Module(p.derivation, module)
        module.reserved = reserved
        code = two_functions(p, module) if isinstance(p, Functions) else layer_class(p, module)
        body += ["\n\n", *code]
    head = opening(", ".join(names), *(p.derivation.graph for p in parts))
    return "".join([head, *(module.above(body) if module else []), *body])


def two_functions(p: Functions, m: Module) -> list[str]:
    d = p.derivation
    inputs = ", ".join(safe(n) for n in d.graph.inputs)
    seed = f", {m.names.bar(d.of)}" if d.backward.seed.symbol else ""
    return [
        f"def {p.forward}({inputs}):\n",
        *forward_lines(m),
        f"\n\ndef {p.backward}({inputs}{seed}):\n",
        *backward_lines(m),
        f"    return {', '.join(map(m.names.bar, d.wrt))}\n",
    ]


def layer_class(p: Layer, m: Module) -> list[str]:
    d = p.derivation
    if p.data not in d.wrt:
        raise SymbackpropError(f"{p.data} is no variable", where="emit",
                               hint=f"Variables: {', '.join(d.wrt)}")  # fmt: skip
    held = [safe(n) for n in d.graph.inputs if n != p.data]
    mine = [m.names.bar(n) for n in d.wrt if n != p.data]
    data, of = safe(p.data), safe(d.of)
    seed = f", {m.names.bar(d.of)}" if d.backward.seed.symbol else ""
    known = assigned(held, list(map(attribute, held)))
    kept = assigned([data, *held], list(map(attribute, [data, *held])))
    return [
        f"class {p.name}:\n",
        f'    """A layer from {data} to {of}; backward keeps the gradients of its own arrays."""\n\n',
        f"    def __init__({', '.join(['self', *held])}):\n",
        *indented(assigned(list(map(attribute, held)), held) or ["    pass\n"]),
        f"\n    def forward(self, {data}):\n",
        *indented([f"    {attribute(data)} = {data}\n", *known, *forward_lines(m)]),
        f"\n    def backward(self{seed}):\n",
        *indented([*kept, *backward_lines(m)]),
        *indented(assigned([f"self.{n}" for n in mine], mine)),
        f"        return {m.names.bar(p.data)}\n",
    ]


def attribute(name: str) -> str:
    """Where a layer keeps an array: its methods keep their names."""
    return f"self.{name}_" if name.rstrip("_") in ("forward", "backward") else f"self.{name}"


def assigned(left: Sequence[str], right: Sequence[str]) -> list[str]:
    return [f"    {', '.join(left)} = {', '.join(right)}\n"] if left else []


def indented(lines: Sequence[str]) -> list[str]:
    return [f"    {x}" for x in lines]


def forward_lines(m: Module) -> list[str]:
    sweep = m.sweep(forward=True, only=ancestors(m.d.graph, m.d.of))
    return opened(m, [*sweep, f"    return {safe(m.d.of)}\n"])


def backward_lines(m: Module) -> list[str]:
    """The δ's, after the nodes whose values they use."""
    sweep = m.sweep(forward=True, only=below(m.d, used(m.d)))
    return opened(m, [*sweep, *m.seed(), *m.sweep(forward=False)])


def opened(m: Module, lines: list[str]) -> list[str]:
    """Lines of a function after those that make arrays and sizes."""
    return [*(f"    {x}\n" for x in sequences.opening(m.d, m.names, lines)), *lines]


def below(d: Derivation, names: set[str]) -> set[str]:
    """The names, and every name their values need."""
    return {m for n in names for m in ancestors(d.graph, n)}


def cut(d: Derivation) -> Derivation:
    """The derivation on the part of its graph that its output and δ's need: other inputs are no arguments."""
    kept = ancestors(d.graph, d.of) | below(d, used(d))
    symbol = {n: e for n, e in d.graph.symbol.items() if n in kept}
    g = d.graph.remade(symbol, {n: e for n, e in d.graph.definition.items() if n in kept})
    return replace(d, backward=d.backward.on(g))


def used(d: Derivation) -> set[str]:
    """The names whose values the δ's are made from, helpers of an op and selectors among them."""
    values = [a.value for a in d.backward.adjoints.values()]
    return {s.symbol.name for s in symbols(*values) if s.symbol and not s.symbol.cotangent}
