"""A trace with numbers: forward values, then error signals with every incoming path as a summand."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from symbackprop.derivation.derivation import Derivation, signal
from symbackprop.derivation.equation import Equation, Phrase, distinct, name_of
from symbackprop.derivation.scopes import TRACE
from symbackprop.entries.reference_values import Array
from symbackprop.formula import tree as no
from symbackprop.formula.composing import one_or
from symbackprop.formula.tree import Formula
from symbackprop.formula.writing.walk import children, fold, rebuilt
from symbackprop.graph.expr import Expr
from symbackprop.matrices.adjugate import named_determinants, without_inverse
from symbackprop.notation.convention import symbol_formula
from symbackprop.notation.expression_formulas import notated
from symbackprop.numeric.precise_values import Measured, PrecisePoint
from symbackprop.page.given_numbers import precise_numbers
from symbackprop.page.page import Block, Equations, Options
from symbackprop.page.section_row import SectionRow
from symbackprop.page.small_numbers import STEP, quotient
from symbackprop.page.printed_values import number_formula, rounded

LARGEST = 8  # rows or columns of an array that is written out


def trace_section(d: Derivation, o: Options) -> list[Block]:
    """Nothing where no numbers are given, or in a recurrence."""
    if o.at is None or d.graph.time:
        return []
    at = precise_numbers(d, o.at)
    known = printed_numbers(d, at)
    ahead, back = [], []
    for n, e in d.graph.definition.items():
        if n not in d.constants and printable(at.value(n).array):
            relation, side = number_formula(d, on_paper(d, n, at.value(n)))
            sides = (*with_numbers(written(d, e), known), side)
            ahead.append(Equation(f"trace.{n}", name_of(d, n),
                                  distinct(sides), local=TRACE, relation=relation))  # fmt: skip
    for n in d.backward.adjoints:
        if printable(at.delta(n).array):
            back.append(delta_line(d, n, at, known))
    return [
        Equations(tuple(ahead), Phrase("trace.forward"), listed=True),
        Equations(tuple(back), Phrase("trace.backward"), listed=True),
        *quotient_line(d, o.at),
    ]


def quotient_line(d: Derivation, at: Mapping[str, object]) -> list[Block]:
    """One entry of a gradient beside the difference quotient of the output by it."""
    found = quotient(d, at)
    if found is None:
        return []
    name, where, slope = found
    known = Fraction(slope)
    own, places = name_of(d, name), tuple(no.number(k + 1) for k in where)
    entry = no.At(own, places) if places else own
    left = no.At(no.Nabla(d.convention.of, own), places) if places else no.Partial(d.convention.of, own)
    values = (("x", entry), ("of", d.convention.of), ("step", no.number(Fraction(1, round(1 / STEP)))))
    row = Equation("trace.quotient", left, (rounded(known, known),), local=TRACE, relation="≈")
    return [Equations((row,), Phrase("trace.quotient", values))]


def delta_line(d: Derivation, n: str, at: PrecisePoint, known: Mapping[Formula, Formula]) -> Equation:
    """An error signal: its formula, its paths as numbers where all of them are exact, its value."""
    a, total = d.backward.adjoints[n], at.delta(n)
    named = named_determinants(d.graph)
    relation, side = number_formula(d, total)
    sides = [*with_numbers(written(d, a.forms[0]), known), side]
    if relation == "=" and len(a.uses) > 1:
        parts = [at.of(without_inverse(u.value, named)) for u in a.uses]
        numbers = [number_formula(d, p) for p in parts]
        fits = all(p.array.shape == total.array.shape for p in parts)
        if fits and all(r == "=" for r, _ in numbers):
            sides.insert(-1, one_or(no.Plus, [f for _, f in numbers]))
    key = f"trace.delta.{n}"
    return Equation(key, signal(d, n), distinct(sides), local=TRACE, relation=relation)


def numbers_section(d: Derivation, o: Options) -> list[Block]:
    """The numbers that are given, one line for each input."""
    if o.at is None or d.graph.time:
        return []
    at = precise_numbers(d, o.at)
    rows = []
    for f, value in given(d, at):
        relation, side = number_formula(d, value)
        rows.append(Equation(f"given.{len(rows) + 1}", f, (side,), local=TRACE, relation=relation))
    return [Equations(tuple(rows), listed=True)] if rows else []


def given(d: Derivation, at: PrecisePoint) -> list[tuple[Formula, Measured]]:
    """Inputs that can be written down, and the error signal a vector or matrix output is given."""
    found: list[tuple[Formula, Measured]] = []
    for n in d.graph.inputs:
        s = d.graph.symbol[n].symbol
        if s and printable(at.value(n).array):
            found.append((symbol_formula(s, d.convention), on_paper(d, n, at.value(n))))
    if d.backward.seed.symbol and printable(at.delta(d.of).array):
        found.append((signal(d, d.of), at.delta(d.of)))
    return found


def on_paper(d: Derivation, name: str, m: Measured) -> Measured:
    """The numbers of a node as they are written: positions that name classes count from 1."""
    s = d.graph.symbol[name].symbol
    if not s or s.domain != "label":
        return m
    return Measured(np.asarray(m.array + 1), np.asarray(m.moved + 1))


def printable(value: Array) -> bool:
    return value.ndim <= 2 and max(value.shape, default=1) <= LARGEST


def printed_numbers(d: Derivation, at: PrecisePoint) -> dict[Formula, Formula]:
    """Arrays that are written exactly, by their names; the error signals too."""
    values = [(symbol_formula(s, d.convention), at.value(n))
              for n, e in d.graph.symbol.items() if (s := e.symbol) and not s.labels]  # fmt: skip
    values += [(signal(d, n), at.delta(n)) for n in (*d.backward.adjoints, d.of)]
    out = {}
    for f, value in values:
        if value.array.ndim and printable(value.array):
            relation, side = number_formula(d, value)
            if relation == "=":
                out[f] = side
    return out


def with_numbers(sides: list[Formula], known: Mapping[Formula, Formula]) -> list[Formula]:
    """The formula, and once more with the arrays put in, where all of them are known exactly."""
    if not sides:
        return []
    missing = False

    def put(node: Formula, parts: list[Formula]) -> Formula:
        nonlocal missing
        missing = missing or isinstance(node, no.At)
        if isinstance(node, no.Name):
            missing = missing or node not in known
            return known.get(node, node)
        return rebuilt(node, parts)

    filled = fold(sides[0], children, put)
    return sides if missing or isinstance(sides[0], no.Name) else [sides[0], filled]


def written(d: Derivation, e: Expr) -> list[Formula]:
    """The formula of a value, where it has a matrix form and is not a number already."""
    f = notated(e, d.convention)
    bare = e.number is not None and isinstance(f, no.Number | no.Minus)
    return [] if f is None or bare else [f]


SECTIONS = (SectionRow("numbers", 30, numbers_section), SectionRow("trace", 110, trace_section))
