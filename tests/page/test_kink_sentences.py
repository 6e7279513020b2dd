"""A function with kinks gets its sentence on the page by its row alone, in both languages."""

from typing import Literal

import pytest

import symbackprop as sb
from symbackprop.entries.op import ops_by_scalar, scalar
from symbackprop.entries.scalar_functions import SCALARS
from symbackprop.graph import functions as fn
from symbackprop.page.kink_sentences import at_kinks
from symbackprop.page.forward_section import conventions
from symbackprop.sheet.sheet import write_tex
from symbackprop.vocabulary import OPS
from tests.sheet.test_sheet import both, sheet

# name, definition, kinks, what is said in English and in German
NEW = [
    ("bent_left", "relu(x - 3) + relu(x + 5)/7", (-5.0, 3.0),
     "At the kinks of {f} the left derivative is taken.",
     "An den Knicken von {f} gilt die linksseitige Ableitung."),
    ("bent_right", "relu(3 - x)", (3.0,),
     "At the kinks of {f} the right derivative is taken.",
     "An den Knicken von {f} gilt die rechtsseitige Ableitung."),
    ("bent_between", "2*abs(x - 3) + x", (3.0,),
     "At $3$ the derivative of {f} is taken to be $1$.",
     "An der Stelle $3$ wird die Ableitung von {f} auf $1$ festgelegt."),
    ("bent_at_zero", "abs(x)*5", (0.0,),
     "At 0 the derivative of {f} is taken to be 0.",
     "An der Stelle 0 wird die Ableitung von {f} auf 0 festgelegt."),
    ("bent_nowhere", "x*abs(x)", (0.0,), "", ""),
]  # fmt: skip
SPOKEN = ("At the kinks", "is taken to be", "Knicken", "festgelegt")


@pytest.mark.parametrize(("name", "definition", "kinks", "english", "german"), NEW)
def test_a_new_kinked_scalar_gets_its_sentence(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    definition: str,
    kinks: tuple[float, ...],
    english: str,
    german: str,
) -> None:
    """Declared as one line of `vocabulary/scalars.py` declares it."""
    new = scalar(name, definition, kinks=kinks, tex=r"\operatorname{Bent}")
    monkeypatch.setitem(OPS, name, new)
    monkeypatch.setitem(fn.FUNCTIONS, name, fn.along_axis(new))
    try:
        one = sheet(name, both("Bent"), graph=f"x: d; L = sum({name}(x)**2)")
        report = one.verify()
        assert report.ok
        languages: tuple[tuple[Literal["en", "de"], str], ...] = (("en", english), ("de", german))
        for language, said in languages:
            text = " ".join(write_tex(one, report, language).split())
            assert said.replace("{f}", r"$\operatorname{Bent}(v)$") in text
            assert any(words in text for words in SPOKEN) == bool(said)
    finally:
        SCALARS.pop(name)
        ops_by_scalar.pop(name)


def test_a_smooth_place_declared_a_kink_is_not_spoken_of() -> None:
    assert at_kinks("elu") == at_kinks("smooth_abs") == at_kinks("tanh") == ()


def test_functions_of_one_kind_share_a_sentence() -> None:
    said = [p for p in conventions(sb.derive("x: d; y = abs(x); L = sum(relu(y)*hardtanh(y))"))
            if "kink" in p.key or p.key.endswith("relu")]  # fmt: skip
    found = [(p.key, len(dict(p.values)["list"].values)) for p in said]  # type: ignore[union-attr]
    assert found == [("convention.relu", 2), ("convention.kink", 1)]
