"""Differentiates entries and folds definitions back, one step a student would write at a time.

e[i] = exp(x[i]);  s = e[k];  y[i] = e[i]/s
∂y[i]/∂x[j] = e[i]*δ(i,j)/s - e[i]*e[j]/s**2  =  y[i]*δ(i,j) - y[i]*y[j]
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

from symbackprop import entries as en
from symbackprop.entries import (
    Atom, Delta, Elem, Entries, Factor, Fn, Group, Index, Position, SizeOf, Term,
)  # fmt: skip
from symbackprop.entries.contraction import contract, written_out
from symbackprop.entries.entry_equations import Definition, Instance
from symbackprop.entries.entry_kinds import inside, with_inside
from symbackprop.entries.index_letters import ARGUMENT
from symbackprop.entries.unification import unify_atom
from symbackprop.entries.zero_sums import without_zeros

Prime: TypeAlias = Callable[[Fn], Entries]  # derivative of a scalar function, by its argument


@dataclass(frozen=True, slots=True)
class LocalStep:
    """∂tensor[at]/∂wrt[by] = raw = result: one derivative, before and after contraction and folding."""

    tensor: str
    at: tuple[Index, ...]
    by: tuple[Index, ...]
    raw: Entries
    result: Entries


def derivative(
    e: Entries, wrt: Hashable, by: tuple[Index, ...], known: Mapping[Hashable, LocalStep], prime: Prime
) -> Entries:
    """∂e/∂wrt[by]; `known` holds the derivatives of the intermediate tensors."""
    out = []
    for term in e.terms:
        term = en.rebind(term, avoid={i.name for i in by})
        for n, (atom, exponent) in enumerate(term.factors):
            inner = atom_derivative(atom, wrt, by, known, prime)
            if not inner.terms:
                continue
            rest = term.factors[:n] + term.factors[n + 1 :]
            lowered = ((atom, exponent - 1),) if exponent != 1 else ()
            outer = Term(term.coefficient * exponent, (*rest, *lowered))
            product = en.multiply(Entries((outer,)), inner)
            # a bound index of the term stays bound in the product
            out.append(Entries(tuple(replace(t, bound=term.bound + t.bound) for t in product.terms)))
    return en.add(*out)


def atom_derivative(
    atom: Atom, wrt: Hashable, by: tuple[Index, ...], known: Mapping[Hashable, LocalStep], prime: Prime
) -> Entries:
    match atom:
        case Elem(tensor=tensor, at=at) if tensor == wrt:
            deltas = [en.entries(Delta(p, en.position(j))) for p, j in zip(at, by, strict=True)]
            return en.multiply(*deltas)
        case Elem(tensor=tensor, at=at) if tensor in known:
            step = known[tensor]
            sub: dict[Index, Position] = dict(zip(step.at, at, strict=True))
            sub |= {j: en.position(i) for j, i in zip(step.by, by, strict=True)}
            return written_out(step.result, sub)
        case Fn():
            inner = derivative(atom.arg, wrt, by, known, prime)
            return en.multiply(prime(atom), inner) if inner.terms else en.ZERO
        case Group():
            return derivative(atom.body, wrt, by, known, prime)
    return en.ZERO


def local_derivatives(op: Instance, argument: int, prime: Prime) -> tuple[LocalStep, ...]:
    """The derivative of every definition of an op by one argument; the last step is its Jacobian."""
    wrt, axes = op.inputs[argument]
    taken = {n for d in op.definitions for n in en.all_names(d.right)}
    taken |= {i.name for d in op.definitions for i in d.at}
    by = []
    for i in axes:
        new = Index(next(x for x in [*ARGUMENT, *(f"j{n}" for n in range(99))] if x not in taken), i.size)
        taken.add(new.name)
        by.append(new)
    known: dict[Hashable, LocalStep] = {}
    for n, d in enumerate(op.definitions):
        raw = en.unshadowed(derivative(d.right, wrt, tuple(by), known, prime), (*d.at, *by))
        result = fold(contract(raw), op.definitions[: n + 1])
        known[d.tensor] = LocalStep(d.tensor, d.at, tuple(by), raw, result)
    return tuple(known.values())


# --- folding back --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fold:
    """pivot = rest: how an atom is written in terms of the tensor it defines."""

    pivot: Atom
    rest: Term


@dataclass(frozen=True, slots=True)
class Whole:
    """first · others = rest: a product that stands as a whole where no factor of it can be solved for."""

    pivot: Atom
    others: tuple[Factor, ...]
    rest: Elem


def fold(e: Entries, definitions: tuple[Definition, ...]) -> Entries:
    """Write exp(x_i) as e_i, then e_i as y_i*s: later definitions swallow earlier ones."""
    helpers = {d.tensor for d in definitions[:-1]}
    for d in definitions:
        rule = folding(d, helpers)
        if isinstance(rule, Fold):
            e = contract(apply_fold(e, rule))
        elif rule:
            e = contract(en.gather(apply_whole(t, rule) for t in e.terms))
    return without_zeros(e, definitions)


def folding(d: Definition, helpers: set[str]) -> Fold | Whole | None:
    """The rule of a definition `a = c·Π f^x` without sum: solved for its function, group or helper.

    Nothing is divided by, for it may be 0, and no factor may stand in its own solution: such a product is
    recognised as a whole.
    """
    if len(d.right.terms) != 1 or d.right.terms[0].bound:
        return None
    term = d.right.terms[0]
    own = set(d.at)
    for atom, x in term.factors:
        solvable = isinstance(atom, Fn | Group) or (
            isinstance(atom, Elem) and atom.tensor in helpers and (len(term.factors) > 1 or x != 1)
        )
        # f² = a does not say which root f is
        if solvable and abs(x.numerator) == 1 and set(en.atom_indices(atom)) == own:
            others = tuple((b, -y / x) for b, y in term.factors if b != atom)
            root = root_of(term.coefficient, -1 / x)
            left = Elem(d.tensor, tuple(en.position(i) for i in d.at))
            divided = any(y < 0 and not isinstance(b, SizeOf) for b, y in others)
            if divided or any(meets(b, atom) for b, _ in others):
                alone = term.coefficient == 1 and x == 1
                rest = tuple((b, y) for b, y in term.factors if b != atom)
                return Whole(atom, rest, left) if alone else None
            if root is None:
                return None
            return Fold(atom, Term(root, ((left, 1 / x), *others)))
    return None


def meets(outer: Atom, atom: Atom) -> bool:
    """Whether an atom stands inside another one, at whatever positions."""
    own = [a for t in (inside(outer) or en.ZERO).terms for a, _ in t.factors]
    return any(unify_atom(atom, a, {}) or meets(a, atom) for a in own)


def root_of(c: Fraction, x: Fraction) -> Fraction | None:
    """c**x where it is rational."""
    if c == 1:
        return c
    if x.denominator == 1:
        return c ** int(x)
    return None


def apply_fold(e: Entries, rule: Fold) -> Entries:
    out = []
    for term in e.terms:
        factors: list[Factor] = []
        coefficient = term.coefficient
        for atom, x in term.factors:
            mapping: dict[Index, Position] = {}
            if unify_atom(rule.pivot, atom, mapping) and (x.denominator == 1 or rule.rest.coefficient == 1):
                coefficient *= rule.rest.coefficient ** int(x) if rule.rest.coefficient != 1 else 1
                factors += [(en.at_atom(a, mapping), y * x) for a, y in rule.rest.factors]
            else:
                factors.append((with_inside(atom, lambda inner: apply_fold(inner, rule)), x))
        new = Term(coefficient, tuple(factors), term.bound)
        out.append(term if divides(new, term, rule) else new)
    return en.gather(out)


def divides(new: Term, old: Term, rule: Fold) -> bool:
    """Whether folding made a term divide by an entry of an argument, which may be 0."""
    before, after = exponents(old), exponents(new)
    (own, _), *_ = rule.rest.factors  # what is defined is 0 only where the term was divided already
    made = own.tensor if isinstance(own, Elem) else None
    return any(p < 0 and p < before.get(a, Fraction(0)) for a, p in after.items() if a.tensor != made)


def exponents(t: Term) -> dict[Elem, Fraction]:
    """The total exponent of every entry of a named or given array; helpers are not among them."""
    out: dict[Elem, Fraction] = {}
    for atom, p in t.factors:
        own = getattr(atom.tensor, "symbol", None) if isinstance(atom, Elem) else None
        if isinstance(atom, Elem) and own and not own.facts.nonzero:
            out[atom] = out.get(atom, Fraction(0)) + p
    return out


def apply_whole(term: Term, rule: Whole) -> Term:
    """The term with the product written as the tensor it defines, where all of it is there."""
    powers = dict(term.factors)
    for atom, x in term.factors:
        mapping: dict[Index, Position] = {}
        if x != 1 or not unify_atom(rule.pivot, atom, mapping):
            continue
        others = [(en.at_atom(b, mapping), y) for b, y in rule.others]
        if all(powers.get(b) == y for b, y in others):
            gone = {atom, *(b for b, _ in others)}
            left = tuple(f for f in term.factors if f[0] not in gone)
            made = en.at_atom(rule.rest, mapping)
            return apply_whole(replace(term, factors=((made, Fraction(1)), *left)), rule)
    return term
