"""Entries to expressions: small index expressions become matrix products, ⊙, diag, sums and outer products.

Terms whose factors have at most two indices are raised by eliminating bound indices one after the other;
everything else becomes an `einsum`, which prints in indices. What cannot be said at all is None.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from string import ascii_lowercase

from symbackprop import entries as en
from symbackprop.entries import (
    Affine, AtMost, Atom, Delta, Elem, Entries, Fn, Group, Index, SizeOf, Term,
)  # fmt: skip
from symbackprop.entries.entry_equations import Definition
from symbackprop.entries.op import derivative_op, scalar_op
from symbackprop.graph import functions as fn
from symbackprop.graph.expr import Expr, apply, const
from symbackprop.matrices import tidy as td
from symbackprop.matrices.indexed_factors import Item, Tensors, delta, element, triangle
from symbackprop.matrices.monomials import is_ones
from symbackprop.matrices.window_sums import contraction
from symbackprop.vocabulary import OPS


def raise_entries(
    e: Entries, out: tuple[Index, ...], tensors: Tensors, *, inside: str = "sum"
) -> Expr | None:
    """The expression with axes `out`, or None where no op says it.

    `inside="bracket"`: the sum is an elementwise factor, so a term without indices stays a scalar, `1 - y²`.
    """
    shape = tuple(i.size for i in out)
    if not e.terms:
        return fn.constant(0, *(const(s) for s in shape))
    terms = []
    for term in e.terms:
        bare = inside == "bracket" and len(e.terms) > 1 and not en.free_indices(Entries((term,)))
        raised = raise_term(term, () if bare else out, tensors)
        if raised is None:
            return None
        terms.append(raised)
    return td.plus(*terms)


def raised_helpers(
    definitions: Iterable[Definition], known: Mapping[Hashable, Expr] | None = None
) -> dict[Hashable, Expr]:
    """The expressions helpers stand for, beside what is known already, where an op says them."""
    out = dict(known or {})
    before: list[Definition] = []
    for d in definitions:
        before.append(d)
        e = as_op(before, out) or raise_entries(d.right, d.at, out)
        if e is not None:
            out[d.tensor] = e
    return out


def as_op(definitions: list[Definition], known: Mapping[Hashable, Expr]) -> Expr | None:
    """A helper that is another op of an argument by its definition, as that op, whose spelling is stable."""
    for op in OPS.values():
        if not op.variants or op.scalar or op.defaults or len(definitions) == 1:
            continue
        patterns, lines = op.variants[0].arguments, op.variants[0].equations
        x = known.get(patterns[0].tensor) if len(patterns) == 1 else None
        if x is None or len(lines) != len(definitions):
            continue
        more = x.rank - len(patterns[0].core)
        if more < 0 or (more and not patterns[0].batch):
            continue
        own = op.place((x.shape,), ()).definitions
        if [(d.at, d.right) for d in own] == [(d.at, d.right) for d in definitions]:
            return apply(op, x)
    return None


def raise_term(term: Term, out: tuple[Index, ...], tensors: Tensors) -> Expr | None:
    pair = diagonal_pair(term, out)
    if pair:  # δ_ij f(i) between two free indices: a diagonal matrix
        rest, keep = pair
        inner = raise_term(rest, tuple(i for i in out if i != keep[1]), tensors)
        if inner is not None and inner.rank == 1 and len(out) == 2:
            return td.diag(inner)
    items = [item_of(atom, x, tensors) for atom, x in term.factors]
    if any(i is None for i in items):
        return contraction(term, out, tensors)
    known = [i for i in items if i is not None]
    core = contracted(known, out, term.bound) if not pair and small(known, out) else None
    core = core or spread_or_einsum(known, out)
    return core and td.mul(const(term.coefficient), core)


def diagonal_pair(term: Term, out: tuple[Index, ...]) -> tuple[Term, tuple[Index, Index]] | None:
    """A δ between two result indices of one size, removed, with the second index renamed."""
    for n, (atom, _) in enumerate(term.factors):
        if isinstance(atom, Delta) and isinstance(atom.left, Affine) and isinstance(atom.right, Affine):
            i, j = atom.left.plain, atom.right.plain
            if i in out and j in out and i and j and i.size == j.size:
                if out.index(i) > out.index(j):
                    i, j = j, i
                rest = term.factors[:n] + term.factors[n + 1 :]
                factors = tuple((en.at_atom(a, {j: en.position(i)}), x) for a, x in rest)
                return Term(term.coefficient, factors, term.bound), (i, j)
    return None


# --- factors -------------------------------------------------------------------------------------


def item_of(atom: Atom, exponent: Fraction, tensors: Tensors) -> Item | None:
    """One factor as an expression with lettered axes."""
    found: Item | None
    match atom:
        case Elem():
            found = element(atom, tensors)
        case SizeOf():
            found = const(atom.size), ()
        case Fn():
            found = function(atom, tensors)
        case Group():
            axes = en.free_indices(atom.body)
            inner = raise_entries(atom.body, axes, tensors, inside="bracket")
            found = None if inner is None else (inner, axes)
        case Delta():
            found = delta(atom, tensors)
        case AtMost():
            found = triangle(atom)
    if found is None or exponent == 1:
        return found
    return td.power(found[0], exponent), found[1]


def function(atom: Fn, tensors: Tensors) -> Item | None:
    axes = en.free_indices(atom.arg)
    inner = raise_entries(atom.arg, axes, tensors, inside="bracket")
    if inner is None:
        return None
    op = derivative_op(atom.function, atom.order) if atom.order else scalar_op(atom.function)
    return apply(op, inner), axes


# --- contraction ---------------------------------------------------------------------------------


def small(items: list[Item], out: tuple[Index, ...]) -> bool:
    return len(out) <= 2 and all(len(axes) <= 2 for _, axes in items)


@dataclass(slots=True)
class Work:
    """Factors sorted by rank while bound indices are eliminated."""

    scalars: list[Expr] = field(default_factory=list)
    vectors: dict[Index, Expr] = field(default_factory=dict)
    matrices: list[Item] = field(default_factory=list)

    def put(self, item: Item) -> None:
        e, axes = item
        if not axes:
            self.scalars.append(e)
        elif len(axes) == 2 and axes[0] == axes[1]:
            self.put((td.diagonal(e), axes[:1]))
        elif len(axes) == 1:
            i = axes[0]
            self.vectors[i] = td.mul(self.vectors[i], e) if i in self.vectors else e
        else:
            for n, (other, own) in enumerate(self.matrices):
                if set(own) == set(axes):
                    mine = e if own == axes else td.tr(e)
                    self.matrices[n] = (td.mul(other, mine), own)
                    return
            self.matrices.append((e, axes))

    def touching(self, k: Index) -> list[Item]:
        return [m for m in self.matrices if k in m[1]]


def contracted(items: list[Item], out: tuple[Index, ...], bound: tuple[Index, ...]) -> Expr | None:
    """The product summed over the bound indices, as matrix algebra; None if three matrices share one."""
    work = Work()
    for item in items:
        work.put(item)
    waiting = list(bound)
    while waiting:
        k = min(waiting, key=lambda i: (len(work.touching(i)), i not in work.vectors))
        waiting.remove(k)
        if not eliminate(k, work):
            return None
    return assemble(work, out)


def eliminate(k: Index, work: Work) -> bool:
    """Sum over one index."""
    v, mats = work.vectors.pop(k, None), work.touching(k)
    if len(mats) > 2:
        return False
    work.matrices = [m for m in work.matrices if m not in mats]
    if not mats:
        assert v is not None
        work.put((td.total(v), ()))
    elif len(mats) == 1:
        m, axes = mats[0]
        j = axes[1] if axes[0] == k else axes[0]
        if v is None:
            work.put((td.rows(m if axes[1] == k else td.tr(m)), (j,)))
        else:
            work.put((td.mm(v, m) if axes[0] == k else td.mm(m, v), (j,)))
    else:
        (a, ia), (b, ib) = mats
        left, right = oriented(a, ia, k, last=True), oriented(b, ib, k, last=False)
        i, j = (x for axes in (ia, ib) for x in axes if x != k)
        if v is not None:
            left = td.mm(left, td.diag(v))
        if i == j:
            work.put((td.rows(td.mul(left, td.tr(right))), (i,)))
        else:
            work.put((td.mm(left, right), (i, j)))
    return True


def oriented(m: Expr, axes: tuple[Index, ...], k: Index, *, last: bool) -> Expr:
    return m if (axes[1] == k) == last else td.tr(m)


def assemble(work: Work, out: tuple[Index, ...]) -> Expr | None:
    """What is left, spread over the result's axes."""
    core: Expr | None = None
    if len(out) == 1:
        core = work.vectors.get(out[0], fn.constant(1, const(out[0].size)))
    elif len(out) == 2:
        i, j = out
        u, v = work.vectors.get(i), work.vectors.get(j)
        if work.matrices:
            ((m, axes),) = work.matrices
            core = m if axes == out else td.tr(m)
            core = td.mm(td.diag(u), core) if u is not None else core
            core = td.mm(core, td.diag(v)) if v is not None else core
        elif u is None and v is None:
            core = fn.constant(1, const(i.size), const(j.size))
        else:
            ones = [fn.constant(1, const(x.size)) for x in out]
            core = td.outer(u if u is not None else ones[0], v if v is not None else ones[1])
    return td.mul(*work.scalars, *([core] if core is not None else [])) if work.scalars or core else const(1)


