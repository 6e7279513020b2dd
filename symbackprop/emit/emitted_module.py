"""The module of a derivation: a program of array primitives, in functions that ask their arguments."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit import argument_checks as checks, function_opening
from symbackprop.emit.array_spellings import plain
from symbackprop.emit.code_names import CodeNames, Given, code_names, parameters, public
from symbackprop.emit.literals import FUNCTION, opening, safe
from symbackprop.emit.program.array_kinds import BROADCAST, INPUT, SLICE, Role
from symbackprop.emit.program.array_nodes import Node
from symbackprop.emit.program.code_writer import ATOM, Target, Writer
from symbackprop.emit.program.lowering_graphs import Key, Lowering
from symbackprop.emit.program.statements_of_program import Program
from symbackprop.errors import SymbackpropError
from symbackprop.graph.expr import topological
from symbackprop.graph.fresh_names import Room
from symbackprop.sizes import Shape


def owned(w: Writer, names: Collection[str] | None = None) -> dict[str, str]:
    """The code of every result, or of some: arrays of their own, no view of an argument, none twice."""
    out, seen = dict[str, str](), set[tuple[Node, Hashable]]()
    for name, e in w.program.results.items():
        if names is not None and name not in names:
            continue
        root, part, spread = e, None, False
        while root.kind.role is Role.VIEW:
            part, spread = (root.at if root.kind is SLICE else part), spread or root.kind is BROADCAST
            root = root.args[0]
        if plain(e):
            out[name] = f"{w.m}.full((), {w.text(e)}, {w.target.like})"
        elif spread or root.kind is INPUT or (root, part) in seen or (root, None) in seen:
            out[name] = w.target.copy.format(w.text(e, ATOM))
        else:
            out[name] = w.text(e)
        seen.add((root, part))
    return out


class Module:
    """The emitted module of a derivation; functions that its code needs stand above."""

    def __init__(
        self, d: Derivation, target: Target, beside: Module | None = None, *, names: CodeNames | None = None
    ) -> None:
        """`beside` is a module this one shares its functions with."""
        self.d, self.g, self.target = d, d.graph, target
        for e in topological(*d.graph.definition.values()):
            if e.op.scalar and e.op.scalar.abstract:
                raise SymbackpropError(f"{e.op.name} has no definition, so no code", where="emit",
                                       hint="Put a function such as tanh in its place.")  # fmt: skip
        self.names = names or code_names(d)
        self.helpers: dict[str, str] = beside.helpers if beside else {}
        self.tables: dict[str, str] = beside.tables if beside else {}  # of arguments
        self.room = beside.room if beside else self.names.room  # where functions get their names

    @cached_property
    def lowering(self) -> Lowering:
        made = Lowering(self.d, self.names)
        made.run()
        return made

    def text(self, *blocks: str, test: str = "") -> str:
        """The module with functions that were made, what they call, and a test of them."""
        said = f"{self.d.of} and its gradient by {', '.join(self.d.wrt)}"
        parts = [*blocks, *self.below(), *([test] if test else [])]
        return "".join([opening(said, self.target.imports, self.g), *(f"\n\n{x}" for x in parts)])

    def below(self) -> list[str]:
        """The tables of arguments, and the functions that code calls, and those call."""
        known = {**self.target.checks, **self.target.helpers}
        stack = list(self.helpers)
        while stack:
            called = known.keys() & function_opening.names_read(self.helpers[stack.pop()])
            inner = sorted(called - self.helpers.keys())
            self.helpers |= {name: known[name] for name in inner}
            stack += inner
        return [*self.tables.values(), *self.helpers.values()]

    # --- functions ---

    @property
    def gradients(self) -> dict[str, Key]:
        """The gradients by name, as values of the program."""
        d = self.d
        return {n: (n, True) for n in d.wrt if n in d.backward.adjoints and n != d.of}

    @property
    def variables(self) -> Room:
        """Where the variables of a function that is no other's get their names."""
        return replace(self.names.room, typed=set(self.names.room.typed))

    def joint(self) -> str:
        """Both passes in one function, which computes what they share once."""
        d = self.d
        w, work = self.writing(self.lowering.program({d.of: (d.of, False)} | self.gradients), self.variables)
        said = owned(w)
        pairs = ", ".join(f"{n!r}: {code}" for n, code in said.items())
        lines = self.opened(
            [*work, f"return {{{pairs}}}"], seeded=d.backward.seed.symbol is not None, by_name=True
        )
        said = f"    Inputs, in order, by keyword or as a dict: {', '.join(parameters(d).all)}."
        told = f'    """{d.of} and its gradients, by name.\n\n{said}\n    """\n'
        return "".join([f"def {FUNCTION}(*given, **named):\n", told, *lines])

    def statements(self, keys: Mapping[str, Key]) -> tuple[list[str], dict[str, str]]:
        """Lines that compute values and δ's, and the code of each."""
        return self.written(self.lowering.program(keys))

    def written(self, p: Program) -> tuple[list[str], dict[str, str]]:
        """The lines of a program, and the code of each result."""
        w, lines = self.writing(p, self.names.room)
        return lines, owned(w)

    def writing(self, p: Program, room: Room) -> tuple[Writer, list[str]]:
        """The lines of a program, and what wrote them; variables draw their names from a room."""
        time = safe(self.g.time.name) if self.g.time else "t"
        w = Writer(p, self.target, room, time=time, labels=checks.labelled(self.d))
        return w, w.lines()

    def given(self, name: str) -> Given:
        """An input as a caller writes it, and as the code does."""
        return public(name), safe(name)

    def function(self, name: str, given: Sequence[Given], work: list[str]) -> list[str]:
        """A function under its parameters' own names; a parameter np would hide the module of that name."""
        outside, inside = ([x[k] for x in given] for k in (0, 1))
        if outside == inside:
            return [f"def {name}({', '.join(outside)}):\n", *work]
        inner = self.room.spaced("_computed")
        return [f"def {inner}({', '.join(inside)}):\n", *work, "\n\n",
                f"def {name}({', '.join(outside)}):\n",
                f"    return {inner}({', '.join(outside)})\n"]  # fmt: skip

    def opened(self, work: list[str], *, seeded: bool, by_name: bool = False) -> list[str]:
        """The lines of a function: arrays, sizes, what is asked of them, then the work."""
        rows = self.table(seeded=seeded)
        door = function_opening.opening(self.d, self.names, work, rows, seeded=seeded, by_name=by_name)
        given = [code for _, code, _ in checks.arguments(self.d, self.names, seeded=seeded)]
        return self.asking([*door, *self.typed(given, work), *work])

    def typed(self, given: Sequence[str], work: Sequence[str]) -> list[str]:
        """The line that says the type of the arrays that are made, where any is."""
        return function_opening.typed(self.d, given, work, self.target)

    def asking(self, lines: Sequence[str]) -> list[str]:
        """The body of a function; what it calls stands below."""
        loaded, t = function_opening.loaded(*lines), self.target
        self.helpers |= {k: t.helpers[k] for k in sorted(loaded & t.helpers.keys())}
        self.helpers |= {k: code for k, code in t.checks.items() if k in loaded}
        return [f"    {x}\n" for x in lines]

    def table(self, *, seeded: bool) -> str:
        """What the table of a function's arguments is called; equal ones are one."""
        rows = checks.arguments(self.d, self.names, seeded=seeded)
        return self.named_table("_INPUTS", checks.table(rows, checks.labelled(self.d)))

    def bar_table(self, shape: Shape) -> str:
        """What the table of the output's δ is called."""
        bar = self.names.bar(self.d.of)
        return self.named_table("_BAR", checks.table([(bar, bar, shape)], frozenset()))

    def named_table(self, base: str, text: str) -> str:
        known = next((n for n, code in self.tables.items() if code == f"{n} = {text}\n"), "")
        name = known or self.room.like(base)
        self.tables[name] = f"{name} = {text}\n"
        return name
