"""TeX with real engines: text stays inert, the page is right, failures say where, runs are fenced."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from symbackprop.errors import TexError
from symbackprop.tex.engine import Engine, compile_pdf, find_engine
from symbackprop.tex.escape import _KNOWN, escape
from symbackprop.tex.preamble import Language, preamble


@pytest.fixture(scope="module", params=["pdflatex", "wheel", "lualatex"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine of this machine; no test runs where there is none."""
    try:
        found = find_engine(request.param)
    except TexError as error:
        pytest.skip(str(error))
    assert found
    return found


def page(body: str, engine: Engine | None = None, language: Language = "en") -> str:
    """A whole document around a body."""
    packages = engine.packages if engine else frozenset[str]()
    return f"{preamble(packages, language)}\\begin{{document}}\n{body}\n\\end{{document}}\n"


# --- escape -------------------------------------------------------------------------------------

WORDS = frozenset(
    [
        "texttt",
        "allowbreak",
        "textsuperscript",
        "textsubscript",
        "sbsplit",
        "i",
        "j",
        "u",
        "r",
        "H",
        "v",
        "d",
        "c",
        "b",
    ]
)
EVIL = (
    r"""\input{/etc/passwd} \write18{id} {x} $5 & #1 %c a_b^c ~x <t> |p| "q" it''s `b` --- ,, ?`!`
 ^^M \\[3pt] \item[o] * a=b „Größe“ ß ā ẽ ǆ ﬁ ½ x² H₂O 𝑥𝐖 ℝ ∂L/∂W ΔΩ ✓ 😀 中 Ж é"""
    + "\0\x07\u202e\ud800"
)


def inert(tex: str) -> bool:
    """Braces balance, no special character is bare, and every command only prints a character."""
    printing = set(re.findall(r"\\([A-Za-z]+)", "".join(_KNOWN.values())))
    depth, rest = 0, re.sub(r"\\([A-Za-z]+)", lambda m: _word(m[1], printing), tex)
    rest = re.sub(r"\\[{}$&#%_,|\-`'^~=.\"]", "", rest)
    for char in rest:
        depth += {"{": 1, "}": -1}.get(char, 0)
        if depth < 0 or char in "\\$&#%_^\n\0":
            return False
    return depth == 0


def _word(name: str, printing: set[str]) -> str:
    """Nothing for a command that prints; a backslash, which is refused, for any other."""
    return "" if name in WORDS or name in printing else "\\"


@given(st.text())
def test_any_text_becomes_inert(text: str) -> None:
    assert inert(escape(text))


@given(st.text(alphabet="\\{}$&#%_^~<>|\"'`-,?![]*= \n\tainput"))
def test_text_made_of_special_characters_becomes_inert(text: str) -> None:
    assert inert(escape(text))


@pytest.mark.parametrize("tex", [r"\input{x}", "{", "}", "{}}{", "a_b", "50%", "$", r"\write18"])
def test_what_is_not_inert_is_seen(tex: str) -> None:
    assert not inert(tex)


@given(st.text(alphabet=st.characters(max_codepoint=127, categories=["L", "Nd"])))
def test_letters_and_digits_stay(text: str) -> None:
    assert escape(text) == text


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        ("Größe ß", "Größe ß"),
        ("e\u0301", "é"),
        ("a\nb", "a b"),
        ("--", r"-{\sbsplit}-"),
        (r"\x", r"{\textbackslash}x"),
        ("x²", r"x\textsuperscript{2}"),
        ("ā", r"{\={a}}"),
        ("∂", r"\ensuremath{\partial}"),
        ("😀", r"\texttt{U+1F600}\allowbreak{}"),
        ("\0", r"\texttt{U+0000}\allowbreak{}"),
    ],
)
def test_escape_by_example(text: str, tex: str) -> None:
    assert escape(text) == tex


@pytest.mark.parametrize("sign", "×·⋅Δ∆μµ÷±≤≥≠≈→∈✗✘")
def test_a_sign_of_mathematics_in_prose_prints_as_it_is(sign: str) -> None:
    """Also one that shares its command with another sign."""
    assert escape(sign).startswith(r"\ensuremath{")


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(texts=st.lists(st.text(max_size=40), min_size=20, max_size=60))
def test_any_escaped_text_compiles(engine: Engine, texts: list[str]) -> None:
    body = "\n\n".join(f"x{escape(text)}x \\textbf{{{escape(text)}}}" for text in texts)
    assert compile_pdf(page(body, engine), engine=engine).pages >= 1


def test_every_character_up_to_the_arrows_compiles(engine: Engine) -> None:
    chars = [chr(n) for n in range(0x2300)]
    rows = ("".join(chars[k : k + 64]) for k in range(0, len(chars), 64))
    assert compile_pdf(page("\n\n".join(map(escape, rows)), engine), engine=engine).pages > 1


def test_commands_in_text_are_printed(engine: Engine, tmp_path: Path) -> None:
    copied = read(compile_pdf(page(escape(EVIL), engine), engine=engine).pdf, tmp_path)
    for words in (r"\input{/etc/passwd} \write18{id} {x} $5 & #1 %c a_b^c ~x <t> |p|", "„Größe“"):
        assert words in " ".join(copied.split())


def test_escaped_text_is_inert_where_options_are_read(engine: Engine) -> None:
    text = escape("[3pt]*]")
    body = rf"a\\{text}\begin{{itemize}}\item {text}\end{{itemize}}\textbf{{{text}}}"
    body += rf"${{}}^{{\text{{{text}}}}}$"
    assert compile_pdf(page(body, engine), engine=engine).pages == 1


