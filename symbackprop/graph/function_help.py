"""What `help(sb.softmax)` says: how a function is called, sizes, formula, an example; from its row."""

from __future__ import annotations

from ast import unparse
from collections.abc import Callable, Mapping
from inspect import Parameter, Signature, cleandoc, signature

from symbackprop.entries.entry_equations import Equality, Pattern, Range, Template
from symbackprop.entries.op import Op, Variant
from symbackprop.entries.option_ranges import ANY, RANGES
from symbackprop.graph.function_examples import EXAMPLES
from symbackprop.vocabulary import OPS

SIZES = {"i": "d", "j": "m", "k": "k", "a": "d", "l": "m"}  # of letters in examples


def helped(functions: Mapping[str, Callable[..., object]]) -> None:
    """Give every function its own name, its signature, and a documentation."""
    for name, function in functions.items():
        op = OPS.get(name)
        made = op and op.variants and function.__doc__ is None
        own = signature_of(op) if op and made else untyped(signature(function))
        function.__signature__ = own  # type: ignore[attr-defined]
        function.__name__ = function.__qualname__ = name
        function.__doc__ = documentation(name, function, op)


def signature_of(op: Op) -> Signature:
    """The arguments of the longest variant, the axis where there is one, and the options."""
    whole = max(op.variants, key=lambda v: len(v.arguments)).arguments if op.variants else ()
    least = min((len(v.arguments) for v in op.variants), default=0)
    empty, keyword = Parameter.empty, Parameter.KEYWORD_ONLY
    given = [Parameter(p.tensor, Parameter.POSITIONAL_OR_KEYWORD, default=empty if n < least else None)
             for n, p in enumerate(whole)]  # fmt: skip
    if one_axis(op):
        given.append(Parameter("axis", keyword, default=-1))
    return Signature([*given, *(Parameter(k, keyword, default=v) for k, v in op.defaults)])


def untyped(s: Signature) -> Signature:
    """A signature without the types, which are everywhere the same."""
    kept = (p.replace(annotation=Parameter.empty) for p in s.parameters.values())
    return Signature(list(kept))


def one_axis(op: Op) -> bool:
    """Whether a function acts along one axis of its first argument."""
    first = op.variants[0].arguments[0] if op.variants and op.variants[0].arguments else None
    return first is not None and first.batch and len(first.core) == 1


def documentation(name: str, function: Callable[..., object], op: Op | None) -> str:
    """What stands under the signature, one thing a line."""
    lines = [cleandoc(function.__doc__)] if function.__doc__ else []
    own = op if op and (not lines or op.variants) else None
    if own and one_axis(own) and not lines:
        lines.append("Along the last axis, or along `axis`.")
    rows = [*(row_lines(own) if own else ()), ("example", example(name, op))]
    width = max(len(k) for k, _ in rows)
    return "\n".join([*lines, *([""] if lines else []), *(f"{k:{width}}  {v}" for k, v in rows)])


def row_lines(op: Op) -> list[tuple[str, str]]:
    """Sizes, formulas and options of an op."""
    out: list[tuple[str, str]] = []
    for v in op.variants:
        out += [("sizes", sizes(v)), *formulas(op, v)]
    if not op.variants and op.build and op.build.__doc__:
        out.append(("formula", cleandoc(op.build.__doc__).splitlines()[0]))
    allowed = dict(op.ranges)
    for k, value in op.defaults:
        range_ = allowed.get(k) or RANGES.get(k, ANY)
        out.append(("option", f"{k} = {value}" + (f", {range_.said}" if range_ is not ANY else "")))
    return out


def sizes(v: Variant) -> str:
    """`x: … × i → … × i`."""
    last = v.equations[-1]
    made = last.result if isinstance(last, Equality) else last.left if not isinstance(last, Range) else None
    given = ", ".join(f"{p.tensor}: {axes(p)}" for p in v.arguments)
    return f"{given} → {axes(made) if made else ''}"


def axes(p: Pattern) -> str:
    return " × ".join((*(["…"] if p.batch else []), *p.core)) or "scalar"


def formulas(op: Op, v: Variant) -> list[tuple[str, str]]:
    """The equations of a variant; of a scalar function its definition and slope in x, and y for its value."""
    if op.scalar:
        known = [("formula", f"y = {op.scalar.definition}")] if op.scalar.definition else []
        return known + ([("slope", op.scalar.prime)] if op.scalar.prime else [])
    return [("formula", " ".join(equation(e).split())) for e in v.equations]


def equation(e: Template | Range | Equality) -> str:
    """One line of a definition."""
    if isinstance(e, Template):
        return e.source
    if isinstance(e, Range):
        return f"{e.letter} < {e.attribute}"
    return f"{unparse(e.left)} = {unparse(e.right)}"


def example(name: str, op: Op | None) -> str:
    """A graph with the function in it."""
    if name in EXAMPLES or op is None or not op.variants:
        return EXAMPLES[name]
    v = op.variants[0]
    word = " positive" if op.scalar and op.scalar.domain == "positive" else ""
    declared = "; ".join(f"{p.tensor}: {shape(p)}{word}" for p in v.arguments)
    called = ", ".join(p.tensor for p in v.arguments)
    return f"{declared}; Y = {name}({called})"


def shape(p: Pattern) -> str:
    """Sizes of an argument in an example."""
    return " x ".join((*(["n"] if p.batch else []), *(SIZES.get(c, c) for c in p.core))) or "scalar"
