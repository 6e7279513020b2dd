"""Fresh names: whatever a derivation, its page or its code names by itself is drawn here.

In use are the symbols of a graph, its sizes, its time index and declared functions, the letters all these
print, what means something in code, and what was drawn before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, count
from keyword import iskeyword
from string import ascii_lowercase, ascii_uppercase

from symbackprop.errors import DeclarationError
from symbackprop.formula.composing import size_name
from symbackprop.formula.printed_names import DELTA, EYES, PI, spelled
from symbackprop.formula.tree import Name
from symbackprop.graph.graph import Graph

# a page prints these by itself: the identity, an error signal, the number
OWN = frozenset({EYES[0], DELTA.base, PI.base})
MANY = 999  # numbers behind a word


@dataclass(slots=True)
class Room:
    """The names in use, as they are typed and as they are printed; every draw adds one.

    `declared` is what was printed before the first draw: s_1 beside our own s is the next of its kind,
    beside a declared s it would be an entry of it.
    """

    typed: set[str]
    printed: set[Name]
    declared: frozenset[Name]
    words: frozenset[str] = frozenset()  # of a language that reads the names, where nothing is printed
    begun: dict[str, int] = field(default_factory=dict)  # the last number that was tried, by what it counts
    entered: frozenset[Name] = field(init=False)  # what has declared entries: p beside p_1

    def __post_init__(self) -> None:
        self.entered = frozenset(replace(p, sub="") for p in self.declared if p.sub.isdecimal())

    @staticmethod
    def of(g: Graph) -> Room:
        """The names a graph uses."""
        typed = {*g.symbol, *g.sizes, *g.functions, *((g.time.name, g.time.typed) if g.time else ())}
        printed = frozenset(printed_names(g))
        return Room(typed, set(printed), printed)

    @staticmethod
    def code(typed: Iterable[str], words: frozenset[str]) -> Room:
        """Names in code, beside words that mean something there."""
        return Room(set(typed), set(), frozenset(), words)

    def unheard(self, name: str) -> bool:
        """Whether nobody types or prints a name."""
        if self.words:
            return not (name in self.typed or name in self.words or iskeyword(name))
        tex = size_name(name)
        return not (name in self.typed or tex.base in OWN or tex in self.printed)

    def free(self, name: str) -> bool:
        """Whether a name is unheard, and no entry of a declared one, nor that one of its: u_1 and u."""
        if self.words:
            return self.unheard(name)
        tex = size_name(name)
        if tex.sub.isdecimal():
            return self.unheard(name) and replace(tex, sub="") not in self.declared
        return self.unheard(name) and tex not in self.entered

    def draw(self, candidates: Iterable[str]) -> str:
        """The first name that is free; it is in use from here on."""
        name = next(n for n in candidates if self.free(n))
        self.typed.add(name)
        if not self.words:
            self.printed.add(size_name(name))
        return name

    def spaced(self, name: str) -> str:
        """The name, with as many _ behind it as make it new."""
        return self.draw(name + "_" * k for k in count())

    def numbered(self, letters: Iterable[str], number: str = "") -> str:
        """u3 where a `number` is wanted and free, else u1, u2, … of the first letter nobody has."""
        letters = tuple(letters)
        own = [c for c in letters if self.unheard(c)]
        if number and (wanted := [c + number for c in own if self.free(c + number)]):
            return self.draw(wanted)
        return self.draw(chain(self.counted(own[0]) if own else (), self.counted(f"{letters[0]}_n")))

    def single(self, letters: Iterable[str]) -> str:
        """The first letter that nobody has, without a number."""
        letters = tuple(letters)
        return self.draw(chain((c for c in letters if self.unheard(c)), self.counted(f"{letters[0]}_n")))

    def several(self, letters: Iterable[str], n: int) -> list[str]:
        """One name S, or S1, S2, … of the first letter that has all of them free."""
        letters = tuple(letters)
        rows = [[x] if n == 1 else [f"{x}{k + 1}" for k in range(n)] for x in letters if self.unheard(x)]
        row = next((row for row in rows if all(map(self.free, row))), None)
        return [self.draw([x]) for x in row] if row else [self.numbered(letters) for _ in range(n)]

    def like(self, *bases: str) -> str:
        """The first base that is free, by itself or with a number."""
        tries = (chain([base], self.counted(base, MANY)) for base in bases)
        return self.draw(chain(*tries, self.counted(f"{bases[0]}_n")))

    def counted(self, stem: str, end: int | None = None) -> Iterator[str]:
        """u1, u2, … from the last one that was tried: what comes before is in use.

        u_n1, u_n2, … are names that no entry and no step is written like.
        """
        for k in count(self.begun.get(stem, 1)) if end is None else range(self.begun.get(stem, 1), end):
            self.begun[stem] = k
            yield f"{stem}{k}"


def index_name(typed: str, text: str, printed: Iterable[str]) -> str:
    """The name of a time index in a text: as it is typed, or where that has scripts, a letter nobody has.

    A step stands in a subscript, where `t_1` would be read as two, and π and δ are what they are.
    """
    if plain(typed):
        return typed
    words = set(re.findall(r"[^\W\d]\w*", text)) - {typed}
    names = frozenset({*map(size_name, words), *(function_name(x) for x in printed if x)})
    stem = typed.strip("_").partition("_")[0]
    tries = (stem, stem.rstrip("0123456789"), stem[:1], *"tksij", *ascii_lowercase, *ascii_uppercase)
    return Room(words, set(names), names).draw(n for n in tries if plain(n))


def plain(name: str) -> bool:
    """Whether a name prints one letter or word, none of our own; a closed form counts with it as a size."""
    return name.isalpha() and not iskeyword(name) and size_name(name).base not in (DELTA.base, PI.base)


def printed_names(g: Graph) -> Iterator[Name]:
    """What stands on paper for the symbols, sizes, time index and declared functions of a graph."""
    yield from (e.symbol.tex for e in g.symbol.values() if e.symbol)
    yield from map(size_name, g.sizes)
    yield from (t.letter for t in [g.time] if t)
    yield from map(function_name, g.functions.values())


def function_name(tex: str) -> Name:
    r"""The letter of a declared function, \phi or \operatorname{f}; its scripts belong to it."""
    try:
        return spelled(tex)
    except DeclarationError:
        return Name(tex)