# --- the page -----------------------------------------------------------------------------------


def read(pdf: bytes, tmp_path: Path) -> str:
    """The text a reader would copy from a PDF."""
    if not shutil.which("pdftotext"):
        pytest.skip("no pdftotext")
    (tmp_path / "read.pdf").write_bytes(pdf)
    command = ["pdftotext", "-enc", "UTF-8", str(tmp_path / "read.pdf"), "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()


@pytest.mark.parametrize("language", ["en", "de"])
def test_german_can_be_copied(engine: Engine, language: Language, tmp_path: Path) -> None:
    words = "„Rückwärtsgleichungen“ Größe Straße ÄÖÜ äöü ß a_b {x} \\input --"
    done = compile_pdf(page(rf"\mbox{{{escape(words)}}}", engine, language), engine=engine)
    assert words in read(done.pdf, tmp_path).replace("\u2010", "-")


def test_what_templates_rely_on(engine: Engine) -> None:
    body = r"""\sbhead{l}{r}\begin{tabular}{l}\sbtoprule a\\\sbmidrule
    \multicolumn{1}{r}{$\sbR$ \sbR}\\\sbbottomrule\end{tabular}\sbcheck $\sbcheck\bm{W}$"""
    assert compile_pdf(page(body, engine), engine=engine).overfull == ()


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_source_for_any_engine_gives_the_page_of_this_one(engine: Engine, language: Language) -> None:
    known, unknown = (page("Größe $\\bm x$", engine, language), page("Größe $\\bm x$", None, language))
    assert known != unknown
    assert compile_pdf(known, engine=engine).pdf == compile_pdf(unknown, engine=engine).pdf


def test_title_and_language_are_in_the_file(engine: Engine, tmp_path: Path) -> None:
    title = rf"\sbtitle{{{escape('Größe 50% -- {x} a_b')}}}"
    source = page("x", engine, "de").replace(r"\begin{document}", title + r"\begin{document}")
    pdf = compile_pdf(source, engine=engine).pdf
    assert pdf == compile_pdf(source, engine=engine).pdf
    if shutil.which("pdfinfo"):
        (tmp_path / "t.pdf").write_bytes(pdf)
        told = subprocess.run(["pdfinfo", str(tmp_path / "t.pdf")], capture_output=True, check=True)
        assert "Größe 50% -- {x} a_b" in told.stdout.decode()


def test_pages_and_wide_lines_are_told(engine: Engine) -> None:
    wide = r"\[" + "a+" * 80 + r"\]"
    body = f"%% sheet: s\n%% equation: narrow\nx\n%% equation: wide one\n{wide}\n\\newpage y"
    done = compile_pdf(page(body, engine), engine=engine)
    assert done.pages == 2
    assert len(done.overfull) == 1
    assert "sheet s, equation wide one" in done.overfull[0]


# --- failures and fences ------------------------------------------------------------------------


def test_an_error_carries_its_place(engine: Engine) -> None:
    body = "%% sheet: s3\n%% equation: a\n$x$\n%% equation: grad W1\n$\\frac{\\oops}{2}$\nz"
    with pytest.raises(TexError) as caught:
        compile_pdf(page(body, engine), engine=engine)
    told = str(caught.value)
    assert "sheet s3, equation grad W1" in told
    assert r"Undefined control sequence \oops" in told
    assert r"$\frac{\oops}{2}$" in told
    assert caught.value.hint


def test_a_command_that_never_ends_is_found(engine: Engine) -> None:
    with pytest.raises(TexError, match=r"equation b(.|\n)*frac(.|\n)*a } is missing"):
        compile_pdf(page("%% equation: b\n\\frac{1\n\nz", engine), engine=engine)


def test_shell_escape_is_off(engine: Engine, tmp_path: Path) -> None:
    proof = tmp_path / "proof"
    body = (
        rf"\ifdefined\directlua\directlua{{os.execute('touch {proof}')}}"
        rf"\else\immediate\write18{{touch {proof}}}\fi x"
    )
    compile_pdf(page(body, engine), engine=engine)
    assert not proof.exists()


@pytest.mark.parametrize("name", ["/etc/passwd", "../secret.tex"])
def test_files_outside_cannot_be_read(engine: Engine, name: str) -> None:
    with pytest.raises(TexError, match="not found"):
        compile_pdf(page(rf"\input{{{name}}}", engine), engine=engine)


def test_files_outside_cannot_be_opened(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "secret.tex").write_text("secret")
    there = rf"\newread\f\openin\f={tmp_path}/secret.tex \ifeof\f closed\else\leak\fi"
    assert compile_pdf(page(there, engine), engine=engine).pages == 1


def test_files_outside_cannot_be_written(engine: Engine, tmp_path: Path) -> None:
    there = rf"\newwrite\f\immediate\openout\f={tmp_path}/new.txt \immediate\write\f{{x}} x"
    with pytest.raises(TexError):
        compile_pdf(page(there, engine), engine=engine)
    assert not any(tmp_path.iterdir())


def test_a_loop_is_stopped(engine: Engine) -> None:
    with pytest.raises(TexError, match="did not finish within 2 seconds"):
        compile_pdf(r"\def\a{\a}\a", engine=engine, timeout=2.0)


def test_a_character_left_out_is_an_error(engine: Engine) -> None:
    with pytest.raises(TexError, match="left out"):
        compile_pdf(page(r"{\fontencoding{OMS}\fontfamily{lmsy}\selectfont\char200}", engine), engine=engine)
