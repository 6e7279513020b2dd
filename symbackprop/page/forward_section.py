"""The forward equations with their sizes, and what a reader must know about the notation."""

from __future__ import annotations

from collections.abc import Iterable

from symbackprop.derivation.derivation import Derivation, signal
from symbackprop.derivation.equation import Equation, Phrase, equation, name_of, symbol_of
from symbackprop.derivation.whole_layers import WholeLayers
from symbackprop.entries.op import functions_in
from symbackprop.formula import tree as no
from symbackprop.formula.composing import size_formula
from symbackprop.formula.tree import Formula, Mark, Name
from symbackprop.graph.expr import symbols
from symbackprop.page.hand_written_norms import norms_by_hand
from symbackprop.page.kink_sentences import kink_phrases
from symbackprop.page.layer_sentences import kept_layers, layer_phrases, meets_zeros
from symbackprop.page.page import Block, Equations, Notation, Options, Paragraph
from symbackprop.page.section_row import SectionRow


JACOBIANS = {"local", "product", "graph"}  # parts of a page in which some stand


def forward_section(d: Derivation, o: Options) -> list[Block]:
    kept = kept_layers(d, o)
    shown = [n for n in d.graph.definition if n not in d.constants and n not in kept.hidden]
    rows = [eq for n in shown for eq in forward_rows(d, n, kept)]
    notes = [*map(Paragraph, layer_phrases(d, kept)), Notation(tuple(conventions(d, kept, o)))]
    sized = any(r.shape for r in rows)
    return [Equations(tuple(rows), Phrase("forward.intro") if sized else Phrase("forward.plain")), *notes]


def forward_rows(d: Derivation, n: str, kept: WholeLayers) -> list[Equation]:
    """A node by its definition; of a recurrence also what it starts from."""
    s, rows = symbol_of(d, n), []
    if n in d.graph.initial:
        left = no.At(s.tex, (no.ZERO,))
        rows.append(equation(d, f"forward.{n}.0", left, [d.graph.initial[n]], s.shape))
    made = [kept.definition(n)]
    return [*rows, equation(d, f"forward.{n}", name_of(d, n), made, s.shape, recurrent=bool(s.time))]


def conventions(d: Derivation, layers: WholeLayers | None = None, o: Options | None = None) -> list[Phrase]:
    """What a reader must know about the notation of the parts shown, said once."""
    kept, shown = layers or d.layers, {*((o and o.sections) or JACOBIANS)}
    ops = dict.fromkeys(f for e in d.graph.every for f in (e.op, *functions_in(e.op)))
    ranks = {e.rank for e in d.graph.symbol.values()}
    said = [Phrase(f"convention.{d.convention.vectors}")] if 1 in ranks else []
    if ranks != {0} and (d.convention.layout != "gradient" or shown & JACOBIANS):
        said.append(Phrase(f"convention.layout_{d.convention.layout}"))
    said += signals(d)
    if d.graph.time:
        said.append(time_phrase(d))
    said += kink_phrases([op.name for op in ops if op.scalar], generic(d))
    notes = sorted({note for op in ops for note in op.note.split()} | norms_by_hand(d.graph), reverse=True)
    said += [Phrase(f"convention.{note}") for note in notes]
    if meets_zeros(d, kept):
        said.append(Phrase("convention.outside"))
    counted = {n for n in d.graph.symbol if symbol_of(d, n).labels} - kept.hidden
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
        return [Phrase("convention.cotangent", (("general", plain), ("v", v), ("delta", signal(d, d.of))))]
    of = d.convention.of
    said = [Phrase("convention.delta", (("delta", plain), ("slope", no.Partial(of, v)), ("v", v)))]
    named = {own: symbol_of(d, n).tex for n, own in d.convention.signals if n in d.backward.adjoints}
    if named:
        said.append(Phrase("convention.signal", (("delta", listed(named)), ("x", listed(named.values())))))
    return said


def listed(formulas: Iterable[Formula]) -> Phrase:
    return Phrase("list", tuple((f"x{k}", f) for k, f in enumerate(formulas)))


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
    values = (("t", time.letter), ("length", size_formula(time.length)))
    if not early:
        return Phrase("convention.time", values)
    given = Phrase("list", tuple((f"x{n}", f) for n, f in enumerate(early)))
    return Phrase("convention.start", (*values, ("given", given)))


SECTIONS = (SectionRow("forward", 10, forward_section, usual=False),)
