"""Functions an answer defines, `h_θ(x) = θ' x`, `f(u) = u^2`: read, then put in where they are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase

from symbackprop.dialects.plain import Tokens
from symbackprop.errors import FormulaError
from symbackprop.formula.reading.tex_tokens import Source, checked, tokenise
from symbackprop.formula.tree import At, Call, Formula, Name, Product, Sum
from symbackprop.formula.writing.walk import children, fold, inside, rebuilt

DEEP = 10  # own functions in own functions


@dataclass(frozen=True)
class Function:
    """One of them as it is typed, and what it is of; `name` is what its calls have."""

    typed: str
    parameters: tuple[Name, ...]
    name: str

    @property
    def token(self) -> str:
        return r"\operatorname{" + self.name + "}"


def called(source: Source, functions: Sequence[Function]) -> Source:
    """Typed LaTeX whose calls of own functions are one token each."""
    if not functions:
        return source
    spelled = [(key, f) for f in functions for key in ways(f.typed)]
    cells: list[tuple[str, int]] = []
    at = 0
    while at < len(source.tokens):
        found = next((x for x in spelled if source.tokens[at : at + len(x[0]) + 1] == (*x[0], "(")), None)
        cells.append((found[1].token if found else source.tokens[at], source.places[at]))
        at += len(found[0]) if found else 1
    return checked(Source(source.text, tuple(t for t, _ in cells), tuple(p for _, p in cells)))


def ways(typed: str) -> Iterator[Tokens]:
    r"""A name in tokens: h_\theta and h_{\theta}."""
    whole = tokenise(typed).tokens
    bare = tuple(t for t in whole if t not in "{}")
    yield whole
    yield bare
    if len(bare) == 3:
        yield (*bare[:2], "{", bare[2], "}")


def expanded(f: Formula, bodies: Mapping[str, tuple[tuple[Name, ...], Formula]], depth: int = 0) -> Formula:
    """A formula with what its own functions come to. Errors: `FormulaError` where one calls itself."""

    def combine(node: Formula, parts: list[Formula]) -> Formula:
        made = rebuilt(node, parts)
        if not isinstance(made, Call) or made.function not in bodies:
            return made
        parameters, body = bodies[made.function]
        if made.primes or len(parameters) != len(made.arguments) or depth == DEEP:
            raise FormulaError("a function of the answer's own is not read like this", where="answer")
        given = dict(zip(parameters, made.arguments, strict=True))
        return expanded(put_in(body, given), bodies, depth + 1)

    return fold(f, children, combine) if bodies else f


def put_in(body: Formula, given: Mapping[Name, Formula]) -> Formula:
    """A body with arguments for its parameters; letters its sums bind are none of theirs."""
    taken = {x for a in given.values() for x in inside(a)}
    for bound in {x.index for x in inside(body) if isinstance(x, Sum | Product)} & taken:
        used = taken | {*inside(body)}
        fresh = next(Name(c) for c in ascii_lowercase if Name(c) not in used)
        body = renamed(body, bound, fresh)

    def combine(node: Formula, parts: list[Formula]) -> Formula:
        if isinstance(node, Name):
            return given.get(node, node)
        made = rebuilt(node, parts)
        if isinstance(made, At) and isinstance(made.base, At):
            return At(made.base.base, (*made.base.indices, *made.indices))
        return made

    return fold(body, children, combine)


def renamed(f: Formula, old: Name, new: Name) -> Formula:
    """A formula with another letter in the place of one."""
    return fold(f, children, lambda x, parts: new if x == old else rebuilt(x, parts))


def repeated(functions: Iterable[Function]) -> str:
    """The first function of a name that another one has, however it is typed; '' where there is none."""
    seen = set[frozenset[Tokens]]()
    for f in functions:
        own = frozenset(ways(f.typed))
        if any(own & other for other in seen):
            return f.typed
        seen.add(own)
    return ""


def unused(functions: Sequence[Function], text: str) -> str:
    """The first function that is defined and nowhere called; '' where there is none."""
    calls = (len(re.findall(rf"(?<!\w){re.escape(f.typed)}\s*(?:\\left\s*)?\(", text)) for f in functions)
    return next((f.typed for f, n in zip(functions, calls, strict=True) if n < 2), "")
