"""Both passes side by side, a row for every node: what it is, its size, its error signal, and why."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from symbackprop.derivation.derivation import Derivation, signal
from symbackprop.derivation.equation import Equation, Phrase
from symbackprop.derivation.whole_layers import WholeLayers
from symbackprop.page.forward_section import conventions, forward_rows
from symbackprop.page.gradient_section import delta_rows, notes_of
from symbackprop.page.layer_sentences import kept_layers, layer_phrases, layer_reason
from symbackprop.page.page import Block, Ledger, LedgerRow, Notation, Options, Paragraph
from symbackprop.page.reasons import counted, reason
from symbackprop.page.section_row import SectionRow
from symbackprop.page.terms_section import braced


def ledger_section(d: Derivation, o: Options) -> list[Block]:
    """The ledger, and what a reader must know of the notation and of the ends of a recurrence."""
    kept = kept_layers(d, o)
    shown = [n for n in d.graph.definition if n not in d.constants and n not in kept.hidden]
    rows = [row for n in shown for row in node_rows(d, n, kept, o)]
    ends = notes_of(d, [n for n in shown if n in d.backward.adjoints])
    notes = [*map(Paragraph, layer_phrases(d, kept)), Notation(tuple(conventions(d, kept, o)))]
    return [Ledger(tuple(rows), Phrase("ledger.intro")), *ends, *notes]


def node_rows(d: Derivation, n: str, kept: WholeLayers, o: Options) -> list[LedgerRow]:
    """The rows of a node; what it starts from stands above it, its last step below: that side is read up."""
    *start, always = forward_rows(d, n, kept)
    before, same, after = signals_of(d, n, kept)
    below = "terms" in (o.sections or ()) and n in d.backward.adjoints and braced(d, n, kept)
    if below:
        same = counted("ledger.terms", len(below.through), delta=signal(d, n))
    said = isinstance(same, Equation) and not kept.normalised(n)  # a sentence says what a normalisation does
    why = (layer_reason(kept, n) or reason(d, n)) if said else None
    above = [LedgerRow(f, b, reason(d, n, "first") if b else None) for f, b in zip_longest(start, before)]
    return [*above, LedgerRow(always, same, why), *(LedgerRow(None, b, reason(d, n, "last")) for b in after)]


def signals_of(
    d: Derivation, n: str, kept: WholeLayers
) -> tuple[Sequence[Equation], Equation | Phrase | None, Sequence[Equation]]:
    """The error signal of a node at step 0, at any step, and at the last one."""
    if n not in d.backward.adjoints:
        given = n == d.of and d.backward.seed.symbol is not None
        return (), Phrase("ledger.given", (("delta", signal(d, n)),)) if given else None, ()
    if any(x.y is d.graph.symbol[n] and x.name != n for x in kept.normalisations.values()):
        return (), None, ()  # what comes back through it is said of what is normalised
    rows = {eq.key: eq for eq in delta_rows(d, n, [kept.forms(n)[-1]])}
    always = rows.pop(f"delta.{n}")
    last = [eq for key, eq in rows.items() if key.endswith(".last")]
    return [eq for eq in rows.values() if eq not in last], always, last


SECTIONS = (SectionRow("ledger", 10, ledger_section, brief=True),)
