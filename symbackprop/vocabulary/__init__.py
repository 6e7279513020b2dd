"""The open set of ops: every module of this folder declares some; all of them are found here by name.

Nothing but declarations stands here; an op is added by one row of one file. Read `scalars.py` and `layers.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from symbackprop.entries.op import Op


def collected(modules: Iterable[ModuleType]) -> dict[str, Op]:
    """Every op the modules declare. Two ops of one name are a mistake of the declaration."""
    found: dict[str, Op] = {}
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, Op):
                assert found.setdefault(value.name, value) is value, f"op {value.name} declared twice"
    return found


OPS: Mapping[str, Op] = collected(
    import_module(f"{__name__}.{m.name}") for m in sorted(iter_modules(__path__), key=lambda m: m.name)
)