def needed(arrays: list[Item]) -> list[Item]:
    """Arrays without those of ones whose axes others have."""
    kept = list(arrays)
    for one in arrays:
        rest = {i for x in kept if x is not one for i in x[1]}
        if is_ones(one[0]) and set(one[1]) <= rest:
            kept.remove(one)
    return kept


def spread_or_einsum(items: list[Item], out: tuple[Index, ...]) -> Expr | None:
    """Higher ranks: elementwise where all factors share the result's axes, einsum otherwise."""
    scalars = [e for e, axes in items if not axes]
    arrays = needed([(e, axes) for e, axes in items if axes])
    missing = [i for i in out if not any(i in axes for _, axes in arrays)]
    arrays += [(fn.constant(1, const(i.size)), (i,)) for i in missing]
    if not arrays:
        return td.mul(*scalars) if scalars else const(1)
    if all(axes == out for _, axes in arrays):
        return td.mul(*scalars, *(e for e, _ in arrays))
    letters: dict[Index, str] = {}
    for i in (*out, *(i for _, axes in arrays for i in axes)):
        letters.setdefault(i, ascii_lowercase[len(letters)])
    spec = ",".join("".join(letters[i] for i in axes) for _, axes in arrays)
    spec += "->" + "".join(letters[i] for i in out)
    front, bare = zip(*(td.scalars_out(e) for e, _ in arrays), strict=True)
    return td.mul(*scalars, td.in_front(front, fn.einsum(spec, *bare)))
