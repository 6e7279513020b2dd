"""Functions of whole arrays as they are called on paper: conv_{pad 1}(x, f), mean_{channel}(u)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from symbackprop.entries.op import Attributes, Op
from symbackprop.graph.expr import Expr, intern
from symbackprop.sizes import Shape


@dataclass(frozen=True, slots=True)
class Called:
    """A function as it is called: the word, whether transposed, its axes and the options of its window.

    `over` among the options says what it is about: each channel, each row.
    """

    word: str
    turned: bool
    axes: int
    options: Attributes

    @property
    def op(self) -> Op:
        return whole_op(self)


# no letters: these name other things
WORDS = {"stride": "stride", "padding": "pad", "dilation": "dilation", "groups": "groups", "eps": "eps"}
EPS = 1e-5


@lru_cache(maxsize=4096)
def whole_op(c: Called) -> Op:
    """The op that stands for a call on paper; its name is its text, equal calls are one op."""
    said = dict(c.options)
    size = said.pop("size", said.pop("scale", None))
    usual = {"stride": 1 if size is None else size, "padding": 0, "dilation": 1, "groups": 1, "eps": EPS}
    window = [] if size is None else [[str(size)] * c.axes]
    over = str(said.pop("over", ""))
    others = [(WORDS[k], v) for k, v in said.items() if v != usual[k]]
    shown = [*([rf"\mathrm{{{over}}}"] if over else ()), *(r"\times ".join(x) for x in window)]
    shown += [*(rf"\mathrm{{{k}}}\,{v}" for k, v in others)]
    plain = [*([over] if over else ()), *("×".join(x) for x in window), *(f"{k} {v}" for k, v in others)]
    tex = rf"\operatorname{{{c.word}}}" + (r"^{\top}" if c.turned else "")
    text = c.word + ("ᵀ" if c.turned else "")
    tex += f"_{{{','.join(shown)}}}" if shown else ""
    return Op(text + (f"_({','.join(plain)})" if plain else ""), tex=tex, called=True)


def calling(c: Called, args: tuple[Expr, ...], shape: Shape) -> Expr:
    """A call as an expression: it is printed and never derived."""
    return intern(c.op, args, (), shape)
