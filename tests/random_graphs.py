"""Random well-typed graphs: a table of what one or two operands allow, drawn by a seed."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

SIZES = ("n", "d", "m")
Dims: TypeAlias = tuple[str, ...]  # names of sizes, "1", or products such as 2*n

One: TypeAlias = tuple[str, Callable[[Dims], bool], Callable[[Dims], Dims]]  # text, allowed, result
Two: TypeAlias = tuple[str, Callable[[Dims, Dims], Dims | None]]  # text, result where operands fit


def broadcast(a: Dims, b: Dims) -> Dims | None:
    """NumPy's rule on names of sizes."""
    if len(a) < len(b):
        a, b = b, a
    padded = ("1",) * (len(a) - len(b)) + b
    if any(x != y and "1" not in (x, y) for x, y in zip(a, padded, strict=True)):
        return None
    return tuple(y if x == "1" else x for x, y in zip(a, padded, strict=True))


# --- what operands must be, what results are -----------------------------------------------------


def anything(a: Dims) -> bool:
    return True


def long(a: Dims) -> bool:
    """A last axis of several entries."""
    return bool(a) and a[-1] != "1"


def short(a: Dims) -> bool:
    """A last axis that may be doubled, or lose an entry."""
    return bool(a) and a[-1] in SIZES


def filled(a: Dims) -> bool:
    """A last axis of several entries, of which no size leaves none."""
    return long(a) and "-" not in a[-1]


def matrix(a: Dims) -> bool:
    return len(a) == 2


def plain(a: Dims) -> bool:
    """A matrix whose axes are declared sizes."""
    return len(a) == 2 and set(a) <= set(SIZES)


def square(a: Dims) -> bool:
    return plain(a) and a[0] == a[1]


def vector(a: Dims) -> bool:
    return len(a) == 1 and short(a)


def same(a: Dims) -> Dims:
    return a


def alike(a: Dims, b: Dims) -> Dims | None:
    return () if a == b and a else None


def alike_rows(a: Dims, b: Dims) -> Dims | None:
    return a[:-1] if a == b and long(a) else None


def alike_all(a: Dims, b: Dims) -> Dims | None:
    return a if a == b else None


def product(a: Dims, b: Dims) -> Dims | None:
    inside = 0 < len(a) <= 2 and 0 < len(b) <= 2 and a[-1] == b[max(len(b) - 2, 0)]
    return a[:-1] + b[1:] if inside else None


def attended(a: Dims, b: Dims) -> Dims | None:
    return a if plain(a) and plain(b) and a[1] == b[1] else None


def crossed(a: Dims, b: Dims) -> Dims | None:
    return (a[0], b[0]) if vector(a) and vector(b) else None


def kronecker(a: Dims, b: Dims) -> Dims | None:
    return (f"{a[0]}*{b[0]}", f"{a[1]}*{b[1]}") if plain(a) and plain(b) else None


def batched(a: Dims, b: Dims) -> Dims | None:
    return (a[0], a[1], b[1]) if plain(a) and plain(b) and a[0] == b[0] else None


# --- the tables ----------------------------------------------------------------------------------

CURVES = ("tanh", "sin", "cos", "sigmoid", "softplus", "gelu", "silu", "arctan", "softsign", "mish", "erf",
          "log_sigmoid", "tanhshrink")  # fmt: skip
KINKED = ("relu", "elu", "selu", "abs", "hardtanh", "leaky_relu", "smooth_abs", "clip", "hard_swish")

# {lead}: a colon for each axis but the last; {r}, {c}: the axes of a matrix; y{r}{c}: labels of its columns.
# Results are of moderate size, so that no curve saturates; roots and norms stay away from 0.
BASIC_ONE: tuple[One, ...] = (
    *((f"{f}({{a}})", anything, same) for f in CURVES[:8]),
    ("0.7*{a}", anything, same),
    ("-1*{a}", anything, same),
    ("1/3*{a}", anything, same),
    ("{a}/(1 + {a}**2)", anything, same),
    ("softmax({a})", long, same),
    ("logsumexp({a})/3", long, lambda a: a[:-1]),
    ("{a}[{lead}0]", filled, lambda a: a[:-1]),
    ("concat({a}, {a})/2", short, lambda a: (*a[:-1], f"2*{a[-1]}")),
    ("{a}.T", matrix, lambda a: a[::-1]),
)
BASIC_TWO: tuple[Two, ...] = (
    *(2 * (("({a} - {b}*{b})/2", broadcast), ("{a} * {b}", broadcast))),
    *(4 * (("sin({a} @ {b})", product),)),
)

