"""Products of Jacobians with their sizes, and why a gradient has its transpose or its sum."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace
from itertools import pairwise

from symbackprop import entries as en
from symbackprop.backward.accumulation import node_derivative
from symbackprop.derivation import local_names
from symbackprop.derivation.derivation import Derivation, signal
from symbackprop.derivation.equation import Equation, Phrase, distinct, printed
from symbackprop.derivation.node_jacobians import (
    entry_base, free, indexed, jacobian_formula, jacobian_shape, jacobian_size, rank, signature,
)  # fmt: skip
from symbackprop.derivation.scopes import CHAIN, PAGE, Local
from symbackprop.entries import Entries
from symbackprop.entries.contraction import contract
from symbackprop.entries.differentiation import LocalStep
from symbackprop.entries.unification import in_letters, reletter
from symbackprop.formula import tree as no
from symbackprop.formula.composing import one_or, size_formula, times
from symbackprop.formula.tree import Formula
from symbackprop.graph.graph import used_names
from symbackprop.matrices.lowering import lower
from symbackprop.notation.entry_formulas import Base, entries_formula, letters_of, sum_over
from symbackprop.notation.expression_formulas import notated
from symbackprop.page.layer_sentences import kept_layers
from symbackprop.page.families.collapsing import like_the_first
from symbackprop.page.page import Block, Equations, Options, Paragraph
from symbackprop.page.section_row import SectionRow

PATHS, LENGTH = 6, 16  # products are written out up to so many paths of so many factors
SHARED = 4  # nodes of a path beyond which a second product that begins like another is cut short
READ = 8  # nodes of a path whose product is read where nobody asked for it


def paths(d: Derivation, wrt: str) -> list[tuple[str, ...]] | None:
    """Every chain of nodes from the output down to a variable; None where they are too many or too long."""
    below: dict[str, bool] = {wrt: True}
    for n, e in d.graph.definition.items():
        below[n] = any(below.get(m, False) for m in used_names(e))
    out: list[tuple[str, ...]] = []
    stack: list[tuple[str, ...]] = [(d.of,)]
    while stack:
        chain = stack.pop()
        if len(chain) > LENGTH:
            return None
        if chain[-1] == wrt:
            out.append(chain)
            if len(out) > PATHS:
                return None
            continue
        if chain[-1] in d.graph.definition:
            nexts = [m for m in used_names(d.graph.definition[chain[-1]]) if below.get(m)]
            stack += [(*chain, m) for m in reversed(nexts)]
    return out


def product_section(d: Derivation, o: Options) -> list[Block]:
    """∂of/∂x as a product of Jacobians with their sizes, summed over all paths."""
    if d.graph.time or d.graph.symbol[d.of].shape:
        return []
    blocks: list[Block] = []
    asked = d.wrt if o.products is None else o.products
    every = {x: paths(d, x) if rank(d, x) <= 1 else None for x in asked}
    said: list[tuple[str, tuple[str, ...]]] = []
    for x, found in every.items():
        if o.products is None and begins_another(found, every.values()):
            continue
        if not found or any(rank(d, n) > 1 for p in found for n in p) or max(map(len, found)) < 3:
            continue
        if o.usual and o.products is None and max(map(len, found)) > READ:
            continue
        only = found[0] if len(found) == 1 else ()
        before = next(
            (y for y, path in said if len(only) > SHARED and path[: len(only) - 1] == only[:-1]), ""
        )
        made = shared_block(d, x, before, only) if before else product_blocks(d, x, found)
        said += [(x, only)] if made else []
        blocks += made
    return blocks


def shared_block(d: Derivation, x: str, before: str, path: tuple[str, ...]) -> list[Block]:
    """The product of a path that leaves another one at its last node: what is known there, times one more."""
    last = product_of(d, path[-2:], scalars=False)
    if last is None:
        return []
    node = path[-2]
    left, known = (no.Partial(d.convention.of, printed(d, n)) for n in (x, node))
    sized = no.Sized(known, jacobian_size(d, d.of, node))
    sides = [
        no.Times(tuple(d.convention.chained((first, f))))
        for first, f in zip((sized, known), last, strict=True)
    ]
    shape = jacobian_shape(d, d.of, x)
    row = Equation(f"product.{x}", left, distinct(sides), shape, local=CHAIN)
    values = (("x", printed(d, x)), ("y", printed(d, before)), ("node", printed(d, node)))
    rows = (row, gradient_row(d, x, left)) if d.graph.symbol[x].rank else (row,)
    return [Equations(rows, Phrase("product.shared", values), listed=True)]


def begins_another(
    found: list[tuple[str, ...]] | None, every: Iterable[list[tuple[str, ...]] | None]
) -> bool:
    """Whether the only path of a variable leaves that of another, which begins with the same factors."""
    if not found or len(found) > 1:
        return False
    nodes = found[0][:-1]
    only = (other[0] for other in every if other and len(other) == 1)
    return any(len(path) > len(nodes) + 1 and path[: len(nodes)] == nodes for path in only)


def product_blocks(d: Derivation, x: str, found: list[tuple[str, ...]]) -> list[Block]:
    """The product, or the sum of products, with its sizes; nothing where a factor has no matrix."""
    scalars = all(rank(d, n) == 0 for p in found for n in p)
    written = [both for p in found if (both := product_of(d, p, scalars))]
    if len(written) < len(found):
        return []
    symbolic, explicit = zip(*written, strict=True)
    left = no.Partial(d.convention.of, printed(d, x))
    sides = [one_or(no.Plus, symbolic), one_or(no.Plus, explicit)]
    direct = {p[1] for p in found}
    if (x in direct and len(found) > 1) or any(n in direct for p in found for n in p[2:]):
        del sides[0]  # ∂of/∂n would stand for the whole derivative and for the direct part of it
    shape = jacobian_shape(d, d.of, x)
    intro = Phrase("product.of", (("x", printed(d, x)), ("of", d.convention.of), ("n", len(found))))
    if len(found) > 1:
        intro = replace(intro, key="product.paths")
    size = None if scalars else shape
    rows = [Equation(f"product.{x}", left, distinct(sides), size, local=CHAIN)]
    if not scalars and d.graph.symbol[x].rank:
        rows.append(gradient_row(d, x, left))
    blocks: list[Block] = [Equations(tuple(rows), intro)]
    return blocks


def product_of(d: Derivation, path: tuple[str, ...], scalars: bool) -> tuple[Formula, Formula] | None:
    """The product along a path, of ∂'s with their sizes and of Jacobians; None where one has no matrix."""
    links = list(pairwise(path))
    jacobians = [jacobian_formula(d, a, d.graph.symbol[b]) for a, b in links]
    known = [j for j in jacobians if j is not None]
    if len(known) < len(jacobians):
        return None
    parts = [no.Partial(printed(d, a), printed(d, b)) for a, b in links]
    chained = d.convention.chained
    if scalars:  # one bracket per edge, so that each factor can be found in the graph
        factors = chained([j for j in known if j != no.ONE] or [no.ONE])
        return one_or(no.Times, chained(parts)), one_or(no.Times, factors)
    sized = [no.Sized(f, jacobian_size(d, a, b)) for f, (a, b) in zip(parts, links, strict=True)]
    return one_or(no.Times, chained(sized)), times(chained(known))


