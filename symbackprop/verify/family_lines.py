"""An equation of a family held against its members: what is printed, at every value of the printed range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation
from symbackprop.errors import FormulaError, LimitError
from symbackprop.formula.indexed_names import formula_at, holds, spelled_out, value_text
from symbackprop.formula.reading.index_ranges import read_range
from symbackprop.formula.reading.latex_reader import read_formula
from symbackprop.formula.reading.name_table import NameTable
from symbackprop.formula.tree import Formula, Name
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.formula.writing.walk import canonical, children, fold, inside, rebuilt
from symbackprop.verify.page_values import Names


def faults(d: Derivation, line: Equation, names: Names) -> dict[int, str]:
    """By identity, the equations of a printed line that are not what the line says; with the reason."""
    if line.over is None:
        return {}
    said = fault(d, line, names)
    if said:
        return {id(eq): said for eq in line.leaves}
    return {k: why for m in line.over.members for k, why in faults(d, m, names).items()}


def fault(d: Derivation, line: Equation, names: Names) -> str:
    """What is wrong with the generic line, its range or its aliases; empty where nothing is."""
    over = line.over
    assert over
    letter, printed = over.range.letter.base, latex(over.range)
    try:
        back = read_range(printed)
    except FormulaError as error:
        return f"the range `{printed}` cannot be read back: {error}"
    if back != over.range or len(set(back.values)) != len(over.members):
        return f"the range `{printed}` has not one value for each equation of the family"
    known = {*names.names, *(n for eq in over.members for n in names_in(eq))}
    if any(holds(n, letter) for n in known):
        return f"the index {letter} of `{printed}` is a letter of another name"
    if known & dict(over.aliases).keys():
        return f"a name that `{printed}` needs at one end already means something else"
    sides = readings(d, line, names)
    if isinstance(sides, str):
        return sides
    for value, m in zip(back.values, over.members, strict=True):
        said = value_text(value)
        made = [renamed(formula_at(side, letter, said), dict(over.aliases)) for side in sides]
        if made != [canonical(spelled_out(f)) for f in (m.left, *m.sides)]:
            lines = (" = ".join(latex(f, d.functions) for f in fs) for fs in (made, (m.left, *m.sides)))
            return f"`{next(lines)}`, which the line says at {letter} = {said}, is not `{next(lines)}`"
    return ""


def names_in(eq: Equation) -> Iterator[Name]:
    """Every name of an equation."""
    return (n for side in eq.every for n in inside(side) if isinstance(n, Name))


def renamed(formula: Formula, other: Mapping[Name, Name]) -> Formula:
    """The formula with other names."""

    def change(f: Formula, below: list[Formula]) -> Formula:
        return other.get(f, f) if isinstance(f, Name) else rebuilt(f, below)

    return canonical(fold(formula, children, change) if other else formula)


def readings(d: Derivation, eq: Equation, names: Names) -> list[Formula] | str:
    """Left side and sides as they read back from their LaTeX; a message where the text does not return."""
    out = []
    table = table_of(eq, names)
    for f in eq.every:
        whole = canonical(spelled_out(f))
        for printed in dict.fromkeys(latex(f, d.functions, point) for point in ".,"):  # in each language
            try:
                back = canonical(read_formula(printed, table))
            except (FormulaError, LimitError) as error:
                return f"`{printed}` cannot be read back: {error}"
            if back != whole:
                return f"`{printed}` reads back as something else"
        out.append(whole)
    return out


def table_of(eq: Equation, names: Names) -> NameTable:
    """The names of an equation's scope, and those of its line with an index inside them."""
    plain = names.table(eq.local)
    free = {r.letter.base for r in eq.ranges}
    more = dict.fromkeys(n for n in names_in(eq) if any(holds(n, x) for x in free))
    return replace(plain, names=(*plain.names, *more)) if more else plain
