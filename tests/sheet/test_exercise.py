"""Exercises and solutions: points, letters, heads, what is kept back, what is written, what is refused."""

import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Literal

import pytest

from symbackprop.__main__ import main
from symbackprop.catalogue.prose import Words
from symbackprop.derivation.report import Checked, Report
from symbackprop.errors import SheetError, VerificationError
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.sheet.exercise import (
    Answer, Derived, Exercise, Part, Stated, Version, code, said, written,
)  # fmt: skip
from symbackprop.sheet.formats.html_format import html_style
from symbackprop.sheet.mathml import Meanings, mathml
from symbackprop.sheet.formats.tex_format import tex_style
from symbackprop.sheet.line_breaks import Context, Style
from symbackprop.sheet.sheet import Sheet, blocks_of, points, spoken, write_html, write_tex

Language = Literal["en", "de"]
Form = Literal["tex", "html"]
VERSIONS: tuple[Version, ...] = ("exercise", "solution")
NAMES = tuple(f"sheet_00{n}" for n in range(5))
LANGUAGES: tuple[Language, ...] = ("en", "de")
FORMS: tuple[Form, ...] = ("tex", "html")
SAID = {"en": ("Solution.", "Verification.", "In words:"), "de": ("Lösung.", "Überprüfung.", "In Worten:")}
BOX = {"en": "read back from this page", "de": "von dieser Seite zurückgelesen"}
each_sheet = pytest.mark.parametrize("name", NAMES)
each_language = pytest.mark.parametrize("language", LANGUAGES)
each_form = pytest.mark.parametrize("form", FORMS)


def both(text: str) -> Words:
    return Words(en=text, de=text)


def sheet_of(*exercises: Exercise, **rest: object) -> Sheet:
    return Sheet("small", {"en": "Small", "de": "Klein"}, exercises, **rest)  # type: ignore[arg-type]


def granted(sheet: Sheet) -> Report:
    """A report that grants every equation: these tests are about what is printed."""
    keys = [p + e.key for p, c in sheet.checks for e in c.page.equations]
    return Report(tuple(Checked(k, "agrees", 3, 0.0) for k in keys), (), (), 3, 0, ((),), "complex")


def document(sheet: Sheet, form: Form, language: Language, version: Version = "solution") -> str:
    """What stands between the head of the file and its end."""
    write = {"tex": write_tex, "html": write_html}[form]
    source = write(sheet, granted(sheet), language, version)
    return level(source.partition({"tex": r"\begin{document}", "html": "<body>"}[form])[2], form)


def level(text: str, form: Form) -> str:
    """A document without what holds points, or a formula and the sign behind it, together."""
    if form == "tex":
        return re.sub(r"\\mbox\{(\([^)]*\))\}", r"\1", text)
    return re.sub(r'<span class="together">(.*?)</span>', r"\1", text, flags=re.DOTALL)


def worked(name: str) -> Sheet:
    return importlib.import_module(f"worked.{name}").SHEET


@cache
def worked_document(name: str, form: Form, language: Language, version: Version) -> str:
    return document(worked(name), form, language, version)


# --- points --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("own", "bonus", "en", "de"), [
    (6, 4, "6 points + 4 bonus points", "6 Punkte + 4 Bonuspunkte"),
    (1, 1, "1 point + 1 bonus point", "1 Punkt + 1 Bonuspunkt"),
    (1, 0, "1 point", "1 Punkt"), (0, 1, "1 bonus point", "1 Bonuspunkt"),
    (11, 1, "11 points + 1 bonus point", "11 Punkte + 1 Bonuspunkt"),
    (0, 7, "7 bonus points", "7 Bonuspunkte"), (0, 0, "", ""),
])  # fmt: skip
def test_points_in_words(own: int, bonus: int, en: str, de: str) -> None:
    assert (points((own, bonus), "en"), points((own, bonus), "de")) == (en, de)


