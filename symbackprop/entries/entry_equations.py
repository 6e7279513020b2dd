"""Reads the entry equations of an op, `y[..., i] = e[..., i] / s[...]`, into entries.

The text is Python's expression grammar, walked through a whitelist of `ast` nodes. An index that stands
only on the right is summed, term by term (Einstein). `...` are the leading batch axes of each tensor,
aligned at the right as NumPy broadcasting does; `size(i)` is the number of entries `i` runs over.

A position may be affine, `x[stride*h + u - padding]`: a letter that stands nowhere else runs as far as the
window fits, and an entry outside its array is 0. A line `u: window` lets u run over an attribute's number.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from symbackprop.entries import Entries, Index
from symbackprop.errors import DeclarationError, ShapeError
from symbackprop.sizes import Shape, Size, size

Attribute: TypeAlias = Fraction | Size


@dataclass(frozen=True, slots=True)
class Pattern:
    """The axes of a tensor as declared: `...` or not, then core letters."""

    tensor: str
    batch: bool
    core: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """One entry equation, not yet placed on shapes."""

    left: Pattern
    right: ast.expr
    source: str


@dataclass(frozen=True, slots=True)
class Range:
    """`u: window`: an index that runs over as many entries as an attribute says."""

    letter: str
    attribute: str


@dataclass(frozen=True, slots=True)
class Definition:
    """lhs[at] = rhs in entries."""

    tensor: str
    at: tuple[Index, ...]
    right: Entries


@dataclass(frozen=True, slots=True)
class Equality:
    """left = right, solved for an unknown; the result is the unknown, or expanded by it row by row."""

    unknown: Pattern
    left: ast.expr
    right: ast.expr
    result: Pattern
    expansion: ast.expr | None = None


@dataclass(frozen=True, slots=True)
class Implicit:
    """zero[rows] = 0 for an unknown tensor[at], placed on shapes; `expansion` is the result by one row."""

    tensor: str
    at: tuple[Index, ...]
    zero: Entries
    rows: tuple[Index, ...]
    result: str
    result_at: tuple[Index, ...]
    expansion: Entries | None = None


@dataclass(frozen=True, slots=True)
class Instance:
    """An op placed on shapes: how each argument is indexed, and its equations; the last one is the result.

    A `primitive` has no equations: `reference_values.py` knows it as a function of whole arrays. It is
    differentiated through the equation its result satisfies (`implicit`), or never. `labels`
    are the arguments that stand as a position, and how many they can name.
    """

    inputs: tuple[tuple[str, tuple[Index, ...]], ...]
    definitions: tuple[Definition, ...]
    shape: Shape
    primitive: str = ""
    implicit: Implicit | None = None
    labels: tuple[tuple[str, Size], ...] = ()

    @property
    def result(self) -> Definition:
        return self.definitions[-1]


def parse(text: str, where: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise DeclarationError(f"cannot read `{text.strip()}` ({error.msg})", where=where) from None


def pattern(node: ast.expr, where: str) -> Pattern:
    """`x[..., i]`, `x[...]`, `x[i, j]` or `x`."""
    if isinstance(node, ast.Name):
        return Pattern(node.id, False, ())
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        batch = bool(parts) and isinstance(parts[0], ast.Constant) and parts[0].value is ...
        core = parts[1:] if batch else parts
        if all(isinstance(p, ast.Name) for p in core):
            letters = tuple(p.id for p in core if isinstance(p, ast.Name))
            return Pattern(node.value.id, batch, letters)
    raise DeclarationError(f"`{ast.unparse(node)}` is not a tensor with plain indices", where=where)


def patterns(text: str, where: str) -> tuple[Pattern, ...]:
    """Argument patterns, separated by `;`."""
    return tuple(pattern(parse(part, where), where) for part in text.split(";") if part.strip())


def templates(text: str, where: str) -> tuple[Template | Range, ...]:
    """Equations and ranges, separated by newlines or `;`."""
    out: list[Template | Range] = []
    for line in text.replace(";", "\n").splitlines():
        line = line.split("#")[0].strip()
        left, equals, right = line.partition("=")
        letter, colon, attribute = line.partition(":")
        if equals:
            out.append(Template(pattern(parse(left, where), where), parse(right, where), line))
        elif colon and letter.strip().isidentifier() and attribute.strip().isidentifier():
            out.append(Range(letter.strip(), attribute.strip()))
        elif line:
            raise DeclarationError(f"`{line}` has no `=`", where=where)
    return tuple(out)


def equality(unknown: str, equation: str, result: str, expansion: str, where: str) -> Equality:
    """`a[i, k]*y[k, j] = delta(i, j)` for the unknown `y[k, k]`."""
    left, _, right = equation.partition("=")
    return Equality(
        pattern(parse(unknown, where), where), parse(left, where), parse(right, where),
        pattern(parse(result or unknown, where), where), parse(expansion, where) if expansion else None,
    )  # fmt: skip


def extent_of(r: Range, attributes: Mapping[str, Attribute], where: str) -> Size:
    value = attributes.get(r.attribute)
    extent = value if isinstance(value, Size) else size(int(value or 0))
    if value is None or (isinstance(value, Fraction) and (value < 1 or value.denominator != 1)):
        raise DeclarationError(f"{r.attribute} must be a whole number from 1 on", where=where)
    return extent


def steps_of(room: Size, step: int, where: str) -> Size:
    """⌊room / step⌋ steps of a window. Errors: `ShapeError` where none fits or the number is not known."""
    fixed = room.number
    if fixed is not None and fixed < 0:
        raise ShapeError(f"the window is {-fixed} entries longer than the padded axis", where=where)
    whole = size(fixed // step) if fixed is not None and step > 0 else room.divide(size(step))
    if whole is None or step < 1:
        raise ShapeError(
            f"⌊({room}) / {step}⌋ is not known",
            where=where,
            hint="With a stride above 1 declare the sizes as numbers, or so that the stride divides.",
        )
    return whole
