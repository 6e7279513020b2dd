"""The page of a derivation: which equations, in which order, with which justification.

The ledger of both passes with sizes, the symbols, the graph, each local Jacobian derived, the product of
Jacobians, the gradients, why each has its transpose or sum, a trace with numbers. A section is one file
of this folder whose name ends with `_section`, found by that name, and its heading in the catalogues.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import get_args

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Phrase
from symbackprop.errors import SheetError
from symbackprop.page.families.collapsing import with_families
from symbackprop.page.page import Detail, Options, Page, Section
from symbackprop.page.section_row import SectionRow
from symbackprop.page.sign_sentences import with_notation

FILES = sorted(m.name for m in iter_modules([str(Path(__file__).parent)]) if m.name.endswith("_section"))
MADE: list[SectionRow] = [p for name in FILES for p in import_module(f"symbackprop.page.{name}").SECTIONS]
SECTIONS: Mapping[str, SectionRow] = {p.key: p for p in sorted(MADE, key=lambda p: p.place)}
LARGE = 60  # nodes; above it the picture, the local derivations and the products are left out


def outline(d: Derivation, options: Options | None = None) -> Page:
    """The page of a derivation. Errors: `SheetError` for an unknown part or node."""
    o = options or Options()
    parts = usual_parts(o.detail) if o.sections is None else o.sections
    for p in parts:
        if p not in SECTIONS:
            said = ", ".join(SECTIONS)
            raise SheetError(f"no part `{p}`", where="sections", hint=f"Parts: {said}")
    for n in (*o.unfold, *(o.show or ()), *o.hessian, *(o.products or ()), *(o.local or ())):
        if n not in d.graph.symbol:
            raise SheetError(f"no symbol `{n}`", where="sheet", hint=f"Symbols: {', '.join(d.graph.symbol)}")
    large = len(d.graph.definition) > LARGE
    rows = [SECTIONS[key] for key in parts if not large or SECTIONS[key].of_large]
    o = replace(o, sections=tuple(p.key for p in rows), usual=o.sections is None)
    made: list[Section] = []
    for p in rows:
        if blocks := p.build(d, o):
            title = Phrase(f"section.{p.key}") if p.titled else None
            made.append(Section(p.key, title, tuple(blocks), p.run_in and bool(title)))
    return Page(tuple(with_notation(d, with_families(d, made))), tuple(sorted(d.functions.items())), o.at)


def usual_parts(detail: Detail) -> tuple[str, ...]:
    """The parts of a page that nobody chose. Errors: `SheetError` for another detail."""
    if detail not in get_args(Detail):
        raise SheetError(
            f"no detail `{detail}`", where="detail", hint=f"Details: {', '.join(get_args(Detail))}"
        )
    return tuple(k for k, s in SECTIONS.items() if s.usual and (s.brief or detail == "full"))