SUMMED = Exercise(title=both("One"), parts=(Part(both("u"), points=5, bonus=1), Part(both("v"), points=2)))
OWN = Exercise(title=both("Two"), points=3, bonus=2, parts=(Part(both("w"), points=99),))


def test_points_are_summed_unless_the_exercise_names_its_own() -> None:
    assert SUMMED.worth == (7, 1)
    assert OWN.worth == (3, 2)
    assert replace(OWN, points=0).worth == (0, 2)
    assert replace(OWN, points=0, bonus=0).worth == (99, 0)
    assert sheet_of(SUMMED, OWN).worth == (10, 3)


@each_form
def test_points_are_printed_at_the_sheet_the_exercise_and_the_part(form: Form) -> None:
    s = sheet_of(SUMMED, OWN, Exercise(answers=(DERIVED,)))
    en, de = (document(s, form, x, "exercise") for x in LANGUAGES)
    for text, total, one, own, part in (
        (en, "10 points + 3 bonus points", "7 points + 1 bonus point", "3 points + 2 bonus points",
         "5 points + 1 bonus point"),
        (de, "10 Punkte + 3 Bonuspunkte", "7 Punkte + 1 Bonuspunkt", "3 Punkte + 2 Bonuspunkte",
         "5 Punkte + 1 Bonuspunkt"),
    ):  # fmt: skip
        assert text.count(total) == text.count(f"One ({one})") == text.count(f"Two ({own})") == 1
        assert text.count(f"({part})") == 1
        assert re.search(r"\(2 (points|Punkte)\)", text)
    assert "()" not in re.sub(r"[a-z]\(\)", "", en), "no brackets around nothing"


@each_form
@each_language
def test_points_of_the_worked_sheet(form: Form, language: Language) -> None:
    assert worked("sheet_003").worth == (15, 4)
    text = worked_document("sheet_003", form, language, "exercise")
    total, third = {"en": ("15 points + 4 bonus points", "6 points + 4 bonus points"),
                    "de": ("15 Punkte + 4 Bonuspunkte", "6 Punkte + 4 Bonuspunkte")}[language]  # fmt: skip
    assert text.count(total) == text.count(f"({third})") == 1


# --- letters, numbers and heads ------------------------------------------------------------------


@each_form
def test_parts_are_lettered_in_each_exercise_anew(form: Form) -> None:
    parts = tuple(Part(both(f"task {n}")) for n in range(26))
    s = sheet_of(Exercise(parts=parts), Exercise(parts=parts[:3], answers=(DERIVED,)), first=38)
    text = document(s, form, "en", "exercise")
    found = re.findall(r"(?:textbf\{|<b>)\(([a-z])\)", text)
    assert "".join(found) == "abcdefghijklmnopqrstuvwxyz" + "abc"
    assert re.findall(r"Exercise (\d+)", text) == ["38", "39"]
    assert text.index("(c)") < text.index("task 2") < text.index("(d)")


@each_sheet
@each_form
def test_letters_and_numbers_of_the_worked_sheets(name: str, form: Form) -> None:
    s, text = worked(name), worked_document(name, form, "de", "exercise")
    found = re.findall(r"(?:textbf\{|<b>)\(([a-z])\)", text)
    many = [e for e in s.exercises if len(e.parts) > 1]
    assert found == [x for e in many for x in "abcdefghijklm"[: len(e.parts)]]
    numbers = re.findall(r"(?:section\*\{\\raggedright |<h2>)Aufgabe (\d+)", text)
    assert [int(n) for n in numbers] == list(range(s.first, s.first + len(s.exercises)))


HEADER = {"course": {"en": "Deep nets", "de": "Tiefe Netze"}, "number": "Sheet 17",
          "due": {"en": "3 May 2025", "de": "3. Mai 2025"}}  # fmt: skip


