"""Signs on a page that a reader may not know, each explained once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Phrase
from symbackprop.entries.scalar_functions import SCALARS
from symbackprop.formula import tree as no
from symbackprop.formula.tree import Formula, Name
from symbackprop.formula.writing.walk import inside
from symbackprop.page.page import Notation, Section, equations_of


@dataclass(frozen=True, slots=True)
class Known:
    """The axes of the symbols on a page, and the functions that act on every entry."""

    ranks: Mapping[Formula, int]
    functions: frozenset[str]


Shown: TypeAlias = Callable[[Formula], Formula]


def adds_number(f: Formula, known: Known) -> bool:
    """A number plus an array: no formula says by itself that every entry is meant."""
    if not isinstance(f, no.Plus):
        return False
    inner = [t.operand if isinstance(t, no.Minus) else t for t in f.terms]
    whole = [is_array(t, known) for t in inner]
    single = (isinstance(t, no.Number | no.Decimal) or known.ranks.get(t) == 0 for t in inner)
    return any(whole) and any(single)


def is_array(f: Formula, known: Known) -> bool:
    """Whether a term is an array for certain: by its name, or by a sign that only arrays have."""
    if isinstance(f, no.Call) and len(f.arguments) == 1 and f.function in known.functions:
        return is_array(f.arguments[0], known)
    return bool(known.ranks.get(f)) or isinstance(f, no.Hadamard | no.HPower | no.Oslash)


def as_it_stands(f: Formula) -> Formula:
    """The sign as the page has it first."""
    return f


def power_of_any(f: Formula) -> Formula:
    """An entrywise power without its base; the exponent is the page's: k may be a size of it."""
    return no.HPower(Name(r"\cdot"), f.exponent) if isinstance(f, no.HPower) else f


def a(kind: type[Formula]) -> Callable[[Formula, Known], bool]:
    return lambda f, _: isinstance(f, kind)


def called(function: str) -> Callable[[Formula, Known], bool]:
    return lambda f, _: isinstance(f, no.Call) and f.function == function


def by(sign: Formula) -> Shown:
    return lambda _: sign


# whether a formula holds the sign, the sentence that explains it, and how it is shown
SIGNS: tuple[tuple[Callable[[Formula, Known], bool], str, Shown], ...] = (
    (a(no.Hadamard), "notation.hadamard", by(Name(r"\odot"))),
    (a(no.Oslash), "notation.oslash", by(Name(r"\oslash"))),
    (a(no.Kron), "notation.kron", by(Name(r"\otimes"))),
    (a(no.Commutation), "notation.commutation", by(no.Commutation(Name("m"), Name("n")))),
    (a(no.HPower), "notation.hpower", power_of_any),
    (a(no.Ones), "notation.ones", as_it_stands),
    (adds_number, "notation.number", by(no.ONE)),
    (called("diag"), "notation.diag", by(no.Call("diag", (Name(r"\cdot"),)))),
    (called("vec"), "notation.vec", by(no.Call("vec", (Name(r"\cdot"),)))),
    (called("sigmoid"), "notation.sigmoid", by(no.Call("sigmoid", (Name(r"\cdot"),)))),
    (a(no.Indicator), "notation.indicator", as_it_stands),
    (a(no.Unit), "notation.unit", as_it_stands),
    (a(no.KroneckerDelta), "notation.kronecker", by(no.KroneckerDelta(Name("i"), Name("j")))),
)  # fmt: skip


RARE = frozenset({"notation.commutation", "notation.vec"})  # explained wherever they stand


def with_notation(
    d: Derivation, sections: list[Section], keys: frozenset[str] | None = None
) -> list[Section]:
    """Signs on the page a reader may not know, explained once in the first section with a title and
    equations: all, or `keys`."""
    ranks: dict[Formula, int] = {e.symbol.tex: e.rank for e in d.graph.symbol.values() if e.symbol}
    known = Known(ranks, frozenset((*SCALARS, *d.graph.functions)))
    formulas = dict.fromkeys(
        f
        for s in sections
        for b in s.blocks
        for eq in equations_of(b)
        for side in (eq.left, *eq.sides)
        for f in inside(side)
    )
    met = (
        (key, shown, next((f for f in formulas if holds(f, known)), None))
        for holds, key, shown in SIGNS
        if keys is None or key in keys
    )
    said = tuple(Phrase(key, (("sign", shown(f)),)) for key, shown, f in met if f is not None)
    if not sections or not said:
        return sections
    stated = (k for k, s in enumerate(sections) if s.title and any(map(equations_of, s.blocks)))
    at = next(stated, 0)
    told = replace(sections[at], blocks=(*sections[at].blocks, Notation(said)))
    return [*sections[:at], told, *sections[at + 1 :]]
