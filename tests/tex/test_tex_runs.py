"""One compilation with a script in the role of TeX, and what recorded logs say."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from symbackprop.errors import TexError
from symbackprop.tex import tex_log as log
from symbackprop.tex.engine import Compiled, Engine, compile_pdf

posix = pytest.mark.skipif(os.name != "posix", reason="the fake engine is a shell script")


def fake_engine(script: Path) -> Engine:
    """An engine that is a script."""
    return Engine("fake", str(script), "tex", "", frozenset())


def script(tmp_path: Path, text: str) -> Engine:
    """A shell script in the role of TeX; it may leave notes in $NOTES."""
    path = tmp_path / "bin" / "faketex"
    path.parent.mkdir()
    path.write_text(f"#!/bin/sh\nNOTES={tmp_path}\npwd > $NOTES/folder\n{text}\n")
    path.chmod(0o755)
    return fake_engine(path)


def was_cleaned(tmp_path: Path) -> bool:
    """The folder the fake engine ran in is gone."""
    return not Path((tmp_path / "folder").read_text().strip()).exists()


def is_running(pid: int) -> bool:
    """A process that exists and is not merely waiting to be forgotten."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, check=False)
    return state.stdout.strip()[:1] not in (b"", b"Z")


def ends(pid: int) -> bool:
    """A killed process is gone; the signal is sent at once and takes effect a little later."""
    for _ in range(100):
        if not is_running(pid):
            return True
        time.sleep(0.1)
    return False


@posix
def test_a_timeout_kills_the_children_too(tmp_path: Path) -> None:
    slow = script(tmp_path, "sleep 600 &\necho $! > $NOTES/child\nsleep 600")
    with pytest.raises(TexError, match="within 3 seconds"):
        compile_pdf("x", engine=slow, timeout=3.0)
    assert ends(int((tmp_path / "child").read_text()))
    assert was_cleaned(tmp_path)


@posix
def test_a_run_that_writes_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symbackprop.tex.fenced_run.OUTPUT_LIMIT", 1000)
    with pytest.raises(TexError, match="wrote more than"):
        compile_pdf("x", engine=script(tmp_path, "head -c 5000 /dev/zero; sleep 60"), timeout=30)
    assert was_cleaned(tmp_path)


@posix
def test_runs_stop_at_three(tmp_path: Path) -> None:
    restless = script(
        tmp_path,
        "echo run >> $NOTES/runs; cp $NOTES/runs sheet.aux; echo pdf > sheet.pdf\n"
        "echo 'Output written on sheet.pdf (7 pages, 9 bytes).' > sheet.log",
    )
    assert compile_pdf("x", engine=restless) == Compiled(b"pdf\n", 7, ())
    assert (tmp_path / "runs").read_text().count("run") == 3


@posix
def test_runs_stop_when_nothing_changes(tmp_path: Path) -> None:
    calm = script(tmp_path, "echo run >> $NOTES/runs; echo a > sheet.aux; echo pdf > sheet.pdf")
    compile_pdf("x", engine=calm)
    assert (tmp_path / "runs").read_text().count("run") == 2


@posix
def test_a_failure_says_where_and_leaves_nothing(tmp_path: Path) -> None:
    failing = script(tmp_path, f"cat > sheet.log <<'END'\n{UNDEFINED}\nEND\necho half > sheet.pdf; exit 1")
    with pytest.raises(TexError, match=r"sheet exam, equation grad, line 4.*\\oops"):
        compile_pdf(SOURCE, engine=failing)
    assert was_cleaned(tmp_path)


@posix
def test_a_failure_without_a_log_tells_what_was_printed(tmp_path: Path) -> None:
    with pytest.raises(TexError, match="status 3: disk on fire"):
        compile_pdf("x", engine=script(tmp_path, "echo disk on fire; exit 3"))


@posix
def test_no_page_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TexError, match="no page"):
        compile_pdf("x", engine=script(tmp_path, "exit 0"))


