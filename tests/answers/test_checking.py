"""A typed answer is judged as its values say, and its mistake has a name."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import symbackprop as sb
from symbackprop.__main__ import main
from symbackprop.answers.many.checking_many import Task, judge_all
from symbackprop.answers.many.worker_pools import executor
from symbackprop.answers.slips.wrong_rules import WRONG
from symbackprop.answers.solution.solution import agreeing, solution
from symbackprop.catalogue import catalogue
from symbackprop.errors import DeclarationError
from tests.answers.answer_rows import ANSWERS, ANSWER_GRAPHS as GRAPHS


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
    assert said - SIZELESS == {key for *_, m in ANSWERS for key in m.split("+") if key} - SIZELESS
    assert {key for key, _ in WRONG} <= said


SIZELESS = {"nearly", "start"}  # said about no node and no size
MISTAKEN = [row for row in ANSWERS if row[3] in ("wrong", "transposed")]


@pytest.mark.parametrize(("graph", "wrt", "answer", "verdict", "mistake"), MISTAKEN[::4])
def test_a_mistake_has_its_name_and_a_counterexample_at_other_points(
    graph: str, wrt: str, answer: str, verdict: str, mistake: str
) -> None:
    found = sb.check(GRAPHS[graph], wrt, answer, seed=11)
    assert (found.verdict, found.mistake) == (verdict, mistake)
    # sizes that do not fit have no value; what is nearly right, or right but for what is said beside it, differs
    # in no digit that is shown
    unseen = {"inside", "selector", "time", "step", "nearly", "start", "clause"} & set(mistake.split("+"))
    c = found.counterexample
    assert unseen or (c is not None and c.right != c.given)


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
        mistake = key.removeprefix("mistake.")
        assert mistake in (key, *SIZELESS) or any(gap in said for gap in gaps), key
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
    assert [r["verdict"] for r in found] == ["correct", "unreadable", "unreadable", "wrong", "unreadable"]
    assert found[3]["id"] == "7" and found[3]["mistake"] == "factor"


def test_rows_go_through_any_executor() -> None:
    pytest.importorskip("distributed")
    rows = [{"answer": a} for a in ("2/n X'r", "X'r/n", "(((")] * 40
    with executor("dask", 2) as pool:
        found = judge_all(Task(GRAPHS["ls"], "w"), rows, pool)
    assert [r["verdict"] for r in found] == ["correct", "wrong", "unreadable"] * 40
    assert found == judge_all(Task(GRAPHS["ls"], "w"), rows)


def test_a_list_of_answers() -> None:
    found = sb.check_all(GRAPHS["ls"], "w", ["2/n X'r", "-2/n X'r"])
    assert [r["verdict"] for r in found] == ["correct", "wrong"]
    with pytest.raises(DeclarationError, match="no executor"), executor("threads", 2):
        pass


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    path = tmp_path / "g.txt"
    path.write_text(GRAPHS["ls"], "utf-8")
    return path


@pytest.mark.parametrize(
    ("answer", "status"), [("2/n X'r", 0), ("1/n X'r", 1), ("2/n r'X", 1), ("2/n X'(", 2)]
)
def test_the_exit_status(graph: Path, answer: str, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(graph), "--wrt", "w", "--answer", answer, "--json"]) == status
    assert json.loads(capsys.readouterr().out)["answer"] == answer


def test_options_that_do_not_go_together(graph: Path) -> None:
    assert main(["check", str(graph), "--wrt", "w"]) == 2
    assert main(["check", str(graph), "--answer", "X"]) == 2


def test_a_solution_line_by_line(graph: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = r"""\begin{align*}
        \nabla_w L &= \frac{2}{n} X^\top r = \frac1n X^\top r \\ % comment = 3
        \delta r &= \frac{2}{n} r
    \end{align*}"""
    path = tmp_path / "s.tex"
    path.write_text(text, "utf-8")
    assert main(["check", str(graph), "--lines", str(path), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [(x["verdict"], x["sign"]) for x in found] == [("false", 2), ("holds", 0)]
    path.write_text(r"\[ \delta r = \frac{2}{n} r \]", "utf-8")
    assert main(["check", str(graph), "--lines", str(path)]) == 0
    capsys.readouterr()
    path.write_text("dr = 1/n r  % wrong\nw_bar = X' dr\nw_bar = 1/n X' r\nw_bar = X r", "utf-8")
    assert main(["check", str(graph), "--lines", str(path), "--lang", "de"]) == 1
    said = capsys.readouterr().out
    assert "3: richtig, Zeile 1 vorausgesetzt" in said and "4: die Größen" in said


NET = GRAPHS["rows"]
SOLUTIONS = [  # graph, and lines with their verdicts; 'follows 2': right given line 2
    (NET, [
        ("dO = E", "holds"), ("dH = E W2'", "holds"), ("dZ = dH .* (1 - H)", "false"), ("dW1 = X' dZ", "holds"),
        ("db1 = colsum(dZ)", "holds"), ("dL/dW2 = H' E = E' H", "transposed"), ("dX = W1 dZ", "sizes"),
        ("dW1 = X'(E W2' .* (1-H))", "follows 3"), ("dW1 = X'(E W2' .* (1-H.^2))", "holds"), ("((", "unreadable"),
        ("dX = (E W2' .* (1-H)) W1'", "follows 3"), ("dX = (E W2' .* (1+H)) W1'", "false"),
    ]),
    (NET, [
        (r"\delta O = O - Y", "holds"), (r"\frac{\partial L}{\partial Z} = (E W_2^\top) \odot (1 - H)", "false"),
        (r"\nabla_{W_1} L = X^\top \delta Z = 2 X^\top \delta Z", "false"), (r"D = E W_2^\top", "defined"),
        (r"\delta Z = D \odot (1 - H \odot H)", "holds"), (r"Q = 2 D", "defined"),
        (r"\delta Z = Q \odot (1 - H^{\odot 2})", "false"), (r"\nabla_{W_1} L = 2 X^\top (D \odot (1 - H \odot H))", "follows 7"),
    ]),
    (GRAPHS["columns"], [
        ("dL/do = 2(o-y)", "false"), ("dL/dh = W2' dL/do", "holds"), ("dL/dh = 2 W2'(o-y)", "follows 1"),
        ("dz = 2 W2'(o-y) .* h .* (1-h)", "follows 1"), ("dz = dh .* h .* (1-h)", "holds"), ("dL/dx = W1' dz", "holds"),
        ("dL/dW1_ij = dz_i x_j", "holds"), ("dL/dW1 = 2 (W2'(o-y) .* h .* (1-h)) x'", "follows 1"),
        ("dL/dW1 = 3 (W2'(o-y) .* h .* (1-h)) x'", "false"),
    ]),
    (GRAPHS["rnn"], [
        ("δh_t = 2h_t + U' δa_{t+1}", "holds"), ("δa_t = δh_t .* (1 - h_t)", "false"), ("dL/dW = sum_t δa_t x_t'", "holds"),
        ("δa_t = (2 h_t + U' δa_{t+1}) .* (1 - h_t)", "follows 2"), ("dL/dU = sum_t δa_t h_t'", "false"),
        (r"\frac{\partial L}{\partial b} = \sum_t \delta a_t", "holds"), ("dL/db = sum_t (δh_t .* (1 - h_t))", "follows 2"),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("graph", "lines"), SOLUTIONS)
def test_what_follows_from_a_wrong_line_is_told_from_what_is_false(
    graph: str, lines: list[tuple[str, str]]
) -> None:
    found = solution(sb.derive(graph), [text for text, _ in lines])
    said = [" ".join([t.verdict, *map(str, t.follows)]) for t in found]
    assert said == [verdict for _, verdict in lines]


def test_the_last_intermediate_that_agrees() -> None:
    steps = ["dO = E", "dH = E W2'", "dZ = dH .* (1 - 3H.^2)"]
    assert agreeing(solution(sb.derive(NET), steps)) == "δH"
    found = sb.check(NET, "W1", "X'(dH .* (1 - 3H.^2))", steps=steps)
    assert (found.mistake, found.agrees) == ("", "δH")
    assert "δH" in found.sentence("de") and "δH" in found.sentence("en")
    assert sb.check(NET, "W1", "X'(D .* (1 - 3H.^2)) with D = E W2'").agrees == "δH"
    assert sb.check(NET, "W1", "X'(D .* (1 - 3H.^2)) with D = 3 E W2'").agrees == ""
    assert sb.check(NET, "W1", "X'(dH .* (1 - H))", steps=steps).agrees == ""  # it has a name


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


@pytest.mark.parametrize("domain", ["symmetric", "posdef"])
def test_a_counterexample_lies_in_the_declared_domain(domain: str) -> None:
    """The diagonal alone is right for one row, so the example needs two."""
    found = sb.check(f"A: n x n {domain}; x: n; L = x @ A @ x", "x", "2 (I .* A) x")
    assert found.verdict == "wrong"
    assert found.counterexample
    a = np.array(dict(found.counterexample.inputs)["A"], float)
    assert len(a) > 1
    assert np.array_equal(a, a.T)
    assert domain == "symmetric" or np.all(np.linalg.eigvalsh(a) > 0)
