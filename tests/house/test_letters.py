"""Algebra has no TeX: letters that mean something are constants beside the writers."""

import ast
import re

import pytest

from tests.house.plan import files

ALGEBRA = ("entries", "graph", "matrices", "backward", "derivatives", "numeric")
COMMAND = re.compile(r"\\[A-Za-z]{2,}|[_^]\{")


def spelled_in(source: str) -> list[str]:
    """TeX in the strings of a source, what its messages hint at and its docstrings apart."""
    tree = ast.parse(source)
    hints = (k for k in ast.walk(tree) if isinstance(k, ast.keyword) and k.arg == "hint")
    apart = {id(n) for k in hints for n in ast.walk(k)}
    apart |= {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    strings = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return [str(n.value) for n in strings if id(n) not in apart and COMMAND.search(str(n.value))]


@pytest.mark.parametrize("room", ALGEBRA)
def test_algebra_has_no_tex(room: str) -> None:
    found = {p.name: spelled_in(p.read_text("utf-8")) for p in files(room)}
    assert not {name: said for name, said in found.items() if said}


def test_tex_in_algebra_would_be_seen() -> None:
    assert spelled_in('def f():\n    """The sign \\\\delta."""\n    return Name("\\\\delta")') == [r"\delta"]
    assert not spelled_in('raise E("no name", hint="write \\\\alpha")\nx = re.compile(r"\\w+")')
