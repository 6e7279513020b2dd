"""What an answer may call the names of a graph, kept for a while, and what its left side says."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
import unicodedata
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

from symbackprop.answers.asked.right_values import Bench
from symbackprop.derivation.derivation import Derivation, signal
from symbackprop.derivation.meanings import bare
from symbackprop.dialects import plain
from symbackprop.formula.tree import At, Call, Formula, KroneckerDelta, Name, Unit
from symbackprop.formula.writing.walk import children, fold, inside, rebuilt


ENTRY = 5  # letters of a matrix whose entries are called by a small one: X, X̂, X_hat
KEPT = 64  # sets of names that answers defined for themselves
Key = TypeVar("Key")
Made = TypeVar("Made")


def kept(known: dict[Key, Made], key: Key, make: Callable[[], Made]) -> Made:
    """What is made once for a key, while it is one of the last that were asked for."""
    found = known.pop(key) if key in known else make()
    if len(known) >= KEPT:
        del known[next(iter(known))]
    known[key] = found
    return found


@lru_cache(maxsize=64)
def recurrent(bench: Bench) -> frozenset[plain.Tokens]:
    """The names a bracket of which holds a step of time."""
    d = bench.target.d
    symbols = {n: e.symbol for n, e in d.graph.symbol.items() if e.symbol and e.symbol.time}
    names = [plain.group(f) for n, x in symbols.items() if x for f in (x.tex, bare(signal(d, n)))]
    return frozenset(names)


def aliases(bench: Bench) -> dict[str, Formula]:
    """Other spellings of what the graph has: its own names, δ's as dZ, and the letter of a matrix's entry."""
    d, out = bench.target.d, {}
    for n, e in d.graph.symbol.items():
        assert e.symbol
        out[n] = e.symbol.tex
    if bench.target.kind == "gradient" and not d.graph.time:  # x̄ in ∂L/∂x: it is no answer to itself
        out |= means(bench, bench.target.wrt)
    for n in (*d.backward.adjoints, d.of):
        f = bare(signal(d, n))
        for spelled in (f"δ{n}", f"δ_{n}", f"delta_{n}", f"delta{n}", f"d{n}", f"{n}_bar", f"grad_{n}"):
            out.setdefault(spelled, f)
        own = d.graph.symbol[n].symbol if n in d.graph.symbol else None
        for way in plain.ways(own.tex) if own and (own.tex.sup or own.tex.sub) else ():
            out.setdefault(f"d{way}", f)  # dZ^{[1]}
    for n in d.graph.inputs:
        out = means(bench, n) | out
    out.update((f.base, f) for f in bench.target.curvature if f.base not in (*out, *d.graph.sizes))
    for n in tuple(d.graph.symbol):
        for spelled, f in scripted(n, d.graph.symbol, out):
            out.setdefault(spelled, f)
    for n, e in d.graph.symbol.items():
        if e.symbol and e.symbol.labels and "e" not in d.graph.symbol:
            out.setdefault(f"e_{n}", Unit(out[n]))  # not the row of an E
        for spelled in (n, *(plain.bases(e.symbol.tex.base) if e.symbol else ())):
            if spelled[0].isupper() and len(spelled) <= ENTRY:
                lower = spelled[0].lower() + spelled[1:]
                out.setdefault("\0" + lower, out[n])  # x_ni, x̂_i
                if lower in d.graph.sizes and lower not in d.graph.symbol:
                    out["\3" + lower] = out[n]  # k_i of a K, though a size is called k
    return out


def means(bench: Bench, n: str) -> dict[str, Formula]:
    """x̄ as the mean of x, or of the rows x_i of an X."""
    declared = bench.target.d.graph.symbol
    x = declared[n].symbol
    assert x
    letters = [n, *plain.bases(x.tex.base)]
    rows = [b.lower() for b in letters if len(x.shape) == 2 and len(b) == 1 and b.isupper()]
    each = [b for b in dict.fromkeys(letters + rows) if b == n or b not in declared]
    spelled = [f"{b}{tail}" for b in each for tail in ("_bar", "bar")]
    spelled += [unicodedata.normalize("NFC", f"{b}\u0304") for b in each if len(b) == 1]
    return dict.fromkeys(spelled, Call("bar", (x.tex,)))


def scripted(n: str, declared: Container[str], out: Mapping[str, Formula]) -> Iterator[tuple[str, Formula]]:
    """az as a_z and a^z, where nothing is called a; its δ in the same way."""
    letter, rest = n[:1], n[1:]
    if not rest.isalpha() or letter in declared or rest in ("T", "t"):
        return
    for lead in ("", "δ"):
        for script in (f"_{rest}", f"_{{{rest}}}", f"^{rest}", f"^{{{rest}}}", f"^({rest})"):
            if lead + n in out:
                yield lead + letter + script, out[lead + n]


def kroneckers(f: Formula, signal: Name, time: Name) -> Formula:
    """A formula whose δ_{ij} without a step is Kronecker's, where a bare δ_t is an error signal."""

    def combine(node: Formula, parts: list[Formula]) -> Formula:
        made = rebuilt(node, parts)
        if not isinstance(made, At) or made.base != signal or len(made.indices) != 2:
            return made
        left, right = made.indices
        stepped = time in inside(left) or not isinstance(left, Name)
        return made if stepped else KroneckerDelta(left, right)

    return fold(f, children, combine)


def of_matrices(f: Formula, d: Derivation) -> Formula:
    """A formula whose v_ij is the entry of a V, where the v that is declared is a vector."""
    symbols = [e.symbol for e in d.graph.symbol.values() if e.symbol and not e.symbol.time]
    small = {x.tex: x.tex.base for x in symbols if len(x.shape) == 1}
    large = {x.tex.base.lower(): x.tex for x in symbols if len(x.shape) == 2 and x.tex.base.isupper()}
    meant = {v: replace(v, base=large[b].base) for v, b in small.items() if b in large}
    meant = {v: m for v, m in meant.items() if m in large.values()}
    if not meant:
        return f

    def combine(node: Formula, parts: list[Formula]) -> Formula:
        made = rebuilt(node, parts)
        if not (isinstance(made, At) and len(made.indices) == 2 and isinstance(made.base, Name)):
            return made
        return At(meant.get(made.base, made.base), made.indices)

    return fold(f, children, combine)
