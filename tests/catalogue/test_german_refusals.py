"""Every message and hint that a graph or a derivative can be refused with speaks German too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import symbackprop as sb
from symbackprop.catalogue.error_sentences import explained, retold
from symbackprop.catalogue.german_refusals import GERMAN, in_german

PACKAGE = Path(sb.__file__).parent
FAMILY = {
    "DeclarationError", "ShapeError", "LimitError", "VerificationError", "FormulaError", "SizesError",
    "TexError", "SheetError",
}  # fmt: skip
MAKERS = {"fail", "error", "misfit", "Refused"}  # functions that make one
BARE = " ,:;^|$…\n"
VERDICTS = {"unreadable", "sizes"}  # words of verdicts, which have sentences


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
        if not isinstance(n, ast.Call) or any(k.arg is None for k in n.keywords):
            continue  # told by a key
        called = n.func.attr if isinstance(n.func, ast.Attribute) else getattr(n.func, "id", "")
        own = n.args[:1] if called in FAMILY else n.args if called in MAKERS else None
        for x in [*own, *(k.value for k in n.keywords if k.arg == "hint")] if own is not None else []:
            out |= set(templates(x, names))
    return {t for t in out if t.replace("{}", "").strip(BARE)} - VERDICTS


def every() -> set[str]:
    return {t for p in PACKAGE.rglob("*.py") for t in refusals(p.read_text("utf-8"))}


def test_every_refusal_has_its_german() -> None:
    left = {t for t in every() if t not in GERMAN}
    assert {t for t in left if not in_german(t.replace("{}", "x"))} == set()


def test_the_search_finds_what_has_none() -> None:
    source = "said = 'an odd thing'\nraise ShapeError(said if x else f'{x} is odd', hint='Stay.')"
    assert refusals(source) == {"an odd thing", "{} is odd", "Stay."}


@pytest.mark.parametrize("said", GERMAN)
def test_gaps_are_kept(said: str) -> None:
    values = [f"«{k}»" for k in range(said.count("{}"))]
    filled = iter(values)
    german = in_german(re.sub(r"\{\}", lambda _: next(filled), said))
    assert german and set(re.findall(r"«\d»", german)) <= set(values)
    assert german.count("«") == len(re.findall(r"(?<!\{)\{\d?\}", GERMAN[said]))


@pytest.mark.parametrize(("text", "english", "german"), [
    ("x: n; L = sum(x) + foo[3]", "no symbol", "kein Symbol"),
    ("X: n x d; L = sum(cumsum(X))", "axis", "Achse"),
    ("x: n; L = sum(x/0)", "divides by 0", "teilt durch 0"),
    ("x: n; L = sum(x[2])", "Declare the axis", "Deklarieren Sie die Achse"),
    ("A: n x m; L = det(A)", "n", "n"),
    ("x: n symmetric; L = sum(x)", "square matrix", "quadratische Matrix"),
    ("x: n; n: m; L = sum(x)", "size and of a symbol", "einer Größe und eines Symbols"),
    ("y: n label; x: n; L = sum(x)", "no number of classes", "keine Zahl von Klassen"),
    ("y: label; x: n; L = sum(x)", "y: label 10", "y: label 10"),
    ("y: n label k; x: n; L = sum(x*y)", "y is a class, not a number", "y ist eine Klasse, keine Zahl"),
    ("y: n label k; L = sum(tanh(y))", "onehot(y)", "Einheitsvektor"),
    ("x: n; y: n; L = sum(argmax(x)*y)", "is a class", "ist eine Klasse"),
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


def test_what_a_verdict_found_is_told_again() -> None:
    said = "formula, character 4: (x: indices run together\n  x_ij\n     ^\n  Put commas between them."
    assert retold(said, "en") == said
    assert retold(said, "de").splitlines()[0] == "Formel, Zeichen 4: (x: Indizes laufen ineinander"
    assert retold(said, "de").splitlines()[-1] == "  Setzen Sie Kommas dazwischen."
    placed = retold("formula, character 4: a closes nothing", "de")
    assert placed == "Formel, Zeichen 4: a schließt nichts"
    assert retold("an odd thing", "de") == "an odd thing"
