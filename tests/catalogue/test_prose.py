"""Prose: formulas are set, everything else is text, and no command that is not listed reaches TeX."""

import re
from html import escape as html_escape

import pytest

from symbackprop.catalogue import LANGUAGES
from symbackprop.catalogue.prose import COMMANDS, Text, Words, pieces, written as printed
from symbackprop.errors import SheetError
from symbackprop.sheet.exercise import Derived, Exercise, Part, said, written
from symbackprop.sheet.sheet import Sheet, write_html, write_tex
from symbackprop.tex.escape import escape

PLACES = 14  # where `sheet` says a text, in the solution
ANSWER = Derived("x: 3; y = sum(x**2)", show=("gradients",))


def both(text: str) -> Words:
    return Words(en=text, de=text)


def sheet(text: Text) -> Sheet:
    """A sheet that says a text in every place that takes one: seven places in each of two exercises."""
    part = Part(text, (ANSWER, said(text), written(text)))
    one = Exercise(text, (written(text),), (part,), given=(said(text),), title=text)
    return Sheet("prose", {"en": "Prose", "de": "Prosa"}, (one, one))


def documents(text: Text, language: str = "en") -> tuple[str, str]:
    """The TeX after its preamble, and the HTML after its head."""
    s = sheet(text)
    report = s.verify()
    tex = write_tex(s, report, language)  # type: ignore[arg-type]
    html = write_html(s, report, language)
    return tex.partition(r"\begin{document}")[2], html.partition("<body>")[2]


# --- what a formula may not hold -----------------------------------------------------------------

REFUSED = [
    r"\input{x}", r"\input x", r"\write18{ls}", r"\def\x{1}", r"\catcode`\%=12", r"\csname x\endcsname",
    r"\let\a\b", r"\immediate", r"\openout", r"\include{x}", r"\usepackage{x}", r"\newcommand{\x}{1}",
    r"\expandafter", r"\begin{document}", r"\end{document}", r"\href{x}{y}", r"\text{x}", r"\alphabet",
    r"\\", r"\ x", "\\\n", r"\%", r"\#", r"\&", r"\_", r"\@", r"\1", "\\é",
    "50%", "#1", "a & b", "a ~ b", "\x00", "\x1b[0m", "a\nb", "a\tb",
]  # fmt: skip


@pytest.mark.parametrize("formula", REFUSED, ids=ascii)
@pytest.mark.parametrize("language", LANGUAGES)
def test_commands_and_signs_that_are_not_listed_are_refused(formula: str, language: str) -> None:
    texts = dict.fromkeys(LANGUAGES, "well") | {language: f"before ${formula}$ after"}
    with pytest.raises(SheetError):
        Words(**texts)


@pytest.mark.parametrize("formula", [
    "^^5cinput{x}", "^^5cmessage{x}", "^^5cwrite18{x}", "^^7bx^^7d", "^^^^005cinput{x}",
])  # fmt: skip
def test_a_character_by_its_number_is_refused(formula: str) -> None:
    """TeX reads ^^5c as a backslash, so a formula with it can hold any command."""
    with pytest.raises(SheetError):
        both(f"${formula}$")


@pytest.mark.parametrize("sign", ["\x7f", "\x85", "\u2028", "\u202e", "\ufeff"], ids=ascii)
def test_control_characters_above_ascii_are_refused(sign: str) -> None:
    with pytest.raises(SheetError):
        both(f"$a {sign} b$")


@pytest.mark.parametrize("formula", ["x^", "_", "x^a^b", r"\left( x", r"\frac{1}", r"\sqrt", r"\mathrm"])
def test_a_formula_no_writer_can_set_is_refused(formula: str) -> None:
    with pytest.raises(SheetError):
        both(f"${formula}$")


@pytest.mark.parametrize("command", [r"\input", r"\write", r"\def", r"\catcode"])
def test_the_refusal_names_the_command(command: str) -> None:
    with pytest.raises(SheetError) as error:
        both(f"${command}18{{x}}$")
    assert f"`{command}` may not stand" in str(error.value)


@pytest.mark.parametrize("text", ["$", "a $x", "$x$ and $", "costs 5$", "$x$$"])
def test_a_formula_has_to_end(text: str) -> None:
    with pytest.raises(SheetError, match="not closed"):
        both(text)


@pytest.mark.parametrize("formula", ["{", "}", "}{", "x_{i", r"\frac{1}{2", "x_i}", "}x{", r"\{{\}"])
def test_braces_have_to_match(formula: str) -> None:
    with pytest.raises(SheetError, match="do not match"):
        both(f"${formula}$")


@pytest.mark.parametrize("formula", [
    "x", r"\frac{1}{2}", r"\{x\}", r"f'(x)", r"W^{(1)} \in \mathbb{R}^{m \times n}", r"a,\;b", r"|x| \le 1",
    r"\left\lfloor \frac{a}{b} \right\rfloor", r"(\sum_{j=1}^{n} e_j)^\top",
])  # fmt: skip
def test_what_a_formula_may_hold(formula: str) -> None:
    assert list(pieces(both(f"so ${formula}$.")["de"])) == [
        ("text", "so "), ("math", formula), ("text", "."),
    ]  # fmt: skip


