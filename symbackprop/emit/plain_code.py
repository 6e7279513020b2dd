"""Code as a person writes it after a derivation: the lines of both passes and no more.

Its arguments are not asked for their sizes and types, no array is written over, and the function calls
nothing but NumPy. What needs more than that has no such code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.array_products import contraction
from symbackprop.emit.array_spellings import MAKINGS, SPELLINGS
from symbackprop.emit.code_names import parameters
from symbackprop.emit.emitted_module import Module, owned
from symbackprop.emit.function_opening import size_lines
from symbackprop.emit.literals import safe
from symbackprop.emit.numpy_loops import loop
from symbackprop.emit.program import array_kinds as k
from symbackprop.emit.program.code_writer import PRODUCT, SIGN, Spelling, Target, template
from symbackprop.emit.steady_graph import steady

OWN: Mapping[k.Kind, Spelling] = {
    k.CONTRACT: contraction,
    k.SIGMOID: template("1 / (1 + {m}.exp(-{}))", PRODUCT, SIGN),
}
PLAIN = Target("np", {**SPELLINGS, **OWN}, MAKINGS, loop, {}, {}, again=False)
FUNCTION = "gradients"


@dataclass(frozen=True, slots=True)
class PlainCode:
    """A function of the inputs, and the names of what it returns: the output, then its gradients."""

    text: str
    function: str
    returns: tuple[str, ...]


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
    door = [*size_lines(d, lines)[0], *m.typed(given.all, lines)]
    name = m.room.like(FUNCTION)
    text = "\n".join((f"def {name}({', '.join(given.all)}):", *(f"    {x}" for x in (*door, *lines)), ""))
    return PlainCode(text, name, tuple(said))
