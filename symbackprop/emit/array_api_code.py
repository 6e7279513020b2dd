"""The Python array API standard: code that asks its arguments for their library, and uses nothing beyond it.

It runs on NumPy, CuPy and JAX as they are, and on Dask and PyTorch where `array-api-compat` is installed. No
array is written into: what is set into zeros is padded, rows of a loop are stacked, rows that meet at labels
are multiplied with their one-hot rows, as the standard has no scatter-add. Dask has no determinants, and
splits no axis unevenly in chunks.
"""

from __future__ import annotations

from collections.abc import Mapping

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.array_api_helpers import CHECKED, HELPERS
from symbackprop.emit.array_indexing import Ranges, new_axes, ranges_code
from symbackprop.emit.array_products import at_sign
from symbackprop.emit.array_spellings import (
    CONDITIONS, SPELLINGS, arrayed, call, concatenated, cumulative, helped, softplus_of_zeros, summed,
    written_out,
)  # fmt: skip
from symbackprop.emit.literals import bare, shape_code, size_code
from symbackprop.emit.numpy_loops import steps
from symbackprop.emit.passes_module import passes
from symbackprop.emit.program import array_kinds as k
from symbackprop.emit.program.array_nodes import Node
from symbackprop.emit.program.code_writer import (
    ATOM, PRODUCT, SIGN, SUM, Code, Spelling, Target, Writer, template,
)  # fmt: skip
from symbackprop.emit.program.statements_of_program import Buffer, Loop

LIKE, WHOLE = "dtype=dtype, device=device", "dtype=xp.int64, device=device"
TYPED = (
    "xp, dtype, device = _namespace({0}), {0}.dtype, getattr({0}, 'device', None)",
    "xp, dtype, device = _namespace({0}), _namespace({0}).float64, getattr({0}, 'device', None)",
)


def condition(w: Writer, n: Node) -> Code:
    return f"xp.astype({CONDITIONS[n.kind](w, n)}, dtype)", ATOM


def product(w: Writer, n: Node) -> Code:
    """`@` where it says it; else axes in both stay first, and pairs of axes are summed."""
    (x, y), (left, right, out) = n.args, n.at
    if not out and left == right and x.rank > 1:
        return f"xp.sum({w.text(x, PRODUCT)} * {w.text(y, SIGN)})", ATOM
    if known := at_sign(w, n):
        return known
    batch = tuple((left.index(c), right.index(c)) for c in out if c in left and c in right)
    gone = tuple((left.index(c), right.index(c)) for c in left if c not in out)
    if not batch:
        axes = ", ".join(str([pair[side] for pair in gone]) for side in (0, 1))
        return f"xp.tensordot({w.text(x)}, {w.text(y)}, axes=({axes}))", ATOM
    return f"{w.helper('_product')}({w.text(x)}, {w.text(y)}, {batch}, {gone})", ATOM


def transposed(w: Writer, n: Node) -> Code:
    if n.rank == 2:
        return f"{w.text(n.args[0], ATOM)}.T", ATOM
    return f"xp.permute_dims({w.text(n.args[0])}, {n.at})", ATOM


def sliced(w: Writer, n: Node) -> Code:
    return f"{w.text(n.args[0], ATOM)}[{ranges_code(n.at, n.args[0].shape, '...')}]", ATOM


def expanded(w: Writer, n: Node) -> Code:
    (x,) = n.args
    if x.kind is k.SUM and x.at == n.at and x not in w.text_of:
        return summed(w, x, ", keepdims=True")
    return f"{w.text(x, ATOM)}[{new_axes(n.rank, n.at, '...')}]", ATOM


def step_row(w: Writer, n: Node) -> Code:
    return f"{w.text(n.args[0], ATOM)}[{w.time}{', ...' if n.rank else ''}]", ATOM


def triangle(w: Writer, n: Node) -> Code:
    return f"xp.tril(xp.ones({shape_code(n.shape)}, {LIKE}), k={bare(size_code(n.at))})", ATOM


def select(w: Writer, n: Node) -> Code:
    rows, columns = map(size_code, n.shape)
    return f"xp.eye({rows}, {columns}, k=-{size_code(n.at)}, {LIKE})", ATOM


def eye(w: Writer, n: Node) -> Code:
    return f"xp.eye({bare(size_code(n.shape[0]))}, {LIKE})", ATOM


