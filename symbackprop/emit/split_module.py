"""Forward and backward apart: the output with what is kept for its slope, then the gradients from it."""

from __future__ import annotations

from functools import cached_property

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.argument_checks import arguments, over_time
from symbackprop.emit.code_names import parameters
from symbackprop.emit.emitted_module import Module, owned
from symbackprop.emit.function_opening import size_lines, unpacked
from symbackprop.emit.literals import FUNCTION, safe, shape_code
from symbackprop.emit.program.code_writer import Target
from symbackprop.emit.program.splitting import Split, split


class SplitModule(Module):
    """The two passes of a derivation, the values that the second needs handed on."""

    def __init__(
        self, d: Derivation, target: Target, beside: Module | None = None, *,
        passes: tuple[str, str] = ("forward", "backward"),
    ) -> None:  # fmt: skip
        """`passes` are the names of the two functions."""
        super().__init__(d, target, beside)
        self.pass_names = passes

    @cached_property
    def own(self) -> tuple[str, ...]:
        """All arguments but the δ of the output, as code calls them."""
        return tuple(code for _, code, _ in arguments(self.d, self.names, seeded=False))

    @cached_property
    def passes(self) -> Split:
        made, of = self.lowering, self.d.of
        ahead, back = made.program({of: (of, False)}), made.program(self.gradients)
        return split(made.statements, ahead, back, of, self.names.room)

    @property
    def bar(self) -> str:
        return self.names.bar(self.d.of)

    def forward(self) -> str:
        """From the inputs to the output and what the backward pass reads."""
        w, work = self.writing(self.passes.forward, self.variables)
        kept = (w.text(w.program.results[n]) for n in self.passes.kept)
        returned = f"{owned(w, (self.d.of,))[self.d.of]}, ({unpacked([*self.own, *kept])})"
        lines = self.opened([*work, f"return {returned}"], seeded=False, by_name=True)
        names = ", ".join((*parameters(self.d).inputs.values(), *parameters(self.d).early.values()))
        told = f"{self.d.of}, and what `{self.pass_names[1]}` reads. Inputs: {names}."
        return "".join([f'def {self.pass_names[0]}(*given, **named):\n    """{told}"""\n', *lines])

    def backward(self) -> str:
        """From what is kept, and the δ of the output, to every gradient by name."""
        seeded, bar = self.d.backward.seed.symbol is not None, self.bar
        w, work = self.writing(self.passes.backward, self.variables)
        said = owned(w)
        pairs = ", ".join(f"{n!r}: {'' if seeded else f'{bar} * '}{code}" for n, code in said.items())
        lines = [*self.checked_bar(), *work, f"return {{{pairs}}}"]
        saved, names = self.room.spaced("saved"), unpacked([*self.own, *self.passes.kept])
        read = [f"{names} = {saved}"] if names else []
        door = [*read, *size_lines(self.d, lines)[0], *self.typed(self.own, lines)]
        kept = f"from what `{self.pass_names[0]}` kept"
        told = f"The gradients by name, {kept}; {bar} is the derivative by {self.d.of}."
        opened = f"def {self.pass_names[1]}({saved}, {bar}{'' if seeded else '=1.0'}):\n"
        return "".join([opened, f'    """{told}"""\n', *self.asking([*door, *lines])])

    @property
    def slots(self) -> str:
        """The gradients that a library asks for, one for each argument; None where there is none."""
        by_code = {safe(n): n for n in self.gradients}
        return repr(tuple(by_code.get(code) for code in self.own))

    def checked_bar(self) -> list[str]:
        """The δ of the output as an array of its shape, in the type of the others."""
        row = over_time(self.g, self.d.of)
        rows, target, bar = self.bar_table(row), self.target, self.bar
        fits = [f"_fits({rows}, ({shape_code(row)},), {bar})"] if row else []
        taken = f"{bar}, = _arrays({rows}, {target.given.format(bar)})"
        return [taken, *fits, f"{bar} = {target.cast.format(bar)}"]

    def in_turn(self) -> str:
        """Both passes, one after the other: output and gradients by name."""
        given = parameters(self.d)
        rows = self.table(seeded=bool(given.seed))
        names = f"{'*given, ' if given.seed else ''}{given.seed or '*given'}"
        taken = f"    {names}{'' if given.seed else ','} = _given({rows}, given, named)\n"
        self.helpers |= {"_given": self.target.checks["_given"]}
        slopes = f"backward(saved{f', {given.seed}' if given.seed else ''})"
        return (f"def {FUNCTION}(*given, **named):\n"
                f'    """{self.d.of} and its gradients, by name. Inputs: {", ".join(given.all)}."""\n'
                f"{taken}    found, saved = forward(*given)\n"
                f"    return {{{self.d.of!r}: found, **{slopes}}}\n")  # fmt: skip
