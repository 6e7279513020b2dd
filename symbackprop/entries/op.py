"""The one declaration of an op: its entry equations, from which shape, value and Jacobian follow."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import cache, lru_cache
from typing import TypeAlias

from symbackprop import entries as en
from symbackprop.entries import Elem, Entries, Fn, implicit_equations as implicit
from symbackprop.entries.differentiation import LocalStep, local_derivatives
from symbackprop.entries.entry_equations import (
    Attribute, Definition, Equality, Instance, Pattern, Range, Template, equality, patterns,
    templates,
)  # fmt: skip
from symbackprop.entries.option_ranges import Allowed
from symbackprop.entries.placement import place
from symbackprop.entries.scalar_functions import (
    SCALARS, Scalar, by_name, functions_called, prime, scalar_row,
)  # fmt: skip
from symbackprop.errors import DeclarationError, ShapeError
from symbackprop.sizes import Shape, shape_text
from symbackprop.tex.math_commands import CALLS, admitted

Attributes: TypeAlias = tuple[tuple[str, object], ...]
KEPT = 20_000  # ops on shapes and their derivatives, for as long as they are met again
Build: TypeAlias = Callable[[tuple[Shape, ...], Mapping[str, object], str], Instance]


@dataclass(frozen=True, slots=True)
class Variant:
    """One rank pattern of an op and its equations."""

    arguments: tuple[Pattern, ...]
    equations: tuple[Template | Range | Equality, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Op:
    """A named op. `variants` are tried in order of rank; `build` serves closed kinds whose equations
    depend on attributes (concat, slice, …). `tex` and `fast` are spellings of the same definition."""

    name: str
    variants: tuple[Variant, ...] = ()
    build: Build | None = None
    defaults: Attributes = ()
    tex: str = ""
    fast: str = ""  # how code computes it, in array primitives; else by its equations
    scalar: Scalar | None = None
    domain: str = "real"  # "label": the value is a position along the argument's last axis
    note: str = ""  # what a page says where the op stands: keys of sentences under `convention`
    order: int = 0  # of the derivative, for f', f'' of a scalar function
    ranges: tuple[tuple[str, Allowed], ...] = ()  # of options by which other ops mean something else
    elsewhere: tuple[int, str] | None = None  # from so many axes on NumPy or PyTorch take another axis
    slid: bool = False  # made by the derivation of an op whose windows slide
    called: bool = False  # written as a function of whole arrays, though its equations are built
    named: bool = False  # a condition on entries, or entries repeated: in a formula it stands by a name alone
    renumbers: bool = False  # no index expression says where its entries go
    entryless: bool = False  # of whole matrices: no index expression says an entry
    arithmetic: bool = False  # written by signs and sums: its value needs no name, linear ones bend nothing
    wordless: bool = False  # no function of a graph's text: spelled by a sign, or made by derivations alone
    letters: str = ""  # what textbooks call its value, where a graph gives it no name: p for a softmax
    takes: str = ""  # of a loss: what its arguments are
    each: Op | None = None  # the op that does along the last axis what this one does to everything

    def __post_init__(self) -> None:
        admitted(self.tex, CALLS, self.name)

    def __reduce__(self) -> tuple[object, ...]:
        if (home := home_of(self)) is not None:
            return at_home, home
        base = self.scalar.name if self.scalar else self.name
        if self.order:
            return derivative_op, (base, self.order)
        return (unprimed, (ops_by_scalar[base],)) if base in ops_by_scalar else (abstract, (base,))

    def __deepcopy__(self, memo: object) -> Op:
        return self

    def place(
        self, shapes: tuple[Shape, ...], attributes: Attributes, labels: tuple[str, ...] = ()
    ) -> Instance:
        """The equations on given shapes. Errors: `ShapeError` with op, operands and sizes."""
        if not labels:
            try:
                return placed(self, shapes, attributes)
            except TypeError:  # an attribute without a hash
                raise DeclarationError(f"attributes {attributes} must be hashable", where=self.name) from None
        try:
            return placed(self, shapes, attributes)
        except ShapeError:  # again, with the user's own names in the message
            return self._place(shapes, attributes, labels)

    def _place(self, shapes: tuple[Shape, ...], attributes: Attributes, labels: tuple[str, ...]) -> Instance:
        said = [f"{f}: {shape_text(s)}" for f, s in zip(labels, shapes, strict=True)]
        where = f"{self.name}({', '.join(said)})"
        values = dict(self.defaults) | dict(attributes)
        if self.build:
            return self.build(shapes, values, where)
        functions_in(self)  # a misspelled function is no function of a graph
        variant = self.variant(shapes, where)
        (first, *_) = variant.equations
        if isinstance(first, Equality):
            return implicit.place(variant.arguments, first, shapes, labels, where, self.name)
        numbers = {k: as_attribute(v) for k, v in values.items()}
        return place(variant.arguments, variant.equations, shapes, labels, numbers, where)

    def variant(self, shapes: tuple[Shape, ...], where: str) -> Variant:
        """The first variant whose ranks fit."""
        for v in self.variants:
            if len(v.arguments) == len(shapes) and all(
                len(s) == len(p.core) or (p.batch and len(s) > len(p.core))
                for p, s in zip(v.arguments, shapes, strict=True)
            ):
                return v
        counts = sorted({len(v.arguments) for v in self.variants})
        if len(shapes) not in counts:
            many = "argument" if counts == [1] else "arguments"
            ways = (f"{self.name}({', '.join(p.tensor for p in v.arguments)})" for v in self.variants)
            raise ShapeError(f"takes {' or '.join(map(str, counts))} {many}, got {len(shapes)}", where=where,
                             hint=f"Write  {' or '.join(dict.fromkeys(ways))}")  # fmt: skip
        wanted = " or ".join(describe(v) for v in self.variants)
        raise ShapeError(f"ranks do not fit; defined for {wanted}", where=where)


@cache
def home_of(op: Op) -> tuple[str, str] | None:
    """The module and the name under which an op is declared; None for one that was made for a graph."""
    ours = (m for name, m in tuple(sys.modules.items()) if name.startswith("symbackprop."))
    return next(((m.__name__, k) for m in ours for k, v in tuple(vars(m).items()) if v is op), None)


def at_home(module: str, name: str) -> Op:
    """The op that is declared under a name: there is one of each, where what holds it has been loaded."""
    return getattr(sys.modules[module], name)


def describe(v: Variant) -> str:
    return ", ".join(
        f"{p.tensor}[{', '.join((*(['...'] if p.batch else []), *p.core))}]" for p in v.arguments
    )


def as_attribute(value: object) -> Attribute:
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        return value if not isinstance(value, bool) else Fraction(int(value))  # type: ignore[return-value]
    return Fraction(str(value)) if isinstance(value, float) else Fraction(value)


@cache
def slides(op: Op) -> bool:
    """Whether a window slides over an argument, so that positions may leave it and meet zeros."""
    lines = [t for v in op.variants for t in v.equations if isinstance(t, Template)]
    nodes = [n for t in lines for n in ast.walk(t.right)]
    places = [n.slice for n in nodes if isinstance(n, ast.Subscript)]
    places += [n for n in nodes if isinstance(n, ast.Call) and ast.unparse(n.func) == "delta"]
    shifted = any(isinstance(n, ast.BinOp) for p in places for n in ast.walk(p))
    return shifted or op.slid


@cache
def functions_in(op: Op) -> tuple[Op, ...]:
    """The scalar functions in the equations of an op; itself where it is one.

    Errors: `DeclarationError` for a function that the vocabulary does not have.
    """
    if op.scalar:
        return (scalar_op(op.scalar.name),)
    lines = (t.right for v in op.variants for t in v.equations if isinstance(t, Template))
    return tuple(ops_by_scalar[name] for name in functions_called(op.name, *lines))


NO_POLYNOMIAL = 2


@lru_cache(maxsize=KEPT)
def degrees(op: Op, shapes: tuple[Shape, ...], attributes: Attributes, argument: int) -> frozenset[int]:
    """How often an argument stands as a factor in the terms of an op: {1} where the op is linear in it.

    2 also stands for what is no polynomial of it, or takes more than one equation.
    """
    instance = placed(op, shapes, attributes)
    if instance.implicit or len(instance.definitions) != 1:
        return frozenset({NO_POLYNOMIAL})
    name = instance.inputs[argument][0]
    found = set[int]()
    for t in instance.result.right.terms:
        plain = sum(1 for a, x in t.factors if isinstance(a, Elem) and a.tensor == name and x == 1)
        held = sum(1 for a in en.elements(Entries((t,))) if a.tensor == name)
        found.add(plain if plain == held else NO_POLYNOMIAL)
    return frozenset(found)


@lru_cache(maxsize=KEPT)
def placed(op: Op, shapes: tuple[Shape, ...], attributes: Attributes) -> Instance:
    names = tuple(p.tensor for p in op.variants[0].arguments) if op.variants else ()
    labels = tuple(names[n] if n < len(names) else f"argument {n + 1}" for n in range(len(shapes)))
    return op._place(shapes, attributes, labels)


@lru_cache(maxsize=KEPT)
def jacobian(
    op: Op, shapes: tuple[Shape, ...], attributes: Attributes, argument: int
) -> tuple[LocalStep, ...]:
    """The derivation of ∂op/∂argument in entries; the last step is the Jacobian."""
    nameless = op.scalar is not None and not op.scalar.prime
    rule = by_name if nameless else prime
    instance = placed(op, shapes, attributes)
    derive = implicit.derivatives if instance.implicit else local_derivatives
    return derive(instance, argument, rule)


FIELDS = frozenset(f.name for f in fields(Op)[4:])


def op(name: str, arguments: str, equations: str, *more: tuple[str, str], **options: object) -> Op:
    """Declare an op: `op("softmax", "x[..., i]", "e[..., i] = exp(x[..., i]); ...")`.

    `more` are further (arguments, equations) pairs for other ranks. Keywords that are
    fields of an `Op` are these; every other keyword is an attribute with its default.
    """
    pairs = ((arguments, equations), *more)
    variants = tuple(Variant(patterns(a, name), templates(e, name)) for a, e in pairs)
    known = {k: options.pop(k) for k in FIELDS if k in options}
    return Op(name, variants, None, tuple(options.items()), **known)  # type: ignore[arg-type]


def solution(
    name: str, *variants: tuple[str, str, str], result: str = "", expansion: str = "", tex: str = "",
    wordless: bool = False,
) -> Op:  # fmt: skip
    """Declare an op by an equation it satisfies: (arguments, unknown, equation) for each rank.

    `solution("inverse", ("a[k, k]", "y[k, k]", "a[i, k]*y[k, j] = delta(i, j)"))`. Indices that stand on the
    right of the equation are free. Its value is a primitive of `reference_values.py`.
    """
    made = (Variant(patterns(a, name), (equality(y, e, result, expansion, name),)) for a, y, e in variants)
    return Op(name, tuple(made), tex=tex, wordless=wordless)


# --- scalar functions ----------------------------------------------------------------------------


def scalar(
    name: str, definition: str = "", *, note: str = "", wordless: bool = False, **options: object
) -> Op:
    """Declare a scalar function; the op applies it to every entry."""
    row = Scalar(name, definition, **options)  # type: ignore[arg-type]
    SCALARS[name] = row
    ops_by_scalar[name] = replace(entrywise(name), tex=row.tex, scalar=row, note=note, wordless=wordless)
    return ops_by_scalar[name]


def entrywise(name: str) -> Op:
    """A function of every entry."""
    return op(name, "x[...]", f"y[...] = {name}(x[...])")


def scalar_op(name: str) -> Op:
    """The op of a scalar function: its row of the vocabulary, or a function that a graph declares."""
    return ops_by_scalar.get(name) or abstract(name)


@cache
def abstract(name: str) -> Op:
    """A scalar function of which nothing is said; how it prints, its graph says."""
    return replace(entrywise(name), scalar=scalar_row(name))


@cache
def unprimed(op: Op) -> Op:
    """The same scalar function without its textbook derivative: f' stays f'."""
    if op.scalar is None or not op.scalar.prime or op is not ops_by_scalar.get(op.scalar.name):
        return op
    return replace(op, scalar=replace(op.scalar, prime=""))


def derivative_op(name: str, order: int) -> Op:
    """The op of the `order`-th derivative of a scalar function, y[...] = f^{(order)}(x[...])."""
    return derivative_of(scalar_op(name), order)


@cache
def derivative_of(base: Op, order: int) -> Op:
    name = base.name

    def build(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
        at = base.place(shapes, ())
        (d,) = at.definitions
        right = en.entries(Fn(name, d.right.terms[0].factors[0][0].arg, order))  # type: ignore[union-attr]
        return Instance(at.inputs, (Definition(d.tensor, d.at, right),), at.shape)

    return Op(name + "'" * order, build=build, scalar=base.scalar, order=order)


ops_by_scalar: dict[str, Op] = {}
