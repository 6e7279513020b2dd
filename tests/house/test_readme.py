"""What the README shows runs, and says what it is said to say."""

import re

import pytest

import symbackprop as sb
from symbackprop.__main__ import parser
from symbackprop.graph.functions import FUNCTIONS
from symbackprop.sheet.sheet import Sheet
from tests import ROOT

README = (ROOT / "README.md").read_text("utf-8")
PYTHON = re.findall(r"^```python\n(.*?)^```", README, re.M | re.S)
GRAPHS = re.findall(r"^```text\n(.*?)^```", README, re.M | re.S)


OPS = "from symbackprop.entries.op import op, scalar, solution\n"


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


def test_every_function_of_a_graph_is_named() -> None:
    parts = {"channelwise", "group_conv1d", "group_conv2d"}  # of others
    named = set(re.findall(r"`([a-z_0-9]+)[`(]", README)) | set(re.findall(r"\b([a-z]+)\(", README))
    assert set(FUNCTIONS) - named == parts
    (lists,) = re.findall(r"^Entry by entry:.*?All of them are their equations", README, re.M | re.S)
    assert set(re.findall(r"`(\w+)`", lists)) - set(FUNCTIONS) == set()


def test_every_option_of_the_command_line_is_named() -> None:
    (block,) = re.findall(r"### Command line\n\n```sh\n(.*?)^```", README, re.M | re.S)
    (verbs,) = (a.choices for a in parser()._actions if isinstance(a.choices, dict))
    for verb, own in verbs.items():
        flags = {f for a in own._actions for f in a.option_strings if f not in ("-h", "--help")}
        assert f"symbackprop {verb}" in block
        assert flags <= set(re.findall(r"(?<![\w-])-{1,2}[a-z]+", block)), verb
