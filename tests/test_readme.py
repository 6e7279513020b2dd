"""What the README shows runs, and says what it is said to say."""

import re
from pathlib import Path

import pytest

import symbackprop as sb
from symbackprop.sheet import Sheet

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
PYTHON = re.findall(r"^```python\n(.*?)^```", README, re.M | re.S)
GRAPHS = re.findall(r"^```text\n(.*?)^```", README, re.M | re.S)


OPS = "from symbackprop.op import op, scalar, solution\n"


def test_the_python_blocks_run_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    space: dict[str, object] = {}
    for block in PYTHON:
        exec(compile(OPS + block, "README", "exec"), space)  # noqa: S102
    said = capsys.readouterr().out
    assert "(2/n) Aᵀ (((ŷ − y) W⁽²⁾ᵀ S) ⊙ 𝟏(B > 0))" in said
    assert "transposed ((5, 1), (1, 5))" in said
    sheet = space["SHEET"]
    assert isinstance(sheet, Sheet) and sheet.verify().ok


@pytest.mark.parametrize("text", GRAPHS)
def test_the_graphs_are_derived_and_verified(text: str) -> None:
    report = sb.derive(text).verify()
    assert report.ok, report.failures


def test_there_are_examples() -> None:
    assert len(PYTHON) >= 5 and len(GRAPHS) >= 2
