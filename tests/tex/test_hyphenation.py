"""German words break where German words break, also where TeX has no German patterns."""

from __future__ import annotations

import re

import pytest

from symbackprop.tex.hyphenation import broken_word, exceptions
from symbackprop.tex.preamble import preamble


@pytest.mark.parametrize(("word", "broken"), [
    ("Rückwärtsgleichungen", "rück-wärts-glei-chun-gen"), ("Fehlersignale", "feh-ler-si-gnale"),
    ("Ableitung", "ab-lei-tung"), ("Größen", "grö-ßen"), ("ist", "ist"),
    ("zurückgelesen", "zu-rück-ge-le-sen"),
])  # fmt: skip
def test_words(word: str, broken: str) -> None:
    assert broken_word(word) == broken


def test_a_text_is_a_list_of_its_words() -> None:
    found = exceptions(r"Die Ableitung, \operatorname{Ableitung} \textquoteright x Größen. Die Ableitung")
    assert found.split() == ["ab-lei-tung", "grö-ßen"]
    assert exceptions("Größen Ableitung") == exceptions("Ableitung Größen")
    assert exceptions(r"\alphabet \mathstrut") == ""


def test_only_a_tex_without_patterns_gets_the_list() -> None:
    assert r"\hyphenation{ab-lei-tung}" in preamble(frozenset({"amssymb"}), "de", "Ableitung")
    assert "hyphenation" not in preamble(frozenset({"babel-german"}), "de", "Ableitung")
    assert "hyphenation" not in preamble(frozenset({"amssymb"}), "en", "Ableitung")
    assert re.search(r"IfFileExists\{ngerman.ldf\}.*ab-lei-tung", preamble(frozenset(), "de", "Ableitung"))
