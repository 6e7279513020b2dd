"""NumPy code: the op's own spelling where it has one, else its entry equations as einsum."""

from __future__ import annotations

import re
from collections.abc import Container, Hashable, Mapping
from fractions import Fraction

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit import argument_checks as checks, function_opening as sequences
from symbackprop.emit.closed_kind_calls import ADJUGATE_CODE, SPECIAL
from symbackprop.emit.entry_code import einsums
from symbackprop.emit.literals import (
    FUNCTION, bare, number_code, opening, safe, shape_code, size_code,
)  # fmt: skip
from symbackprop.emit.product_calls import fast_product, log_determinant
from symbackprop.emit.stable_logarithms import from_logits
from symbackprop.emit.strided_windows import FUNCTIONS
from symbackprop.entries import Elem, Entries, Fn, Group, Index
from symbackprop.entries.scalar_derivatives import derivative_entries
from symbackprop.entries.scalar_functions import expression, scalar_row
from symbackprop.errors import SymbackpropError
from symbackprop.graph.expr import NUMBER, SIZE, SYMBOL, Expr, Symbol, topological
from symbackprop.graph.graph import TIME_SUM, Time
from symbackprop.matrices.adjugate import ADJUGATE, named_determinants, without_inverse
from symbackprop.numeric.points import phases

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
        self.helpers: dict[str, str] = beside.helpers if beside else {}
        # what a helper made from entry equations means
        self.definitions: dict[str, object] = beside.definitions if beside else {}
        self.reserved: frozenset[str] = beside.reserved if beside else self.variables()

    def variables(self) -> frozenset[str]:
        """The names inside the function. Errors: `SymbackpropError` where x_bar stands beside the δ of x."""
        names = [safe(n) for n in self.g.symbol]
        bars = {f"{safe(n)}_bar": n for n in self.d.backward.adjoints}
        if both := next((n for n in names if n in bars), None):
            raise SymbackpropError(f"`{both}` is what code calls the δ of {bars[both]}", where="emit",
                                   hint="Rename the symbol.")  # fmt: skip
        return frozenset([*names, *bars, *self.g.sizes])

    def lines(self) -> list[str]:
        head = opening(f"{self.d.of} and its gradient by {', '.join(self.d.wrt)}", self.g)
        body = self.body()
        return [head, *self.above(body), "\n\n", *body]

    def above(self, body: list[str]) -> list[str]:
        """The imports and functions that code needs."""
        code = "".join([*self.helpers.values(), *body])
        return [ERF if "erf(" in code else "", *(f"\n\n{h}" for h in self.helpers.values())]

    # --- names ---

    def symbol(self, s: Symbol, time: str = "t") -> str:
        name = safe(s.name) + ("_bar" if s.cotangent else "")
        if s.at is not None:
            return f"{name}[{size_code(s.at)}]"
        if not s.time:
            return name
        return f"{name}[{time}{s.shift:+d}]" if s.shift else f"{name}[{time}]"

    # --- the function ---

    def body(self) -> list[str]:
        g, d = self.g, self.d
        states = sequences.states(g)
        arguments = [safe(n) for n in g.inputs]
        arguments += [x for early in states.values() for x in early]
        seed = d.backward.seed.symbol
        if seed:
            arguments.append(f"{safe(d.of)}_bar")
        out = [f"def {FUNCTION}(*, {', '.join(arguments)}):\n"]
        door = [*checks.ranks(d, states), *sequences.opening(d, states, checks.sizes(d, states))]
        self.helpers |= {
            k: code for k, code in checks.CHECKS.items() if any(x.startswith(k) for x in door)
        }
        out += [f"    {x}\n" for x in door]
        out += self.sweep(forward=True)
        if seed is None:
            out.append(f"    {safe(d.of)}_bar = 1.0\n")
        elif seed.time:
            length = size_code(g.time.length) if g.time else ""
            zeros = f"np.zeros_like({safe(d.of)}[1])"
            out.append(
                f"    {safe(d.of)}_bar = [None, *{safe(d.of)}_bar, {zeros}]  # step {length} + 1 adds 0\n"
            )
        out += self.sweep(forward=False, only=sequences.wanted(d))
        out.append(f"    return {self.results()}\n")
        return out

    def results(self) -> str:
        pairs = [f"{self.d.of!r}: {self.unpadded(self.d.of, '')}"]
        pairs += [
            f"{n!r}: {self.unpadded(n, '_bar')}"
            for n in self.d.wrt
            if n in self.d.backward.adjoints
        ]
        return "{" + ", ".join(pairs) + "}"

    def unpadded(self, name: str, suffix: str) -> str:
        s = self.g.symbol[name].symbol
        code = safe(name) + suffix
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
            names = [n for n in group if only is None or n in only]
            if recurrent and names and self.g.time:
                out += self.loop(self.g.time, names, forward)
            for n in names:
                s = self.g.symbol[n].symbol
                assert s
                at = f"[{self.g.time.name}]" if s.time and self.g.time else ""
                right = self.code(value[n]) + self.last(n, forward)
                out.append(
                    f"    {'    ' * recurrent}{safe(n)}{'' if forward else '_bar'}{at} = {right}\n"
                )
            if recurrent and not forward:
                out += [f"    {safe(n)}_bar[0] = {self.code(a.first)}\n"
                        for n, a in adjoints.items() if a.first and n in names]  # fmt: skip
        return out

    def groups(self, forward: bool) -> tuple[tuple[tuple[str, ...], bool], ...]:
        """Names in the order of their assignments, those inside the loop over time marked."""
        order = phases(self.g)
        if forward:
            return (order.before, False), (order.inside, True), (order.after, False)
        names = tuple(self.d.backward.adjoints)
        late = tuple(n for n in names if n in order.after)
        inside = tuple(n for n in names if (s := self.g.symbol[n].symbol) and s.time)
        rest = tuple(n for n in names if n not in late and n not in inside)
        return (late, False), (inside, True), (rest, False)

    def loop(self, time: Time, names: list[str], forward: bool) -> list[str]:
        """What stands before a loop over time, and its head."""
        end, reach = size_code(time.length), sequences.reach(self.d)
        if forward:
            first = [f"    {safe(n)}[0] = {self.code(e)}\n" for n, e in self.g.initial.items()]
            return [*first, f"    for {time.name} in range(1, {end} + 1):\n"]
        beyond = f" * {reach}" * (reach > 1)
        first = [
            f"    {safe(n)}_bar = [None] * ({end} + 1) + "
            f"[np.zeros({shape_code(sequences.shape_of(self.g, n))})]{beyond}\n"
            for n in names
        ]
        return [*first, f"    for {time.name} in range({end}, 0, -1):\n"]

    def last(self, name: str, forward: bool) -> str:
        """What a δ is at the last step, where the last state is used outside time."""
        a = self.d.backward.adjoints.get(name)
        if forward or a is None or a.last is None or not self.g.time:
            return ""
        time = self.g.time
        return f" if {time.name} < {size_code(time.length)} else {self.code(a.last)}"

    # --- expressions ---

    def code(self, root: Expr) -> str:
        done: dict[Expr, str] = {}
        root = from_logits(without_inverse(root, named_determinants(self.g)), self.g)
        for e in topological(root):
            done[e] = self.node(e, done)
        return bare(done[root])

    def node(self, e: Expr, done: Mapping[Expr, str]) -> str:
        """Code that binds as tightly as a name."""
        args = tuple(done[a] for a in e.args)
        if e.op is SYMBOL:
            assert e.symbol
            return self.symbol(e.symbol, self.g.time.name if self.g.time else "t")
        if e.op is NUMBER:
            return number_code(e.number or Fraction(0))
        if e.op is SIZE:
            return size_code(e.attributes[0][1])  # type: ignore[arg-type]
        if e.op is TIME_SUM:
            time = e.attributes[0][1]
            return f"sum({bare(args[0])} for {time.name} in range(1, {size_code(time.length)} + 1))"  # type: ignore[attr-defined]
        if e.op is ADJUGATE:
            self.helpers.setdefault(e.op.name, ADJUGATE_CODE)
        if e.op.name in SPECIAL:
            return SPECIAL[e.op.name](e, args)
        quick = FAST.get(e.op.name)
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
        name, order = e.op.scalar.name, len(e.op.name) - len(e.op.scalar.name)
        return self.scalar_call(name, order, x)

    def scalar_call(self, name: str, order: int, x: str) -> str:
        row = scalar_row(name)
        if not order and row.numpy:
            alone = len(ALONE.findall(row.numpy)) == row.numpy.count("{0}")
            code = row.numpy.format(bare(x) if alone else x)
            return code if CALL.fullmatch(row.numpy) else f"({code})"
        helper = name + "_prime" * order
        helper += "_" * (helper in self.reserved)
        if helper not in self.helpers:
            self.helpers[helper] = ""  # a function may use itself in its derivative's name
            e = derivative_entries(name, order) if order else expression(row.definition)
            self.helpers[helper] = (
                f"def {helper}(x):\n    return {bare(self.entry_code(e, {'x': 'x'}))}\n"
            )
        return f"{helper}({bare(x)})"

    def entry_code(self, e: Entries, names: Mapping[str, str]) -> str:
        """Infix code of a scalar expression."""
        terms = []
        for t in e.terms:
            parts = [number_code(t.coefficient)] if t.coefficient != 1 or not t.factors else []
            for atom, x in t.factors:
                match atom:
                    case Elem():
                        base = names.get(str(atom.tensor), "np.pi")
                    case Fn():
                        base = self.scalar_call(
                            atom.function, atom.order, self.entry_code(atom.arg, names)
                        )
                    case Group():
                        base = self.entry_code(atom.body, names)
                    case _:
                        raise SymbackpropError("only scalars stand here", where="emit")
                parts.append(base if x == 1 else f"{base}**{number_code(x)}")
            terms.append(" * ".join(parts))
        return "(" + " + ".join(terms or ["0.0"]) + ")"

    # --- entry equations ---

    def by_definition(self, e: Expr, args: tuple[str, ...]) -> str:
        """An op without a spelling, as a function of einsums."""
        instance = e.op.place(tuple(a.shape for a in e.args), e.attributes)
        base = "".join(c if c.isalnum() else "_" for c in e.op.name)
        helper = next(f"{base}{k or ''}" for k in range(1000) if self.taken(f"{base}{k or ''}", e))
        sizes = sorted(
            {n for a in e.args for s in a.shape for n in s.names}
            | {n for d in instance.definitions for i in d.at for n in i.size.names}
        )
        tensors = [*(n for n, _ in instance.inputs), *(d.tensor for d in instance.definitions)]
        names: dict[Hashable, str] = {n: n + "_" * (n in sizes) for n in tensors}
        lines = [f"    {names[d.tensor]} = {self.einsums(d.right, d.at, names)}\n"
                 for d in instance.definitions]  # fmt: skip
        head = f"def {helper}({', '.join([*(names[n] for n, _ in instance.inputs), *sizes])}):\n"
        result = names[instance.result.tensor]
        self.helpers[helper] = head + "".join(lines) + f"    return {result}\n"
        self.definitions[helper] = (e.op.name, tuple(a.shape for a in e.args), e.attributes)
        return f"{helper}({', '.join([*map(bare, args), *sizes])})"

    def taken(self, helper: str, e: Expr) -> bool:
        """Whether the helper's name is free, or already means this op on these shapes."""
        own = (e.op.name, tuple(a.shape for a in e.args), e.attributes)
        if helper in self.reserved:
            return False
        return helper not in self.helpers or self.definitions.get(helper) == own

    def einsums(self, e: Entries, out: tuple[Index, ...], names: Mapping[Hashable, str]) -> str:
        code, needs = einsums(e, out, names, self.scalar_call)
        for name in sorted(needs):
            self.helpers.setdefault(name, FUNCTIONS[name])
        return code


FAST = {"matmul": fast_product, "log": log_determinant}
