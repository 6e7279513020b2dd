"""The page of a derivation: which equations, in which order, with which justification.

Forward equations with sizes, the graph, the symbols, each local Jacobian derived, the product of Jacobians,
the δ equations, the gradients, why each has its transpose or sum, a trace with numbers. A section is one file
with a function of this form, its line in `SECTIONS`, and its heading in the catalogues.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Phrase
from symbackprop.errors import SheetError
from symbackprop.page.chain_section import product_section, why_section
from symbackprop.page.forward_section import forward_section
from symbackprop.page.gradient_section import delta_section, gradients_section
from symbackprop.page.hessian_section import hessian_section
from symbackprop.page.local_section import local_section
from symbackprop.page.opening_section import graph_section, symbols_section
from symbackprop.page.page import Block, Options, Page, Section
from symbackprop.page.recurrence_section import bound_section, closed_section
from symbackprop.page.sign_sentences import with_notation
from symbackprop.page.trace_section import numbers_section, trace_section

Build: TypeAlias = Callable[[Derivation, Options], list[Block]]
# the sections in the order of a page, and whether a page of a large graph has them
SECTIONS: Mapping[str, tuple[Build, bool]] = {
    "forward": (forward_section, True),
    "symbols": (symbols_section, True),
    "numbers": (numbers_section, True),
    "graph": (graph_section, False),
    "local": (local_section, False),
    "product": (product_section, False),
    "delta": (delta_section, True),
    "gradients": (gradients_section, True),
    "closed": (closed_section, True),
    "why": (why_section, False),
    "trace": (trace_section, True),
    "hessian": (hessian_section, True),
    "bound": (bound_section, True),
}
LARGE = 60  # nodes; above it the picture, the local derivations and the products are left out


def outline(d: Derivation, options: Options | None = None) -> Page:
    """The page of a derivation. Errors: `SheetError` for an unknown part or node."""
    o = options or Options()
    parts = tuple(SECTIONS) if o.sections is None else o.sections
    for p in parts:
        if p not in SECTIONS:
            said = ", ".join(SECTIONS)
            raise SheetError(f"no part `{p}`", where="sections", hint=f"Parts: {said}")
    for n in (*o.unfold, *(o.show or ()), *o.hessian, *(o.products or ()), *(o.local or ())):
        if n not in d.graph.symbol:
            raise SheetError(f"no symbol `{n}`", where="sheet", hint=f"Symbols: {', '.join(d.graph.symbol)}")
    large = len(d.graph.definition) > LARGE
    made: list[Section] = []
    for p in parts:
        build, of_large = SECTIONS[p]
        if (not large or of_large) and (blocks := build(d, o)):
            made.append(Section(p, Phrase(f"section.{p}"), tuple(blocks)))
    return Page(tuple(with_notation(d, made)), tuple(sorted(d.functions.items())), o.at)
