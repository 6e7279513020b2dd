"""One letter for each index of a page: none that a name, a size or another index has."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from symbackprop.formula.indexed_names import joined, letters_of, parts, plain, tokens
from symbackprop.formula.tree import Formula, Name
from symbackprop.formula.writing.walk import inside
from symbackprop.page.families.alike_rows import BLOT

LAYERS = (r"\ell", "k", "r", "s", "q")  # numbers of which one follows from another
COUNTED = ("h", "r", "s", "q", "k", "m")  # numbers side by side, such as heads
LETTERS = ("g", "s", "q", "r", "p", "a", "b", "u", "v")
CAPITALS = ("M", "P", "G", "F", "Z", "U")


@dataclass(frozen=True)
class Need:
    """An index that needs a letter: what it shares with others of the same set, and how it looks.

    Numbers are one set where the same names have them, or equal ones stand side by side; letters where they
    overlap.
    """

    shared: frozenset[Hashable]
    pool: tuple[str, ...]


def need(names: Iterable[Name], values: Sequence[str], counts: bool, chained: bool) -> Need:
    """The need of a family by its generic names and its values."""
    if counts:
        moved = frozenset(numbered(n) for n in names if any(BLOT in p for p in parts(n)))
        beside = frozenset() if chained else frozenset({tuple(sorted(values))})
        return Need(moved | beside, LAYERS if chained else COUNTED)
    return Need(frozenset(values), CAPITALS if all(v.isupper() for v in values) else LETTERS)


def numbered(name: Name) -> tuple[object, ...]:
    """A name without its marks and numbers."""
    return tuple(tuple(t for t in tokens(p) if t != BLOT and not t.isdecimal() and t not in "+-")
                 for p in parts(name))  # fmt: skip


@dataclass
class Letters:
    """The letters in use on a page, and which set of values has which of those given here.

    `first` says where a letter stands among those of the graph, `sets` are the values of families so far.
    """

    taken: set[str]
    given: dict[Hashable, str] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)
    sets: list[tuple[str, ...]] = field(default_factory=list)

    @staticmethod
    def of(graph: Iterable[Name], formulas: Iterable[Formula], more: Iterable[str] = ()) -> Letters:
        """The letters that stand in the names of a graph, in some formulas, and others."""
        own = dict.fromkeys(t for n in graph for t in letters_of(n))
        names = {n for f in formulas for n in inside(f) if isinstance(n, Name)}
        taken = {t for n in names for t in letters_of(n)}.union(own, more)
        return Letters(taken, first={t: k for k, t in enumerate(own)})

    def order(self, values: Sequence[str]) -> Sequence[str]:
        """Values that are letters in the order in which the names of the graph have them first."""
        found = tuple(sorted(values, key=lambda v: self.first.get(plain(v), len(self.first))))
        self.sets.append(found)
        return found

    def give(self, needs: Sequence[Need]) -> list[str | None]:
        """A letter for each need; None where none is free."""
        sets = joint(needs)
        pools: dict[int, tuple[str, ...]] = {}
        for need, k in zip(needs, sets, strict=True):
            pools[k] = min(pools.get(k, need.pool), need.pool, key=(LAYERS, CAPITALS, LETTERS, COUNTED).index)
        chosen: dict[int, str | None] = {}
        for k in sets:
            if k not in chosen:
                chosen[k] = self.letter([n for n, s in zip(needs, sets, strict=True) if s == k], pools[k])
        return [chosen[k] for k in sets]

    def letter(self, needs: Sequence[Need], pool: tuple[str, ...]) -> str | None:
        """The letter of a set: as it was given before, else the first free one."""
        shared = {x for n in needs for x in n.shared}
        found = next((self.given[x] for x in shared if x in self.given), None)
        found = found or next((x for x in pool if x not in self.taken), None)
        if found:
            self.taken.add(found)
            self.given |= dict.fromkeys(shared, found)
        return found


def joint(needs: Sequence[Need]) -> list[int]:
    """Equal numbers for needs that share something, directly or over others."""
    up = list(range(len(needs)))

    def root(k: int) -> int:
        while up[k] != k:
            k = up[k]
        return k

    first: dict[Hashable, int] = {}
    for k, need in enumerate(needs):
        for x in need.shared:
            up[root(k)] = root(first.setdefault(x, k))
    return [root(k) for k in range(len(needs))]


def relettered(name: Name, old: str, letter: str) -> Name:
    """The name with another letter for an index inside it."""

    def change(part: str) -> str:
        return joined(tuple(letter if t == old else t for t in tokens(part))) if old in part else part

    base, sup, sub = map(change, parts(name))
    return replace(name, base=base, sup=sup, sub=sub)
