"""stub"""

from symbackprop.derivation import Derivation
from symbackprop.page import Equation


def stated(d: Derivation, text: str, **rest: object) -> Equation:
    raise NotImplementedError
