"""Local Jacobians on paper: derived entry by entry, on the edges of the graph, as products with sizes."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace
from itertools import pairwise

from symbackprop import entries as en
from symbackprop import local_names
from symbackprop import notation as no
from symbackprop.calculus import LocalStep
from symbackprop.compose import one_or, size_formula, times
from symbackprop.convention import NoMatrix, symbol_formula
from symbackprop.onpaper import Writer, notate, notate_entry
from symbackprop.derivation import Derivation, signal
from symbackprop.entries import Affine, Delta, Elem, Entries, Index
from symbackprop.equations import Instance
from symbackprop.expr import Expr, shifted, substitute, symbols, topological
from symbackprop.graph import TIME_SUM, used_names
from symbackprop.indexed import Base, entries_formula
from symbackprop.lowering import node_derivative
from symbackprop.notation import Formula, Name
from symbackprop.options import Options
from symbackprop.page import Block, Display, Equation, Equations, Paragraph, Phrase
from symbackprop.raising import raise_entries
from symbackprop.reference import derived as derivative_of
from symbackprop.reverse import contributions, cotangent_of
from symbackprop.sizes import Size

PATHS, LENGTH = 6, 16  # products are written out up to so many paths of so many factors


def rank(d: Derivation, name: str) -> int:
    return d.graph.symbol[name].rank


def real(d: Derivation, name: str) -> bool:
    s = d.graph.symbol[name].symbol
    return bool(s and not s.labels)


def printed(d: Derivation, name: str) -> Name:
    s = d.graph.symbol[name].symbol
    assert s
    return s.tex


# --- one Jacobian --------------------------------------------------------------------------------


def derived(d: Derivation, node: str, wrt: str) -> tuple[Instance, tuple[LocalStep, ...]] | None:
    """The local derivation of a node by a symbol, time index dropped."""
    scope = local_names.of(d, local_names.key(node, wrt))
    return node_derivative(scope.node, scope.definition, scope.wrt, d.convention.letters)


def jacobian_expr(d: Derivation, node: str, wrt: Expr) -> Expr | None:
    """∂node/∂wrt as a scalar, a vector (one of them is a scalar) or a matrix; None for higher ranks.

    `wrt` is a symbol of the node's definition, at its own time step.
    """
    if rank(d, node) > 1 or wrt.rank > 1:
        return None
    g = d.graph
    found = node_derivative(g.symbol[node], g.definition[node], wrt, d.convention.letters)
    if found is None:
        return None
    instance, steps = found
    step = steps[-1]
    known: dict[Hashable, Expr] = {}
    for h in instance.definitions[:-1]:
        raised = raise_entries(h.right, h.at, known)
        if raised is not None:
            known[h.tensor] = raised
    return raise_entries(step.result, (*step.at, *step.by), known)


def jacobian_formula(d: Derivation, node: str, wrt: Expr) -> Formula | None:
    """In numerator layout: rows belong to the node, columns to the variable."""
    e = jacobian_expr(d, node, wrt)
    if e is None:
        return None
    write = Writer(d.convention)
    try:
        if e.rank == 1:
            return write.row(e) if rank(d, node) == 0 else write.column(e)
        return write.natural(e)
    except NoMatrix:
        return None


def jacobian_size(d: Derivation, node: str, wrt: str) -> tuple[Formula, Formula]:
    def extent(name: str) -> Formula:
        shape = d.graph.symbol[name].shape
        return size_formula(shape[0]) if shape else no.ONE

    return extent(node), extent(wrt)


# --- edges of the picture ------------------------------------------------------------------------


def edges(d: Derivation, drawn: tuple[str, ...]) -> list[tuple[str, str, Formula | None]]:
    """(tail, head, local derivative) between drawn nodes; hidden ones are multiplied through."""
    found: dict[tuple[str, str], list[Formula | None]] = {}
    for head in drawn:
        if head in d.graph.definition and head not in d.constants:
            for tail, label in into(d, head, set(drawn)):
                found.setdefault((tail, head), []).append(label)
    out = []
    for (tail, head), labels in found.items():
        known = [f for f in labels if f is not None]
        out.append((tail, head, one_or(no.Plus, known) if known else None))
    return out


def into(d: Derivation, head: str, drawn: set[str]) -> Iterator[tuple[str, Formula | None]]:
    """Drawn tails that reach a head through hidden nodes only; an earlier time step is a tail of its own."""
    stack: list[tuple[str, tuple[Formula, ...]]] = [(head, ())]
    while stack:
        node, front = stack.pop()
        direct = use_labels(d, node) if node == head else {}
        for leaf in symbols(d.graph.definition[node]):
            s = leaf.symbol
            if s is None or s.name in d.constants:
                continue
            tail = f"{s.name}@{s.shift}" if s.shift else s.name
            j = jacobian_formula(d, node, leaf) if not s.labels else None
            if s.name in drawn:
                if j is not None:
                    yield tail, times([f for f in (*front, j) if not isinstance(f, no.Eye)] or [j])
                else:
                    yield tail, direct.get(tail) if node == head else None
            elif s.name in d.graph.definition and j is not None:
                stack.append((s.name, (*front, j)))


def use_labels(d: Derivation, head: str) -> dict[str, Formula]:
    """What each use of a symbol in a definition sends back, at the time step of the head."""
    g = d.graph
    out: dict[str, list[Formula]] = {}
    active = {n for n in g.symbol if real(d, n)}
    one = head == d.of and d.backward.seed.number == 1
    own = d.backward.seed if one else cotangent_of(g, head)
    named = {g.definition[c]: g.symbol[c] for c in d.constants}
    for name, use in contributions(g, head, own, active):
        value = use.value.args[0] if use.value.op is TIME_SUM else use.value
        value = shifted(substitute(value, named), use.shift)
        try:
            label = notate(value, d.convention)
        except NoMatrix:
            label = notate_entry(value, tuple(d.convention.letters[: value.rank]), d.convention)
        out.setdefault(f"{name}@{use.shift}" if use.shift else name, []).append(label)
    return {tail: one_or(no.Plus, labels) for tail, labels in out.items()}


# --- derivations entry by entry ------------------------------------------------------------------


def local_section(d: Derivation, o: Options) -> list[Block]:
    """Each kind of local Jacobian once, derived from the definition."""
    pairs = [
        (n, m)
        for n, e in d.graph.definition.items()
        for m in used_names(e)
        if n not in d.constants and m not in d.constants and worth(d, n, m)
    ]
    if pairs and all(rank(d, x) == 0 for p in pairs for x in p):
        return [scalar_edges(d, pairs)]
    blocks: list[Block] = [Paragraph(Phrase("local.timeless"))] if pairs and d.graph.time else []
    if any(rank(d, n) + rank(d, m) > 2 for n, m in pairs):
        blocks.append(Paragraph(Phrase("local.tensor")))
    seen: set[Hashable] = set()
    alike: list[Phrase] = []
    for node, wrt in pairs:
        kind = signature(d, node, wrt)
        if kind in seen:
            values = (("y", printed(d, node)), ("x", printed(d, wrt)))
            alike.append(Phrase("local.pair", values))
            continue
        seen.add(kind)
        found = derived(d, node, wrt)
        if found is not None and found[1][-1].result.terms:
            blocks += derivation_blocks(d, node, wrt, *found)
    if alike:
        said = tuple((f"x{n}", p) for n, p in enumerate(alike))
        blocks.append(Paragraph(Phrase("local.likewise", (("list", Phrase("list", said)),))))
    return [*blocks, *step_block(d)]


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
                left = no.Partial(
                    symbol_formula(own, d.convention), symbol_formula(s, d.convention)
                )
                rows.append(Equation(f"step.{n}.{s.name}{s.shift:+d}", left, (j,),
                                     jacobian_shape(d, n, s.name), recurrent=True,
                                     local=f"step:{n}|{s.name}|{s.shift}"))  # fmt: skip
    return [Equations(tuple(rows), Phrase("local.steps"))] if rows else []


def worth(d: Derivation, node: str, wrt: str) -> bool:
    """Active pairs; in a recurrence only functions of one symbol, the rest is linear and says nothing new."""
    if wrt not in d.backward.adjoints or not real(d, wrt):
        return False
    if node != d.of and node not in d.backward.adjoints:
        return False
    e = d.graph.definition[node]
    shifts = [s.symbol.shift for s in symbols(e) if s.symbol and s.symbol.name == wrt]
    if any(x.op is TIME_SUM for x in topological(e)) or len(shifts) > 1:
        return False
    return not d.graph.time or (e.op.scalar is not None and e.args[0].symbol is not None)


def signature(d: Derivation, node: str, wrt: str) -> Hashable:
    """Equal for definitions that differ only in names and sizes."""
    keys: dict[Expr, Hashable] = {}
    for e in topological(d.graph.definition[node]):
        s = e.symbol
        if s:
            keys[e] = (s.name == wrt, e.rank, bool(s.labels))
        else:
            keys[e] = (e.op.name, tuple(keys[a] for a in e.args), e.op.scalar and e.op.name)
    return keys[d.graph.definition[node]]


def scalar_edges(d: Derivation, pairs: list[tuple[str, str]]) -> Equations:
    rows = []
    for node, wrt in pairs:
        j = jacobian_formula(d, node, d.graph.symbol[wrt])
        if j is not None:
            left = no.Partial(printed(d, node), printed(d, wrt))
            rows.append(
                Equation(f"local.{node}.{wrt}", left, (j,), local=local_names.key(node, wrt))
            )
    return Equations(tuple(rows), Phrase("local.edges"))


def derivation_blocks(
    d: Derivation, node: str, wrt: str, instance: Instance, steps: tuple[LocalStep, ...]
) -> list[Block]:
    """Definition, derivative of each helper, Jacobian in entries, matrix form."""
    key = local_names.key(node, wrt)
    scope = local_names.of(d, key)
    base = entry_base(d, scope)
    rows: list[Equation] = []
    if len(instance.definitions) > 1:
        for h in instance.definitions:
            left = indexed(scope.printed(h.tensor), h.at)
            rows.append(
                Equation(
                    f"{key}.{len(rows)}",
                    left,
                    (entries_formula(h.right, base),),
                    free=free(h.at),
                    local=key,
                )
            )
    for step in steps:
        if not step.raw.terms:
            continue
        left = no.Partial(indexed(scope.printed(step.tensor), step.at), indexed(scope.tex, step.by))
        sides = [entries_formula(step.raw, base), entries_formula(step.result, base)]
        chosen = with_selectors(d, step.result)
        if chosen is not step.result:
            sides.append(entries_formula(chosen, base))
        last = step is steps[-1] and len(step.at) + len(step.by) > 2
        shape = tuple(i.size for i in (*step.at, *step.by)) if last else None
        rows.append(
            Equation(
                f"{key}.{len(rows)}",
                left,
                tuple(dict.fromkeys(sides)),
                shape,
                free=free(step.at, step.by),
                local=key,
            )
        )
    rows += primes(key, steps[-1], base)
    matrix = jacobian_formula(d, node, d.graph.symbol[wrt]) if not d.graph.time else None
    if matrix is not None and rank(d, node) + rank(d, wrt):
        m, n = jacobian_shape(d, node, wrt)
        rows.append(
            Equation(
                f"{key}.matrix",
                no.Partial(printed(d, node), printed(d, wrt)),
                (matrix,),
                (m, n),
                local=key,
            )
        )
    values = (("y", symbol_name(scope.node)), ("x", symbol_name(scope.wrt)))
    return [Equations(tuple(rows), Phrase("local.of", values))]


def primes(key: str, step: LocalStep, base: Base) -> list[Equation]:
    """f'(x) written out for every scalar function whose derivative has no shorter name."""
    rows = []
    for fn in dict.fromkeys(f for f in functions_in(step.result) if f.order):
        inner = en.inline(
            derivative_of(fn.function, fn.order),
            lambda a, fn=fn: fn.arg if a.tensor == "x" else None,
        )
        left = no.Call(fn.function, (entries_formula(fn.arg, base),), fn.order)
        rows.append(Equation(f"{key}.{fn.function}.{fn.order}", left, (entries_formula(inner, base),),
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


def jacobian_shape(d: Derivation, node: str, wrt: str) -> tuple[Size, Size]:
    one = Size((((), 1),))
    a, b = d.graph.symbol[node].shape, d.graph.symbol[wrt].shape
    return (a[0] if a else one), (b[0] if b else one)


def symbol_name(e: Expr) -> Formula:
    assert e.symbol
    return e.symbol.tex


def indexed(name: Formula, at: tuple[Index, ...]) -> Formula:
    return no.At(name, tuple(Name(i.name) for i in at)) if at else name


def free(*groups: tuple[Index, ...]) -> tuple[tuple[str, Size], ...]:
    return tuple((i.name, i.size) for g in groups for i in g)


def entry_base(d: Derivation, scope: local_names.Local) -> Base:
    """Entries of the definition's symbols and helpers, as they print in its scope."""

    def base(tensor: Hashable, at: tuple[Formula, ...]) -> Formula:
        if isinstance(tensor, Expr) and tensor.symbol:
            f = symbol_formula(tensor.symbol, d.convention)
            if isinstance(f, no.At):
                return no.At(f.base, (*f.indices, *at))
        else:
            f = scope.printed(tensor)
        return no.At(f, at) if at else f

    return base


def with_selectors(d: Derivation, e: Entries) -> Entries:
    """δ between axes of different size written as an entry of a named selector."""
    known = {}
    for c in d.constants:
        s = d.graph.definition[c]
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


# --- products ------------------------------------------------------------------------------------


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
    for x in o.products if o.products is not None else d.wrt:
        found = paths(d, x) if rank(d, x) <= 1 else None
        if not found or any(rank(d, n) > 1 for p in found for n in p) or max(map(len, found)) < 3:
            continue
        blocks += product_blocks(d, x, found)
    return blocks


def product_blocks(d: Derivation, x: str, found: list[tuple[str, ...]]) -> list[Block]:
    scalars = all(rank(d, n) == 0 for p in found for n in p)
    symbolic, explicit = [], []
    for p in found:
        links = list(pairwise(p))
        parts = [no.Partial(printed(d, a), printed(d, b)) for a, b in links]
        sized = [
            f if scalars else no.Sized(f, jacobian_size(d, a, b))
            for f, (a, b) in zip(parts, links, strict=True)
        ]
        jacobians = [jacobian_formula(d, a, d.graph.symbol[b]) for a, b in links]
        if any(j is None for j in jacobians):
            return []
        symbolic.append(one_or(no.Times, sized))
        factors = [j for j in jacobians if j is not None and not (scalars and j == no.ONE)] or [
            no.ONE
        ]
        # scalars keep one bracket per edge, so that each factor can be found in the graph
        explicit.append(one_or(no.Times, factors) if scalars else times(factors))
    left = no.Partial(d.convention.of, printed(d, x))
    sides = [one_or(no.Plus, symbolic), one_or(no.Plus, explicit)]
    if len(found) > 1 and (d.of, x) in [p[:2] for p in found]:
        sides = sides[
            1:
        ]  # ∂of/∂x would stand for the whole derivative and for the direct part of it
    shape = jacobian_shape(d, d.of, x)
    intro = Phrase("product.of", (("x", printed(d, x)), ("of", d.convention.of), ("n", len(found))))
    if len(found) > 1:
        intro = replace(intro, key="product.paths")
    size = None if scalars else shape
    rows = [Equation(f"product.{x}", left, tuple(dict.fromkeys(sides)), size, local="*")]
    if not scalars and shape[1] != Size((((), 1),)):
        turned = no.Transpose(left) if d.convention.vectors == "column" else left
        own = d.graph.symbol[x].shape
        rows.append(Equation(f"product.{x}.gradient", no.Nabla(d.convention.of, printed(d, x)), (turned,),
                             own, local="*"))  # fmt: skip
    blocks: list[Block] = [Equations(tuple(rows), intro)]
    if len(found) == 1 and not scalars:
        links = pairwise(found[0])
        sizes = tuple(jacobian_size(d, a, b) for a, b in links)
        blocks.append(Display(sizes, tuple(size_formula(s) for s in shape)))
    return blocks


# --- why the transpose ---------------------------------------------------------------------------


def why_section(d: Derivation, o: Options) -> list[Block]:
    """∂L/∂W_ij = Σ_k δ_k ∂o_k/∂W_ij = δ_i x_j, one line for each kind of gradient."""
    rows: list[Equation] = []
    seen: set[Hashable] = set()
    alike: list[Formula] = []
    for x in d.wrt:
        a = d.backward.adjoints.get(x)
        if a is None or len(a.uses) != 1 or a.symbol.rank == 0 or a.symbol.symbol is None:
            continue
        consumer = a.uses[0].consumer
        if consumer == d.of and d.backward.seed.number == 1:
            continue
        kind = signature(d, consumer, x)
        if kind in seen:
            alike.append(printed(d, x))
            continue
        row = why_row(d, x, consumer)
        if row:
            seen.add(kind)
            rows += [row, *so(d, x)]
    blocks: list[Block] = [Equations(tuple(rows), Phrase("why.intro"))] if rows else []
    if alike and blocks:
        said = Phrase("list", tuple((f"x{n}", f) for n, f in enumerate(alike)))
        blocks.append(Paragraph(Phrase("why.likewise", (("list", said),))))
    return blocks


def so(d: Derivation, x: str) -> list[Equation]:
    """The matrix form the entries add up to."""
    a = d.backward.adjoints[x]
    try:
        form = notate(a.value, d.convention)
    except NoMatrix:
        return []
    s = a.symbol.symbol
    assert s
    left = signal(d, x)
    if not d.graph.time and not d.graph.symbol[d.of].shape:
        left = no.Nabla(d.convention.of, printed(d, x))
    return [Equation(f"why.{x}.so", left, (form,), a.symbol.shape, recurrent=bool(s.time))]


def why_row(d: Derivation, x: str, consumer: str) -> Equation | None:
    found = node_derivative(
        d.graph.symbol[consumer],
        d.graph.definition[consumer],
        d.graph.symbol[x],
        d.convention.letters,
    )
    if found is None or len(found[0].definitions) > 1:
        return None
    step = found[1][-1]
    cotangent = cotangent_of(d.graph, consumer)
    product = en.multiply(en.elem(cotangent, *step.at), step.result)
    summed = Entries(
        tuple(en.Term(t.coefficient, t.factors, (*step.at, *t.bound)) for t in product.terms)
    )
    scope = local_names.Local(
        d.graph.symbol[consumer],
        d.graph.definition[consumer],
        d.graph.symbol[x],
        (),
        d.convention.letters,
    )
    base = entry_base(d, scope)
    partial = no.Partial(indexed(printed(d, consumer), step.at), indexed(printed(d, x), step.by))
    sides: list[Formula] = [entries_formula(e, base) for e in (summed, en.contract(summed))]
    a, time = d.graph.symbol[x], d.graph.time
    sequence = bool(a.symbol and a.symbol.time)
    if time and not sequence and cotangent.symbol and cotangent.symbol.time:
        sides = [no.Sum(Name(time.name), no.ONE, size_formula(time.length), f) for f in sides]
    local = ""
    if not time and not d.graph.symbol[d.of].shape:
        left: Formula = no.Partial(d.convention.of, indexed(printed(d, x), step.by))
        chain = base(cotangent, tuple(Name(i.name) for i in step.at))
        with_jacobian: Formula = times([chain, partial])
        for i in reversed(step.at):
            with_jacobian = no.Sum(Name(i.name), no.ONE, size_formula(i.size), with_jacobian)
        sides.insert(0, with_jacobian)
        local = local_names.key(consumer, x)
    else:
        f = signal(d, x)
        left = (
            no.At(f.base, (*f.indices, *letters(step)))
            if isinstance(f, no.At)
            else no.At(f, letters(step))
        )
    return Equation(
        f"why.{x}",
        left,
        tuple(dict.fromkeys(sides)),
        free=free(step.by),
        recurrent=sequence,
        local=local,
    )


def letters(step: LocalStep) -> tuple[Formula, ...]:
    return tuple(Name(i.name) for i in step.by)
