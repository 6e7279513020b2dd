"""A progress bar on a terminal, silence in a pipe. The only file that imports rich."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.progress import Progress


@dataclass(frozen=True, slots=True)
class Bar:
    """What a long piece of work says of itself: `begin(total)` once, `tell(steps, said)` on the way."""

    begin: Callable[[int], None]
    tell: Callable[..., None]


@contextmanager
def progress(what: str) -> Iterator[Bar]:
    """A bar for some work that ends with it."""
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(what, total=None)

        def begin(total: int) -> None:
            bar.update(task, total=total)

        def tell(steps: int = 1, said: str = "") -> None:
            more: dict[str, Any] = {"description": said} if said else {}
            bar.update(task, advance=steps, **more)

        yield Bar(begin, tell)