ONE: tuple[One, ...] = (
    *BASIC_ONE,
    *((f"{f}({{a}})", anything, same) for f in CURVES[8:]),
    ("log1p({a}**2)", anything, same),
    ("rsqrt(1 + {a}**2)", anything, same),
    ("expm1(sin({a}))", anything, same),
    ("log_softmax({a})/4", long, same),
    ("layernorm({a}, eps=0.5)", long, same),
    ("rmsnorm({a}, eps=0.5)", long, same),
    ("normalize(sin({a}) + 2, axis=-1)", long, same),
    ("cumsum({a}, axis=-1)/3", long, same),
    ("norm(sin({a}) + 2, axis=-1)/3", long, lambda a: a[:-1]),
    ("{a}[{lead}1:]", short, lambda a: (*a[:-1], f"{a[-1]}-1")),
    ("avg_pool1d({a}, size=2, stride=1)", short, lambda a: (*a[:-1], f"{a[-1]}-1")),
    ("upsample1d({a})", short, lambda a: (*a[:-1], f"2*{a[-1]}")),
    ("batchnorm({a}, eps=0.5)", matrix, same),
    ("softmax({a}, axis=0)", matrix, same),
    ("{a} - mean({a}, axis=0)", matrix, same),
    ("sin(frobenius(sin({a}) + 2))", matrix, lambda a: ()),
    ("reshape(mean({a}, axis=1), {r}, 1)", plain, lambda a: (a[0], "1")),
    ("reshape({a}, {r}*{c})", plain, lambda a: (f"{a[0]}*{a[1]}",)),
    ("reshape({a}, {c}, {r})", plain, lambda a: (a[1], a[0])),
    ("vec({a})", plain, lambda a: (f"{a[0]}*{a[1]}",)),
    ("{a}[y{r}{c}]", plain, lambda a: (a[0],)),
    ("cross_entropy_logits({a}, y{r}{c})/3", plain, lambda a: (a[0],)),
    ("label_smoothing({a}, y{r}{c})/3", plain, lambda a: (a[0],)),
    ("focal(log_softmax({a}), y{r}{c})/3", plain, lambda a: (a[0],)),
    ("embedding({a}, y{c}{r})", plain, lambda a: (a[1], a[1])),
    ("tanh(scatter({a}, y{r}{c}))", plain, lambda a: (a[1], a[1])),
    ("masked_softmax({a}, tri({r}, {c}))", plain, same),
    ("dropout({a}, tri({r}, {c}, 1), p=0.2)/2", plain, same),
    ("sin(logdet({a} @ {a}.T + eye({r})))", plain, lambda a: ()),
    ("inverse({a} @ {a}.T + eye({r}))", plain, lambda a: (a[0], a[0])),
    ("solve({a} @ {a}.T + eye({r}), {a})", plain, same),
    ("gram({a})", plain, lambda a: (a[0], a[0])),
    ("sin(trace({a}))", square, lambda a: ()),
    ("sin(det({a}))", square, lambda a: ()),
    ("diagonal({a})", square, lambda a: a[:1]),
    ("matrix_power(sin({a})/2, 3)", square, same),
    ("diag({a})", vector, lambda a: a * 2),
)

TWO: tuple[Two, ...] = (
    *(3 * BASIC_TWO),
    *(3 * (("{a}/(1 + {b}**2)", broadcast),)),
    ("mse({a}, {b})", alike),
    ("bce_logits({a}, {b})", alike),
    ("sin(gaussian_nll({a}, {b}, 1 + {b}**2))", alike),
    ("kl(softmax({a}), softmax({b}))", alike_rows),
    ("kl_gaussian({a}, sin({b}))/9", alike_rows),
    ("cross_entropy(softmax({a}), softmax({b}))/3", alike_rows),
    ("cosine(sin({a}) + 2, sin({b}) + 2, axis=-1)", alike_rows),
    ("reparameterise({a}, sin({b}), {a})/2", alike_all),
    ("attention({a}, {b}, {b})", attended),
    ("attention({a}, {b}, sin({b}), tri({r}, {s}))", attended),
    ("infonce(sin({a} @ {b}.T), tau=0.5)", lambda a, b: () if a == b and plain(a) else None),
    ("tanh(outer({a}, {b}))", crossed),
    ("tanh(kron({a}, {b}))", kronecker),
    ('einsum("bi,bj->bij", {a}, {b})/2', batched),
)

