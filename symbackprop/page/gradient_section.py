"""The error signals and the gradients, with rows of their own where a recurrence ends or starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from symbackprop.derivation.derivation import Derivation, signal
from symbackprop.derivation.unfolding import unfolded, written_out
from symbackprop.derivation.equation import Equation, Phrase, distinct, equation, name_of, symbol_of
from symbackprop.derivation.node_jacobians import laid_out
from symbackprop.derivation.scopes import BEFORE
from symbackprop.formula import tree as no
from symbackprop.formula.composing import size_formula
from symbackprop.formula.tree import Formula
from symbackprop.graph.activity import unmoved
from symbackprop.graph.expr import Expr, symbols, topological, weight
from symbackprop.matrices import tidy as td
from symbackprop.page.layer_sentences import kept_layers
from symbackprop.page.families.collapsing import shortest_alike
from symbackprop.page.page import Block, Equations, Options, Paragraph
from symbackprop.page.recurrences.recurrence_solutions import closed_forms
from symbackprop.page.roles import Roles
from symbackprop.page.section_row import SectionRow
from symbackprop.sizes import ONE

DATA = frozenset({"input", "target", "sequence", "mask", "distribution", "onehot"})  # nobody learns them
LONG = 3  # nodes of what is worth a name where it stands twice


def delta_forms(d: Derivation, name: str, o: Options) -> list[Expr]:
    a, forms = d.backward.adjoints[name], list(kept_layers(d, o).forms(name))
    if o.unfold:
        forms += [f for f in (unfolded(d.backward, a.value, o.unfold),) if f is not a.value]
    return forms


def constants_block(d: Derivation) -> list[Block]:
    rows = [equation(d, f"constant.{n}", name_of(d, n), [d.graph.definition[n]], symbol_of(d, n).shape)
            for n in d.constants]  # fmt: skip
    units = all(len(symbol_of(d, n).shape) == 1 for n in d.constants)
    intro = Phrase("delta.unit" if units else "delta.selector")
    return [Equations(tuple(rows), intro, listed=True)] if rows else []


def delta_section(d: Derivation, o: Options) -> list[Block]:
    hidden = kept_layers(d, o).hidden
    shown = [n for n in d.backward.adjoints if n in d.graph.definition and n not in hidden]
    rows = [eq for n in shown for eq in delta_rows(d, n, delta_forms(d, n, o))]
    if not rows:
        return []
    recurrent = any(symbol_of(d, n).time for n in shown)
    intro = Phrase("delta.recurrent") if recurrent else Phrase("delta.intro")
    return [Equations(tuple(rows), intro), *notes_of(d, shown)]


def delta_rows(d: Derivation, n: str, forms: Sequence[Expr]) -> list[Equation]:
    """The error signal of a node, at the last step and at step 0 by itself where it is another one."""
    s = symbol_of(d, n)
    row = equation(d, f"delta.{n}", signal(d, n), forms, s.shape, recurrent=bool(s.time))
    return stepwise(d, n, with_steps(d, n, row, signal(d, n)))


def with_steps(d: Derivation, n: str, row: Equation, of: Formula) -> Equation:
    """The row with the forms its value takes on the way, where they stand beside its own as they are."""
    left, found, *_ = d.line(of, d.backward.adjoints[n].forms)
    steps = tuple(f for f in distinct(found) if f not in row.sides)
    return replace(row, steps=steps) if left == row.left else row


def notes_of(d: Derivation, shown: Sequence[str]) -> list[Block]:
    """What is said below the error signals of some nodes: the ends of a recurrence, selectors."""
    return [*boundary_note(d, shown), *ends_note(d, shown), *constants_block(d)]


def boundary_note(d: Derivation, shown: Sequence[str]) -> list[Block]:
    """What is 0 beyond the last step."""
    names = sorted({u.consumer for n in shown for u in d.backward.adjoints[n].uses
                    if u.shift < (0 if d.backward.adjoints[n].last is None else -1)})  # fmt: skip
    key = "delta.boundary" if len(names) > 1 else "delta.boundary_one"
    return [Paragraph(Phrase(key, (("list", boundary(d, names)),)))] if names else []


def stepwise(d: Derivation, name: str, row: Equation) -> list[Equation]:
    """A recurrent row, with rows of its own for the last step and for step 0 where these differ."""
    a = d.backward.adjoints[name]
    base = signal(d, name)
    rows = [row if a.last is None else replace(row, local=BEFORE)]
    for end, key in ((a.last, "last"), (a.first, "first")):
        if end is not None:
            assert isinstance(base, no.At) and d.graph.time
            step = size_formula(d.graph.time.length) if key == "last" else no.ZERO
            left = no.At(base.base, (step,))
            made = equation(d, f"{row.key}.{key}", left, [end], row.shape or ())
            rows.insert(0 if key == "last" else len(rows), replace(made, boxed=row.boxed))
    return rows


def ends_note(d: Derivation, names: Sequence[str]) -> list[Block]:
    """Which recurrences hold only before the last step."""
    found = [signal(d, n) for n in names if d.backward.adjoints[n].last is not None]
    if not found or not d.graph.time:
        return []
    length = size_formula(d.graph.time.length)
    said = Phrase("list", tuple((f"x{k}", f) for k, f in enumerate(found)))
    return [Paragraph(Phrase("delta.before", (("list", said), ("length", length))))]


def boundary(d: Derivation, names: Sequence[str]) -> Phrase:
    """δ…_{T+1} = 0, as a list of symbols."""
    time = d.graph.time
    assert time
    last = no.Plus((size_formula(time.length), no.ONE))
    out = []
    for n in names:
        f = signal(d, n)
        assert isinstance(f, no.At)
        out.append(no.At(f.base, (last,)))
    return Phrase("list", tuple((f"x{k}", f) for k, f in enumerate(out)))


def gradients_section(d: Derivation, o: Options) -> list[Block]:
    rows = []
    closed = {r.key for r in closed_forms(d)} if "closed" in (o.sections or ()) else set[str]()
    answers = asked_for(d, o)
    for n in d.wrt:
        if n not in d.backward.adjoints:
            continue
        s = symbol_of(d, n)
        scalar = not d.graph.symbol[d.of].shape
        left = signal(d, n)
        if scalar and not s.time:
            left = no.Nabla(d.convention.of, s.tex) if s.shape else no.Partial(d.convention.of, s.tex)
        forms = gradient_forms(d, n, o)
        boxed = n in answers and f"closed.gradient.{n}" not in closed  # a closed form is the result
        row = equation(d, f"gradient.{n}", left, forms, s.shape, recurrent=bool(s.time), boxed=boxed)
        row = with_steps(d, n, row, left)
        turned = as_derivative(d, row, forms) if scalar and not s.time else None
        rows += [turned] if turned else stepwise(d, n, row)
    intro = Phrase("gradients.derivatives") if d.convention.layout == "numerator" else None
    rows = shortest_alike(d, rows)
    made = Equations(tuple(rows), intro, listed=True)
    return [made, *ends_note(d, d.wrt), *symmetry_note(d), *zero_note(d)]


def asked_for(d: Derivation, o: Options) -> tuple[str, ...]:
    """The variables whose gradients are the answer: those that were named, else all but what is data."""
    if o.asked is not None or d.graph.wrt:
        return o.asked or d.graph.wrt
    if {*d.wrt} < {n for n in d.graph.inputs if symbol_of(d, n).labels is None}:
        return d.wrt
    roles = Roles(d)
    return tuple(n for n in d.wrt if roles.of(n) not in DATA) or d.wrt


def as_derivative(d: Derivation, row: Equation, forms: Sequence[Expr]) -> Equation | None:
    """∂of/∂x where the layout gives it another shape than x; None where it is the gradient."""
    if d.convention.layout != "numerator" or not isinstance(row.left, no.Nabla) or row.free:
        return None
    shape = row.shape or ()
    sides = distinct([laid_out(f, 0, len(shape), d.convention) for f in forms])
    turned = tuple(reversed(shape)) if len(shape) == 2 else (ONE, *shape)
    return replace(row, left=no.Partial(row.left.of, row.left.wrt), sides=sides, shape=turned, steps=())


def symmetry_note(d: Derivation) -> list[Block]:
    """The convention for a symmetric variable: its entries are independent."""
    own = [symbol_of(d, n) for n in d.wrt if n in d.backward.adjoints]
    found = tuple((f"x{k}", s.tex) for k, s in enumerate(own) if s.facts.symmetric)
    said = Phrase("gradients.symmetric", (("list", Phrase("list", found)),))
    return [Paragraph(said)] if found else []


def zero_note(d: Derivation) -> list[Block]:
    """The variables by which the derivative is 0: they do not move the output, or what they add cancels."""
    zero = [n for n in d.wrt if n in d.backward.adjoints and d[n].reason]
    apart = [n for n in zero if unmoved(d.graph, d.of, n)]
    kinds = (("gradients.zero", apart), ("gradients.cancelled", [n for n in zero if n not in apart]))
    out: list[Block] = []
    for key, names in kinds:
        found = tuple((f"x{k}", symbol_of(d, n).tex) for k, n in enumerate(names))
        values = (("list", Phrase("list", found)), ("of", d.convention.of))
        out += [Paragraph(Phrase(key, values))] if found else []
    return out


def gradient_forms(d: Derivation, name: str, o: Options) -> list[Expr]:
    """The gradient over error signals and, in short graphs, with the signals put in."""
    a, kept = d.backward.adjoints[name], kept_layers(d, o)
    if kept.contributions(name):
        return list(kept.forms(name))
    whole = any(kept.contributions(s.own.name) for s in symbols(a.value) if s.own.cotangent)
    written = a.value if whole else written_out(d.backward, name)  # what a layer sends back stays a call
    forms = [a.value] if written is a.value or repeats(written) else [a.value, written]
    if d.graph.time:
        return forms
    if not a.value.shape:  # scalars: down to the inputs, where these are scalars
        below = tuple(n for n in d.graph.definition)
        full = written
        for _ in below:
            new = td.tidy(unfolded(d.backward, full, below))
            if new is full or weight(new) > 60 or any(x.rank for x in symbols(new)):
                break
            full = new
        forms.append(full)
    return forms


def repeats(e: Expr) -> bool:
    """Whether something long, or its transpose, stands in an expression twice: a name for it reads better."""
    counts = Counter(a for n in topological(e) for a in n.args if weight(a) > LONG)
    return any(k > 1 or (n.rank == 2 and td.tr(n) is not n and td.tr(n) in counts)
               for n, k in counts.items())  # fmt: skip


SECTIONS = (
    SectionRow("delta", 70, delta_section, usual=False),
    SectionRow("gradients", 80, gradients_section, brief=True),
)
