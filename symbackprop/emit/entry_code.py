"""Entry equations as NumPy: einsum over arrays, shifted entries taken with zeros outside, δ as 0 and 1."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from fractions import Fraction

from symbackprop import entries as en
from symbackprop.entries import (
    Affine,
    Atom,
    Delta,
    Elem,
    Entries,
    Fn,
    Group,
    Index,
    Position,
    SizeOf,
)
from symbackprop.errors import SymbackpropError
from symbackprop.sizes import Shape, Size

TAKE = '''def take(x, axis, at):
    """x at integer positions along an axis; outside it is 0."""
    inside = (at >= 0) & (at < x.shape[axis])
    out = np.take(x, np.clip(at, 0, x.shape[axis] - 1), axis=axis)
    if inside.all():
        return out
    return np.where(inside.reshape(inside.shape + (1,) * (x.ndim - axis - 1)), out, 0.0)
'''
ScalarCall = Callable[[str, int, str], str]
Coded = tuple[str, tuple[Index, ...]]


def size_code(s: Size) -> str:
    return str(s) if str(s).isidentifier() or str(s).isdigit() else f"({s})"


def bare(code: str) -> str:
    """Outer brackets taken off where they enclose the whole."""
    if not (code.startswith("(") and code.endswith(")")):
        return code
    depth = 0
    for k, c in enumerate(code):
        depth += (c == "(") - (c == ")")
        if not depth and k < len(code) - 1:
            return code
    return code[1:-1]


def number_code(x: object) -> str:
    q = Fraction(str(x))
    body = str(q.numerator) if q.denominator == 1 else f"({q.numerator} / {q.denominator})"
    return f"({body})" if q < 0 and q.denominator == 1 else body


def shape_code(shape: Shape) -> str:
    return "(" + "".join(f"{size_code(s)}, " for s in shape).strip() + ")"


def einsums(
    e: Entries, out: tuple[Index, ...], names: Mapping[Hashable, str], call: ScalarCall
) -> tuple[str, bool]:
    """Code of an index expression with axes `out`, and whether it needs `take`."""
    coder = Coder(names, call)
    return coder.einsums(e, out), coder.takes


class Coder:
    """Writes index expressions; remembers whether a shifted entry was met."""

    def __init__(self, names: Mapping[Hashable, str], call: ScalarCall) -> None:
        self.names, self.call, self.takes = names, call, False

    def einsums(self, e: Entries, out: tuple[Index, ...]) -> str:
        terms = []
        for t in e.terms:
            operands, front = [], [number_code(t.coefficient)] if t.coefficient != 1 else []
            for atom, x in t.factors:
                code, axes = self.factor(atom)
                code = code if x == 1 else f"{code}**{number_code(x)}"
                if axes:
                    operands.append((code, axes))
                else:
                    front.append(code)
            for i in out:
                if not any(i in axes for _, axes in operands):
                    operands.append((f"np.ones({size_code(i.size)})", (i,)))
            terms.append(" * ".join([*front, *contracted(operands, out, t.bound)] or ["1.0"]))
        return "(" + " + ".join(terms or ["0.0"]) + ")"

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
                return equal(atom)

    def element(self, atom: Elem) -> Coded:
        """An array, its shifted axes taken from the last to the first."""
        code, axes = self.names[atom.tensor], list[Index]()
        for axis in range(len(atom.at) - 1, -1, -1):
            p = atom.at[axis]
            plain = p.plain if isinstance(p, Affine) else None
            if plain is not None:
                axes.insert(0, plain)
                continue
            own = own_indices(p)
            code = f"take({bare(code)}, {axis}, {place_code(p, own)})"
            axes[:0] = own
            self.takes = True
        return code, tuple(axes)


def contracted(
    operands: list[Coded], out: tuple[Index, ...], bound: tuple[Index, ...]
) -> list[str]:
    """The product of arrays summed over the bound indices, as at most one factor."""
    if not operands:
        return []
    if len(operands) == 1 and operands[0][1] == out:
        return [operands[0][0]]
    letters = dict(
        zip((*out, *bound), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", strict=False)
    )
    spec = ",".join("".join(letters[i] for i in axes) for _, axes in operands)
    spec += "->" + "".join(letters[i] for i in out)
    path = ", optimize=True" if len(operands) > 1 else ""
    return [f"np.einsum({spec!r}, {', '.join(bare(c) for c, _ in operands)}{path})"]


def own_indices(*positions: Position) -> tuple[Index, ...]:
    return tuple(dict.fromkeys(i for p in positions for i in en.position_indices(p)))


def place_code(p: Position, own: tuple[Index, ...]) -> str:
    """Integer positions as an array over the indices of a position."""
    if not isinstance(p, Affine):
        raise SymbackpropError("a label at this place has no NumPy code", where="emit")
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


def equal(d: Delta) -> Coded:
    """δ as an array of 0 and 1."""
    sides = [p.plain for p in (d.left, d.right) if isinstance(p, Affine) and p.plain]
    if len(sides) == 2:
        i, j = sides
        return f"np.eye({size_code(i.size)}, {size_code(j.size)})", (i, j)
    own = own_indices(d.left, d.right)
    return f"({place_code(d.left, own)} == {place_code(d.right, own)}).astype(float)", own
