"""The array primitives in the words that NumPy and its likes share; `w.m` is what the library is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from symbackprop.emit.array_indexing import new_axes, ranges_code
from symbackprop.emit.array_products import contraction
from symbackprop.emit.literals import bare, number_code, shape_code, size_code
from symbackprop.emit.program import array_kinds as k
from symbackprop.emit.program.array_nodes import Node, node
from symbackprop.emit.program.code_writer import (
    ATOM, COMPARED, LOOSE, POWER, PRODUCT, SIGN, SUM, Code, Making, Spelling, Writer, template,
)  # fmt: skip
from symbackprop.emit.program.entrywise import of_identity
from symbackprop.sizes import Size


def number(w: Writer, n: Node) -> Code:
    value: Fraction = n.at
    return (number_code(value), ATOM) if value >= 0 else (f"-{number_code(-value)}", SIGN)


def negative(w: Writer, n: Node) -> Code:
    """-a*b is read as (-a)*b, which is the same number."""
    code, own = w.code(n.args[0])
    return (f"-{code}", min(own, SIGN)) if own >= PRODUCT else (f"-({code})", SIGN)


def multiplied(w: Writer, n: Node) -> Code:
    """A product; a condition beside an array needs not be made one, and stands behind it."""
    held = [a for a in n.args if a.kind in CONDITIONS and a not in w.text_of]
    others = [a for a in n.args if a not in held]
    if len(held) == len(others) == 1 and not plain(others[0]):
        return f"{w.text(others[0], PRODUCT)} * ({CONDITIONS[held[0].kind](w, held[0])})", PRODUCT
    first, second = n.args
    return f"{w.text(first, PRODUCT)} * {w.text(second, SIGN)}", PRODUCT


def condition(w: Writer, n: Node) -> Code:
    """1 where it is so, else 0."""
    return f"({CONDITIONS[n.kind](w, n)}).astype(dtype)", ATOM


def compared(sign: str) -> Callable[[Writer, Node], str]:
    return lambda w, n: f" {sign} ".join(operands(w, n, SUM))


def power(w: Writer, n: Node) -> Code:
    p: Fraction = n.at
    return f"{w.text(n.args[0], ATOM)}**{number_code(p)}", POWER


def full(w: Writer, n: Node) -> Code:
    value, shape = n.at, shape_code(n.shape)
    if value in (0, 1):
        return f"{w.m}.{('zeros', 'ones')[int(value)]}({shape}, {w.target.like})", ATOM
    return f"{w.m}.full({shape}, {bare(number_code(value))}, {w.target.like})", ATOM


def extent(w: Writer, n: Node) -> Code:
    return size_code(n.at), ATOM


def arange(w: Writer, n: Node) -> Code:
    return positions(w, n.shape[0]), ATOM


def positions(w: Writer, s: Size) -> str:
    """The positions along an axis."""
    return f"{w.m}.arange({bare(size_code(s))}{w.target.on})"


def select(w: Writer, n: Node) -> Code:
    rows, columns = map(size_code, n.shape)
    return f"{w.m}.eye({rows}, {columns}, -{size_code(n.at)}, dtype)", ATOM


def triangle(w: Writer, n: Node) -> Code:
    rows, columns = (bare(size_code(s)) for s in n.shape)
    return f"{w.m}.tri({rows}, {columns}, {bare(size_code(n.at))}, dtype)", ATOM


def eye(w: Writer, n: Node) -> Code:
    return f"{w.m}.eye({bare(size_code(n.shape[0]))}, dtype=dtype)", ATOM


def unit(w: Writer, n: Node) -> str:
    return f"{positions(w, n.shape[0])} == {size_code(n.at)}"


def written_out(w: Writer, n: Node) -> str:
    """Numbers as nested lists."""
    cells = [number_code(c) if c >= 0 else f"-{number_code(-c)}" for c in n.at]
    for s in reversed(n.shape[1:]):
        width = s.number or 1
        cells = [f"[{', '.join(cells[k : k + width])}]" for k in range(0, len(cells), width)]
    return f"[{', '.join(cells)}]"


def onehot(w: Writer, n: Node) -> str:
    at = w.text(n.args[0], ATOM) + ("[..., None]" if n.args[0].rank else "")
    return f"{positions(w, n.shape[-1])} == {at}"


def row(w: Writer, n: Node) -> Code:
    name, shift = n.at
    low = w.early.get(name, 0) + shift
    moved = f" {'+-'[low < 0]} {abs(low)}" if low else ""
    return f"{name}[{w.time}{moved}]", ATOM


def transposed(w: Writer, n: Node) -> Code:
    order: tuple[int, ...] = n.at
    inner = w.text(n.args[0], ATOM)
    if n.rank == 2:
        return f"{inner}.T", ATOM
    if order == (*range(n.rank - 2), n.rank - 1, n.rank - 2):
        return f"{inner}.mT", ATOM
    return f"{inner}.transpose({', '.join(map(str, order))})", ATOM


def sliced(w: Writer, n: Node) -> Code:
    return f"{w.text(n.args[0], ATOM)}[{ranges_code(n.at, n.args[0].shape)}]", ATOM


def expanded(w: Writer, n: Node) -> Code:
    (x,) = n.args
    if x.kind is k.SUM and x.at == n.at and x not in w.text_of:
        return summed(w, x, ", keepdims=True")
    return f"{w.text(x, ATOM)}[{new_axes(n.rank, n.at)}]", ATOM


def overlap(w: Writer, n: Node) -> str:
    (step, first), (a, h, u) = n.at, (positions(w, s) for s in n.shape)
    return f"{step} * {h}[:, None] + {u} + {size_code(first)} == {a}[:, None, None]"


def windows(w: Writer, n: Node) -> Code:
    axis, first, steps = n.at
    said = "".join(f", ({a}, {bare(size_code(s))})" for a, s in steps)
    return f"{w.helper('_windows')}({w.text(n.args[0])}, {axis}, {bare(size_code(first))}{said})", ATOM


def folded(w: Writer, n: Node) -> Code:
    said = ", ".join(bare(size_code(x)) if isinstance(x, Size) else str(x) for x in n.at)
    return f"{w.helper('_fold')}({w.text(n.args[0])}, {said})", ATOM


def diagonal(w: Writer, n: Node) -> Code:
    axes = "" if n.at == (0, 1) else f", 0, {n.at[0]}, {n.at[1]}"
    return f"{w.m}.diagonal({w.text(n.args[0])}{axes})", ATOM


def on_diagonal(w: Writer, n: Node) -> Code:
    """Zeros with a diagonal; `np.diag` is for matrices."""
    if n.rank == 2:
        return f"{w.m}.diag({w.text(n.args[0])})", ATOM
    return added_on(w, n, f"{w.m}.zeros({shape_code(n.shape)}, {w.target.like})"), ATOM


def onto(w: Writer, n: Node) -> Code:
    """An array of its own with something added on a diagonal."""
    base = n.args[0]
    return added_on(w, n, w.text(base) if fresh(w, base) else w.target.copy.format(w.text(base, ATOM))), ATOM


def added_on(w: Writer, n: Node, base: str) -> str:
    """A call that adds the last argument of a node on a diagonal; what is only repeated is repeated there."""
    first, second = n.at
    x = n.args[-1]
    x = x.args[0] if x.kind is k.BROADCAST and x not in w.text_of else x
    return f"{w.helper('_onto')}({base}, {w.text(x)}, {first}, {second})"


def fresh(w: Writer, n: Node) -> bool:
    """Whether an array is nobody else's: made here, and read here alone."""
    if n in w.text_of and (n in w.uses.named or w.uses.reads[n] > 1):
        return False
    if n.kind.role is k.Role.VIEW and n.kind is not k.BROADCAST:
        return fresh(w, n.args[0])
    return n.kind not in (k.INPUT, k.SERIES, k.ROW, k.BROADCAST)


