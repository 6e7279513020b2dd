"""What SymPy finds for scalar functions: derivatives of every order, and the supremum of a slope.

SymPy takes a second to load, so its room `sympy_scalars.py` is opened here, when somebody first asks.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from symbackprop.entries.entry_kinds import Entries


@cache
def derivative_entries(name: str, order: int) -> Entries:
    """The `order`-th derivative of a scalar function, as entries in x.

    Errors: `DeclarationError` where SymPy's result uses a function the vocabulary does not have.
    """
    from symbackprop.entries import sympy_scalars

    return sympy_scalars.derivative_entries(name, order)


@cache
def largest_slope(name: str) -> Fraction | None:
    """sup |f'| over the reals where it is rational: sigmoid 1/4, tanh 1; None where it is not known."""
    from symbackprop.entries import sympy_scalars

    return sympy_scalars.bound(name)
