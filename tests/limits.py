"""What hostile input may cost: a second of the processor."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def within_a_second(seconds: float = 1) -> Iterator[None]:
    """The body takes less than a second, or some, of processor time.

    Without the collector: in a process that has run thousands of tests one pass over all of its objects
    takes longer than what is measured here.
    """
    gc.disable()
    try:
        start = time.process_time()
        yield
        took = time.process_time() - start
    finally:
        gc.enable()
    assert took < seconds, took
