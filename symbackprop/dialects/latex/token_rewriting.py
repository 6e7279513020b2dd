"""One pass over the tokens of typed LaTeX: rules take what stands next, anything else is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from symbackprop.dialects.plain.typed_names import Spellings, Tokens
from symbackprop.formula.reading.name_table import NameTable, name_key
from symbackprop.formula.reading.tex_tokens import Source, checked


@dataclass(slots=True)
class Rewrite:
    """The tokens that came in, and those that go out; each keeps the place where it was typed."""

    source: Source
    spelled: Spellings
    table: NameTable
    time: str = ""
    at: int = 0
    typed: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    bars: int = 0  # single bars so far: after an odd number the next one closes
    swap: dict[int, Tokens] = field(default_factory=dict)  # what a later token becomes

    def run(self, rules: Callable[[str], Iterable[Callable[[Rewrite], bool]]]) -> Source:
        """All tokens: the first of the rules for one that takes what stands there."""
        self.typed = list(self.source.tokens)
        while self.at < len(self.typed):
            if self.at in self.swap:
                self.put(*self.swap[self.at])
                self.at += 1
            elif not any(rule(self) for rule in rules(self.token())):
                self.took(1, self.token())
        return checked(Source(self.source.text, tuple(self.tokens), tuple(self.places)))

    def put(self, *tokens: str) -> None:
        self.tokens += tokens
        self.places += [self.source.places[min(self.at, len(self.source.places) - 1)]] * len(tokens)

    def took(self, count: int, *tokens: str) -> bool:
        """These tokens stand for so many of the source."""
        self.put(*tokens)
        self.at += count
        return True

    def token(self, ahead: int = 0) -> str:
        at = self.at + ahead
        return self.typed[at] if 0 <= at < len(self.typed) else ""

    def closing(self, at: int) -> int:
        return self.source.closing.get(at, at)

    def argument(self, at: int) -> tuple[int, int, int]:
        """Where the argument at a place begins and ends, and what follows it."""
        if self.typed[at : at + 1] == ["{"]:
            return at + 1, self.closing(at), self.closing(at) + 1
        after = min(at + 1, len(self.typed))
        return min(at, after), after, after

    def beside(self, ahead: int) -> bool:
        """Whether a token stands right behind the one before it."""
        at, places = self.at + ahead, self.source.places
        return at < len(places) and places[at] - places[at - 1] == len(self.typed[at - 1])

    def unknown(self, *base: str) -> bool:
        return base not in self.table.letters

    def only_indexed(self, *base: str) -> bool:
        """Whether no name is the letter alone: e_1 may be one, and e^x is still a power of e."""
        return all(low for letter, _, low in map(name_key, self.table.names) if letter == base)
