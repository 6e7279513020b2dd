"""NumPy code: the op's own spelling where it has one, else its entry equations as einsum."""

from __future__ import annotations

import re
from collections.abc import Container, Hashable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property, partial
from itertools import count

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit import argument_checks as checks, function_opening as sequences
from symbackprop.emit.closed_kind_calls import ADJUGATE_CODE, SPECIAL
from symbackprop.emit.code_names import Given, code_names, parameters, public
from symbackprop.emit.entry_code import einsums
from symbackprop.emit.literals import (
    FUNCTION, OWN, bare, number_code, opening, safe, shape_code, size_code,
)  # fmt: skip
from symbackprop.emit.long_sums import long_sums
from symbackprop.emit.product_calls import fast_product, log_determinant
from symbackprop.emit.selector_products import SET_IN, SET_IN_CODE, built, selected
from symbackprop.emit.stable_logarithms import from_logits
from symbackprop.emit.strided_windows import FUNCTIONS
from symbackprop.entries import Entries, Index
from symbackprop.entries.scalar_derivatives import derivative_entries
from symbackprop.entries.scalar_functions import SCALARS, expression, scalar_row
from symbackprop.errors import SymbackpropError
from symbackprop.graph.expr import NUMBER, SIZE, SYMBOL, Expr, Symbol, topological
from symbackprop.graph.fresh_names import Room
from symbackprop.graph.graph import TIME_SUM, Time
from symbackprop.matrices.adjugate import ADJUGATE, named_determinants, without_inverse
from symbackprop.numeric.points import backward_groups, forward_groups
from symbackprop.vocabulary.kinds import LOG, MATMUL

ALONE = re.compile(r"(?<=[(,])\s*\{0\}(?=[),])")  # an argument of its own needs no brackets
CALL = re.compile(r"(np\.\w+|erf)\([^()]*\)")
ERF = "from math import erf as _erf\n\nerf = np.vectorize(_erf, otypes=[float])\n"


def source(d: Derivation) -> str:
    """The module's text."""
    return "".join(Module(d).lines())


