"""Factors of one product that say something shorter together."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

from symbackprop.entries.op import Op
from symbackprop.graph.expr import Expr, apply, const, symbols
from symbackprop.matrices import monomials as mo
from symbackprop.matrices.tidy.constructors import RULES, mul, power, softmax as normal
from symbackprop.vocabulary.kinds import (
    ABS, ADD, EXP, MATMUL, NEGATIVE, OUTER, PICK, RELU, SIGMOID, SIGN, SOFTMAX, SQRT, STEP, SUM,
)  # fmt: skip

Powers: TypeAlias = dict[Expr, Fraction]
Place: TypeAlias = tuple[Powers, Expr]


def softmax(scalars: Powers, arrays: Powers) -> list[Expr]:
    """exp(z) / Σ exp(z) is softmax(z), also one entry of it: the stable spelling; products made again."""
    for a in [a for a in arrays if a.op is EXP and a.rank == 1]:
        made, whole = normal(a.args[0]), apply(SUM, a)
        for pool, below in ((arrays, made), (scalars, whole)):
            if (both := min(arrays[a], -pool.get(below, Fraction(0)))) >= 1:
                exchange(both, ((arrays, a),), ((arrays, made), (scalars, whole)))
    for a in [a for a in scalars if a.op is EXP and a.args[0].op is PICK]:
        z, label = a.args[0].args
        whole = apply(SUM, apply(EXP, z))
        if (both := min(scalars[a], -scalars.get(whole, Fraction(0)))) >= 1:
            made = apply(PICK, normal(z), label)
            exchange(both, ((scalars, a),), ((scalars, made), (scalars, whole)))
    for a in [a for a in arrays if a.op is OUTER]:
        arrays[a] = arrays.pop(a)  # behind what it is multiplied with
    return [*divided(OUTER, arrays, scalars), *divided(MATMUL, scalars, scalars)]


def divided(kind: Op, pool: Powers, scalars: Powers) -> list[Expr]:
    """The products of a kind with exp(z) in a factor, made again with softmax(z); each uses its Σ up."""
    out: list[Expr] = []
    for a in [a for a in pool if a.op is kind and pool[a] == 1]:
        factors = [normalised(v, scalars) for v in a.args]
        if any(f is not v for f, v in zip(factors, a.args, strict=True)):
            del pool[a]
            out.append(RULES[kind](*factors))
    return out


def exchange(times: Fraction, spent: tuple[Place, ...], made: tuple[Place, ...]) -> None:
    """Factors exchanged for others, so many times."""
    for sign, places in ((-1, spent), (1, made)):
        for pool, e in places:
            pool[e] = pool.get(e, Fraction(0)) + sign * times


def cancels(f: Expr, g: Expr) -> bool:
    """Whether f ⊘ g is free of its vector: of equal vectors, and of exp(z) and softmax(z)."""
    if f is g:
        return True
    powers = {f.op: f, g.op: g}
    return powers.keys() == {EXP, SOFTMAX} and normal(powers[EXP].args[0]) is powers[SOFTMAX]


def logistic(pool: Powers) -> None:
    """1 / (1 + exp(z)) is 1 - σ(z), and exp(z) (1 - σ(z)) is σ(z): the stable spelling."""
    for a in [a for a, x in pool.items() if x < 0 and x.denominator == 1]:
        if e := exponential_beside_one(a):
            low, _ = chances(e)
            pool[low] = pool.get(low, Fraction(0)) - pool.pop(a)
    for e in [a for a, x in pool.items() if a.op is EXP and x >= 1]:
        low, high = chances(e)
        if (both := min(pool[e], pool.get(low, Fraction(0)))) >= 1:
            exchange(both, ((pool, e), (pool, low)), ((pool, high),))


def exponential_beside_one(a: Expr) -> Expr | None:
    """exp(z) of 1 + exp(z)."""
    found = [t for t in a.args if t.op is EXP] if a.op is ADD else []
    return found[0] if found and any(map(mo.is_one, a.args)) else None


def chances(e: Expr) -> tuple[Expr, Expr]:
    """1 / (1 + e) and e / (1 + e) by the logistic function, for e = exp(z) or exp(-z)."""
    m = mo.split(e.args[0])
    s = apply(SIGMOID, mo.join(replace(m, coefficient=abs(m.coefficient)), e.shape))
    rest = apply(ADD, const(1), mo.join(mo.split(apply(NEGATIVE, s)), e.shape))
    return (s, rest) if m.coefficient < 0 else (rest, s)


def roots(scalars: Powers) -> Fraction:
    """√2 √2 is 2, √2 √π is √(2 π): whole powers of numbers under roots, removed from the factors."""
    whole = Fraction(1)
    for sign in (1, -1):
        alike = [s for s, x in scalars.items() if s.op is SQRT and x == sign and not symbols(s)]
        if len(alike) > 1:
            for s in alike:
                del scalars[s]
            made = RULES[SQRT](mul(*(s.args[0] for s in alike)))
            if made.number is not None:
                whole *= made.number**sign
            else:
                scalars[made] = scalars.get(made, Fraction(0)) + sign
    for s in [s for s, x in scalars.items() if s.op is SQRT and abs(x) >= 2 and x.denominator == 1]:
        value = s.args[0].number
        if value is not None and value > 0:
            times = int(scalars[s] / 2)
            whole *= value**times
            scalars[s] -= 2 * times
    return whole


def rectified(pool: Powers) -> None:
    """ReLU(z) 1(z > 0) is ReLU(z), and 1(z > 0) to a power itself."""
    for s in [s for s in pool if s.op is STEP and not s.op.order and pool[s] > 0]:
        zeros = [a for a, x in pool.items() if x > 0 and rectifies(a, s.args[0])]
        if zeros:
            del pool[s]
        else:
            pool[s] = Fraction(1)


def rectifies(a: Expr, z: Expr) -> bool:
    """Whether a value is ReLU(z), or the node that is."""
    made = a.symbol.definition if a.symbol else a
    return made is not None and made.op is RELU and not made.op.order and made.args[0] is z


def sign(pool: Powers) -> None:
    """sign(x) / |x| is 1/x, sign(x) |x| is x."""
    for s in [s for s in pool if s.op is SIGN and pool[s] == 1]:
        size_of = apply(ABS, s.args[0])
        power_of = pool.get(size_of, Fraction(0))
        if power_of == -1 or power_of >= 1:
            one = 1 if power_of > 0 else -1
            exchange(Fraction(one), ((pool, size_of),), ((pool, s.args[0]),))
            del pool[s]


def normalised(v: Expr, scalars: Powers) -> Expr:
    """exp(z) as softmax(z), where the scalars divide by its sum; that division is used up."""
    powers = [(e, apply(SUM, e)) for e, x in mo.split(v).arrays if e.op is EXP and e.rank == 1 and x >= 1]
    for e, whole in powers:
        if scalars.get(whole, Fraction(0)) <= -1:
            scalars[whole] += 1
            v = mul(v, power(e, Fraction(-1)), normal(e.args[0]))
    return v
