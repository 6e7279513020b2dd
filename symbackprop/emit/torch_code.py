"""PyTorch: a function of tensors with its own backward pass, on the device and of the type of its inputs."""

from __future__ import annotations

from collections.abc import Mapping

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.argument_checks import CHECKS
from symbackprop.emit.array_products import contraction
from symbackprop.emit.array_spellings import (
    CONDITIONS, MAKINGS, POLYGAMMA, SPELLINGS, call, operands, plain, polygamma, softplus_of_zeros,
    written_out,
)  # fmt: skip
from symbackprop.emit.literals import bare, shape_code, size_code
from symbackprop.emit.numpy_helpers import FOLD, LOGDET
from symbackprop.emit.numpy_loops import loop
from symbackprop.emit.program import array_kinds as k
from symbackprop.emit.program.array_nodes import Node
from symbackprop.emit.program.code_writer import ATOM, PRODUCT, Code, Making, Spelling, Target, Writer
from symbackprop.emit.self_test import self_test
from symbackprop.emit.split_module import SplitModule

LIKE, WHOLE = "dtype=dtype, device=device", "dtype=torch.int64, device=device"
TYPED = "dtype, device = {0}.dtype, {0}.device", "dtype, device = torch.get_default_dtype(), None"
WINDOWS = '''def _windows(x, axis, first, *steps):
    """x at first + step*i + ... along an axis, one new axis for each (step, count); outside x is 0."""
    low = first + sum(min(0, step * (count - 1)) for step, count in steps)
    high = first + sum(max(0, step * (count - 1)) for step, count in steps)
    front, behind = max(0, -low), max(0, high + 1 - x.shape[axis])
    if front or behind:
        x = torch.nn.functional.pad(x, [0, 0] * (x.ndim - 1 - axis) + [front, behind])
    at = torch.tensor(first + front, device=x.device)
    for step, count in steps:
        at = at[..., None] + step * torch.arange(count, device=x.device)
    return x.index_select(axis, at.flatten()).unflatten(axis, at.shape)
'''
ADJUGATE = '''def _adjugate(a):
    """det(a) inv(a), also where a is singular."""
    u, s, v = torch.linalg.svd(a)
    parts = [torch.cat((s[..., :k], s[..., k + 1 :]), -1).prod(-1) for k in range(s.shape[-1])]
    signs = torch.linalg.det(u) * torch.linalg.det(v)
    return signs[..., None, None] * (v.mT * torch.stack(parts, -1)[..., None, :]) @ u.mT
'''
ARRAYS = '''def _arrays(declared, *given):
    """Tensors with axes as declared, all real ones of one type and on one device; labels as they are.

    Errors: `ValueError` for a tensor of other axes, or not real.
    """
    real = [x for x in given if isinstance(x, torch.Tensor) and x.is_floating_point()]
    dtype = real[0].dtype if real else torch.get_default_dtype()
    device = real[0].device if real else None
    out = []
    for (name, said, axes, label), x in zip(declared, given):
        x = torch.as_tensor(x, device=device)
        if x.is_complex():
            raise ValueError(f"{name} is declared {said} and real, given {x.dtype}")
        if x.ndim != axes:
            raise ValueError(f"{name} is declared {said}, "
                             f"given a tensor of shape {tuple(x.shape)}")
        out.append(x if label else x.to(dtype))
    return out
'''
LABELS = '''def _labels(*given):
    """Errors: `ValueError` for labels that name no class."""
    for name, labels, classes in given:
        if labels.dtype.is_floating_point or bool(((labels < 0) | (labels >= classes)).any()):
            raise ValueError(f"{name} holds labels, "
                             f"whole numbers from 0 to {classes - 1}, given {labels}")
'''
ONTO = '''def _onto(x, a, first, second):
    """x with a added, in place, where two of its axes meet; of these a has the first."""
    met = torch.diagonal(x, 0, first, second).movedim(-1, first)
    met += a
    return x
'''
ZEROS = "np.zeros((size, *x.shape[2:]), x.dtype)", "x.new_zeros((size, *x.shape[2:]))"
HELPERS: Mapping[str, str] = {
    "_windows": WINDOWS,
    "_fold": FOLD.replace(*ZEROS).replace("np.", "torch."),
    "_adjugate": ADJUGATE,
    "_logdet": LOGDET.replace("np.", "torch."),
    "_onto": ONTO,
}
SHAPE = "given an array of shape {x.shape}", "given one of shape {tuple(x.shape)}"
ASKED = {**CHECKS, "_arrays": ARRAYS, "_labels": LABELS, "_fits": CHECKS["_fits"].replace(*SHAPE)}


def condition(w: Writer, n: Node) -> Code:
    return f"({CONDITIONS[n.kind](w, n)}).to(dtype)", ATOM


def eye(w: Writer, n: Node) -> Code:
    return f"torch.eye({bare(size_code(n.shape[0]))}, {LIKE})", ATOM


def triangle(w: Writer, n: Node) -> Code:
    return f"torch.tril(torch.ones({shape_code(n.shape)}, {LIKE}), {bare(size_code(n.at))})", ATOM


