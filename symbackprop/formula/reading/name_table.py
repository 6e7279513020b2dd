"""The names a formula may use, found by hash: letters and scripts, indices, functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from symbackprop.errors import DeclarationError
from symbackprop.formula.function_spelling import DRAWN, FUNCTIONS, near
from symbackprop.formula.reading.tex_tokens import tokenise
from symbackprop.formula.printed_names import letter
from symbackprop.formula.tree import Name

Key = tuple[str, ...]  # tokens of one piece of TeX


@dataclass(frozen=True, eq=False)
class NameTable:
    """What the letters of a formula stand for: names, index letters in scope, spelled functions."""

    names: tuple[Name, ...] = ()
    indices: tuple[str, ...] = ()
    functions: Mapping[str, str] = field(default_factory=lambda: FUNCTIONS)
    inside: frozenset[str] = frozenset()  # letters of indices that stand inside names

    @staticmethod
    def of(
        names: Iterable[Name], *, indices: Iterable[str] = (), functions: Mapping[str, str] = FUNCTIONS
    ) -> NameTable:
        """A table of these names."""
        return NameTable(tuple(names), tuple(indices), functions)

    @cached_property
    def known(self) -> dict[tuple[Key, Key, Key], Name]:
        """Base, superscript and subscript, each in tokens -> the name."""
        found = {name_key(n): n for n in self.names if not n.stack}
        return {name_key(Name(i)): Name(i) for i in self.indices} | found

    @cached_property
    def stacks(self) -> dict[tuple[Key, Key], Name]:
        """Base and subscript of a name whose superscript is an index -> the name."""
        keys = ((name_key(n), n) for n in self.names if n.stack)
        return {(base, sub): n for (base, _, sub), n in keys}

    @cached_property
    def bases(self) -> frozenset[Key]:
        """The letters of all names."""
        return frozenset(base for base, *_ in (*self.known, *self.stacks))

    @cached_property
    def letters(self) -> frozenset[Key]:
        """The letters of names proper: an index is none."""
        return frozenset(name_key(n)[0] for n in self.names)

    @cached_property
    def free(self) -> frozenset[str]:
        """Letters that may be indices: those no name is called by."""
        return frozenset(self.indices) - {n.base for n in self.names if not (n.sup or n.sub)}

    @cached_property
    def reach(self) -> dict[str, int]:
        """First token of a letter -> tokens of the longest letter that starts with it."""
        return _reach(self.bases)

    @cached_property
    def longest_sub(self) -> int:
        """Tokens of the longest subscript that belongs to a name."""
        return max((len(sub) for *_, sub in (*self.known, *self.stacks)), default=0)

    @cached_property
    def calls(self) -> dict[Key, str]:
        """Spelling of a function in tokens -> its name."""
        found = {tokens(tex): name for name, tex in self.functions.items()}
        return {(r"\operatorname{" + n + "}",): n for n in (*self.functions, *DRAWN)} | found

    @cached_property
    def call_reach(self) -> dict[str, int]:
        """As `reach`, for functions."""
        return _reach(self.calls)

    def near(self, text: str) -> str:
        """A hint for a text that is no name."""
        return near(text, [*map(typed, self.names), *self.indices])


def _reach(keys: Iterable[Key]) -> dict[str, int]:
    longest: dict[str, int] = {}
    for key in keys:
        if key:
            longest[key[0]] = max(longest.get(key[0], 0), len(key))
    return longest


def tokens(tex: str) -> Key:
    """The tokens of a piece of TeX, primes spelled out."""
    if len(tex) == 1 and tex.isalnum():
        return (tex,)
    return tuple(r"\prime" if t == "'" else t for t in tokenise(tex).tokens) if tex else ()


def name_key(name: Name) -> tuple[Key, Key, Key]:
    """A name as the reader looks it up."""
    base = tokens(letter(name))
    if not base or "^" in base or "_" in base:
        hint = "Scripts of a name stand in its sup and sub."
        raise DeclarationError("is no letter", where=letter(name) or "a name", hint=hint)
    return base, tokens(name.sup), tokens(name.sub)


def typed(name: Name) -> str:
    """A name as a reader would type it."""
    sup = "^{" + name.sup + "}" if name.sup else ""
    return letter(name) + sup + ("_{" + name.sub + "}" if name.sub else "")
