"""Every function says how it is called, and its example is read; the reference page is fresh."""

from __future__ import annotations

from inspect import signature

import pytest

import symbackprop as sb
from symbackprop.graph.function_examples import EXAMPLES
from symbackprop.graph.function_help import example
from symbackprop.graph.functions import FUNCTIONS
from symbackprop.interfaces.reference_command import reference
from symbackprop.vocabulary import OPS
from tests import ROOT


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_help(name: str) -> None:
    function = getattr(sb, name)
    assert function.__name__ == function.__qualname__ == name
    said = function.__doc__
    assert f"example  {example(name, OPS.get(name))}" in said.replace("example   ", "example  ")
    assert "Operand" not in str(signature(function))
    g = sb.read(example(name, OPS.get(name)))
    assert name in FUNCTIONS and g.output


def test_what_a_layer_says() -> None:
    said = sb.softmax.__doc__
    assert str(signature(sb.softmax)) == "(x, *, axis=-1)"
    assert "x: … × i → … × i" in said and "y[..., i] = e[..., i]/s[...]" in said
    assert "eps = 1e-05, a number from 0 on" in sb.layernorm.__doc__
    assert "slope    y*(1 - y)" in sb.sigmoid.__doc__
    assert "a[i, k] * y[k, j] = delta(i, j)" in sb.inverse.__doc__


def test_no_example_without_a_function() -> None:
    assert set(EXAMPLES) <= set(FUNCTIONS)


def test_the_reference_page_is_fresh() -> None:
    """Make it again with `symbackprop reference > docs/reference.md`."""
    assert (ROOT / "docs" / "reference.md").read_text("utf-8") == reference()
