"""Normalisations of images and stacks, without an index: y = (x - mean(x)) / dev(x), and what they send back.

mean and dev put a mean and a deviation in the place of every entry they are about: those of a channel, of a
channel of one image, of a group of channels, of a row. So all that stands beside them has one shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from symbackprop.backward.composites import Composite
from symbackprop.backward.reverse_pass import Backward
from symbackprop.derivation.called_functions import Called, calling
from symbackprop.derivation.normalisation_forms import DEVIATION, NORMAL
from symbackprop.entries.op import Attributes, Op
from symbackprop.graph.expr import LEAVES, Expr
from symbackprop.vocabulary.kinds import BATCHNORM, CHANNELWISE, INSTANCE_NORM, LAYERNORM, RMSNORM

CHANNEL, IMAGE, ROW, GROUP = "channel", "image", "row", "group"
OVER: Mapping[Op, str] = {BATCHNORM: CHANNEL, INSTANCE_NORM: IMAGE, LAYERNORM: ROW, RMSNORM: ROW}
GROUP_NORM, GROUPS = "group_norm", "groups"


@dataclass(frozen=True)
class Normalisation:
    """One of them: its node, what it normalises, the normalised value (by a name where it has one), the gain
    and what it is about.

    `groups` and `eps` are its options, `hidden` the names that nobody needs here; `arguments` are given where
    the node is the call of a function of several ops.
    """

    name: str
    x: Expr
    y: Expr
    gain: Expr | None
    over: str
    centred: bool
    groups: int
    eps: object
    hidden: tuple[str, ...]
    arguments: tuple[Expr, ...] = ()

    @property
    def within(self) -> Attributes:
        """What mean and dev are about."""
        return ((GROUPS, self.groups),) if self.over == GROUP else (("over", self.over),)

    @property
    def functions(self) -> tuple[Called, Called, Called, Called]:
        """The mean, the deviation, the scaling by gains, and the normalisation itself."""
        eps = ("eps", self.eps)
        about = ("over", "entry" if self.over == ROW else CHANNEL)
        every = (
            ("mean", self.within), ("dev" if self.centred else "rms", (*self.within, eps)),
            ("scale", (about,)), ("groupnorm", (*self.within, eps)),
        )  # fmt: skip
        mean, deviation, scale, whole = (Called(w, False, self.x.rank, options) for w, options in every)
        return mean, deviation, scale, whole

    def mean(self, e: Expr) -> Expr:
        return calling(self.functions[0], (e,), e.shape)

    @property
    def deviation(self) -> Expr:
        return calling(self.functions[1], (self.x,), self.x.shape)

    def scaled(self, e: Expr) -> Expr:
        """Every channel, or every entry of a row, times its gain."""
        return e if self.gain is None else calling(self.functions[2], (e, self.gain), e.shape)

    @property
    def normal(self) -> Expr:
        """The normalised value by its definition."""
        return (self.x - self.mean(self.x) if self.centred else self.x) / self.deviation

    @property
    def definition(self) -> Expr | None:
        """The node as one call, where it is one of several ops."""
        return calling(self.functions[3], self.arguments, self.x.shape) if self.arguments else None

    def sent_back(self, signal: Expr) -> Expr:
        """The signal less its mean, less its part along the normalised value, by the deviation.

        A gain for each channel is the same in all that a mean is taken of, but for groups and rows.
        """
        inside = self.over in (GROUP, ROW)
        d = self.scaled(signal) if inside else signal
        rest = (d - self.mean(d) if self.centred else d) - self.y * self.mean(d * self.y)
        return (rest if inside else self.scaled(rest)) / self.deviation


def normalisations(b: Backward) -> Iterator[Normalisation]:
    """Those of three axes and more whose values have names."""
    own = [c for c in b.prepared.composites
           if c.function == GROUP_NORM and c.value is b.graph.definition[c.owner]]  # fmt: skip
    calls = [x for c in own if (x := by_call(b, c))]
    inside = {n for x in calls for n in x.hidden}
    yield from calls
    for n, e in b.graph.definition.items():
        if e.op in OVER and e.rank > 2 and n not in inside and (found := by_op(b, n, e)):
            yield found


def by_op(b: Backward, name: str, e: Expr) -> Normalisation | None:
    """A normalisation that is one op."""
    own = b.helpers.get(e, {})
    gain = next(iter(e.args[1:]), None)
    y = b.graph.symbol[name] if gain is None else own.get(NORMAL)
    x, rest = e.args[0], e.args[1:]
    given = e.args if y is None else (*e.args, y)
    if any(a.symbol is None for a in given) or x in rest:
        return None
    helpers = tuple(s.own.name for k, s in own.items() if k == DEVIATION and s.symbol)
    made = Normalisation(name, x, e, gain, OVER[e.op], e.op is not RMSNORM, 1, e.attribute("eps"), ())
    return replace(made, y=made.normal) if y is None else replace(made, y=y, hidden=helpers)


def by_call(b: Backward, c: Composite) -> Normalisation | None:
    """A normalisation of groups of channels."""
    value, given = b.graph.definition[c.owner], tuple(c.arguments.values())
    y = value.args[0] if value.op is CHANNELWISE else b.graph.symbol[c.owner]
    if any(x.symbol is None for x in (*given, y)) or given[0] in given[1:]:
        return None
    inner = c.inner["normal"]
    made = b.graph.definition[inner.own.name] if inner.symbol else inner
    if made.op in LEAVES or made.shape[1].number is None:
        return None
    helpers = tuple(x.own.name for x in b.helpers.get(made, {}).values() if x.symbol)
    hidden = tuple(n for n in (*c.names, *helpers) if n != y.own.name)
    gain = c.arguments.get("g")
    groups = made.shape[1].number
    return Normalisation(
        c.owner, given[0], y, gain, GROUP, True, groups, made.attribute("eps"), hidden, given
    )
