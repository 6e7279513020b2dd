"""What a text asks for: `of L` names the node, `wrt W, b` the variables; arguments come before them."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

import symbackprop as sb
from symbackprop.__main__ import main
from symbackprop.catalogue.error_sentences import explained
from symbackprop.derivatives.derivative_blocks import Blocks

NET = "x: d; W: m x d; b: m; y: m\nh = tanh(W @ x + b); L = sum((h - y)**2); R = sum(W**2)"
ASKED = NET + "\nof L; wrt W, b"


def test_a_text_says_of_what_by_what() -> None:
    d = sb.derive(ASKED)
    assert (d.of, d.wrt) == ("L", ("W", "b"))
    assert repr(d) == repr(sb.derive(NET, "L", ["W", "b"]))
    assert d.verify().ok


@pytest.mark.parametrize("text", [f"of L\n{NET}", f"wrt b\n{NET}; of L", f"{NET}; of L  # the loss"])
def test_anywhere_in_the_text(text: str) -> None:
    assert sb.derive(text).of == "L"


def test_arguments_come_first() -> None:
    d = sb.derive(ASKED, of="R", wrt="W")
    assert (d.of, d.wrt) == ("R", ("W",))
    assert sb.derive(ASKED, wrt="x").wrt == ("x",)


def test_second_order_too() -> None:
    whole = sb.hessian(ASKED)
    assert isinstance(whole, Blocks) and whole.names == ("W", "b")
    assert sb.jacobian(NET + "; of h; wrt b").text() == "diag(1 − h ⊙ h)"
    both = sb.jacobian(NET + "; of h; wrt x, b")
    assert isinstance(both, Blocks) and both.names == ("x", "b")
    assert sb.hessian(NET + "; of R; wrt W").columns == "W"


def test_a_name_that_is_a_word_of_it_stays_one() -> None:
    d = sb.derive("of: n; wrt: n; L = of @ wrt; of L; wrt wrt")
    assert d["wrt"].text() == sb.derive("of: n; w: n; L = of @ w")["w"].text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("of M", "no symbol `M`"),
        ("of L, h", "one node"),
        ("of W", "one node"),
        ("of L; of R", "twice"),
        ("wrt W; wrt b", "twice"),
        ("wrt Wx", "W"),
    ],
)
def test_what_cannot_be_asked(text: str, said: str) -> None:
    with pytest.raises(sb.DeclarationError) as caught:
        sb.derive(f"{NET}; {text}")
    assert said in str(caught.value)
    assert explained(caught.value, "de") != str(caught.value)


def test_it_goes_through_pickle_and_copy() -> None:
    g = sb.read(ASKED)
    assert copy.deepcopy(g).wrt == pickle.loads(pickle.dumps(g)).wrt == ("W", "b")


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "net.txt"
    path.write_text(ASKED, "utf-8")
    assert main(["derive", str(path)]) == 0
    assert capsys.readouterr().out.count("∂L/∂") == 2
    assert main(["derive", str(path), "--of", "R", "--wrt", "W"]) == 0
    assert "∂R/∂W = 2 W" in capsys.readouterr().out
    path.write_text("x: n; A: n x n; L = x @ A @ x; wrt x", "utf-8")
    assert main(["check", str(path), "--answer", "(A + A') x"]) == 0
