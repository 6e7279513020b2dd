"""A derivation: the backward pass of a graph as data, and the doors to text, LaTeX, code and verification."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from symbackprop import doors
from symbackprop.backward.preparation import prepare
from symbackprop.backward.reverse_pass import Adjoint, Backward, backward
from symbackprop.derivation.ambiguity import check_legible
from symbackprop.derivation.fitted_convention import fitted
from symbackprop.derivation.meanings import Alone, Meaning, bare, beyond
from symbackprop.derivation.printed_lines import Line, line
from symbackprop.derivation.report import Report
from symbackprop.derivation.selector_names import named_selectors
from symbackprop.derivation.unfolding import unfolded, written_out
from symbackprop.derivation.whole_layers import WholeLayers
from symbackprop.errors import DeclarationError
from symbackprop.formula.composing import size_formula
from symbackprop.formula.function_spelling import FUNCTIONS
from symbackprop.formula.tree import At, Formula, Name, Partial
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.formula.writing.text_writer import text
from symbackprop.formula.writing.walk import inside
from symbackprop.graph.activity import unmoved
from symbackprop.graph.expr import Expr, apply, symbols, topological
from symbackprop.graph.graph import Graph, known
from symbackprop.graph.graph_text import as_graph
from symbackprop.graph.pickling import Pickled
from symbackprop.graph.typed_signs import read_name
from symbackprop.matrices.monomials import is_zero
from symbackprop.notation.convention import (
    Convention, attribute_text, function_key, symbol_formula,
)  # fmt: skip
from symbackprop.notation.expression_formulas import notated
from symbackprop.sizes import plain
from symbackprop.vocabulary.kinds import COLUMN_BLOCKS, RESHAPE


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the backward pass: δname = value; `final` marks a gradient that was asked for."""

    derivation: Derivation
    name: str

    @property
    def adjoint(self) -> Adjoint:
        """The value, the forms it takes on the way, and the uses whose contributions it adds up."""
        return self.derivation.backward.adjoints[self.name]

    @property
    def final(self) -> bool:
        return self.name in self.derivation.wrt

    def __repr__(self) -> str:
        rows = signal_meanings(self.derivation, self.name)
        return f"<{', '.join(self.derivation.clause(c, text, ' for ') for c in rows)}>"


@dataclass(frozen=True)
class Gradient:
    """The gradient by one variable: over declared nodes, or over error signals where that is too long."""

    derivation: Derivation
    name: str
    value: Expr

    @property
    def shape(self) -> tuple[int | str, ...]:
        """The shape of the variable: numbers, and names of symbolic sizes."""
        return plain(self.value.shape)

    @property
    def formula(self) -> Formula:
        """On paper, under the derivation's convention; in indices where no matrix says it."""
        return self.derivation.formula(self.value)

    @property
    def left(self) -> Formula:
        """What it is: ∂L/∂W, or δW where the output is no number and δY arrives at it.

        Where the formula is in indices it is an entry, and inside time that of a step: ∂L/∂x_t.
        """
        d = self.derivation
        if d.backward.seed.number != 1:
            return d.line(signal(d, self.name), [self.value]).left
        own = symbol_formula(d.graph.symbol[self.name].own, d.convention)
        return Partial(d.convention.of, d.line(own, [self.value]).left)

    @property
    def reason(self) -> str:
        """Why it is 0: the variable does not reach the output, or the terms add up to 0; else empty."""
        d = self.derivation
        cancelled = f"its terms add up to 0 for every {self.name}" if is_zero(self.value) else ""
        return unmoved(d.graph, d.of, self.name) or cancelled

    def latex(self) -> str:
        """LaTeX, with what every name means that the declaration does not have."""
        return self.derivation.standing_alone(self.formula, but=self.name).latex

    def text(self) -> str:
        """Plain text, with what every name means that the declaration does not have."""
        return self.derivation.standing_alone(self.formula, but=self.name).text

    def __repr__(self) -> str:
        return f"<{text(self.left)} = {self.text()}>"

    def _repr_latex_(self) -> str:
        return f"${self.derivation.latex(self.left)} = {self.latex()}$"


