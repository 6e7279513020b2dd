"""Local Jacobians derived entry by entry, each kind once; all Jacobians of a time step."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace

from symbackprop import entries as en
from symbackprop.backward.accumulation import node_derivative
from symbackprop.derivation import local_names
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation, Phrase, distinct, printed
from symbackprop.derivation.node_jacobians import (
    entry_base, free, indexed, jacobian_formula, jacobian_shape, rank, signature,
)  # fmt: skip
from symbackprop.derivation.scopes import Local, Step
from symbackprop.entries import Affine, Delta, Elem, Entries
from symbackprop.entries.differentiation import LocalStep
from symbackprop.entries.entry_equations import Instance
from symbackprop.entries.scalar_derivatives import derivative_entries as derivative_of
from symbackprop.entries.scalar_functions import scalar_row
from symbackprop.formula import tree as no
from symbackprop.graph.expr import symbols
from symbackprop.graph.graph import used_names
from symbackprop.matrices.lowering import lower
from symbackprop.notation.convention import symbol_formula
from symbackprop.notation.entry_formulas import Base, entries_formula
from symbackprop.page.equation_steps import equation_rows
from symbackprop.page.families.collapsing import derivation_row, like_the_first
from symbackprop.page.layer_sentences import kept_layers
from symbackprop.page.page import Block, Equations, Options, Paragraph
from symbackprop.page.reasons import bends
from symbackprop.page.section_row import SectionRow
from symbackprop.vocabulary.kinds import SELECTOR


MOST_AXES = 2  # of what is derived by itself: entries of stacks and images tell nobody anything


def local_section(d: Derivation, o: Options) -> list[Block]:
    """Each kind of local Jacobian once, derived from the definition."""
    kept = kept_layers(d, o)
    apart = d.undrawn | kept.hidden
    pairs = [
        (n, m)
        for n, e in d.graph.definition.items()
        for m in used_names(e)
        if n not in apart | kept.whole and m not in apart and worth(d, n, m) and asked(d, o, n, m)
    ]
    if pairs and not d.graph.time and all(rank(d, x) == 0 for p in pairs for x in p):
        return [scalar_edges(d, pairs)]
    blocks: list[Block] = [Paragraph(Phrase("local.timeless"))] if pairs and d.graph.time else []
    if any(rank(d, n) + rank(d, m) > 2 for n, m in pairs):
        blocks.append(Paragraph(Phrase("local.tensor")))
    kinds: dict[Hashable, list[tuple[str, str]]] = {}
    for pair in pairs:
        kinds.setdefault(signature(d, *pair), []).append(pair)
    alike: list[Phrase] = []
    for same in kinds.values():
        made = [block for pair in same for block in derivation_block(d, *pair)]
        shown = like_the_first(d, list(map(derivation_row, made)))
        blocks += [b for k, b in enumerate(made) if k in shown]
        alike += [b.intro for k, b in enumerate(made) if k not in shown and b.intro]
    if alike:
        said = tuple((f"x{n}", replace(p, key="local.pair")) for n, p in enumerate(alike))
        blocks.append(Paragraph(Phrase("local.likewise", (("list", Phrase("list", said)),))))
    return [*blocks, *([] if o.usual else step_block(d))]


def asked(d: Derivation, o: Options, node: str, wrt: str) -> bool:
    """Whether a sheet asks for the Jacobian; a usual page has those of functions that are no linear ones.

    What is linear, and what stands inside something else, the ledger says with its reason.
    """
    if o.usual and o.local is None and max(rank(d, node), rank(d, wrt)) > MOST_AXES:
        return False
    if o.local is not None or not o.usual:
        return o.local is None or node in o.local
    reads = (r for r in d.backward.prepared.reads[node] if r.name == wrt)
    return not d.graph.symbol[node].rank or any(r.way and bends(*r.way[-1]) for r in reads)


def step_block(d: Derivation) -> list[Block]:
    """All Jacobians of one time step of a recurrence, between scalars and vectors."""
    rows = []
    for n, e in d.graph.definition.items():
        own = d.graph.symbol[n].symbol
        if own is None or not own.time or (n != d.of and n not in d.backward.adjoints):
            continue
        for leaf in symbols(e):
            s = leaf.symbol
            if s is None or s.labels or not s.time or s.name not in d.backward.adjoints:
                continue
            j = jacobian_formula(d, n, leaf)
            if j is not None:
                left = no.Partial(symbol_formula(own, d.convention), symbol_formula(s, d.convention))
                rows.append(Equation(f"step.{n}.{s.name}{s.shift:+d}", left, (j,),
                                     jacobian_shape(d, n, s.name), recurrent=True,
                                     local=Step(n, s.name, s.shift)))  # fmt: skip
    return [Equations(tuple(rows), Phrase("local.steps"), listed=True)] if rows else []


def worth(d: Derivation, node: str, wrt: str) -> bool:
    """Active pairs; in a recurrence only functions of one symbol, the rest is linear and says nothing new."""
    if wrt not in d.backward.adjoints or d.graph.symbol[wrt].classes is not None:
        return False
    if (node != d.of and node not in d.backward.adjoints) or node == wrt:
        return False  # a state by its own past has no timeless form
    e = d.graph.definition[node]
    shifts = [s.symbol.shift for s in symbols(e) if s.symbol and s.symbol.name == wrt]
    if lower(e, d.convention.letters) is None or len(shifts) > 1:
        return False
    return not d.graph.time or (e.op.scalar is not None and e.args[0].symbol is not None)


def scalar_edges(d: Derivation, pairs: list[tuple[str, str]]) -> Equations:
    rows = []
    for node, wrt in pairs:
        j = jacobian_formula(d, node, d.graph.symbol[wrt])
        if j is not None:
            left = no.Partial(printed(d, node), printed(d, wrt))
            rows.append(Equation(f"local.{node}.{wrt}", left, (j,), local=Local(node, wrt)))
    return Equations(tuple(rows), Phrase("local.edges"), listed=True)


def derivation_block(d: Derivation, node: str, wrt: str) -> list[Equations]:
    """Definition, derivative of each helper, Jacobian in entries, matrix form; nothing where it is 0."""
    found = derived(d, node, wrt)
    if found is None or not found[1][-1].result.terms:
        return []
    instance, steps = found
    key = Local(node, wrt)
    scope = local_names.of(d, key)
    base = entry_base(d, scope)
    rows = helper_rows(d, instance, scope, key, base) if len(instance.definitions) > 1 else []
    rows += equation_rows(d, scope, key)
    matrix = matrix_row(d, node, wrt, key)
    for step in (x for x in steps if x.raw.terms):
        rows.append(step_row(d, scope, key, len(rows), step, base))
        if step is steps[-1] and not matrix and len(step.at) + len(step.by) > 1:
            shape = tuple(i.size for i in (*step.at, *step.by))
            rows[-1] = replace(rows[-1], shape=shape)
    rows += primes(d, key, steps[-1], base)
    rows += matrix
    values = (("y", scope.node.own.tex), ("x", scope.wrt.own.tex))
    return [Equations(tuple(rows), Phrase("local.of", values), listed=True)]


def helper_rows(
    d: Derivation, instance: Instance, scope: local_names.LocalNames, key: Local, base: Base
) -> list[Equation]:
    """The definition, entry by entry."""
    rows = []
    for n, h in enumerate(instance.definitions):
        right = entries_formula(h.right, base, numbers=d.convention.numbers)
        left = indexed(scope.printed(h.tensor), h.at)
        rows.append(Equation(f"{key}.{n}", left, (right,), free=free(h.at), local=key))
    return rows


def step_row(
    d: Derivation, scope: local_names.LocalNames, key: Local, n: int, step: LocalStep, base: Base
) -> Equation:
    """The derivative of one helper, or of the node: differentiated, contracted, selectors named."""
    left = no.Partial(indexed(scope.printed(step.tensor), step.at), indexed(scope.tex, step.by))
    forms = (step.raw, step.result, with_selectors(d, step.result))
    sides = distinct([entries_formula(f, base, numbers=d.convention.numbers) for f in forms])
    return Equation(f"{key}.{n}", left, sides, free=free(step.at, step.by), local=key)


def matrix_row(d: Derivation, node: str, wrt: str, key: Local) -> list[Equation]:
    """The Jacobian as a matrix, where one says it."""
    matrix = None if d.graph.time else jacobian_formula(d, node, d.graph.symbol[wrt])
    if matrix is None or not rank(d, node) + rank(d, wrt):
        return []
    left = no.Partial(printed(d, node), printed(d, wrt))
    shape = jacobian_shape(d, node, wrt)
    return [Equation(f"{key}.matrix", left, (matrix,), shape, local=key)]


def primes(d: Derivation, key: Local, step: LocalStep, base: Base) -> list[Equation]:
    """f'(x) written out for every scalar function whose derivative has no shorter name."""
    rows = []
    named = dict.fromkeys(f for f in functions_in(step.result) if f.order)
    for fn in (f for f in named if not scalar_row(f.function).abstract):
        inner = en.inline(
            derivative_of(fn.function, fn.order), lambda a, fn=fn: fn.arg if a.tensor == "x" else None
        )
        x, slope = (entries_formula(e, base, numbers=d.convention.numbers) for e in (fn.arg, inner))
        left = no.Call(fn.function, (x,), fn.order)
        rows.append(Equation(f"{key}.{fn.function}.{fn.order}", left, (slope,),
                             free=free(en.free_indices(fn.arg)), local=key))  # fmt: skip
    return rows


