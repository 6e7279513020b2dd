"""A page as plain data: sections of equations, tables, pictures and phrases; no language, no layout.

`outline.py` fills it from a derivation, `verify/` checks every `Equation` on it, `sheet/` writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from symbackprop.catalogue.prose import Text
from symbackprop.derivation.equation import Equation, Phrase
from symbackprop.formula.tree import Formula, IndexRange
from symbackprop.picture.drawings.drawing import Drawing


@dataclass(frozen=True, slots=True)
class Equations:
    """Equations aligned at their signs, with an optional sentence before them.

    Those of a list, one as good without the others, stand side by side where they fit.
    """

    rows: tuple[Equation, ...]
    intro: Phrase | None = None
    listed: bool = False


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One node: what it is, its error signal (or what is said in its place), and why that is so."""

    forward: Equation | None
    backward: Equation | Phrase | None
    why: Phrase | None = None

    @property
    def equations(self) -> tuple[Equation, ...]:
        return tuple(x for x in (self.forward, self.backward) if isinstance(x, Equation))

    @property
    def ranges(self) -> tuple[IndexRange, ...]:
        """The ranges of the indices of either pass."""
        return tuple(dict.fromkeys(r for eq in self.equations for r in eq.ranges))


@dataclass(frozen=True, slots=True)
class Ledger:
    """Both passes side by side: the forward one is read down, the backward one up."""

    rows: tuple[LedgerRow, ...]
    intro: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence."""

    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Notation:
    """What letters and signs mean: small print, which a document has in one place and each sentence once."""

    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Column titles and rows; a cell is a formula, a phrase, or text."""

    columns: tuple[Phrase, ...]
    rows: tuple[tuple[Formula | Phrase | str, ...], ...]


@dataclass(frozen=True, slots=True)
class Vertex:
    """A node of the drawn graph: kind is 'input', 'parameter', 'node' or 'output'."""

    key: str
    label: Formula
    size: tuple[Formula, ...]
    kind: str
    shape_key: str = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """An edge of the drawn graph with the local derivative along it; `back` where an error signal returns."""

    tail: str
    head: str
    label: Formula | None
    back: bool = True


@dataclass(frozen=True, slots=True)
class Figure:
    """The graph, with the sentences of a caption; the writer's file places and draws it."""

    vertices: tuple[Vertex, ...]
    arrows: tuple[Arrow, ...]
    caption: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """An author's words, behind a mark such as 'written, not derived' where there is one."""

    text: Text
    mark: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A line as somebody printed it: shown, not vouched for. Without sides where it could not be read."""

    text: str
    sides: tuple[Formula, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sketch:
    """A drawing per language, with a caption."""

    drawings: tuple[tuple[str, Drawing], ...]
    caption: Text


@dataclass(frozen=True, slots=True)
class Listing:
    """A program, line by line as it is; `derived` is the code of the page's own derivation, which is run."""

    code: str
    derived: bool = False


Block: TypeAlias = (
    Equations | Ledger | Paragraph | Notation | Table | Figure | Passage | Claimed | Sketch | Listing
)


def equations_of(b: Block) -> tuple[Equation, ...]:
    """What a block states, each of which is verified."""
    match b:
        case Equations():
            return b.rows
        case Ledger():
            return tuple(eq for row in b.rows for eq in row.equations)
    return ()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page, most with a title; `key` is what a sheet switches on or off.

    A title that is `run_in` begins the first paragraph.
    """

    key: str
    title: Phrase | None
    blocks: tuple[Block, ...]
    run_in: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The sections in reading order, and the TeX spelling of the functions used on it."""

    sections: tuple[Section, ...]
    functions: tuple[tuple[str, str], ...] = ()
    at: Mapping[str, object] | None = None  # numbers of the inputs, for equations in the scope 'trace'

    @property
    def lines(self) -> tuple[Equation, ...]:
        """The equations as they are printed: one for each family."""
        return tuple(eq for s in self.sections for b in s.blocks for eq in equations_of(b))

    @property
    def equations(self) -> tuple[Equation, ...]:
        """What they state: every equation of every family."""
        return tuple(leaf for row in self.lines for leaf in row.leaves)


# --- what a sheet may choose of its page ----------------------------------------------------------


Detail: TypeAlias = Literal["brief", "full"]  # idea, ledger and results; or their derivations too


@dataclass(frozen=True, slots=True)
class Options:
    """What a sheet may choose. `show` are the nodes drawn; `unfold` nodes are written out once in the δ's;
    `at` are numbers for the inputs; `hessian` the variables of the second derivative; `local` the nodes whose
    Jacobians are derived. Without `sections` it is the `detail` that says which there are, and each part has
    what is worth a line: that is the `usual` page. `asked` are the variables whose gradients are answers."""

    sections: tuple[str, ...] | None = None
    at: Mapping[str, object] | None = None
    unfold: tuple[str, ...] = ()
    show: tuple[str, ...] | None = None
    hessian: tuple[str, ...] = ()
    products: tuple[str, ...] | None = None
    local: tuple[str, ...] | None = None
    usual: bool = False
    detail: Detail = "full"
    asked: tuple[str, ...] | None = None
