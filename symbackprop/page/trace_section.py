"""A trace with numbers: forward values, then error signals with every incoming path as a summand."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import floor, log10

import numpy as np

from symbackprop.derivation.derivation import Derivation, signal
from symbackprop.derivation.equation import Equation, Phrase, distinct, name_of
from symbackprop.entries.reference_values import Array
from symbackprop.errors import SheetError
from symbackprop.formula import tree as no
from symbackprop.formula.composing import one_or
from symbackprop.formula.tree import Formula
from symbackprop.formula.writing.walk import children, fold, rebuilt
from symbackprop.graph.domains import SYMMETRIC
from symbackprop.graph.expr import Expr
from symbackprop.matrices.adjugate import named_determinants, without_inverse
from symbackprop.notation.convention import NoMatrix, symbol_formula
from symbackprop.notation.expression_formulas import notate
from symbackprop.numeric.points import Point, backward_values, evaluate, forward, seeded
from symbackprop.page.page import Block, Equations, Options
from symbackprop.sizes import shape_text

DIGITS = 4  # significant digits of a rounded number
EXACT = 6  # a number with no more decimals is printed as it is
LARGEST = 8  # rows or columns of an array that is written out


def trace_section(d: Derivation, o: Options) -> list[Block]:
    """Nothing where no numbers are given, or in a recurrence."""
    if o.at is None or d.graph.time:
        return []
    point = trace_point(d, o.at)
    known = printed_numbers(d, point)
    ahead, back = [], []
    for n, e in d.graph.definition.items():
        value = point.values[n, 0]
        if n not in d.constants and printable(value):
            relation, side = number_formula(d, value)
            sides = (*with_numbers(written(d, e), known), side)
            ahead.append(Equation(f"trace.{n}", name_of(d, n),
                                  distinct(sides), local="trace", relation=relation))  # fmt: skip
    named = named_determinants(d.graph)
    for n, a in d.backward.adjoints.items():
        value = point.deltas[n, 0]
        if not printable(value):
            continue
        relation, total = number_formula(d, value)
        sides = [*with_numbers(written(d, a.forms[0]), known), total]
        parts = [np.asarray(evaluate(without_inverse(u.value, named), point)) for u in a.uses]
        if len(parts) > 1 and all(p.shape == value.shape for p in parts):
            numbers = [number_formula(d, p) for p in parts]
            if relation == "=" and all(r == "=" for r, _ in numbers):
                sides.insert(-1, one_or(no.Plus, [f for _, f in numbers]))
        back.append(
            Equation(
                f"trace.delta.{n}",
                signal(d, n),
                distinct(sides),
                local="trace",
                relation=relation,
            )
        )
    return [
        Equations(tuple(ahead), Phrase("trace.forward")),
        Equations(tuple(back), Phrase("trace.backward")),
    ]


def numbers_section(d: Derivation, o: Options) -> list[Block]:
    """The numbers that are given, one line for each input."""
    if o.at is None or d.graph.time:
        return []
    point = trace_point(d, o.at)
    rows = []
    for f, value in given(d, point):
        relation, side = number_formula(d, value)
        rows.append(
            Equation(f"given.{len(rows) + 1}", f, (side,), local="trace", relation=relation)
        )
    return [Equations(tuple(rows))] if rows else []


def given(d: Derivation, point: Point) -> list[tuple[Formula, Array]]:
    """Inputs that can be written down, and the error signal a vector or matrix output is given."""
    found: list[tuple[Formula, Array]] = []
    for n in d.graph.inputs:
        s = d.graph.symbol[n].symbol
        if s and not s.labels and printable(point.values[n, 0]):
            found.append((symbol_formula(s, d.convention), point.values[n, 0]))
    if d.backward.seed.symbol and printable(point.deltas[d.of, 0]):
        found.append((signal(d, d.of), point.deltas[d.of, 0]))
    return found


def printable(value: Array) -> bool:
    return value.ndim <= 2 and max(value.shape, default=1) <= LARGEST


def printed_numbers(d: Derivation, point: Point) -> dict[Formula, Formula]:
    """Arrays that are written exactly, by their names; the error signals too."""
    values = [(symbol_formula(s, d.convention), point.values[n, 0])
              for n, e in d.graph.symbol.items() if (s := e.symbol) and not s.labels]  # fmt: skip
    values += [(signal(d, n), point.deltas[n, 0]) for n in (*d.backward.adjoints, d.of)]
    out = {}
    for f, value in values:
        if value.ndim and printable(value):
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
    try:
        f = notate(e, d.convention)
    except NoMatrix:
        return []
    return [] if isinstance(f, no.Number | no.Minus) and e.number is not None else [f]


def trace_point(d: Derivation, at: Mapping[str, object]) -> Point:
    """The point of given numbers. Errors: `SheetError` naming a missing input or a wrong size."""
    values: dict[tuple[str, int], Array] = {}
    sizes: dict[str, int] = {}
    for n in d.graph.inputs:
        s = d.graph.symbol[n].symbol
        assert s
        if n not in at:
            raise SheetError(
                f"no number for {n}", where="at", hint=f"Inputs: {', '.join(d.graph.inputs)}"
            )
        v = np.asarray(at[n]) - 1 if s.labels else np.asarray(at[n], float)
        if v.ndim != len(s.shape):
            raise SheetError(f"{n} is {shape_text(s.shape)}, its numbers are {v.shape}", where="at")
        for extent, size in zip(v.shape, s.shape, strict=True):
            if len(size.terms) == 1 and size.number is None and len(size.terms[0][0]) == 1:
                sizes.setdefault(size.terms[0][0][0], extent)
        expected = (
            tuple(x.value(sizes) for x in s.shape)
            if all(x.names <= set(sizes) for x in s.shape)
            else v.shape
        )
        if v.shape != expected:
            raise SheetError(f"{n} is {expected}, its numbers are {v.shape}", where="at")
        if not fits(v, s.domain):
            raise SheetError(f"{n} is declared {s.domain}, its numbers are not", where="at")
        values[n, 0] = v
    seed = f"{d.of}_bar" if d.backward.seed.symbol else ""
    unknown = [n for n in at if n not in (*d.graph.inputs, seed)]
    if unknown:
        raise SheetError(
            f"`{unknown[0]}` is not an input",
            where="at",
            hint=f"Inputs: {', '.join(d.graph.inputs)}",
        )
    point = seeded(d.backward, Point(sizes, values, {}, 0), 0)
    if seed in at:
        point.deltas[d.of, 0] = seed_given(d, point, at[seed])
    return backward_values(d.backward, forward(d.graph, point))


def fits(v: Array, domain: str) -> bool:
    """Whether a given square matrix is what it is declared to be."""
    if domain not in SYMMETRIC:
        return True
    return np.allclose(v, v.T) and (domain != "posdef" or bool(np.all(np.linalg.eigvalsh(v) > 0)))


def seed_given(d: Derivation, point: Point, value: object) -> Array:
    """The error signal given for the output. Errors: `SheetError` for a wrong size."""
    seed, own = np.asarray(value, float), point.deltas[d.of, 0]
    if seed.shape != own.shape:
        raise SheetError(f"{d.of} is {own.shape}, its error signal is {seed.shape}", where="at")
    return seed


def number_formula(d: Derivation, value: Array) -> tuple[str, Formula]:
    """('=', exact) where few decimals say it all, else ('≈', rounded once)."""
    flat = [float(x) for x in np.ravel(value)]
    if not np.all(np.isfinite(flat)):
        raise SheetError("a value is not finite at the given numbers", where="at")
    exact = all(abs(x - round(x, EXACT)) <= 1e-13 * max(1.0, abs(x)) for x in flat)
    entries = [scalar_formula(x, exact) for x in flat]
    relation = "=" if exact else "≈"
    if value.ndim == 0:
        return relation, entries[0]
    if value.ndim == 1:
        rows = (
            tuple((e,) for e in entries) if d.convention.vectors == "column" else (tuple(entries),)
        )
        return relation, no.Array(rows)
    width = value.shape[1]
    return relation, no.Array(
        tuple(tuple(entries[k : k + width]) for k in range(0, len(entries), width))
    )


def scalar_formula(x: float, exact: bool) -> Formula:
    """A number as it is printed: all its decimals, or four significant digits; zero has no sign."""
    decimals = EXACT if exact else max(0, DIGITS - 1 - floor(log10(abs(x)))) if x else 0
    said = f"{abs(x):.{decimals}f}"
    said = said.rstrip("0").rstrip(".") if exact and "." in said else said
    body = no.Number(Fraction(said)) if said.isdigit() else no.Decimal(said)
    return no.Minus(body) if x < 0 and float(said) else body
