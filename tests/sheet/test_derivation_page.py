"""The page of a derivation by itself: as data, text, HTML and LaTeX, each after it was verified."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

import symbackprop as sb
from symbackprop.formula.tree import Times, number
from symbackprop.page.page import Page
from symbackprop.sheet import derivation_page
from tests.changed_pages import with_equation
from tests.graphs import GRAPHS

LAYER = "x: d; W: m x d; y: m; L = sum((W @ x - y)**2)"


def test_the_text_of_a_page() -> None:
    page = sb.derive(LAYER, wrt="W").page(show=("forward", "gradients"))
    assert [x for x in page.text().splitlines() if "=" in x] == [
        "  L = Σ[i = 1…m] (Σ[j = 1…d] Wᵢⱼ xⱼ − yᵢ)²",
        "  ∇_W L = 2 (W x − y) xᵀ    [m×d]",
    ]


def test_a_page_as_data_goes_through_json() -> None:
    page = sb.derive(LAYER, wrt="W").page("de")
    found = json.loads(json.dumps(page.as_dict()))
    assert (found["of"], found["wrt"], found["language"]) == ("L", ["W"], "de")
    titles = [s["title"] for s in found["sections"]]
    assert "Gradienten" in titles and all(isinstance(t, str) for t in titles)
    assert found["verification"][0].startswith(f"{page.report.checked} von {page.report.equations}")


@pytest.mark.parametrize("graph", sorted(GRAPHS)[::7])
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_form_of_a_page_is_written(graph: str, language: str) -> None:
    page = sb.derive(GRAPHS[graph]).page(language, show=("forward", "symbols", "delta", "gradients"))
    assert "<math" in page.html() and r"\begin{align*}" in page.latex() and " = " in page.text()


def test_a_page_with_a_false_equation_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = derivation_page.outline

    def spoiled(*given: object) -> Page:
        made = whole(*given)  # type: ignore[arg-type]
        return with_equation(made, "forward.L", lambda eq: replace(eq, sides=(Times((number(2), eq.left)),)))

    monkeypatch.setattr(derivation_page, "outline", spoiled)
    page = sb.derive(LAYER, wrt="W").page()
    for write in (page.as_dict, page.html, page.latex, page.text):
        with pytest.raises(sb.VerificationError, match=r"forward\.L: differs"):
            write()


@pytest.mark.parametrize(("language", "show", "said"), [("fr", None, "fr"), ("en", ("answer",), "answer")])
def test_an_unknown_language_or_part_is_said(language: str, show: tuple[str, ...] | None, said: str) -> None:
    with pytest.raises(sb.SheetError, match=f"`{said}`"):
        sb.derive(LAYER).page(language, show).text()
