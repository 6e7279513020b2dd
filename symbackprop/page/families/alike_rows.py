"""Rows that are one up to one index inside names: their trees are equal, their names differ by it alone.

Rows are told apart by the tree of their formulas, names blotted out, and by a name of their left side with
one token blotted out: what stands there is the value of the index. Then each further row narrows what a token
of each name can be: the same in all, or the value, or for numbers the value and a fixed offset.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeAlias

from symbackprop.derivation.equation import Phrase
from symbackprop.formula.indexed_names import Tokens, is_letter, joined, name_at, parts, plain, tokens
from symbackprop.formula.tree import Formula, Name, Number
from symbackprop.formula.writing.walk import children, fold, rebuilt
from symbackprop.page.families.row_parts import Row, formulas, likeness

FAR = 2  # the largest offset of an index: z^{(l-2)} is a connection over a layer
BLOT = "\ue000"  # stands where an index is, until its letter is known

Values: TypeAlias = tuple[str, ...]
Role: TypeAlias = str | int  # what a token may be: itself, or the index with an offset
Roles: TypeAlias = tuple[frozenset[Role], ...]


@dataclass
class Trees:
    """Numbers for trees with their names blotted out: equal trees have equal numbers."""

    known: dict[Formula, int] = field(default_factory=dict)

    def of(self, f: Formula) -> tuple[int, list[Name]]:
        """The number of a tree, and its names from left to right."""
        names: list[Name] = []

        def number(node: Formula, below: list[int]) -> int:
            if isinstance(node, Name):
                names.append(node)
                node = Name(BLOT, stack=node.stack)
            shape = rebuilt(node, [Number(Fraction(k)) for k in below])
            return self.known.setdefault(shape, len(self.known))

        return fold(f, children, number), names


@dataclass(frozen=True, eq=False)
class Outline:
    """A row as it is compared: what must be equal, and its names; the first `left` may say its index."""

    row: Row
    key: Hashable
    names: tuple[Name, ...]
    left: int

    @staticmethod
    def of(row: Row, trees: Trees) -> Outline:
        """The outline of a row."""
        found = [trees.of(f) for part in row for f in formulas(part)]
        first = len(formulas(row[0])) if isinstance(row[0], Phrase) else 1
        key = (tuple(map(likeness, row)), tuple(k for k, _ in found))
        names = tuple(n for _, more in found for n in more)
        return Outline(row, key, names, sum(len(more) for _, more in found[:first]))


@dataclass(frozen=True)
class Spot:
    """A token of a name of a row: the value of an index, if the row has one."""

    at: int  # which name
    value: str
    key: Hashable


def spots(o: Outline, counts: bool, known: Sequence[Values] | None) -> Iterator[Spot]:
    """The tokens that may be the value of an index, numbers or letters; those of one of the known sets."""
    for k, n in enumerate(dict.fromkeys(o.names[: o.left])):
        read = [tokens(p) for p in parts(n)]
        for p, found in enumerate(read):
            for i, token in enumerate(found):
                home = next((k for k, v in enumerate(known or ()) if plain(token) in v), None)
                if (token.isdecimal() if counts else is_letter(token)) and (
                    home is not None or known is None
                ):
                    rest = (*found[:i], BLOT, *found[i + 1 :])
                    key = (o.key, home, k, n.marks, *read[:p], rest, *read[p + 1 :])
                    yield Spot(o.names.index(n), plain(token), key)


def roles(token: str, value: str) -> frozenset[Role]:
    """What a token can be in the row where the index has a value."""
    if token.isdecimal() and value.isdecimal():
        offset = int(token) - int(value)
        return frozenset({token, offset} if abs(offset) <= FAR else {token})
    return frozenset({token, 0} if plain(token) == value else {token})


def read_roles(name: Name, value: str) -> tuple[Roles, ...]:
    """What every token of a name can be."""
    return tuple(tuple(roles(t, value) for t in tokens(p)) for p in parts(name))


def narrowed(a: tuple[Roles, ...], b: tuple[Roles, ...]) -> tuple[Roles, ...] | None:
    """What the tokens can be in both; None where some can be nothing."""
    if [len(p) for p in a] != [len(p) for p in b]:
        return None
    both = tuple(tuple(x & y for x, y in zip(p, q, strict=True)) for p, q in zip(a, b, strict=True))
    return both if all(x for p in both for x in p) else None


@dataclass
class Run:
    """Rows that are one so far: their values, what each token of each name can be, and names that step aside.

    `aside` are names of the first row that stand where the others have a numbered one: x for z^{(0)}.
    """

    members: list[Outline]
    values: list[str]
    found: list[tuple[Roles, ...]]
    aside: dict[int, Name] = field(default_factory=dict)

    @staticmethod
    def of(o: Outline, value: str) -> Run:
        """A row by itself."""
        return Run([o], [value], [read_roles(n, value) for n in o.names])

    def take(self, o: Outline, value: str) -> bool:
        """Whether a row joined; it does where every name has some reading in all rows."""
        if value in self.values:
            return False
        read = [read_roles(n, value) for n in o.names]
        new, aside = [], dict(self.aside)
        for k, (a, b) in enumerate(zip(self.found, read, strict=True)):
            old = self.members[0].names[k]
            both = narrowed(a, b) if old.marks == o.names[k].marks else None
            if both is None and len(self.members) == 1 and steps_aside(old, o.names[k], value):
                aside[k] = old
                both = tuple(tuple(x - {t for t in x if isinstance(t, str) and t.isdecimal()} or x for x in p)
                             for p in b)  # fmt: skip
            if both is None:
                return False
            new.append(both)
        self.members.append(o)
        self.values.append(value)
        self.found, self.aside = new, aside
        return True

    def generic(self) -> list[Name] | None:
        """The names with a blot where the index is; None where they are not those of each row."""
        made = [named(r, n) for r, n in zip(self.found, self.members[-1].names, strict=True)]
        for o, value in zip(self.members, self.values, strict=True):
            first = o is self.members[0]
            for k, n in enumerate(made):
                if not (first and k in self.aside) and name_at(n, BLOT, value) != o.names[k]:
                    return None
        return made

    def aliases(self, made: Sequence[Name]) -> dict[Name, Name]:
        """What the generic names are at the first value, where another name stands."""
        return {name_at(made[k], BLOT, self.values[0]): n for k, n in self.aside.items()}


def steps_aside(name: Name, other: Name, value: str) -> bool:
    """Whether a name of the first row may stand for the one before the second's: x for z^{(0)}."""
    if name.marks or other.marks or not value.isdecimal():
        return False
    found = [t for p in parts(other) for t in tokens(p) if t.isdecimal()]
    return len(found) == 1 and 0 < int(value) - int(found[0]) <= FAR


