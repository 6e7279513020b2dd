"""Forward and backward apart, for libraries that ask for both: the output, and what is kept for its slope."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from symbackprop.emit.argument_checks import arguments
from symbackprop.emit.code_names import parameters
from symbackprop.emit.emitted_module import Module
from symbackprop.emit.function_opening import dtype, size_lines, unpacked
from symbackprop.emit.literals import FUNCTION, opening, safe
from symbackprop.emit.program.array_kinds import INPUT
from symbackprop.emit.program.array_nodes import topological
from symbackprop.emit.program.lowering_graphs import Key, Lowering
from symbackprop.emit.program.statements_of_program import Loop


@dataclass(frozen=True, slots=True)
class Parts:
    """The pieces that a target puts together; `names` are the inputs of what is differentiated."""

    head: str
    names: tuple[str, ...]
    forward: str  # def _forward(inputs): return output, kept
    backward: str  # def _backward(kept, bar): return a gradient or None for every input


class SplitModule(Module):
    """The two passes of a derivation, the values that the second needs handed on."""

    @cached_property
    def lowering(self) -> Lowering:
        made = Lowering(self.d, self.names)
        made.run(apart=True)
        return made

    def parts(self) -> Parts:
        d, (own, _) = self.d, self.inputs
        said = opening(f"{d.of} and its gradient by {', '.join(d.wrt)}", self.target.imports, self.g)
        ahead, back = self.forward(), self.backward()
        return Parts(said, own, ahead, back)

    @cached_property
    def inputs(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """All arguments but the δ of the output, and the values that the backward pass reads beside them."""
        own = tuple(code for _, code, _ in arguments(self.d, self.names, seeded=False))
        p = self.lowering.program(self.gradients)
        made = [a.node for s in p.statements for a in (s.body if isinstance(s, Loop) else (s,))]
        before = [n for s in p.statements if isinstance(s, Loop) for n in s.outside]
        read = {n.at for n in topological([*p.results.values(), *made, *before]) if n.kind is INPUT}
        return own, tuple(n for n in self.g.definition if safe(n) in read and safe(n) not in own)

    @property
    def gradients(self) -> dict[str, Key]:
        return {n: (n, True) for n in self.d.wrt if n in self.d.backward.adjoints}

    def forward(self) -> str:
        own, kept = self.inputs
        work, said = self.statements({self.d.of: (self.d.of, False)} | {n: (n, False) for n in kept})
        saved = unpacked([*own, *(said[n] for n in kept)])
        lines = self.opened([*work, f"return {said[self.d.of]}, ({saved})"], seeded=False)
        return f"def _forward({', '.join(own)}):\n" + "".join(lines)

    def backward(self) -> str:
        own, kept = self.inputs
        work, said = self.statements(self.gradients)
        scaled = "" if self.d.backward.seed.symbol else f"{self.bar} * "
        by_input = {safe(n): f"{scaled}{code}" for n, code in said.items()}
        work = [*work, f"return {unpacked([by_input.get(n, 'None') for n in own])}"]
        sizes, _ = size_lines(self.d, work)
        saved = self.room.spaced("saved")
        door = [
            f"{unpacked([*own, *map(safe, kept)])} = {saved}",
            *sizes,
            *dtype(self.d, own, work, self.target.typed),
        ]
        return f"def _backward({saved}, {self.bar}):\n" + "".join(f"    {x}\n" for x in (*door, *work))

    @property
    def bar(self) -> str:
        return self.names.bar(self.d.of)

    def joint(self) -> str:
        """The function that other targets have: output and gradients by name."""
        d, given = self.d, parameters(self.d)
        seeded = bool(given.seed)
        rows, own = self.table(seeded=seeded), self.inputs[0]
        names = unpacked([code for _, code, _ in arguments(d, self.names, seeded=seeded)])
        self.helpers |= {k: self.target.checks[k] for k in ("_given", "_arrays")}
        pairs = ", ".join(f"{n!r}: slopes[{own.index(safe(n))}]" for n in self.gradients)
        return (f"def {FUNCTION}(*given, **named):\n"
                f'    """{d.of} and its gradients, by name. Inputs: {", ".join(given.all)}."""\n'
                f"    {names} = _arrays({rows}, *_given({rows}, given, named))\n"
                f"    found, saved = _forward({', '.join(own)})\n"
                f"    slopes = _backward(saved, {given.seed or '1.0'})\n"
                f"    return {{{d.of!r}: found, {pairs}}}\n")  # fmt: skip
