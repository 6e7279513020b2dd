"""Sizes that can be seen in a formula, and which axes its letters index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.meanings import bare
from symbackprop.formula.tree import (
    Braced, At, Call, Formula, HPower, Hadamard, Indicator, KroneckerDelta, Minus, Nabla, Name, Oslash,
    Over, Partial, Plus, Power, Product, Sized, Sum, Times, Transpose,
)  # fmt: skip
from symbackprop.formula.writing.walk import children
from symbackprop.sizes import Shape, Size
from symbackprop.verify.typed_partials import ONE


@dataclass(frozen=True)
class Shapes:
    """Sizes on paper, as far as the names tell; which letters index which axes."""

    d: Derivation
    own: Mapping[Formula, Shape]
    indices: frozenset[str]
    time: str

    def letters(self, side: Formula) -> Iterator[tuple[str, Size | None]]:
        """Free letters and the axes they index; None where they stand in an index expression."""
        for node, index, axis in self.uses(side):
            if isinstance(node, At | KroneckerDelta | Indicator):
                yield index.base, axis

    def uses(self, side: Formula) -> Iterator[tuple[Formula | None, Name, Size | None]]:
        """Every unbound index letter, with what it is an index of."""
        stack: list[tuple[Formula, frozenset[Name], Formula | None]] = [(side, frozenset(), None)]
        while stack:
            node, bound, place = stack.pop()
            if isinstance(node, Name):
                free = self.letter(node, isinstance(place, KroneckerDelta)) and node not in bound
                if free:
                    yield place, node, None
            elif isinstance(node, At):
                for index, axis in zip(node.indices, self.axes(node), strict=True):
                    if isinstance(index, Name) and self.letter(index, True) and index not in bound:
                        yield node, index, axis
                    else:
                        stack.append((index, bound, node))
                stack.append((node.base, bound, None))
            elif isinstance(node, Sum | Product):
                # a bound is an expression in letters, as an index is
                stack += [(x, bound, At(node.index, ())) for x in (node.low, node.high)]
                stack.append((node.body, bound | {node.index}, place))
            else:
                inner = node if isinstance(node, KroneckerDelta | Indicator) else place
                stack += [(x, bound, inner) for x in children(node)]

    def letter(self, x: Name, index: bool) -> bool:
        """Whether a name is a letter; as an index the name of an array is one too."""
        if x.sup or x.sub:
            return False
        return x.base in self.indices or (index and len(x.base) == 1 and bool(self.own.get(x)))

    def matrix(self, base: Formula) -> bool:
        """Whether an array has more rows and columns than one."""
        shape = self.paper(base)
        return shape is not None and len(shape) == 2 and ONE not in shape

    def own_axes(self, f: Formula) -> Shape | None:
        """Own axes of a formula: a vector has one."""
        shape = self.paper(f)
        return shape and tuple(s for s in shape if s != ONE)

    def axes(self, node: At) -> list[Size | None]:
        """The axis behind each index of an entry."""
        base, count = node.base, len(node.indices)
        while isinstance(base, Sized | Braced):
            base = base.operand
        shape = self.own.get(base) if isinstance(base, Name | Nabla) else self.paper(base)
        if shape is None:
            return [None] * count
        timed = [None] if count == len(shape) + 1 and self.time else []
        if len(shape) == 2 and ONE not in shape and count == 1:
            return [shape[0]]  # x_i of a matrix is its row
        if count < len(shape):
            shape = tuple(s for s in shape if s != ONE)
        return [*timed, *shape] if len(timed) + len(shape) == count else [None] * count

    def paper(self, f: Formula) -> Shape | None:
        """Rows and columns on paper; None where the names do not tell."""
        match f:
            case Name() | Nabla():
                return self.lying(self.own.get(f))
            case Partial():
                of, wrt = self.own.get(bare(f.of)), self.own.get(bare(f.wrt))
                return None if of is None or wrt is None else (*of, *wrt)
            case Transpose():
                shape = self.paper(f.operand)
                return shape and shape[::-1]
            case Minus() | Sized() | Braced():
                return self.paper(f.operand)
            case Over() | Oslash():
                return self.paper(f.numerator)
            case HPower() | Power():
                return self.paper(f.base)
            case Call(function="diag"):
                shape = self.paper(f.arguments[0])
                return shape and (max(shape, key=lambda s: s != ONE),) * 2
            case Call(function="det" | "trace" | "frobenius" | "euclidean" | "vec"):
                return None
            case Call() if f.arguments:
                return self.paper(f.arguments[0])
            case Plus() | Hadamard():
                parts = f.terms if isinstance(f, Plus) else f.factors
                return next((s for s in map(self.paper, parts) if s), None)
            case Times():
                shapes = [s for s in map(self.paper, f.factors) if s]
                return (shapes[0][0], shapes[-1][-1]) if shapes else None
        return None

    def lying(self, shape: Shape | None) -> Shape | None:
        """A vector as a column or a row."""
        if shape is None or len(shape) != 1:
            return shape
        return (*shape, ONE) if self.d.convention.vectors == "column" else (ONE, *shape)
