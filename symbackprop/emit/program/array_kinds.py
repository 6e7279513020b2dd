"""The closed kinds of array primitives: what a program may ask of any library of arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Role(Enum):
    """What becomes of the entries."""

    LEAF = "no argument"
    ENTRYWISE = "one entry from the entries at the same place, broadcast as in NumPy"
    VIEW = "the same entries at other places"
    WHOLE = "anything else"


@dataclass(frozen=True, eq=False, slots=True)
class Kind:
    """One primitive. What `Node.at` holds for it stands beside its constant."""

    name: str
    role: Role


def kinds(role: Role, names: str) -> tuple[Kind, ...]:
    return tuple(Kind(n, role) for n in names.split())


# name; Fraction; "pi" or "inf"; Size; Fraction
INPUT, NUMBER, CONSTANT, EXTENT, FULL = kinds(Role.LEAF, "input number constant extent full")
# ones where row = column; where row = column + Size; at the position Size; where column <= row + Size
EYE, SELECT, UNITVECTOR, TRI = kinds(Role.LEAF, "eye select unitvector tri")
(TABLE,) = kinds(Role.LEAF, "table")  # the numbers, row by row
(OVERLAP,) = kinds(Role.LEAF, "overlap")  # (step, first): ones where a = step*h + u + first, over (a, h, u)
# the positions along an axis; a row of a series that a loop makes (loop, name, step from here); all its rows
ARANGE, ROW, SERIES = kinds(Role.LEAF, "arange row series")

ADD, SUB, MUL, DIV, MAXIMUM, MINIMUM = kinds(Role.ENTRYWISE, "add sub mul div maximum minimum")
LESS, EQUAL, UNEQUAL, AT_MOST, WHERE = kinds(Role.ENTRYWISE, "less equal unequal at_most where")
NEG, EXP, LOG, SQRT, ABS, SIGN, STEP = kinds(Role.ENTRYWISE, "neg exp log sqrt abs sign step")
SIN, COS, TAN, SINH, COSH, TANH, ARCTAN = kinds(Role.ENTRYWISE, "sin cos tan sinh cosh tanh arctan")
ARCSIN, ARCCOS, ARCSINH, ARCCOSH, ARCTANH = kinds(Role.ENTRYWISE, "arcsin arccos arcsinh arccosh arctanh")
GAMMALN, DIGAMMA, TRIGAMMA, TETRAGAMMA, PENTAGAMMA = kinds(
    Role.ENTRYWISE, "gammaln digamma trigamma tetragamma pentagamma"
)
ERF, FLOOR, EXPM1, LOG1P, SIGMOID, SOFTPLUS = kinds(Role.ENTRYWISE, "erf floor expm1 log1p sigmoid softplus")
(POWER,) = kinds(Role.ENTRYWISE, "power")  # Fraction

# order of axes; shape; places of new axes of length 1; shape; per axis (start, stop) or (position,)
TRANSPOSE, RESHAPE, EXPAND, BROADCAST, SLICE = kinds(Role.VIEW, "transpose reshape expand broadcast slice")
# (axis, first, ((step, count), ...)): entries at first + step*i + ..., zeros outside; the two axes
WINDOWS, DIAGONAL = kinds(Role.VIEW, "windows diagonal")
(GET,) = kinds(Role.VIEW, "get")  # the row of this step

# axes that go; axis that stays with length 1; (axis, from the end); letters of both arguments and the result
SUM, MAX, CUMSUM, CONTRACT = kinds(Role.WHOLE, "sum max cumsum contract")
ARGMAX, ARGMIN, ONEHOT = kinds(Role.WHOLE, "argmax argmin onehot")
# axis; a range or position per axis, for each piece of zeros that is filled
CONCAT, PLACE = kinds(Role.WHOLE, "concat place")
# the axis that labels replace; the last axis at labels, which goes; rows added up where their labels say
TAKE, TAKE_ALONG, SCATTER = kinds(Role.WHOLE, "take take_along scatter")
GATHER, FOLD = kinds(Role.WHOLE, "gather fold")
# the two axes that a first one becomes: zeros off that diagonal; or a base, to which it is added there
DIAG, ONTO = kinds(Role.WHOLE, "diag onto")
INVERSE, SOLVE, DET, LOGDET, LOGABSDET, ADJUGATE = kinds(
    Role.WHOLE, "inverse solve det logdet logabsdet adjugate"
)
CHOLESKY, EIGVALSH, EIGENVECTORS, EXPM = kinds(Role.WHOLE, "cholesky eigvalsh eigenvectors expm")
(CHOICE,) = kinds(Role.WHOLE, "choice")  # inside a loop: another value at the last step

# scalar functions of the vocabulary that libraries have
SCALAR_KINDS: Mapping[str, Kind] = {
    k.name: k for k in (
        EXP, LOG, SQRT, ABS, SIGN, STEP, SIN, COS, TAN, SINH, COSH, TANH, ARCTAN, ARCSIN, ARCCOS,
        ARCSINH, ARCCOSH, ARCTANH, GAMMALN, DIGAMMA, TRIGAMMA, TETRAGAMMA, PENTAGAMMA, ERF, FLOOR,
        EXPM1, LOG1P, SIGMOID, SOFTPLUS,
    )
}  # fmt: skip
