"""The command line: what it writes, what it says, its exit status, and what stays intact when it fails."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symbackprop.__main__ import main
from symbackprop.sheet.building import modules
from tests import ROOT

HEAD = "from symbackprop import Derived, Exercise, Sheet\n"
GOOD = (
    HEAD
    + """
SHEET = Sheet(name="good", title={"en": "Good", "de": "Gut"}, exercises=(Exercise(answers=(Derived(
    show=("forward", "gradients"), graph="x: d; W: m x d; L = sum(tanh(W @ x)**2)"),)),))
"""
)
SIZES = (
    HEAD + 'S = Sheet(name="sizes", title={"en": "S", "de": "S"}, exercises=(Exercise(answers=('
    'Derived("x: d; W: m x d; L = sum(x @ W)"),)),))'
)
FALSE = (
    GOOD.replace('"good"', '"false"')
    + """
from dataclasses import replace
from symbackprop.formula.tree import Times, number

answer = SHEET.exercises[0].answers[0]
page = answer.page
section, block = page.sections[0], page.sections[0].blocks[0]
first = replace(block.rows[0], sides=(Times((number(2), block.rows[0].left)),))
block = replace(block, rows=(first, *block.rows[1:]))
section = replace(section, blocks=(block, *section.blocks[1:]))
answer.__dict__["page"] = replace(page, sections=(section, *page.sections[1:]))
"""
)
FAULT = (
    GOOD.replace('"good"', '"fault"')
    + """
class Faulty(Sheet):
    @property
    def checks(self):
        raise RuntimeError("a fault of ours")