def summed(w: Writer, n: Node, kept: str = "") -> Code:
    axes: tuple[int, ...] = n.at
    inner = n.args[0]
    over = "" if len(axes) == inner.rank and not kept else f", axis={axes[0] if len(axes) == 1 else axes}"
    return f"{w.m}.sum({w.text(inner)}{over}{kept})", ATOM


def cumulative(name: str) -> Spelling:
    """Sums so far along an axis, or from the end."""

    def spell(w: Writer, n: Node) -> Code:
        axis, back = n.at
        inner = w.text(n.args[0])
        if not back:
            return f"{w.m}.{name}({inner}, axis={axis})", ATOM
        turned = f"{w.m}.flip({inner}, axis={axis})"
        return f"{w.m}.flip({w.m}.{name}({turned}, axis={axis}), axis={axis})", ATOM

    return spell


def concatenated(name: str) -> Spelling:
    def spell(w: Writer, n: Node) -> Code:
        said = ", ".join(w.text(a) for a in n.args)
        return f"{w.m}.{name}(({said}{',' * (len(n.args) == 1)}), axis={n.at})", ATOM

    return spell


def taken(w: Writer, n: Node) -> Code:
    x, labels = n.args
    return f"{w.text(x, ATOM)}[{':, ' * n.at}{w.text(labels)}]", ATOM


