"""Answers over more models; points beside kinks, solutions that go on with =, tables as spreadsheets save them."""

from __future__ import annotations

import csv
import html
import json
from pathlib import Path
from zipfile import ZipFile

import pytest

import symbackprop as sb
from symbackprop.__main__ import main
from symbackprop.answers.asked import chain_points as sides
from symbackprop.answers.checking import bench
from symbackprop.answers.many.answer_table import rows
from symbackprop.answers.verdicts.verdict import Verdict
from symbackprop.errors import DeclarationError
from symbackprop.interfaces.check_command import lines_of
from tests.corpora.more_answer_rows import MODELS, MORE

Row = tuple[str, ...]


def judged(row: Row) -> Verdict:
    graph, wrt, answer, _, _, *kind = row
    return sb.check(MODELS[graph], wrt, answer, kind=kind[0] if kind else "auto")  # type: ignore[arg-type]


@pytest.mark.parametrize("row", MORE, ids=lambda row: f"{row[0]}-{row[1]}-{row[2][:30]}")
def test_verdict_and_mistake(row: Row) -> None:
    found = judged(row)
    assert found.verdict == row[3], (found.sentence(), found.detail)
    assert row[4] is None or found.mistake == row[4], found.sentence()
    assert all(found.sentence(language).endswith(".") for language in ("en", "de"))
    json.dumps(found.as_dict())


def test_the_table_has_every_verdict_over_many_models() -> None:
    assert len({row[0] for row in MORE}) >= 60 and len(MORE) >= 700
    assert {row[3] for row in MORE} == {"correct", "wrong", "transposed", "unreadable"}


CONTRASTIVE = MODELS["ctr"]


def test_a_kink_that_only_lies_near_0_is_met_on_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    """max(0, 1 - D) is 0 at every generic point: without nearer ones the term would not be missed."""
    wrong = "2y(u-v)"
    found = sb.check(CONTRASTIVE, "u", wrong)
    assert found.verdict == "wrong" and found.mistake == "path"
    c = found.counterexample
    assert c is not None and c.right != c.given  # in quarters: no integers lie near enough
    monkeypatch.setattr(sides, "SPREADS", ())
    bare = CONTRASTIVE + " "  # another text: another bench
    assert sb.check(bare, "u", wrong).ok


@pytest.mark.parametrize("at", ["x - 5", "5 - x", "x**2 - 40", "0.01 - x**2"])
def test_far_and_near_kinks_have_points_on_both_sides(at: str) -> None:
    graph = f"x: scalar; s = {at}; L = relu(s)*x"
    assert not sb.check(graph, "x", "0", notation="plain").ok
    b = bench(graph, None, "x")
    assert {float(p[0].point.values["s", 0]) > 0 for p in b.points} == {True, False}


LS = "X: n x d; w: d; y: n; r = X @ w - y; L = sum(r**2)/n"
CRASHING = ["softmax(2)", "logsumexp(n)", "rowmean(3)", "Xw - np.mean(Xw, 1)", "colsum(2)", "(1, 2", "[[1, 2], [3]]",
            "x1", "w1w9", "|w||", "||w|", "v[:, None", "np.array(", "np.array([1, [2]])", "A_{i\\cdot}", "½½", "e^X",
            "w^{(i)}", "X_{\\cdot\\cdot}", "\\tanh w \\odot", "\\tanh^2", "sum over i", "sum(i=1..", "∇ =", "grad =", "r @",
            "X^{9999}", "(X'X)^{101} w", "(X'X)^w r", "sum_{i=1..9999999} r_1", "max(0,", "solve(X)", "adj(X) r"]  # fmt: skip


@pytest.mark.parametrize("text", CRASHING)
@pytest.mark.parametrize("notation", ["auto", "plain", "latex"])
def test_halves_of_what_is_read_never_crash(text: str, notation: str) -> None:
    assert not sb.check(LS, "w", text, notation=notation).ok  # type: ignore[arg-type]


def test_a_vector_lies_down_before_a_matrix_as_numpy_has_it() -> None:
    assert sb.check(LS, "w", "2/n * r @ X").ok
    assert sb.check(LS, "w", "2/n * r @ X @ w").mistake == "sizes"
    assert not sb.check(LS, "w", "2/n * r X").ok  # on paper a column stands before nothing
    assert not sb.check("A: n x n; x: n; L = x @ A @ x", "x", "x @ A").ok


