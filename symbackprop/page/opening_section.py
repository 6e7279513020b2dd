"""What a page starts from: the symbols with their meanings and sizes, and the graph as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Phrase, distinct, name_of, printed, symbol_of
from symbackprop.formula import tree as no
from symbackprop.formula.composing import size_formula
from symbackprop.formula.tree import Formula
from symbackprop.page.layer_sentences import kept_layers
from symbackprop.page.page import Block, Options, Paragraph
from symbackprop.page.section_row import SectionRow
from symbackprop.page.roles import Roles
from symbackprop.sizes import Shape


MEANINGS = {
    "parameter":    "meaning.parameter",
    "input":        "meaning.input",
    "variable":     "meaning.variable",
    "given":        "meaning.given",
    "sequence":     "meaning.sequence",
    "label":        "meaning.label",
    "index":        "meaning.index",
    "onehot":       "meaning.onehot",
    "distribution": "meaning.distribution",
    "node":         "meaning.node",
    "position":     "meaning.position",
    "output":       "meaning.output",
    "selector":     "meaning.selector",
    "unit":         "meaning.unit",
    "target":       "meaning.target",
    "mask":         "meaning.mask",
    "state":        "meaning.state",
}  # fmt: skip


SIZED = {"ledger", "forward"}  # parts that say the sizes of nodes
SELECTING = {"ledger", "delta", "local"}  # parts in which selectors stand


def size_cells(d: Derivation, shape: Shape) -> tuple[Formula, ...]:
    """Rows and columns on paper: a vector is n×1 or 1×n by the convention."""
    if len(shape) == 1:
        n = size_formula(shape[0])
        return (n, no.ONE) if d.convention.vectors == "column" else (no.ONE, n)
    return tuple(size_formula(s) for s in shape) or (no.ONE, no.ONE)


def meaning(d: Derivation, name: str, role: str) -> Phrase:
    """What a symbol is."""
    classes = symbol_of(d, name).labels
    if classes is None or role not in ("label", "index", "position"):
        return Phrase(MEANINGS[role])
    return Phrase(MEANINGS[role], (("n", size_formula(classes)),))


def symbols_section(d: Derivation, o: Options) -> list[Block]:
    """What the inputs are and their sizes; of nodes too where no part of the page says these beside them."""
    roles, shown = Roles(d), {*(o.sections or ())}
    kept = {*d.constants} | kept_layers(d, o).hidden
    nodes = () if shown & SIZED else (n for n in d.graph.definition if n not in kept)
    groups: dict[Phrase, dict[Shape, list[Formula]]] = {}
    for n in (*d.graph.inputs, *nodes, *(d.constants if shown & SELECTING else ())):
        by_shape = groups.setdefault(meaning(d, n, roles.of(n)), {})
        by_shape.setdefault(symbol_of(d, n).shape, []).append(name_of(d, n))
    said = [group(d, each, names) for each, names in groups.items()]
    whole = reduce(lambda first, x: Phrase("symbols.also", (("first", first), ("second", x))), said)
    return [Paragraph(Phrase("symbols.all", (("groups", whole),)))]


def group(d: Derivation, each: Phrase, names: Mapping[Shape, Sequence[Formula]]) -> Phrase:
    """What some symbols are, each size once behind its names; numbers have none."""
    parts: list[Phrase] = []
    for shape, same in names.items():
        said = listed(same)
        size = Phrase("size", tuple((f"s{k}", f) for k, f in enumerate(size_cells(d, shape))))
        parts.append(Phrase("symbols.sized", (("names", said), ("size", size))) if shape else said)
    return Phrase("symbols.group", (("meaning", each), ("names", listed(parts))))


def listed(values: Sequence[Formula | Phrase]) -> Phrase:
    return Phrase("list", tuple((f"x{k}", v) for k, v in enumerate(values)))


def meanings(d: Derivation) -> tuple[tuple[tuple[Formula, ...], Phrase, tuple[Formula, ...]], ...]:
    """What every symbol is: how it prints, at its time step and without it, its meaning, its size."""
    roles = Roles(d)
    return tuple(
        (
            distinct((name_of(d, n), printed(d, n))),
            meaning(d, n, roles.of(n)),
            size_cells(d, symbol_of(d, n).shape),
        )
        for n in d.graph.symbol
    )


SECTIONS = (SectionRow("symbols", 8, symbols_section, titled=False, brief=True),)
