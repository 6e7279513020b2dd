"""The page of a derivation: which equations, in which order, with which justification.

Forward equations with sizes, the graph, the symbols, each local Jacobian derived, the product of Jacobians,
the δ equations, the gradients, why each has its transpose or sum, a trace with numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symbackprop import notation as no
from symbackprop import tidy as td
from symbackprop.compose import size_formula
from symbackprop.convention import NoMatrix, symbol_formula
from symbackprop.onpaper import notate, notate_entry
from symbackprop.derivation import Derivation, signal, unfolded, written_out
from symbackprop.errors import SheetError
from symbackprop.expr import Expr, Symbol, symbols, topological, weight
from symbackprop.chain_section import product_section, why_section
from symbackprop.jacobians import edges
from symbackprop.local_section import local_section
from symbackprop.notation import Formula, Name
from symbackprop.options import Options
from symbackprop.page import (
    Arrow, Block, Equation, Equations, Figure, Page, Paragraph, Phrase, Section, Table, Vertex,
)  # fmt: skip
from symbackprop.recurrence import bounded, closed_forms
from symbackprop.second import hessian_section
from symbackprop.sizes import Shape
from symbackprop.tracing import numbers_section, trace_section
from symbackprop.values import BEFORE
from symbackprop.write.walk import children

PARTS = (
    "forward",
    "symbols",
    "numbers",
    "graph",
    "local",
    "product",
    "delta",
    "gradients",
    "closed",
    "why",
    "trace",
    "hessian",
    "bound",
)
LARGE = 60  # nodes; above it the picture, the local derivations and the products are left out


def outline(d: Derivation, options: Options | None = None) -> Page:
    """The page of a derivation. Errors: `SheetError` for an unknown part or node."""
    o = options or Options()
    parts = PARTS if o.sections is None else o.sections
    for p in parts:
        if p not in PARTS:
            raise SheetError(f"no part `{p}`", where="sections", hint=f"Parts: {', '.join(PARTS)}")
    for n in (*o.unfold, *(o.show or ()), *o.hessian, *(o.products or ())):
        if n not in d.graph.symbol:
            raise SheetError(
                f"no symbol `{n}`", where="sheet", hint=f"Symbols: {', '.join(d.graph.symbol)}"
            )
    large = len(d.graph.definition) > LARGE
    made: list[Section] = []
    for p in parts:
        if large and p in ("graph", "local", "product", "why"):
            continue
        blocks = BUILD[p](d, o)
        if blocks:
            made.append(Section(p, Phrase(f"section.{p}"), tuple(blocks)))
    return Page(tuple(with_notation(made)), tuple(sorted(d.functions.items())), o.at)


# --- equations -----------------------------------------------------------------------------------


def equation(d: Derivation, key: str, left: Formula, sides: Sequence[Expr], shape: Shape, *,
             recurrent: bool = False, boxed: bool = False) -> Equation:  # fmt: skip
    """left = sides; in indices, with the left side's entry, where no matrix says a side."""
    try:
        written = [notate(e, d.convention) for e in sides]
        return Equation(key, left, distinct(written), shape, recurrent=recurrent, boxed=boxed)
    except NoMatrix:
        letters = tuple(d.convention.letters[: len(shape)])
        entry = tuple(Name(x) for x in letters)
        at = (
            no.At(left.base, (*left.indices, *entry))
            if isinstance(left, no.At)
            else no.At(left, entry)
        )
        written = [notate_entry(e, letters, d.convention) for e in sides]
        free = tuple(zip(letters, shape, strict=True))
        return Equation(key, at, distinct(written), shape, free, recurrent, boxed=boxed)


def distinct(sides: Sequence[Formula]) -> tuple[Formula, ...]:
    return tuple(dict.fromkeys(sides))


def name_of(d: Derivation, name: str) -> Formula:
    s = d.graph.symbol[name].symbol
    assert s
    return symbol_formula(s, d.convention)


def symbol_of(d: Derivation, name: str) -> Symbol:
    s = d.graph.symbol[name].symbol
    assert s
    return s


def forward_section(d: Derivation, o: Options) -> list[Block]:
    rows = []
    for n, e in d.graph.definition.items():
        if n not in d.constants:
            s = symbol_of(d, n)
            if n in d.graph.initial:
                left = no.At(s.tex, (no.ZERO,))
                rows.append(equation(d, f"forward.{n}.0", left, [d.graph.initial[n]], s.shape))
            rows.append(
                equation(d, f"forward.{n}", name_of(d, n), [e], s.shape, recurrent=bool(s.time))
            )
    notes = [Paragraph(p) for p in conventions(d)]
    sized = any(r.shape for r in rows)
    return [
        Equations(tuple(rows), Phrase("forward.intro") if sized else Phrase("forward.plain")),
        *notes,
    ]


