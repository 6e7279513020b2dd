"""The index language in normal form: sums of commuting products of powers, with δ and bound indices.

An op's entry equations enter as text; values, derivatives and contractions of entries leave. Read
`entry_kinds.py` first, then `op.py`, which is what one declaration of an op says.

    y[i]*δ(i, j) - y[i]*y[j]     =     Entries((Term(1, y_i¹ δ_ij¹), Term(-1, y_i¹ y_j¹)))

Everything an op means, and every local derivative, is a value of this language. Positions are 0-based.
"""

from symbackprop.entries.arithmetic import (
    add, inline, map_atoms, multiply, power, scale, single, times,
)  # fmt: skip
from symbackprop.entries.entry_kinds import (
    ZERO, Affine, AtMost, Atom, Delta, Elem, Entries, Factor, Fn, Group, Index, Position, RowMajor,
    SizeOf, Term, elem, entries, flat, number, position,
)  # fmt: skip
from symbackprop.entries.indices import (
    all_names, atom_indices, atom_positions, elements, free_indices, fresh, position_indices,
)  # fmt: skip
from symbackprop.entries.normal_form import (
    at_atom, at_position, collect_factors, gather, rebind, rebound, rename_bound, substitute,
    unshadowed,
)  # fmt: skip

__all__ = [
    "ZERO", "Affine", "AtMost", "Atom", "Delta", "Elem", "Entries", "Factor", "Fn", "Group",
    "Index", "Position", "RowMajor", "SizeOf", "Term", "add", "all_names", "at_atom", "at_position",
    "atom_indices", "atom_positions", "collect_factors", "elem", "elements", "entries", "flat",
    "free_indices", "fresh", "gather", "inline", "map_atoms", "multiply", "number", "position",
    "position_indices", "power", "rebind", "rebound", "rename_bound", "scale", "single",
    "substitute", "times", "unshadowed",
]  # fmt: skip