def select(w: Writer, n: Node) -> Code:
    rows, columns = map(size_code, n.shape)
    start = bare(size_code(n.at))
    return f"torch.eye({rows}, {LIKE})[:, {start}:{start} + {columns}]", ATOM


def transposed(w: Writer, n: Node) -> Code:
    inner = w.text(n.args[0], ATOM)
    return (f"{inner}.T" if n.rank == 2 else f"{inner}.permute({', '.join(map(str, n.at))})"), ATOM


def product(w: Writer, n: Node) -> Code:
    """`torch.vdot` is for vectors alone."""
    (x, y), (left, right, out) = n.args, n.at
    if not out and left == right and x.rank > 1:
        return f"torch.sum({w.text(x, PRODUCT)} * {w.text(y, ATOM)})", ATOM
    return contraction(w, n)


def between(name: str, side: str) -> Spelling:
    """The larger or smaller of two; one of them may be a number."""

    def spell(w: Writer, n: Node) -> Code:
        first, second = operands(w, n)
        for fixed, x, bound in ((n.args[1], first, second), (n.args[0], second, first)):
            if plain(fixed):
                return f"torch.clamp({x}, {side}={bound})", ATOM
        return f"torch.{name}({first}, {second})", ATOM

    return spell


def cumulative(w: Writer, n: Node) -> Code:
    axis, back = n.at
    if back:
        return f"torch.cumsum({w.text(n.args[0], ATOM)}.flip({axis}), {axis}).flip({axis})", ATOM
    return f"torch.cumsum({w.text(n.args[0])}, {axis})", ATOM


def scattered(w: Writer, n: Node, name: str) -> list[str]:
    rows, labels = n.args
    return [f"{name} = torch.zeros({shape_code(n.shape)}, {LIKE})",
            f"{name}.index_put_(({w.text(labels)},), {w.text(rows)}, accumulate=True)"]  # fmt: skip


def taken_along(w: Writer, n: Node) -> Code:
    x, labels = n.args
    if not labels.rank:
        return f"{w.text(x, ATOM)}[{w.text(labels)}]", ATOM
    return f"torch.take_along_dim({w.text(x)}, {w.text(labels, ATOM)}[..., None], -1)[..., 0]", ATOM


OWN: Mapping[k.Kind, Spelling] = {
    **dict.fromkeys(CONDITIONS, condition),
    k.EYE: eye,
    k.TRI: triangle,
    k.TABLE: lambda w, n: (f"torch.tensor({written_out(w, n)}, {LIKE})", ATOM),
    k.SELECT: select,
    k.TRANSPOSE: transposed,
    k.CONTRACT: product,
    k.MAXIMUM: between("maximum", "min"),
    k.MINIMUM: between("minimum", "max"),
    k.CUMSUM: cumulative,
    k.TAKE_ALONG: taken_along,
    k.SIGMOID: call("sigmoid"),
    k.ERF: call("erf"),
    k.EXPM: call("linalg.matrix_exp"),
    k.GAMMALN: call("lgamma"),
    k.DIGAMMA: call("digamma"),
    **{kind: polygamma("torch.polygamma", n) for n, kind in enumerate(POLYGAMMA) if n},
    k.SOFTPLUS: softplus_of_zeros,
    k.MAX: lambda w, n: (f"torch.amax({w.text(n.args[0])}, {n.at}, keepdim=True)", ATOM),
}
FILLED: Mapping[k.Kind, Making] = {**MAKINGS, k.SCATTER: scattered}
TORCH = Target(
    "torch",
    {**SPELLINGS, **OWN},
    FILLED,
    loop,
    HELPERS,
    ASKED,
    "import torch",
    "{}.clone()",
    WHOLE,
    LIKE,
    ", device=device",
    TYPED,
    given="torch.as_tensor({})",
    array="torch.as_tensor",
    cast="{}.to(device=device, dtype=dtype)",
)
CLASS = '''class {function}(torch.autograd.Function):
    """{of}, with the backward pass of its derivation."""

    @staticmethod
    def forward(ctx, *given):
        found, saved = {forward}(*given)
        ctx.save_for_backward(*saved)
        return found

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, {bar}):
        slopes = {backward}(ctx.saved_tensors, {bar})
        return tuple(slopes.get(name) for name in {names})
'''
VALUE = '''def value({own}):
    """{of}, to be differentiated."""
    return Derived.apply({own})
'''


def source(d: Derivation) -> str:
    """`value(...)` as an autograd function, and the function that the other targets have."""
    m = SplitModule(d, TORCH)
    value = VALUE.format(of=d.of, own=", ".join(m.own))
    blocks = m.forward(), m.backward(), autograd_function(m, "Derived"), value, m.in_turn()
    return m.text(*blocks, test=self_test(d, TORCH))


def autograd_function(m: SplitModule, function: str) -> str:
    """The class that hands both passes to PyTorch."""
    forward, backward = m.pass_names
    return CLASS.format(
        function=function, forward=forward, backward=backward, of=m.d.of, bar=m.bar, names=m.slots
    )
