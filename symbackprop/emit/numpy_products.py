"""What NumPy does faster in words of its own: products of two matrices, and values written over others."""

from __future__ import annotations

from collections.abc import Sequence

from symbackprop.emit import array_products
from symbackprop.emit.array_spellings import CONDITIONS
from symbackprop.emit.literals import bare, size_code
from symbackprop.emit.program import array_kinds as k
from symbackprop.emit.program.array_nodes import Node
from symbackprop.emit.program.code_writer import ATOM, Code, Writer
from symbackprop.emit.program.owned_buffers import Step

SIGNS = {k.ADD: "+=", k.SUB: "-=", k.MUL: "*=", k.DIV: "/="}
NAMES = {k.ADD: "add", k.SUB: "subtract", k.MUL: "multiply", k.DIV: "divide", k.NEG: "negative"}


def contraction(w: Writer, n: Node) -> Code:
    """`dot` for two matrices, which calls BLAS at once; what else there is as for every library."""
    (x, y), (left, right, out) = n.args, n.at
    summed = [c for c in left if c not in out]
    shared = any(c in left and c in right for c in out)
    if len(summed) != 1 or len(left) > 2 or len(right) > 2 or shared or not out:
        return array_products.contraction(w, n)
    first = f"{w.text(x, ATOM)}.T" if left[-1] != summed[0] else w.text(x, ATOM)
    second = f"{w.text(y, ATOM)}.T" if right[0] != summed[0] else w.text(y)
    return f"{first}.dot({second})", ATOM


def written(w: Writer, steps: Sequence[Step], name: str) -> list[str]:
    """The lines that give a name its value: the first step gives it an array, the others write over it."""
    first = steps[0].into
    out, buffer = list[str](), w.text_of.get(first, name)
    if first not in w.text_of:
        out.append(f"{name} = {w.text(first)}")
    for s in steps:
        w.text_of[s.into] = buffer
        out.append(step(w, s.made, s.into, buffer, name))
        buffer = name
    return out


def step(w: Writer, made: Node, into: Node, buffer: str, name: str) -> str:
    """One value written over an argument."""
    rest = [a for a in made.args if a is not into] or [into]
    swaps = made.kind in (k.ADD, k.MUL)
    if made.kind in SIGNS and name == buffer and (swaps or made.args[0] is into):
        if made.kind in (k.ADD, k.SUB) and rest[0].kind is k.ONEHOT and rest[0].rank == 2:
            labels = w.text(rest[0].args[0], ATOM)
            return f"{buffer}[{w.m}.arange({bare(size_code(made.shape[0]))}), {labels}] {SIGNS[made.kind]} 1"
        return f"{buffer} {SIGNS[made.kind]} {operand(w, rest[0])}"
    given = ", ".join(operand(w, a) for a in made.args)
    call = f"{w.m}.{NAMES.get(made.kind, made.kind.name)}({given}, out={buffer})"
    return call if name == buffer else f"{name} = {call}"


def operand(w: Writer, n: Node) -> str:
    """A condition beside an array needs not be made one."""
    return CONDITIONS[n.kind](w, n) if n.kind in CONDITIONS and n not in w.text_of else bare(w.text(n))
