"""Entry equations as NumPy: einsum over arrays, shifted entries as strided views, δ as 0 and 1."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from string import ascii_letters
from typing import TypeAlias

from symbackprop import entries as en
from symbackprop.emit.literals import bare, number_code, shape_code, size_code
from symbackprop.emit.strided_windows import fold_code, folds, view_code
from symbackprop.entries import Affine, AtMost, Delta, Elem, Entries, Index, Position, Term
from symbackprop.entries.fold import Algebra, Axes, Over, fold
from symbackprop.errors import SymbackpropError

ScalarCall: TypeAlias = Callable[[str, int, str], str]
Coded: TypeAlias = Over[str]
Names: TypeAlias = Mapping[Hashable, str]


def einsums(e: Entries, out: Axes, names: Names, call: ScalarCall) -> tuple[str, frozenset[str]]:
    """Code of an index expression with axes `out`, and the functions of `strided_windows.py` it calls."""
    needs = set[str]()
    return fold(e, out, code_algebra(names, call, needs)), frozenset(needs)


def code_algebra(names: Names, call: ScalarCall, needs: set[str]) -> Algebra[str]:
    """Code over axes; the functions of `strided_windows.py` that it calls are added to `needs`."""

    def entry(atom: Elem) -> Coded:
        needs.update(["view"] if shifted(atom) else [])
        return element(atom, names)

    def product(t: Term, factors: Iterable[Coded], out: Axes) -> Coded:
        bound = t.bound
        if found := folds(t):
            needs.add("fold")
            factors = [fold_code(found, names[found.tensor])]
            bound = tuple(b for b in bound if b not in found.gone)
        return product_of(t.coefficient, tuple(factors), bound, out)

    return Algebra(
        constant=lambda name: f"np.{name}", extent=size_code, entry=entry,
        holds=lambda atom: holding(atom, names),
        power=lambda code, x: f"{code}**{number_code(x)}",
        function=call, product=product, total=total,
    )  # fmt: skip


def total(parts: Sequence[Coded], out: Axes) -> str:
    """The sum of the terms, broadcast over the axes that none of them has."""
    code = "(" + " + ".join([c for c, _ in parts] or ["0.0"]) + ")"
    if any(axes == out for _, axes in parts):
        return code
    return f"np.broadcast_to({bare(code)}, {shape_code(tuple(i.size for i in out))})"


def product_of(coefficient: Fraction, factors: Sequence[Coded], bound: Axes, out: Axes) -> Coded:
    """A product summed over its bound indices, and the axes of `out` it has before broadcasting."""
    front = [number_code(coefficient)] if coefficient != 1 else []
    front += [code for code, axes in factors if not axes]
    operands = [(code, axes) for code, axes in factors if axes]
    idle = [i for i in bound if not any(i in axes for _, axes in operands)]
    front += [size_code(i.size) for i in idle]  # a sum over what stands nowhere counts its entries
    own = tuple(i for i in out if any(i in axes for _, axes in operands))
    product = contracted(operands, own, bound)
    if product and len(own) < len(out):
        whole = product[0] if product[0].isidentifier() else f"({bare(product[0])})"  # a square too
        product = [f"{whole}[{', '.join(':' if i in own else 'None' for i in out)}]"]
    return " * ".join([*front, *product] or ["1.0"]), own


def shifted(atom: Elem) -> bool:
    """Whether an entry is read at positions that are no plain indices, and no labels."""
    return all(isinstance(p, Affine) for p in atom.at) and any(not p.plain for p in atom.at)  # type: ignore[union-attr]


def element(atom: Elem, names: Names) -> Coded:
    """An array, seen at its shifted positions, or at those that labels name."""
    code, axes = names[atom.tensor], list[Index]()
    if any(isinstance(p, Elem) for p in atom.at):
        own = own_indices(*atom.at)
        return f"{code}[{', '.join(place_code(p, own, names) for p in atom.at)}]", own
    for axis, p in reversed([*enumerate(atom.at)]):
        assert isinstance(p, Affine)
        code = code if p.plain else view_code(code, axis, p)
        axes[:0] = own_indices(p)
    return code, tuple(axes)


def contracted(operands: list[Coded], out: Axes, bound: Axes) -> list[str]:
    """The product of arrays summed over the bound indices, as at most one factor."""
    if not operands:
        return []
    if len(operands) == 1 and operands[0][1] == out:
        return [operands[0][0]]
    letters = dict(zip((*out, *bound), ascii_letters, strict=False))
    spec = ",".join("".join(letters[i] for i in axes) for _, axes in operands)
    spec += "->" + "".join(letters[i] for i in out)
    path = ", optimize=True" if len(operands) > 1 else ""
    return [f"np.einsum({spec!r}, {', '.join(bare(c) for c, _ in operands)}{path})"]


def own_indices(*positions: Position) -> tuple[Index, ...]:
    return tuple(dict.fromkeys(i for p in positions for i in en.position_indices(p)))


def place_code(p: Position, own: tuple[Index, ...], names: Names) -> str:
    """Integer positions as an array over the indices of a position."""
    if not isinstance(p, Affine):
        if p.tensor not in names:
            raise SymbackpropError("this position has no NumPy code", where="emit")
        at = ", ".join(place_code(q, own, names) for q in p.at)
        return f"{names[p.tensor]}[{at}]" if at else names[p.tensor]
    parts = []
    for i, a in p.terms:
        rest = ", ".join(":" if j == i else "None" for j in own)
        line = f"np.arange({bare(size_code(i.size))})" + (f"[{rest}]" if len(own) > 1 else "")
        parts.append(line if a == 1 else f"{number_code(a)} * {line}" if a != -1 else f"-{line}")
    if p.offset.terms or not parts:
        parts.append(bare(size_code(p.offset)) if parts else f"np.asarray({bare(size_code(p.offset))})")
    return " + ".join(parts).replace("+ -", "- ")


def holding(d: Delta | AtMost, names: Names) -> Coded:
    """A condition on indices as an array of 0 and 1."""
    sides = [p.plain for p in (d.left, d.right) if isinstance(p, Affine) and p.plain]
    if isinstance(d, Delta) and len(sides) == 2:
        i, j = sides
        return f"np.eye({size_code(i.size)}, {size_code(j.size)})", (i, j)
    own = own_indices(d.left, d.right)
    left, right = (place_code(p, own, names) for p in (d.left, d.right))
    return f"({left} {'==' if isinstance(d, Delta) else '<='} {right}).astype(float)", own