SHEET = Faulty(SHEET.name, SHEET.title, SHEET.exercises)
"""
)
LAYER = "x: d; W: m x d; b: m\nh = tanh(W @ x + b)\nL = sum(h**2)\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sheets").mkdir()
    return tmp_path


def put(folder: Path, **sources: str) -> Path:
    for name, source in sources.items():
        (folder / "sheets" / f"{name}.py").write_text(source, "utf-8")
    return folder / "sheets"


def build(folder: Path, *options: str) -> int:
    return main(["build", str(folder / "sheets"), "-o", str(folder / "out"), *options])


def written(folder: Path) -> list[str]:
    return sorted(p.name for p in (folder / "out").iterdir())


# --- build ---------------------------------------------------------------------------------------


def test_build_writes_one_file_per_sheet_and_language(folder: Path) -> None:
    put(folder, good=GOOD)
    assert build(folder, "--to", "tex") == 0
    assert written(folder) == ["good.de.tex", "good.en.tex", "report.json"]


def test_report_json_has_the_agreed_keys(folder: Path) -> None:
    put(folder, good=GOOD)
    build(folder, "--to", "html", "--lang", "de")
    report = json.loads((folder / "out" / "report.json").read_text("utf-8"))
    assert list(report) == ["sheets", "ok"]
    assert report["ok"] is True
    (row,) = report["sheets"]
    assert list(row) == ["name", "lang", "equations", "checked", "max_rel_error", "file", "pages"]
    assert (row["name"], row["lang"], row["file"]) == ("good", "de", "good.de.html")
    assert row["equations"] == row["checked"] > 0
    assert 0 <= row["max_rel_error"] < 1e-10


def test_a_pdf_is_written_where_there_is_tex(folder: Path) -> None:
    from symbackprop.tex.engine import find_engine

    if find_engine() is None:
        pytest.skip("no TeX")
    put(folder, good=GOOD)
    assert build(folder, "--lang", "de", "--version", "exercise") == 0
    assert written(folder) == ["good.exercise.de.pdf", "report.json"]
    assert (folder / "out" / "good.exercise.de.pdf").read_bytes().startswith(b"%PDF")


def test_without_tex_there_is_tex_and_html_and_the_shortest_fix(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(folder, good=GOOD)
    assert build(folder, "--engine", "none", "--lang", "en") == 0
    assert written(folder) == ["good.en.html", "good.en.tex", "report.json"]
    assert "pip install" in capsys.readouterr().err


def test_the_same_build_gives_the_same_bytes_on_one_core_and_on_two(folder: Path) -> None:
    put(folder, good=GOOD, other=GOOD.replace('"good"', '"other"'))
    found = []
    for jobs in ("1", "2"):
        assert build(folder, "--to", "tex", "--jobs", jobs) == 0
        found.append({p.name: p.read_bytes() for p in (folder / "out").iterdir()})
    assert found[0] == found[1]


@pytest.mark.parametrize("jobs", ["1", "3"])
@pytest.mark.parametrize(("source", "status", "said"), [
    (FALSE, 1, "forward.z: differs"),
    (FAULT, 2, "RuntimeError: a fault of ours"),
    (SIZES, 2, "sizes: "),
    ("x = = 1\n", 2, "bad.py, line 1"),
    (HEAD + "\n1/0\n", 2, "bad.py, line 3: ZeroDivisionError"),
    ("import sys\nsys.exit(3)\n", 2, "SystemExit"),
    (GOOD, 2, "two sheets are called good"),
], ids=["false", "fault", "sizes", "syntax", "error", "exit", "twice"])  # fmt: skip
def test_a_bad_sheet_stops_no_other(
    folder: Path, source: str, status: int, said: str, jobs: str, capsys: pytest.CaptureFixture[str]
) -> None:
    put(folder, bad=source, good=GOOD, last=GOOD.replace('"good"', '"last"'))
    assert build(folder, "--to", "tex", "--lang", "en", "--jobs", jobs) == status
    assert written(folder) == ["good.en.tex", "last.en.tex", "report.json"]
    assert json.loads((folder / "out" / "report.json").read_text("utf-8"))["ok"] is False
    assert said in capsys.readouterr().err


def test_a_failed_build_leaves_the_old_file(folder: Path) -> None:
    put(folder, good=GOOD)
    build(folder, "--to", "tex", "--lang", "en")
    before = (folder / "out" / "good.en.tex").read_bytes()
    put(folder, good=FALSE.replace('"false"', '"good"'))
    assert build(folder, "--to", "tex", "--lang", "en") == 1
    assert (folder / "out" / "good.en.tex").read_bytes() == before


@pytest.mark.parametrize(("argv", "said"), [
    (["build", "no/such/folder", "--to", "tex"], "no/such/folder"),
    (["build", "templates", "--to", "tex"], "no sheet found"),
    (["build", "worked/rosenbrock.py", "--to", "tex", "--templates", "no/such/folder"], "no folder"),
    (["derive", "nothing.graph"], "nothing.graph"),
    (["derive", "templates"], "templates"),
], ids=["path", "sheets", "templates", "file", "folder"])  # fmt: skip
def test_what_is_not_there_is_named(
    argv: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(ROOT)
    assert main([*argv, "-o", str(tmp_path)] if argv[0] == "build" else argv) == 2
    assert said in capsys.readouterr().err


def test_private_modules_of_a_folder_are_not_sheets(folder: Path) -> None:
    path = put(folder, good=GOOD, _part=GOOD)
    assert [p.name for p in modules([path])] == ["good.py"]


def test_a_pipe_is_quiet(folder: Path) -> None:
    put(folder, good=GOOD)
    done = run("build", str(folder / "sheets"), "-o", str(folder / "out"), "--to", "tex", "--lang", "en")
    assert done.returncode == 0
    assert done.stderr == ""
    assert re.fullmatch(r".*good\.en\.tex: \d+ of \d+ equations verified, largest error \S+\n", done.stdout)


# --- derive --------------------------------------------------------------------------------------


def run(*argv: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "symbackprop", *argv],
        input=text, capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip


@pytest.fixture
def layer(monkeypatch: pytest.MonkeyPatch) -> str:
    """The text of a layer on standard input."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(LAYER))
    return "-"


def test_derive_to_text(layer: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["derive", layer, "--wrt", "W, b"]) == 0
    first, second, last = capsys.readouterr().out.splitlines()
    assert first.startswith("∂L/∂W = ")
    assert first.endswith("[m × d]")
    assert second.startswith("∂L/∂b = ")
    assert last.startswith("verified: ")


