"""What a reader of a page would take for something else: symbols and functions printed alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from symbackprop.backward.helper_nodes import tensors
from symbackprop.backward.reverse_pass import Backward
from symbackprop.entries.op import functions_in
from symbackprop.entries.scalar_derivatives import derivative_entries
from symbackprop.entries.scalar_functions import SCALARS, scalar_row
from symbackprop.errors import DeclarationError
from symbackprop.formula.composing import size_name
from symbackprop.formula.function_spelling import spell
from symbackprop.formula.printed_names import DELTA, EYES, PI, letter, look
from symbackprop.formula.tree import Name
from symbackprop.graph.expr import Expr, Symbol, topological
from symbackprop.notation.convention import Convention, symbol_formula

WORD = re.compile(r"[a-z]\w*")


def check_legible(b: Backward, c: Convention, functions: Mapping[str, str]) -> None:
    """Errors: `DeclarationError` where two names of a graph, or a name and a sign, are printed alike."""
    check_symbols(b)
    check_signs(b, c)
    check_functions(b, functions)


def printed(b: Backward) -> Iterator[tuple[str, Name, str]]:
    """What a graph names, its letter, and what it is: the time index, sizes, symbols."""
    g = b.graph
    if g.time:
        yield g.time.typed, g.time.letter, f"the time index `{g.time.typed}`"
    yield from ((n, size_name(n), f"the size `{n}`") for n in g.sizes)
    yield from ((n, e.symbol.tex, f"`{n}`") for n, e in g.symbol.items() if e.symbol)


def check_symbols(b: Backward) -> None:
    """Errors: where two names are printed alike, or one like a step of another."""
    said: dict[tuple[str, ...], str] = {}
    for n, tex, what in printed(b):
        first = said.setdefault(look(tex), what)
        if first != what:
            raise alike(n, first)
    steps = {e.symbol.tex: n for n, e in b.graph.symbol.items() if e.symbol and e.symbol.time}
    for n, tex, _ in printed(b):
        if tex not in steps and tex.sub.isdecimal() and (moving := steps.get(replace(tex, sub=""))):
            raise alike(n, f"step {tex.sub} of `{moving}`")


def check_signs(b: Backward, c: Convention) -> None:
    """Errors: where a symbol is printed like an error signal, the number π or the identity."""
    said = {look(e.symbol.tex): n for n, e in b.graph.symbol.items() if e.symbol}
    if c.signal == "delta" and (n := said.get(look(DELTA))):
        raise alike(n, "the δ of an error signal")
    for m in dict.fromkeys((*b.adjoints, b.of)):
        f = symbol_formula(plain(b.signals[m]), c)
        if isinstance(f, Name) and (n := said.get(look(f))):
            raise alike(n, f"the error signal of `{m}`")
    if (n := said.get(look(PI))) and writes_number(b):
        raise alike(n, "the number π")
    if c.identity == EYES[1] and (n := said.get(look(Name(EYES[1])))):
        raise alike(n, "the identity beside a symbol I")


def plain(e: Expr) -> Symbol:
    """A symbol without its time step."""
    return replace(e.own, time="", shift=0)


def writes_number(b: Backward) -> bool:
    """Whether π may stand on the page: in a function of the graph, or where one is differentiated."""
    found = (e for e in b.graph.every if e.op.variants)
    placed = (e.op.place(tuple(a.shape for a in e.args), e.attributes) for e in found)
    inside = {t for i in placed for d in i.definitions for t in tensors(d.right)}
    functions = [f for f in used(b) if f in SCALARS]
    return "pi" in inside.union(*(tensors(derivative_entries(f, 1)) for f in functions))


def check_functions(b: Backward, functions: Mapping[str, str]) -> None:
    """Errors: where a function is printed like a symbol, a size or another function."""
    letters = {letter(tex): (n, what) for n, tex, what in printed(b) if not (tex.sup or tex.sub)}
    spelled: dict[str, str] = {}
    for f in used(b):
        tex = spell(f, functions)
        if tex in letters:
            n, what = letters[tex]
            if n in b.graph.symbol:
                raise alike(n, f"the function {f}")
            raise alike(f, what, "function")
        first = spelled.setdefault(tex, f)
        if first != f:  # what is built in has a spelling of its own, so one of them is declared
            declared, other = (f, first) if f in b.graph.functions else (first, f)
            raise alike(declared, f"the function {other}", "function")


def alike(name: str, what: str, kind: str = "n") -> DeclarationError:
    hint = f"Give it another printed name, as in  {name}: {kind} as z"
    return DeclarationError(f"is printed like {what}", where=f"`{name}`", hint=hint)


def used(b: Backward) -> Iterator[str]:
    """The functions a page may name: those of the graph, and of their derivatives."""
    forms = [f for a in b.adjoints.values() for f in a.forms]
    for op in dict.fromkeys(e.op for e in (*b.graph.every, *topological(*forms))):
        yield op.name
        inner = {op.scalar.name} if op.scalar else {f.name for f in functions_in(op)}
        for f in sorted(inner):
            yield f
            yield from (w for w in WORD.findall(scalar_row(f).prime) if w in SCALARS)
