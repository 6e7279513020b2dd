"""Sizes from the shapes of arrays: x of size n·d, with n known, says d = x.shape[0] // n."""

from __future__ import annotations

from collections.abc import Sequence

from symbackprop.emit.literals import safe
from symbackprop.sizes import Size, collect, size

Found = tuple[tuple[str, str], ...]  # names and their code


def solved(axes: Sequence[tuple[str, Size]], unknown: Sequence[str]) -> Found:
    """Sizes and their code, each after those it is made from, as far as the axes say them.

    An axis is the code of its extent, as `x.shape[0]`, and its size.
    """
    return solutions([s - named(code) for code, s in axes], tuple(dict.fromkeys(unknown)))


def solutions(zero: Sequence[Size], unknown: tuple[str, ...]) -> Found:
    """What makes polynomials 0: a size that is alone in one first, else one in terms of the others."""
    for e in zero:
        names = [n for n in unknown if n in e.names]
        if len(names) == 1 and (code := root_code(e, names[0])):
            return ((names[0], code), *solutions(zero, without(unknown, names[0])))
    for e in zero:
        for name in (n for n in unknown if n in e.names):
            power, a, rest = split(e, name)
            if power == 1 and a == size(1):
                value, others = rest * -1, without(unknown, name)
                found = solutions([x.substitute(name, value) for x in zero], others)
                said = value.names & set(others) <= {n for n, _ in found}
                return (*found, (name, spelled(value))) if said else found
    return ()


def without(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(n for n in names if n != name)


def named(name: str) -> Size:
    """A size that is one name, or the code of an extent."""
    return Size((((name,), 1),))


def split(e: Size, name: str) -> tuple[int, Size, Size]:
    """k, a and b of a·uᵏ + b, a with a positive first term; k is 0 where u stands in several powers."""
    powers = {m.count(name) for m, _ in e.terms} - {0}
    a = collect((tuple(x for x in m if x != name), c) for m, c in e.terms if name in m)
    b = collect((m, c) for m, c in e.terms if name not in m)
    sign = 1 if a.terms[0][1] > 0 else -1
    return (powers.pop() if len(powers) == 1 else 0), a * sign, b * sign


def root_code(e: Size, name: str) -> str:
    """Code of the u that makes a·uᵏ + b zero; empty where u stands in several powers.

    Where a is 0 or no u does, it is 0: no size, which is said when the shapes are held against it.
    """
    power, a, b = split(e, name)
    rest, own, by = spelled(b * -1), safe(name), bracketed(spelled(a))
    if power == 1:
        whole = rest if a == size(1) else f"{bracketed(rest)} // {by}"
        return whole if a.number is not None else f"{whole} if {by} else 0"
    left = spelled(Size((((name,) * power, 1),)) * a)
    return f"next(({own} for {own} in range(1, {rest} + 1) if {left} == {rest}), 0)" if power else ""


def spelled(s: Size) -> str:
    """A size as code; what is no name is an extent."""
    code = {n: safe(n) if n.isidentifier() else n for n in s.names}
    return str(Size(tuple((tuple(code[n] for n in m), c) for m, c in s.terms)))


def bracketed(code: str) -> str:
    return f"({code})" if {" ", "*"} & set(code) else code
