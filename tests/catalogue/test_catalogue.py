"""Both languages say the same things: equal keys, equal gaps, no key that nobody says."""

import re
from string import Formatter

import pytest

from symbackprop.catalogue import LANGUAGES, catalogue, phrase
from symbackprop.derivation.equation import Phrase
from symbackprop.errors import SheetError
from symbackprop.sheet.line_breaks import Style
from symbackprop.tex.escape import escape
from tests import ROOT

SOURCES = ROOT


def gaps(said: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(said) if name is not None}


def test_the_languages_have_the_same_keys() -> None:
    first, *rest = (set(catalogue(x)) for x in LANGUAGES)
    assert all(keys == first for keys in rest)


@pytest.mark.parametrize("key", sorted(catalogue("en")))
def test_a_sentence_has_the_same_gaps_in_every_language(key: str) -> None:
    assert len({frozenset(gaps(catalogue(x)[key])) for x in LANGUAGES}) == 1


@pytest.mark.parametrize("key", sorted(k for k in catalogue("en") if k.endswith("_one")))
def test_the_sentence_for_one_thing_has_a_sentence_for_many(key: str) -> None:
    for language in LANGUAGES:
        said = catalogue(language)
        assert gaps(said[key]) <= gaps(said[key.removesuffix("_one")])


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_plain_text(language: str) -> None:
    r"""No command and no markup: a sentence stands in TeX and in HTML as it is. Gaps hold formulas."""
    for key, said in catalogue(language).items():
        assert not re.search(r"[\\$&<>#%_^~]", re.sub(r"{\w+}", "", said)), key
        assert said == said.strip(), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_end_as_sentences_do(language: str) -> None:
    """What is a whole sentence ends with a full stop or a colon; titles and words do not."""
    whole = ("convention.", "notation.", "verification.", "forward.", "graph.", "gradients.")
    for key, said in catalogue(language).items():
        if key.startswith(whole) and key != "verification.declared":
            assert said[-1] in ".:", key
        if key.startswith(("section.", "meaning.")):
            assert said[-1] not in ".:", key


def test_every_sentence_is_said_somewhere() -> None:
    written = "".join(p.read_text("utf-8") for p in (SOURCES / "symbackprop").rglob("*.py"))
    computed = ("section.", "symbols.", "convention.", "notation.", "sheet.", "verification.",
                "answer.", "mistake.", "line.", "error.", "number.", "fact.")  # fmt: skip
    for key in catalogue("en"):
        if not key.startswith(computed) and not key.endswith("_one"):
            assert f'"{key}"' in written, key


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(SheetError, match=r"no sentence `section\.nothing`"):
        phrase("section.nothing", "de")


def test_an_empty_gap_is_refused() -> None:
    with pytest.raises(SheetError, match="needs 'checked'"):
        phrase("verification.equalities", "en", n="3", points="3")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(SheetError, match="no language `fr`"):
        catalogue("fr")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_set_by_tex(language: str) -> None:
    """∇ and ᵀ in a sentence are signs a plain TeX lacks: they become formulas."""
    style = Style(language, {}, "column", escape, lambda tex: f"${tex}$", lambda tex, _: tex)
    for key, said in catalogue(language).items():
        if not gaps(said):
            assert all(ord(c) < 0x180 or c in "–—‘’‚“”„‹›…" for c in style.say(Phrase(key))), key
        assert all(ord(c) < 0x180 or c in "–—‘’‚“”„‹›…" for c in escape(said)), key
    assert "nabla" in style.say(Phrase("convention.layout_numerator"))
