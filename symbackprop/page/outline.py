"""The page of a derivation: which equations, in which order, with which justification.

Forward equations with sizes, the graph, the symbols, each local Jacobian derived, the product of Jacobians,
the δ equations, the gradients, why each has its transpose or sum, a trace with numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from symbackprop.derivation.derivation import Derivation, signal
from symbackprop.derivation.equation import Equation, Phrase, equation, name_of, symbol_of
from symbackprop.entries.op import functions_in
from symbackprop.entries.scalar_functions import SCALARS
from symbackprop.errors import SheetError
from symbackprop.formula import tree as no
from symbackprop.formula.composing import size_formula
from symbackprop.formula.tree import Formula, Mark, Name
from symbackprop.formula.writing.walk import inside
from symbackprop.graph.expr import symbols, topological
from symbackprop.graph.graph import sliding
from symbackprop.page.chain_section import product_section, why_section
from symbackprop.page.gradient_section import delta_section, gradients_section
from symbackprop.page.kink_sentences import kink_phrases
from symbackprop.page.hessian_section import hessian_section
from symbackprop.page.local_section import local_section
from symbackprop.page.opening_section import graph_section, symbols_section
from symbackprop.page.page import Block, Equations, Options, Page, Paragraph, Section
from symbackprop.page.recurrences.recurrence_solutions import bounds, closed_forms
from symbackprop.page.trace_section import numbers_section, trace_section

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
    for n in (*o.unfold, *(o.show or ()), *o.hessian, *(o.products or ()), *(o.local or ())):
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
    return Page(tuple(with_notation(d, made)), tuple(sorted(d.functions.items())), o.at)


# --- forward -------------------------------------------------------------------------------------


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
    nodes = (e.op for x in d.graph.definition.values() for e in topological(x))
    ops = dict.fromkeys(f for op in nodes for f in (op, *functions_in(op)))
    ranks = {e.rank for e in d.graph.symbol.values()}
    said = [Phrase(f"convention.{d.convention.vectors}")] if 1 in ranks else []
    said += [Phrase(f"convention.layout_{d.convention.layout}")] if ranks != {0} else []
    said += signals(d)
    if d.graph.time:
        said.append(time_phrase(d))
    said += kink_phrases([op.name for op in ops if op.scalar], generic(d))
    notes = sorted({op.note for op in ops if op.note}, reverse=True)
    said += [Phrase(f"convention.{note}") for note in notes]
    if sliding(d.graph):
        said.append(Phrase("convention.outside"))
    counted = {n for n in d.graph.symbol if symbol_of(d, n).labels}
    if counted & set(d.graph.inputs):
        said.append(Phrase("convention.label"))
    if counted - set(d.graph.inputs):  # found by argmax and its like
        said.append(Phrase("convention.position"))
    return said


def signals(d: Derivation) -> list[Phrase]:
    """What an error signal is, for every node, and for those with a name of their own."""
    if d.convention.signal == "partial":
        return []
    v = generic(d)
    plain = v.under(Mark.BAR if d.convention.signal == "bar" else Mark.DELTA)
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


def generic(d: Derivation) -> Name:
    """A letter for any node, which no symbol has."""
    taken = {symbol_of(d, n).tex.base for n in d.graph.symbol} | set(d.graph.sizes)
    return Name(next(x for x in "vqzuw" if x not in taken or x == "w"))


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


Ranks: TypeAlias = Mapping[Formula, int]  # how many axes the symbols of a graph have
Shown: TypeAlias = Callable[[Formula], Formula]


def adds_number(f: Formula, ranks: Ranks) -> bool:
    """A number plus an array: no formula says by itself that every entry is meant."""
    if not isinstance(f, no.Plus):
        return False
    inner = [t.operand if isinstance(t, no.Minus) else t for t in f.terms]
    whole = [is_array(t, ranks) for t in inner]
    single = (isinstance(t, no.Number | no.Decimal) or ranks.get(t) == 0 for t in inner)
    return any(whole) and any(single)


def is_array(f: Formula, ranks: Ranks) -> bool:
    """Whether a term is an array for certain: by its name, or by a sign that only arrays have."""
    if isinstance(f, no.Call) and len(f.arguments) == 1 and f.function in SCALARS:
        return is_array(f.arguments[0], ranks)
    return bool(ranks.get(f)) or isinstance(f, no.Hadamard | no.HPower | no.Oslash)


def as_it_stands(f: Formula) -> Formula:
    """The sign as the page has it first."""
    return f


def power_of_any(f: Formula) -> Formula:
    """An entrywise power without its base; the exponent is the page's: k may be a size of it."""
    return no.HPower(Name(r"\cdot"), f.exponent) if isinstance(f, no.HPower) else f


