"""Kinds are compared with `is`: no name of an op decides anything outside `vocabulary/`.

Two nets are cast: what is looked up, matched or compared by the name of an op, whatever the words are; and
collections of words that are names of ops, whatever they are compared with.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from symbackprop.vocabulary import OPS
from tests.house.plan import FLOORS, PACKAGE, files

HOLDERS = {"op", "kind", "base"}  # what an op is called where it stands alone
# rooms whose words are words of TeX, of what somebody typed, of a picture, or of the language of entries
WORDS = frozenset(
    "vocabulary tex catalogue picture entries formula dialects numeric sheet interfaces".split()
)
# functions under the names a user calls them by, and words that are words of something else
PUBLIC = {"functions.py": "FUNCTIONS", "composite_functions.py": "COMPOSITIONS"}
OTHERS = {
    "sum",
    "mean",
    "onehot",
    "sign",
    "trace",
    "log",
    "step",
    "constant",
    "vec",
    "kron",
    "selector",
    "transpose",
}
MANY = 2  # words in one collection that are no chance


def is_name(e: ast.expr, known: set[str]) -> bool:
    """Whether an expression is the name of an op, or was made from one."""
    if isinstance(e, ast.Name):
        return e.id in known
    if isinstance(e, ast.Tuple | ast.List | ast.Set):
        return any(is_name(x, known) for x in e.elts)
    if not isinstance(e, ast.Attribute) or e.attr != "name":
        return False
    holder = e.value
    return (isinstance(holder, ast.Attribute) and holder.attr == "op") or (
        isinstance(holder, ast.Name) and holder.id in HOLDERS
    )


def named(function: ast.AST) -> set[str]:
    """Local variables that hold the name of an op: `name = e.op.name`."""
    found: set[str] = set()
    for n in ast.walk(function):
        if isinstance(n, ast.Assign):
            for target in n.targets:
                pairs = [(target, n.value)]
                if isinstance(target, ast.Tuple) and isinstance(n.value, ast.Tuple):
                    pairs = list(zip(target.elts, n.value.elts, strict=False))
                found |= {t.id for t, v in pairs if isinstance(t, ast.Name) and is_name(v, found)}
        if isinstance(n, ast.NamedExpr) and is_name(n.value, found):
            found.add(n.target.id)
    return found


def decided_by_name(tree: ast.AST) -> Iterator[int]:
    """Lines where the name of an op is compared, matched, or looked up in a table."""
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    for scope in (*functions, tree):
        known = named(scope) if scope is not tree else set[str]()
        for n in ast.walk(scope):
            match n:
                case ast.Compare(left=left, comparators=right):
                    met = [left, *right]
                case ast.Subscript(slice=key):
                    met = [key]
                case ast.Call(func=ast.Attribute(attr="get" | "startswith" | "endswith"), args=args):
                    assert isinstance(n.func, ast.Attribute)
                    met = [*args[:1], n.func.value]
                case ast.Match(subject=subject):
                    met = [subject]
                case _:
                    continue
            if any(is_name(e, known) for e in met):
                yield n.lineno


def words_of_ops(tree: ast.AST, public: str) -> Iterator[int]:
    """Lines with a collection of names of ops, or a table of ops asked for one."""
    skipped = {
        x for n in ast.walk(tree) if isinstance(n, ast.Assign | ast.AnnAssign)
        for t in (n.targets if isinstance(n, ast.Assign) else [n.target])
        if isinstance(t, ast.Name) and t.id == public for x in ast.walk(n)
    }  # fmt: skip
    for n in ast.walk(tree):
        match n:
            case _ if n in skipped:
                continue
            case ast.Set(elts=each) | ast.Tuple(elts=each) | ast.List(elts=each):
                words = [e.value for e in each if isinstance(e, ast.Constant)]
            case ast.Dict(keys=each):
                words = [e.value for e in each if isinstance(e, ast.Constant)]
            case ast.Call(func=ast.Attribute(attr="split", value=ast.Constant(value=str(text)))):
                words = text.split()
            case ast.Subscript(value=ast.Name(id="OPS" | "RULES"), slice=ast.Constant(value=word)):
                words = [word] * MANY
            case _:
                continue
        found = [w for w in words if isinstance(w, str) and w in OPS]
        if len(found) >= MANY and len(found) == len(words) and set(found) - OTHERS:
            yield n.lineno  # type: ignore[attr-defined]


FILES = [path for room in FLOORS if room != "vocabulary" for path in files(room)]
CLOSED = [path for room in FLOORS if room not in WORDS for path in files(room)]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_nothing_is_decided_by_the_name_of_an_op(path: Path) -> None:
    assert not list(decided_by_name(ast.parse(path.read_text("utf-8"))))


@pytest.mark.parametrize("path", CLOSED, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_table_is_kept_by_names_of_ops(path: Path) -> None:
    assert not list(words_of_ops(ast.parse(path.read_text("utf-8")), PUBLIC.get(path.name, "")))


@pytest.mark.parametrize(
    "code",
    [
        'def f(e):\n    return e.op.name == "matmul"',
        'def f(e):\n    return e.op.name in TABLE',
        "def f(e):\n    return TABLE.get(e.op.name)",
        "def f(e):\n    return TABLE[e.op.name]",
        "def f(op):\n    return op.name in ('a', 'b')",
        "def f(e):\n    name = e.op.name\n    return name == WORD",
        "def f(e):\n    s, name = e.symbol, e.op.name\n    return name in WORDS",
        "def f(a, b):\n    names = (a.op.name, b.op.name)\n    return names == PAIR",
        "def f(e):\n    match e.op.name:\n        case WORD:\n            return 1",
        'def f(e):\n    return e.op.name.startswith("arg")',
        "def f(e):\n    return (n := e.op.name) and n in WORDS",
    ],
)  # fmt: skip
def test_a_name_that_decides_is_found(code: str) -> None:
    assert list(decided_by_name(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        'A = {"add", "subtract"}',
        'A = frozenset("exp softmax tanh".split())',
        'A = {"matmul": 1, "outer": 2}',
        'x in ("softmax", "sigmoid")',
        'apply(OPS["matmul"], a, b)',
    ],
)
def test_words_of_ops_are_found(code: str) -> None:
    assert list(words_of_ops(ast.parse(code), ""))


@pytest.mark.parametrize(
    "code", ['f"{e.op.name} has no code"', "fail(where=op.name)", "s.name in names", 'x == "mean"']
)
def test_what_only_says_a_name_is_left_alone(code: str) -> None:
    tree = ast.parse(code)
    assert not [*decided_by_name(tree), *words_of_ops(tree, "")]