def functions_in(e: Entries) -> Iterator[en.Fn]:
    """Every scalar function in an index expression."""
    for t in e.terms:
        for atom, _ in t.factors:
            if isinstance(atom, en.Fn):
                yield atom
                yield from functions_in(atom.arg)
            elif isinstance(atom, en.Group):
                yield from functions_in(atom.body)


def with_selectors(d: Derivation, e: Entries) -> Entries:
    """δ between axes of different size written as an entry of a named selector."""
    known = {}
    for c in d.constants:
        s = d.graph.definition[c]
        if s.op is not SELECTOR:
            continue
        known[s.attribute("rows"), s.attribute("columns"), s.attribute("start")] = d.graph.symbol[c]

    def change(a: en.Atom) -> en.Atom:
        if isinstance(a, Delta) and isinstance(a.left, Affine) and isinstance(a.right, Affine):
            for x, y in ((a.left, a.right), (a.right, a.left)):
                if x.plain and len(y.terms) == 1 and y.terms[0][1] == 1:
                    i = y.terms[0][0]
                    found = known.get((x.plain.size, i.size, y.offset))
                    if found is not None and x.plain.size != i.size:
                        return Elem(found, (x, en.position(i)))
        return a

    changed = en.map_atoms(e, change)
    return e if changed == e else changed


def derived(d: Derivation, node: str, wrt: str) -> tuple[Instance, tuple[LocalStep, ...]] | None:
    """The local derivation of a node by a symbol, time index dropped."""
    scope = local_names.of(d, Local(node, wrt))
    return node_derivative(scope.node, scope.definition, scope.wrt, d.convention.letters)


SECTIONS = (SectionRow("local", 50, local_section, of_large=False),)
