"""Functions and layer classes: the emitted code of a derivation under names of one's own choice.

d = derive(read("image: n x c x h x w; kernel: k x c x p x q; y = conv2d(image, kernel)"))
print(layers([Functions(d, "h_conv2d", "h_conv2d_grad")]))
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from keyword import iskeyword
from typing import Literal, TypeAlias

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit import torch_layers_code
from symbackprop.emit.code_names import Given, code_names, public
from symbackprop.emit.literals import OWN, opening, safe
from symbackprop.emit.emitted_module import Module
from symbackprop.emit.numpy_code import NUMPY
from symbackprop.emit.plain_code import plain_class, plain_functions
from symbackprop.errors import SymbackpropError
from symbackprop.graph.expr import symbols
from symbackprop.graph.fresh_names import Room
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


Style = Literal["checked", "plain"]


def functions(d: Derivation, *, forward: str, backward: str, style: Style = "checked") -> str:
    """A module with the two functions of a derivation."""
    return layers([Functions(d, forward, backward)], style=style)


def layers(parts: Sequence[Part], target: str = "numpy", style: Style = "checked") -> str:
    """A module with all parts, in order; for 'torch' layers are `torch.nn.Module`s with parameters.

    In NumPy 'plain' ones have no more than the lines of the passes, as one writes them in an exercise: their
    arguments are not asked for sizes and types.

    Errors: `SymbackpropError` for a derivation with time steps, for functions in PyTorch, and for plain code
    of what needs more than a few lines.
    """
    names = own_names(parts)
    body: list[str] = []
    module: Module | None = None
    if any(p.derivation.graph.time for p in parts):
        raise SymbackpropError("a recurrence is no layer", where="emit", hint="Use source().")
    parts = [replace(p, derivation=cut(p.derivation)) for p in parts]
    if style == "plain":
        return "\n\n".join(["import numpy as np\n", *map(plain_part, parts)])
    if target != "numpy":
        return torch_layers_code.layers(torch_rows(parts, target))
    inside = (name for p in parts for name in code_names(p.derivation).room.typed)
    room = Room.code((*names, *inside), OWN)
    for p in parts:
        module = Module(p.derivation, NUMPY, module)
        module.room = room
        code = two_functions(p, module) if isinstance(p, Functions) else layer_class(p, module)
        body += ["\n\n", *code]
    head = opening(", ".join(names), NUMPY.imports, *(p.derivation.graph for p in parts))
    return "".join([head, *body, *(f"\n\n{x}" for x in (module.below() if module else []))])


def plain_part(p: Part) -> str:
    """One part as a person writes it."""
    if isinstance(p, Functions):
        return plain_functions(p.derivation, p.forward, p.backward)
    return plain_class(p.derivation, p.name, flowing(p))


def torch_rows(parts: Sequence[Part], target: str) -> list[tuple[str, str, Derivation]]:
    """Layers by name and data. Errors: `SymbackpropError` for what is none, and for another target."""
    if target != "torch" or not all(isinstance(p, Layer) for p in parts):
        raise SymbackpropError("layers are for numpy and torch, functions for numpy", where="emit",
                               hint="Use source() for one function of a target.")  # fmt: skip
    return [(p.name, flowing(p), p.derivation) for p in parts if isinstance(p, Layer)]


def flowing(p: Layer) -> str:
    """The input that flows through a layer. Errors: `SymbackpropError` where it is no variable."""
    if p.data not in p.derivation.wrt:
        raise SymbackpropError(f"{p.data} is no variable", where="emit",
                               hint=f"Variables: {', '.join(p.derivation.wrt)}")  # fmt: skip
    return p.data


def own_names(parts: Sequence[Part]) -> list[str]:
    """The functions and classes of a module. Errors: `SymbackpropError` for one that would hide another."""
    names = [n for p in parts for n in p.names]
    for k, n in enumerate(names):
        safe(n)
        if n in names[:k] or n in OWN or iskeyword(n) or hasattr(builtins, n):
            said = "is given twice" if n in names[:k] else "means something in emitted code"
            raise SymbackpropError(f"`{n}` {said}", where="emit", hint="Choose another name.")
    return names


def two_functions(p: Functions, m: Module) -> list[str]:
    d = p.derivation
    inputs = [m.given(n) for n in d.graph.inputs]
    return [
        *m.function(p.forward, inputs, forward_lines(m)),
        "\n\n",
        *m.function(p.backward, [*inputs, *seeds(m)], backward_lines(m)),
    ]


def layer_class(p: Layer, m: Module) -> list[str]:
    d, flows = p.derivation, flowing(p)
    own = m.room.spaced("self") if "self" in d.graph.inputs else "self"
    kept = {n: f"{own}.{attribute(public(n))}" for n in d.graph.inputs}
    held, data = [n for n in d.graph.inputs if n != flows], public(flows)
    slopes = [f"{own}.{m.names.bar(n)}" for n in d.wrt if n != p.data]
    known = assigned(map(safe, held), [kept[n] for n in held])
    every = assigned(map(safe, [p.data, *held]), [kept[n] for n in (p.data, *held)])
    ahead = [*known, *forward_lines(m)]
    given = [f"    {kept[p.data]} = {data}\n"]
    if data != safe(p.data):  # a parameter np would hide the module of that name
        work = m.room.spaced("_forward")
        given += [f"    return {own}.{work}()\n", f"\ndef {work}({own}):\n"]
        ahead = [*every, *forward_lines(m)]
    return [
        f"class {p.name}:\n",
        f'    """A layer from {data} to {d.of}; backward keeps the gradients of its own arrays."""\n\n',
        f"    def __init__({', '.join([own, *map(public, held)])}):\n",
        *indented(assigned([kept[n] for n in held], map(public, held)) or ["    pass\n"]),
        f"\n    def forward({own}, {data}):\n",
        *indented([*given, *ahead]),
        f"\n    def backward({', '.join([own, *(code for _, code in seeds(m))])}):\n",
        *indented([*every, *backward_lines(m, slopes, p.data)]),
    ]


def seeds(m: Module) -> list[Given]:
    """The δ of an output that is no number, as a parameter."""
    bar = m.names.bar(m.d.of)
    return [(bar, bar)] if m.d.backward.seed.symbol else []


def attribute(name: str) -> str:
    """What an array of a layer is called: its methods, and what every object has, keep their names."""
    return f"{name}_" if name.rstrip("_") in ("forward", "backward") or kept_by_python(name) else name


def kept_by_python(name: str) -> bool:
    """Whether a name is one of those by which Python itself asks an object: __class__, __dict__, …"""
    return name.startswith("__") and name.endswith("__") and len(name) > 4


def assigned(left: Iterable[str], right: Iterable[str]) -> list[str]:
    names = ", ".join(left)
    return [f"    {names} = {', '.join(right)}\n"] if names else []


def indented(lines: Sequence[str]) -> list[str]:
    return ["\n    " + x[1:] if x[0] == "\n" else f"    {x}" for x in lines]


def forward_lines(m: Module) -> list[str]:
    work, said = m.statements({m.d.of: (m.d.of, False)})
    return m.opened([*work, f"return {said[m.d.of]}"], seeded=False)


def backward_lines(m: Module, kept: Sequence[str] = (), data: str = "") -> list[str]:
    """The gradients, after the nodes whose values they use; all but that of `data` are kept under names."""
    work, said = m.statements({n: (n, True) for n in m.d.wrt})
    others = [code for n, code in said.items() if n != data]
    stored = [f"{name} = {code}" for name, code in zip(kept, others, strict=True)] if data else []
    returned = said[data] if data else ", ".join(said.values())
    return m.opened([*work, *stored, f"return {returned}"], seeded=m.d.backward.seed.symbol is not None)


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
