"""A format is one file and a template: with a script of its own nothing on its pages is LaTeX."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from symbackprop.formula.tree import Formula
from symbackprop.formula.writing.text_writer import plain, text
from symbackprop.sheet.building import sheets
from symbackprop.sheet.formats import FORMATS
from symbackprop.sheet.line_breaks import Style
from symbackprop.sheet.sheet import write_sheet
from symbackprop.sheet.templating import Format
from tests import ROOT

SIGNS = {c: f" {c} " for c in "=≈≤≥×·→;"} | {"-": "−", " ": " ", "[": "", "]": ""}
PAGE = """
{% for e in exercises %}{{ e.task }}
{% for answers in [e.answers] + (e.parts | map(attribute="answers") | list) %}
{% for b in answers | map(attribute="blocks") | sum(start=[]) %}
{% if b.kind == "equations" %}{% for r in b.equations | map(attribute="rows") | sum(start=[]) %}
{{ r.left }}{{ r.sign }}{{ r.right }} {{ r.size }}
{% endfor %}
{% elif b.kind == "ledger" %}{% for r in b.rows %}
{{ r.cells | join(" ") }} {{ r.forward | map(attribute="right") | join }}
{% endfor %}
{% elif b.kind == "display" %}{{ b.tex }}
{% elif b.kind == "table" %}{{ b.rows | sum(start=[]) | join(" ") }}
{% elif b.kind not in ("figure", "listing") %}{{ b.text }}
{% endif %}
{% endfor %}
{% endfor %}
{% endfor %}
{{ verification | join }}"""


def spelled(f: Formula, functions: Mapping[str, str], point: str) -> str:
    return text(f)


def style(language: str) -> Style:
    return Style(
        language, {}, "column", str, str, lambda f, room: f, write=spelled, signs=SIGNS, from_tex=plain
    )


@pytest.mark.parametrize("name", ["attention", "mlp"])
def test_a_whole_sheet_in_a_script_of_its_own(name: str, tmp_path: Path) -> None:
    (tmp_path / "sheet.mono.j2").write_text(PAGE, "utf-8")
    (sheet,) = sheets(ROOT / "worked" / f"{name}.py")
    page = write_sheet(Format("mono", style), sheet, sheet.verify(), "en", templates=tmp_path)
    assert "\\" not in page and "=" in page
    assert "\\" in write_sheet(FORMATS["tex"], sheet, sheet.verify(), "en")


def test_formats_are_found_by_their_files() -> None:
    assert set(FORMATS) == {"tex", "html", "txt"}
    assert all(f.name == name for name, f in FORMATS.items())
