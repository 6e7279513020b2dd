"""Plain text and typed LaTeX by tables of rules: the first character leaves out none that would take."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from symbackprop.answers.checking import bench
from symbackprop.answers.typed.aliases import aliases
from symbackprop.answers.typed.answer_reader import Reader
from symbackprop.dialects.latex.token_rewriting import Rewrite
from symbackprop.dialects.latex.typed_latex import RULES as TYPESET, Rule, rules_for as for_token
from symbackprop.dialects.plain import spellings
from symbackprop.dialects.plain.plain_rules import RULES as PLAIN, rules_for as for_character
from symbackprop.dialects.plain.plain_scanner import Rules, Scan
from symbackprop.dialects.plain.plain_signs import SIGNS, SUBS, SUPS
from symbackprop.errors import SymbackpropError
from symbackprop.formula.reading.tex_tokens import tokenise
from tests.answers.answer_rows import ANSWERS, ANSWER_GRAPHS as GRAPHS

RNN = GRAPHS["rnn"]
PRINTED = [
    "∂hᵢ/∂aⱼ", "∇ₐ L", "∇_(W) L", "Σ[k = 1…T] δaₖ", "U ⟨3×4⟩", "x[1:2]", "x.dot(h_t)", "[x; 1]",
    "h if h > 0 else 0",
]  # fmt: skip


SIGNS_TYPED = [*SIGNS, *SUBS, *SUPS, *"()[]{}'’′∂∇ΣΠ∑∏𝟙𝟏…⟨⟩¹⁻e1.,;_^ⁿ²"]
TYPED = [a for _, _, a, *_ in ANSWERS if a] + PRINTED + [f"x{c}U_t" for c in SIGNS_TYPED]
TYPED += [f"{c}h_t + 1" for c in SIGNS_TYPED] + [f"2 {c} {c}" for c in SIGNS_TYPED]


@pytest.mark.parametrize("text", TYPED)
def test_every_rule_is_asked_where_it_may_begin(text: str) -> None:
    """The table of first characters leaves out no rule that would take what stands there."""
    reader = Reader(bench(RNN, None, "h"), (), "plain")
    spelled = spellings(reader.table, aliases(reader.bench))

    def scanned(rules: Rules) -> tuple[object, ...]:
        scan = Scan(text, spelled)
        try:
            scan.run(rules)
        except SymbackpropError as error:
            return (str(error),)
        return (*scan.tokens, *scan.places)

    def rewritten(rules: Callable[[str], Iterable[Rule]]) -> tuple[object, ...]:
        try:
            found = Rewrite(tokenise(text), spelled, reader.table, "t").run(rules)
        except SymbackpropError as error:
            return (str(error),)
        return (*found.tokens, *found.places)

    assert scanned(for_character) == scanned(lambda c: [r for r, _ in PLAIN])
    assert rewritten(for_token) == rewritten(lambda t: [r for r, _ in TYPESET])
