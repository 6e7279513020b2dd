"""Closed kinds: their equations depend on attributes, so a builder writes them; δ with offsets.

concat, slice, selector, ones, identity, one-hot and pick are definitions like any other: their Jacobians
are derived. `reshape` renumbers entries; it is a δ between row-major positions. `argmax` is an integer label
that is computed, 0-based inside and 1-based on paper.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from symbackprop import entries as en
from symbackprop.entries import AtMost, Delta, Elem, Entries, Index, Position
from symbackprop.entries.entry_equations import Definition, Instance
from symbackprop.entries.index_letters import AXES, BATCH, OPERAND
from symbackprop.entries.op import Build, Op
from symbackprop.errors import DeclarationError, ShapeError
from symbackprop.sizes import ONE, Shape, Size, count, shape_text, size


def axes(shape: Shape, letters: str = AXES) -> tuple[Index, ...]:
    return tuple(Index(letters[k], s) for k, s in enumerate(shape))


def at(*indices: Index) -> tuple[Position, ...]:
    return tuple(en.position(i) for i in indices)


def concat_build(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
    """y[.., j, ..] = Σ_a Σ_i a[.., i, ..] δ(j, i + offset of a)."""
    axis = integer(values.get("axis", -1), where)
    rank = len(shapes[0]) if shapes else 0
    if not shapes or not rank or not -rank <= axis < rank:
        raise ShapeError(f"needs arrays with an axis {axis}", where=where)
    axis %= rank
    for n, s in enumerate(shapes):
        rest = [k for k in range(rank) if k != axis]
        if len(s) != rank or any(s[k] != shapes[0][k] for k in rest):
            raise ShapeError(
                f"operand 1 is {shape_text(shapes[0])} but operand {n + 1} is {shape_text(s)}; "
                f"all axes but {axis} must agree", where=where)  # fmt: skip
    total = size(0)
    for s in shapes:
        total = total + s[axis]
    out = axes((*shapes[0][:axis], total, *shapes[0][axis + 1 :]))
    inputs, right, offset = [], en.ZERO, size(0)
    for n, s in enumerate(shapes):
        inner = Index("r" if n == 0 else f"r{n}", s[axis])
        place = tuple(inner if k == axis else i for k, i in enumerate(out))
        shifted = en.Affine(((inner, 1),), offset)
        part = en.multiply(
            en.elem(f"x{n}", *place), en.entries(Delta(en.position(out[axis]), shifted))
        )
        right = Entries((*right.terms, *(t_bound(t, inner) for t in part.terms)))
        inputs.append((f"x{n}", place))
        offset = offset + s[axis]
    shape = tuple(i.size for i in out)
    return Instance(tuple(inputs), (Definition("y", out, right),), shape)


def t_bound(t: en.Term, *bound: Index) -> en.Term:
    return en.Term(t.coefficient, t.factors, (*t.bound, *bound))


def slice_build(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
    """y[i, ..] = x[i + start, ..]; an axis with an integer position disappears.

    `ranges` has per axis (start, stop) or (position,).
    """
    (shape,) = shapes
    ranges: tuple[tuple[Size, ...], ...] = values["ranges"]  # type: ignore[assignment]
    letters, left, places = iter(AXES), [], []
    for r in ranges:
        if len(r) == 1:
            places.append(en.Affine((), r[0]))
        else:
            i = Index(next(letters), r[1] - r[0])
            left.append(i)
            places.append(en.Affine(((i, 1),), r[0]))
    inputs = (("x", axes(shape, OPERAND)),)
    right = en.entries(Elem("x", tuple(places)))
    out = tuple(i.size for i in left)
    return Instance(inputs, (Definition("y", tuple(left), right),), out)


def shifted(moved_by: str, entry: Callable[[Index, Index, Size], Delta | AtMost]) -> Build:
    """m[i, j] = a condition between row i and column j, one of them moved by an attribute."""

    def build(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
        rows, columns, by = (size(values[k]) for k in ("rows", "columns", moved_by))  # type: ignore[arg-type]
        i, j = Index("i", rows), Index("j", columns)
        return Instance((), (Definition("m", (i, j), en.entries(entry(i, j, by))),), (rows, columns))

    return build


def striding_build(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
    """m[i, j] = δ(j, start + step·i): row i takes the entry at start + step·i."""
    rows, columns, start = (size(values[k]) for k in ("rows", "columns", "start"))  # type: ignore[arg-type]
    i, j, step = Index("i", rows), Index("j", columns), integer(values["step"], where)
    right = en.entries(Delta(en.position(j), en.Affine(((i, step),), start)))
    return Instance((), (Definition("m", (i, j), right),), (rows, columns))


def table_build(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
    """y[i, j] = Σ over the cells: its number, or the scalar of its name, where i and j are its place."""
    cells: tuple[Fraction | str, ...] = values["cells"]  # type: ignore[assignment]
    shape: Shape = values["shape"]  # type: ignore[assignment]
    out, terms = axes(shape), []
    widths = [s.number or 1 for s in shape]
    for flat, cell in enumerate(cells):
        places, rest = [], flat
        for width in reversed(widths):
            rest, place = divmod(rest, width)
            places.insert(0, size(place))
        held = [en.entries(Delta(en.position(i), en.Affine((), p)))
                for i, p, width in zip(out, places, widths, strict=True) if width > 1]  # fmt: skip
        given = en.number(cell) if isinstance(cell, Fraction) else en.elem(cell)
        terms += en.multiply(given, *held).terms
    inputs = tuple((f"x{n}", ()) for n in range(len(shapes)))
    return Instance(inputs, (Definition("y", out, Entries(tuple(terms))),), shape)


def constant_build(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
    """Every entry is `value`."""
    shape: Shape = values["shape"]  # type: ignore[assignment]
    value: Fraction = values["value"]  # type: ignore[assignment]
    return Instance((), (Definition("y", axes(shape), en.number(value)),), shape)


def pi_build(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
    return Instance((), (Definition("y", (), en.elem("pi")),), ())


def identity_build(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
    n: Size = values["n"]  # type: ignore[assignment]
    i, j = Index("i", n), Index("j", n)
    right = en.entries(Delta(en.position(i), en.position(j)))
    return Instance((), (Definition("y", (i, j), right),), (n, n))


def unit_build(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
    """e[i] = δ(i, position): the unit vector of a fixed position."""
    i = Index("i", values["n"])  # type: ignore[arg-type]
    right = en.entries(Delta(en.position(i), en.Affine((), values["position"])))  # type: ignore[arg-type]
    return Instance((), (Definition("e", (i,), right),), (i.size,))


def onehot_build(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
    """e[.., k] = δ(k, label[..])."""
    (shape,) = shapes
    batch = axes(shape)
    k = Index("k", values["n"])  # type: ignore[arg-type]
    batch = tuple(Index(x, i.size) for x, i in zip(BATCH, batch, strict=False))
    right = en.entries(Delta(en.position(k), Elem("label", at(*batch))))
    made = Definition("e", (*batch, k), right)
    return Instance((("label", batch),), (made,), (*shape, k.size), labels=(("label", k.size),))


def pick_build(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
    """y[..] = x[.., label[..]]: the entry the label names."""
    x, label = shapes
    if x[:-1] != label:
        raise ShapeError(f"x is {shape_text(x)}, so the label must be {shape_text(x[:-1])}, "
                         f"not {shape_text(label)}", where=where)  # fmt: skip
    batch = tuple(Index(c, s) for c, s in zip(BATCH, label, strict=False))
    k = Index("k", x[-1])
    place = (*at(*batch), Elem("label", at(*batch)))
    right = en.entries(Elem("x", place))
    inputs = (("x", (*batch, k)), ("label", batch))
    return Instance(inputs, (Definition("y", batch, right),), label, labels=(("label", k.size),))


def first(primitive: str) -> Op:
    """argmax: m[..] with x[.., m[..]] >= x[.., k] for all k; the first such position; argmin likewise.

    Integer, so constant almost everywhere: nothing flows back.
    """

    def build(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
        (x,) = shapes
        if not x:
            raise ShapeError("needs an array with an axis", where=where)
        return Instance((("x", axes(x)),), (), x[:-1], primitive=primitive)

    return Op(primitive, build=build, tex=rf"\operatorname{{{primitive}}}", domain="label", note="ties", called=True,
              letters="kl")  # fmt: skip


def reshape_build(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
    """y[q..] = Σ x[p..] δ(row-major position of q, row-major position of p)."""
    (old,) = shapes
    new: Shape = values["shape"]  # type: ignore[assignment]
    if count(old) != count(new):
        raise ShapeError(f"cannot turn {shape_text(old)} ({count(old)} entries) into "
                         f"{shape_text(new)} ({count(new)} entries)", where=where)  # fmt: skip
    p = tuple(Index(c, s) for c, s in zip(OPERAND, old, strict=False))
    q = axes(new)
    wide = [[i for i in own if i.size != ONE] for own in (q, p)]
    same = [i.size for i in wide[0]] == [i.size for i in wide[1]]  # only axes of one entry are put in or left out
    pairs = zip(*wide, strict=True) if same else [(en.flat(*q), en.flat(*p))]
    held = [Delta(*(en.position(i) if isinstance(i, Index) else i for i in pair)) for pair in pairs]
    right = en.multiply(en.elem("x", *p), *map(en.entries, held))
    right = Entries(tuple(t_bound(t, *p) for t in right.terms))
    return Instance((("x", p),), (Definition("y", q, right),), new)


def einsum_build(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
    """y[out] = Σ Π x_n[letters_n]; `spec` is NumPy's, e.g. 'bij,bjk->bik'."""
    spec = str(values["spec"]).replace(" ", "")
    left, arrow, out = spec.partition("->")
    operands = left.split(",")
    if not arrow or len(operands) != len(shapes) or not spec.replace("->", "").replace(",", "x").isalpha():
        raise DeclarationError(f"spec `{spec}` needs `->` and one group per operand", where=where)
    sizes: dict[str, Index] = {}
    for letters, s in zip(operands, shapes, strict=True):
        if len(letters) != len(s):
            raise ShapeError(f"`{letters}` names {len(letters)} axes of {shape_text(s)}", where=where)
        for c, extent in zip(letters, s, strict=True):
            if sizes.setdefault(c, Index(c, extent)).size != extent:
                raise ShapeError(f"{c} is {sizes[c].size} and {extent} in `{spec}`", where=where)
    if any(c not in sizes for c in out):
        raise DeclarationError(f"spec `{spec}`: the result has an unknown letter", where=where)
    inputs = tuple((f"x{n}", tuple(sizes[c] for c in g)) for n, g in enumerate(operands))
    right = en.multiply(*(en.elem(name, *place) for name, place in inputs))
    bound = tuple(i for c, i in sizes.items() if c not in out)
    right = Entries(tuple(t_bound(t, *bound) for t in right.terms))
    place = tuple(sizes[c] for c in out)
    return Instance(inputs, (Definition("y", place, right),), tuple(i.size for i in place))


