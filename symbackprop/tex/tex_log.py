"""What a TeX log says, told in terms of the sheet: message, line, equation."""

from __future__ import annotations

import re
from dataclasses import dataclass

from symbackprop.errors import TexError

SHOWN = 120  # characters of a line shown in an error
WIDE = 1.0  # points; a narrower overfull box cannot be seen

_FILE_LINE = re.compile(
    r"^(?P<file>(?:[A-Za-z]:)?[^:\n]*\.\w+|\[[^\]\n]+\]):(?P<line>\d+): (?P<message>\S.*)$", re.MULTILINE
)
_BANG = re.compile(r"^! ?(?P<message>[^=\s].*)$", re.MULTILINE)
_BREAK = re.compile(r"^l\.(?P<line>\d+) ", re.MULTILINE)
_COMMAND = re.compile(r"(\\(?:[A-Za-z@]+|.))\s*$")
_PAGES = re.compile(r"^Output written on .*?\((\d+) pages?\b", re.MULTILINE | re.DOTALL)
_OVERFULL = re.compile(
    r"^Overfull \\hbox \((?P<width>[\d.]+)pt too wide\)"
    r"(?:[^\n]*? at lines? (?P<line>\d+)(?:--(?P<last>\d+))?)?",
    re.MULTILINE,
)
_LOST = re.compile(r"^Missing character: There is no (?P<char>.+?) in font (?P<font>[^\s!]+)", re.MULTILINE)
_MARK = re.compile(r"^\s*%% (?P<kind>sheet|equation): (?P<name>.+?)\s*$")

_ABORTED = re.compile(r"^\*\*\* \((?P<reason>.+)\)$", re.MULTILINE)

_CONTINUED = re.compile(r"^(?:\(\S+\))? {4,}(?=\S)")
_SCANNING = re.compile(r"^File ended while scanning use of (\\\S+)")
_RUNAWAY = re.compile(r"^Runaway argument\?\n(?P<text>.*)$", re.MULTILINE)

_HINTS = (  # (what the message contains, the next move), first match wins
    ("Undefined control sequence", "check its spelling, or whether its package is in the preamble"),
    ("Missing $ inserted", "mathematics stands outside $...$; plain text must pass escape()"),
    ("Extra }, or forgotten $", "a brace or a $ is unbalanced in this formula"),
    ("Extra alignment tab", "a row has more cells than its table has columns"),
    ("Misplaced alignment tab", "an unescaped & stands in text; plain text must pass escape()"),
    ("not set up for use with LaTeX", "this character must pass escape()"),
    ("no legal \\end found", "the text ends before \\end{document}: is a % unescaped?"),
    ("ended by \\end", "close what was opened: every \\begin wants its \\end"),
    ("while scanning use of", "a } is missing after this command"),
    ("not found", "run `symbackprop doctor`: it shows what this TeX lacks"),
    ("capacity exceeded", "one formula or picture is too large for TeX: split it"),
    ("Dimension too large", "a picture is larger than TeX's largest length: split it"),
    ("Font", "run `symbackprop doctor`: it shows what this TeX lacks"),
)
_USUAL_HINT = "write the .tex file (`--to tex`) to see the line in its place"


@dataclass(frozen=True)
class Place:
    """A line of the source under the sheet and equation marks that stand above it."""

    line: int
    text: str
    sheet: str
    equation: str

    def __str__(self) -> str:
        marks = (("sheet", self.sheet), ("equation", self.equation), ("line", str(self.line)))
        return ", ".join(f"{word} {name}" for word, name in marks if name)


@dataclass(frozen=True)
class Fault:
    """The first thing TeX complained about; `line` counts in the sheet, 0 where TeX names none."""

    message: str
    line: int


def place(source: str, line: int) -> Place:
    """Where a line of the source stands."""
    lines = source.split("\n")
    marks = {"sheet": "", "equation": ""}
    for text in lines[:line]:
        if found := _MARK.match(text):
            if found["kind"] == "sheet":
                marks["equation"] = ""  # a new sheet starts outside any equation
            marks[found["kind"]] = found["name"]
    line = min(line, len(lines))
    while line > 1 and not lines[line - 1].strip():  # TeX notices some errors a paragraph late
        line -= 1
    return Place(line, lines[line - 1].strip(), **marks)


