"""What is asked for: a gradient, a Jacobian, a Hessian or a value; and what it is at a point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from symbackprop.derivation.derivation import Derivation, derive, signal
from symbackprop.derivation.meanings import bare
from symbackprop.derivatives.derivative_names import hessian_name
from symbackprop.derivatives.derivative_values import derivative_values, hessian_values
from symbackprop.derivatives.total_derivatives import cut
from symbackprop.entries.reference_values import Array
from symbackprop.errors import DeclarationError
from symbackprop.formula.evaluation.paper_arrays import Paper, oriented
from symbackprop.formula.tree import At, Formula, Nabla, Name, Partial
from symbackprop.graph.expr import Expr
from symbackprop.graph.graph import Graph, known
from symbackprop.graph.typed_signs import read_name
from symbackprop.graph.graph_text import as_graph
from symbackprop.numeric.points import Point
from symbackprop.sizes import ONE, Shape
from symbackprop.verify.page_values import oriented as lying

Kind = Literal["auto", "gradient", "jacobian", "hessian", "value"]


@dataclass(frozen=True, eq=False)
class Target:
    """∂of/∂wrt of a kind, in the names of a derivation."""

    d: Derivation
    wrt: str
    kind: Kind
    alone: bool = False  # of the one entry of a 1×1 array: in the shape of the variable, as of a number

    @property
    def of(self) -> str:
        return self.d.of

    @property
    def symbol(self) -> Name:
        s = self.d.graph.symbol[self.wrt].symbol
        assert s
        return s.tex

    @property
    def recurrent(self) -> bool:
        s = self.d.graph.symbol[self.wrt].symbol
        return bool(s and s.time)

    @property
    def axes(self) -> Shape:
        """Own axes of what is asked for; of a Jacobian those of the output first."""
        own = self.d.graph.symbol[self.wrt].shape
        out = self.d.graph.symbol[self.of].shape if not self.alone else ()
        return {"jacobian": (*out, *own), "hessian": (*own, *own)}.get(self.kind, own)

    def at(self, point: Point, t: int) -> Array:
        """The array of own axes at a point, and at a step of time."""
        match self.kind:
            case "value":
                return np.asarray(point.values[self.wrt, t])
            case "jacobian":
                return self.shaped(derivative_values(self.d.graph, self.of, self.wrt, point))
            case "hessian":
                return hessian_values(self.d, (self.wrt,), point)
        return np.asarray(point.deltas[self.wrt, t])

    def shaped(self, jacobian: Array) -> Array:
        """A Jacobian, without the axes of an output that is one number."""
        rank = self.d.graph.symbol[self.wrt].rank
        return jacobian.reshape(jacobian.shape[jacobian.ndim - rank :]) if self.alone else jacobian

    def paper(self, own: Array) -> Paper:
        """An array of own axes as it stands on paper."""
        if self.kind == "jacobian" and not self.alone:
            rank = self.d.graph.symbol[self.wrt].rank
            found = lying(own, own.ndim - rank, rank, self.d.convention)
            along = None
            if found.vector:
                along = -2 if found.array.shape[-1] == 1 else -1
            return Paper(found.array, found.array.ndim, along)
        return oriented(own, own.ndim, self.d.convention.vectors)

    def vec(self, own: Array) -> Paper | None:
        """Of more than two axes: rows by vec of the output, columns by vec of the variable."""
        if own.ndim < 3:
            return None
        cut = own.ndim - self.d.graph.symbol[self.wrt].rank
        turned = own.transpose([*reversed(range(cut)), *reversed(range(cut, own.ndim))])
        return Paper(turned.reshape(int(np.prod(own.shape[:cut])), -1), 2)

    @property
    def itself(self) -> frozenset[Formula]:
        """Names of the very thing that is asked for."""
        of, x = self.d.convention.of, self.symbol
        if self.kind == "value":
            return frozenset({x})
        if self.kind == "hessian":
            return frozenset({hessian_name(self.d)})
        own = {Nabla(of, x), Partial(of, x)}
        signals = {bare(signal(self.d, self.wrt))}
        return frozenset(own | (signals if self.kind == "gradient" or self.alone else set()))

    @property
    def curvature(self) -> tuple[Name, ...]:
        """The Hessian's name, where it is asked for."""
        return (hessian_name(self.d),) if self.kind == "hessian" else ()

    @property
    def left(self) -> Formula:
        """What stands on the left of the answer."""
        if self.kind == "value":
            f: Formula = self.symbol
        elif self.kind == "hessian":
            return hessian_name(self.d)
        elif self.kind == "jacobian":
            return Partial(self.d.convention.of, self.symbol)
        else:
            f = bare(signal(self.d, self.wrt))
        return At(f, (self.d.graph.time.letter,)) if self.recurrent and self.d.graph.time else f


def target(graph: Graph | Derivation | Expr | str, of: str | None, wrt: str, kind: Kind) -> Target:
    """What is asked for. Errors: `DeclarationError` for names the graph has not, or a kind it cannot have."""
    if kind not in get_args(Kind):
        raise DeclarationError(f"no kind {kind!r}", where="check", hint=f"Kinds: {', '.join(get_args(Kind))}")
    given = graph if isinstance(graph, Derivation) else None
    g = given.graph if given else as_graph(graph)  # type: ignore[arg-type]
    wrt = known(read_name(wrt), g.symbol, "wrt")
    of = known(read_name(of or (given.of if given else g.output)), g.symbol, "of")
    alone = False
    if kind == "auto":
        printed = given is not None and given.of == of and wrt in given.backward.adjoints
        pulled = printed or not g.symbol[of].shape or g.time  # of an array a derivation prints the pullback
        kind = "value" if of == wrt else "gradient" if pulled else "jacobian"
        alone = kind == "jacobian" and all(s == ONE for s in g.symbol[of].shape)
    if kind == "value":
        return Target(derive(g, g.output), wrt, kind)
    if given and given.of == of and wrt in given.backward.adjoints and kind == "gradient":
        return Target(given, wrt, kind)
    convention = given.convention if given else None
    if kind == "jacobian":
        if g.time:
            raise DeclarationError("no Jacobian through time", where="check", hint="Ask for a gradient.")
        return Target(derive(cut(g, wrt), of, [wrt], convention=convention), wrt, kind, alone)
    if kind == "hessian":
        if any(s != ONE for s in g.symbol[of].shape) or g.time:
            raise DeclarationError(f"{of} has no Hessian here", where="check", hint="Name a scalar with of=.")
        return Target(derive(cut(g, wrt), of, [wrt], convention=convention), wrt, kind)
    return Target(derive(g, of, [wrt], convention=convention), wrt, kind)