def test_a_row_by_one_letter_is_the_row_that_is_meant() -> None:
    square = "A: n x n; B: n x n; C = A @ B; L = sum(C**2)/2"
    assert sb.check(square, "A", r"\frac{\partial L}{\partial a_i} = \sum_j C_{ij} B_{:,j}").ok
    assert not sb.check(square, "A", r"\frac{\partial L}{\partial a_i} = \sum_j C_{ij} B_{j,:}").ok


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (r"a &= b \\ &= c \\ &= d", ["a &= b", "b = c", "c = d"]),
        (r"a &= b \\ &\quad + c \\ d &= e", ["a &= b + c", "d &= e"]),
        (r"L &= f(x, y = 2) \\ & \approx 3", ["L &= f(x, y = 2)", r"f(x, y = 2) \approx 3"]),
        ("1) a = b  # why\n(b) c = d % so\n= e\nStep: f = g", ["a = b", "c = d", "d = e", "f = g"]),
        ("= a", ["= a"]),
    ],
)
def test_lines_that_go_on(text: str, lines: list[str]) -> None:
    assert [x.strip() for x in lines_of(text)] == lines


def test_a_line_that_goes_on_is_judged_from_where_the_last_one_ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    graph, solution = tmp_path / "g.txt", tmp_path / "s.tex"
    graph.write_text(LS, "utf-8")
    solution.write_text(
        r"\begin{align} \nabla_w L &= \frac2n X^\top r \\ &= \frac2n X^\top (X w + y) \\"
        r" &= \frac2n X^\top X w \\ &\quad + \frac2n X^\top y \end{align}", "utf-8")  # fmt: skip
    assert main(["check", str(graph), "--lines", str(solution), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [x["verdict"] for x in found] == ["holds", "false", "holds"]


TABLES: list[tuple[str, bytes, list[str]]] = [
    ("comma", b"id,answer\n1,2/n X'r\n2\n3,r,more\n", ["correct", "unreadable", "wrong"]),
    ("semicolon", "\ufeffid;Answer \n1;2/n X'r\n2;0,5*4/n X'r\n".encode(), ["correct", "correct"]),
    ("tab", b"answer\tid\n2/n X'r\t1\n", ["correct"]),
    ("utf-16", "id,answer\n1,2/n Xᵀr\n".encode("utf-16"), ["correct"]),
    ("windows", "answer\n2/n·X'r\n".encode("cp1252"), ["correct"]),
    ("mixed", "answer\n2/n Xᵀr\n".encode() + b"2/n \xb7 X'r\n", ["correct", "correct"]),
    ("open quote", b"answer\n\"2/n X'r\n2/n X'r\n", ["unreadable", "correct"]),
    ("two lines", b'answer\n"2/n X\'E with\nE = Xw - y"\n', ["correct"]),
    ("doubled quotes", b'id,answer\n"a ""b"", c",2/n X\'r\n', ["correct"]),
    ("nul", b"answer\n2/n\0X'r\n2/n X'r\n", ["unreadable", "correct"]),
    ("long", b"answer\n" + b"X" * 300_000 + b"\n2/n X'r\n", ["unreadable", "correct"]),
    ("empty", b"answer\n", []),
]


@pytest.mark.parametrize(("name", "data", "verdicts"), TABLES, ids=[n for n, _, _ in TABLES])
def test_tables_as_spreadsheets_save_them(
    name: str, data: bytes, verdicts: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "a.CSV"
    path.write_bytes(data)
    found = sb.check_all(LS, "w", rows(path))
    assert [r["verdict"] for r in found] == verdicts


MOODLE = 'Nachname;Vorname;Antwort  1;Antwort 2\nX;A;"2/n X\'r";-\nY;B;2/n X r;"2/n X\'r"\n'


def workbook(path: Path, cells: list[list[str]]) -> None:
    """A workbook with these texts: those of the first row in the common table, the others by themselves."""
    ns = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    shared = "".join(f"<si><r><t>{html.escape(x)}</t></r></si>" for x in cells[0])
    head = "".join(f'<c r="{chr(65 + k)}1" t="s"><v>{k}</v></c>' for k in range(len(cells[0])))
    one = '<c r="{}{}" t="inlineStr"><is><t>{}</t></is></c>'
    rest = ((n, row) for n, row in enumerate(cells[1:], 2))
    each = [[one.format(chr(65 + k), n, html.escape(x)) for k, x in enumerate(row)] for n, row in rest]
    below = "".join(f"<row>{''.join(row)}</row>" for row in each)
    with ZipFile(path, "w") as book:
        book.writestr("xl/sharedStrings.xml", f"<sst {ns}>{shared}</sst>")
        book.writestr("xl/worksheets/sheet1.xml", f"<worksheet {ns}><row>{head}</row>{below}</worksheet>")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_column_of_a_table_of_a_learning_platform(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    graph, path = tmp_path / "g.txt", tmp_path / f"a.{kind}"
    graph.write_text(LS, "utf-8")
    if kind == "csv":
        path.write_text(MOODLE, "utf-8")
    else:
        workbook(path, list(csv.reader(MOODLE.splitlines(), delimiter=";")))
    command = ["check", str(graph), "--wrt", "w", "--answers", str(path), "--jobs", "1", "--column"]
    assert main([*command, "antwort 1"]) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first.split("\t") == ["X", "correct", "", "The answer is right.", ""]
    assert second.startswith("Y\twrong\tinside\t") and second.count("\t") == 4
    assert main([*command, "Antwort 2"]) == 2
    assert [x.split("\t")[:2] for x in capsys.readouterr().out.splitlines()] == [
        ["X", "unreadable"], ["Y", "correct"],
    ]  # fmt: skip
    with pytest.raises(DeclarationError, match="no column `antwort`"):
        rows(path, "Antwort")
    path.write_bytes(b"PK no workbook" if kind == "xlsx" else b"a;a\n1;2\n")
    with pytest.raises(DeclarationError, match="no workbook" if kind == "xlsx" else "2 columns"):
        rows(path, "a")


@pytest.mark.parametrize("data", [b"", b"id,antwort\n1,x\n", b"\xff\xfe"])
def test_a_table_without_answers_says_so(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    with pytest.raises(DeclarationError, match="no column `answer`"):
        rows(path)


def test_broken_characters_in_json_lines_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    graph, answers = tmp_path / "g.txt", tmp_path / "a.jsonl"
    graph.write_text(LS, "utf-8")
    answers.write_text(
        '{"id": "\\ud800", "answer": "\\ud800"}\n{"answer": "2/n X\'r", "wrt": null}\n', "utf-8"
    )
    for json_or_not in (["--json"], []):
        command = ["check", str(graph), "--wrt", "w", "--answers", str(answers), "--jobs", "1"]
        assert main([*command, *json_or_not]) == 2
        assert "correct" in capsys.readouterr().out


LEAST = "X: n x d; w: d; y: n; r = X @ w - y; L = dot(r, r)/n"


@pytest.mark.parametrize("left", [
    "f'(w)", "L'(w)", "L'", "∇f(w)", r"\nabla_w f(w)", r"\nabla_{w} f", r"\nabla_w \mathcal{L}", "J'",
    "∇_w L(w)", "dJ/dw", "grad", "G", "2/n X^T (X w - y)",
])  # fmt: skip
def test_left_sides_people_write(left: str) -> None:
    assert sb.check(LEAST, "w", f"{left} = 2/n X^T r").verdict == "correct"
    assert sb.check(LEAST, "w", f"{left} = 1/n X^T r").verdict != "correct"


@pytest.mark.parametrize("left", ["3", "1/n X^T r", r"\nabla_r f", "X^T r"])
def test_a_left_side_that_is_something_else_is_judged(left: str) -> None:
    assert sb.check(LEAST, "w", f"{left} = 2/n X^T r").verdict != "correct"


def test_a_second_mistake_does_not_speak_of_the_size_again() -> None:
    found = sb.check("W: k x m; x: m; t: k; L = sum((W@x-t)**2)/2", "W", "-2 x (W x - t)'")
    assert found.mistake == "transposed+sign+factor"
    assert found.sentence().endswith("The sign is wrong. The factor 1/2 is missing.")
    assert found.sentence("de").endswith("Das Vorzeichen ist falsch. Der Faktor 1/2 fehlt.")