def conventions(d: Derivation) -> list[Phrase]:
    """What a reader must know about the notation, said once."""
    names = {e.op.name for x in d.graph.definition.values() for e in topological(x)}
    ranks = {e.rank for e in d.graph.symbol.values()}
    said = [Phrase(f"convention.{d.convention.vectors}")] if 1 in ranks else []
    said += [Phrase("convention.numerator")] if ranks != {0} else []
    said += signals(d)
    if d.graph.time:
        said.append(time_phrase(d))
    if names & {"relu", "leaky_relu", "abs", "step", "elu"}:
        said.append(Phrase("convention.relu"))
    if names & {"log", "cross_entropy", "logsumexp", "log_softmax"}:
        said.append(Phrase("convention.log"))
    if any(symbol_of(d, n).labels for n in d.graph.symbol):
        said.append(Phrase("convention.label"))
    return said


def signals(d: Derivation) -> list[Phrase]:
    """What an error signal is, for every node, and for those with a name of their own."""
    if d.convention.signal == "partial":
        return []
    v = Name("v")
    plain = Name(r"\bar{v}") if d.convention.signal == "bar" else Name(r"\delta v")
    if d.backward.seed.symbol:
        return [
            Phrase(
                "convention.cotangent", (("general", plain), ("v", v), ("delta", signal(d, d.of)))
            )
        ]
    of = d.convention.of
    said = [Phrase("convention.delta", (("delta", plain), ("of", of), ("v", v)))]
    for n, own in d.convention.signals:
        if n in d.backward.adjoints:
            values = (("delta", own), ("of", of), ("x", symbol_of(d, n).tex))
            said.append(Phrase("convention.signal", values))
    return said


def time_phrase(d: Derivation) -> Phrase:
    """The range of the time index, and what is given before its first step."""
    time = d.graph.time
    assert time
    early: dict[Formula, None] = {}
    for e in d.graph.definition.values():
        for x in symbols(e):
            if x.symbol and x.symbol.shift < 0:
                given = x.symbol.name not in d.graph.initial
                for step in range(1 + x.symbol.shift, int(given)):
                    early[no.At(x.symbol.tex, (no.number(step),))] = None
    values = (("t", Name(time.name)), ("length", size_formula(time.length)))
    if not early:
        return Phrase("convention.time", values)
    given = Phrase("list", tuple((f"x{n}", f) for n, f in enumerate(early)))
    return Phrase("convention.start", (*values, ("given", given)))


# the sign that is explained, and how it is shown
SIGNS: dict[type, tuple[str, Formula]] = {
    no.Hadamard: ("notation.hadamard", Name(r"\odot")),
    no.Oslash: ("notation.oslash", Name(r"\oslash")),
    no.Ones: ("notation.ones", no.Ones(Name("n"))),
    no.Indicator: ("notation.indicator", no.Indicator(Name(r"\cdot"), ">", no.ZERO)),
    no.Unit: ("notation.unit", no.Unit(Name("y"))),
    no.KroneckerDelta: ("notation.kronecker", no.KroneckerDelta(Name("i"), Name("j"))),
}


def with_notation(sections: list[Section]) -> list[Section]:
    """Signs a reader may not know, explained once on the first section; only those on the page."""
    used: set[type] = set()
    for s in sections:
        for b in s.blocks:
            for eq in b.rows if isinstance(b, Equations) else ():
                stack = [eq.left, *eq.sides]
                while stack:
                    f = stack.pop()
                    used.add(type(f))
                    stack += children(f)
    said = tuple(
        Paragraph(Phrase(key, (("sign", sign),)))
        for kind, (key, sign) in SIGNS.items()
        if kind in used
    )
    if not sections or not said:
        return sections
    return [replace(sections[0], blocks=(*sections[0].blocks, *said)), *sections[1:]]


# --- symbols -------------------------------------------------------------------------------------


def size_cells(d: Derivation, shape: Shape) -> tuple[Formula, ...]:
    """Rows and columns on paper: a vector is n×1 or 1×n by the convention."""
    if len(shape) == 1:
        n = size_formula(shape[0])
        return (n, no.ONE) if d.convention.vectors == "column" else (no.ONE, n)
    return tuple(size_formula(s) for s in shape) or (no.ONE, no.ONE)


