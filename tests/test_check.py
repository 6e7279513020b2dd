"""A typed answer is judged as its values say, and its mistake has a name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symbackprop as sb
from symbackprop.__main__ import main
from symbackprop.answers.many import Task, judge_all
from symbackprop.answers.rules import WRONG
from symbackprop.catalogue import catalogue
from symbackprop.errors import DeclarationError
from tests.answers import ANSWER_GRAPHS as GRAPHS
from tests.answers import ANSWERS


@pytest.mark.parametrize(("graph", "wrt", "answer", "verdict", "mistake"), ANSWERS)
def test_answers(graph: str, wrt: str, answer: str, verdict: str, mistake: str) -> None:
    found = sb.check(GRAPHS[graph], wrt, answer)
    assert (found.verdict, found.mistake) == (verdict, mistake), (found.sentence(), found.detail)
    assert found.ok == (verdict == "correct")
    assert all(found.sentence(language) for language in ("en", "de"))
    json.dumps(found.as_dict())


def test_the_table_is_large_and_every_mistake_has_a_row() -> None:
    assert len(ANSWERS) >= 150
    assert len({g for g, *_ in ANSWERS}) >= 10
    said = {k.removeprefix("mistake.") for k in catalogue("en") if k.startswith("mistake.")}
    assert said == {key for *_, m in ANSWERS for key in m.split("+") if key}
    assert {key for key, _ in WRONG} <= said


MISTAKEN = [row for row in ANSWERS if row[3] in ("wrong", "transposed")]


@pytest.mark.parametrize(("graph", "wrt", "answer", "verdict", "mistake"), MISTAKEN[::4])
def test_a_mistake_has_its_name_and_a_counterexample_at_other_points(
    graph: str, wrt: str, answer: str, verdict: str, mistake: str
) -> None:
    found = sb.check(GRAPHS[graph], wrt, answer, seed=11)
    assert (found.verdict, found.mistake) == (verdict, mistake)
    misfit = {"inside", "selector", "time", "step"} & set(mistake.split("+"))
    c = found.counterexample
    assert misfit or (c is not None and c.right != c.given)


@pytest.mark.parametrize("by", ["1.2345", "0.98765", "π", "n**3"])
def test_what_nobody_does_has_no_name(by: str) -> None:
    """A factor that is none of those that get lost is not called one of them, nor anything else."""
    for graph, wrt, answer, verdict, _ in ANSWERS[::9]:
        bare = not any(x in answer for x in ("=", "\\", "sum"))
        if verdict == "correct" and bare and (by != "n**3" or graph in ("ls", "ce")):
            found = sb.check(GRAPHS[graph], wrt, f"{by} * ({answer})", notation="plain")
            assert (found.verdict, found.mistake) == ("wrong", ""), (graph, answer)


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_mistake_is_said_with_a_size(language: str) -> None:
    gaps = ("{size}", "{node}", "{name}", "{left}", "{asked}")
    for key, said in catalogue(language).items():
        assert not key.startswith("mistake.") or any(gap in said for gap in gaps), key
    found = sb.check(GRAPHS["rows"], "W1", "X'(E W2')").sentence(language)
    assert "H (n×m)" in found
    found = sb.check(GRAPHS["network"], "V", "((U'((k-t) .* k .* (1-k))) .* (1-g)) x'")
    assert "g (h)" in found.sentence(language) and "h×p" in found.sentence(language)


def test_a_right_answer_is_not_right_elsewhere() -> None:
    """Every right answer, held against another variable of its graph, is not called right."""
    for graph, wrt, answer, verdict, _ in ANSWERS[::7]:
        d = sb.derive(GRAPHS[graph])
        others = [n for n in d.wrt if n != wrt]
        if verdict == "correct" and others and wrt in d.wrt:
            assert not sb.check(d, others[0], answer).ok, (graph, others[0], answer)


def test_jacobians_hessians_and_values() -> None:
    g = "z: n; x: d; A: d x d; p = softmax(z); q = x @ A @ x; u = tanh(A @ x)"
    assert sb.check(g, "z", "diag(p) - p p'", of="p").ok
    assert sb.check(g, "z", r"p_i (\delta_{ij} - p_j)", of="p").ok
    assert sb.check(g, "z", "diag(p .* (1-p))", of="p").mistake == "diagonal"
    assert sb.check(g, "x", "diag(1 - u.^2) A", of="u").ok
    assert sb.check(g, "x", "A' diag(1 - u.^2)", of="u").verdict == "transposed"
    assert sb.check(g, "x", "A + A'", of="q", kind="hessian").ok
    assert not sb.check(g, "x", "2A", of="q", kind="hessian").ok
    assert sb.check(g, "p", "exp(z) / sum(exp(z))", of="p").ok
    assert sb.check(g, "p", "p", of="p").verdict == "unreadable"


def test_the_counterexample_has_small_integers_and_both_values() -> None:
    c = sb.check(GRAPHS["ls"], "w", "1/n X^T r").counterexample
    assert c is not None
    assert c.right != c.given
    assert sb.check(GRAPHS["ls"], "w", "2/n X^T r").counterexample is None
    by_hand = dict(c.inputs)
    assert all(isinstance(x, int) for x in by_hand["w"])  # type: ignore[union-attr]


def test_a_product_with_two_meanings_is_tried_both_ways() -> None:
    found = sb.check(GRAPHS["product"], "A", "dC * B")
    assert found.ok and found.reading == ("⊙",)
    assert "⊙" in found.sentence()
    assert sb.check(GRAPHS["product"], "A", "dC @ B").mistake == "product"


def test_names_of_the_graph_are_no_fault_of_the_answer() -> None:
    with pytest.raises(DeclarationError, match="no symbol `W3`"):
        sb.check(GRAPHS["rows"], "W3", "X")


HOSTILE = [
    "(" * 5000 + "X" + ")" * 5000, "X" * 3_000_000, "2^" * 5000 + "2", "9**9**9**9**9**9", "-" * 15000 + "r",
    r"\frac{" * 3000, r"\sum_{i=1}^{100000} \sum_{j=1}^{100000} \sum_{k=1}^{100000} i j k",
    r"\sum_{i=1}^{999999999} i", "9" * 5000, "+".join(["r"] * 8000), "1'" * 3000, "I" * 3000,
    "X^T " * 3000, "[" * 3000, r"\left(" * 4000, "with " * 3000 + "a = b", "E with E = E",
    "inv(" * 3000, "dX/d" * 3000, "_" * 5000, "'" * 15000, r"\begin{bmatrix}" * 1000, "1*" * 5000 + "I",
]  # fmt: skip

HOSTILE += [t[:9000] for t in HOSTILE if len(t) > 10_000]
HOSTILE += [
    r"\sum_{i=1}^{9999} \sum_{j=1}^{9999} \sum_{k=1}^{9999} i j k",
    "1'" * 400,
    "I " * 400,
    "+".join(["r"] * 1400),
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: t[:12])
def test_hostile_answers_are_refused(text: str) -> None:
    sb.check(GRAPHS["ls"], "w", "X'r")
    assert not sb.check(GRAPHS["ls"], "w", text).ok


PIECES = st.sampled_from(
    ["X", "w", "y", "r", "n", "2", "0,5", "(", ")", "[", "]", "{", "}", "'", "^T", "^", "_", "**", "*", ".*", "./", "/",
     "@", "+", "-", "=", " ", "sum_i", "X_ij", "w_j", "r_i", "diag(", "inv(", "σ(", "δ", "ᵀ", "²", "⊙", "1", "I", "d",
     "∂L/∂w", "dL/dw", r"\frac", r"\sum", r"\top", r"\odot", r"\left(", r"\right)", r"\begin{cases}", "&", r"\\", ",",
     " with ", "E", "softmax(", ">", "|", "\x00", "é", "e^(", "1[", "axis=0", "np.", ":", ".T", "\n", "$"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_pieces_of_formulas_never_crash(text: str) -> None:
    for notation in ("auto", "latex", "plain"):
        assert sb.check(GRAPHS["ls"], "w", text, notation=notation).verdict


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=30))
def test_any_text_never_crashes(text: str) -> None:
    assert sb.check(GRAPHS["rnn"], "a", text).verdict


def test_what_the_library_prints_is_right() -> None:
    for graph, wrt, *_ in ANSWERS[::3]:
        d = sb.derive(GRAPHS[graph], wrt=[wrt])
        if d.graph.time is None:
            assert sb.check(d, wrt, d[wrt].latex()).ok, d[wrt].latex()
            assert sb.check(d, wrt, d[wrt].text()).ok, d[wrt].text()


# --- many answers, and the command line ----------------------------------------------------------


def test_a_bad_row_stops_no_other() -> None:
    rows = [{"answer": "2/n X'r"}, {"bad": "no JSON"}, {"answer": "((("}, {"answer": "X'r/n", "id": "7"},
            {"answer": "X", "wrt": "nothing"}]  # fmt: skip
    found = judge_all(Task(GRAPHS["ls"], "w"), rows)
    assert [r["verdict"] for r in found] == [
        "correct",
        "unreadable",
        "unreadable",
        "wrong",
        "unreadable",
    ]
    assert found[3]["id"] == "7" and found[3]["mistake"] == "factor"


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    path = tmp_path / "g.txt"
    path.write_text(GRAPHS["ls"], "utf-8")
    return path


@pytest.mark.parametrize(
    ("answer", "status"), [("2/n X'r", 0), ("1/n X'r", 1), ("2/n r'X", 1), ("2/n X'(", 2)]
)
def test_the_exit_status(
    graph: Path, answer: str, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(graph), "--wrt", "w", "--answer", answer, "--json"]) == status
    assert json.loads(capsys.readouterr().out)["answer"] == answer


def test_options_that_do_not_go_together(graph: Path) -> None:
    assert main(["check", str(graph), "--wrt", "w"]) == 2
    assert main(["check", str(graph), "--answer", "X"]) == 2


def test_a_solution_line_by_line(
    graph: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = r"""\begin{align*}
        \nabla_w L &= \frac{2}{n} X^\top r = \frac1n X^\top r \\ % comment = 3
        \delta r &= \frac{2}{n} r
    \end{align*}"""
    solution = tmp_path / "s.tex"
    solution.write_text(text, "utf-8")
    assert main(["check", str(graph), "--lines", str(solution), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [(x["verdict"], x["sign"]) for x in found] == [("false", 2), ("holds", 0)]
    solution.write_text(r"\[ \delta r = \frac{2}{n} r \]", "utf-8")
    assert main(["check", str(graph), "--lines", str(solution)]) == 0


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_file_of_answers(
    graph: Path, tmp_path: Path, jobs: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "a.csv"
    table.write_text("id,answer\n1,2/n X'r\n2,1/n X'r\n3,(((\n" + "4,2/n X'r\n" * 60, "utf-8")
    command = ["check", str(graph), "--wrt", "w", "--answers", str(table), "--jobs", jobs, "--json"]
    assert main(command) == 1
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [r["verdict"] for r in found[:3]] == ["correct", "wrong", "unreadable"]
    assert len(found) == 63
    lines = tmp_path / "a.jsonl"
    lines.write_text('{"answer": "2/n X\'r"}\nno json\n', "utf-8")
    assert main(["check", str(graph), "--wrt", "w", "--answers", str(lines), "--jobs", "1"]) == 2
