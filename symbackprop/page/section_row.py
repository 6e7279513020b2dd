"""The row of a section: how it is called and made, and its place among the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from symbackprop.derivation.derivation import Derivation
from symbackprop.page.page import Block, Options

Build: TypeAlias = Callable[[Derivation, Options], list[Block]]


@dataclass(frozen=True, slots=True)
class SectionRow:
    """The section `key`; `place` orders them, `of_large` says whether a page of a large graph has it.

    One that is not `usual` stands on a page only where it is asked for; a brief page has the `brief` ones.

    A section file lists its own in `SECTIONS`; a titled one has the heading
    `section.key` of the catalogues, which is `run_in` where it begins the first paragraph.
    """

    key: str
    place: int
    build: Build
    of_large: bool = True
    usual: bool = True
    titled: bool = True
    run_in: bool = False
    brief: bool = False
