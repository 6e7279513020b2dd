"""What a lecturer says of a layer that is kept whole, once for each kind of call on a page."""

from __future__ import annotations

from fractions import Fraction

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Phrase
from symbackprop.derivation.spread_normalisations import CHANNEL, GROUP, IMAGE, ROW, Normalisation
from symbackprop.derivation.whole_layers import Layer, WholeLayers
from symbackprop.entries.op import slides
from symbackprop.formula import tree as no
from symbackprop.graph.expr import const
from symbackprop.page.page import Options


def kept_layers(d: Derivation, o: Options) -> WholeLayers:
    """The layers that stay whole: all but those whose derivation a sheet asks for."""
    return d.layers if o.local is None else WholeLayers(d.backward, frozenset(o.local))


def layer_phrases(d: Derivation, kept: WholeLayers) -> list[Phrase]:
    """One sentence for each kind of call: what it does forward, what it sends back."""
    said: dict[str, Phrase] = {}
    for layer in kept.layers.values():
        if layer.kind.sentence:
            said.setdefault(layer.kind.sentence, forward_sentence(d, kept, layer))
        for role in kept.answered(layer):
            found = sentence(d, kept, layer, role) if layer.kind.back[role].sentence else None
            said |= {found.key: said.get(found.key, found)} if found else {}
    for norm in kept.normalisations.values():
        said |= {p.key: said.get(p.key, p) for p in normalisation_phrases(d, kept, norm)}
    return [*said.values(), *heads_phrase(d)]


POINT = no.Name(r"\cdot")  # the argument of a function that stands by itself
MEANS = {
    CHANNEL: "layer.norm_channel",
    IMAGE: "layer.norm_image",
    ROW: "layer.norm_row",
    GROUP: "layer.norm_group",
}


def normalisation_phrases(d: Derivation, kept: WholeLayers, norm: Normalisation) -> list[Phrase]:
    """What the mean, the deviation and the gains of a normalisation are about."""
    mean, deviation, scale, _ = (no.Call(c.op.name, (POINT,)) for c in norm.functions)
    if not kept.answers(norm.name) or norm.x.own.name not in d.backward.adjoints:
        return []
    eps = d.formula(const(Fraction(str(norm.eps))))
    values: list[tuple[str, no.Formula]] = [("mean", mean), ("dev", deviation), ("eps", eps)]
    arriving = norm.scaled(kept.arriving(norm.name))
    values += [("x", d.formula(norm.x)), ("dy", d.formula(arriving)), ("y", d.formula(norm.y))]
    found = [Phrase(MEANS[norm.over] if norm.centred else "layer.norm_rms", tuple(values))]
    if norm.gain is not None:
        given = (("scale", scale), ("g", d.formula(norm.gain)))
        found.append(Phrase("layer.scale_entry" if norm.over == ROW else "layer.scale", given))
    return found


def heads_phrase(d: Derivation) -> list[Phrase]:
    """What heads of attention do, where some have their blocks of columns."""
    found = (x for c in d.backward.prepared.composites for x in c.inner.values())
    stacks = [x.symbol for x in found if x.symbol and x.symbol.tex.stack]
    return [Phrase("layer.heads", (("i", no.Name(d.convention.letters[0])),))] if stacks else []


def layer_reason(kept: WholeLayers, name: str) -> Phrase | None:
    """Why δname is what its row says, where one layer is all that reads it."""
    sent = kept.sent_to(name)
    own = {x.name for x, _ in sent} | kept.hidden
    alone = len(sent) == 1 and all(u.consumer in own for u in kept.b.adjoints[name].uses)
    return Phrase(sent[0][0].kind.back[sent[0][1]].reason) if alone else None


def forward_sentence(d: Derivation, kept: WholeLayers, layer: Layer) -> Phrase:
    """What a layer does; where it lays down copies, that of its argument takes the place of a signal."""
    x = d.formula(layer.arguments["x"])
    values = {"call": d.formula(kept.definition(layer.name)), "dy": x, "x": x, "n": copies(layer)}
    return Phrase(layer.kind.sentence, tuple(values.items()))


def copies(layer: Layer) -> no.Formula:
    """How many entries a window or a block has; else how many groups of channels there are."""
    options: dict[str, int] = dict(layer.options)  # type: ignore[arg-type]
    if "groups" in options:
        return no.number(options["groups"])
    return no.number(options.get("size", options.get("scale", 1)) ** layer.kind.axes)


def sentence(d: Derivation, kept: WholeLayers, layer: Layer, role: str) -> Phrase:
    """What goes back to one argument, with the formulas of the page."""
    back = layer.kind.back[role]
    ends = [d.formula(kept.signal(layer)), d.formula(layer.arguments["x"])]
    dy, x = reversed(ends) if back.onto else ends
    values = {"call": d.formula(kept.contribution(layer, role)), "dy": dy, "x": x, "n": copies(layer)}
    return Phrase(back.shared if overlaps(layer) else back.sentence, tuple(values.items()))


def overlaps(layer: Layer) -> bool:
    """Whether the windows of a pooling share entries."""
    options = dict(layer.options)
    return "size" in options and int(options["stride"]) < int(options["size"])  # type: ignore[call-overload]


def meets_zeros(d: Derivation, kept: WholeLayers) -> bool:
    """Whether a formula of the page has entries outside an array: of a window, or in a padding."""
    whole = kept.layers.keys() | kept.hidden
    rest = (x for n in d.graph.definition if n not in whole for x in d.graph.inside[n])
    return any(dict(x.options).get("padding") for x in kept.layers.values()) or any(
        slides(x.op) for x in rest
    )
