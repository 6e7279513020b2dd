"""A file of answers as rows: CSV with a comma, a semicolon or a tab, or JSON lines; bad rows are kept."""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from symbackprop.errors import DeclarationError

Row = Mapping[str, str]
SPAN = 50  # lines a quoted answer may take
DELIMITERS = (",", ";", "\t")
FIELD = 10_000_000  # characters of one field: what is too long is said about the answer itself
END = "\x1e"  # a line of its own behind a record
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def rows(path: Path) -> list[Row]:
    """The rows of a CSV file with a column `answer`, or of JSON lines. Errors: `DeclarationError`."""
    kind, lines = path.suffix.lower(), decoded(path.read_bytes())
    if kind == ".csv":
        return list(table(lines, path.name))
    if kind not in (".jsonl", ".ndjson"):
        raise DeclarationError("is neither .csv nor .jsonl", where=path.name)
    return [parsed(line) for line in lines if line.strip()]


def decoded(data: bytes) -> list[str]:
    """The lines of a file, each by itself: one in another encoding does no harm to the others."""
    if data.startswith(_WIDE):
        return data.decode("utf-16", "replace").splitlines(keepends=True)
    data = data.removeprefix(codecs.BOM_UTF8)
    return [line_of(x) for x in data.splitlines(keepends=True)]


def line_of(data: bytes) -> str:
    """A line in UTF-8, or else as Windows writes western letters."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def table(lines: list[str], name: str) -> Iterator[Row]:
    """The rows below the header. Errors: `DeclarationError` where no column is called `answer`."""
    found = (x for x in lines if x.strip())
    header = next(found, "")
    sign, columns = delimited(header)
    if "answer" not in columns:
        raise DeclarationError("has no column `answer`", where=name, hint=header.strip()[:80])
    start = lines.index(header) + 1
    for record in records(lines[start:], sign):
        if isinstance(record, str):
            yield {"bad": record}
        else:
            yield {k: v for k, v in zip(columns, record, strict=False) if k}


def delimited(header: str) -> tuple[str, list[str]]:
    """The sign between columns, and what they are called."""
    each = {sign: [c.strip().lower() for c in cells(header, sign)] for sign in DELIMITERS}
    sign = next((s for s in DELIMITERS if "answer" in each[s]), ",")
    return sign, each[sign]


def cells(text: str, sign: str) -> list[str]:
    """The fields of one record. Errors: `csv.Error`."""
    csv.field_size_limit(FIELD)
    return next(csv.reader([text.replace("\0", "\ufffd")], delimiter=sign), [])


def records(lines: list[str], sign: str) -> Iterator[list[str] | str]:
    """The fields of each record, or why it is none; a quote that is never closed costs its own line only."""
    at = 0
    while at < len(lines):
        span = length(lines, at, sign)
        text = "".join(lines[at : at + max(span, 1)])
        at += max(span, 1)
        if not span:
            yield "a quote is never closed"
        elif text.strip():
            try:
                yield cells(text.rstrip("\r\n"), sign)
            except csv.Error as error:
                yield str(error)


def length(lines: list[str], at: int, sign: str) -> int:
    """How many lines the record at a place takes; 0 where a quote in it is never closed."""
    for k in range(1, min(SPAN, len(lines) - at) + 1):
        text = "".join(lines[at : at + k])
        try:
            # what stands behind the text belongs to its last field, where a quote in that is open
            last = list(csv.reader([text, END], delimiter=sign))[-1]
        except csv.Error:
            return k
        if last == [END]:
            return k
    return 0


def parsed(line: str) -> Row:
    """One line of JSON as a row; what is none is kept, to be reported as such."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {"bad": "no JSON"}
    if not isinstance(found, dict) or not isinstance(found.get("answer"), str):
        return {"bad": "no `answer`"}
    given = {k: v for k, v in found.items() if v is not None}
    return {k: v if isinstance(v, str) else json.dumps(v) for k, v in given.items()}