# kinks a generic point does not meet
BROKEN_ONE: tuple[One, ...] = (
    *((f"{f}({{a}})/2", anything, same) for f in KINKED),
    ("max({a}, axis=-1)", long, lambda a: a[:-1]),
    ("min({a}, axis=-1)", long, lambda a: a[:-1]),
    ("max_pool1d({a}, size=2, stride=1)", short, lambda a: (*a[:-1], f"{a[-1]}-1")),
    ("tanh(total_variation({a}))", plain, lambda a: ()),
    ("multi_hinge({a}, y{r}{c})/3", plain, lambda a: (a[0],)),
)
BROKEN_TWO: tuple[Two, ...] = (
    ("maximum({a}, {b})", broadcast),
    ("minimum({a}, {b})", broadcast),
    ("mae({a}, {b})", alike),
    ("huber({a}, {b})", alike),
    ("hinge({a}, {b})", alike),
    ("triplet({a}, {b}, sin({a}))/9", alike_rows),
)


@dataclass(frozen=True)
class Pool:
    """What nodes are drawn from."""

    one: tuple[One, ...]
    two: tuple[Two, ...]


BASIC = Pool(BASIC_ONE, BASIC_TWO)
EVERYTHING = Pool(ONE + BROKEN_ONE, TWO + BROKEN_TWO)

# --- drawing -------------------------------------------------------------------------------------


def choices(pool: Pool, a: str, A: Dims, b: str, B: Dims) -> list[tuple[str, Dims]]:
    """What two nodes allow: rows of one operand, means along an axis, rows of both."""
    r, c = A if len(A) == 2 else ("", "")
    words = {"a": a, "b": b, "lead": ":, " * (len(A) - 1), "r": r, "c": c, "s": B[0] if B else ""}
    one = [(t.format(**words), f(A)) for t, allowed, f in pool.one if allowed(A)]
    one += [(f"mean({a}, axis={k})", A[:k] + A[k + 1 :]) for k in range(len(A))]
    two = [
        (t.format(**words), dims)
        for t, f in pool.two
        if (a != b or (t, f) not in BROKEN_TWO) and (dims := f(A, B)) is not None  # max(a, a) is a tie
    ]
    return one + two * 2


def random_graph(source: int | random.Random, nodes: int, pool: Pool = BASIC) -> str:
    """A well-typed graph of so many nodes, all joined in one loss, drawn by a seed or from a source."""
    rng = source if isinstance(source, random.Random) else random.Random(source)
    lines, dims = [], dict[str, Dims]()
    for k in range(rng.randint(2, 4)):
        dims[f"p{k}"] = rng.choice(SHAPES)
        lines.append(f"p{k}: {' x '.join(dims[f'p{k}']) or 'scalar'}")
    for k in range(nodes):
        a, b = rng.choice(list(dims)), rng.choice(list(dims))
        text, dims[f"q{k}"] = rng.choice(choices(pool, a, dims[a], b, dims[b]))
        lines.append(f"q{k} = {text}")
    used = {n for s in lines for n in NODE.findall(s.partition("=")[2])}
    loose = [n for n in dims if n.startswith("q") and n not in used]
    terms = [f"sum(sin({n}))" if dims[n] else f"sin({n})" for n in loose]
    labels = sorted({m.groups() for s in lines for m in LABEL.finditer(s)})
    return "\n".join([*(f"y{r}{c}: {r} label {c}" for r, c in labels), *lines, "L = " + " + ".join(terms)])


SHAPES: tuple[Dims, ...] = (
    (),
    *((n,) for n in SIZES),
    *2 * tuple((n, m) for n in SIZES for m in SIZES),
    *((n, "1") for n in SIZES),
    *(("1", n) for n in SIZES),
)
NODE = re.compile(r"\bq\d+\b")
LABEL = re.compile(r"\by([ndm])([ndm])\b")