class Module:
    """The emitted module; scalar functions without a NumPy spelling become functions of their own."""

    def __init__(self, d: Derivation, beside: Module | None = None) -> None:
        """`beside` is a module this one shares its functions with."""
        self.d, self.g = d, d.graph
        for e in topological(*d.graph.definition.values()):
            if e.op.scalar and e.op.scalar.abstract:
                raise SymbackpropError(f"{e.op.name} has no definition, so no code", where="emit",
                                       hint="Put a function such as tanh in its place.")  # fmt: skip
        self.names = code_names(d)
        self.helpers: dict[str, str] = beside.helpers if beside else {}
        # what a helper is: a scalar function's derivative, an op on shapes
        self.meaning: dict[Hashable, str] = beside.meaning if beside else {}
        self.room = beside.room if beside else self.names.room  # where functions get their names

    def lines(self) -> list[str]:
        head = opening(f"{self.d.of} and its gradient by {', '.join(self.d.wrt)}", self.g)
        body = self.body()
        return [head, *self.above(body), "\n\n", *body]

    def above(self, body: list[str]) -> list[str]:
        """The imports and functions that code needs."""
        code = "".join([*self.helpers.values(), *body])
        return [ERF if "erf(" in code else "", *(f"\n\n{h}" for h in self.helpers.values())]

    @cached_property
    def unbuilt(self) -> frozenset[str]:
        """Selectors that stand in products only, where they are slices."""
        adjoints = self.d.backward.adjoints.values()
        forms = (e for a in adjoints for e in (a.value, a.first, a.last) if e is not None)
        roots = (*self.g.definition.values(), *self.g.initial.values(), *forms)
        return frozenset(self.d.constants) - built(roots)

    # --- names ---

    def symbol(self, s: Symbol, time: str = "t") -> str:
        name = self.names.bar(s.name) if s.cotangent else safe(s.name)
        if s.at is not None:
            return f"{name}[{size_code(s.at)}]"
        if not s.time:
            return name
        return f"{name}[{time}{s.shift:+d}]" if s.shift else f"{name}[{time}]"

    # --- the function ---

    def body(self) -> list[str]:
        d = self.d
        work = [*self.sweep(forward=True), *self.seed(), *self.sweep(forward=False, only=sequences.wanted(d))]
        work.append(f"    return {self.results()}\n")
        given = [*map(self.given, d.graph.inputs), *((x, x) for x in parameters(d).others)]
        work = self.opened(work, seeded=d.backward.seed.symbol is not None)
        return self.function(FUNCTION, given, work, "*, ")

    def given(self, name: str) -> Given:
        """An input as a caller writes it, and as the code does."""
        return public(name), safe(name)

    def function(self, name: str, given: Sequence[Given], work: list[str], first: str = "") -> list[str]:
        """A function under its parameters' own names; a parameter np would hide the module of that name."""
        outside, inside = ([x[k] for x in given] for k in (0, 1))
        if outside == inside:
            return [f"def {name}({first}{', '.join(outside)}):\n", *work]
        inner = self.room.spaced("_computed")
        return [f"def {inner}({', '.join(inside)}):\n", *work, "\n\n",
                f"def {name}({first}{', '.join(outside)}):\n",
                f"    return {inner}({', '.join(outside)})\n"]  # fmt: skip

    def opened(self, work: list[str], *, seeded: bool) -> list[str]:
        """Lines after those that make arrays and sizes, and hold them against the declaration."""
        d, names = self.d, self.names
        ask = partial(checks.sizes, d, names, seeded=seeded)
        door = [*checks.ranks(d, names, seeded=seeded), *sequences.opening(d, names, work, ask)]
        self.helpers |= {k: code for k, code in checks.CHECKS.items() if any(x.startswith(k) for x in door)}
        return [*(f"    {x}\n" for x in door), *work]

    def seed(self) -> list[str]:
        """The δ of the output, where it is no parameter, or has steps."""
        seed, bar, time = self.d.backward.seed.symbol, self.names.bar(self.d.of), self.g.time
        if seed is None:
            return [f"    {bar} = 1.0\n"]
        if not seed.time or not time:
            return []
        zeros = ", ".join([f"np.zeros_like({safe(self.d.of)}[1])"] * sequences.reach(self.d))
        said = f"  # step {size_code(time.length)} + 1 adds 0"
        return [f"    {bar} = [None, *{bar}, {zeros}]{said}\n"]

    def results(self) -> str:
        pairs = [f"{self.d.of!r}: {self.unpadded(self.d.of, safe(self.d.of))}"]
        pairs += [
            f"{n!r}: {self.unpadded(n, self.names.bar(n))}"
            for n in self.d.wrt
            if n in self.d.backward.adjoints
        ]
        return "{" + ", ".join(pairs) + "}"

    def unpadded(self, name: str, code: str) -> str:
        s = self.g.symbol[name].symbol
        return (
            f"np.stack({code}[1:{size_code(self.g.time.length)} + 1])"
            if s and s.time and self.g.time
            else code
        )

    def sweep(self, *, forward: bool, only: Container[str] | None = None) -> list[str]:
        """Assignments in order (of some names); recurrent ones inside a loop over time."""
        adjoints = self.d.backward.adjoints
        value = dict(self.g.definition) if forward else {n: a.value for n, a in adjoints.items()}
        out = []
        for group, recurrent in self.groups(forward):
            names = [n for n in group if (only is None or n in only) and n not in self.unbuilt]
            if recurrent and names and self.g.time:
                out += self.loop(self.g.time, names, forward)
            for n in names:
                s = self.g.symbol[n].symbol
                assert s
                at = f"[{safe(self.g.time.name)}]" if s.time and self.g.time else ""
                right = self.code(value[n]) + self.last(n, forward)
                left = safe(n) if forward else self.names.bar(n)
                out.append(f"    {'    ' * recurrent}{left}{at} = {right}\n")
            if recurrent and forward and self.g.time:
                out += self.beyond(self.g.time, names)
            if recurrent and not forward:
                out += [f"    {self.names.bar(n)}[0] = {self.code(a.first)}\n"
                        for n, a in adjoints.items() if a.first and n in names]  # fmt: skip
        return out

    def groups(self, forward: bool) -> tuple[tuple[tuple[str, ...], bool], ...]:
        """Names in the order of their assignments, those inside the loop over time marked."""
        return forward_groups(self.g) if forward else backward_groups(self.d.backward)

    def loop(self, time: Time, names: list[str], forward: bool) -> list[str]:
        """What stands before a loop over time, and its head."""
        end, reach = size_code(time.length), sequences.reach(self.d)
        if forward:
            first = [f"    {safe(n)}[0] = {self.code(e)}\n" for n, e in self.g.initial.items() if n in names]
            return [*first, f"    for {safe(time.name)} in range(1, {end} + 1):\n"]
        beyond = f" * {reach}" * (reach > 1)
        first = [
            f"    {self.names.bar(n)} = [None] * ({end} + 1) + "
            f"[np.zeros({shape_code(sequences.shape_of(self.g, n))})]{beyond}\n"
            for n in names
        ]
        return [*first, f"    for {safe(time.name)} in range({end}, 0, -1):\n"]

    def beyond(self, time: Time, names: list[str]) -> list[str]:
        """The values after the last step, where the backward pass looks for them: those of the last step."""
        end, far = size_code(time.length), sequences.ahead(self.d)
        return [f"    {safe(n)}[{end} + {k}] = {safe(n)}[{end}]\n"
                for n in names for k in range(1, far.get(n, 0) + 1)]  # fmt: skip

    def last(self, name: str, forward: bool) -> str:
        """What a δ is at the last step, where the last state is used outside time."""
        a = self.d.backward.adjoints.get(name)
        if forward or a is None or a.last is None or not self.g.time:
            return ""
        time = self.g.time
        return f" if {safe(time.name)} < {size_code(time.length)} else {self.code(a.last)}"

    # --- expressions ---

    def code(self, root: Expr) -> str:
        done: dict[Expr, str] = {}
        root = from_logits(without_inverse(root, named_determinants(self.g)), self.g)
        sums = long_sums(root)
        for e in topological(root):
            if e not in sums:
                done[e] = self.node(e, done)
            elif sums[e]:
                done[e] = f"sum([{', '.join(bare(done[t]) for t in sums[e])}])"
        return bare(done[root])

    def node(self, e: Expr, done: Mapping[Expr, str]) -> str:
        """Code that binds as tightly as a name."""
        args = tuple(done[a] for a in e.args)
        if e.op is SYMBOL:
            assert e.symbol
            return self.symbol(e.symbol, safe(self.g.time.name) if self.g.time else "t")
        if e.op is NUMBER:
            return number_code(e.number or Fraction(0))
        if e.op is SIZE:
            return size_code(e.attributes[0][1])  # type: ignore[arg-type]
        if e.op is TIME_SUM:
            time = e.attributes[0][1]
            return f"sum({bare(args[0])} for {safe(time.name)} in range(1, {size_code(time.length)} + 1))"  # type: ignore[attr-defined]
        if e.op is ADJUGATE:
            self.helpers.setdefault(e.op.name, ADJUGATE_CODE)
        if e.op in SPECIAL:
            return SPECIAL[e.op](e, args)
        if e.op is MATMUL and (fast := selected(e, done)):
            self.helpers |= {SET_IN: SET_IN_CODE} if SET_IN in fast else {}
            return fast
        quick = FAST.get(e.op)
        if quick and (fast := quick(e, done)):
            return fast
        if e.op.scalar:
            return self.scalar(e, args[0])
        if e.op.numpy:
            values = {
                k: number_code(v) if isinstance(v, int | float | Fraction) else str(v)
                for k, v in (*e.op.defaults, *e.attributes)
            }
            return f"({e.op.numpy.format(*args, **values)})"
        return self.by_definition(e, args)

    def scalar(self, e: Expr, x: str) -> str:
        assert e.op.scalar
        name, order = e.op.scalar.name, e.op.order
        return self.scalar_call(name, order, x)

    def scalar_call(self, name: str, order: int, x: str) -> str:
        row = scalar_row(name)
        if not order and row.numpy:
            alone = len(ALONE.findall(row.numpy)) == row.numpy.count("{0}")
            code = row.numpy.format(bare(x) if alone else x)
            return code if CALL.fullmatch(row.numpy) else f"({code})"
        helper, new = self.helper(f"{name}{'_prime' * order}", (name, order))
        if new:
            self.helpers[helper] = ""  # a function may use itself in its derivative's name
            e = derivative_entries(name, order) if order else expression(row.definition)
            self.helpers[helper] = f"def {helper}(x):\n    return {bare(self.einsums(e, (), {'x': 'x'}))}\n"
        return f"{helper}({bare(x)})"

    def helper(self, name: str, meaning: Hashable) -> tuple[str, bool]:
        """What a function above the others is called, and whether it is still to be written."""
        known = self.meaning.get(meaning)
        if known:
            return known, False
        tried = (f"{name}{k or ''}" for k in count())
        own = self.meaning[meaning] = self.room.draw(tried)
        return own, True

    # --- entry equations ---

    def by_definition(self, e: Expr, args: tuple[str, ...]) -> str:
        """An op without a spelling, as a function of einsums."""
        instance = e.op.place(tuple(a.shape for a in e.args), e.attributes)
        base = "".join(c if c.isalnum() else "_" for c in e.op.name)
        helper, new = self.helper(base, (e.op, tuple(a.shape for a in e.args), e.attributes))
        sizes = sorted(
            {n for a in e.args for s in a.shape for n in s.names}
            | {n for d in instance.definitions for i in d.at for n in i.size.names}
        )
        sizes = [safe(n) for n in sizes]
        if new:
            tensors = [*(n for n, _ in instance.inputs), *(d.tensor for d in instance.definitions)]
            room = Room.code(sizes, OWN | frozenset(SCALARS))
            names: dict[Hashable, str] = {n: room.spaced(n) for n in tensors}
            lines = [f"    {names[d.tensor]} = {self.einsums(d.right, d.at, names)}\n"
                     for d in instance.definitions]  # fmt: skip
            head = f"def {helper}({', '.join([*(names[n] for n, _ in instance.inputs), *sizes])}):\n"
            result = names[instance.result.tensor]
            self.helpers[helper] = head + "".join(lines) + f"    return {result}\n"
        return f"{helper}({', '.join([*map(bare, args), *sizes])})"

    def einsums(self, e: Entries, out: tuple[Index, ...], names: Mapping[Hashable, str]) -> str:
        code, needs = einsums(e, out, names, self.scalar_call)
        for name in sorted(needs):
            self.helpers.setdefault(name, FUNCTIONS[name])
        return code


FAST = {MATMUL: fast_product, LOG: log_determinant}
