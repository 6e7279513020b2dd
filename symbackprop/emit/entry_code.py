"""Entry equations as NumPy: einsum over arrays, shifted entries as strided views, δ as 0 and 1."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from string import ascii_letters

from symbackprop import entries as en
from symbackprop.emit.literals import bare, number_code, shape_code, size_code
from symbackprop.emit.strided_windows import Fold, fold_code, folds, view_code
from symbackprop.entries import (
    Affine, AtMost, Atom, Delta, Elem, Entries, Fn, Group, Index, Position, SizeOf, Term,
)  # fmt: skip
from symbackprop.errors import SymbackpropError

ScalarCall = Callable[[str, int, str], str]
Coded = tuple[str, tuple[Index, ...]]


def einsums(
    e: Entries, out: tuple[Index, ...], names: Mapping[Hashable, str], call: ScalarCall
) -> tuple[str, frozenset[str]]:
    """Code of an index expression with axes `out`, and the functions of `strided_windows.py` it calls."""
    coder = Coder(names, call)
    return coder.einsums(e, out), frozenset(coder.needs)


class Coder:
    """Writes index expressions; remembers which functions they call."""

    def __init__(self, names: Mapping[Hashable, str], call: ScalarCall) -> None:
        self.names, self.call, self.needs = names, call, set[str]()

    def einsums(self, e: Entries, out: tuple[Index, ...]) -> str:
        """The sum of the terms, each broadcast over the axes it does not have."""
        coded = [self.term(t, out) for t in e.terms]
        code = "(" + " + ".join(c for c, _ in coded or [("0.0", ())]) + ")"
        if any(axes == out for _, axes in coded):
            return code
        return f"np.broadcast_to({bare(code)}, {shape_code(tuple(i.size for i in out))})"

    def term(self, t: Term, out: tuple[Index, ...]) -> Coded:
        """A product summed over its bound indices, and the axes of `out` it has before broadcasting."""
        operands, front = [], [number_code(t.coefficient)] if t.coefficient != 1 else []
        found = folds(t)
        for atom, x in t.factors:
            code, axes = self.folded(found) if found else self.factor(atom)
            code = code if x == 1 else f"{code}**{number_code(x)}"
            if axes:
                operands.append((code, axes))
            else:
                front.append(code)
        bound = t.bound if not found else tuple(b for b in t.bound if b not in found.gone)
        own = tuple(i for i in out if any(i in axes for _, axes in operands))
        product = contracted(operands, own, bound)
        if product and len(own) < len(out):
            product = [f"{product[0]}[{', '.join(':' if i in own else 'None' for i in out)}]"]
        return " * ".join([*front, *product] or ["1.0"]), out if own == out else own

    def folded(self, f: Fold) -> Coded:
        self.needs.add("fold")
        return fold_code(f, self.names[f.tensor])

    def factor(self, atom: Atom) -> Coded:
        match atom:
            case Elem():
                return self.element(atom) if atom.tensor != "pi" else ("np.pi", ())
            case Fn():
                axes = en.free_indices(atom.arg)
                return self.call(atom.function, atom.order, self.einsums(atom.arg, axes)), axes
            case Group():
                axes = en.free_indices(atom.body)
                return self.einsums(atom.body, axes), axes
            case SizeOf():
                return size_code(atom.size), ()
            case Delta():
                return equal(atom, self.names)
            case AtMost():
                own = own_indices(atom.left, atom.right)
                left, right = (place_code(p, own, self.names) for p in (atom.left, atom.right))
                return f"({left} <= {right}).astype(float)", own

    def element(self, atom: Elem) -> Coded:
        """An array, seen at its shifted positions, or at those that labels name."""
        code, axes = self.names[atom.tensor], list[Index]()
        if any(isinstance(p, Elem) for p in atom.at):
            own = own_indices(*atom.at)
            return f"{code}[{', '.join(place_code(p, own, self.names) for p in atom.at)}]", own
        for axis in range(len(atom.at) - 1, -1, -1):
            p = atom.at[axis]
            assert isinstance(p, Affine)
            if p.plain is not None:
                axes.insert(0, p.plain)
                continue
            code = view_code(code, axis, p)
            axes[:0] = own_indices(p)
            self.needs.add("view")
        return code, tuple(axes)


def contracted(
    operands: list[Coded], out: tuple[Index, ...], bound: tuple[Index, ...]
) -> list[str]:
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


def place_code(p: Position, own: tuple[Index, ...], names: Mapping[Hashable, str]) -> str:
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
        parts.append(
            bare(size_code(p.offset)) if parts else f"np.asarray({bare(size_code(p.offset))})"
        )
    return " + ".join(parts).replace("+ -", "- ")


def equal(d: Delta, names: Mapping[Hashable, str]) -> Coded:
    """δ as an array of 0 and 1."""
    sides = [p.plain for p in (d.left, d.right) if isinstance(p, Affine) and p.plain]
    if len(sides) == 2:
        i, j = sides
        return f"np.eye({size_code(i.size)}, {size_code(j.size)})", (i, j)
    own = own_indices(d.left, d.right)
    left, right = (place_code(p, own, names) for p in (d.left, d.right))
    return f"({left} == {right}).astype(float)", own
