"""One answer's names, those of the graph and its own, and what a piece of its text says in them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from symbackprop.answers.asked.equality_chain import letters_of, pieces_of
from symbackprop.answers.asked.right_values import DELTA, Bench
from symbackprop.answers.typed.aliases import aliases, kept, kroneckers, of_matrices, recurrent
from symbackprop.answers.typed.entry_diagonals import with_diagonals
from symbackprop.answers.typed.left_sides import Sides, indices_on, sides_of
from symbackprop.answers.typed.node_calls import marked, without_calls
from symbackprop.answers.typed.own_functions import Function, called, expanded
from symbackprop.answers.typed.restated import Restated
from symbackprop.answers.typed.where_clauses import (
    Clause, ranged,
)  # fmt: skip
from symbackprop.derivation.meanings import bare
from symbackprop.dialects import plain
from symbackprop.dialects.bare_sums import lettered_sums
from symbackprop.errors import FormulaError, LimitError, within
from symbackprop.formula.composing import size_formula, size_name
from symbackprop.formula.printed_names import is_signal
from symbackprop.formula.reading.latex_reader import read_formula
from symbackprop.formula.reading.name_table import NameTable
from symbackprop.formula.reading.tex_tokens import Source, tokenise
from symbackprop.formula.tree import ZERO, At, Formula, Nabla, Name, Number, Partial
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.formula.writing.text_writer import text
from symbackprop.formula.writing.walk import inside

NODES = 3_000  # parts of one formula
Notation = Literal["auto", "latex", "plain"]


def count_parts(every: tuple[Formula, ...]) -> None:
    """Errors: `LimitError` where an answer is too long to be evaluated."""
    if sum(1 for f in every for _ in inside(f)) > NODES:
        raise LimitError(f"more than {NODES} parts", where="answer")


@lru_cache(maxsize=64)
def known_names(bench: Bench) -> frozenset[Formula]:
    """All that has a meaning before the answer: symbols, helpers, error signals, sizes, π."""
    return frozenset(bench.names.names)


@dataclass(frozen=True)
class Reader:
    """One answer's names: those of the graph, and its own."""

    bench: Bench
    own: tuple[Name, ...]
    notation: Notation
    functions: tuple[Function, ...] = ()
    bodies: Mapping[str, tuple[tuple[Name, ...], Formula]] = field(default_factory=dict)
    lefts: dict[str, Formula | None] = field(default_factory=dict[str, "Formula | None"])

    @property
    def table(self) -> NameTable:
        """The graph's names, and the answer's own before them."""
        return kept(self.bench.tables, (self.own, self.functions), self.new_table)

    def new_table(self) -> NameTable:
        base = self.bench.table
        names = tuple(dict.fromkeys((*base.names, *self.own)))
        functions = {**base.functions, **{f.name: f.token for f in self.called}}
        made = replace(base, names=names, functions=functions)
        return letters_of(self.bench.names, made) if self.own or self.functions else base

    def new_spellings(self) -> plain.Spellings:
        own = {"\1" + typed: (f.token,) for f in self.called for typed in (f.typed, *plain.bases(f.typed))}
        return {**plain.spellings(self.table, aliases(self.bench)), **own}

    @property
    def called(self) -> tuple[Function, ...]:
        """Functions of the answer's own, and those whose sign it takes for a name: σ_i = σ(z_i)."""
        letters = {latex(n) for n in self.own}
        known = self.bench.table.functions.items()
        return (*self.functions, *(Function(sign, (), f) for f, sign in known if sign in letters))

    def with_functions(self, given: list[tuple[Function, Clause]]) -> Reader:
        """The reader of what uses these functions."""
        found = replace(self, functions=tuple(f for f, _ in given), lefts={})
        inner = {f.name: replace(found, own=(*self.own, *f.parameters)).formula(c.body) for f, c in given}
        return replace(found, bodies={f.name: (f.parameters, inner[f.name]) for f, _ in given})

    def claims(self, c: Clause) -> bool:
        """Whether a clause f(x) = … says something of a declared name, of declared ones."""
        said = [self.left(Clause(x, x, "", "")) for x in (c.left, *c.of)]
        return all(isinstance(x, Name) and x in known_names(self.bench) for x in said)

    def source(self, text: str) -> Source:
        spelled = kept(self.bench.spelled, (self.own, self.functions), self.new_spellings)
        if self.notation == "plain":
            found = plain.source(text, spelled, recurrent(self.bench))
        else:
            time = self.bench.target.d.graph.time
            tokens = called(tokenise(text), self.called)
            found = plain.typeset(tokens, spelled, self.table, time.letter.base if time else "")
        return lettered_sums(found, self.table.indices)

    def formula(self, text: str) -> Formula:
        return self.read(self.source(text))

    def read(self, source: Source) -> Formula:
        """The formula that tokens stand for. Errors: `LimitError` before it is parsed, if it is too long."""
        leaves = sum(t[:1].isalnum() for t in source.tokens)
        within(leaves, NODES, "letters and numbers", "answer")
        d, own = self.bench.target.d, self.functions
        read = read_formula(source if own else marked(source, d), self.table)
        time, found = d.graph.time, without_calls(d)(expanded(read, self.bodies))
        found = of_matrices(with_diagonals(found, {*self.table.indices} - {self.now}), d)
        return kroneckers(found, DELTA, time.letter) if time and self.bench.short else found

    def left(self, c: Clause) -> Formula | None:
        """What a clause is about, as the graph knows it; None where it is new."""
        if c.left not in self.lefts:
            self.lefts[c.left] = None
            with suppress(FormulaError, LimitError):
                self.lefts[c.left] = self.read(self.source(c.left))
        return self.lefts[c.left]

    def is_asked(self, c: Clause) -> bool:
        """Whether a clause is about the very thing that is asked for."""
        named = self.left(c)
        return named is not None and indices_on(self.bench.target, named) is not None

    def asks_for(self, c: Clause) -> bool:
        """Whether a clause is an answer once more: a recursion has its steps in clauses."""
        return not self.bench.target.recurrent and self.is_asked(c)

    def assumed(self, c: Clause) -> bool:
        """Whether a clause says h_0 = 0 of the first state: what holds of any start holds then."""
        named, time = self.left(c), self.bench.target.d.graph.time
        if time is None or c.body.strip() != "0" or not isinstance(named, At):
            return False
        if named.base not in known_names(self.bench) or named.indices != (ZERO,):
            return False
        return isinstance(named.base, Name) and not is_signal(named.base)

    def known(self, c: Clause) -> Formula | None:
        """What a clause is about, where the derivation has a value for it; None where it is new."""
        named = self.left(c)
        name = None if named is None else bare(named)
        of = (bare(name.of), bare(name.wrt)) if isinstance(name, Nabla | Partial) else (name,)
        if named is None or not known_names(self.bench).issuperset(of):
            return None
        if isinstance(named, At) and isinstance(name, Name) and name in self.sizes:
            return None  # d_t is no entry of a size d
        row = isinstance(name, Name) and c.name.strip() == name.base.lower() != name.base
        spots = named.indices if isinstance(named, At) and not self.now else ()
        lone = len(spots) == 1 and isinstance(spots[0], Number)
        return None if row or lone else named  # s_i is no row of an S; r_1 is another r

    @property
    def sizes(self) -> frozenset[Formula]:
        """The names of sizes."""
        return frozenset(map(size_name, self.bench.target.d.graph.sizes))

    def restated(self, c: Clause, left: Formula) -> Restated:
        """What a clause says of something known."""
        time, body, steps = self.bench.target.d.graph.time, c.body, "all"
        if time:
            write = text if self.notation == "plain" else latex
            body, steps = ranged(body, write(time.letter), write(size_formula(time.length)))
        return Restated(left, self.formula(body), steps)

    @property
    def now(self) -> str:
        """The index of time."""
        time = self.bench.target.d.graph.time
        return time.name if time else ""

    def sides(self, text: str) -> Sides:
        """The sides of a line. Errors: `FormulaError` where one of them cannot be read."""
        source = self.source(text)
        pieces = pieces_of(source)
        if any(sign not in "=:" for _, _, sign in pieces):
            raise FormulaError("only = may stand between two sides", where="answer")
        return sides_of(self.bench, tuple(self.read(source.part(a, b)) for a, b, _ in pieces))
