"""What a page starts from: the symbols with their meanings and sizes, and the graph as a picture."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Phrase, name_of, symbol_of
from symbackprop.derivation.node_jacobians import edges
from symbackprop.formula import tree as no
from symbackprop.formula.composing import size_formula
from symbackprop.formula.tree import Formula
from symbackprop.graph.expr import Expr, topological
from symbackprop.notation.convention import symbol_formula
from symbackprop.page.page import Arrow, Block, Figure, Options, Table, Vertex
from symbackprop.sizes import Shape


# ops that take data first and then what is learned: filters, and a bias for each
FILTERING = frozenset(
    "conv1d conv2d group_conv1d group_conv2d conv_transpose1d conv_transpose2d".split()
)


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
    return Phrase("meaning.parameter" if name in parameters(d) else "meaning.input")


def parameters(d: Derivation) -> frozenset[str]:
    """Inputs that are weights, not data: matrices in a product, what is only added to it, filters.

    Of two matrices multiplied with each other those that are differentiated.
    """
    nodes = [n for e in d.graph.definition.values() for n in topological(e)]
    data = {n for n in d.graph.inputs if symbol_of(d, n).time or symbol_of(d, n).labels}
    inputs = {n for n in d.graph.inputs if n not in data}

    def matrix(e: Expr) -> bool:
        return bool(e.symbol) and e.rank == 2 and e.symbol.name in inputs  # type: ignore[union-attr]

    uses = Counter(a.symbol.name for n in nodes for a in n.args if a.symbol)
    learned = (a.symbol for n in nodes if n.op.name in FILTERING for a in n.args[1:])
    found = {s.name for s in learned if s} & inputs
    for node in nodes:
        if node.op.name == "matmul":
            both = all(map(matrix, node.args))
            names = {a.symbol.name for a in node.args if a.symbol and matrix(a)}
            found |= {n for n in names if n in d.wrt or not both}
    for node in nodes:
        products = [a for a in node.args if a.op.name in ("matmul", "add")]
        weighted = any(b.symbol and b.symbol.name in found for a in products for b in a.args)
        if node.op.name == "add" and products:
            names = {a.symbol.name for a in node.args if a.symbol} & inputs
            found |= {n for n in names if uses[n] == 1 and (n in d.wrt or weighted)}
    return frozenset(found)


def symbols_section(d: Derivation, o: Options) -> list[Block]:
    rows = []
    order = [
        *d.graph.inputs,
        *(n for n in d.graph.definition if n not in d.constants),
        *(d.constants if o.sections is None or {"delta", "local"} & set(o.sections) else ()),
    ]
    for n in order:
        s = symbol_of(d, n)
        sizes = size_cells(d, s.shape)
        shape: Formula | Phrase = Phrase("size", tuple((f"s{k}", f) for k, f in enumerate(sizes)))
        rows.append((name_of(d, n), meaning(d, n), shape))
    columns = tuple(Phrase(f"symbols.{c}") for c in ("name", "meaning", "shape"))
    return [Table(columns, tuple(rows))]


def graph_section(d: Derivation, o: Options) -> list[Block]:
    drawn = o.show or tuple(n for n in d.graph.symbol if n not in d.undrawn)
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