@each_form
@pytest.mark.parametrize("version", VERSIONS)
def test_fields_of_the_head(form: Form, version: Version) -> None:
    s = sheet_of(Exercise(answers=(DERIVED,)), header=HEADER)
    en, de = (document(s, form, x, version) for x in LANGUAGES)
    for field in ("Deep nets", "Sheet 17", "3 May 2025", "Due"):
        assert en.count(field) == 1, field
    for field in ("Tiefe Netze", "Sheet 17", "3. Mai 2025", "Abgabe"):
        assert de.count(field) == 1, field
    assert "Tiefe Netze" not in en and "Deep nets" not in de
    bare = document(replace(s, header={}), form, "en", version)
    assert "Sheet 17" not in bare and "Due" not in bare


# --- an exercise and its solution ----------------------------------------------------------------

DERIVED = Derived("x: 3; y = sum(x**2)", show=("forward", "gradients"))


def style(form: Form, language: Language) -> Style:
    return {"tex": tex_style, "html": html_style}[form](language)


def set_line(row: dict[str, str], form: Form, meanings: Meanings) -> str:
    """A line of an equation as it stands in a document."""
    if form == "tex":
        return f"{row['left']} &{row['sign']} " + (r"\quad " if row["indent"] else "") + row["right"]
    left, sign = (mathml(row[k], "line", meanings) if row[k] else "" for k in ("left", "sign"))
    start = "&emsp;" if row["indent"] else ""
    right = mathml(row["right"], "line", meanings)
    return f'<td class="left">{left}</td><td>{sign}</td><td class="right">{start}{right}<'


def traces(sections: list[Context], form: Form) -> Iterator[str]:
    """What of some sections would be found in a document: lines, passages, programs, drawings."""
    for meanings, block in ((s["meanings"], b) for s in sections for b in s["blocks"]):  # type: ignore[attr-defined]
        match block["kind"]:
            case "equations":
                for group, e in ((g, e) for g in block["groups"] for e in g["equations"]):
                    shown_alone = group["beside"] or block["boxed"]
                    alone = form == "tex" and shown_alone and len(e["rows"]) == 1
                    lines = (set_line(r, form, meanings) for r in e["rows"])
                    yield from (x.replace(" &", " ", 1) if alone else x for x in lines)
            case "passage" if block["mark"]:
                yield block["text"]
            case "listing":
                yield from (upright(x, form) for x in block["lines"] if len(x) > 20)
            case "figure":
                yield block["tikz" if form == "tex" else "svg"]


def upright(line: str, form: Form) -> str:
    """A line of a program as the template for PDF sets it: with upright quotes."""
    if form == "html":
        return line
    return line.replace("textquoteright", "textquotesingle").replace("quoteleft", "asciigrave")


def of_answers(found: tuple[Answer, ...], form: Form, language: Language, version: Version) -> set[str]:
    return set(traces(blocks_of(found, version, style(form, language)), form))


def secrets(sheet: Sheet, form: Form, language: Language) -> set[str]:
    """Everything that answers a question and is not given with it."""
    given = tuple(a for e in sheet.exercises for a in e.given)
    answers = tuple(a for e in sheet.exercises for a in e.all_answers)
    shown = of_answers(given, form, language, "exercise")
    return of_answers(answers, form, language, "solution") - shown


@each_sheet
@each_form
@each_language
def test_an_exercise_holds_nothing_of_its_solution(name: str, form: Form, language: Language) -> None:
    text = worked_document(name, form, language, "exercise")
    kept = secrets(worked(name), form, language)
    assert len(kept) > 20
    assert not [x for x in kept if x in text]
    assert not [x for x in (*SAID[language], BOX[language], r"\sbresult{") if x in text]


@each_sheet
@each_form
@each_language
def test_a_solution_holds_all_of_it(name: str, form: Form, language: Language) -> None:
    """And so the test above would see what is let through."""
    text = worked_document(name, form, language, "solution")
    assert not [x for x in secrets(worked(name), form, language) if x not in text]
    assert all(x in text for x in (*SAID[language], BOX[language]))


@each_sheet
@each_form
@each_language
def test_tasks_stand_in_both_versions(name: str, form: Form, language: Language) -> None:
    own = style(form, language)
    asked = [t for e in worked(name).exercises for t in (e.task, e.title, *(p.task for p in e.parts)) if t]
    assert all(isinstance(t, Words) for t in asked)
    for version in VERSIONS:
        text = worked_document(name, form, language, version)
        assert not [t for t in asked if spoken(t, own) not in text]