PRIMITIVES = """input include openin openout read write special immediate def edef gdef xdef let
    futurelet catcode csname expandafter newcommand renewcommand usepackage everypar everymath begin end
    loop afterassignment aftergroup directlua href url verb scantokens text hbox vbox""".split()


def test_no_listed_command_reads_writes_or_defines() -> None:
    assert not set(COMMANDS) & set(PRIMITIVES)
    assert all(re.fullmatch("[A-Za-z]+|[,;!{}]", c) for c in COMMANDS)


# --- text is text --------------------------------------------------------------------------------

PLAIN = (
    "<script>alert(1)</script>", r"\input{x}", "$", "$x$", "50% & more", "#1", "a_b^c~d", "{}", r"\\",
    "<b>bold</b>", '"quoted" \'too\'', "]]> &amp; &#60;", "%% equation: x",
)  # fmt: skip


@pytest.mark.parametrize("text", PLAIN)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mapping_is_text_sign_by_sign(text: str, language: str) -> None:
    tex, html = documents({"en": text, "de": text}, language)
    plain_tex, plain_html = documents({"en": "nothing", "de": "nothing"}, language)
    count = plain_tex.count("nothing")
    assert count == plain_html.count("nothing") == PLACES
    assert tex == plain_tex.replace("nothing", escape(text))
    assert html == plain_html.replace("nothing", html_escape(text, quote=True))


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", r"\input{x}", r"\def\x{1}"])
def test_nothing_of_it_is_a_command_or_a_tag(text: str) -> None:
    tex, html = documents({"en": text, "de": text})
    assert text not in tex and text not in html.replace(html_escape(text, quote=True), "")
    for command in (r"\input", r"\def"):
        assert command not in tex
    assert "<script" not in html


@pytest.mark.parametrize("text", [r"\input{x} & 100% <script> #1 ~ _ ^ {", "a } b"])
def test_words_outside_of_formulas_are_text_too(text: str) -> None:
    tex, html = documents(both(f"{text} $x_i$ {text}"))
    assert tex.count(f"{escape(text)} $x_i$ {escape(text)}") == PLACES
    assert html.count(f"{html_escape(text)} <math") == PLACES
    assert r"\input" not in tex and "<script" not in html


# --- formulas are formulas -----------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_formulas_are_mathematics_in_both_documents(language: str) -> None:
    tex, html = documents(both(r"The slope $\frac{\partial q}{\partial z_7}$ is 50%."), language)
    assert tex.count(r"The slope $\frac{\partial q}{\partial z_7}$ is 50\%.") == PLACES
    assert html.count("<msub><mi>z</mi><mn>7</mn></msub>") == PLACES
    assert html.count("<mfrac>") >= PLACES
    assert r"\frac" not in html and "$" not in html


def test_a_mapping_has_no_formulas() -> None:
    """The same letters as plain text: this is what the test above would not accept."""
    text = r"The slope $\frac{\partial q}{\partial z_7}$ is 50%."
    tex, html = documents({"en": text, "de": text})
    assert r"$\frac" not in tex
    assert "<mi>z</mi>" not in html and r"\frac" in html


def test_words_are_written_piece_by_piece() -> None:
    text = both("a$b$c$d$")
    assert printed(text, "en", str.upper, lambda x: f"<{x}>") == "A<b>C<d>"
    assert printed({"en": "a$b", "de": ""}, "en", str.upper, lambda x: f"<{x}>") == "A$B"
    assert list(pieces("")) == []


def test_each_language_has_its_own_words() -> None:
    tex, html = documents(Words(en="slope $u$", de="Steigung $v$"), "de")
    assert "Steigung $v$" in tex and "slope" not in tex
    assert "Steigung" in html and "slope" not in html


# --- a missing language --------------------------------------------------------------------------


@pytest.mark.parametrize("missing", LANGUAGES)
@pytest.mark.parametrize("place", [
    said, written, lambda t: Exercise(task=t), lambda t: Exercise(title=t),
    lambda t: Exercise(parts=(Part(t),)), lambda t: Sheet("s", t, ()),
], ids=["said", "written", "task", "title", "part", "sheet"])  # fmt: skip
def test_a_missing_language_is_named(missing: str, place: object) -> None:
    text = {x: "words" for x in LANGUAGES if x != missing}
    with pytest.raises(SheetError, match=rf"no (text|title) in {missing}\b"):
        place(text)  # type: ignore[operator]
    place(dict.fromkeys(LANGUAGES, "words"))  # type: ignore[operator]


def test_both_languages_missing_are_both_named() -> None:
    with pytest.raises(SheetError, match="no text in en, de"):
        said({})
