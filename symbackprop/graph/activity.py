"""Which names a derivative is about: those the output depends on, and those that depend on a variable."""

from __future__ import annotations

from collections.abc import Iterable

from symbackprop.errors import DeclarationError
from symbackprop.graph.graph import Graph, ancestors, known, reached


def default_variables(g: Graph, of: str) -> tuple[str, ...]:
    """The variables that the text names; else every real input the node depends on."""
    if g.wrt and all(n in g.symbol for n in g.wrt):
        return g.wrt
    reach = relevant(g, of)
    return tuple(n for n in g.inputs if n in reach and g.symbol[n].classes is None)


def check_variables(g: Graph, of: str, names: tuple[str, ...]) -> None:
    """Errors: `DeclarationError` for a variable that cannot be differentiated by; for an output that is its
    own past. A variable that does not move the output has the derivative 0."""
    reach = relevant(g, of)
    moment = g.times.get(of)
    if moment and any(of in g.moved_by.get(n, ()) for n in reach):
        raise DeclarationError(
            f"{of}[{moment}] is used by later steps: what arrives from outside and what comes back through "
            "time are two error signals", where="of",
            hint=f"Give the output a name of its own:  y[{moment}] = {of}[{moment}]",
        )  # fmt: skip
    if not names:
        raise DeclarationError(f"{of} depends on no real input", where="wrt")
    for n in names:
        known(n, g.symbol, "wrt")
        if g.symbol[n].classes is not None:
            raise DeclarationError(f"{n} is an integer label; it has no derivative", where="wrt")
        if n == of:
            raise DeclarationError(f"{of} is both the output and the variable", where="wrt")


def unmoved(g: Graph, of: str, wrt: str) -> str:
    """Why a derivative is 0, where nothing leads from the variable to the output; else empty."""
    if wrt in relevant(g, of):
        return ""
    if wrt in ancestors(g, of):
        return f"{of} knows {wrt} only through positions, which are constant almost everywhere"
    return f"{of} does not depend on {wrt}"


def relevant(g: Graph, of: str) -> set[str]:
    """Names that move `of` (itself too), through all times."""
    return reached({of}, g.moved_by)


def active_names(g: Graph, wrt: Iterable[str]) -> set[str]:
    """Names that depend on a variable (the variables too), through all times."""
    readers: dict[str, list[str]] = {}
    for reader, names in g.moved_by.items():
        for n in names:
            readers.setdefault(n, []).append(reader)
    return reached(wrt, readers)
