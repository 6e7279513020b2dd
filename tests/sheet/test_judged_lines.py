"""A published line on a sheet gets the verdict it deserves, or the sheet is refused."""

import pytest

from symbackprop.answers.asked.equality_chain import Verdict
from symbackprop.catalogue import LANGUAGES
from symbackprop.catalogue.prose import Words
from symbackprop.errors import VerificationError
from symbackprop.page.page import Claimed, Equations, Paragraph
from symbackprop.sheet.exercise import Derived, Exercise
from symbackprop.sheet.judged_line import Judged, finding
from symbackprop.sheet.sheet import Sheet, write_html, write_tex
from worked import errata

SQUARES = Derived("x: d; W: m x d; y: m; e = W @ x - y; L = sum(e**2)", wrt=("W",))
LINES: list[tuple[str, Verdict, str, str]] = [
    (r"\frac{\partial L}{\partial W} = 2 e x^\top", "holds", "finding.holds", r"\partial L"),
    (r"\frac{\partial L}{\partial W} = 2 x e^\top", "transposed", "finding.transposed", "2 x e"),
    (r"\frac{\partial L}{\partial W} = e x^\top", "false", "finding.false_at", "= e x"),
    (r"L = 2 e^\top e", "false", "finding.false", "= 2 e"),
    (r"\frac{\partial L}{\partial W} = 2 e", "sizes", "finding.sizes", "= 2 e"),
    (r"L = e x", "sizes", "finding.inside", "e x"),
    (r"L = \sum^n e", "unreadable", "finding.unreadable", r"\sum^n e"),
]


@pytest.mark.parametrize(("line", "verdict", "said", "shown"), LINES)
def test_every_verdict_is_told(line: str, verdict: Verdict, said: str, shown: str) -> None:
    judged = Judged(SQUARES, line, verdict)
    assert finding(judged.found)[0].key == said
    sheet = Sheet("s", {"en": "S", "de": "S"}, (Exercise(given=(judged,)),))
    for language in LANGUAGES:
        for version in ("solution", "exercise"):
            text = write_tex(sheet, sheet.verify(), language, version)  # type: ignore[arg-type]
            assert shown in text
            assert ("Result:" in text or "Befund:" in text) == (version == "solution")
            assert write_html(sheet, sheet.verify(), language, version)  # type: ignore[arg-type]


@pytest.mark.parametrize(("line", "verdict", "said", "shown"), LINES)
def test_another_verdict_than_expected_is_refused(line: str, verdict: Verdict, said: str, shown: str) -> None:
    other: Verdict = "holds" if verdict != "holds" else "false"
    with pytest.raises(VerificationError, match=verdict):
        _ = Judged(SQUARES, line, other).found
    sheet = Sheet("s", {"en": "S", "de": "S"}, (Exercise(given=(Judged(SQUARES, line, other),)),))
    with pytest.raises(VerificationError):
        sheet.verify()


def test_the_letters_of_an_entry_are_set_as_formulas() -> None:
    line = r"\frac{\partial L}{\partial W_{ij}} = e_i x_j"
    sheet = Sheet("s", {"en": "S", "de": "S"}, (Exercise(given=(Judged(SQUARES, line, "false"),)),))
    assert "at $i$ {=} $1$, $j$ {=} $1$" in write_tex(sheet, sheet.verify(), "en")
    whole = Judged(SQUARES, r"\frac{\partial L}{\partial W} = e x^\top", "false")
    sheet = Sheet("s", {"en": "S", "de": "S"}, (Exercise(given=(whole,)),))
    assert "at (1, 1)" in write_tex(sheet, sheet.verify(), "en")


def test_a_wrong_right_form_is_refused() -> None:
    judged = Judged(SQUARES, LINES[1][0], "transposed", right=(r"\frac{\partial L}{\partial W} = e x^\top",))
    report = Sheet("s", {"en": "S", "de": "S"}, (Exercise(given=(judged,)),)).verify()
    assert [c.verdict for c in report.equalities] == ["differs"]


@pytest.mark.parametrize("hostile", [r"L = \input{x}", r"L = <script>", r"L = %", r"L = ^^5cinput{x}"])
def test_what_is_printed_is_never_a_command(hostile: str) -> None:
    sheet = Sheet("s", {"en": "S", "de": "S"}, (Exercise(given=(Judged(SQUARES, hostile, "unreadable"),)),))
    body = write_tex(sheet, sheet.verify(), "en").partition(r"\begin{document}")[2]
    assert r"\input" not in body and "^^" not in body and "% \n" not in body
    assert "<script>" not in write_html(sheet, sheet.verify(), "en")


JUDGED = [j for e in errata.SHEET.exercises for j in e.given if isinstance(j, Judged)]


@pytest.mark.parametrize("judged", JUDGED, ids=lambda j: j.line[:50])
def test_every_line_of_the_errata_says_what_why_and_the_right_form(judged: Judged) -> None:
    (section,) = judged.sections("solution")
    kinds = [type(b) for b in section.blocks]
    assert kinds[:2] == [Claimed, Paragraph]
    if judged.expect != "holds":
        assert isinstance(judged.why, Words)
        assert kinds[-1] is Equations and judged.right
    assert [type(b) for s in judged.sections("exercise") for b in s.blocks] == [Claimed]


def test_the_errata_name_every_known_error() -> None:
    wrong = {j.line for j in JUDGED if j.expect != "holds"}
    parts = ("= 1.19", "= 12", r"-\sin(v_2) = -0.91", r"\cdot W_{Ro}", r"\frac{2}{n} F^\top D", r"\sum^{n}",
             "2 F = 2 F", "does", r"= A_{ij}", "I_4", "X + J", "n=1")  # fmt: skip
    assert not [p for p in parts if not any(p in line for line in wrong)]
