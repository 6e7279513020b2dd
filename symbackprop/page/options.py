"""What a sheet may choose of its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """What a sheet may choose. `show` are the nodes drawn; `unfold` nodes are written out once in the δ's;
    `at` are numbers for the inputs; `hessian` the variables of the second derivative; `local` the nodes whose
    Jacobians are derived, all of them by default."""

    sections: tuple[str, ...] | None = None
    at: Mapping[str, object] | None = None
    unfold: tuple[str, ...] = ()
    show: tuple[str, ...] | None = None
    hessian: tuple[str, ...] = ()
    products: tuple[str, ...] | None = None
    local: tuple[str, ...] | None = None
