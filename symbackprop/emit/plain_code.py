"""Code as a person writes it after a derivation: the lines of both passes and no more.

Its arguments are not asked for their sizes and types, no array is written over, and the function calls
nothing but NumPy; windows are slices in a loop. What needs more than that has no such code.
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
from symbackprop.emit.program.lowering_graphs import Key
from symbackprop.emit.steady_graph import steady
from symbackprop.emit.window_loops import window_loops
from symbackprop.errors import SymbackpropError


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
    given = parameters(d)
    if any(safe(n) != n for n in given.all):
        return None
    found = passes(m, {d.of: (d.of, False)} | m.gradients)
    if found is None:
        return None
    work, said = found
    lines = [*work, f"return {', '.join(said.values())}"]
    name = m.room.like(FUNCTION)
    text = "\n".join((f"def {name}({', '.join(given.all)}):", *indented(opened(m, given.all, lines)), ""))
    return PlainCode(text, name, tuple(said), m.names.bars)


def passes(m: Module, keys: Mapping[str, Key]) -> tuple[list[str], Mapping[str, str]] | None:
    """Lines that compute values and δ's, and what these are called; None where they need more than NumPy."""
    loops = window_loops(m.d, m.names)
    if loops is None:
        w, work = m.writing(m.lowering.program(keys), m.variables)
        return None if w.needs else (work, owned(w))
    ways = {False: loops.ahead, True: loops.back}
    work = [x for way in dict.fromkeys(b for _, b in keys.values()) for x in ways[way]]
    return [*needed(loops.counted, work), *work], {
        n: m.names.bar(n) if back else safe(n) for n, (_, back) in keys.items()
    }


def opened(m: Module, given: Sequence[str], lines: Sequence[str]) -> list[str]:
    """Lines below the sizes and types they read."""
    return [*needed(size_lines(m.d, lines)[0], lines), *m.typed(given, lines), *lines]


def indented(lines: Sequence[str], depth: int = 1) -> list[str]:
    return [f"{'    ' * depth}{x}" for x in lines]


# --- functions and classes under names of one's own -------------------------------------------------------


def plain_functions(d: Derivation, forward: str, backward: str) -> str:
    """`forward(inputs)` and `backward(inputs, y_bar)`.

    Errors: `SymbackpropError` where NumPy is not enough.
    """
    m = Module(steady(d), PLAIN)
    given = parameters(d)
    inputs = tuple(given.inputs.values())
    ways = ((forward, inputs, {d.of: (d.of, False)}), (backward, given.all, m.gradients))
    return "\n\n".join("\n".join(function(m, *way)) + "\n" for way in ways)


def function(m: Module, name: str, given: Sequence[str], keys: Mapping[str, Key]) -> list[str]:
    """One pass as a function."""
    work, said = demanded(m, keys)
    lines = opened(m, given, [*work, f"return {', '.join(said.values())}"])
    return [f"def {name}({', '.join(given)}):", *indented(lines)]


def plain_class(d: Derivation, name: str, data: str) -> str:
    """A layer that holds every input but `data`; backward keeps their gradients and returns that of `data`.

    Errors: `SymbackpropError` where NumPy is not enough.
    """
    m = Module(steady(d), PLAIN)
    given = parameters(d)
    inputs = tuple(given.inputs.values())
    held = [x for n, x in given.inputs.items() if n != data]
    (ahead, value), (back, slopes) = demanded(m, {d.of: (d.of, False)}), demanded(m, m.gradients)
    kept = [f"self.{m.names.bar(n)} = {code}" for n, code in slopes.items() if n != data]
    forth = opened(m, inputs, [*ahead, f"return {value[d.of]}"])
    home = opened(m, given.all, [*back, *kept, f"return {slopes[data]}"])
    flowing = [given.inputs[data]]
    bodies = {
        f"__init__({', '.join(['self', *held])})": assigned(fields(held), held) or ["pass"],
        f"forward(self, {flowing[0]})": [*assigned(fields(flowing), flowing), *read(held, forth), *forth],
        f"backward({', '.join(['self', *given.others])})": [*read(inputs, home), *home],
    }
    methods = ["\n".join([f"    def {head}:", *indented(body, 2)]) for head, body in bodies.items()]
    return f"class {name}:\n" + "\n\n".join(methods) + "\n"


def fields(names: Sequence[str]) -> list[str]:
    return [f"self.{n}" for n in names]


def read(names: Sequence[str], lines: Sequence[str]) -> list[str]:
    """The line that reads the fields that others use."""
    used = [n for n in names if n in loaded(*lines)]
    return assigned(used, fields(used))


def assigned(left: Sequence[str], right: Sequence[str]) -> list[str]:
    return [f"{', '.join(left)} = {', '.join(right)}"] if left else []


def demanded(m: Module, keys: Mapping[str, Key]) -> tuple[list[str], Mapping[str, str]]:
    """The lines of one pass and what its values are called."""
    found = passes(m, keys)
    if found is None or any(safe(n) != n for n in parameters(m.d).all):
        raise SymbackpropError("this needs more than a few lines of NumPy", where="emit",
                               hint='Leave out  style="plain" .')  # fmt: skip
    return found