def gradient_row(d: Derivation, x: str, left: no.Partial) -> Equation:
    """∇ in the shape of the variable, which the derivative may have to be transposed for."""
    column = d.convention.layout == "denominator"  # else the derivative by a vector is a row
    same = column == (d.convention.vectors == "column")
    turned = left if same else no.Transpose(left)
    nabla = no.Nabla(d.convention.of, printed(d, x))
    return Equation(f"product.{x}.gradient", nabla, (turned,), d.graph.symbol[x].shape, local=CHAIN)


def why_section(d: Derivation, o: Options) -> list[Block]:
    """∂L/∂W_ij = Σ_k δ_k ∂o_k/∂W_ij = δ_i x_j, one line for each kind of gradient; a usual page has one."""
    kinds = kinds_of_gradients(d, o)
    alike: list[Formula] = []
    if o.usual and kinds:
        first = next((same for same in kinds if rank(d, same[0]) > 1), kinds[0])
        alike = [printed(d, x) for same in kinds if same is not first for x in same]
        kinds = [first]
    rows: list[Equation] = []
    for same in kinds:
        made = {
            x: (row, *so(d, x))
            for x in same
            if (row := why_row(d, x, d.backward.adjoints[x].uses[0].consumer))
        }
        shown = like_the_first(d, list(made.values()))
        rows += [eq for k, said in enumerate(made.values()) if k in shown for eq in said]
        alike = [*(printed(d, x) for k, x in enumerate(made) if k not in shown), *alike]
    blocks: list[Block] = [Equations(tuple(rows), Phrase("why.intro"))] if rows else []
    if alike and blocks:
        said = Phrase("list", tuple((f"x{n}", f) for n, f in enumerate(alike)))
        blocks.append(Paragraph(Phrase("why.likewise", (("list", said),))))
    return blocks