@each_sheet
def test_a_solution_holds_every_checked_equation(name: str) -> None:
    """By its key, in the order of its page, and every side by its formula where lines are not broken."""
    s, text = worked(name), worked_document(name, "tex", "en", "solution")
    marked = re.findall(r"^%% equation: (.+)$", text, re.M)
    for _, c in s.checks:
        keys = [e.key for e in c.page.lines]
        assert any(marked[k : k + len(keys)] == keys for k in range(len(marked))), keys
        spelled = dict(c.page.functions) or c.derivation.functions
        whole = [latex(f, spelled) for e in c.page.lines for f in (e.left, *e.sides)]
        assert [x for x in whole if len(x) < 60 and x not in text] == []
    total = sum(len(c.page.equations) for _, c in s.checks)
    assert len(marked) >= sum(len(c.page.lines) for _, c in s.checks)
    assert f"{total} of {total} equations" in text
    html = worked_document(name, "html", "en", "solution")
    assert html.count('<td class="left"><math') == len(marked)


@each_sheet
def test_an_exercise_marks_given_equations_only(name: str) -> None:
    marked = re.findall(r"^%% equation: (.+)$", worked_document(name, "tex", "de", "exercise"), re.M)
    given = [a for e in worked(name).exercises for a in e.given]
    derived = [a.exercise for a in given if isinstance(a, Derived)]
    stated = [a.page for a in given if isinstance(a, Stated)]
    assert len(marked) == sum(len(page.lines) for page in (*derived, *stated))
    keys = [key for key in marked if re.match(r"(given|forward)\.", key)]
    assert len(keys) == sum(len(page.lines) for page in derived)


@each_sheet
@each_form
@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_given_is_printed_once(name: str, form: Form, version: Version) -> None:
    """What is given and answers too has its lines in the ledger of the answer, once."""
    s, text = worked(name), worked_document(name, form, "en", version)
    marked = re.findall(r"^%% equation: (.+)$", text, re.M)
    for e in s.exercises:
        answering = [g for g in e.given if version == "solution" and any(g is a for a in e.all_answers)]
        apart = tuple(g for g in e.given if not any(g is a for a in answering))
        for x in of_answers(apart, form, "en", "exercise"):
            assert len(re.findall(f"(?<!= ){re.escape(x)}", text)) == 1, x  # as a line of its own
        for g in answering if form == "tex" else ():
            assert isinstance(g, Derived)
            assert {line.key for line in g.exercise.lines if line.key.startswith("forward.")} <= {*marked}


@each_form
def test_a_derivation_that_is_given_and_answers_is_printed_once(form: Form) -> None:
    once = sheet_of(Exercise(given=(DERIVED,), answers=(DERIVED,)))
    twice = sheet_of(Exercise(given=(DERIVED,), answers=(replace(DERIVED),)))
    (line,) = of_answers((DERIVED,), form, "en", "exercise")
    assert document(once, form, "en").count(line) == 1
    assert document(once, form, "en", "exercise").count(line) == 1
    assert document(twice, form, "en").count(line) == 2
    assert document(sheet_of(Exercise(answers=(DERIVED,))), form, "en", "exercise").count(line) == 0


@each_form
def test_every_kind_of_answer_is_kept_back(form: Form) -> None:
    """One sheet with a line, a passage, a program and a remark; each is seen in the solution."""
    words = {"a passage": written(both("a passage")), "a remark": said(both("a remark")),
             "def program": code("def program(x):\n    return x\n"), "777": Stated(
                 DERIVED, (r"y = 3 \cdot 259 = 777",), at={"x": [16, 22, 6.082762530298219]})}  # fmt: skip
    given = said(both("this is given"))
    for place in ("answers", "parts"):
        found = tuple(words.values())
        more = {"answers": found} if place == "answers" else {"parts": (Part(both("why"), found),)}
        s = sheet_of(Exercise(given=(given,), **more))  # type: ignore[arg-type]
        exercise, solution = (document(s, form, "en", v) for v in ("exercise", "solution"))
        shown = {w: w if form == "tex" or w != "777" else "<mn>777</mn>" for w in words}
        assert all(x in solution for x in shown.values())
        assert not any(x in exercise for x in shown.values())
        assert "this is given" in exercise and "this is given" in solution