def taken_along(w: Writer, n: Node) -> Code:
    x, labels = n.args
    if not labels.rank:
        return f"{w.text(x, ATOM)}[{w.text(labels)}]", ATOM
    return f"{w.m}.take_along_axis({w.text(x)}, {w.text(labels, ATOM)}[..., None], -1)[..., 0]", ATOM


def gathered(w: Writer, n: Node) -> Code:
    x, *at = n.args
    return f"{w.text(x, ATOM)}[{', '.join(w.text(a) for a in at)}]", ATOM


def choice(w: Writer, n: Node) -> Code:
    first, last = (w.text(a, COMPARED) for a in n.args)
    return f"{first} if {w.time} < {w.last} else {last}", LOOSE


def operands(w: Writer, n: Node, strength: int = LOOSE) -> list[str]:
    """The arguments of a function of arrays: of numbers alone, the first is an array of the arrays' type."""
    first, *rest = (w.text(a, strength) for a in n.args)
    return [arrayed(w, n.args[0], strength) if all(map(plain, n.args)) else first, *rest]


def arrayed(w: Writer, n: Node, strength: int = LOOSE) -> str:
    """A value as an array, also where it is a number made of sizes."""
    return f"{w.m}.full((), {w.text(n)}, {w.target.like})" if plain(n) else w.text(n, strength)


def helped(name: str) -> Spelling:
    return lambda w, n: (f"{w.helper(name)}({', '.join(operands(w, n))})", ATOM)


def polygamma(name: str, order: int) -> Spelling:
    """A derivative of log Γ by its order; `{helper}` is our own function."""

    def spell(w: Writer, n: Node) -> Code:
        called = w.helper("_polygamma") if name == "{helper}" else name
        return f"{called}({order}, {operands(w, n)[0]})", ATOM

    return spell


def call(name: str) -> Spelling:
    return lambda w, n: (f"{w.m}.{name}({', '.join(operands(w, n))})", ATOM)


def softplus_of_zeros(w: Writer, n: Node) -> Code:
    """Where a library wants two arrays."""
    (x,) = operands(w, n)
    return f"{w.m}.logaddexp({x}, {w.m}.zeros_like({x}))", ATOM


def root(w: Writer, n: Node) -> Code:
    """Of a number made of sizes it is a number again, which has no type of its own."""
    if plain(n.args[0]):
        return f"{w.text(n.args[0], ATOM)}**0.5", POWER
    return call("sqrt")(w, n)


def plain(n: Node) -> bool:
    """Whether a value is a number made of sizes, no array."""
    return n.kind in NUMBERS and not n.rank and all(map(plain, n.args))


def broadcast(w: Writer, n: Node) -> Code:
    x, shape = n.args[0], shape_code(n.shape)
    if plain(x):
        return f"{w.m}.full({shape}, {w.text(x)}, {w.target.like})", ATOM
    return f"{w.m}.broadcast_to({w.text(x)}, {shape})", ATOM


def placed(w: Writer, n: Node, name: str) -> list[str]:
    """Zeros, with each piece set or added where it belongs."""
    out = [f"{name} = {w.m}.zeros({shape_code(n.shape)}, {w.target.like})"]
    for number, (x, ranges) in enumerate(zip(n.args, n.at, strict=True)):
        scale = of_identity(x) if x not in w.text_of else None
        if scale or (x.kind is k.DIAG and x not in w.text_of):
            x = x if scale is None else node(k.DIAG, (scale,), x.shape, (0, 1))
            out.append(added_on(w, x, f"{name}[{ranges_code(ranges, n.shape)}]"))
            continue
        out.append(f"{name}[{ranges_code(ranges, n.shape)}] {'+=' if number else '='} {w.text(x)}")
    return out


def scattered(w: Writer, n: Node, name: str) -> list[str]:
    rows, labels = n.args
    return [f"{name} = {w.m}.zeros({shape_code(n.shape)}, {w.target.like})",
            f"{w.m}.add.at({name}, {w.text(labels)}, {w.text(rows)})"]  # fmt: skip