@dataclass(frozen=True)
class Derivation(Pickled):
    """Every δ between the variables and the output; iterate it for the steps, index it by variable."""

    backward: Backward
    convention: Convention
    constants: tuple[str, ...] = ()  # names given to selectors

    def __repr__(self) -> str:
        """As one writes it: the nodes in the order of the graph, every δ used, then the gradients."""
        said = [self.clause(m, text, "  for ") for m in self.lines]
        reasons = [self[n].reason for n in self.wrt if n in self.backward.adjoints]  # of the last lines
        first = len(said) - len(reasons)
        ends = (f"{t}  ({r})" if r else t for t, r in zip(said[first:], reasons, strict=True))
        return "\n".join((*said[:first], *ends))

    @cached_property
    def lines(self) -> tuple[Meaning, ...]:
        """What `print` says: nodes as they were written, every δ once and before it is used, gradients."""
        forward = declared_lines(self)
        found = [self[n] for n in self.wrt if n in self.backward.adjoints]
        order = {n: k for k, n in enumerate((*self.graph.definition, *self.backward.adjoints))}
        said = dict.fromkeys(c for x in found for c in clauses(self, x.formula, x.name))
        rows = sorted((c for c in said if c.signal or c.name not in forward),
                      key=lambda c: (c.signal, order.get(c.name, 0)))  # fmt: skip
        nodes = (meaning(self, n, e) for n, e in forward.items())
        ends = (replace(x, value=over_signals(self, x, rows)) for x in found)
        return (*nodes, *rows, *(Meaning(x.name, True, x.left, x.formula) for x in ends))

    @property
    def undrawn(self) -> frozenset[str]:
        """Names that stand for constants and helpers: on no path, so no picture shows them."""
        return self.backward.abbreviations | set(self.constants)

    @property
    def graph(self) -> Graph:
        return self.backward.graph

    @property
    def of(self) -> str:
        return self.backward.of

    @property
    def wrt(self) -> tuple[str, ...]:
        return self.backward.wrt

    def __iter__(self) -> Iterator[Step]:
        return (Step(self, name) for name in self.backward.adjoints)

    def __getitem__(self, name: str) -> Gradient:
        """The gradient by a variable, or the δ of a node. Errors: `DeclarationError` for other names."""
        name = read_name(name)
        known(name, self.backward.adjoints, "the derivation")
        return Gradient(self, name, written_out(self.backward, name))

    @cached_property
    def functions(self) -> Mapping[str, str]:
        """TeX spellings of the functions of this graph."""
        found = {**FUNCTIONS, **self.graph.functions}
        forms = (f for a in self.backward.adjoints.values() for f in a.forms)
        for e in (*self.graph.every, *topological(*forms)):
            if e.op.scalar and e.op.scalar.tex:
                found[e.op.scalar.name] = e.op.scalar.tex
            elif e.op is RESHAPE:  # what is sent back takes the shape of the argument, also by nobody's δ
                found |= spelled_function(e) | spelled_function(apply(RESHAPE, e, shape=e.args[0].shape))
            elif e.op.variants and not e.op.scalar:
                found |= spelled_function(e)
        return found | {c.op.name: c.op.tex for c, _ in self.layers.calls}

    @cached_property
    def layers(self) -> WholeLayers:
        """The layers that a page keeps whole: pooling, convolution."""
        return WholeLayers(self.backward)

    def formula(self, e: Expr) -> Formula:
        """The formula of an expression; of a stack one matrix, else one entry where no matrix says it."""
        whole = e.args[0] if e.op is COLUMN_BLOCKS else e
        return self.line(Name(""), [whole]).sides[0]

    def latex(self, f: Formula) -> str:
        return latex(f, self.functions)

    def line(self, left: Formula, sides: Sequence[Expr]) -> Line:
        """left = sides on paper, of stacks matrix by matrix; else in indices, with the left side's entry."""
        return line(left, sides, self.convention)

    def standing_alone(self, f: Formula, but: str = "") -> Alone:
        """A formula as a user meets it outside a page: `p xᵀ  with p = softmax(A x + b)`."""
        said = clauses(self, f, but)
        texts = ", ".join(self.clause(c, text, " for ") for c in said)
        tex = ",\\; ".join(self.clause(c, self.latex, r" \text{ for } ") for c in said)
        return Alone(
            self.latex(f) + (rf" \quad\text{{with }} {tex}" if said else ""),
            text(f) + (f"  with {texts}" if said else ""),
        )

    def clause(self, c: Meaning, write: Callable[[Formula], str], when: str) -> str:
        """What a name means, written, with the steps it is said of."""
        said, time = f"{write(c.left)} = {write(c.right)}", self.graph.time
        if not (time and c.steps):
            return said
        return f"{said}{when}{write(time.letter)} {c.steps} {write(size_formula(time.length))}"

    def verify(
        self, *, seed: int = 0, trials: int = 3, lengths: Sequence[int] = (), deadline: float | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> Report:  # fmt: skip
        """Truth of every δ and equality of every printed side; see `verify/equality.py`.

        `deadline` in seconds: what is not reached is not checkable, and the report not `ok`. `progress` hears
        how many of how many steps are done. Large literal sizes are checked at small ones, which it says.
        """
        return doors.through("verify", self, seed=seed, trials=trials, lengths=lengths, seconds=deadline,
                             progress=progress)  # fmt: skip

    def page(
        self, language: str = "en", show: Sequence[str] | None = None,
        detail: Literal["brief", "full"] = "full",
    ) -> Any:  # fmt: skip
        """The page by itself, verified: `.as_dict()`, `.html()`, `.latex()` and `.text()` write it.

        `show` are its parts in order, such as ("ledger", "gradients"). By default they are those of a detail:
        "brief" is the idea, both passes side by side and the gradients; "full" derives what stands there.
        """
        return doors.through("page", self, language, show, detail)

    def compile(self, target: str = "numpy"):  # noqa: ANN201 - a function of the graph's inputs
        """A function of the inputs, in order or by name; returns a dict with the output and every gradient.

        Its `forward(...)` returns the output and what its `backward(saved, y_bar)` makes the gradients from.
        """
        return doors.through("compile", self, target)

    def source(self, target: str = "numpy") -> str:
        """Code of both passes for a target: 'numpy', 'array-api', 'torch' or 'jax'."""
        return doors.through("source", self, target)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return doors.through("show derivation", self)


def spelled_function(e: Expr) -> dict[str, str]:
    """The TeX of an op, its non-default attributes as a subscript."""
    base = e.op.tex or r"\operatorname{" + e.op.name.replace("_", r"\_") + "}"
    if not e.attributes:
        return {e.op.name: base} if e.op.tex else {}
    said = ",".join(attribute_text(v) for _, v in e.attributes).replace("×", r"\times ")
    return {function_key(e): f"{base}_{{{said}}}"}


def derive(
    graph: Graph | Expr | str,
    of: str | None = None,
    wrt: list[str] | tuple[str, ...] | str | None = None,
    *,
    convention: Convention | None = None,
) -> Derivation:
    """The backward pass of a graph.

    `of` is the output (the last node by default); if it is not a scalar its cotangent δof is an input.
    `wrt` are the variables (every real input by default). Errors: `DeclarationError` naming what is unknown.

        d = derive(read("x: d; W: m x d; L = sum((W @ x)**2)"), wrt=["W"])
        d["W"].text()
    """
    g = as_graph(graph)
    if isinstance(wrt, Expr):
        raise DeclarationError("wrt takes names", where="derive", hint="Write wrt=['W'].")
    names = (wrt,) if isinstance(wrt, str) else wrt
    b, constants = named_selectors(backward(prepare(g, of, names)))
    d = Derivation(b, fitted(b, convention or Convention()), constants)
    check_legible(b, d.convention, d.functions)
    return d


def over_signals(d: Derivation, x: Gradient, said: Sequence[Meaning]) -> Expr:
    """A gradient over the error signals, where others are said with all of them; else as it stands."""
    value = d.backward.adjoints[x.name].value
    used = {s.own.name for s in symbols(value) if s.own.cotangent}
    return value if used and used <= {c.name for c in said if c.signal} else x.value


def declared_lines(d: Derivation) -> dict[str, Expr]:
    """The declared nodes as they were written; a part without a name has a line of its own only where no
    formula says it in its place.
    """
    g, made = d.graph, frozenset(d.backward.prepared.named)
    whole = {n: as_written(d, e) for n, e in g.definition.items()}
    waiting = [n for n in g.definition if n not in made and n not in d.undrawn]
    met = set(waiting)
    while waiting:
        new = {s.own.name for s in symbols(whole[waiting.pop()])} & made - met
        waiting += new
        met |= new
    return {n: e for n, e in whole.items() if n in met}


def as_written(d: Derivation, e: Expr) -> Expr:
    """A definition with the names that the derivation gave written out, as far as matrices say it."""
    while True:
        full = unfolded(d.backward, e, d.backward.prepared.named)
        if full is e or notated(full, d.convention) is None:
            return e
        e = full


def signal(d: Derivation, name: str) -> Formula:
    """How δname prints."""
    if name == d.of and d.backward.seed.symbol:
        return symbol_formula(d.backward.seed.symbol, d.convention)
    return symbol_formula(d.backward.signals[name].own, d.convention)


def clauses(d: Derivation, f: Formula, but: str = "") -> tuple[Meaning, ...]:
    """What the names in a formula mean that the declaration does not have, in the order they are met.

    `but` is the name whose own δ the formula is.
    """
    given = {*d.backward.prepared.named, *d.backward.abbreviations, *d.constants}
    own: dict[Formula, str] = {s.tex: n for n in given if (s := d.graph.symbol[n].symbol)}
    signals: dict[Formula, str] = {bare(signal(d, n)): n for n in d.backward.adjoints}
    out: list[Meaning] = []
    met, said = set[Formula](), set[str]()
    waiting = [f]
    while waiting:
        for part in reversed(tuple(inside(waiting.pop(0)))):
            if part in met or not (part in own or part in signals):
                continue
            met.add(part)
            name = own.get(part) or signals[part]
            rows = signal_meanings(d, name)[name == but :] if part in signals else []
            if name in given and name not in said:  # δr with r, which nobody declared
                said.add(name)
                rows = [meaning(d, name, d.graph.definition[name]), *rows]
            out += rows
            waiting += [c.right for c in rows]
    ended = {n for n, a in d.backward.adjoints.items() if a.last is not None}
    open_ones = {s: n for s, n in signals.items() if n not in ended}
    return (*out, *beyond(d.graph.time, open_ones, (f, *(c.right for c in out))))


def meaning(d: Derivation, name: str, e: Expr) -> Meaning:
    """A node and its definition, as the graph has it or written out."""
    left, sides, *_ = d.line(symbol_formula(d.graph.symbol[name].own, d.convention), [e])
    return Meaning(name, False, left, sides[0])


def signal_meanings(d: Derivation, name: str) -> list[Meaning]:
    """An error signal and its value; of a recurrence at the last step too, where that is another one."""
    a, left = d.backward.adjoints[name], signal(d, name)
    line, sides, *_ = d.line(left, [written_out(d.backward, name)])
    if not (d.graph.time and a.last is not None and isinstance(left, At)):
        return [Meaning(name, True, line, sides[0])]
    end, ends, *_ = d.line(At(left.base, (size_formula(d.graph.time.length),)), [a.last])
    return [Meaning(name, True, line, sides[0], "<"), Meaning(name, True, end, ends[0])]
