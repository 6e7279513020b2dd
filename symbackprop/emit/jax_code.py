"""JAX: a function with its own derivative, to be jitted, mapped and sharded; recurrences are scans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.argument_checks import CHECKS
from symbackprop.emit.array_indexing import ranges_code
from symbackprop.emit.array_spellings import POLYGAMMA, SPELLINGS, arrayed, operands, polygamma
from symbackprop.emit.function_opening import unpacked
from symbackprop.emit.literals import bare, shape_code, size_code
from symbackprop.emit.program import array_kinds as k
from symbackprop.emit.program.array_nodes import Node, topological
from symbackprop.emit.program.code_writer import ATOM, Code, Making, Spelling, Target, Writer
from symbackprop.emit.program.statements_of_program import Buffer, Loop
from symbackprop.emit.self_test import self_test
from symbackprop.emit.split_module import SplitModule
from symbackprop.sizes import size

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
    """A scan: rows of the steps before are carried, rows of known series given, new rows collected."""
    length = bare(size_code(s.length))
    w.last = bare(size_code(s.length - 1))
    inside = topological(a.node for a in s.body)
    given = [n for n in inside if n.kind is k.GET]
    before = [line for n in given for line in w.assigned(n.args[0])]
    series = {w.room.like("row"): w.text(n.args[0]) for n in given}
    w.text_of |= dict(zip(given, series, strict=True))
    if any(n.kind is k.CHOICE for n in inside):
        series[w.time] = f"jnp.arange({length})"
    carried = {b.name: carry(w, b, s, inside) for b in s.buffers}
    before += [line for c in carried.values() for line in c.lines]
    work = list[str]()
    for a, b in zip(s.body, s.buffers, strict=True):
        for n in w.uses.missing(a.node, w.text_of):
            if n is not a.node:
                (work if n.moving else before).extend(w.variable(n))
        own = w.fresh()
        work.append(f"{own} = {arrayed(w, a.node)}")
        w.text_of[a.node] = carried[b.name].new = own
    return [*before, *scan(w, s, list(carried.values()), series, work)]


@dataclass(slots=True)
class Carry:
    """The rows of one series that a step is given, the nearest first, and what they are at the first step."""

    rows: list[str]
    first: list[str]
    lines: list[str]  # that make these
    new: str = ""  # the row that the step makes


def carry(w: Writer, b: Buffer, s: Loop, inside: Sequence[Node]) -> Carry:
    read = [n for n in inside if n.kind is k.ROW and n.at[0] == b.name]
    depth = max((abs(n.at[1]) for n in read), default=0)
    rows = [w.room.like(b.name) for _ in range(depth)]
    for n in read:
        w.text_of[n] = rows[abs(n.at[1]) - 1]
    if s.backward:
        return Carry(rows, [f"jnp.zeros({shape_code(b.shape)}, {w.target.like})"] * depth, [])
    nearest = b.before[::-1][:depth]
    lines = [line for n in nearest for line in w.assigned(n)]
    whole = f".astype({w.target.whole})" if b.labels else ""
    return Carry(rows, [f"{arrayed(w, n, ATOM)}{whole}" for n in nearest], lines)


def scan(w: Writer, s: Loop, carried: list[Carry], series: Mapping[str, str], work: list[str]) -> list[str]:
    """The step, the scan, and rows before and after put to those it made."""
    step, room = w.room.like("step"), [w.room.like(x) for x in ("before", "given")]
    rows = [r for c in carried for r in c.rows]
    after = [r for c in carried for r in (c.new, *c.rows)[: len(c.rows)]]
    opened = [
        f"{unpacked(own)} = {name}" for own, name in zip((rows, list(series)), room, strict=True) if own
    ]
    back = f"return ({unpacked(after)}), ({unpacked([c.new for c in carried])})"
    first, known = unpacked([x for c in carried for x in c.first]), unpacked(list(series.values()))
    way = f"length={bare(size_code(s.length))}{', reverse=True' * s.backward}"
    made = f"_, ({unpacked([b.name for b in s.buffers])}) = jax.lax.scan({step}, ({first}), ({known}), {way})"
    lines = [f"def {step}({', '.join(room)}):", *(f"    {x}" for x in (*opened, *work, back)), made]
    for b in s.buffers:
        kind = w.target.whole if b.labels else w.target.like
        early = [f"{arrayed(w, n, ATOM)}[None]" for n in b.before]
        late = [f"jnp.zeros({shape_code((size(b.after), *b.shape))}, {kind})"] if b.after else []
        if early or late:
            lines.append(f"{b.name} = jnp.concatenate(({', '.join([*early, b.name, *late])}), axis=0)")
    return lines


MAKINGS: Mapping[k.Kind, Making] = {k.PLACE: placed, k.SCATTER: scattered}
OWN = {
    k.SIGMOID: called("jax.nn.sigmoid"),
    k.ERF: called("jax.scipy.special.erf"),
    k.EXPM: called("jax.scipy.linalg.expm"),
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
