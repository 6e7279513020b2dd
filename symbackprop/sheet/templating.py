"""Formats of a document, and their templates: a folder of the user comes before the ones that are shipped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound

from symbackprop.errors import SheetError
from symbackprop.sheet.line_breaks import Style

PACKAGE = Path(__file__).parent.parent


@dataclass(frozen=True, eq=False, slots=True)
class Format:
    """What a sheet can be written as: `name` is what `--to` takes and how its files end.

    `style` says how words and formulas are set in a language; `marks` how its templates are marked, where
    braces are taken; `filters` what they may apply; `preamble` what depends on the packages of an engine and
    on the text that follows; `finish` has the last word on the document.
    """

    name: str
    style: Callable[[str], Style]
    marks: Mapping[str, Any] = field(default_factory=dict[str, Any])
    filters: Mapping[str, Callable[[str], str]] = field(default_factory=dict[str, Callable[[str], str]])
    preamble: Callable[[frozenset[str], Any, str], str] = lambda packages, language, text: ""
    finish: Callable[[str], str] = str


def shipped() -> Path:
    """The templates inside the installed package, or beside it in a checkout."""
    inside = PACKAGE / "templates"
    return inside if inside.is_dir() else PACKAGE.parent / "templates"


@lru_cache(maxsize=16)
def environment(own: Path | None, f: Format) -> Environment:
    """Strings arrive escaped or as formulas; nothing raw from the user reaches a template."""
    folders = [str(p) for p in (own, shipped()) if p is not None]
    made = Environment(loader=FileSystemLoader(folders), undefined=StrictUndefined, autoescape=False,
                       trim_blocks=True, lstrip_blocks=True, **f.marks)  # fmt: skip
    made.filters.update(f.filters)
    return made


def strings(value: object) -> Iterator[str]:
    """Every string of some plain data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from strings(inner)


def render(f: Format, values: Mapping[str, object], own: Path | None = None, template: str = "sheet") -> str:
    """A template of a format filled. Errors: `SheetError` with template, line and what is missing."""
    if own is not None and not own.is_dir():
        raise SheetError(f"no folder {own}", where="templates")
    name = f"{template}.{f.name}.j2"
    try:
        return f.finish(environment(own, f).get_template(name).render(**values))
    except TemplateNotFound as error:
        raise SheetError(f"no template {error}", where="templates") from None
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        raise SheetError(
            f"{name}" + (f", line {line}" if line else "") + f": {error}", where="templates"
        ) from None