def test_derive_to_json_has_the_agreed_keys(layer: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["derive", layer, "--wrt", "W,b", "--to", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [r["wrt"] for r in rows] == ["W", "b"]
    for row in rows:
        assert list(row) == ["wrt", "shape", "latex", "text", "numpy", "verified", "max_rel_error"]
        assert row["verified"] is True
        assert row["max_rel_error"] < 1e-6
    assert rows[0]["shape"] == ["m", "d"]


@pytest.mark.parametrize(("kind", "of"), [("jacobian", "h"), ("hessian", "L")])
@pytest.mark.parametrize("to", ["text", "latex", "json"])
def test_derive_second_kinds(
    layer: str, kind: str, of: str, to: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["derive", layer, "--of", of, "--wrt", "b", "--as", kind, "--to", to]) == 0
    out = capsys.readouterr().out
    assert "diag" in out
    if to == "json":
        assert json.loads(out)[0]["shape"] == ["m", "m"]


@pytest.mark.parametrize("kind", ["jacobian", "hessian"])
def test_derive_second_kinds_by_several(layer: str, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The blocks, then the whole."""
    of = {"jacobian": "h", "hessian": "L"}[kind]
    assert main(["derive", layer, "--of", of, "--wrt", "W,b", "--as", kind]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == {"jacobian": 3, "hessian": 4}[kind]
    assert lines[-1].startswith("(vec W, b): [")
    assert "⊗" in lines[-1]


def test_derive_says_which_block_has_no_matrix(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "X: n x d; W: d x k; b: k; P = softmax(X @ W + b); L = sum(P**2)"
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    assert main(["derive", "-", "--wrt", "W,b", "--as", "hessian"]) == 0
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 3
    assert "['W', 'W'] is no sum of Kronecker products" in said.err


@pytest.mark.parametrize(("text", "said"), [
    ("x: d; W: m x d; L = sum(x @ W)", "W"),
    ("L = ", "L"),
    ("", ""),
    ("x: d\nL = __import__('os')", "may not stand in a graph"),
], ids=["sizes", "unfinished", "empty", "import"])  # fmt: skip
def test_a_graph_that_cannot_be_read_is_status_2(
    text: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    assert main(["derive", "-"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("symbackprop: ")
    assert said in err


@pytest.mark.parametrize("options", [["--of", "Q"], ["--wrt", "Q"], ["--wrt", "Q", "--as", "hessian"],
                                     ["--of", "Q", "--as", "jacobian"]])  # fmt: skip
def test_an_unknown_name_is_status_2(
    layer: str, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["derive", layer, *options]) == 2
    assert "Q" in capsys.readouterr().err


# --- emit, doctor, start-up ----------------------------------------------------------------------


def test_emitted_code_runs_by_itself_and_agrees_with_the_formula_by_hand(
    layer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["emit", layer, "--wrt", "W", "--to", "numpy"]) == 0
    source = capsys.readouterr().out
    assert "symbackprop" not in re.sub(r'""".*?"""|#.*', "", source, flags=re.S)
    scope: dict[str, Any] = {}
    exec(compile(source, "emitted", "exec"), scope)  # our own output, from a text written above
    rng = np.random.default_rng(0)
    x, W, b = rng.normal(size=3), rng.normal(size=(5, 3)), rng.normal(size=5)
    out = scope["value_and_gradients"](x=x, W=W, b=b)
    h = np.tanh(W @ x + b)
    assert np.allclose(out["L"], np.sum(h**2))
    assert np.allclose(out["W"], np.outer(2 * h * (1 - h**2), x))


def test_doctor_says_what_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    assert "TeX engines" in capsys.readouterr().out


def test_help_loads_nothing_heavy() -> None:
    code = "import sys; from symbackprop.__main__ import parser; parser(); print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True, cwd=ROOT).split()
    assert "symbackprop.__main__" in loaded
    assert not {"sympy", "numpy", "jinja2", "lark", "rich"} & set(loaded)


@pytest.mark.parametrize("argv", [[], ["unknown"], ["build", "--to", "doc"], ["derive"]])
def test_a_wrong_command_is_status_2(argv: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(argv)
    assert stopped.value.code == 2
