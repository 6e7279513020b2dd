"""A program as lines of code: names, the order of assignments, the brackets an expression needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeAlias

from symbackprop.emit.program.array_kinds import Kind
from symbackprop.emit.program.array_nodes import Node
from symbackprop.emit.program.owned_buffers import Buffers, Step, last_reads
from symbackprop.emit.program.statements_of_program import Loop, Program
from symbackprop.emit.program.uses import Uses
from symbackprop.graph.fresh_names import Room

# how tightly an expression binds, as Python reads it
LOOSE, COMPARED, SUM, PRODUCT, SIGN, POWER, ATOM = range(7)
Code: TypeAlias = tuple[str, int]  # an expression, and how tightly it binds
Spelling: TypeAlias = "Callable[[Writer, Node], Code]"
Making: TypeAlias = "Callable[[Writer, Node, str], list[str]]"  # lines that give a name its value


@dataclass(frozen=True, slots=True)
class Target:
    """How a library of arrays spells the primitives."""

    module: str  # what the library is called in code
    spellings: Mapping[Kind, Spelling]
    makings: Mapping[Kind, Making]
    loop: Callable[[Writer, Loop], list[str]]
    helpers: Mapping[str, str]
    checks: Mapping[str, str]  # functions that ask arguments, by name
    imports: str = "import numpy as np"
    copy: str = "{}.copy()"  # an array of its own with the entries of one
    whole: str = "int"  # what stands in the place of `like` for whole numbers
    like: str = "dtype"  # the last arguments of what makes an array
    on: str = ""  # behind the length of a range: the device it is on
    typed: tuple[str, str] = ("dtype = {0}.dtype", "dtype = float")  # before: as an input, without one
    asks: bool = False  # whether the library is that of the arguments
    given: str = "{}"  # what a caller may give, as an array
    array: str = "np.asarray"  # what makes an array of NumPy's
    doubles: str = ""  # what must be said for numbers to be doubles
    cast: str = "{}.astype(dtype, copy=False)"  # an array in the type of the others
    written: Callable[[Writer, Sequence[Step], str], list[str]] | None = None  # lines that reuse arrays
    again: bool = True  # whether a name whose value nobody reads any more is given to another value


@dataclass
class Writer:
    """The state of one function's text."""

    program: Program
    target: Target
    room: Room
    needs: set[str] = field(default_factory=set)  # helpers, by name
    text_of: dict[Node, str] = field(default_factory=dict)  # what has a variable by now
    time: str = "t"  # the index of a loop, from 0
    last: str = ""  # its value at the last step
    early: Mapping[str, int] = field(default_factory=dict)  # the rows before the first step, by buffer
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    labels: frozenset[str] = frozenset()  # the inputs that are whole numbers

    def __post_init__(self) -> None:
        self.uses = Uses(self.program)
        last = last_reads(self.uses)
        self.buffers = Buffers(self.uses, last, self.labels)
        self.until: dict[Node, list[Node]] = {}  # the variables that are read for the last time, by reader
        for v, n in last.items():
            if n is not None and not v.moving and v in self.uses.variables:
                self.until.setdefault(n, []).append(v)
        self.free: list[str] = []  # names whose values nobody reads any more

    def lines(self) -> list[str]:
        """The statements of the program."""
        out = list[str]()
        loops = [s for s in self.program.statements if isinstance(s, Loop)]
        self.early = {b.name: len(b.before) for s in loops for b in s.buffers}
        for s in (*self.program.statements, *self.program.results.values()):
            if isinstance(s, Loop):
                out += self.target.loop(self, s)
            else:
                out += self.assigned(s if isinstance(s, Node) else s.node)
        return out

    def assigned(self, root: Node) -> list[str]:
        """The lines after which an expression can be written."""
        return [line for n in self.uses.missing(root, self.text_of) for line in self.variable(n)]

    def variable(self, n: Node) -> list[str]:
        """The lines that give a value its name; a name of its own is free again after the last reading."""
        written = self.target.written
        steps = self.buffers.steps(n) if written else ()
        name = self.uses.named.get(n) or self.kept(steps) or self.fresh()
        making = self.target.makings.get(n.kind)
        if steps and written:
            out = written(self, steps, name)
        else:
            out = making(self, n, name) if making else [f"{name} = {self.text(n)}"]
        self.text_of[n] = name
        if not n.moving and self.target.again:
            spent = (x for x in self.until.get(n, ()) if x not in self.uses.named)
            self.free += [self.text_of[x] for x in spent if self.text_of[x] != name]
        return out

    def kept(self, steps: Sequence[Step]) -> str:
        """The name of what is written over, unless the graph gave it."""
        into = steps[0].into if steps else None
        return self.text_of.get(into, "") if into and into not in self.uses.named else ""

    def fresh(self) -> str:
        """A name for a value that has none."""
        if self.free:
            return self.free.pop(self.free.index(min(self.free, key=lambda x: (len(x), x))))
        return self.room.draw(f"t{k}" for k in self.numbers)

    @property
    def m(self) -> str:
        """The library, as code calls it."""
        return self.target.module

    # --- expressions ---

    def text(self, n: Node, strength: int = LOOSE) -> str:
        """A value, in brackets where it binds less tightly."""
        code, own = self.code(n)
        return code if own >= strength else f"({code})"

    def code(self, n: Node) -> Code:
        """A value, and how tightly its expression binds."""
        known = self.text_of.get(n)
        return (known, ATOM) if known is not None else self.target.spellings[n.kind](self, n)

    def helper(self, name: str) -> str:
        self.needs.add(name)
        return name


def template(code: str, own: int, *strengths: int) -> Spelling:
    """A spelling with arguments in their places, each bound at least so tightly."""

    def spell(w: Writer, n: Node) -> Code:
        asked = strengths or (LOOSE,) * len(n.args)
        return code.format(*(w.text(a, s) for a, s in zip(n.args, asked, strict=True)), m=w.m), own

    return spell