def kinds_of_gradients(d: Derivation, o: Options) -> list[list[str]]:
    """The variables with one reader, whose gradient the chain rule says in one line; each kind together."""
    kinds: dict[Hashable, list[str]] = {}
    kept = kept_layers(d, o)
    whole = kept.whole
    for x in d.wrt:
        a = d.backward.adjoints.get(x)
        if a is None or len(a.uses) != 1 or a.symbol.rank == 0 or a.symbol.symbol is None:
            continue
        consumer = a.uses[0].consumer
        if consumer not in d.graph.definition or a.uses[0].at is not None:
            continue  # an initial state, or a single step read from outside time
        if consumer in whole or (consumer == d.of and d.backward.seed.number == 1):
            continue
        if a.symbol.rank > 2:  # entries of a stack or an image tell nobody anything
            continue
        kinds.setdefault(signature(d, consumer, x), []).append(x)
    return list(kinds.values())


def so(d: Derivation, x: str) -> list[Equation]:
    """The matrix form the entries add up to."""
    a = d.backward.adjoints[x]
    form = notated(a.value, d.convention)
    if form is None:
        return []
    s = a.symbol.own
    left = signal(d, x)
    if not d.graph.time and not d.graph.symbol[d.of].shape:
        left = no.Nabla(d.convention.of, printed(d, x))
    return [Equation(f"why.{x}.so", left, (form,), a.symbol.shape, recurrent=bool(s.time))]


def why_row(d: Derivation, x: str, consumer: str) -> Equation | None:
    """One index line: why the transpose, the sum over the batch, the outer product."""
    g, pool = d.graph, d.convention.letters
    found = node_derivative(g.symbol[consumer], g.definition[consumer], g.symbol[x], pool)
    if found is None or len(found[0].definitions) > 1:
        return None
    step = found[1][-1]
    cotangent = d.backward.signals[consumer]
    product = en.multiply(en.elem(cotangent, *step.at), step.result)
    summed = Entries(tuple(en.Term(t.coefficient, t.factors, (*step.at, *t.bound)) for t in product.terms))
    base = entry_base(
        d, local_names.LocalNames(g.symbol[consumer], g.definition[consumer], g.symbol[x], (), pool)
    )
    sides: list[Formula] = [
        entries_formula(in_letters(e, pool), base, numbers=d.convention.numbers)
        for e in (summed, contract(summed))
    ]
    a, time = g.symbol[x], g.time
    sides += [entries_formula(e, base, numbers=d.convention.numbers) for e in ending(d, x, step)]
    sequence = bool(a.symbol and a.symbol.time)
    if time and not sequence and cotangent.symbol and cotangent.symbol.time:
        sides = [no.Sum(time.letter, no.ONE, size_formula(time.length), f) for f in sides]
    chained = not time and not g.symbol[d.of].shape
    if chained:
        sides.insert(0, by_the_chain_rule(d, x, consumer, step, base))
        left: Formula = no.Partial(d.convention.of, indexed(printed(d, x), step.by))
    else:
        f = signal(d, x)
        known, own = (f.base, f.indices) if isinstance(f, no.At) else (f, ())
        left = no.At(known, (*own, *letters_of(step.by)))
    local = Local(consumer, x) if chained else PAGE
    return Equation(f"why.{x}", left, distinct(sides), free=free(step.by), recurrent=sequence, local=local)


def ending(d: Derivation, x: str, step: LocalStep) -> list[Entries]:
    """The gradient in the letters of its line, where no matrix says it: summed over a window at last."""
    value, pool = d.backward.adjoints[x].value, d.convention.letters
    low = None if notated(value, d.convention) else lower(value, pool)
    if low is None or low.helpers:
        return []
    names = {i.name: k.name for i, k in zip(low.at, step.by, strict=True)}
    bound = [i for t in low.right.terms for i in t.bound]
    for i in bound:  # what is summed as before keeps its letter
        same = next((k.name for k in step.at if k.size == i.size and k.name not in names.values()), None)
        names |= {i.name: same} if same and i.name not in names else {}
    used = {*names.values(), *(k.name for k in (*step.at, *step.by))}
    spare = iter([c for c in pool if c not in used])
    names |= {i.name: next(spare) for i in dict.fromkeys(bound) if i.name not in names}
    return [reletter(low.right, names)]


def by_the_chain_rule(d: Derivation, x: str, consumer: str, step: LocalStep, base: Base) -> Formula:
    """Σ δy_i ∂y_i/∂x_j."""
    partial = no.Partial(indexed(printed(d, consumer), step.at), indexed(printed(d, x), step.by))
    entry = base(d.backward.signals[consumer], letters_of(step.at))
    return sum_over(step.at, times([entry, partial]))


SECTIONS = (
    SectionRow("product", 60, product_section, of_large=False),
    SectionRow("why", 100, why_section, of_large=False),
)
