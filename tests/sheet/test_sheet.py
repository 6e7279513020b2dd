"""Sheets as documents: what is printed, what is kept from students, what user text cannot do, what fits."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

import pytest

from symbackprop import Convention
from symbackprop.catalogue.prose import Text
from symbackprop.derivation.equation import Equation
from symbackprop.derivation.report import Report
from symbackprop.errors import SheetError, TexError, VerificationError
from symbackprop.formula.tree import Times, number
from symbackprop.page.page import Page
from symbackprop.sheet.exercise import Derived, Exercise
from symbackprop.sheet.sheet import Sheet, counted, write_html, write_tex
from symbackprop.tex.engine import compile_pdf, find_engine
from symbackprop.verify.equality import verify_page
from tests import ROOT
from tests.changed_pages import with_equation

Language = Literal["en", "de"]
LANGUAGES: tuple[Language, ...] = ("en", "de")


def both(text: str) -> Mapping[str, str]:
    return {"en": text, "de": text}


def sheet(name: str, title: Mapping[str, str], *, task: Text | None = None, points: int = 0,
          header: Mapping[str, str] | None = None, **graph: object) -> Sheet:  # fmt: skip
    """A sheet of one exercise, answered by one derivation."""
    answer = Derived(**graph)  # type: ignore[arg-type]
    one = Exercise(task=task, points=points, given=(answer,), answers=(answer,))
    return Sheet(name, title, (one,), header or {})


def answer(s: Sheet) -> Derived:
    found = s.exercises[0].answers[0]
    assert isinstance(found, Derived)
    return found


def changed(s: Sheet, **graph: object) -> Sheet:
    """The sheet with another derivation."""
    new = replace(answer(s), **graph)  # type: ignore[arg-type]
    return replace(s, exercises=(replace(s.exercises[0], given=(new,), answers=(new,)),))


LAYER = sheet(
    name="layer",
    title={"en": "One layer", "de": "Eine Schicht"},
    task={"en": "Find both gradients.", "de": "Bestimmen Sie beide Gradienten."},
    points=6,
    header={"course": "Deep Learning", "number": "Blatt 4", "due": "13.05.2025, 14:00 Uhr"},
    graph="x: d; W: m x d; b: m; h = tanh(W @ x + b); L = sum(h**2)",
)
MATRICES = sheet(
    name="matrices",
    title=both("Matrices"),
    graph="X: n x 3; y: n x 1; W: 4 x 1\nA = concat(X, ones(n, 1))\nE = relu(A @ W)\nL = sum((E - y)**2)/n",
)
SPECIAL = r"50% & <b>$x$</b> \input{/etc/passwd} #1 _ ^ ~ {} \end{document} <script>alert(1)</script>"
HOSTILE = replace(
    LAYER, name="hostile", title=both(SPECIAL), header={"course": SPECIAL, "number": SPECIAL, "due": SPECIAL},
    exercises=(replace(LAYER.exercises[0], task=both(SPECIAL)),),
)  # fmt: skip
LONG = " + ".join(f"a{k}*b{k}" for k in range(14))
WIDE = (
    sheet(name="long_sum", title=both("Sum"),
          graph="; ".join(f"a{k}: scalar; b{k}: scalar" for k in range(14)) + f"\nL = ({LONG})**2"),
    sheet(name="long_names", title=both("Names"), graph=r"""
        W: hidden x input as W_{\mathrm{first\ layer}};  x: input as x_{\mathrm{input}}
        V: classes x hidden as V_{\mathrm{second\ layer}};  y: classes onehot
        h = tanh(W @ x) as h_{\mathrm{hidden\ layer}}
        p = softmax(V @ h + V @ (h*h) + V @ sigmoid(h) + V @ exp(h) + V @ sin(h) + V @ cos(h))
        L = -sum(y*log(p))"""),
    sheet(name="deep", title=both("Deep"), products=("x",),
          graph="x: d; " + "; ".join(f"W{k}: d x d" for k in range(9)) + "; z0 = tanh(W0 @ x)\n"
          + "\n".join(f"z{k} = tanh(W{k} @ z{k - 1})" for k in range(1, 9)) + "\nL = sum(z8**2)"),
    sheet(name="rows", title=both("Rows"), convention=Convention(vectors="row", signal="bar"),
          graph="X: n x d; W: d x k; b: k; Y: n x k onehot\nP = softmax(X @ W + b)\nL = -sum(Y*log(P))/n"),
)  # fmt: skip


@cache
def report(name: str) -> Report:
    return next(s for s in (LAYER, MATRICES, HOSTILE, *WIDE) if s.name == name).verify()


def tex(sheet: Sheet, language: Language = "en", **rest: object) -> str:
    return write_tex(sheet, report(sheet.name), language, **rest)  # type: ignore[arg-type]


def html(sheet: Sheet, language: Language = "en", **rest: object) -> str:
    return write_html(sheet, report(sheet.name), language, **rest)  # type: ignore[arg-type]


# --- what is printed -----------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_equation_of_the_page_is_marked_once_in_reading_order(language: Language) -> None:
    marked = re.findall(r"^%% equation: (.+)$", tex(LAYER, language), re.M)
    assert marked == [eq.key for eq in answer(LAYER).page.equations]


def test_the_two_languages_print_the_same_mathematics() -> None:
    def formulas(source: str) -> list[str]:
        return re.findall(
            r"\\mbox\{\$\\display.*|\S.* &(?:=|\\approx).*|\\sbcell\{(?:\{\})?(?:[^{}]|\{[^{}]*\})*\}", source
        )

    assert formulas(tex(LAYER, "en")) == formulas(tex(LAYER, "de"))
    assert len(formulas(tex(LAYER))) >= len(answer(LAYER).page.equations)


def test_the_same_sheet_gives_the_same_bytes() -> None:
    assert tex(LAYER) == tex(replace(LAYER))
    assert html(LAYER) == html(replace(LAYER))


def test_gradients_are_boxed_and_sized() -> None:
    found = tex(LAYER).split(r"\section*{Gradients}")[1].split(r"\section*")[0]
    assert found.count(r"\sbresult{") == 3
    assert r"\sbsize{m \times d}" in found


def test_head_task_points_and_box_are_printed() -> None:
    source = tex(LAYER, "de")
    for said in ("Deep Learning", "Blatt 4", "Abgabe", "6 Punkte", "Bestimmen Sie beide Gradienten.",
                 "Überprüfung"):  # fmt: skip
        assert said in source
        assert said in html(LAYER, "de")


@pytest.mark.parametrize(("n", "said"), [(1, "1 Punkt"), (2, "2 Punkte")])
def test_one_point_is_one_point(n: int, said: str) -> None:
    assert counted("sheet.points", "de", n) == said


def test_sections_come_in_the_order_asked_for() -> None:
    sheet = changed(LAYER, show=("gradients", "forward"))
    source = write_tex(sheet, sheet.verify(), "en")
    assert re.findall(r"section\*{(.+?)}", source) == ["Gradients", "Forward equations"]


# --- what an exercise keeps back -----------------------------------------------------------------


def test_an_exercise_shows_the_question_and_no_answer() -> None:
    pointed = re.sub(' title="[^"]*"|</?span[^>]*>', "", html(MATRICES, version="exercise"))
    for source in (tex(MATRICES, version="exercise"), pointed):
        assert "Forward equations" in source
        assert "intermediate value" not in source and ": variable" in source
        for kept in ("Gradients", "Jacobians<", "Backward", "Verification", "Solution", "selector"):
            assert kept not in source
        assert r"\sbresult{" not in source and 'class="result"' not in source


def test_an_exercise_explains_no_sign_of_its_solution() -> None:
    assert r"\odot" in tex(MATRICES)
    assert r"\odot" not in tex(MATRICES, version="exercise")


def test_equations_of_an_exercise_are_verified_ones() -> None:
    for sheet in (LAYER, MATRICES, *WIDE):
        assert set(answer(sheet).exercise.equations) <= set(answer(sheet).page.equations)


def test_an_exercise_respects_the_parts_chosen() -> None:
    assert [s.key for s in answer(changed(LAYER, show=("symbols", "why"))).exercise.sections] == ["symbols"]
    assert not answer(changed(LAYER, show=())).exercise.sections


# --- what is refused -----------------------------------------------------------------------------


def spoiled(page: Page) -> Page:
    """The page whose first equation claims to be twice its left side."""
    return with_equation(page, page.equations[0].key, twice)


def twice(eq: Equation) -> Equation:
    return replace(eq, sides=(Times((number(2), eq.left)),))


@pytest.mark.parametrize("write", [write_tex, write_html])
def test_a_false_equation_is_not_written(write: object) -> None:
    wrong = verify_page(answer(LAYER).derivation, spoiled(answer(LAYER).page))
    with pytest.raises(VerificationError, match=r"forward\.z: differs"):
        write(LAYER, wrong, "en")  # type: ignore[operator]


@pytest.mark.parametrize("name", ["", "-", "-x", "_", "a b", "a/b", "../a", "ä", "a" * 81, "a.b", "a\n"])
def test_a_name_that_is_no_file_name_is_refused(name: str) -> None:
    with pytest.raises(SheetError, match="not a file name"):
        replace(LAYER, name=name)


@pytest.mark.parametrize("options", [{"show": ("nothing",)}, {"draw": ("nothing",)}, {"hessian": ("q",)}])
def test_unknown_parts_and_nodes_are_refused(options: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(SheetError, match=r"no (part|symbol)"):
        _ = replace(answer(LAYER), **options).page  # type: ignore[arg-type]


# --- text of the user is text --------------------------------------------------------------------


def test_user_text_is_no_command() -> None:
    for command in (r"\input", r"\end{document}"):
        assert tex(HOSTILE).count(command) == tex(LAYER).count(command)


class Tags(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_user_text_is_no_markup() -> None:
    page = Tags(html(HOSTILE))
    assert SPECIAL in page.text
    assert page.tags == Tags(html(LAYER)).tags


# --- HTML ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_html_stands_alone(language: Language) -> None:
    page = html(MATRICES, language)
    assert f'<html lang="{language}">' in page
    assert not re.search(r"<(script|link|img|iframe)|url\((?!data:font/woff2;)|@import|(src|href)=", page)
    assert "<svg" in page
    assert page.count("<math") > len(answer(MATRICES).page.equations)


def test_html_is_well_formed() -> None:
    """Every element closes: MathML and SVG are XML, and the page around them is written as such."""
    page = html(LAYER).replace("<!doctype html>", "")
    page = re.sub(r"<(meta [^>]*)>", r"<\1/>", page).replace("&emsp;", " ")
    ElementTree.fromstring(page)


# --- templates -----------------------------------------------------------------------------------


def test_a_template_of_the_user_comes_first(tmp_path: Path) -> None:
    (tmp_path / "block_ledger.tex.j2").write_text("OWN << block.heads.forward >>\n")
    assert "OWN forward" in tex(LAYER, templates=tmp_path)
    assert "OWN" not in tex(LAYER)


def test_a_template_that_asks_for_what_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "sheet.tex.j2").write_text("<< nothing >>")
    with pytest.raises(SheetError, match="'nothing' is undefined"):
        tex(LAYER, templates=tmp_path)


def test_templates_hold_no_mathematics() -> None:
    for path in (ROOT / "templates").glob("*.j2"):
        assert not re.search(r"\\(partial|delta|nabla|sum|odot|top|frac)\b", path.read_text()), path


# --- on paper ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["pdflatex", "wheel"])
@pytest.mark.parametrize("sheet", [LAYER, MATRICES, HOSTILE, *WIDE], ids=lambda s: s.name)
def test_nothing_sticks_out_of_the_text(sheet: Sheet, name: str) -> None:
    try:
        engine = find_engine(name)
    except TexError as error:
        pytest.skip(str(error))
    assert engine is not None
    for language in LANGUAGES:
        done = compile_pdf(tex(sheet, language, packages=engine.packages), engine=engine)
        assert done.overfull == ()


def test_lines_are_scaled_down_and_never_up() -> None:
    engine = find_engine()
    if engine is None:
        pytest.skip("no TeX")
    body = r"""\setbox2=\hbox{\sbfit{100pt}{x}}\setbox4=\hbox{$\displaystyle x$}
\ifdim\wd2=\wd4\else\errmessage{a short line was stretched}\fi
\setbox2=\hbox{\sbfit{100pt}{%s}}
\ifdim\wd2>100.1pt\errmessage{a long line was left}\fi
\end{document}""" % ("x" * 60)
    source = tex(LAYER, packages=engine.packages).replace(r"\end{document}", body)
    assert compile_pdf(source, engine=engine).pages >= 1
