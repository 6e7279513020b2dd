"""JAX: a function with its own derivative, to be jitted, mapped and sharded; loops are `fori_loop`s."""

from __future__ import annotations

from collections.abc import Mapping

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.argument_checks import CHECKS
from symbackprop.emit.array_indexing import ranges_code
from symbackprop.emit.array_spellings import POLYGAMMA, SPELLINGS, operands, polygamma
from symbackprop.emit.literals import bare, shape_code, size_code
from symbackprop.emit.program import array_kinds as k
from symbackprop.emit.program.array_nodes import Node
from symbackprop.emit.program.code_writer import ATOM, Code, Making, Spelling, Target, Writer
from symbackprop.emit.program.statements_of_program import Loop
from symbackprop.emit.self_test import self_test
from symbackprop.emit.split_module import SplitModule

IMPORTS = "import jax\nimport jax.numpy as jnp"
WINDOWS = '''def _windows(x, axis, first, *steps):
    """x at first + step*i + ... along an axis, one new axis for each (step, count); outside x is 0."""
    low = first + sum(min(0, step * (count - 1)) for step, count in steps)
    high = first + sum(max(0, step * (count - 1)) for step, count in steps)
    front, behind = max(0, -low), max(0, high + 1 - x.shape[axis])
    x = jnp.pad(x, [(front, behind) if k == axis else (0, 0) for k in range(x.ndim)])
    at = jnp.asarray(first + front)
    for step, count in steps:
        at = at[..., None] + step * jnp.arange(count)
    return jnp.take(x, at, axis=axis)
'''
FOLD = '''def _fold(x, first, second, step, shift, count, size):
    """The sum of x[.., h, .., v, ..] over h < count, c = step*h + v + shift; c < size is where v was."""
    x = jnp.moveaxis(x, (first, second), (0, 1))[:count]
    at = step * jnp.arange(x.shape[0])[:, None] + jnp.arange(x.shape[1]) + shift
    at = jnp.where((at >= 0) & (at < size), at, size)  # what is outside is dropped
    y = jnp.zeros((size, *x.shape[2:]), x.dtype).at[at].add(x, mode="drop")
    return jnp.moveaxis(y, 0, second - (first < second))
'''
LOGDET = '''def _logdet(a):
    """log det(a); nan where the determinant is not positive."""
    sign, size = jnp.linalg.slogdet(a)
    return jnp.where(sign > 0, size, jnp.nan)
'''
ADJUGATE = '''def _adjugate(a):
    """det(a) inv(a), also where a is singular."""
    u, s, v = jnp.linalg.svd(a)
    parts = [jnp.prod(jnp.delete(s, k, -1), -1) for k in range(s.shape[-1])]
    signs = jnp.linalg.det(u) * jnp.linalg.det(v)
    return signs[..., None, None] * (v.mT * jnp.stack(parts, -1)[..., None, :]) @ u.mT
'''
ONTO = '''def _onto(x, a, first, second):
    """x with a added where two of its axes meet; of these a has the first."""
    at, shape = jnp.arange(x.shape[first]), x.shape[:second] + x.shape[second + 1 :]
    met = jnp.moveaxis(jnp.broadcast_to(a, shape), first, 0)
    ends = jnp.moveaxis(x, (first, second), (0, 1)).at[at, at].add(met)
    return jnp.moveaxis(ends, (0, 1), (first, second))
'''
HELPERS = {"_windows": WINDOWS, "_fold": FOLD, "_logdet": LOGDET, "_adjugate": ADJUGATE, "_onto": ONTO}
ASKED = {name: code.replace("np.", "jnp.") for name, code in CHECKS.items() if name != "_labels"}
# the values of labels are not known while a function is traced
ASKED["_labels"] = '''def _labels(*given):
    """Labels are whole numbers; which, is not known while a function is traced."""
    for name, labels, classes in given:
        if labels.dtype.kind not in "iu":
            raise ValueError(f"{name} holds labels, whole numbers from 0 to {classes - 1}")
'''


