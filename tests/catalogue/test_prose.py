"""Prose: formulas are set, everything else is text, and no command that is not listed reaches TeX."""

import re
from collections.abc import Callable
from html import escape as html_escape, unescape
from pathlib import Path

import pytest

from symbackprop.catalogue import LANGUAGES
from symbackprop.catalogue.prose import Text, Words, pieces, written as printed
from symbackprop.errors import SheetError
from symbackprop.sheet.building import sheets
from symbackprop.sheet.exercise import Answer, Derived, Exercise, Part, said, written
from symbackprop.sheet.formats import FORMATS
from symbackprop.sheet.sheet import Sheet, write_html, write_sheet, write_tex
from symbackprop.tex.engine import compile_pdf, find_engine
from symbackprop.tex.escape import escape
from symbackprop.tex.math_commands import TYPED, expanded

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
    r"\expandafter", r"\begin{document}", r"\end{document}", r"\href{x}{y}", r"\text{\x}", r"\alphabet",
    r"\\", "\\\n", r"\%", r"\#", r"\&", r"\@", r"\1", "\\é",
    "50%", "#1", "a & b", "a ~ b", "\x00", "\x1b[0m", "a\tb",
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
    loop afterassignment aftergroup directlua href url verb scantokens hbox vbox""".split()


def test_no_listed_command_reads_writes_or_defines() -> None:
    assert not set(TYPED) & set(PRIMITIVES)
    assert all(re.fullmatch("[A-Za-z]+|[ ,:;!{}|_]", c) for c in TYPED)


# --- what teachers type ----------------------------------------------------------------------------

TASKS = [
    r"\|x\|_2^2 + \lVert W \rVert_F \leq 1, a \geq 0, b \neq 0", r"\ln x + \log_2 y", r"\ell_i(\theta)",
    r"L = 0 \text{ if } y = 1", r"f(x) = \begin{cases} x & \text{if } x > 0, \\ 0 & \text{sonst für } x \le 0 \end{cases}",
    r"\mathcal{L}, \mathbb{R}^n, \mathbf{x}, \mathrm{d}x, \mathfrak{g}, \mathscr{H}",
    r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}^{-1} \begin{bmatrix} a \\ b \end{bmatrix}",
    r"A = \begin{array}{cc|c} 1 & 2 & 3 \\ 4 & 5 & 6 \end{array}", r"\begin{vmatrix} a & b \\ c & d \end{vmatrix}",
    r"x \sim \mathcal{N}(0, 1), p(x \mid y)", r"A \otimes B \odot C \oplus D", r"\det A = \operatorname{rank} B",
    r"f^\prime + f'", r"\partial_x \nabla_W L", r"\tfrac12 \frac{1}{2} \dfrac ab \sqrt{x} \sqrt[3]{x}",
    r"x_1, \ldots, x_n, \cdots, \vdots, \dots", r"f: x \mapsto x^2, A \to B", r"x \in A \subset B \cup C \cap D",
    r"\forall x\, \exists y: x \approx y \propto \infty", r"\langle x, y \rangle, \lfloor x \rfloor, \lceil x \rceil",
    r"\lfloor x \rceil", r"X^\top", r"\hat{x} \bar x \tilde{x} \vec{v} \overline{AB} \dot q \widehat{xy}",
    r"\underbrace{a + b}_{= c} \overbrace{x}^{n}", r"\sum_{i=1}^n \prod_j \int_0^1 \lim_{h \to 0} \max_x \min\limits_y",
    r"\argmax_x f(x) = \operatorname*{argmin}_y g(y)", r"\Pr(X = x), \mathbb{E}[X], \E[X], \R^n, \Var(X)",
    r"\left\{ x \in \R \;\middle|\; x > 0 \right\}", r"\Bigl( \bigl\| x \bigr\| \Bigr)", r"a \coloneqq b \triangleq c",
    r"x \xrightarrow{f} y \implies z \iff w", r"a \not= b \not\in C", r"a \overset{!}{=} b, \underset{x}{\max} f",
    r"\bigcup_i A_i \setminus \emptyset", "a\n + b", r"a \equiv b \pmod{n}", r"\boldsymbol{\theta}, \bm{x}, \boldsymbol\mu",
    r"\{1, \dots, K\}, 50\,\text{km}", r"\binom{n}{k} \ll \gg \pm \mp \perp \star \circ",
    r"\alpha\text{-Fehler}", r"\norm{W x + b}_2^2 + \abs{\frac{a}{b_{c}}} + \abs\alpha + \norm x",
    r"\norm{\abs{x} - \norm{y \}}}, \mathbbm{1}_{x > 0}",
]  # fmt: skip


@pytest.mark.parametrize("formula", TASKS)
def test_what_teachers_type_is_set_everywhere(formula: str) -> None:
    s = sheet_with(said(both(f"so ${formula}$.")))
    tex, html, txt = (write_sheet(FORMATS[to], s, s.verify(), "en") for to in ("tex", "html", "txt"))
    assert f"so ${expanded(formula)}$." in tex
    (math,) = re.findall(r"<math.*?</math>", html, re.DOTALL)
    assert "\\" not in unescape(re.sub("<[^>]*>", "", math))
    assert not re.search(r"\\|\{\}", txt.replace("{1", "1"))


@pytest.mark.slow
def test_what_teachers_type_compiles(tmp_path: Path) -> None:
    s = sheet_with(said(both(" ".join(f"${formula}$." for formula in TASKS))))
    assert compile_pdf(write_tex(s, s.verify(), "en"), engine=find_engine()).pages == 1


WRONG = {
    r"\begin{pmatrix} 1 & 2": r"\\end\{pmatrix\} without", r"\begin{pmatrix} 1 \end{bmatrix}": "without",
    r"\end{cases}": "without",
    r"\begin{cases} {a & b} \end{cases}": "outside a table", r"a & b": "outside a table", r"\begin{array} a \end{array}": "columns",
    r"\begin{pmatrix}{cc} a & b \end{pmatrix}": "columns", r"\begin{tabular} a \end{tabular}": "begin",
    r"\begin{cases} a \\[3pt] b \end{cases}": r"`\\\\\[` may", r"\sqrt[3": "braces|without", r"x \limits_a": "limits",
    r"\left( a \middle b \right)": "middle", r"a \middle| b": "middle", r"\text{\input x}": "input|word",
    r"\foo": "foo", r"\argmaxx": "argmaxx", r"\begin{align} a \end{align}": "begin", r"\frac{a}{}{": "braces",
    r"\left( x": "left", r"\operatorname*{a_b}": "operatorname|word", r"{\text{a}": "braces",
    r"\begin{cases} \left( a & b \right) \end{cases}": "table",
}  # fmt: skip


@pytest.mark.parametrize("formula", WRONG)
def test_what_does_not_end_as_it_began_is_named(formula: str) -> None:
    with pytest.raises(SheetError, match=WRONG[formula]):
        both(f"${formula}$")


def test_a_bad_command_is_named_with_its_line() -> None:
    with pytest.raises(SheetError, match=r"prose, line 3: `\\foo` may not stand"):
        Words(en="one $x$\ntwo\nthree $\\foo$")


MODULE = """
from symbackprop import Exercise, Sheet, Words

