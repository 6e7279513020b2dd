"""Templates: document structure only. A user's folder comes before the ones that are shipped."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound

from symbackprop.errors import SheetError
from symbackprop.sheet.html_markup import html_display, html_line

PACKAGE = Path(__file__).parent.parent


def shipped() -> Path:
    """The templates inside the installed package, or beside it in a checkout."""
    inside = PACKAGE / "templates"
    return inside if inside.is_dir() else PACKAGE.parent / "templates"


@lru_cache(maxsize=16)
def environment(own: Path | None, kind: str) -> Environment:
    folders = [str(p) for p in (own, shipped()) if p is not None]
    if (
        kind == "html"
    ):  # strings arrive escaped or as MathML; nothing raw from the user reaches a template
        return Environment(
            loader=FileSystemLoader(folders),
            undefined=StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
    return Environment(
        loader=FileSystemLoader(folders),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
    )


def render(name: str, values: dict[str, object], own: Path | None = None) -> str:
    """A template filled. Errors: `SheetError` with template, line and what is missing."""
    if own is not None and not own.is_dir():
        raise SheetError(f"no folder {own}", where="templates")
    kind = "html" if name.endswith(".html.j2") else "tex"
    try:
        env = environment(own, kind)
        if kind == "html":
            env.filters.update(display=html_display, line=html_line)
        return env.get_template(name).render(**values)
    except TemplateNotFound as error:
        raise SheetError(f"no template {error}", where="templates") from None
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        raise SheetError(
            f"{name}" + (f", line {line}" if line else "") + f": {error}", where="templates"
        ) from None