# --- what is refused -----------------------------------------------------------------------------

WRONG = replace(
    sheet_of(), exercises=(
        Exercise(parts=(Part(both("true"), (Stated(DERIVED, (r"y = x^\top x",)),)),
                        Part(both("false"), (Stated(DERIVED, (r"y = 2 x^\top x",)),)))),
    ),
)  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("write", [write_tex, write_html])
def test_a_wrong_line_is_not_written_in_any_version(write: object, version: str) -> None:
    report = WRONG.verify()
    assert [c.key for c in report.failures] == ["2:stated.1"]
    with pytest.raises(VerificationError, match=r"2:stated\.1: differs"):
        write(WRONG, report, "en", version)  # type: ignore[operator]
    right = replace(WRONG, exercises=(replace(WRONG.exercises[0], parts=WRONG.exercises[0].parts[:1]),))
    assert write(right, right.verify(), "en", version)  # type: ignore[operator]


def test_a_head_that_lacks_a_language_is_refused() -> None:
    with pytest.raises(SheetError, match="de"):
        document(sheet_of(Exercise(answers=(DERIVED,)), header={"due": {"en": "now"}}), "tex", "de")


def test_more_parts_than_letters_are_refused() -> None:
    with pytest.raises(SheetError, match="27 parts"):
        Exercise(parts=tuple(Part(both("u")) for _ in range(27)), answers=(DERIVED,))


@pytest.mark.parametrize("made", [
    lambda: Exercise(points=-3), lambda: Exercise(bonus=-1), lambda: Part(both("u"), points=-1),
])  # fmt: skip
def test_negative_points_are_refused(made: Callable[[], object]) -> None:
    with pytest.raises(SheetError, match="negative"):
        made()


@pytest.mark.parametrize("to", ["tex", "html"])
def test_a_sheet_of_words_alone_is_written(to: str) -> None:
    s = sheet_of(Exercise(answers=(written(both("only words")),)))
    write = {"tex": write_tex, "html": write_html}[to]
    assert "only words" in write(s, s.verify(), "en")


MODULE = r"""
from symbackprop import Derived, Exercise, Sheet, Stated
D = Derived("x: 3; y = sum(x**2)")
SHEET = Sheet("typed", {"en": "T", "de": "T"}, (Exercise(answers=(Stated(D, (r"y = FACTOR x^\top x",)),)),))
"""


@pytest.mark.parametrize("to", ["tex", "html"])
def test_a_build_with_a_wrong_line_writes_no_document(
    tmp_path: Path, to: str, capsys: pytest.CaptureFixture[str]
) -> None:
    module, out = tmp_path / "typed.py", tmp_path / "out"

    def documents(factor: str) -> tuple[int, list[str]]:
        module.write_text(MODULE.replace("FACTOR", factor), "utf-8")
        status = main(["build", str(module), "-o", str(out), "--to", to])
        return status, sorted(p.name for p in out.glob(f"*.{to}")) if out.exists() else []

    assert documents("2") == (1, [])
    assert "differs" in "".join(capsys.readouterr())
    assert documents("1") == (0, [f"typed.de.{to}", f"typed.en.{to}"])


# --- where a sheet comes from --------------------------------------------------------------------


@each_sheet
def test_a_worked_sheet_names_its_source(name: str) -> None:
    said_in = importlib.import_module(f"worked.{name}").__doc__ or ""
    assert re.findall(r"shared/seeds/(\d{3})\b", said_in) == [name[-3:]]
    assert worked(name).name == name