def placed(w: Writer, n: Node, name: str) -> list[str]:
    """Zeros, with each piece added where it belongs."""
    added = "".join(
        f".at[{ranges_code(r, n.shape)}].add({w.text(x)})" for x, r in zip(n.args, n.at, strict=True)
    )
    return [f"{name} = jnp.zeros({shape_code(n.shape)}, dtype){added}"]


def scattered(w: Writer, n: Node, name: str) -> list[str]:
    rows, labels = n.args
    return [f"{name} = jnp.zeros({shape_code(n.shape)}, dtype).at[{w.text(labels)}].add({w.text(rows)})"]


def choice(w: Writer, n: Node) -> Code:
    first, last = (w.text(a) for a in n.args)
    return f"jnp.where({w.time} < {w.last}, {first}, {last})", ATOM


def called(name: str) -> Spelling:
    return lambda w, n: (f"{name}({', '.join(operands(w, n))})", ATOM)


def loop(w: Writer, s: Loop) -> list[str]:
    """The rows of all buffers as the state of a loop."""
    before, inside = list[str](), list[str]()
    length, state = bare(size_code(s.length)), ", ".join(b.name for b in s.buffers)
    state += "," * (len(s.buffers) == 1)
    w.last = bare(size_code(s.length - 1))
    step, rows_name = w.room.like("step"), w.room.like("rows")
    for a, b in zip(s.body, s.buffers, strict=True):
        for n in w.uses.missing(a.node, w.text_of):
            if n is not a.node:
                lines = w.variable(n)
                (inside if n.moving else before).extend(lines)
        own, early = w.fresh(), len(b.before)
        inside.append(f"{own} = {w.text(a.node)}")
        inside.append(f"{b.name} = {b.name}.at[{w.time}{f' + {early}' if early else ''}].set({own})")
        w.text_of[a.node] = own
    for b in s.buffers:
        before += [line for n in b.before for line in w.assigned(n)]
        rows = shape_code((s.length + len(b.before) + b.after, *b.shape))
        first = "".join(f".at[{m}].set({w.text(n)})" for m, n in enumerate(b.before))
        before.append(f"{b.name} = jnp.zeros({rows}, {w.target.whole if b.labels else w.target.like}){first}")
    turned = [f"{w.time} = {length} - 1 - {w.time}"] if s.backward else []
    work = [f"{state} = {rows_name}", *turned, *inside, f"return {state}"]
    return [*before, f"def {step}({w.time}, {rows_name}):", *(f"    {x}" for x in work),
            f"{state} = jax.lax.fori_loop(0, {length}, {step}, ({state}))"]  # fmt: skip


MAKINGS: Mapping[k.Kind, Making] = {k.PLACE: placed, k.SCATTER: scattered}
OWN = {
    k.SIGMOID: called("jax.nn.sigmoid"),
    k.ERF: called("jax.scipy.special.erf"),
    k.GAMMALN: called("jax.scipy.special.gammaln"),
    **{kind: polygamma("jax.scipy.special.polygamma", n) for n, kind in enumerate(POLYGAMMA)},
    k.CHOICE: choice,
}
JAX = Target("jnp", {**SPELLINGS, **OWN}, MAKINGS, loop, HELPERS, ASKED, IMPORTS, copy="{}",
             array="jnp.asarray", doubles="jax.config.update('jax_enable_x64', True)")  # fmt: skip
VALUE = '''def _ahead(*given):
    return forward(*given)


def _back(saved, bar):
    slopes = backward(saved, bar)
    return tuple(slopes.get(name) for name in {names})


@jax.custom_vjp
def value({own}):
    """{of}, differentiated by the derivation."""
    return _ahead({own})[0]


value.defvjp(_ahead, _back)
'''


def source(d: Derivation) -> str:
    """`value(...)` with a derivative of its own, and the function that the other targets have."""
    m = SplitModule(d, JAX)
    passes = m.forward(), m.backward()
    value = VALUE.format(of=d.of, own=", ".join(m.own), bar=m.bar, names=m.slots)
    return m.text(*passes, value, m.in_turn(), test=self_test(d, JAX))