def contraction_build(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
    """y[out] = the entries given: what no other op says, such as a derived sum over windows.

    `definition` is over the tensors x0, x1, …, the operands in order.
    """
    definition: Definition = values["definition"]  # type: ignore[assignment]
    inputs = tuple((f"x{n}", axes(s)) for n, s in enumerate(shapes))
    return Instance(inputs, (definition,), tuple(i.size for i in definition.at))


def integer(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise DeclarationError(f"axis must be a whole number, not {value!r}", where=where)
    return value


concat = Op("concat", build=concat_build, defaults=(("axis", -1),))
slice_ = Op("slice", build=slice_build, wordless=True)
# rows start, start + 1, … of the identity
selector = Op("selector", wordless=True,
              build=shifted("start", lambda i, j, by: Delta(en.position(i), en.Affine(((j, 1),), by))))
# ones up to a diagonal, as a causal mask has them
tri = Op("tri", named=True, letters="MNT",
         build=shifted("offset", lambda i, j, by: AtMost(en.position(j), en.Affine(((i, 1),), by))))
# the matrix that takes every `step`-th entry, from the end for a negative step
striding = Op("striding", build=striding_build, named=True, wordless=True, letters="MNT")
# a matrix or vector written out; `cells` holds its numbers, and for an argument its name, x0, x1, …
table = Op("table", build=table_build, wordless=True)
constant = Op("constant", build=constant_build, wordless=True)
pi = Op("pi", build=pi_build, tex=r"\pi", wordless=True)
identity = Op("identity", build=identity_build, wordless=True)
unit = Op("unit", build=unit_build, wordless=True)
onehot = Op("onehot", build=onehot_build)
pick = Op("pick", build=pick_build)
argmax, argmin = first("argmax"), first("argmin")
reshape = Op("reshape", build=reshape_build, called=True, named=True, renumbers=True)
contraction = Op("contraction", build=contraction_build, slid=True, wordless=True)
einsum = Op("einsum", build=einsum_build)