def meaning(d: Derivation, name: str) -> Phrase:
    s = symbol_of(d, name)
    if s.labels:
        return Phrase("meaning.label", (("n", size_formula(s.labels)),))
    if name in d.constants:
        return Phrase("meaning.selector")
    if s.domain == "onehot":
        return Phrase("meaning.onehot")
    if name == d.of:
        return Phrase("meaning.output")
    if name in d.graph.definition:
        return Phrase("meaning.node")
    if s.time:
        return Phrase("meaning.sequence")
    return Phrase(
        "meaning.parameter" if name in d.wrt and name in parameters(d) else "meaning.input"
    )


def parameters(d: Derivation) -> frozenset[str]:
    """Inputs that are differentiated and are not data: matrices, and vectors added to a product."""
    found = set()
    for e in d.graph.definition.values():
        for node in topological(e):
            if node.op.name == "matmul":
                found |= {a.symbol.name for a in node.args if a.symbol and a.rank == 2}
            if node.op.name == "add" and any(a.op.name in ("matmul", "add") for a in node.args):
                found |= {a.symbol.name for a in node.args if a.symbol}
    data = {n for n in d.graph.inputs if symbol_of(d, n).time or symbol_of(d, n).labels}
    return frozenset(
        n for n in found if n in d.wrt and n not in data and n not in d.graph.definition
    )


def symbols_section(d: Derivation, o: Options) -> list[Block]:
    rows = []
    order = [
        *d.graph.inputs,
        *(n for n in d.graph.definition if n not in d.constants),
        *d.constants,
    ]
    for n in order:
        s = symbol_of(d, n)
        sizes = size_cells(d, s.shape)
        shape: Formula | Phrase = Phrase("size", tuple((f"s{k}", f) for k, f in enumerate(sizes)))
        rows.append((name_of(d, n), meaning(d, n), shape))
    columns = tuple(Phrase(f"symbols.{c}") for c in ("name", "meaning", "shape"))
    return [Table(columns, tuple(rows))]


# --- picture -------------------------------------------------------------------------------------


def graph_section(d: Derivation, o: Options) -> list[Block]:
    drawn = o.show or tuple(n for n in d.graph.symbol if n not in d.constants)
    arrows = edges(d, drawn)
    used = {n for tail, head, _ in arrows for n in (tail, head)}
    vertices = []
    for n in drawn:
        if n not in used and n.split("@")[0] not in used:
            continue
        s = symbol_of(d, n)
        kind = "output" if n == d.of else "node" if n in d.graph.definition else (
            "parameter" if n in parameters(d) else "input")  # fmt: skip
        op = d.graph.definition[n].op.name if n in d.graph.definition else kind
        vertices.append(Vertex(n, name_of(d, n), size_cells(d, s.shape), kind, f"{op}{s.shape}"))
    for n in sorted({tail for tail, _, _ in arrows if "@" in tail}):
        s = symbol_of(d, n.split("@")[0])
        earlier = replace(s, shift=int(n.split("@")[1]))
        vertices.append(
            Vertex(
                n, symbol_formula(earlier, d.convention), size_cells(d, s.shape), "input", "earlier"
            )
        )
    made = tuple(Arrow(tail, head, label) for tail, head, label in arrows)
    return [Figure(tuple(vertices), made, Phrase("graph.caption"))] if made else []


# --- error signals and gradients -----------------------------------------------------------------


def delta_forms(d: Derivation, name: str, o: Options) -> list[Expr]:
    a = d.backward.adjoints[name]
    forms = list(a.forms)
    if o.unfold:
        forms += [f for f in (unfolded(d, a.value, o.unfold),) if f is not a.value]
    return forms


def constants_block(d: Derivation) -> list[Block]:
    rows = [equation(d, f"constant.{n}", name_of(d, n), [d.graph.definition[n]], symbol_of(d, n).shape)
            for n in d.constants]  # fmt: skip
    return [Equations(tuple(rows), Phrase("delta.selector"))] if rows else []


def delta_section(d: Derivation, o: Options) -> list[Block]:
    rows, blocks = [], []
    shown = [n for n in d.backward.adjoints if n in d.graph.definition]
    recurrent = [n for n in shown if symbol_of(d, n).time]
    for n in shown:
        s = symbol_of(d, n)
        key, left = f"delta.{n}", signal(d, n)
        rows += stepwise(d, n, equation(d, key, left, delta_forms(d, n, o), s.shape,
                                        recurrent=bool(s.time)))  # fmt: skip
    if rows:
        intro = Phrase("delta.recurrent") if recurrent else Phrase("delta.intro")
        blocks.append(Equations(tuple(rows), intro))
    if recurrent:
        names = sorted({u.consumer for n in shown for u in d.backward.adjoints[n].uses
                        if u.shift < (0 if d.backward.adjoints[n].last is None else -1)})  # fmt: skip
        if names:
            key = "delta.boundary" if len(names) > 1 else "delta.boundary_one"
            blocks.append(Paragraph(Phrase(key, (("list", boundary(d, names)),))))
    return [*blocks, *ends_note(d, shown), *constants_block(d)] if blocks else []


