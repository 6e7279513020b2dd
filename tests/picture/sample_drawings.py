"""Drawings of every kind, for the tests: by name, the plain ones and the awkward ones."""

from __future__ import annotations

from math import exp, sin
from random import Random

from symbackprop.picture.drawings.drawing import Drawing
from symbackprop.picture.drawings.grid_world import maze
from symbackprop.picture.drawings.heat_map import heat
from symbackprop.picture.drawings.network_scheme import Layer, scheme
from symbackprop.picture.drawings.plots import Curve, Plot, plot
from symbackprop.picture.graphs.graph_picture import Box
from symbackprop.picture.label import Label


def plain(name: str) -> Label:
    return Label(rf"\mathrm{{{name}}}" if len(name) > 1 else name, name)


def curve(name: str, *points: tuple[float, float]) -> Curve:
    return Curve(plain(name), points)


def indexed(name: str, count: int) -> tuple[Label, ...]:
    return tuple(Label(f"{name}_{{{i}}}", f"{name}_{{{i}}}") for i in range(1, count + 1))


def overlap(a: Box, b: Box) -> bool:
    """The interiors meet."""
    return (abs(a.x - b.x) < (a.width + b.width) / 2 - 1e-6
            and abs(a.y - b.y) < (a.height + b.height) / 2 - 1e-6)  # fmt: skip


X, Y = plain("epoch"), Label(r"\ell(\theta)", "ℓ(θ)")
ONE = Label("1", "1")
WEIGHTS = tuple(Label(f"W^{{({i})}}", f"W^({i})") for i in range(1, 5))


def losses(count: int, *, names: str = "SGD momentum Adam RMSProp", seed: int = 1) -> list[Curve]:
    """Curves that fall and end close to each other."""
    random = Random(seed)
    return [
        curve(n, *((k, exp(-k / count * (2 + i / 8)) + 0.02 * random.random())
                   for k in range(count)))
        for i, n in enumerate(names.split())
    ]  # fmt: skip


def plots() -> dict[str, Drawing]:
    few, many = losses(12), losses(400)
    squares = curve("error", *((10.0**-k, 10.0 ** (-2 * k) + 10.0 ** (k - 13)) for k in range(13)))
    wave = Curve(Label(r"\sin x", "sin x"), tuple((x / 50, sin(x / 50)) for x in range(-160, 161)))
    named = losses(30, names="A B C D E F G H I J K L M N O P")
    long = losses(8, names="gradient-descent-without-momentum Adam-with-decoupled-weight-decay")
    return {
        "few": plot(Plot(tuple(few), X, Y)),
        "many": plot(Plot(tuple(many), X, Y)),
        "log": plot(Plot(tuple(many), X, Y, scale="log")),
        "log-log": plot(Plot((squares,), Label("h", "h"), plain("error"), "log", "log")),
        "wave": plot(Plot((wave,), Label("x", "x"), Label("y", "y"))),
        "legend": plot(Plot((*few, curve("early", (0, 0.5), (4, 0.4))), X, Y)),
        "long": plot(Plot(tuple(long), X, Y)),
        "sixteen": plot(Plot(tuple(named), X, Y)),
        "lone": plot(Plot((curve("p", (3, 5)),), X, Y)),
        "flat": plot(Plot((curve("c", (0, 2.5), (9, 2.5)),), X, Y, marks="none")),
        "large": plot(Plot((curve("c", (0, -4e6), (9e7, 8e6)),), X, Y)),
        "small": plot(Plot((curve("c", (0, 1e-7), (3, 3.4e-7)),), X, Y), width=120, height=80),
    }


def heats() -> dict[str, Drawing]:
    random = Random(2)
    mixed = [[random.uniform(-1, 1) for _ in range(7)] for _ in range(5)]
    return {
        "whole": heat([[i * j for j in range(8)] for i in range(3)]),
        "mixed": heat(mixed),
        "constant": heat([[2.0] * 3] * 2),
        "wide": heat([[-1.234e-7, 3.0, 6.02e23], [0.5, -0.0, 1e300]]),
        "single": heat([[7]]),
    }


def schemes() -> dict[str, Drawing]:
    x, y = indexed("x", 2), (Label(r"\hat y", "ŷ"),)
    digits = Layer(indexed("x", 784), ONE), Layer(indexed("h", 30), ONE), Layer(indexed("y", 10))
    deep = (Layer(x, ONE), *(Layer(indexed("z", 3), ONE) for _ in range(3)), Layer(y))
    return {
        "xor": scheme((Layer(x, ONE), Layer(indexed("h", 2), ONE), Layer(y)), WEIGHTS[:2]),
        "digits": scheme(digits, WEIGHTS[:2]),
        "deep": scheme(deep, WEIGHTS),
        "single": scheme((Layer(x),), ()),
        "long": scheme((Layer(x), Layer((Label(r"z^{(1)}_{2}+b^{(1)}", "z_2^(1) + b^(1)"),))),
                       (Label(r"\frac{1}{2}(W+W^\top)", "1/2 (W + Wᵀ)"),)),
    }  # fmt: skip


def mazes() -> dict[str, Drawing]:
    around = [(0, 0), (0, 1), (1, 1), (2, 1), (2, 2), (2, 3), (1, 3), (2, 3), (2, 2), (2, 2)]
    return {
        "path": maze(("Aoo.", "..o.", "..oo")),
        "walk": maze(("A...", ".o..", ".oo."), steps=around),
        "waits": maze(("A.",), steps=[(0, 0)] * 3 + [(0, 1)] * 12),
        "single": maze(("A",)),
    }


def drawings() -> dict[str, Drawing]:
    kinds = {"plot": plots(), "heat": heats(), "scheme": schemes(), "maze": mazes()}
    return {f"{kind} {name}": d for kind, found in kinds.items() for name, d in found.items()}
