"""The command line as a user meets it: exit status, files, JSON, messages."""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from symbackprop.__main__ import main
from symbackprop.build import Build, build
from symbackprop.tex.engine import find_engine

GRAPH = "x: d; W: m x d; y: m\nL = sum((W @ x - y)**2)\n"
SHEET = '''
import symbackprop as sb
SHEET = sb.Sheet(name="small", title={"en": "A \\\\input{x} & 100%% <b>", "de": "Größe _ {}"},
                 graph="x: d; W: m x d; L = sum(tanh(W @ x))", wrt=("W",), header={"course": "A & B"})
'''  # fmt: skip


@pytest.fixture
def graph(tmp_path: Path) -> str:
    path = tmp_path / "graph.txt"
    path.write_text(GRAPH, "utf-8")
    return str(path)


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "small.py"
    path.write_text(SHEET, "utf-8")
    return path


def test_derive_prints_text_and_what_was_verified(graph: str, capsys) -> None:
    assert main(["derive", graph, "--wrt", "W"]) == 0
    said = capsys.readouterr().out
    assert "∂L/∂W = 2 (W x − y) xᵀ" in said
    assert "verified" in said


def test_derive_json_has_the_keys_of_the_contract(graph: str, capsys) -> None:
    assert main(["derive", graph, "--wrt", "W,x", "--to", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [r["wrt"] for r in rows] == ["W", "x"]
    for r in rows:
        assert set(r) == {"wrt", "shape", "latex", "text", "numpy", "verified", "max_rel_error"}
        assert r["verified"] is True
        assert r["max_rel_error"] < 1e-10


@pytest.mark.parametrize("kind", ["jacobian", "hessian"])
def test_second_order_verbs(graph: str, kind: str, capsys) -> None:
    assert main(["derive", graph, "--wrt", "x", "--as", kind, "--to", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["verified"] is True


def test_standard_input(monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(GRAPH))
    assert main(["derive", "-", "--wrt", "y", "--to", "latex"]) == 0
    assert capsys.readouterr().out.strip()


def test_emitted_code_runs(graph: str, capsys) -> None:
    assert main(["emit", graph, "--to", "numpy", "--wrt", "W"]) == 0
    scope: dict = {}
    exec(capsys.readouterr().out, scope)
    rng = np.random.default_rng(7)
    x, W, y = rng.normal(size=3), rng.normal(size=(5, 3)), rng.normal(size=5)
    out = scope["value_and_gradients"](x=x, W=W, y=y)
    assert np.allclose(out["W"], 2 * np.outer(W @ x - y, x), rtol=1e-12)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x: 3; y: 4\nz = x + y", "line 2"),
        ("x: 3; L = sun(x)", "Did you mean"),
        ("x: 3; L = __import__('os').getpid()", "line 1"),
        ("x: 3", "no node"),
    ],
)
def test_bad_graphs_exit_with_two(tmp_path: Path, capsys, text: str, said: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_text(text, "utf-8")
    assert main(["derive", str(path)]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error


def test_missing_file_and_unknown_names(graph: str, capsys) -> None:
    assert main(["derive", "no-such-file"]) == 2
    assert main(["derive", graph, "--wrt", "V"]) == 2
    assert "no symbol `V`" in capsys.readouterr().err


def test_build_writes_sheets_and_report(module: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "out"
    assert main(["build", str(module), "-o", str(out), "--to", "tex", "--jobs", "1"]) == 0
    report = json.loads((out / "report.json").read_text("utf-8"))
    assert report["ok"] is True
    assert {s["lang"] for s in report["sheets"]} == {"en", "de"}
    for s in report["sheets"]:
        assert set(s) == {"name", "lang", "equations", "checked", "max_rel_error", "file", "pages"}
        assert s["equations"] == s["checked"] > 0
        assert (out / s["file"]).is_file()
    tex = (out / "small.en.tex").read_text("utf-8")
    assert r"\input{x}" not in tex


def test_exercise_hides_the_solution(module: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ["build", str(module), "-o", str(out), "--to", "html", "--version", "exercise"]
    assert main([*arguments, "--lang", "en", "--jobs", "1"]) == 0
    (page,) = out.glob("*.html")
    said = page.read_text("utf-8")
    assert "Gradients" not in said
    assert "<b>100" not in said
    assert "&lt;b&gt;" in said


def test_one_bad_sheet_does_not_stop_the_others(module: Path, tmp_path: Path, capsys) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("raise RuntimeError('no')", "utf-8")
    wrong = tmp_path / "wrong.py"
    wrong.write_text(SHEET.replace("small", "wrong").replace("W @ x", "W @ W"), "utf-8")
    out = tmp_path / "out"
    assert main(["build", str(tmp_path), "-o", str(out), "--to", "tex", "--jobs", "1"]) == 2
    report = json.loads((out / "report.json").read_text("utf-8"))
    assert report["ok"] is False
    assert {s["name"] for s in report["sheets"]} == {"small"}
    error = capsys.readouterr().err
    assert "broken.py" in error
    assert "matmul" in error


def test_any_executor_serves(module: Path, tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        status, outcomes = build(Build((module,), tmp_path / "out", "tex"), executor=pool)
    assert status == 0
    assert len(outcomes) == 1


def test_without_tex_the_sources_are_written(module: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "out"
    assert main(["build", str(module), "-o", str(out), "--engine", "none", "--lang", "de"]) == 0
    assert {p.suffix for p in out.iterdir()} == {".tex", ".html", ".json"}
    assert "apt-get install" in capsys.readouterr().err


@pytest.mark.skipif(find_engine() is None, reason="no TeX here")
def test_pdf(module: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["build", str(module), "-o", str(out), "--jobs", "1"]) == 0
    report = json.loads((out / "report.json").read_text("utf-8"))
    assert all(s["pages"] > 0 for s in report["sheets"])
    assert (out / "small.de.pdf").read_bytes().startswith(b"%PDF")


def test_help_needs_no_heavy_import() -> None:
    code = "import sys; import symbackprop.__main__; print(any(m in sys.modules for m in ('sympy', 'lark', 'jinja2')))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


def test_doctor(capsys) -> None:
    assert main(["doctor"]) == 0
    assert "TeX" in capsys.readouterr().out