@posix
def test_tex_is_called_fenced_in(tmp_path: Path) -> None:
    asking = script(tmp_path, "echo $* > $NOTES/args; env > $NOTES/env; echo pdf > sheet.pdf")
    compile_pdf("x", engine=asking)
    args, env = (tmp_path / "args").read_text(), (tmp_path / "env").read_text().splitlines()
    for switch in ("-no-shell-escape", "-halt-on-error", "-file-line-error", "nonstopmode"):
        assert switch in args
    assert {"openin_any=p", "openout_any=p", "FORCE_SOURCE_DATE=1"} <= set(env)
    folder = (tmp_path / "folder").read_text().strip()
    assert f"TEXMFVAR={folder}/var" in env


def test_an_engine_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(TexError, match="fake: cannot be started"):
        compile_pdf("x", engine=fake_engine(tmp_path / "nothing"))


def test_a_job_name_is_only_a_name() -> None:
    with pytest.raises(TexError, match="job name"):
        compile_pdf("", engine=fake_engine(Path("x")), jobname="../x")


# --- recorded logs ------------------------------------------------------------------------------

SOURCE = "%% sheet: exam\n%% equation: forward\n$x$\n%% equation: grad\n$\\oops$\n\nz\n\\frac{1"
UNDEFINED = r"""This is pdfTeX, Version 3.141592653-2.6-1.40.24 (TeX Live 2022/Debian)
(./sheet.tex
LaTeX2e <2022-11-01> patch level 1
./sheet.tex:4: Undefined control sequence.
<argument> \oops

l.4 $\frac{\oops}{2}
                    $
./sheet.tex:4:  ==> Fatal error occurred, no output PDF file produced!"""
OTHERS = [
    ("! LaTeX Error: File `x.tex' not found.\n\nType X\n./sheet.tex:5: Emergency stop.", "not found", 5),
    ("! Emergency stop.\n<*> sheet.tex\n\n*** (job aborted, no legal \\end found)\n", "no legal", 0),
    ("Runaway argument?\n{1 \n! File ended while scanning use of \\frac .\n", "scanning", 8),
    ("./sheet.tex:7: LaTeX Error: Unicode character\n               not set up.\n\n", "not set up", 7),
    ("/usr/x/pgf.sty:33: Dimension too large.\nl.33 x\n", "Dimension", 0),
    ("./sheet.tex:9: LaTeX Error: \\begin{a} on input line 5 ended by \\end{b}.\n\n", "ended", 5),
]


@pytest.mark.parametrize(("text", "message", "line"), OTHERS)
def test_the_first_error_of_a_log(text: str, message: str, line: int) -> None:
    found = log.fault(text, SOURCE, jobname="sheet")
    assert found is not None
    assert message in found.message
    assert found.line == line


def test_a_good_log_has_no_error() -> None:
    good = "(./sheet.tex\nPackage x Info: y on input line 3.\nOutput written on sheet.pdf (1 page)."
    assert log.fault(good, SOURCE, jobname="sheet") is None
    assert log.pages(good) == 1


def test_a_blank_line_stands_for_the_line_above() -> None:
    assert str(log.place(SOURCE, 6)) == "sheet exam, equation grad, line 5"


def test_a_new_sheet_ends_the_equation() -> None:
    assert log.place("%% sheet: a\n%% equation: b\n%% sheet: c\nx", 4).equation == ""


def test_wide_lines_of_a_log() -> None:
    text = (
        r"Overfull \hbox (12.5pt too wide) in paragraph at lines 2--3"
        "\n"
        r"Overfull \hbox (0.9pt too wide) detected at line 5"
        "\n"
        r"Overfull \hbox (3.0pt too wide) has occurred while \output is active"
        "\n"
        r"Overfull \vbox (30.0pt too high) has occurred while \output is active"
        "\n"
    )
    assert log.overfull(text, SOURCE) == (
        "12.5pt too wide: sheet exam, equation forward, line 3",
        "3.0pt too wide",
    )


def test_lost_characters_of_a_log() -> None:
    text = "Missing character: There is no ß in font cmr10!\n"
    assert log.lost(text) == ("ß",)
    assert log.lost(text.replace("cmr10", "nullfont")) == ()
