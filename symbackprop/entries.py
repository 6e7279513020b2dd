"""The index language in normal form: sums of commuting products of powers, with δ and bound indices.

    y[i]*δ(i, j) - y[i]*y[j]     =     Entries((Term(1, y_i¹ δ_ij¹), Term(-1, y_i¹ y_j¹)))

Everything an op means, and every local derivative, is a value of this language. Positions are 0-based.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

from symbackprop.sizes import Size, size

ZERO_SIZE = size(0)


@dataclass(frozen=True, slots=True)
class Index:
    """An index letter running from 0 to its size."""

    name: str
    size: Size


@dataclass(frozen=True, slots=True)
class Affine:
    """A position: integer combination of indices plus an offset."""

    terms: tuple[tuple[Index, int], ...]
    offset: Size = ZERO_SIZE

    @property
    def plain(self) -> Index | None:
        """The index, where the position is nothing but that index."""
        ok = len(self.terms) == 1 and self.terms[0][1] == 1 and self.offset == ZERO_SIZE
        return self.terms[0][0] if ok else None


@dataclass(frozen=True, slots=True)
class Elem:
    """One entry of a tensor; the tensor is a placeholder name or a node."""

    tensor: Hashable
    at: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class Fn:
    """The `order`-th derivative of a scalar function, of one argument."""

    function: str
    arg: Entries
    order: int = 0


@dataclass(frozen=True, slots=True)
class Delta:
    """Kronecker δ of two positions."""

    left: Position
    right: Position


@dataclass(frozen=True, slots=True)
class AtMost:
    """1 where the left position is at most the right one, else 0: a condition on indices."""

    left: Affine
    right: Affine


@dataclass(frozen=True, slots=True)
class Group:
    """A sum that stands in brackets as a factor."""

    body: Entries


@dataclass(frozen=True, slots=True)
class SizeOf:
    """A size used as a number."""

    size: Size


Position: TypeAlias = Affine | Elem  # an `Elem` as position is an integer label
Atom: TypeAlias = Elem | Fn | Delta | AtMost | Group | SizeOf
Factor: TypeAlias = tuple[Atom, Fraction]


@dataclass(frozen=True, slots=True)
class Term:
    """coefficient · Π atom^exponent, summed over the bound indices."""

    coefficient: Fraction
    factors: tuple[Factor, ...]
    bound: tuple[Index, ...] = ()


@dataclass(frozen=True, slots=True)
class Entries:
    """A sum of terms; no terms is zero."""

    terms: tuple[Term, ...]


ZERO = Entries(())
Substitution: TypeAlias = Mapping[Index, Position]


def position(at: Index | int | Size) -> Affine:
    """The position of an index, or a constant one."""
    return Affine(((at, 1),)) if isinstance(at, Index) else Affine((), size(at))


def number(value: Fraction | int) -> Entries:
    return Entries((Term(Fraction(value), ()),)) if value else ZERO


def entries(atom: Atom, exponent: Fraction | int = 1) -> Entries:
    """A single factor as entries."""
    return Entries((Term(Fraction(1), ((atom, Fraction(exponent)),)),))


def elem(tensor: Hashable, *indices: Index) -> Entries:
    return entries(Elem(tensor, tuple(position(i) for i in indices)))


# --- indices -------------------------------------------------------------------------------------


def position_indices(p: Position) -> Iterator[Index]:
    if isinstance(p, Affine):
        yield from (i for i, _ in p.terms)
    else:
        for q in p.at:
            yield from position_indices(q)


def atom_indices(atom: Atom) -> Iterator[Index]:
    """Free indices of an atom, in order of appearance, with repetitions."""
    match atom:
        case Elem():
            for p in atom.at:
                yield from position_indices(p)
        case Fn():
            yield from free_indices(atom.arg)
        case Group():
            yield from free_indices(atom.body)
        case Delta() | AtMost():
            yield from position_indices(atom.left)
            yield from position_indices(atom.right)
        case SizeOf():
            return


def free_indices(e: Entries) -> tuple[Index, ...]:
    """Free indices in order of first appearance."""
    found: dict[Index, None] = {}
    for term in e.terms:
        for atom, _ in term.factors:
            for i in atom_indices(atom):
                if i not in term.bound:
                    found.setdefault(i)
    return tuple(found)


def all_names(e: Entries) -> set[str]:
    """Every index letter that occurs, bound or free."""
    out: set[str] = set()
    for term in e.terms:
        out |= {i.name for i in term.bound}
        for atom, _ in term.factors:
            out |= {i.name for i in atom_indices(atom)}
            if isinstance(atom, Fn | Group):
                out |= all_names(atom.arg if isinstance(atom, Fn) else atom.body)
    return out


def fresh(index: Index, taken: set[str]) -> Index:
    """The index under a letter nobody uses."""
    letters = [*"ijklmpqruvwabcdefgh", *(f"k{n}" for n in range(1, 1000))]
    return replace(index, name=next(x for x in letters if x not in taken))


# --- substitution --------------------------------------------------------------------------------


def at_position(p: Position, sub: Substitution) -> Position:
    """Put positions for indices inside a position."""
    if isinstance(p, Elem):
        return Elem(p.tensor, tuple(at_position(q, sub) for q in p.at))
    if p.plain and p.plain in sub:
        return sub[p.plain]
    coefficients: dict[Index, int] = {}
    offset = p.offset
    for i, a in p.terms:
        q = sub.get(i, position(i))
        assert isinstance(q, Affine), "a label cannot be shifted"
        offset = offset + q.offset * a
        for k, b in q.terms:
            coefficients[k] = coefficients.get(k, 0) + a * b
    return Affine(tuple((i, a) for i, a in coefficients.items() if a), offset)


def at_atom(atom: Atom, sub: Substitution) -> Atom:
    match atom:
        case Elem():
            return Elem(atom.tensor, tuple(at_position(p, sub) for p in atom.at))
        case Fn():
            return replace(atom, arg=substitute(atom.arg, sub))
        case Group():
            return Group(substitute(atom.body, sub))
        case Delta() | AtMost():
            left, right = (at_position(p, sub) for p in (atom.left, atom.right))
            return replace(atom, left=left, right=right)  # type: ignore[arg-type]
        case SizeOf():
            return atom


def substitute(e: Entries, sub: Substitution) -> Entries:
    """Rename or shift free indices; bound indices step aside where a letter would be captured."""
    if not sub:
        return e
    incoming = {i.name for p in sub.values() for i in position_indices(p)}
    out = []
    for term in e.terms:
        term = rebind(term, avoid=incoming)
        out.append(rename_bound(term, {i: p for i, p in sub.items() if i not in term.bound}))
    return gather(out)


# --- arithmetic ----------------------------------------------------------------------------------


def collect_factors(factors: Iterable[Factor]) -> tuple[Factor, ...]:
    """Powers of equal atoms added; first appearance keeps its place."""
    powers: dict[Atom, Fraction] = {}
    for atom, exponent in factors:
        powers[atom] = powers.get(atom, Fraction(0)) + exponent
    return tuple((a, x) for a, x in powers.items() if x)


def term_key(term: Term) -> Hashable:
    """Equal for terms that differ only in order of factors and letters of bound indices."""
    order: dict[Index, Position] = {}
    for atom, _ in sorted(term.factors, key=lambda f: (type(f[0]).__name__, repr(f[1]))):
        for i in atom_indices(atom):
            if i in term.bound and i not in order:
                order[i] = position(Index(f"#{len(order)}", i.size))
    return frozenset((at_atom(a, order), x) for a, x in term.factors), frozenset(
        (i.name, i.size) for p in order.values() for i in position_indices(p)
    )


def gather(terms: Iterable[Term]) -> Entries:
    """A sum in normal form: like terms added, zeros dropped, trivial groups opened."""
    total: dict[Hashable, Term] = {}
    for term in terms:
        term = replace(term, factors=collect_factors(term.factors))
        key = term_key(term)
        if key in total:
            term = replace(total[key], coefficient=total[key].coefficient + term.coefficient)
        total[key] = term
    return Entries(tuple(t for t in total.values() if t.coefficient))


def add(*summands: Entries) -> Entries:
    return gather(term for e in summands for term in e.terms)


def scale(e: Entries, by: Fraction | int) -> Entries:
    if not by:
        return ZERO
    return Entries(tuple(replace(t, coefficient=t.coefficient * by) for t in e.terms))


def has_delta(e: Entries) -> bool:
    return any(isinstance(a, Delta) for t in e.terms for a, _ in t.factors)


def single(e: Entries) -> Entries:
    """The entries as one term: a sum becomes a bracketed factor."""
    return e if len(e.terms) <= 1 else entries(Group(e))


def multiply(*operands: Entries) -> Entries:
    """The product; sums with δ are multiplied out, other sums stay in brackets."""
    out = number(1)
    for e in operands:
        b = e if has_delta(e) else single(e)
        a = out if has_delta(out) else single(out)
        out = gather(times(s, t) for s in a.terms for t in b.terms)
    return out


def times(s: Term, t: Term) -> Term:
    """The product of two terms, bound letters kept apart."""
    t = rebind(t, avoid=all_names(Entries((s,))))
    s = rebind(s, avoid={i.name for i in free_indices(Entries((t,)))})
    return Term(s.coefficient * t.coefficient, s.factors + t.factors, s.bound + t.bound)


def rebind(term: Term, avoid: set[str]) -> Term:
    """The term with its bound letters outside `avoid`."""
    taken = avoid | all_names(Entries((term,)))
    rename: dict[Index, Position] = {}
    for b in term.bound:
        if b.name in avoid:
            new = fresh(b, taken)
            taken.add(new.name)
            rename[b] = position(new)
    return rename_bound(term, rename) if rename else term


def rename_bound(term: Term, sub: Substitution) -> Term:
    """Positions put into every atom; bound indices follow where they are renamed."""
    bound = []
    for b in term.bound:
        p = sub.get(b)
        bound.append(p.plain if isinstance(p, Affine) and p.plain else b)
    factors = tuple((at_atom(atom, sub), x) for atom, x in term.factors)
    return Term(term.coefficient, factors, tuple(bound))


def power(e: Entries, exponent: Fraction | int) -> Entries:
    """A power; a product of powers without sum is taken factor by factor."""
    exponent = Fraction(exponent)
    if exponent == 1:
        return e
    if exponent == 0:
        return number(1)
    if len(e.terms) == 1 and not e.terms[0].bound:
        term = e.terms[0]
        if exponent.denominator == 1:
            c = term.coefficient**exponent.numerator
            return gather([Term(Fraction(c), tuple((a, x * exponent) for a, x in term.factors))])
        if term.coefficient == 1 and len(term.factors) == 1 and term.factors[0][1] == 1:
            return Entries((Term(Fraction(1), ((term.factors[0][0], exponent),)),))
    return entries(Group(e), exponent)


def map_atoms(e: Entries, change: Callable[[Atom], Atom]) -> Entries:
    """Every atom of the top level replaced, powers kept."""
    return gather(replace(t, factors=tuple((change(a), x) for a, x in t.factors)) for t in e.terms)


def inline(e: Entries, meaning: Callable[[Elem], Entries | None]) -> Entries:
    """Tensors replaced by what they stand for, everywhere, also inside functions and groups."""
    out = []
    for term in e.terms:
        product = Entries((Term(term.coefficient, ()),))
        for atom, exponent in term.factors:
            match atom:
                case Elem():
                    found = meaning(atom)
                    piece = en_power(found, exponent) if found else entries(atom, exponent)
                case Fn():
                    piece = entries(replace(atom, arg=inline(atom.arg, meaning)), exponent)
                case Group():
                    piece = power(single(inline(atom.body, meaning)), exponent)
                case _:
                    piece = entries(atom, exponent)
            product = multiply(product, rebound(piece, term.bound))
        out += [replace(t, bound=term.bound + t.bound) for t in product.terms]
    return gather(out)


def en_power(e: Entries, exponent: Fraction) -> Entries:
    """A power of inlined entries: a sum over indices is bracketed before it is raised."""
    return e if exponent == 1 else power(single(e) if len(e.terms) != 1 else e, exponent)


def rebound(e: Entries, outer: tuple[Index, ...]) -> Entries:
    """Bound letters of a piece kept apart from the letters already bound outside."""
    names = {i.name for i in outer}
    return Entries(tuple(rebind(t, avoid=names) for t in e.terms))
