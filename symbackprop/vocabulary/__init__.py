"""The open set of ops: every module of this folder declares some; all of them are found here by name."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from symbackprop.entries.op import Op


def collect() -> dict[str, Op]:
    """Every op declared in this folder. Two ops of one name are a mistake of the declaration."""
    found: dict[str, Op] = {}
    for module in sorted(m.name for m in iter_modules(__path__)):
        for value in vars(import_module(f"{__name__}.{module}")).values():
            if isinstance(value, Op):
                assert found.setdefault(value.name, value) is value, f"op {value.name} declared twice"
    return found


OPS: dict[str, Op] = collect()
