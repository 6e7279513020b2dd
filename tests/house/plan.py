"""The plan of the house as data: the floors, the map in CONTRIBUTING.md made from them, lines per room.

python -m tests.house.plan           # lines per room, as CI prints them
python -m tests.house.plan --write   # the map anew
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

from tests import ROOT

PACKAGE = ROOT / "symbackprop"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
# lowest first: a room imports from the rooms before it
FLOORS = (
    "errors", "doors", "sizes",
    "tex", "catalogue", "picture",
    "entries", "formula", "vocabulary", "dialects",
    "graph", "matrices", "backward", "notation", "derivation", "numeric", "derivatives",
    "emit", "page", "verify", "answers", "sheet", "interfaces",
    "__init__", "__main__",
)  # fmt: skip
MARKS = re.compile(r"(<!-- map -->\n).*?(<!-- end of map -->)", re.S)


def room(path: Path) -> str:
    """The folder or file of the package a file stands in."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def files(name: str) -> list[Path]:
    """The files of a room."""
    place = PACKAGE / name
    return sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]


def lines(name: str) -> int:
    return sum(len(p.read_text("utf-8").splitlines()) for p in files(name))


def opening(name: str) -> str:
    """The first sentence a room says of itself."""
    place = PACKAGE / name
    said = ast.get_docstring(ast.parse(files(name)[0].read_text("utf-8"))) or ""
    assert said, f"{place} says nothing"
    return " ".join(said.split("\n\n")[0].split())


def map_text() -> str:
    """The map: every room with what it says of itself, from the ground up."""
    rows = [f"| `{n}{'/' if (PACKAGE / n).is_dir() else '.py'}` | {opening(n)} |" for n in FLOORS]
    return "\n".join(["| room | what enters, what leaves |", "|---|---|", *rows]) + "\n"


def with_map(text: str) -> str:
    """A text with the map between its marks."""
    return MARKS.sub(lambda m: m[1] + map_text() + m[2], text)


if __name__ == "__main__":
    if "--write" in sys.argv:
        CONTRIBUTING.write_text(with_map(CONTRIBUTING.read_text("utf-8")), "utf-8")
    for name in FLOORS:
        print(f"{lines(name):6} lines in {len(files(name)):3} files  {name}")
    print(f"{sum(map(lines, FLOORS)):6} lines")
