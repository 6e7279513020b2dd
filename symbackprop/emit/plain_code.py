"""Code as a person writes it after a derivation: the lines of both passes and no more.

Its arguments are not asked for their sizes and types, no array is written over, and the function calls
nothing but NumPy. What needs more than that has no such code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit import array_spellings
from symbackprop.emit.array_products import contraction
from symbackprop.emit.array_spellings import MAKINGS, SPELLINGS
from symbackprop.emit.code_names import parameters
from symbackprop.emit.emitted_module import Module, owned
from symbackprop.emit.function_opening import loaded, size_lines
from symbackprop.emit.literals import safe
from symbackprop.emit.numpy_loops import loop
from symbackprop.emit.program import array_kinds as k
from symbackprop.emit.program.array_nodes import Node
from symbackprop.emit.program.code_writer import ATOM, PRODUCT, SIGN, Code, Spelling, Target, Writer, template
from symbackprop.emit.steady_graph import steady


def multiplied(w: Writer, n: Node) -> Code:
    """A column times a row is `outer`; what else there is as for every library."""
    for x, y in (n.args, n.args[::-1]):
        if x.kind is k.EXPAND and x.at == (1,) and x.rank == 2 and y.rank == 1 and x not in w.text_of:
            return f"{w.m}.outer({w.text(x.args[0])}, {w.text(y)})", ATOM
    return array_spellings.multiplied(w, n)


def needed(sizes: Sequence[str], work: Sequence[str]) -> list[str]:
    """The lines of sizes that others read."""
    out = list[str]()
    for line in reversed(sizes):
        if {*line.partition(" = ")[0].split(", ")} & loaded(*out, *work):
            out.insert(0, line)
    return out


OWN: Mapping[k.Kind, Spelling] = {
    k.CONTRACT: contraction,
    k.MUL: multiplied,
    k.SIGMOID: template("1 / (1 + {m}.exp(-{}))", PRODUCT, SIGN),
}
PLAIN = Target("np", {**SPELLINGS, **OWN}, MAKINGS, loop, {}, {}, again=False)
FUNCTION = "gradients"


@dataclass(frozen=True, slots=True)
class PlainCode:
    """A function of the inputs; `returns` names the output and its gradients, `bars` what δ's are called."""

    text: str
    function: str
    returns: tuple[str, ...]
    bars: Mapping[str, str]


def plain_code(d: Derivation) -> PlainCode | None:
    """The function; None where a line needs more than NumPy has.

        print(plain_code(derive("x: n; L = sum(x**2)")).text)

    Errors: `SymbackpropError` where a derivation has no code at all.
    """
    m = Module(steady(d), PLAIN)
    w, work = m.writing(m.lowering.program({d.of: (d.of, False)} | m.gradients), m.variables)
    said = owned(w)
    lines = [*work, f"return {', '.join(said.values())}"]
    given = parameters(d)
    if w.needs or any(safe(n) != n for n in given.all):
        return None
    door = [*needed(size_lines(d, lines)[0], lines), *m.typed(given.all, lines)]
    name = m.room.like(FUNCTION)
    text = "\n".join((f"def {name}({', '.join(given.all)}):", *(f"    {x}" for x in (*door, *lines)), ""))
    return PlainCode(text, name, tuple(said), m.names.bars)
