"""A file of answers as rows: a table as CSV or .xlsx, or JSON lines; bad rows are kept."""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from symbackprop.answers.many.spreadsheet import cells_of
from symbackprop.errors import DeclarationError

Row = Mapping[str, str]
SPAN = 50  # lines a quoted answer may take
DELIMITERS = (",", ";", "\t")
FIELD = 10_000_000  # characters of one field: what is too long is said about the answer itself
END = "\x1e"  # a line of its own behind a record
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def rows(path: Path, column: str = "answer") -> list[Row]:
    """The rows of a table with a column of answers, CSV or .xlsx, or of JSON lines.

    Errors: `DeclarationError` for another kind of file, or where no column is called so.
    """
    kind = path.suffix.lower()
    if kind == ".xlsx":
        header, *below = [*cells_of(path)] or [[]]
        return [*named(below, titles(header), column, path.name)]
    lines = decoded(path.read_bytes())
    if kind == ".csv":
        return [*table(lines, path.name, column)]
    if kind not in (".jsonl", ".ndjson"):
        raise DeclarationError("is neither .csv, .xlsx nor .jsonl", where=path.name)
    return [parsed(line, column) for line in lines if line.strip()]


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


def table(lines: list[str], name: str, column: str) -> Iterator[Row]:
    """The rows below the header. Errors: `DeclarationError` where no column is called so."""
    found = (x for x in lines if x.strip())
    header = next(found, "")
    sign, columns = delimited(header, column)
    start = lines.index(header) + 1 if header else 0
    yield from named(records(lines[start:], sign), columns, column, name)


def named(found: Iterable[list[str] | str], columns: list[str], column: str, name: str) -> Iterator[Row]:
    """Rows whose fields have names: the answer is in the column that is asked for.

    Who gave it is in the column `id` or `name`, else in the first one.
    Errors: `DeclarationError` where no column is called so, or two are.
    """
    wanted = title(column)
    if (count := columns.count(wanted)) != 1:
        what = f"has {count} columns `{wanted}`" if count else f"has no column `{wanted}`"
        raise DeclarationError(what, where=name, hint=", ".join(filter(None, columns))[:80])
    for record in found:
        if isinstance(record, str):
            yield {"bad": record}
        elif any(record):
            row = {k: v for k, v in zip(columns, record, strict=False) if k}
            first = {"name": record[0]} if wanted != "answer" and columns[0] != wanted else {}
            answer = {"answer": row[wanted]} if wanted in row else {}
            yield {**first, **{k: v for k, v in row.items() if k != "answer"}, **answer}


def delimited(header: str, column: str) -> tuple[str, list[str]]:
    """The sign between columns, and what they are called."""
    each = {sign: titles(cells(header, sign)) for sign in DELIMITERS}
    sign = next((s for s in DELIMITERS if title(column) in each[s]), ",")
    return sign, each[sign]


def titles(header: Iterable[str]) -> list[str]:
    """What columns are called."""
    return [title(c) for c in header]


def title(text: str) -> str:
    """A name of a column, whatever its spaces and capitals."""
    return " ".join(text.lower().split())


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


def parsed(line: str, column: str) -> Row:
    """One line of JSON as a row; what is none is kept, to be reported as such."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {"bad": "no JSON"}
    if not isinstance(found, dict) or not isinstance(found.get(column), str):
        return {"bad": f"no `{column}`"}
    given = {k: v for k, v in found.items() if v is not None} | {"answer": found[column]}
    return {k: v if isinstance(v, str) else json.dumps(v) for k, v in given.items()}
