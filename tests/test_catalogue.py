"""Both languages say the same things: equal keys, equal gaps, no word left over from the other."""

import re
from pathlib import Path

import pytest

from symbackprop.catalogue import LANGUAGES, catalogue, phrase
from symbackprop.errors import SheetError
from symbackprop.page import Phrase
from worked.concat_mse import SHEET as CONCAT
from worked.lstm_peephole import SHEET as LSTM
from worked.mlp import SHEET as MLP
from worked.rosenbrock import SHEET as ROSENBROCK

GAP = re.compile(r"\{(\w+)\}")


def test_languages_have_equal_keys_and_gaps() -> None:
    first, *others = (catalogue(x) for x in LANGUAGES)
    for other in others:
        assert set(first) == set(other)
        for key in first:
            assert sorted(GAP.findall(first[key])) == sorted(GAP.findall(other[key])), key


def test_no_sentence_is_the_same_in_both_languages() -> None:
    en, de = catalogue("en"), catalogue("de")
    assert {k for k in en if en[k] == de[k]} <= {"symbols.name", "meaning.parameter"}


def test_every_key_of_the_source_exists() -> None:
    """Keys written in the source are in the catalogue, and the catalogue holds no others."""
    source = "".join(p.read_text("utf-8") for p in Path("symbackprop").rglob("*.py"))
    for key in catalogue("en"):
        part, name = key.split(".")
        assert f'"{key}"' in source or f'"{part}.{{' in source or f'f"{part}.' in source, key
        assert name


@pytest.mark.parametrize("sheet", [CONCAT, LSTM, MLP, ROSENBROCK], ids=lambda s: s.name)
def test_pages_use_known_phrases(sheet) -> None:
    known = catalogue("de")
    for section in sheet.page.sections:
        for block in section.blocks:
            intro = getattr(block, "intro", None) or getattr(block, "phrase", None)
            if isinstance(intro, Phrase):
                assert intro.key in known


def test_unknown_language_and_key_are_named() -> None:
    with pytest.raises(SheetError, match="fr"):
        catalogue("fr")
    with pytest.raises(SheetError, match="no sentence"):
        phrase("nothing.here", "en")
    with pytest.raises(SheetError, match="needs"):
        phrase("sheet.points", "en")