def named(read: tuple[Roles, ...], like: Name) -> Name:
    """The name with a blot where the index is."""
    base, sup, sub = (joined(tuple(t for x in p for t in shown(x))) for p in read)
    return replace(like, base=base, sup=sup, sub=sub)


def shown(role: frozenset[Role]) -> Tokens:
    """The tokens of what a token is: the index before itself."""
    offsets = sorted((x for x in role if isinstance(x, int)), key=abs)
    if not offsets:
        return tuple(x for x in role if isinstance(x, str))
    return (BLOT, *((f"{offsets[0]:+d}"[0], str(abs(offsets[0]))) if offsets[0] else ()))


def runs(outlines: Sequence[Outline], counts: bool, known: Sequence[Values] | None = None) -> Iterator[Run]:
    """The families among rows, the largest first; those found for another spot of a row as well.

    With `known` the values of a family are in one of these sets.
    """
    groups: dict[Hashable, list[tuple[Outline, str]]] = {}
    for o in outlines:
        for s in spots(o, counts, known):
            groups.setdefault(s.key, []).append((o, s.value))
    found: list[Run] = []
    for group in groups.values():
        if len(group) > 1:
            ordered = sorted(group, key=lambda g: int(g[1])) if counts else group
            found += gathered(ordered)
    yield from sorted(found, key=lambda r: -len(r.members))


TRIED = 8  # families begun with one key: what fits none of them stands alone


def gathered(group: Sequence[tuple[Outline, str]]) -> list[Run]:
    """Rows of one key, each in the first family it fits."""
    begun: list[Run] = []
    for o, value in group:
        if not any(r.take(o, value) for r in begun[-TRIED:]):
            begun.append(Run.of(o, value))
    return [r for r in begun if len(r.members) > 1]
