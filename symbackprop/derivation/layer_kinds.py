"""Layers that may be kept whole: what they are called on paper, what they send back, the sentences for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from symbackprop.entries.op import Op
from symbackprop.vocabulary import signal

SIGNAL = "signal"  # the role of δ of the layer's value among the arguments of what it sends back


@dataclass(frozen=True, slots=True)
class Sent:
    """What a layer sends back to one argument: a function of these roles, why in a few words, and the
    sentence that says it, another one where windows overlap. Without a word the signal is summed by channel.
    """

    word: str
    roles: tuple[str, ...]
    reason: str
    sentence: str = ""
    shared: str = ""
    turned: bool = False  # the transpose of the function of that name, which is linear in its first argument
    onto: bool = False  # in the sentence signal and argument change places: copies were laid, not met


@dataclass(frozen=True, slots=True)
class LayerKind:
    """How a function is called on paper, over how many axes its window slides, what it sends back by role.

    `window` is what of a call of several ops has the options; `sentence` says what it does forward.
    """

    word: str
    axes: int
    back: Mapping[str, Sent] = field(default_factory=lambda: MappingProxyType({}))
    turned: bool = False
    window: str = ""
    sentence: str = ""


MAXPOOL = {"x": Sent("unpool", (SIGNAL, "x"), "reason.largest", "layer.maxpool", "layer.maxpool_added")}
AVGPOOL = {
    "x": Sent("avgpool", (SIGNAL,), "reason.parts", "layer.avgpool", "layer.avgpool_added", turned=True)
}
CONV = {
    "x": Sent("conv", (SIGNAL, "f"), "reason.linear", "layer.conv_input", turned=True),
    "f": Sent("corr", ("x", SIGNAL), "reason.linear", "layer.conv_filter"),
    "b": Sent("", (SIGNAL,), "reason.summed"),
}
LAID = {
    "x": Sent("conv", (SIGNAL, "f"), "reason.linear", "layer.conv"),
    "f": Sent("corr", (SIGNAL, "x"), "reason.linear", "layer.conv_filter", onto=True),
}
LARGEST = {"x": Sent("globalunpool", (SIGNAL, "x"), "reason.largest_of_image", "layer.globalmax")}
MEANS = {"x": Sent("globalavg", (SIGNAL,), "reason.mean", "layer.globalavg", turned=True)}
REPEATED = {"x": Sent("upsample", (SIGNAL,), "reason.linear", "layer.upsample_back", turned=True)}

# calls of several ops, and ops
FUNCTIONS: Mapping[str, LayerKind] = {
    "max_pool1d":      LayerKind("maxpool", 1, MAXPOOL, window="windows"),
    "max_pool2d":      LayerKind("maxpool", 2, MAXPOOL, window="windows"),
    "global_max_pool": LayerKind("globalmax", 2, LARGEST),
    "global_avg_pool": LayerKind("globalavg", 2, MEANS),
    "conv1d":          LayerKind("conv", 1, CONV, window="groups", sentence="layer.conv_groups"),
    "conv2d":          LayerKind("conv", 2, CONV, window="groups", sentence="layer.conv_groups"),
}  # fmt: skip
OPS: Mapping[Op, LayerKind] = {
    signal.avg_pool1d:       LayerKind("avgpool", 1, AVGPOOL),
    signal.avg_pool2d:       LayerKind("avgpool", 2, AVGPOOL),
    signal.conv1d:           LayerKind("conv", 1, CONV, sentence="layer.conv"),
    signal.conv2d:           LayerKind("conv", 2, CONV, sentence="layer.conv"),
    signal.conv_transpose1d: LayerKind("conv", 1, LAID, turned=True, sentence="layer.conv_input"),
    signal.conv_transpose2d: LayerKind("conv", 2, LAID, turned=True, sentence="layer.conv_input"),
    signal.upsample1d:       LayerKind("upsample", 1, REPEATED, sentence="layer.upsample"),
    signal.upsample2d:       LayerKind("upsample", 2, REPEATED, sentence="layer.upsample"),
}  # fmt: skip