def fault(log: str, source: str, *, jobname: str) -> Fault | None:
    """The first error in the log of a source, or None."""
    found = [m for pattern in (_FILE_LINE, _BANG) if (m := pattern.search(log))]
    if not found:
        return None
    first = min(found, key=lambda m: m.start())
    message = _completed(first["message"].strip(), log[first.end() + 1 :])
    line = _sheet_line(first, message, log, jobname) or _runaway_line(log, message, source)
    return Fault(message, line)


def failure(log: str, source: str, *, jobname: str, otherwise: str) -> TexError:
    """The error to raise for a failed run; `otherwise` is said where the log names no error."""
    found = fault(log, source, jobname=jobname)
    if found is None:
        return TexError(otherwise, hint=_USUAL_HINT)
    hint = next((move for part, move in _HINTS if part in found.message), _USUAL_HINT)
    what = f"TeX says: {found.message}"
    if not found.line:
        return TexError(what, hint=hint)
    here = place(source, found.line)
    return TexError(f"{what}\n  {here.line} | {here.text[:SHOWN]}", where=str(here), hint=hint)


def pages(log: str) -> int:
    """How many pages the run wrote; 0 where the log does not say."""
    found = _PAGES.search(log)
    return int(found[1]) if found else 0


def overfull(log: str, source: str) -> tuple[str, ...]:
    """Each line that sticks out by more than a point, with its place in the sheet."""
    wide = (m for m in _OVERFULL.finditer(log) if float(m["width"]) > WIDE)
    return tuple(
        f"{m['width']}pt too wide" + (f": {place(source, int(m['last'] or m['line']))}" if m["line"] else "")
        for m in wide
    )


def lost(log: str) -> tuple[str, ...]:
    """Characters TeX silently left out of the page, sorted."""
    seen = {m["char"] for m in _LOST.finditer(log) if m["font"] != "nullfont"}
    return tuple(sorted(seen))


def _completed(message: str, rest: str) -> str:
    """The message with what TeX prints below it: its other lines, the unknown command, a reason."""
    if message.startswith("Emergency stop") and (reason := _ABORTED.search(rest)):
        return f"Emergency stop: {reason['reason']}"
    if message.startswith("Undefined control sequence"):
        found = _COMMAND.search(rest.split("\n", 1)[0])
        return f"Undefined control sequence {found[1]}" if found else message
    if " Error: " in message:
        more = rest.split("\n\n", 1)[0].split("\n")
        words = (_CONTINUED.sub("", line) for line in more if _CONTINUED.match(line))
        return " ".join([message, *words])
    return message


def _sheet_line(first: re.Match[str], message: str, log: str, jobname: str) -> int:
    """The line in the sheet an error belongs to: where a group began, else where TeX stopped."""
    if began := re.search(r"on input line (\d+)", message):
        return int(began[1])
    rest = log[first.start() :]
    ours = (m for m in _FILE_LINE.finditer(rest) if _is_sheet(m["file"], jobname))
    if spot := next(ours, None):
        return int(spot["line"])
    stopped = _BREAK.search(rest) if first.re is _BANG else None
    return int(stopped["line"]) if stopped else 0


def _runaway_line(log: str, message: str, source: str) -> int:
    """Where a command began whose argument never ended: TeX prints the argument, not the line."""
    command, argument = _SCANNING.search(message), _RUNAWAY.search(log)
    if not command or not argument:
        return 0
    begun = argument["text"].split("\\par")[0].replace(" ", "")
    for number, text in reversed(list(enumerate(source.split("\n"), start=1))):
        if command[1] in text and begun in text.replace(" ", ""):
            return number
    return 0


def _is_sheet(file: str, jobname: str) -> bool:
    """The file named in a log is the sheet, not a package."""
    return file.replace("\\", "/").rsplit("/", 1)[-1] == f"{jobname}.tex"
