"""Which names a derivative is about: those the output depends on, and those that depend on a variable."""

from __future__ import annotations

from symbackprop.errors import DeclarationError
from symbackprop.graph.expr import Expr
from symbackprop.graph.graph import Graph, ancestors, known, needs

INTEGER = frozenset({"label"})


def default_variables(g: Graph, of: str) -> tuple[str, ...]:
    """Every real input the node depends on."""
    reach = relevant(g, of)
    return tuple(n for n in g.inputs if n in reach and is_real(g.symbol[n]))


def is_real(e: Expr) -> bool:
    return bool(e.symbol and e.symbol.domain not in INTEGER)


def check_variables(g: Graph, of: str, names: tuple[str, ...]) -> None:
    """Errors: `DeclarationError` for a variable that cannot be differentiated by, or moves nothing; for an
    output that is its own past."""
    reach = relevant(g, of)
    moment = time_of(g, of)
    if moment and any(of in needs(g, n, moved_by) for n in reach):
        raise DeclarationError(
            f"{of}[{moment}] is used by later steps: what arrives from outside and what comes back through "
            "time are two error signals", where="of",
            hint=f"Give the output a name of its own:  y[{moment}] = {of}[{moment}]",
        )  # fmt: skip
    if not names:
        raise DeclarationError(f"{of} depends on no real input", where="wrt")
    for n in names:
        known(n, g.symbol, "wrt")
        if not is_real(g.symbol[n]):
            raise DeclarationError(f"{n} is an integer label; it has no derivative", where="wrt")
        if n not in reach:
            raise DeclarationError(
                f"{of} does not depend on {n}: the gradient is 0",
                where="wrt",
                hint=f"{of} depends on {', '.join(sorted(reach - {of}))}",
            )
        if n == of:
            raise DeclarationError(f"{of} is both the output and the variable", where="wrt")


def relevant(g: Graph, of: str) -> set[str]:
    """Names `of` depends on (itself too), through all times."""
    return ancestors(g, of, moved_by)


def moved_by(e: Expr) -> set[str]:
    """Names in an expression, those apart that it only knows through a computed label."""
    found: set[Expr] = set()
    stack = [e]
    while stack:
        node = stack.pop()
        if node not in found and node.op.domain != "label":
            found.add(node)
            stack += node.args
    return {x.symbol.name for x in found if x.symbol}


def active_names(g: Graph, wrt: tuple[str, ...]) -> set[str]:
    """Names that depend on a variable."""
    active = set(wrt)
    changed = True
    while changed:  # more than one round only where a recurrence feeds back
        changed = False
        for n in g.definition:
            if n not in active and not active.isdisjoint(needs(g, n, moved_by)):
                active.add(n)
                changed = changed or bool(g.time)
    return active


def ordered(g: Graph) -> list[str]:
    return [*g.inputs, *g.definition]


def time_of(g: Graph, name: str) -> str:
    s = g.symbol[name].symbol
    assert s
    return s.time
