"""What a reader of a page would take for something else: symbols and functions printed alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from symbackprop.backward.reverse_pass import Backward
from symbackprop.entries.op import functions_in
from symbackprop.entries.scalar_functions import SCALARS, scalar_row
from symbackprop.errors import DeclarationError
from symbackprop.formula.function_spelling import spell
from symbackprop.formula.tree import Name
from symbackprop.graph.expr import topological
from symbackprop.notation.convention import Convention

ERROR_SIGNAL = r"\delta"
WORD = re.compile(r"[a-z]\w*")


def check_legible(b: Backward, c: Convention, functions: Mapping[str, str]) -> None:
    """Errors: `DeclarationError` where two symbols, or a symbol and a function, are printed alike."""
    said: dict[Name, str] = {}
    for n, e in b.graph.symbol.items():
        assert e.symbol
        first = said.setdefault(e.symbol.tex, n)
        if first != n:
            raise alike(n, f"`{first}`")
    steps = {e.symbol.tex: n for n, e in b.graph.symbol.items() if e.symbol and e.symbol.time}
    for tex, n in said.items():
        if tex not in steps and tex.sub.isdecimal() and (moving := steps.get(replace(tex, sub=""))):
            raise alike(n, f"step {tex.sub} of `{moving}`")
    letters = {tex.base: n for tex, n in said.items() if not (tex.sup or tex.sub)}
    if ERROR_SIGNAL in letters and c.signal == "delta":
        raise alike(letters[ERROR_SIGNAL], "the δ of an error signal")
    spelled: dict[str, str] = {}
    for f in used(b):
        tex = spell(f, functions)
        if tex in letters:
            raise alike(letters[tex], f"the function {f}")
        first = spelled.setdefault(tex, f)
        if first != f:  # what is built in has a spelling of its own, so one of them is declared
            declared, other = (f, first) if f in SCALARS and SCALARS[f].abstract else (first, f)
            raise alike(declared, f"the function {other}", "function")


def alike(name: str, what: str, kind: str = "n") -> DeclarationError:
    hint = f"Give it another printed name, as in  {name}: {kind} as z"
    return DeclarationError(f"is printed like {what}", where=f"`{name}`", hint=hint)


def used(b: Backward) -> Iterator[str]:
    """The functions a page may name: those of the graph, and of their derivatives."""
    forms = [f for a in b.adjoints.values() for f in a.forms]
    for op in dict.fromkeys(e.op for e in topological(*b.graph.definition.values(), *forms)):
        yield op.name
        inner = {op.scalar.name} if op.scalar else functions_in(op)
        for f in sorted(inner):
            yield f
            yield from (w for w in WORD.findall(scalar_row(f).prime) if w in SCALARS)
