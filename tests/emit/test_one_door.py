"""Whatever is emitted asks the same of its arguments, under the names they are declared by."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.layers_code import Layer, functions, layers
from tests.emit.test_layers_code import loaded
from tests.emitted_values import Array

GIVEN = {"x": np.ones(3), "W": np.ones((5, 3)), "y": np.array([0, 2, 4, 1, 3])}
TEXT = "x: 3; W: m x 3; y: m label m; u = tanh(W @ x); L = sum(cross_entropy_logits(outer(u, u), y))"
WRONG = {
    "x is declared 3, given an array of shape (3, 1)": {"x": np.ones((3, 1))},
    "x is declared 3, beside the other arrays (3,)": {"x": np.ones(2)},
    "W is declared m x 3": {"W": np.ones((5, 2))},
    "y holds labels": {"y": np.array([0, 2, 5, 1, 3])},
    "y holds labels, whole numbers": {"y": np.array([0, 2, 4, 1, 2.5])},
}


def doors(d: Derivation) -> Iterator[Callable[..., object]]:
    """Everything that is emitted for a derivation, called by the declared names."""
    yield d.compile()
    code = loaded(functions(d, forward="ahead", backward="back"))
    yield from (code.ahead, code.back)
    layer = loaded(layers([Layer(d, "Own", d.wrt[0])])).Own

    def ahead(**given: Array) -> object:
        data = given.pop(d.wrt[0])
        return layer(**given).forward(data)

    yield ahead


def renamed(word: str, text: str) -> str:
    return text.replace("x:", f"{word}:").replace("@ x)", f"@ {word})")


@pytest.mark.parametrize("word", ["x", "np", "sum", "self", "forward", "view", "_fits", "np_", "len"])
@pytest.mark.parametrize("says", [*WRONG, ""])
def test_every_door_refuses_what_does_not_fit(word: str, says: str) -> None:
    d = sb.derive(renamed(word, TEXT))
    for door in doors(d):
        given = {word if n == "x" else n: v for n, v in (GIVEN | WRONG.get(says, {})).items()}
        if not says:
            door(**given)
            continue
        with pytest.raises(ValueError, match=r"declared|labels") as error:
            door(**given)
        assert str(error.value).startswith(says.replace("x is", f"{word} is"))


def test_a_layer_refuses_a_signal_of_another_size() -> None:
    layer = loaded(layers([Layer(sb.derive("np: n; a: n; y = tanh(np*a)"), "Own", "np")])).Own(a=np.ones(3))
    layer.forward(np=np.ones(3))
    assert layer.backward(y_bar=np.ones(3)).shape == layer.a_bar.shape == (3,)
    with pytest.raises(ValueError, match="y_bar is declared n, given an array of shape"):
        layer.backward(np.ones((3, 1)))
    with pytest.raises(ValueError, match="a is declared n, beside the other arrays"):
        layer.forward(np.ones(2))
