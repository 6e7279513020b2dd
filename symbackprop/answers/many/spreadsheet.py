"""The first sheet of a workbook as rows of texts: what a learning platform exports as .xlsx."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from symbackprop.errors import DeclarationError

SHEET, SHARED = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
LARGEST = 200_000_000  # bytes of one part, unpacked
_SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_COLUMN = re.compile("[A-Z]{1,3}")


def cells_of(path: Path) -> Iterator[list[str]]:
    """The rows of the first sheet. Errors: `DeclarationError` for a file that is no workbook."""
    try:
        with ZipFile(path) as book:
            known = part(book, SHARED) if SHARED in book.namelist() else None
            shared = [written(x) for x in known.iter(f"{_SPACE}si")] if known is not None else []
            for row in part(book, SHEET).iter(f"{_SPACE}row"):
                yield filled(row, shared)
    except (BadZipFile, KeyError, ElementTree.ParseError, ValueError, IndexError) as error:
        raise DeclarationError("is no workbook", where=path.name, hint=str(error)[:80]) from None


def part(book: ZipFile, name: str) -> ElementTree.Element:
    """One part of a workbook. Errors: `DeclarationError` where it is too large, or declares entities."""
    size = book.getinfo(name).file_size
    data = book.read(name) if size <= LARGEST else b""
    if not data or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise DeclarationError("is no workbook", where=name)
    return ElementTree.fromstring(data)


def filled(row: ElementTree.Element, shared: list[str]) -> list[str]:
    """The texts of a row, one for every column; cells that are not there are empty."""
    out: list[str] = []
    for cell in row.iter(f"{_SPACE}c"):
        found = _COLUMN.match(cell.get("r", ""))
        at = place(found[0]) if found else len(out)
        out += [""] * (at - len(out))
        out.append(value(cell, shared))
    return out


def place(letters: str) -> int:
    """A, B, …, Z, AA as 0, 1, …, 25, 26."""
    at = 0
    for c in letters:
        at = 26 * at + ord(c) - ord("A") + 1
    return at - 1


def value(cell: ElementTree.Element, shared: list[str]) -> str:
    """What a cell says: a text of the common table, one of its own, or a number."""
    if cell.get("t") == "inlineStr":
        return written(cell)
    said = cell.findtext(f"{_SPACE}v", "")
    return shared[int(said)] if cell.get("t") == "s" and said else said


def written(element: ElementTree.Element) -> str:
    """The text of a cell, whatever its letters look like."""
    return "".join(t.text or "" for t in element.iter(f"{_SPACE}t"))