def a(kind: type[Formula]) -> Callable[[Formula, Ranks], bool]:
    return lambda f, _: isinstance(f, kind)


def called(function: str) -> Callable[[Formula, Ranks], bool]:
    return lambda f, _: isinstance(f, no.Call) and f.function == function


def by(sign: Formula) -> Shown:
    return lambda _: sign


# whether a formula holds the sign, the sentence that explains it, and how it is shown
SIGNS: tuple[tuple[Callable[[Formula, Ranks], bool], str, Shown], ...] = (
    (a(no.Hadamard), "notation.hadamard", by(Name(r"\odot"))),
    (a(no.Oslash), "notation.oslash", by(Name(r"\oslash"))),
    (a(no.Kron), "notation.kron", by(Name(r"\otimes"))),
    (a(no.Commutation), "notation.commutation", by(no.Commutation(Name("m"), Name("n")))),
    (a(no.HPower), "notation.hpower", power_of_any),
    (a(no.Ones), "notation.ones", as_it_stands),
    (adds_number, "notation.number", by(no.ONE)),
    (called("diag"), "notation.diag", by(no.Call("diag", (Name(r"\cdot"),)))),
    (called("vec"), "notation.vec", by(no.Call("vec", (Name(r"\cdot"),)))),
    (called("sigmoid"), "notation.sigmoid", by(no.Call("sigmoid", (Name(r"\cdot"),)))),
    (a(no.Indicator), "notation.indicator", as_it_stands),
    (a(no.Unit), "notation.unit", as_it_stands),
    (a(no.KroneckerDelta), "notation.kronecker", by(no.KroneckerDelta(Name("i"), Name("j")))),
)  # fmt: skip


RARE = frozenset({"notation.commutation", "notation.vec"})  # explained wherever they stand


def with_notation(
    d: Derivation, sections: list[Section], keys: frozenset[str] | None = None
) -> list[Section]:
    """Signs on the page a reader may not know, explained once on the first section: all, or `keys`."""
    ranks: Ranks = {e.symbol.tex: e.rank for e in d.graph.symbol.values() if e.symbol}
    formulas = dict.fromkeys(
        f
        for s in sections
        for b in s.blocks
        if isinstance(b, Equations)
        for eq in b.rows
        for side in (eq.left, *eq.sides)
        for f in inside(side)
    )
    met = (
        (key, shown, next((f for f in formulas if holds(f, ranks)), None))
        for holds, key, shown in SIGNS
        if keys is None or key in keys
    )
    said = tuple(
        Paragraph(Phrase(key, (("sign", shown(f)),))) for key, shown, f in met if f is not None
    )
    if not sections or not said:
        return sections
    return [replace(sections[0], blocks=(*sections[0].blocks, *said)), *sections[1:]]


# --- recurrences ---------------------------------------------------------------------------------


def closed_section(d: Derivation, o: Options) -> list[Block]:
    """Recurrences over the steps, solved."""
    rows = closed_forms(d)
    return [Equations(rows, Phrase("closed.intro"))] if rows else []


def bound_section(d: Derivation, o: Options) -> list[Block]:
    """What the gradients by the variables cannot exceed, where their slopes are bounded."""
    rows = [
        Equation(f"bound.{n}", left, (right,), recurrent=bool(symbol_of(d, n).time), relation="≤",
                 boxed=True)
        for n, (left, right) in bounds(d).items()
    ]  # fmt: skip
    return [Equations(tuple(rows), Phrase("bound.intro"))] if rows else []


BUILD = {
    "forward": forward_section, "graph": graph_section, "symbols": symbols_section, "local": local_section,
    "product": product_section, "delta": delta_section, "gradients": gradients_section, "why": why_section,
    "trace": trace_section, "numbers": numbers_section, "hessian": hessian_section,
    "closed": closed_section, "bound": bound_section,
}  # fmt: skip
