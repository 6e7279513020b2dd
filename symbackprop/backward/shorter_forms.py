"""Each δ also with what it is made of put in, where that cancels: z ⊙ δz - (zᵀδz) z = z - e_y."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from symbackprop.backward.adjoints import Adjoint
from symbackprop.backward.helper_nodes import declared_values
from symbackprop.graph.expr import Expr, substitute, symbols, weight
from symbackprop.graph.graph import Graph
from symbackprop.matrices import expansion as ex, tidy as td
from symbackprop.matrices.arrays_by_entries import written_by_entries
from symbackprop.matrices.window_sums import sayable

STEP_WEIGHT = 40  # nodes of an intermediate form that is still worth a line
CLOSED_WEIGHT = 20  # nodes of a form that is read at once, though one with error signals is shorter
LONG = 400  # nodes of a sum over so many uses that no line holds it, whatever cancels
HEAVY = 80  # nodes of a form in which nothing is looked for


@dataclass(frozen=True)
class Forms:
    """The forms of the δ's of a graph, consumers first."""

    g: Graph
    values: dict[Expr, Expr]  # of every signal so far: its shortest form

    def shortest(self, value: Expr) -> tuple[Expr, Expr]:
        """A δ with the incoming δ's put in, and its shortest form."""
        if weight(value) > LONG:
            return value, value
        put_in = self.put_in(value)
        if not ex.may_cancel(put_in):
            return put_in, put_in
        return put_in, ex.shortest(put_in, *self.cancelled(put_in))

    def put_in(self, e: Expr, limit: int | None = None) -> Expr:
        """The incoming δ's put in, once; as it stands where there are none, or where that becomes long."""
        values = {s: self.values[s] for s in symbols(e) if s in self.values}
        made = substitute(e, values) if values else e
        return e if made is e or (limit and weight(made) > limit) else td.tidy(made)

    def cancelled(self, e: Expr) -> Iterator[Expr]:
        """The expression multiplied out, over error signals and without, until something cancels.

        What is left is looked at again with the nodes written out.
        """
        for form in dict.fromkeys((e, self.closed(e))):
            written = self.written_out(form)
            for way in (form, written):
                if way is None or weight(way) > HEAVY:
                    continue
                yield way
                opened = ex.expanded(way)
                if weight(opened) <= weight(way):
                    yield ex.factored(opened)

    def closed(self, e: Expr) -> Expr:
        """All δ's put in; as it stands where that becomes long."""
        found = e
        while (made := self.put_in(found, 2 * HEAVY)) is not found:
            found = made
        return e if any(s in self.values for s in symbols(found)) or weight(found) > HEAVY else found

    def written_out(self, e: Expr) -> Expr | None:
        """The nodes of an expression put in, over the inputs or as defined; None where that is long."""
        for values in (self.over_inputs, self.defined):
            known = {s: values[s] for s in symbols(e) if s in values}
            made = substitute(e, known) if known else e
            if made is not e and weight(made) <= 2 * HEAVY:
                return td.tidy(made)
        return None

    @cached_property
    def defined(self) -> Mapping[Expr, Expr]:
        """Every node that may be written out, and its definition."""
        own = self.g.definition.items()
        return {self.g.symbol[n]: e for n, e in own if not (e.op.named or e.op.domain == "label")}

    @cached_property
    def over_inputs(self) -> Mapping[Expr, Expr]:
        """Every node over the inputs, or over nodes above which that became long."""
        out: dict[Expr, Expr] = {}
        for node, e in self.defined.items():
            made = substitute(e, {s: out[s] for s in symbols(e) if s in out})
            if weight(made) <= HEAVY:
                out[node] = made
        return out


def shorter(g: Graph, adjoints: dict[str, Adjoint]) -> dict[str, Adjoint]:
    """Each δ with its shorter forms behind the one the chain rule gives, in the names of the graph."""
    out: dict[str, Adjoint] = {}
    forms = Forms(g, {a.symbol: a.value for a in adjoints.values() if a.last is None})
    for name, a in adjoints.items():
        put_in, short = forms.shortest(a.value)
        found = a.forms
        if worth(short, a.value, put_in) and sayable(short):
            steps = (put_in,) if put_in is not short and weight(put_in) <= STEP_WEIGHT else ()
            found = (*found, *steps, short)
        out[name] = replace(a, forms=found)
        if a.last is None:
            forms.values[a.symbol] = out[name].value
    return finished(forms, out)


def worth(short: Expr, value: Expr, put_in: Expr) -> bool:
    """Whether a form is the better one: shorter, or free of error signals since something cancelled."""
    size_of = weight(short)
    if size_of < weight(value):
        return True
    closed = size_of <= CLOSED_WEIGHT and not any(s.own.cotangent for s in symbols(short))
    return closed and size_of < weight(put_in)


def finished(forms: Forms, adjoints: dict[str, Adjoint]) -> dict[str, Adjoint]:
    """Each δ with the values of declared nodes under their names, P for softmax(S), and factored."""
    names = declared_values(forms.g, forms.over_inputs)

    def named(e: Expr) -> Expr:
        return substitute(e, names) if names else e

    def last_form(e: Expr | None) -> Expr | None:
        return ex.factored(named(e)) if e else None

    return {
        name: replace(
            a,
            uses=tuple(replace(u, value=named(u.value)) for u in a.uses),
            forms=tuple(dict.fromkeys(written_by_entries(ex.factored(named(f))) for f in a.forms)),
            last=last_form(a.last),
            first=last_form(a.first),
        )
        for name, a in adjoints.items()
    }
