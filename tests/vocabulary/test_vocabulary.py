"""Every op of the vocabulary: pullback, Jacobian, spelling and claims against the definition.

A new op is covered without an edit here: arguments are made from its patterns.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from symbackprop.derivation.derivation import derive
from symbackprop.entries import Affine, Elem, Entries, Index, elem, entries, multiply
from symbackprop.entries.entry_equations import Definition, Pattern
from symbackprop.entries.op import Op
from symbackprop.entries.scalar_functions import SCALARS
from symbackprop.graph import functions as fn
from symbackprop.graph.axis_functions import commutation
from symbackprop.graph.conditions import above
from symbackprop.graph.expr import Expr, apply
from symbackprop.graph.functions import collect
from symbackprop.graph.renumbering_ops import COMPOSED
from symbackprop.graph.written_arrays import written_array
from symbackprop.numeric.points import backward_values, forward, generic_point, seeded
from symbackprop.sizes import size
from symbackprop.vocabulary import OPS
from tests.samples import slow

EXTENTS = {"i": 5, "j": 3, "k": 7, "a": 5, "e": 7, "u": 3, "v": 2, "g": 2, "n": 5, "h": 2, "w": 3, "l": 7}
POSITIVE = {"divide": "xy", "cross_entropy": "pt", "power": "x", "kl": "pq", "gaussian_nll": "v",
            "batchnorm_fixed": "v", "masked_softmax": "m", "pow": "x"}  # fmt: skip
BATCH = (2, 11)
BUILT = {  # closed kinds: how each is applied to arguments
    "concat": lambda: fn.concat(sym("a", 2, 3), sym("b", 2, 5)),
    "slice": lambda: sym("a", 7, 3)[1:5, 2],
    "commutation": lambda: commutation(size(2), size(3)) @ sym("a", 6),
    "selector": lambda: fn.selector(size(5), size(3), size(1)) @ sym("a", 3),
    "where": lambda: fn.FUNCTIONS["where"](above(sym("a", 5, 3), 0), sym("b", 5, 3), sym("c", 3)),
    "striding": lambda: sym("a", 7, 3)[::-2],
    "table": lambda: written_array([[2, sym("a"), 1], [sym("b"), -3, Fraction(1, 2)]]),
    "pi": lambda: apply(OPS["pi"]) * sym("a", 3),
    "constant": lambda: fn.ones(2, 3) * sym("a", 2, 3),
    "identity": lambda: fn.eye(3) @ sym("a", 3, 2),
    "unit": lambda: apply(OPS["unit"], n=size(3), position=size(1)) * sym("a", 3),
    "onehot": lambda: fn.onehot(label("y", 3)) * sym("a", 5, 3),
    "pick": lambda: fn.pick(sym("a", 5, 3), label("y", 3)),
    "tri": lambda: fn.tri(3, 5, 1) @ sym("a", 5),
    "argmax": lambda: fn.largest(sym("a", 5, 3), axis=-1),
    "argmin": lambda: fn.smallest(sym("a", 5, 3), axis=-1),
    "reshape": lambda: fn.reshape(sym("a", 2, 6), 3, 4),
    "contraction": lambda: contraction(),
    "einsum": lambda: fn.einsum("ij,kj->ik", sym("a", 2, 3), sym("b", 5, 3)),
    "kron": lambda: fn.FUNCTIONS["kron"](sym("a", 2, 3), sym("b", 5, 2)),
    "vec": lambda: fn.FUNCTIONS["vec"](sym("a", 2, 3)),
    "matrix_power": lambda: fn.FUNCTIONS["matrix_power"](sym("a", 3, 3), k=4),
}


# arguments of functions that are defined between two numbers, or from one on
INSIDE = {"unit": lambda x: fn.FUNCTIONS["sin"](x) / 2, "above": lambda x: 2 + x**2}


def contraction() -> Expr:
    """y_j = Σ_k x_{j+k-1} w_k, as a derivation would make it: zeros in front and behind."""
    j, k = Index("j", size(7)), Index("k", size(3))
    shifted = Affine(((j, 1), (k, 1)), size(-1))
    right = multiply(entries(Elem("x0", (shifted,))), elem("x1", k))
    right = Entries(tuple(replace(t, bound=(k,)) for t in right.terms))
    made = Definition("y", (j,), right)
    return apply(OPS["contraction"], sym("x", 5), sym("w", 3), definition=made)


def sym(name: str, *extents: int, positive: str = "") -> Expr:
    return fn.symbol(name, *extents, domain=positive or "real")


def label(name: str, classes: int) -> Expr:
    return fn.symbol(name, 5, labels=classes)


def cases(op: Op) -> list[Expr]:
    """The op on every rank its patterns allow, up to two batch axes, size-1 axes among them."""
    if op.name in BUILT:
        return [BUILT[op.name]()]
    inside = INSIDE.get(op.scalar.domain if op.scalar else "", lambda x: x)
    positive = "x" if op.scalar and op.scalar.domain != "real" else POSITIVE.get(op.name, "")
    out = []
    for v in op.variants:
        whole = any(len(p.core) > 2 for p in v.arguments)
        for width in range((2 if whole else 3) if any(p.batch for p in v.arguments) else 1):
            arguments = arguments_of(op, v.arguments, BATCH[:width], positive)
            out.append(apply(op, *map(inside, arguments)))
            plain = all(p.batch and not p.core for p in v.arguments)
            if width == 2 and len(v.arguments) == 2 and plain:
                a, b = v.arguments
                thin = [sym("thin", BATCH[0], 1, positive=word(p, positive)) for p in (a, b)]
                one = sym("s", positive=word(b, positive))
                out += [apply(op, arguments[0], thin[1]), apply(op, thin[0], arguments[1]),
                        apply(op, arguments[0], one)]  # fmt: skip
    return out


def arguments_of(op: Op, patterns: tuple[Pattern, ...], batch: tuple[int, ...], positive: str) -> list[Expr]:
    """Symbols of distinct prime sizes; labels where the op reads a position."""
    shapes = [(*(batch if p.batch else ()), *(EXTENTS.get(c, 3) for c in p.core)) for p in patterns]
    sizes = tuple(tuple(size(n) for n in s) for s in shapes)
    labels = dict(op.place(sizes, ()).labels)
    return [fn.symbol(f"x{n}", *s, labels=labels[p.tensor]) if p.tensor in labels
            else sym(f"x{n}", *s, positive=word(p, positive))
            for n, (p, s) in enumerate(zip(patterns, shapes, strict=True))]  # fmt: skip


def word(p: Pattern, positive: str) -> str:
    return "positive" if p.tensor in positive else ""


LAST = {"pentagamma"}  # the last of its family that is here has no derivative here
ENDS = {name: (0, len(cases(op)) - 1) for name, op in OPS.items() if name not in LAST}
ALL = [(name, n) if n in ends else slow((name, n)) for name, ends in ENDS.items() for n in range(ends[1] + 1)]


@pytest.mark.parametrize(("name", "n"), ALL)
def test_pullback_jacobian_print_and_code(name: str, n: int) -> None:
    """δ by complex step, every printed side read back; the NumPy spelling is the definition."""
    d = derive(collect(z=cases(OPS[name])[n]))
    report = d.verify(seed=2)
    assert report.ok, report.failures
    p = seeded(d.backward, generic_point(d.graph, 0, 4), 4)
    full = backward_values(d.backward, forward(d.graph, p))
    values = {m: p.values[m, 0] for m in d.graph.inputs}
    seed = {"z_bar": full.deltas["z", 0]} if d.backward.seed.symbol else {}
    out = d.compile("numpy")(**values, **seed)
    assert np.allclose(out["z"], full.values["z", 0], rtol=1e-12, atol=1e-13)
    for m in d.wrt:
        assert np.allclose(out[m], full.deltas[m, 0], rtol=1e-10, atol=1e-12), m


@pytest.mark.parametrize("kind", COMPOSED, ids=lambda kind: kind.name)
def test_compositions_are_the_definition(kind: Op) -> None:
    e = BUILT[kind.name]()
    g = collect(z=e, y=COMPOSED[kind](*e.args))
    p = forward(g, generic_point(g, 0, 5))
    assert np.array_equal(p.values["z", 0], p.values["y", 0])


@pytest.mark.parametrize("name", ["softmax", "logsumexp", "log_softmax", "softplus"])
def test_spellings_are_stable(name: str) -> None:
    d = derive(f"x: 3; z = {name}(x)")
    seed = {} if name == "logsumexp" else {"z_bar": np.ones(3)}
    out = d.compile("numpy")(x=np.array([1e4, 0.0, -1e4]), **seed)
    assert np.all(np.isfinite(out["z"]))


def test_new_ops_need_one_declaration(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the README says of a scalar function and of a layer, without touching a file."""
    from symbackprop.entries.op import op, ops_by_scalar, scalar

    serf = scalar("serf", "x*erf(log(1 + exp(x)))")
    rms = op("scaled", "x[..., i]", """
        q[...]    = x[..., k]**2/size(k)
        r[...]    = (q[...] + eps)**(-1/2)
        y[..., i] = x[..., i]*r[...]
    """, eps=1e-5)  # fmt: skip
    try:
        for new, name in ((serf, "serf"), (rms, "scaled")):
            monkeypatch.setitem(OPS, name, new)
            monkeypatch.setitem(fn.FUNCTIONS, name, fn.along_axis(new))
        for text in ("x: d; y = serf(x)", "X: n x d; y = serf(X)", "x: d; y = scaled(x)",
                     "X: n x d; W: d x m; L = sum(scaled(X @ W)**3)"):  # fmt: skip
            d = derive(text)
            assert d.verify().ok, text
            assert "def " in d.source("numpy")
    finally:
        SCALARS.pop("serf")
        ops_by_scalar.pop("serf")
