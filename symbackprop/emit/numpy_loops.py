"""A loop over time in NumPy: arrays with a row per step, filled one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from symbackprop.emit.array_spellings import arrayed
from symbackprop.emit.literals import bare, shape_code, size_code
from symbackprop.emit.program.code_writer import Writer
from symbackprop.emit.program.statements_of_program import Buffer, Loop


Rooms: TypeAlias = "Callable[[Writer, Buffer, Loop], list[str]]"


def loop(w: Writer, s: Loop) -> list[str]:
    """What the steps need, arrays for their rows, the steps."""
    return steps(w, s, room)


def steps(w: Writer, s: Loop, room: Rooms) -> list[str]:
    """What the steps need, room for their rows, the steps."""
    before, inside = list[str](), list[str]()
    length = bare(size_code(s.length))
    w.last = bare(size_code(s.length - 1))
    for a, b in zip(s.body, s.buffers, strict=True):
        for n in w.uses.missing(a.node, w.text_of):
            if n is not a.node:
                lines = w.variable(n)
                (inside if n.moving else before).extend(lines)
        row = row_name(w, b)
        inside.append(f"{row} = {arrayed(w, a.node)}")
        w.text_of[a.node] = row
    for b in s.buffers:
        before += room(w, b, s)
    steps = f"range({length} - 1, -1, -1)" if s.backward else f"range({length})"
    return [*before, f"for {w.time} in {steps}:", *(f"    {x}" for x in inside)]


def row_name(w: Writer, b: Buffer) -> str:
    early = len(b.before)
    return f"{b.name}[{w.time}{f' + {early}' if early else ''}]"


def room(w: Writer, b: Buffer, s: Loop) -> list[str]:
    """An array for the rows of a name, those before the first step filled in."""
    rows = shape_code((s.length + len(b.before) + b.after, *b.shape))
    out = [line for n in b.before for line in w.assigned(n)]
    kind = w.target.whole if b.labels else w.target.like
    out.append(f"{b.name} = {w.m}.{'zeros' if b.after else 'empty'}({rows}, {kind})")
    return [*out, *(f"{b.name}[{k}] = {w.text(n)}" for k, n in enumerate(b.before))]
