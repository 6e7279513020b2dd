"""Factored, ordered, textbook forms: one constructor per op; `tidy` rebuilds an expression through them.

A product is kept as coefficient · scalar powers · elementwise powers, a sum as coefficient per term. Each
row of `RULES` makes the expression smaller or moves scalars outwards, so rebuilding ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction

from symbackprop import folds
from symbackprop import functions as fn
from symbackprop import squares as sq
from symbackprop.expr import NUMBER, Expr, apply, const, rebuild, with_args
from symbackprop.monomial import (
    MEANS, Monomial, by_scalars, exponent, is_ones, is_zero, join, one, plain_first, raised, split,
)  # fmt: skip
from symbackprop.sizes import Size, count
from symbackprop.vocabulary import OPS


# --- constructors --------------------------------------------------------------------------------


def mul(*factors: Expr) -> Expr:
    """The product, elementwise for arrays of one shape, scalars in front."""
    shape = max((f.shape for f in factors), key=len, default=())
    if any(f.shape not in ((), shape) for f in factors):
        out = factors[0]
        for f in factors[1:]:
            out = apply(OPS["multiply"], out, f)
        return out
    coefficient, scalars, arrays = Fraction(1), {}, {}
    for f in factors:
        m = split(f)
        coefficient *= m.coefficient
        for pool, found in ((scalars, m.scalars), (arrays, m.arrays)):
            for a, x in found:
                pool[a] = pool.get(a, Fraction(0)) + x
    folds.softmax(scalars, arrays)
    folds.sign(scalars)
    for pool in (scalars, arrays):
        folds.logistic(pool)
    pick_rows(arrays)
    picked = pick_onehot(arrays)
    for s in picked:
        scalars[s] = scalars.get(s, Fraction(0)) + 1
    kept = tuple((a, x) for a, x in arrays.items() if x)
    if shape and not kept:
        kept = ((fn.constant(1, *shape), Fraction(1)),)
    scalar_factors = tuple((s, x) for s, x in scalars.items() if x)
    opened = [s for s, x in scalar_factors if s.op is NUMBER and x.denominator == 1]
    assert not opened, "numbers belong into the coefficient"
    return join(Monomial(coefficient, scalar_factors, kept), shape)


def pick_onehot(arrays: folds.Powers) -> list[Expr]:
    """z ⊙ e_y = z_y e_y for vectors: the entries the unit vector leaves, removed from `arrays`."""
    units = [a for a in arrays if a.op.name in ("onehot", "unit") and a.rank == 1]
    if not units or len(arrays) == 1:
        return []
    unit, out = units[0], []
    for a in [a for a in arrays if a is not unit]:
        entry = entry_at(a, unit)
        out.append(raised(entry, arrays.pop(a)))
    arrays[unit] = Fraction(1)
    return out


def pick_rows(arrays: folds.Powers) -> None:
    """Z ⊙ E_Y = diag(z_Y) E_Y, row by row: the entries the unit vectors leave, in front of them."""
    found = [(a, s) for a, x in arrays.items() if x == 1 and (s := scaled_units(a))]
    if not found or len(arrays) == 1:
        return
    whole, (front, units) = found[0]
    others = [raised(entry_at(a, units), x) for a, x in arrays.items() if a is not whole]
    made = mm(diag(mul(*front, *others)), units)
    arrays.clear()
    arrays[made] = Fraction(1)


def scaled_units(a: Expr) -> tuple[tuple[Expr, ...], Expr] | None:
    """(v, E_Y) of diag(v) E_Y, or of E_Y alone."""
    if a.op.name == "onehot" and a.rank == 2:
        return (), a
    if a.op.name == "matmul" and a.args[0].op.name == "diag" and a.rank == 2:
        inner = scaled_units(a.args[1])
        return (a.args[0].args, inner[1]) if inner and not inner[0] else None
    return None


def entry_at(a: Expr, unit: Expr) -> Expr:
    """The entry of a vector that a unit vector names."""
    if unit.op.name == "onehot":
        return picked(a, unit.args[0])
    return apply(OPS["slice"], a, ranges=((unit.attribute("position"),),))


def picked(a: Expr, label: Expr) -> Expr:
    """The labelled entry: of a function of entries the function of that entry, scalars in front."""
    front, bare = scalars_out(a)
    if bare.op.scalar:
        inner = with_args(bare, (picked(bare.args[0], label),))
    else:
        inner = apply(OPS["pick"], bare, label)
    return in_front([front], inner)


def plus(*terms: Expr) -> Expr:
    """The sum with like terms collected; terms keep the order of their first appearance."""
    total: dict[tuple[object, object], tuple[Fraction, Monomial]] = {}
    shape = max((t.shape for t in terms), key=len)
    for t in (x for e in terms for x in summands(e)):
        m = split(t)
        key = (frozenset(m.scalars), frozenset(m.arrays))
        seen = total.get(key, (Fraction(0), m))
        total[key] = (seen[0] + m.coefficient, seen[1])
    out: Expr | None = None
    found = [(c, m) for c, m in total.values() if c]
    groups = by_scalars(found)
    if len(groups) == 1 and len(found) > 1:
        return with_common(groups[0], shape)
    gathered = [
        (m.coefficient, m) if len(g) > 1 else g[0] for g in groups for m in (split(with_common(g, shape)),)
    ]
    for coefficient, m in plain_first(paired(gathered)):
        if coefficient:
            own = shape if m.arrays else ()
            e = join(Monomial(coefficient, m.scalars, m.arrays), own)
            out = e if out is None else apply(OPS["add"], out, e)
    if out is None:
        return fn.constant(0, *shape)
    return out if out.shape == shape else apply(OPS["multiply"], out, fn.constant(1, *shape))


def paired(terms: list[tuple[Fraction, Monomial]]) -> list[tuple[Fraction, Monomial]]:
    """A v + Aᵀ v as (A + Aᵀ) v, also with the common factor in front."""
    for n, (c, m) in enumerate(terms):
        for k, (d, other) in enumerate(terms[:n]):
            if c == d and c and m.scalars == other.scalars and one(m) and one(other):
                both = with_transpose(other.arrays[0][0], m.arrays[0][0])
                if both is not None:
                    made = Monomial(c, m.scalars, ((both, Fraction(1)),))
                    return paired([*terms[:k], (c, made), *terms[k + 1 : n], *terms[n + 1 :]])
    return terms


def with_transpose(a: Expr, b: Expr) -> Expr | None:
    """The sum of two products, where they are one matrix and its transpose times the same."""
    (p, v), (q, w) = (in_columns(*sq.last(x)) for x in (a, b))
    if p is not None and q is not None and v is w and q is tr(p):
        return mm(plus(p, q), v)
    (v, p), (w, q) = sq.first(a), sq.first(b)
    if p is not None and q is not None and v is w and p.rank == 2 and q is tr(p):
        return mm(v, plus(p, q))
    return None


def in_columns(p: Expr | None, v: Expr) -> tuple[Expr | None, Expr]:
    """v A as Aᵀ v for a vector v."""
    return (tr(v), p) if p is not None and p.rank == 1 and v.rank == 2 else (p, v)


def with_common(terms: list[tuple[Fraction, Monomial]], shape: tuple[Size, ...]) -> Expr:
    """1/n P - 1/n Y = 1/n (P - Y), and -1/n P - 1/n Y = -1/n (P + Y)."""
    (c, first), rest = terms[0], [m for _, m in terms]
    if len(terms) == 1:
        return join(Monomial(c, first.scalars, first.arrays), shape if first.arrays else ())
    front = -abs(c) if all(k < 0 for k, _ in terms) else abs(c)
    bare = (join(Monomial(k / front, (), m.arrays), shape) for (k, _), m in zip(terms, rest, strict=True))
    return mul(join(Monomial(front, first.scalars, ()), ()), plus(*bare))


def summands(e: Expr) -> list[Expr]:
    """The terms of nested sums, differences and signs, left to right."""
    out: list[Expr] = []
    stack = [(e, 1)]
    while stack:
        node, sign = stack.pop()
        if node.op.name in ("add", "subtract") and broadcast_free(node):
            second = -sign if node.op.name == "subtract" else sign
            stack += [(node.args[1], second), (node.args[0], sign)]
        elif node.op.name == "negative":
            stack.append((node.args[0], -sign))
        elif opened := distributed(node):
            stack += [(e, sign) for e in reversed(opened)]
        elif not is_zero(node):
            out.append(node if sign == 1 else scaled(-1, node))
    return out


def distributed(e: Expr) -> list[Expr]:
    """1/n (P - Y) as its terms, which `by_scalars` puts together again with others that carry 1/n."""
    if e.op.name != "multiply" or not e.rank:
        return []
    m = split(e)
    if len(m.arrays) != 1 or not m.scalars:
        return []
    ((inner, x),) = m.arrays
    parts = [split(t) for t in summands(inner)] if inner.op.name == "add" and x == 1 else []
    if len(parts) < 2 or any(abs(p.coefficient) != 1 or p.scalars for p in parts):
        return []  # a sum that broadcasts is one term
    return [join(Monomial(m.coefficient * p.coefficient, m.scalars, p.arrays), e.shape) for p in parts]


def broadcast_free(node: Expr) -> bool:
    """Whether both terms have the shape of the sum, or are scalars."""
    return all(a.shape in ((), node.shape) for a in node.args)


def scaled(by: Fraction | int, e: Expr) -> Expr:
    m = split(e)
    return join(Monomial(m.coefficient * by, m.scalars, m.arrays), e.shape)


def scalars_out(e: Expr) -> tuple[Monomial, Expr]:
    """The scalar part (as a monomial without arrays) and the bare array."""
    m = split(e)
    bare = join(Monomial(Fraction(1), (), m.arrays), e.shape)
    return Monomial(m.coefficient, m.scalars, ()), bare


def in_front(parts: Iterable[Monomial], core: Expr) -> Expr:
    scalars = [join(p, ()) for p in parts if p.scalars or p.coefficient != 1]
    return mul(*scalars, core) if scalars else core


def linear(name: str) -> Callable[[Expr], Expr]:
    """A constructor of a linear op of one argument: scalars move in front of it."""

    def build(e: Expr) -> Expr:
        if is_zero(e):
            return fn.constant(0, *apply(OPS[name], e).shape)
        front, bare = scalars_out(e)
        return in_front([front], SIMPLER[name](bare) or apply(OPS[name], bare))

    return build


def mm(a: Expr, b: Expr) -> Expr:
    """The matrix product (also with vectors)."""
    if is_zero(a) or is_zero(b):
        return fn.constant(0, *apply(OPS["matmul"], a, b).shape)
    (p, a), (q, b) = scalars_out(a), scalars_out(b)
    made = simpler_product(a, b) or across(a, b) or apply(OPS["matmul"], a, b)
    return in_front([p, q], made)


def across(a: Expr, b: Expr) -> Expr | None:
    """Neighbours in a longer product: (X A) (A⁻¹ Y) = X Y."""
    (before, x), (y, after) = sq.last(a), sq.first(b)
    made = sq.neighbours(x, y)
    if made is None:
        return None
    left = made if before is None else mm(before, made)
    return left if after is None else mm(left, after)


def simpler_product(a: Expr, b: Expr) -> Expr | None:
    """I A = A, diag(u) v = u ⊙ v, diag(u) diag(v) = diag(u ⊙ v), e_yᵀ z = z_y, 1ᵀ z = Σ z."""
    names = (a.op.name, b.op.name)
    if names[0] == "identity":
        return b
    if names[1] == "identity":
        return a
    if names[0] == "diag" and is_ones(a.args[0]):
        return b
    if names[1] == "diag" and is_ones(b.args[0]):
        return a
    if names == ("diag", "exp") and a.args[0] is power(rows(b), Fraction(-1)):
        return apply(OPS["softmax"], b.args[0])
    if names[0] == "diag" and b.rank == 1:
        return mul(a.args[0], b)
    if names[1] == "diag" and a.rank == 1:
        return mul(a, b.args[0])
    if names == ("diag", "diag"):
        return diag(mul(a.args[0], b.args[0]))
    if a.rank == b.rank == 1:
        for unit, other in ((a, b), (b, a)):
            if unit.op.name in ("onehot", "unit"):
                return total(other) if is_ones(other) else entry_at(other, unit)
        if is_ones(a):
            return total(b)
        if is_ones(b):
            return total(a)
        both = [f for x in (a, b) for f in split(x).arrays]
        if any(folds.cancels(f, g) and x == -y for n, (f, x) in enumerate(both) for g, y in both[:n]):
            return total(mul(a, b))  # (y ⊘ p)ᵀ p = Σ y
    if names[0] == "outer" and b.rank == 1:
        return mul(mm(a.args[1], b), a.args[0])
    if names[1] == "outer" and a.rank == 1:
        return mul(mm(a, b.args[0]), b.args[1])
    if a.rank == 1 and sq.symmetric(b):
        return mm(b, a)
    return None


def simpler_transpose(a: Expr) -> Expr | None:
    if sq.symmetric(a):
        return a
    match a.op.name:
        case "transpose":
            return a.args[0]
        case "matmul" if a.args[0].rank == a.args[1].rank == 2:
            return mm(tr(a.args[1]), tr(a.args[0]))
        case "add" | "multiply" | "subtract" if broadcast_free(a) and a.rank == 2:
            build = {"add": plus, "multiply": mul}.get(a.op.name)
            return build(*(tr(x) if x.rank else x for x in a.args)) if build else None
        case "outer":
            return outer(a.args[1], a.args[0])
        case "constant":
            return fn.constant(a.attribute("value"), *reversed(a.shape))  # type: ignore[arg-type]
    return None


def simpler_total(a: Expr) -> Expr | None:
    """Sums of ones, unit vectors, declared distributions; Σ u⊙v = uᵀv."""
    if a.op.name == "constant":
        return const(count(a.shape))
    if a.op.name in ("onehot", "unit") and a.rank == 1:
        return const(1)
    if is_distribution(a) and a.rank == 1:
        return const(1)
    if a.rank == 1 and a.op.name == "multiply" and all(x.rank == 1 for x in a.args):
        return mm(*a.args)
    if a.op.name == "diagonal":
        return trace(a.args[0])
    if masked := sq.on_the_diagonal(a):
        return trace(masked)
    if a.rank == 1 and a.op.name == "power" and a.attribute("p") == 2:
        return mm(a.args[0], a.args[0])
    same = sq.summing_alike(a)
    return total(same) if same else None


def simpler_rows(a: Expr) -> Expr | None:
    """Row sums: of one-hot rows and declared distributions, of ones, of outer products."""
    if is_distribution(a) or a.op.name == "onehot":
        return fn.constant(1, *a.shape[:-1])
    if masked := sq.on_the_diagonal(a):
        return diagonal(masked)
    if is_ones(a):
        return mul(const(a.shape[-1]), fn.constant(1, *a.shape[:-1]))
    if a.op.name == "outer":
        return mul(total(a.args[1]), a.args[0])
    if a.op.name == "transpose" and a.args[0].op.name == "outer":
        return mul(total(a.args[0].args[0]), a.args[0].args[1])
    if a.op.name == "matmul" and a.args[0].op.name == "diag":
        return mul(a.args[0].args[0], rows(a.args[1]))
    return None


def is_distribution(a: Expr) -> bool:
    """A symbol declared one-hot or a distribution: its entries along the last axis add to 1."""
    s = a.symbol
    return s is not None and s.domain in ("onehot", "distribution")


def simpler_diag(a: Expr) -> Expr | None:
    return fn.eye(const(a.shape[0])) if is_ones(a) else None


def inverse(a: Expr) -> Expr:
    """The factors of a product inverted one by one, where they are square; transposes outside."""
    front, a = scalars_out(a)
    base, x, flipped = sq.powered(a)
    if base.op.name == "matmul" and base.args[0].shape == base.shape and x == 1:
        made = mm(*(inverse(tr(f) if flipped else f) for f in reversed(base.args)))
    elif base.op.name in ("identity", "diag"):
        made = base if base.op.name == "identity" else diag(power(base.args[0], Fraction(-x)))
    else:
        made = sq.raised(base, -x)
        made = tr(made) if flipped else made
    return mul(power(join(front, ()), Fraction(-1)), made)


def simpler_trace(a: Expr) -> Expr | None:
    if a.op.name == "outer":
        return mm(*a.args)
    return trace(a.args[0]) if a.op.name == "transpose" else None


def determinant(a: Expr) -> Expr:
    """det Aᵀ = det A, det A⁻¹ = 1 / det A."""
    base, x, _ = sq.powered(a)
    return power(apply(OPS["det"], base), Fraction(x))


def nothing(a: Expr) -> Expr | None:
    return None


def outer(u: Expr, v: Expr) -> Expr:
    (p, u), (q, v) = scalars_out(u), scalars_out(v)
    whole = is_ones(u) and is_ones(v)
    made = fn.constant(1, const(u.shape[0]), const(v.shape[0])) if whole else apply(OPS["outer"], u, v)
    return in_front([p, q], made)


def power(e: Expr, x: Fraction) -> Expr:
    m = split(e)
    inner = not m.arrays and x.denominator != 1
    if inner or (x.denominator != 1 and m.coefficient < 0):
        return apply(OPS["power"], e, p=x)
    root = m.coefficient**x if x.denominator == 1 else None
    if root is None:
        if m.coefficient != 1 or any(
            k.denominator != 1 or abs(k) != 1 for _, k in m.scalars + m.arrays
        ):
            return apply(OPS["power"], e, p=x)
        root = Fraction(1)
    raised = [{f: k * x for f, k in pool} for pool in (m.scalars, m.arrays)]
    for pool in raised:
        folds.logistic(pool)
    return join(Monomial(Fraction(root), *(tuple(pool.items()) for pool in raised)), e.shape)


SIMPLER: dict[str, Callable[[Expr], Expr | None]] = {
    "transpose": simpler_transpose, "sum": simpler_total, "sum_last": simpler_rows, "diag": simpler_diag,
    "diagonal": nothing, "trace": simpler_trace,
}  # fmt: skip
tr, total, rows, diag = linear("transpose"), linear("sum"), linear("sum_last"), linear("diag")
diagonal, trace = linear("diagonal"), linear("trace")


def quotient(a: Expr, b: Expr) -> Expr:
    return mul(a, power(b, Fraction(-1)))


def mean(name: str) -> Callable[[Expr], Expr]:
    """A constructor of a mean: the sum by the number of entries."""

    def build(e: Expr) -> Expr:
        made = RULES[MEANS[name]](e)
        return mul(*(power(const(n), Fraction(-1)) for n in e.shape[made.rank :]), made)

    return build


RULES: dict[str, Callable[..., Expr]] = {
    "add": plus,
    "subtract": lambda a, b: plus(a, scaled(-1, b)),
    "negative": lambda a: scaled(-1, a),
    "multiply": mul,
    "divide": quotient,
    "matmul": mm,
    "outer": outer,
    "inverse": inverse,
    "solve": lambda a, b: mm(inverse(a), b),
    "det": determinant,
    "pick": picked,
    **{name: linear(name) for name in SIMPLER},
    **{name: mean(name) for name in MEANS},
}


def node(e: Expr, args: tuple[Expr, ...]) -> Expr:
    """One node made again by the rule of its op."""
    name = e.op.name
    if name == "power":
        return power(args[0], exponent(e))
    if name in RULES and not (
        name in ("add", "subtract", "multiply", "divide") and not broadcasting_fits(args)
    ):
        return RULES[name](*args)
    return e if args == e.args else with_args(e, args)


def broadcasting_fits(args: tuple[Expr, ...]) -> bool:
    """Whether the operands have one shape, or are scalars: other broadcasting is left as it stands."""
    shape = max((a.shape for a in args), key=len)
    return all(a.shape in ((), shape) for a in args)


def tidy(e: Expr) -> Expr:
    """The same value in factored form."""
    return rebuild(e, node)