POLYGAMMA = (k.DIGAMMA, k.TRIGAMMA, k.TETRAGAMMA, k.PENTAGAMMA)
NUMBERS = (k.NUMBER, k.CONSTANT, k.EXTENT, k.ADD, k.SUB, k.MUL, k.DIV, k.NEG, k.POWER, k.SQRT)
CONDITIONS: Mapping[k.Kind, Callable[[Writer, Node], str]] = {
    k.STEP: lambda w, n: f"{operands(w, n, SUM)[0]} > 0",
    k.EQUAL: compared("=="),
    k.AT_MOST: compared("<="),
    k.ONEHOT: onehot,
    k.UNITVECTOR: unit,
    k.OVERLAP: overlap,
}
SPELLINGS: Mapping[k.Kind, Spelling] = {
    **dict.fromkeys(CONDITIONS, condition),
    k.INPUT: lambda w, n: (str(n.at), ATOM),
    k.NUMBER: number,
    k.CONSTANT: lambda w, n: (f"{w.m}.{n.at}", ATOM),
    k.EXTENT: extent,
    k.FULL: full,
    k.EYE: eye,
    k.SELECT: select,
    k.TRI: triangle,
    k.TABLE: lambda w, n: (f"{w.m}.array({written_out(w, n)}, dtype)", ATOM),
    k.ARANGE: arange,
    k.ROW: row,
    k.SERIES: lambda w, n: (str(n.at), ATOM),
    k.ADD: template("{} + {}", SUM, SUM, PRODUCT),
    k.SUB: template("{} - {}", SUM, SUM, PRODUCT),
    k.MUL: multiplied,
    k.DIV: template("{} / {}", PRODUCT, PRODUCT, SIGN),
    k.NEG: negative,
    k.POWER: power,
    k.LESS: template("{} < {}", COMPARED, SUM, SUM),
    k.UNEQUAL: template("{} != {}", COMPARED, SUM, SUM),
    k.WHERE: call("where"),
    k.SIGMOID: helped("_sigmoid"),
    k.SOFTPLUS: lambda w, n: (f"{w.m}.logaddexp({operands(w, n)[0]}, 0)", ATOM),
    k.ERF: helped("_erf"),
    k.GAMMALN: helped("_gammaln"),
    **{kind: polygamma("{helper}", n) for n, kind in enumerate(POLYGAMMA)},
    k.MAXIMUM: call("maximum"),
    k.MINIMUM: call("minimum"),
    k.SQRT: root,
    **{kind: call(kind.name) for kind in (
        k.EXP, k.LOG, k.ABS, k.SIGN, k.SIN, k.COS, k.TAN, k.SINH, k.COSH, k.TANH, k.ARCTAN, k.ARCSIN,
        k.ARCCOS, k.ARCSINH, k.ARCCOSH, k.ARCTANH, k.FLOOR, k.EXPM1, k.LOG1P,
    )},
    k.TRANSPOSE: transposed,
    k.RESHAPE: lambda w, n: (f"{w.m}.reshape({w.text(n.args[0])}, {shape_code(n.shape)})", ATOM),
    k.EXPAND: expanded,
    k.BROADCAST: broadcast,
    k.SLICE: sliced,
    k.WINDOWS: windows,
    k.DIAGONAL: diagonal,
    k.GET: lambda w, n: (f"{w.text(n.args[0], ATOM)}[{w.time}]", ATOM),
    k.SUM: summed,
    k.MAX: lambda w, n: (f"{w.m}.max({w.text(n.args[0])}, axis={n.at}, keepdims=True)", ATOM),
    k.CUMSUM: cumulative("cumsum"),
    k.CONTRACT: contraction,
    k.ARGMAX: template("{m}.argmax({}, axis=-1)", ATOM, LOOSE),
    k.ARGMIN: template("{m}.argmin({}, axis=-1)", ATOM, LOOSE),
    k.CONCAT: concatenated("concatenate"),
    k.TAKE: taken,
    k.TAKE_ALONG: taken_along,
    k.GATHER: gathered,
    k.FOLD: folded,
    k.DIAG: on_diagonal,
    k.ONTO: onto,
    k.INVERSE: call("linalg.inv"),
    k.SOLVE: call("linalg.solve"),
    k.DET: call("linalg.det"),
    k.LOGDET: helped("_logdet"),
    k.LOGABSDET: template("{m}.linalg.slogdet({})[1]", ATOM, LOOSE),
    k.ADJUGATE: helped("_adjugate"),
    k.CHOLESKY: call("linalg.cholesky"),
    k.EIGVALSH: call("linalg.eigvalsh"),
    k.EIGENVECTORS: template("{m}.linalg.eigh({})[1]", ATOM, LOOSE),
    k.EXPM: helped("_expm"),
    k.CHOICE: choice,
}  # fmt: skip
MAKINGS: Mapping[k.Kind, Making] = {k.PLACE: placed, k.SCATTER: scattered}