def placed(w: Writer, n: Node) -> Code:
    """Every piece padded with zeros to the whole size, and their sum."""
    said = " + ".join(padded(w, x, at, n) for x, at in zip(n.args, n.at, strict=True))
    return said, SUM if len(n.args) > 1 else ATOM


def padded(w: Writer, x: Node, at: Ranges, n: Node) -> str:
    points = [axis for axis, r in enumerate(at) if len(r) == 1]
    inner = arrayed(w, x, ATOM)
    if points:
        inner += f"[{new_axes(n.rank, points, '...')}]"
    return f"{w.helper('_padded')}({inner}, {shape_code(n.shape)}, {shape_code(tuple(r[0] for r in at))})"


def scattered(w: Writer, n: Node) -> Code:
    rows, labels = n.args
    return f"{w.helper('_added')}({w.text(rows)}, {w.text(labels)}, {bare(size_code(n.shape[0]))})", ATOM


def taken(w: Writer, n: Node) -> Code:
    x, labels = n.args
    return f"{w.helper('_taken')}({w.text(x)}, {w.text(labels)}, {n.at})", ATOM


def diagonal(w: Writer, n: Node) -> Code:
    return f"{w.helper('_diagonal')}({w.text(n.args[0])}, {n.at[0]}, {n.at[1]})", ATOM


def on_diagonal(w: Writer, n: Node) -> Code:
    return f"{w.helper('_diag')}({w.text(n.args[-1])}, {n.at[0]}, {n.at[1]})", ATOM


def onto(w: Writer, n: Node) -> Code:
    return f"{w.text(n.args[0], SUM)} + {on_diagonal(w, n)[0]}", SUM


def listed(w: Writer, b: Buffer, s: Loop) -> list[str]:
    """A list for the rows of a name, those before the first step and after the last one filled in."""
    out = [line for n in b.before for line in w.assigned(n)]
    first = "".join(f"{arrayed(w, n)}, " for n in b.before)
    zero = f" + [xp.zeros({shape_code(b.shape)}, {w.target.like})] * {b.after}" if b.after else ""
    rows = f"[None] * {size_code(s.length)}"
    return [*out, f"{b.name} = {f'[{first[:-2]}] + ' if first else ''}{rows}{zero}"]


def loop(w: Writer, s: Loop) -> list[str]:
    """The rows in lists, which are stacked at the end."""
    return [*steps(w, s, listed), *(f"{b.name} = xp.stack({b.name})" for b in s.buffers)]


OWN: Mapping[k.Kind, Spelling] = {
    **dict.fromkeys(CONDITIONS, condition),
    k.MUL: template("{} * {}", PRODUCT, PRODUCT, SIGN),
    k.ARCTAN: call("atan"),
    k.ARCSIN: call("asin"),
    k.ARCCOS: call("acos"),
    k.ARCSINH: call("asinh"),
    k.ARCCOSH: call("acosh"),
    k.ARCTANH: call("atanh"),
    k.TABLE: lambda w, n: (f"xp.asarray({written_out(w, n)}, {LIKE})", ATOM),
    k.EYE: eye,
    k.TRI: triangle,
    k.SELECT: select,
    k.TRANSPOSE: transposed,
    k.SLICE: sliced,
    k.EXPAND: expanded,
    k.GET: step_row,
    k.CONTRACT: product,
    k.CUMSUM: cumulative("cumulative_sum"),
    k.CONCAT: concatenated("concat"),
    k.PLACE: placed,
    k.SCATTER: scattered,
    k.TAKE: taken,
    k.TAKE_ALONG: helped("_along"),
    k.GATHER: helped("_gathered"),
    k.DIAG: on_diagonal,
    k.ONTO: onto,
    k.DIAGONAL: diagonal,
    k.SOFTPLUS: softplus_of_zeros,
}
ARRAY_API = Target(
    "xp", {**SPELLINGS, **OWN}, {}, loop, HELPERS, CHECKED, imports="from math import prod",
    copy="xp.asarray({}, copy=True)",
    whole=WHOLE, like=LIKE, on=", device=device", typed=TYPED,
    asks=True, given="xp.asarray({})", cast="xp.astype({}, dtype, copy=False)",
)  # fmt: skip


def source(d: Derivation) -> str:
    """The module's text."""
    return passes(d, ARRAY_API)