def stepwise(d: Derivation, name: str, row: Equation) -> list[Equation]:
    """A recurrent row, with rows of its own for the last step and for step 0 where these differ."""
    a = d.backward.adjoints[name]
    base = signal(d, name)
    rows = [row if a.last is None else replace(row, local=BEFORE)]
    for end, key in ((a.last, "last"), (a.first, "first")):
        if end is not None:
            assert isinstance(base, no.At) and d.graph.time
            step = size_formula(d.graph.time.length) if key == "last" else no.ZERO
            left = no.At(base.base, (step,))
            made = equation(d, f"{row.key}.{key}", left, [end], row.shape or ())
            rows.insert(0 if key == "last" else len(rows), replace(made, boxed=row.boxed))
    return rows


def ends_note(d: Derivation, names: Sequence[str]) -> list[Block]:
    """Which recurrences hold only before the last step."""
    found = [signal(d, n) for n in names if d.backward.adjoints[n].last is not None]
    if not found or not d.graph.time:
        return []
    length = size_formula(d.graph.time.length)
    said = Phrase("list", tuple((f"x{k}", f) for k, f in enumerate(found)))
    return [Paragraph(Phrase("delta.before", (("list", said), ("length", length))))]


def boundary(d: Derivation, names: Sequence[str]) -> Phrase:
    """δ…_{T+1} = 0, as a list of symbols."""
    time = d.graph.time
    assert time
    last = no.Plus((size_formula(time.length), no.ONE))
    out = []
    for n in names:
        f = signal(d, n)
        assert isinstance(f, no.At)
        out.append(no.At(f.base, (last,)))
    return Phrase("list", tuple((f"x{k}", f) for k, f in enumerate(out)))


def gradients_section(d: Derivation, o: Options) -> list[Block]:
    rows = []
    for n in d.wrt:
        if n not in d.backward.adjoints:
            continue
        s = symbol_of(d, n)
        scalar = not d.graph.symbol[d.of].shape
        left = signal(d, n)
        if scalar and not s.time:
            left = (
                no.Nabla(d.convention.of, s.tex) if s.shape else no.Partial(d.convention.of, s.tex)
            )
        forms = gradient_forms(d, n)
        rows += stepwise(d, n, equation(d, f"gradient.{n}", left, forms, s.shape,
                                        recurrent=bool(s.time), boxed=True))  # fmt: skip
    return [Equations(tuple(rows), Phrase("gradients.intro")), *ends_note(d, d.wrt)]


def gradient_forms(d: Derivation, name: str) -> list[Expr]:
    """The gradient over error signals and, in short graphs, with the signals put in."""
    a = d.backward.adjoints[name]
    written = written_out(d, name)
    forms = [a.value] if written is a.value else [a.value, written]
    if d.graph.time:
        return forms
    if not a.value.shape:  # scalars: down to the inputs
        below = tuple(n for n in d.graph.definition)
        full = written
        for _ in below:
            new = td.tidy(unfolded(d, full, below))
            if new is full or weight(new) > 60:
                break
            full = new
        forms.append(full)
    return forms


def closed_section(d: Derivation, o: Options) -> list[Block]:
    """Recurrences over the steps, solved."""
    rows = closed_forms(d)
    return [Equations(rows, Phrase("closed.intro"))] if rows else []


def bound_section(d: Derivation, o: Options) -> list[Block]:
    """What the gradients by the variables cannot exceed, where their slopes are bounded."""
    rows = []
    for n in d.wrt:
        found = bounded(d, n)
        if found:
            recurrent = bool(symbol_of(d, n).time)
            rows.append(Equation(f"bound.{n}", found[0], found[1:], recurrent=recurrent, relation="≤",
                                 boxed=True))  # fmt: skip
    return [Equations(tuple(rows), Phrase("bound.intro"))] if rows else []


BUILD = {
    "forward": forward_section, "graph": graph_section, "symbols": symbols_section, "local": local_section,
    "product": product_section, "delta": delta_section, "gradients": gradients_section, "why": why_section,
    "trace": trace_section, "numbers": numbers_section, "hessian": hessian_section,
    "closed": closed_section, "bound": bound_section,
}  # fmt: skip