SHEET = Sheet("s", {"en": "T"}, (
    Exercise(task=Words(en="fine")),
    Exercise(task=Words(en=r"not $\\foo$")),
))
"""


def test_a_module_with_a_bad_command_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "typed.py").write_text(MODULE, "utf-8")
    with pytest.raises(SheetError, match=r"typed\.py, line 6: prose: `\\foo` may not stand"):
        sheets(tmp_path / "typed.py")


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
@pytest.mark.parametrize("text", [lambda x: {x: "words"}, lambda x: Words(**{x: "words $x$"})])
@pytest.mark.parametrize("place", [
    lambda t, well: sheet_with(said(t)), lambda t, well: sheet_with(written(t)),
    lambda t, well: sheet_with(Exercise(task=t)), lambda t, well: sheet_with(Exercise(title=t)),
    lambda t, well: sheet_with(Exercise(parts=(Part(t),))),
], ids=["said", "written", "task", "title", "part"])  # fmt: skip
def test_one_language_is_enough_where_no_other_is_asked_for(
    missing: str, text: Callable[[str], Text], place: Callable[..., Sheet]
) -> None:
    (has,) = (x for x in LANGUAGES if x != missing)
    s = place(text(has), None)
    for write in (write_tex, write_html):
        assert "words" in write(s, s.verify(), has)  # type: ignore[arg-type]
        with pytest.raises(SheetError, match=rf"no text in {missing} beside `words.*\n.*--lang {has}"):
            write(s, s.verify(), missing)  # type: ignore[arg-type]


def sheet_with(what: Answer | Exercise) -> Sheet:
    return Sheet(
        "s", {"en": "T", "de": "T"}, (what if isinstance(what, Exercise) else Exercise(answers=(what,)),)
    )


def test_a_title_in_one_language_makes_a_sheet_in_one() -> None:
    s = Sheet("s", {"de": "T"}, ())
    assert s.languages == ("de",)
    with pytest.raises(SheetError, match="no title in en"):
        write_tex(s, s.verify(), "en")
    with pytest.raises(SheetError, match="no title in en, de"):
        Sheet("s", {}, ())
    with pytest.raises(SheetError, match="no text in en, de"):
        Words()


def test_a_title_of_words_has_its_formulas_set() -> None:
    s = Sheet("s", Words(en=r"Of $\mathcal{L}$ & $\R^n$", de=r"Von $\mathcal{L}$ & $\R^n$"), ())
    assert s.languages == ("en", "de")
    tex, html, txt = (write_sheet(FORMATS[to], s, s.verify(), "de") for to in ("tex", "html", "txt"))
    assert r"\bfseries Von $\mathcal{L}$ \& $\mathbb{R}^n$" in tex
    assert "<h1>Von <math" in html and "<title>Von \\mathcal{L} &amp; \\R^n</title>" in html
    assert "$" not in txt


def test_both_languages_missing_are_both_named() -> None:
    with pytest.raises(SheetError, match="no text in en, de"):
        said({})
