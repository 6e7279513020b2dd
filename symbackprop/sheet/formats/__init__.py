"""A document as data enters, its text in TeX or HTML leaves: every module here is a `FORMAT`, found by name.

A further format is one file of this folder and its template. Read `html_format.py` first.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

from symbackprop.sheet.templating import Format

MADE: list[Format] = [import_module(f"{__name__}.{m.name}").FORMAT for m in iter_modules(__path__)]
FORMATS: Mapping[str, Format] = {f.name: f for f in MADE}
