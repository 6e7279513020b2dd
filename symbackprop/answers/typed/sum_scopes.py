r"""How far Σ reaches: `\sum_i a_i + b_i` is the sum of both, where nothing else says what i is."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import replace

from symbackprop.formula.tree import At, Formula, KroneckerDelta, Name, Plus, Product, Sum, Times
from symbackprop.formula.writing.walk import children, fold, rebuilt


def reaching(f: Formula, said: Container[str]) -> Formula:
    """A formula whose sums reach as far as their letters do; those in `said` stand for axes asked for."""

    def combine(node: Formula, parts: list[Formula]) -> Formula:
        made = rebuilt(node, parts)
        return gathered(made, said) if isinstance(made, Plus) else made

    return fold(f, children, combine)


def gathered(f: Plus, said: Container[str]) -> Formula:
    """A sum of terms with those in the last Σ of a term whose letter they use."""
    for k, term in enumerate(f.terms):
        last = open_sum(term)
        if last is None or last.index.base in said:
            continue
        using = [n for n, t in enumerate(f.terms[k + 1 :], k + 1) if last.index.base in set(indexing(t))]
        if using:
            body = Plus((last.body, *f.terms[k + 1 : using[-1] + 1]))
            whole = with_body(term, gathered(body, said))
            rest = (*f.terms[:k], whole, *f.terms[using[-1] + 1 :])
            return gathered(Plus(rest), said) if len(rest) > 1 else whole
    return f


def open_sum(f: Formula) -> Sum | Product | None:
    """The Σ that a term ends with."""
    if isinstance(f, Times):
        return open_sum(f.factors[-1])
    return f if isinstance(f, Sum | Product) else None


def with_body(f: Formula, body: Formula) -> Formula:
    """A term with another body of its last Σ."""
    if isinstance(f, Times):
        return rebuilt(f, [*f.factors[:-1], with_body(f.factors[-1], body)])
    assert isinstance(f, Sum | Product)
    return replace(f, body=body)


def indexing(f: Formula) -> Iterator[str]:
    """Letters that stand in an index and that no sum binds."""
    stack: list[tuple[Formula, frozenset[Formula], bool]] = [(f, frozenset(), False)]
    while stack:
        node, bound, index = stack.pop()
        if isinstance(node, Name):
            if index and node not in bound and not (node.sup or node.sub):
                yield node.base
        elif isinstance(node, At):
            stack.append((node.base, bound, index))
            stack += [(x, bound, True) for x in node.indices]
        elif isinstance(node, Sum | Product):
            stack += [(x, bound, index) for x in (node.low, node.high)]
            stack.append((node.body, bound | {node.index}, index))
        else:
            index = index or isinstance(node, KroneckerDelta)
            stack += [(x, bound, index) for x in children(node)]
