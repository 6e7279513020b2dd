"""The idea of a derivation in a few sentences: what is read where, what cancels, what a layer sends back.

Each sentence stands behind a predicate on the graph that makes it true wherever it is said; the facts
come from the reads, the uses and the forms of the reverse pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from symbackprop.backward.adjoints import Adjoint, Use
from symbackprop.backward.reads import Read
from symbackprop.derivation.derivation import Derivation, signal
from symbackprop.derivation.equation import Phrase, one_of, symbol_of
from symbackprop.derivation.whole_layers import WholeLayers
from symbackprop.entries.op import Op
from symbackprop.formula.tree import Formula
from symbackprop.graph.expr import Expr, symbols, topological
from symbackprop.graph.graph import TIME_SUM
from symbackprop.notation.convention import symbol_formula
from symbackprop.page.layer_sentences import kept_layers
from symbackprop.page.page import Block, Options, Paragraph
from symbackprop.page.reasons import counted
from symbackprop.page.roles import Roles
from symbackprop.page.section_row import SectionRow
from symbackprop.vocabulary.kinds import (
    ADD, BATCHNORM, CROSS_ENTROPY, DIVIDE, EMBEDDING, INSTANCE_NORM, LAYERNORM, LOG, MASKED_SOFTMAX,
    POWER, RMSNORM, SIGMOID, SOFTMAX, SUBTRACT,
)  # fmt: skip

SENTENCES = 4  # a page opens with no more
NAMES = 6  # readers that are told one by one
PATHS = 6  # paths that a reader may follow


@dataclass(frozen=True, eq=False)
class Facts:
    """What the sentences are made from: a derivation, and the layers that stay whole on its page."""

    d: Derivation
    kept: WholeLayers

    @cached_property
    def shown(self) -> Mapping[str, Adjoint]:
        """The error signals a page has."""
        adjoints = self.d.backward.adjoints.items()
        return {n: a for n, a in adjoints if n not in self.kept.hidden and n not in self.d.undrawn}

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        """Those of defined nodes, in the order of the graph."""
        return tuple(n for n in self.d.graph.definition if n in self.shown)

    @cached_property
    def owner(self) -> Mapping[str, str]:
        """The layer that each name inside one belongs to."""
        return {n: x.name for x in self.kept.layers.values() for n in x.hidden}

    def uses(self, name: str) -> tuple[Use, ...]:
        """What sends something back to a name at every step, a layer as one."""
        found: dict[tuple[str, int], Use] = {}
        for u in self.shown[name].uses:
            own = replace(u, consumer=self.owner.get(u.consumer, u.consumer))
            if u.at is None:
                found.setdefault((own.consumer, u.shift), own)
        return tuple(found.values())

    def reads(self, name: str) -> tuple[Read, ...]:
        return tuple(r for u in self.uses(name) for r in u.reads)

    @cached_property
    def start(self) -> str:
        """The variable whose paths are counted: an input, or the first one."""
        asked = [n for n in self.d.wrt if n in self.shown and n in self.d.graph.inputs]
        return next((n for n in asked if Roles(self.d).of(n) == "input"), asked[0] if asked else "")

    @cached_property
    def cancels(self) -> tuple[Phrase, ...]:
        return tuple(cancelled(self))

    def reader(self, u: Use) -> Formula:
        """What reads, at the step at which it reads step t of the name."""
        own = symbol_of(self.d, u.consumer)
        return symbol_formula(replace(own, shift=-u.shift) if own.time else own, self.d.convention)

    def name(self, name: str) -> Formula:
        return one_of(self.d, name)

    def signal(self, name: str) -> Formula:
        return signal(self.d, name)


def listed(found: Sequence[Formula]) -> Phrase:
    return Phrase("list", tuple((f"x{k}", f) for k, f in enumerate(found)))


# --- what is read where ----------------------------------------------------------------------------------


def readers(f: Facts) -> list[Phrase]:
    """The node that most others read; whether it is the only one."""
    many = sorted((n for n in f.nodes if len(f.uses(n)) > 1), key=lambda n: -len(f.uses(n)))
    if not many:
        return []
    top, rest = many[0], many[1:]
    uses = f.uses(top)
    key = (
        "idea.readers"
        if rest or any(len(f.reads(n)) > 1 for n in f.nodes if n != top)
        else "idea.readers_only"
    )
    values = {"x": f.name(top), "dx": f.signal(top), "list": listed(list(map(f.reader, uses)))}
    said = counted(key if len(uses) <= NAMES else "idea.readers_many", len(uses))
    out = [Phrase(said.key, (*said.values, *values.items()))]
    if rest and len(rest) <= NAMES:
        also = listed([f.name(n) for n in rest])
        out.append(
            Phrase("idea.readers_also" if len(rest) > 1 else "idea.readers_also_one", (("list", also),))
        )
    return out


def residual(f: Facts) -> list[Phrase]:
    """A node that is added, as it is, to something made from it."""
    for n in f.nodes:
        root = f.d.graph.definition[n]
        for x in (s for s in symbols(root) if s.own.name in f.shown and not s.own.shift):
            own = [r for r in f.d.backward.prepared.reads.get(n, ()) if r.leaf is x]
            if any(passed_on(r) for r in own) and (len(own) > 1 or made_from(f, n, x.own.name)):
                values = (("y", f.name(n)), ("x", f.name(x.own.name)), ("dy", f.signal(n)))
                return [Phrase("idea.residual", values)]
    return []


def passed_on(r: Read) -> bool:
    """Whether a definition has the node as one of its terms, in its own shape and with a plus."""
    plus = (e.op is ADD or (e.op is SUBTRACT and k == 0) for e, k in r.way)
    return bool(r.way) and all(plus) and all(e.shape == r.leaf.shape for e, _ in r.way)


def made_from(f: Facts, n: str, x: str) -> bool:
    """Whether something else that a definition reads is made from x, at the same step."""
    g = f.d.graph
    waiting = [s.own.name for s in symbols(g.definition[n]) if s.own.name != x and not s.own.shift]
    met = set[str]()
    while waiting:
        m = waiting.pop()
        inside = (
            symbols(g.definition[m])
            if m in g.definition and m in f.d.backward.adjoints and m not in met
            else ()
        )
        met.add(m)
        names = [s.own.name for s in inside if not s.own.shift]
        if x in names:
            return True
        waiting += names
    return False


def paths(f: Facts) -> list[Phrase]:
    """How many paths lead from the input to the output, where every definition reads a name once."""
    d = f.d
    if d.graph.time or any(len(u.reads) > 1 for n in f.shown for u in f.uses(n)):
        return []
    x = f.start
    if not x:
        return []
    ways = {d.of: 1}
    for n in (m for m in d.backward.adjoints if m in f.shown):  # readers first
        ways.setdefault(n, sum(ways.get(u.consumer, 0) for u in f.uses(n)))
    values = (("x", f.name(x)), ("of", d.convention.of))
    single = all(len(f.uses(n)) == 1 for n in f.shown)
    if single:
        return [Phrase("idea.one_path", values)] if len(f.nodes) else []
    said = counted("idea.paths", ways[x])
    return [Phrase("idea.paths", (*said.values, *values))] if 1 < ways[x] <= PATHS else []


# --- what cancels ----------------------------------------------------------------------------------------

INNER: Mapping[Op, str] = {SOFTMAX: "idea.softmax_log", SIGMOID: "idea.sigmoid_log"}
LOGARITHMS = frozenset({LOG, CROSS_ENTROPY})


def cancelled(f: Facts) -> list[Phrase]:
    """Softmax or sigmoid under a logarithm, where no quotient by a node is left in the error signal."""
    for n in f.shown:
        if key := cancelled_by(f, n):
            at, (value,), *_ = f.d.line(f.signal(n), [f.shown[n].value])
            return [Phrase(key, (("dx", at), ("value", value)))]
    return []


def cancelled_by(f: Facts, name: str) -> str:
    """The key of what cancels in the error signal of a name; nothing where nothing does."""
    a, uses = f.shown[name], f.uses(name)
    if f.d.graph.time or len(uses) != 1 or any(quotient(x) for x in topological(a.value)):
        return ""
    (use,) = uses
    kept = f.d.backward.signals.get(use.consumer) in symbols(a.value) or f.kept.sent_to(name)
    return "" if kept else meets_logarithm(f, use)


def quotient(e: Expr) -> bool:
    """A division by a node, or a logarithm: what a logarithm leaves where nothing cancels."""
    if e.op is POWER:
        return Fraction(str(e.attribute("p"))) < 0 and bool(symbols(e))
    return e.op is LOG or (e.op is DIVIDE and bool(symbols(e.args[1])))


def meets_logarithm(f: Facts, u: Use) -> str:
    """The key for what reads a node through softmax or sigmoid, whose value goes into logarithms alone."""
    found = [k for k, op in enumerate(u.reads[0].ops) if op in INNER] if len(u.reads) == 1 else []
    if len(found) != 1:
        return ""
    ops, at = u.reads[0].ops, found[0]
    above = [ops[:at]] if at else [r.ops for r in f.reads(u.consumer)] if u.consumer in f.shown else []
    return INNER[ops[at]] if above and all(LOGARITHMS & {*x} for x in above) else ""


# --- what a layer does to a signal -------------------------------------------------------------------------

CENTRED: Mapping[Op, str] = {
    LAYERNORM: "idea.norm_rows", BATCHNORM: "idea.norm_features", INSTANCE_NORM: "idea.norm_images",
}  # fmt: skip
POOLS = {"maxpool": "idea.maxpool", "avgpool": "idea.avgpool"}


def layers(f: Facts) -> list[Phrase]:
    """One sentence for each kind of layer."""
    found: dict[str, Phrase] = {}
    for layer in f.kept.layers.values():
        answered = f.kept.answered(layer)
        if layer.kind.word in POOLS and answered:
            found.setdefault(POOLS[layer.kind.word], Phrase(POOLS[layer.kind.word]))
        if "f" in answered:
            found.setdefault("idea.filter", Phrase("idea.filter"))
    for n in f.shown:
        for read in f.reads(n):
            if (said := of_layer(f, n, read)) is not None:
                found.setdefault(said.key, said)
    return list(found.values())


def of_layer(f: Facts, n: str, read: Read) -> Phrase | None:
    """What the op right above a node does to what comes back to it."""
    if not read.way or read.way[-1][1] != 0:
        return None
    e = read.way[-1][0]
    x, rows = f.name(n), "" if e.args[0].rank > 1 else "_vector"
    if e.op in CENTRED:
        return Phrase(("idea.norm_vector" if rows else CENTRED[e.op]), (("x", x),))
    if e.op is RMSNORM and not e.attribute("eps"):
        return Phrase("idea.norm_scaled", (("x", x),))
    if e.op is EMBEDDING and len(f.reads(n)) == 1:
        return Phrase("idea.embedding", (("x", x), ("dx", f.signal(n))))
    if e.op in (SOFTMAX, MASKED_SOFTMAX) and not f.cancels:
        return Phrase("idea.softmax_vector" if rows else "idea.softmax_rows", (("x", x),))
    return None


# --- what is shared ----------------------------------------------------------------------------------------


def shared(f: Facts) -> list[Phrase]:
    """Weights of every step, and weights that stand in several places."""
    d = f.d
    fixed = [n for n in d.wrt if n in f.shown and n in d.graph.inputs and not symbol_of(d, n).time]
    if d.graph.time:
        over = bool(fixed) and all(f.shown[n].value.op is TIME_SUM for n in fixed)
        return [Phrase("idea.time", (("t", d.graph.time.letter),))] if over else []
    tied = [n for n in fixed if len(f.uses(n)) > 1 and n != f.start]
    if not tied:
        return []
    n = tied[0]
    said = counted("idea.tied", len(f.uses(n)))
    where = listed([f.reader(u) for u in f.uses(n)])
    return [Phrase(said.key, (*said.values, ("x", f.name(n)), ("list", where)))]


# --- the section -------------------------------------------------------------------------------------------

OF_GRADIENTS = frozenset({"idea.time", "idea.tied"})  # they speak of what a page may not have
Say = Callable[[Facts], list[Phrase]]
SAID: tuple[Say, ...] = (readers, residual, paths, lambda f: list(f.cancels), layers, shared)


def ideas(d: Derivation, kept: WholeLayers) -> list[Phrase]:
    """What a page opens with: a few sentences, each of them true of the graph."""
    f = Facts(d, kept)
    made = [say(f) for say in SAID]
    first = [p for own in made for p in own[:1]]
    more = [p for own in made for p in own[1:]]
    chosen = set([*first, *more][:SENTENCES])
    return [p for own in made for p in own if p in chosen]


def idea_section(d: Derivation, o: Options) -> list[Block]:
    """The idea as one paragraph."""
    said = ideas(d, kept_layers(d, o))
    if o.sections and not {"gradients", "closed"} & {*o.sections}:
        said = [p for p in said if p.key not in OF_GRADIENTS]
    return [Paragraph(Phrase("sentences", tuple((f"x{k}", p) for k, p in enumerate(said))))] if said else []


SECTIONS = (SectionRow("idea", 5, idea_section, run_in=True, brief=True),)
