"""Every braced term of a δ against what the reads it names send back: each by itself, from the definitions.

⟨term, v⟩ = ⟨δ_c, (∂c/∂x) v⟩, where only the reads that the brace names are moved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from symbackprop.backward.reads import Read
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation, Through
from symbackprop.derivation.report import Tally
from symbackprop.entries.reference_values import Array
from symbackprop.errors import VerificationError
from symbackprop.formula.evaluation.value import evaluate as paper_value
from symbackprop.formula.tree import Braced, Formula, Minus, Name, Plus
from symbackprop.formula.writing.walk import canonical
from symbackprop.graph.expr import Expr, Symbol, leaf, with_args
from symbackprop.numeric.points import Key, evaluate
from symbackprop.verify.comparison import Real
from symbackprop.verify.page_values import Scene
from symbackprop.verify.rounding import Nearby
from symbackprop.verify.truth import Slopes, check_direction, magnitude

MOVED = "\0read"  # the name of what stands in the place of one read


def check_terms(eq: Equation, sides: Sequence[Formula], near: Nearby[Scene], tally: Tally) -> None:
    """The braced terms of an equation at one point, at every time step it is about."""
    found = [term for f in sides for term in terms(f)]
    said = {canonical(name_of(near.trial.d, t)): t for t in eq.through}
    names = Counter(canonical(braced.through) for _, braced in found)
    if names != Counter(said.keys()) or len(said) < len(eq.through):
        tally.fail(f"{len(found)} braced terms, of which {len(eq.through)} say what they come through")
        return
    for sign, braced in found:
        for t in near.here.steps(eq):
            check_term(Term(eq, sign, braced.operand, said[canonical(braced.through)], t), near, tally)


def name_of(d: Derivation, t: Through) -> Formula:
    """What has to stand under a brace."""
    return d.formula(t.named)


def terms(side: Formula) -> Iterator[tuple[int, Braced]]:
    """The braced terms of a sum, each with its sign; a sum over names is read as one."""
    for f in side.terms if isinstance(side, Plus) else (side,):
        core = f.operand if isinstance(f, Minus) else f
        inner = terms(core) if isinstance(core, Plus) else ((1, core),) if isinstance(core, Braced) else ()
        yield from ((sign if core is f else -sign, braced) for sign, braced in inner)


@dataclass(frozen=True)
class Term:
    """A printed term at a time step, and what it stands for."""

    eq: Equation
    sign: int
    printed: Formula
    through: Through
    t: int


def check_term(term: Term, near: Nearby[Scene], tally: Tally) -> None:
    """One term along a random direction."""
    key = (term.through.reads[0].name, term.t)
    d, here = near.trial.d, near.trial.point
    slopes: Nearby[Slopes] = Nearby(near.trial, lambda p: TermSlopes(d, p, near.made(p), term), near.asked)
    rng = np.random.default_rng([near.trial.seed, near.trial.number, term.t, *key[0].encode()])
    v = TermSlopes(d, here, near.here, term).direction(key, rng)
    check_direction(slopes, (key, v), tally)


@dataclass(frozen=True)
class TermSlopes(Slopes):
    """What some reads of one consumer make of a change, beside the term that is printed for them."""

    scene: Scene
    term: Term

    @cached_property
    def places(self) -> tuple[Array, ...] | None:
        """The entries an equation in indices is evaluated at; None where it is one in matrices."""
        found = self.scene.samples(self.term.eq)
        return tuple(found[letter] - 1 for letter, _ in self.term.eq.free) if found else None

    def direction(self, key: Key, rng: np.random.Generator) -> Array:
        """A random direction among the entries that are known."""
        size = magnitude(self.point.values[key])
        v = np.asarray(size * rng.normal(size=size.shape))
        if self.places is None:
            return v
        kept = np.zeros_like(v)
        kept[self.places] = v[self.places]
        return kept

    def derived(self, key: Key, v: Array) -> tuple[Real, Real]:
        """⟨term, v⟩, and its largest summand."""
        env = self.scene.environment(self.term.eq, self.term.t)
        value = self.term.sign * paper_value(self.term.printed, env)
        held = self.exactly(v)
        held = held if self.places is None else held[self.places]
        parts = (value.reshape(held.shape) if value.size == held.size else value) * held
        return np.sum(parts), np.max(np.abs(parts), initial=0.0)

    def along(self, key: Key, v: Array) -> tuple[Real, Real]:
        """⟨δ_c, (∂c/∂x) v⟩ of the consumer, and the same sum of absolute values."""
        total, size = 0.0, 0.0
        for c in filter(self.mine, self.readers.get(key, ())):
            if c not in self.point.deltas:
                raise VerificationError(f"{c[0]} reads {key[0]} but has no error signal")
            parts = self.point.deltas[c] * self.slope(c, key, self.exactly(v))
            total, size = total + np.sum(parts), size + np.sum(np.abs(parts))
        return total, size

    @property
    def read(self) -> Read:
        return self.term.through.reads[0]

    def mine(self, c: Key) -> bool:
        """Whether a definition at a step is the one that reads."""
        name, start = self.read.consumer.removesuffix("[0]"), self.read.consumer.endswith("[0]")
        if c[0] != name:
            return False
        g = self.d.graph
        first = name in g.initial and c[1] == 0
        if start or first:
            return start and first
        timed = name in g.times and self.read.name in g.times and not self.read.over_time
        return not timed or c[1] == self.term.t - self.read.shift

    @cached_property
    def alone(self) -> Expr | None:
        """The definition with another name in the place of one read of several; None where all are meant."""
        own = self.d.backward.prepared.reads[self.read.consumer]
        if len(self.term.through.reads) == sum(r.leaf is self.read.leaf for r in own):
            return None
        return marked(self.read)

    def at(self, e: Expr, c: Key, key: Key, step: Array) -> Array:
        """The definition of c where the reads under the brace are moved."""
        if self.alone is None:
            return super().at(e, c, key, step)
        self.values[MOVED, 0] = self.point.values[key] + step
        return evaluate(self.alone, self.moved, c[1])


def marked(read: Read) -> Expr:
    """The definition of the consumer with another name in the place of one read."""
    made = leaf(Symbol(MOVED, read.leaf.shape, Name(MOVED)))
    for e, n in reversed(read.way):
        made = with_args(e, tuple(made if k == n else a for k, a in enumerate(e.args)))
    return made
