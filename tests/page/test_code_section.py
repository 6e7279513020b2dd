"""Code on the page: short, run by the verification, and refused where it is another's."""

from dataclasses import replace

import pytest

import symbackprop as sb
from symbackprop.page.code_section import COLUMNS, LINES
from symbackprop.page.outline import outline
from symbackprop.page.page import Listing, Options, Page
from symbackprop.verify.equality import verify_page

LAYER = "x: d; W: m x d; b: m; y: m; z = W @ x + b; L = sum((tanh(z) - y)**2)"
CODE = Options(sections=("gradients", "code"))


def listing(page: Page) -> Listing:
    (found,) = (b for s in page.sections for b in s.blocks if isinstance(b, Listing))
    return found


def with_code(page: Page, code: str) -> Page:
    blocks = [
        replace(s, blocks=tuple(replace(b, code=code) if isinstance(b, Listing) else b for b in s.blocks))
        for s in page.sections
    ]
    return replace(page, sections=tuple(blocks))


def test_it_is_run() -> None:
    d = sb.derive(LAYER, wrt=["W", "b"])
    report = verify_page(d, outline(d, CODE))
    assert report.ok and report.code == 3


@pytest.mark.parametrize("change", [
    ("(1 - ", "(2 - "), ("return L, ", "return L, 2 * "), ("\n    return", "\n    import os\n    return"),
])  # fmt: skip
def test_other_code_is_refused_and_not_run(change: tuple[str, str]) -> None:
    d = sb.derive(LAYER, wrt=["W", "b"])
    page = outline(d, CODE)
    damaged = listing(page).code.replace(*change)
    assert damaged != listing(page).code
    report = verify_page(d, with_code(page, damaged))
    assert not report.ok
    assert all("not the code of this derivation" in c.reason for c in report.failures)


def test_the_verification_compares_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the writer of code is wrong, page and code agree, and the numbers do not."""
    from symbackprop.emit import plain_code as writer
    from symbackprop.page import code_section
    from symbackprop.verify import emitted_code

    def wrong(d: sb.Derivation) -> writer.PlainCode | None:
        made = writer.plain_code(d)
        return made and replace(made, text=made.text.replace("(1 - ", "(1.001 - "))

    monkeypatch.setattr(code_section, "plain_code", wrong)
    monkeypatch.setattr(emitted_code, "plain_code", wrong)
    d = sb.derive(LAYER, wrt=["W", "b"])
    report = verify_page(d, outline(d, CODE))
    assert {c.key for c in report.failures} == {"code W", "code b"}


@pytest.mark.parametrize("text", [
    "f: function; x: scalar; L = f(x)**2",
    "; ".join(["x0: d", *(f"W{k}: d x d; x{k} = tanh(W{k} @ x{k - 1})" for k in range(1, 21))]),
])  # fmt: skip
def test_what_is_long_or_has_no_code_has_no_section(text: str) -> None:
    page = outline(sb.derive(text), Options(sections=("gradients", "code")))
    assert [s.key for s in page.sections] == ["gradients"]


def test_it_fits() -> None:
    rows = listing(outline(sb.derive(LAYER), CODE)).code.splitlines()
    assert len(rows) <= LINES and max(map(len, rows)) <= COLUMNS
