"""Entry equations put on shapes: letters and batch axes get their sizes, right sides become entries."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from symbackprop import entries as en
from symbackprop.entries import Affine, AtMost, Delta, Elem, Entries, Fn, Index, Position, SizeOf
from symbackprop.entries.contraction import bind
from symbackprop.entries.entry_equations import (
    Attribute, Definition, Equality, Instance, Pattern, Range, Template, extent_of,
    steps_of,
)  # fmt: skip
from symbackprop.entries.index_letters import AXES
from symbackprop.catalogue.error_sentences import told
from symbackprop.errors import DeclarationError, ShapeError
from symbackprop.sizes import ONE, Shape, shape_text, size, Size


class Placement:
    """Letters and batch axes given sizes; reads right sides into entries."""

    def __init__(self, where: str, attributes: Mapping[str, Attribute], letters: str = AXES) -> None:
        self.where, self.attributes, self.letters = where, attributes, letters
        self.index: dict[str, Index] = {}
        self.batch: tuple[Index, ...] = ()
        self.axes: dict[str, tuple[Pattern, Shape]] = {}
        self.origin: dict[str, str] = {}
        self.labels: dict[str, Size] = {}  # arguments that stand as a position

    def declare(self, p: Pattern, shape: Shape, label: str) -> None:
        """Fix the sizes of the core letters of an argument."""
        self.axes[p.tensor] = (p, shape)
        core = shape[len(shape) - len(p.core) :]
        for letter, extent in zip(p.core, core, strict=True):
            known = self.index.setdefault(letter, Index(letter, extent))
            said = self.origin.setdefault(letter, f"{extent} in {label}")
            if known.size != extent:
                raise ShapeError(**told("axis", letter=letter, said=said, second=str(extent), other=label),
                                 where=self.where)  # fmt: skip

    def spread(self, shapes: list[Shape], labels: list[str]) -> None:
        """Batch axes of all arguments by NumPy's broadcasting."""
        width = max((len(s) for s in shapes), default=0)
        used = set(self.index) | {letter for p, _ in self.axes.values() for letter in p.core}
        free = [x for x in self.letters if x not in used] + [f"b{n}" for n in range(width)]
        out: list[Index] = []
        for k in range(width):
            extent, owner = ONE, ""
            for s, label in zip(shapes, labels, strict=True):
                here = s[k - width] if width - k <= len(s) else ONE
                if here in (ONE, extent):
                    continue
                if extent != ONE:
                    raise ShapeError(**told(
                        "broadcast", axis=str(k - width), first=str(extent), owner=owner, second=str(here),
                        other=label), where=self.where)  # fmt: skip
                extent, owner = here, label
            out.append(Index(free[k], extent))
        self.batch = tuple(out)

    def positions(self, p: Pattern, shape: Shape) -> tuple[Position, ...]:
        """How a tensor with this pattern is indexed when all letters stand for themselves."""
        lead = len(shape) - len(p.core)
        batch = self.batch[len(self.batch) - lead :] if lead else ()
        ones = [en.position(0) if extent == ONE and b.size != ONE else en.position(b)
                for extent, b in zip(shape, batch, strict=False)]  # fmt: skip
        return (*ones, *(en.position(self.index[letter]) for letter in p.core))

    # --- right sides ---

    def read(self, node: ast.expr) -> Entries:
        match node:
            case ast.Constant(value=int() | float() as v) if not isinstance(v, bool):
                return en.number(Fraction(str(v)))
            case ast.Name(id=name):
                return self.named(name, node)
            case ast.UnaryOp(op=ast.USub()):
                return en.scale(self.read(node.operand), -1)
            case ast.BinOp():
                return self.binary(node)
            case ast.Call(func=ast.Name(id=name)) if not node.keywords:
                return self.call(name, node.args)
            case ast.Subscript(value=ast.Name(id=name)):
                return self.entry(name, node)
        raise DeclarationError(f"`{ast.unparse(node)}` may not stand in an op equation", where=self.where)

    def named(self, name: str, node: ast.expr) -> Entries:
        if name in self.axes:
            return self.entry(name, node)
        if name in self.attributes:
            value = self.attributes[name]
            return en.number(value) if isinstance(value, Fraction) else en.entries(SizeOf(value))
        if name == "pi":
            return en.entries(Elem("pi", ()))
        raise DeclarationError(f"`{name}` is neither an argument nor an attribute", where=self.where)

    def binary(self, node: ast.BinOp) -> Entries:
        a = self.read(node.left)
        if isinstance(node.op, ast.Pow):
            exponent = self.read(node.right)
            first = next(iter(exponent.terms), None)
            if len(exponent.terms) > 1 or (first and first.factors):
                raise DeclarationError("an exponent is a number", where=self.where)
            return en.power(a, first.coefficient if first else 0)
        b = self.read(node.right)
        operations: dict[type, Callable[[], Entries]] = {
            ast.Add: lambda: en.add(a, b),
            ast.Sub: lambda: en.add(a, en.scale(b, -1)),
            ast.Mult: lambda: en.multiply(a, b),
            ast.Div: lambda: en.multiply(a, en.power(b, -1)),
        }
        if type(node.op) not in operations:
            raise DeclarationError(f"`{ast.unparse(node)}`: unknown operator", where=self.where)
        return operations[type(node.op)]()

    def call(self, name: str, args: list[ast.expr]) -> Entries:
        if name == "size" and len(args) == 1:
            return self.extent(args[0])
        if name == "delta" and len(args) == 2:
            self.same_size(args[0], args[1])
            return en.entries(Delta(self.place(args[0]), self.place(args[1])))
        if name == "at_most" and len(args) == 2:
            self.same_size(args[0], args[1])
            return en.entries(AtMost(self.shift(args[0]), self.shift(args[1])))
        if len(args) == 1:
            return en.entries(Fn(name, self.read(args[0])))
        raise DeclarationError(f"`{name}` takes one argument here", where=self.where)

    def same_size(self, a: ast.expr, b: ast.expr) -> None:
        """In δ(i, j) a letter without a size takes the other's, or all that a shifted position reaches.

        An offset in front is left out at both ends: i < (position at its largest) + 1 + 2·offset.
        """
        for new, known in ((a, b), (b, a)):
            if not isinstance(new, ast.Name) or new.id in self.index:
                continue
            if isinstance(known, ast.Name) and known.id in self.index:
                self.index[new.id] = Index(new.id, self.index[known.id].size)
            elif isinstance(known, ast.BinOp):
                terms, offset = self.affine(known)
                reach = offset * 2 + 1
                for i, step in terms.items():
                    reach = reach + (i.size - 1) * step
                self.index[new.id] = Index(new.id, reach)

    def extent(self, node: ast.expr) -> Entries:
        if isinstance(node, ast.Constant) and node.value is ...:
            total = ONE
            for b in self.batch:
                total = total * b.size
        elif isinstance(node, ast.Name) and node.id in self.index:
            total = self.index[node.id].size
        else:
            raise DeclarationError(f"size({ast.unparse(node)}): unknown index", where=self.where)
        fixed = total.number
        return en.number(fixed) if fixed is not None else en.entries(SizeOf(total))

    def entry(self, name: str, node: ast.expr) -> Entries:
        if name not in self.axes:
            raise DeclarationError(f"`{name}` is not an argument or an earlier result", where=self.where)
        declared, shape = self.axes[name]
        parts: list[ast.expr] = []
        if isinstance(node, ast.Subscript):
            parts = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        dots = bool(parts) and isinstance(parts[0], ast.Constant) and parts[0].value is ...
        core = parts[1:] if dots else parts
        if len(core) != len(declared.core) or dots != declared.batch:
            raise DeclarationError(f"`{ast.unparse(node)}`: indexed unlike its declaration",
                                   where=self.where)  # fmt: skip
        for part, extent in zip(core, shape[len(shape) - len(core) :], strict=True):
            if isinstance(part, ast.Name) and part.id not in self.attributes:
                self.index.setdefault(part.id, Index(part.id, extent))
            elif isinstance(part, ast.BinOp):
                self.slide(part, extent)
            elif isinstance(part, ast.Subscript) and isinstance(part.value, ast.Name):
                self.labels[part.value.id] = extent
        lead = self.positions(replace(declared, core=()), shape[: len(shape) - len(core)])
        return en.entries(Elem(name, (*lead, *(self.place(p) for p in core))))

    def place(self, node: ast.expr) -> Position:
        """An affine position, or an integer label as position."""
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            term = self.entry(node.value.id, node).terms[0]
            label = term.factors[0][0]
            assert isinstance(label, Elem)
            return label
        return self.shift(node)

    def shift(self, node: ast.expr) -> Affine:
        """An affine position."""
        terms, offset = self.affine(node)
        return Affine(tuple((i, a) for i, a in terms.items() if a), offset)

    def slide(self, node: ast.BinOp, extent: Size) -> None:
        """The one letter of an affine position without a size runs as far as the window fits.

        The offset in front is room at both ends: 0 <= a·h + Σ b·u < extent + 2·padding for all u.
        """
        letters = [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
        new = [x for x in dict.fromkeys(letters) if x not in self.index and x not in self.attributes]
        if len(new) != 1:
            return
        trial = Index(new[0], ONE)
        self.index[new[0]] = trial
        terms, offset = self.affine(node)
        room = extent - offset * 2 - 1
        for i, b in terms.items():
            room = room - (i.size - 1) * b
        step = terms.get(trial, 0)
        self.index[new[0]] = Index(new[0], steps_of(room, step, self.where) + 1)

    def affine(self, node: ast.expr) -> tuple[dict[Index, int], Size]:
        match node:
            case ast.Constant(value=int() as v):
                return {}, size(v)
            case ast.Name(id=name) if name in self.attributes:
                value = self.attributes[name]
                if isinstance(value, Fraction) and value.denominator != 1:
                    raise DeclarationError(f"{name} must be a whole number", where=self.where)
                return {}, value if isinstance(value, Size) else size(int(value))
            case ast.Name(id=name) if name in self.index:
                return {self.index[name]: 1}, size(0)
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                (left, a), (right, b) = self.affine(node.left), self.affine(node.right)
                sign = 1 if isinstance(node.op, ast.Add) else -1
                keys = [*left, *(i for i in right if i not in left)]
                return {i: left.get(i, 0) + sign * right.get(i, 0) for i in keys}, a + b * sign
            case ast.BinOp(op=ast.Mult()):
                (left, a), (right, b) = self.affine(node.left), self.affine(node.right)
                by = a.number if not left else b.number
                terms, offset = (right, b) if not left else (left, a)
                if by is not None and not (left and right):
                    return {i: x * by for i, x in terms.items()}, offset * by
        raise DeclarationError(f"`{ast.unparse(node)}` is not an affine position", where=self.where)


# --- an op put on shapes: every equation placed, in order -----------------------------------------


def declared(
    at: Placement, arguments: tuple[Pattern, ...], shapes: tuple[Shape, ...], labels: tuple[str, ...]
) -> Placement:
    """The sizes of the letters of all arguments. Errors: `ShapeError` for other ranks or sizes."""
    for p, shape, label in zip(arguments, shapes, labels, strict=True):
        if len(shape) < len(p.core) or (len(shape) > len(p.core) and not p.batch):
            want = f"at least {len(p.core)}" if p.batch else f"{len(p.core)}"
            raise ShapeError(f"{label} is {shape_text(shape)}, but {want} axes are needed", where=at.where)
        at.declare(p, shape, label)
    return at


def place(
    arguments: tuple[Pattern, ...],
    equations: tuple[Template | Range | Equality, ...],
    shapes: tuple[Shape, ...],
    labels: tuple[str, ...],
    attributes: Mapping[str, Attribute],
    where: str,
) -> Instance:
    """An op on given shapes: index sizes, batch axes, entries.

    Errors: `ShapeError` where a letter stands for two sizes or the batch axes do not broadcast.
    """
    at = declared(Placement(where, attributes), arguments, shapes, labels)
    lines = [t for t in equations if isinstance(t, Template)]
    for r in (r for r in equations if isinstance(r, Range)):
        at.index[r.letter] = Index(r.letter, extent_of(r, attributes, where))
    for t in lines:  # letters that first stand in an equation must not be taken for batch axes
        at.axes.setdefault(f"\0{t.source}", (Pattern(t.left.tensor, False, letters_in(t)), ()))
    leads = [s[: len(s) - len(p.core)] for p, s in zip(arguments, shapes, strict=True) if p.batch]
    at.spread(leads, [f for p, f in zip(arguments, labels, strict=True) if p.batch])
    at.axes = {k: v for k, v in at.axes.items() if not k.startswith("\0")}
    definitions = []
    for t in lines:
        right = at.read(t.right)
        lead = at.batch if t.left.batch else ()
        for letter in t.left.core:
            if letter not in at.index:
                raise DeclarationError(f"`{t.source}`: index {letter} has no size", where=where)
        left = (*lead, *(at.index[letter] for letter in t.left.core))
        definitions.append(Definition(t.left.tensor, left, bind(right, left)))
        at.axes[t.left.tensor] = (t.left, tuple(i.size for i in left))
    inputs = []
    for p, shape in zip(arguments, shapes, strict=True):
        lead = len(shape) - len(p.core)
        batch = at.batch[len(at.batch) - lead :] if lead else ()
        own = tuple(replace(b, size=extent) for b, extent in zip(batch, shape, strict=False))
        inputs.append((p.tensor, (*own, *(at.index[c] for c in p.core))))
    out = tuple(i.size for i in definitions[-1].at)
    return Instance(tuple(inputs), tuple(definitions), out, labels=tuple(at.labels.items()))


def letters_in(t: Template) -> tuple[str, ...]:
    return tuple(sorted({n.id for n in ast.walk(t.right) if isinstance(n, ast.Name)} | set(t.left.core)))
