"""Scopes as a sheet types them: read back as they are spelled, refused with what may stand there."""

from __future__ import annotations

import pytest

import symbackprop as sb
from symbackprop.derivation.scopes import (
    BEFORE, CHAIN, PAGE, TRACE, Local, Order, Scope, Second, Step, read, scope,
)  # fmt: skip
from symbackprop.page.outline import outline
from symbackprop.page.page import Options

SPELLED: dict[str, Scope] = {
    "": PAGE,
    "before": BEFORE,
    "*": CHAIN,
    "trace": TRACE,
    "y|x": Local("y", "x"),
    "step:h|h|-1": Step("h", "h", -1),
    "jacobian:x": Second(Order.JACOBIAN, ("x",)),
    "jacobian:y,z,,W,b": Second(Order.JACOBIAN, ("W", "b"), ("y", "z")),
    "hessian:x,y;u@x,v@y": Second(Order.HESSIAN, ("x", "y"), along=(("u", "x"), ("v", "y"))),
    "fisher:x,y,p": Second(Order.FISHER, ("x", "y", "p")),
}


@pytest.mark.parametrize("typed", SPELLED)
def test_a_scope_is_read_as_it_is_spelled(typed: str) -> None:
    made = read(typed)
    assert made == SPELLED[typed]
    assert str(made if isinstance(made, Local | Step | Second) else made.value) == typed


@pytest.mark.parametrize("typed", ["whole", "y|x|z", "step:h|h", "hesian:x,x", "step:h|h|one"])
def test_what_is_no_scope_is_refused(typed: str) -> None:
    with pytest.raises(sb.DeclarationError, match=r"is no scope(?s:.*)hessian:"):
        read(typed)


def test_a_scope_names_symbols_of_its_graph() -> None:
    d = sb.derive("x: 3; W: 2 x 3; y = tanh(W @ x); L = sum(y**2)")
    assert scope(d.graph, "y|W") == Local("y", "W")
    for typed in ("y|V", "hessian:x,V", "jacobian:V", "hessian:x,x;v@V"):
        with pytest.raises(sb.DeclarationError, match="no symbol `V`"):
            sb.judge(d, "y = y", local=typed)


def test_a_slope_of_one_definition_holds_in_its_scope_only() -> None:
    """∂L/∂x of L = y @ x, y = x ⊙ x: its own definition gives y, all paths give 3 x ⊙ x."""
    d = sb.derive("x: 3; y = x * x; L = y @ x")
    own = r"\frac{\partial L}{\partial x} = y^\top"
    whole = r"\frac{\partial L}{\partial x} = 3 (x \odot x)^\top"
    assert [sb.judge(d, own, local=k).verdict for k in ("L|x", "")] == ["holds", "false"]
    assert [sb.judge(d, whole, local=k).verdict for k in ("L|x", "")] == ["false", "holds"]


def test_all_scopes_of_a_page_are_values() -> None:
    d = sb.derive("t: 1..T; x[t]: 3; W: 2 x 3; V: 2 x 2; "
                  "h[t] = tanh(V @ h[t-1] + W @ x[t]); L = sum(h[T]**2)")  # fmt: skip
    used = {eq.local for eq in outline(d, Options(("delta", "local"))).equations}
    assert {PAGE, BEFORE, Local("h", "z"), Step("z", "h", -1)} <= used
