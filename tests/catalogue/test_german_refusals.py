"""Every message and hint that a graph or a derivative can be refused with speaks German too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import symbackprop as sb
from symbackprop.catalogue.error_sentences import explained
from symbackprop.catalogue.german_refusals import GERMAN, in_german

PACKAGE = Path(sb.__file__).parent
ROOMS = ("graph", "entries", "vocabulary", "derivation", "derivatives", "numeric", "backward", "errors.py")
FAMILY = {"DeclarationError", "ShapeError", "LimitError", "VerificationError"}


def templates(e: ast.expr, names: dict[str, ast.expr]) -> Iterator[str]:
    """What a message may be, gaps as {}; nothing for one that is handed on."""
    match e:
        case ast.Constant(value=str(said)):
            yield said
        case ast.JoinedStr():
            yield "".join(v.value if isinstance(v, ast.Constant) else "{}" for v in e.values)  # type: ignore[misc]
        case ast.BinOp(op=ast.Add()):
            yield "".join(next(templates(x, names), "{}") for x in (e.left, e.right))
        case ast.IfExp():
            yield from templates(e.body, names)
            yield from templates(e.orelse, names)
        case ast.Name() if e.id in names:
            yield from templates(names[e.id], {})
        case _:
            return


def refusals(source: str) -> set[str]:
    """The messages and hints of errors that are raised, or made, in a module."""
    out = set[str]()
    tree = ast.parse(source)
    given = [n for n in ast.walk(tree) if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)]
    names = {n.targets[0].id: n.value for n in given}  # type: ignore[attr-defined]
    for n in ast.walk(tree):
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in FAMILY:
            if any(k.arg is None for k in n.keywords):
                continue  # told by a key
            for x in [*n.args[:1], *(k.value for k in n.keywords if k.arg == "hint")]:
                out |= set(templates(x, names))
    return {t for t in out if t.replace("{}", "").strip(" ,:;")}


def every() -> set[str]:
    files = [p for r in ROOMS for p in ([PACKAGE / r] if r.endswith(".py") else (PACKAGE / r).rglob("*.py"))]
    return {t for p in files for t in refusals(p.read_text("utf-8"))}


def test_every_refusal_has_its_german() -> None:
    left = {t for t in every() if t not in GERMAN}
    assert {t for t in left if not in_german(t.format(*["x"] * t.count("{}")))} == set()


def test_the_search_finds_what_has_none() -> None:
    source = "said = 'an odd thing'\nraise ShapeError(said if x else f'{x} is odd', hint='Stay.')"
    assert refusals(source) == {"an odd thing", "{} is odd", "Stay."}


@pytest.mark.parametrize("said", GERMAN)
def test_gaps_are_kept(said: str) -> None:
    values = [f"«{k}»" for k in range(said.count("{}"))]
    german = in_german(said.format(*values))
    assert german and set(re.findall(r"«\d»", german)) <= set(values)
    assert german.count("«") == GERMAN[said].count("{")


@pytest.mark.parametrize(("text", "english", "german"), [
    ("x: n; L = sum(x) + foo[3]", "no symbol", "kein Symbol"),
    ("X: n x d; L = sum(cumsum(X))", "axis", "Achse"),
    ("x: n; L = sum(x/0)", "divides by 0", "teilt durch 0"),
    ("x: n; L = sum(x[2])", "Declare the axis", "Deklarieren Sie die Achse"),
    ("A: n x m; L = det(A)", "n", "n"),
    ("x: n symmetric; L = sum(x)", "square matrix", "quadratische Matrix"),
    ("x: n; n: m; L = sum(x)", "size and of a symbol", "einer Größe und eines Symbols"),
    ("x: n; f: function; sin: function; L = sum(f(x))", "function already", "schon eine Funktion"),
])  # fmt: skip
def test_both_languages(text: str, english: str, german: str) -> None:
    with pytest.raises(sb.SymbackpropError) as caught:
        sb.derive(text)
    assert english in explained(caught.value, "en")
    assert german in explained(caught.value, "de")


def test_what_has_no_german_stays_english() -> None:
    error = sb.ShapeError("an odd thing", where="here")
    assert explained(error, "de") == "here: an odd thing"
