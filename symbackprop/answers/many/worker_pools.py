"""Work in a pool that survives its workers: a row on which one dies is lost, and no other.

A pool of processes that loses a worker gives up all that waits in it. What was at work then is done again,
alone; the rest in a new pool.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from symbackprop.errors import DeclarationError


Row = TypeVar("Row")
Out = TypeVar("Out")
Work = Callable[[Sequence[Row]], list[Out]]  # the results of some rows, one each


def everything(
    executor: Executor, work: Work[Row, Out], parts: Mapping[int, Sequence[Row]]
) -> Iterator[tuple[int, Sequence[Out | Exception]]]:
    """(part, its results) as they come; an exception stands for a row on which a worker died."""
    waiting, pool = dict(parts), executor
    with ExitStack() as stack:
        while waiting:
            lost: dict[int, Sequence[Row]] = {}
            for k, found in tried(pool, work, waiting):
                if found is None:
                    lost[k] = waiting[k]
                else:
                    yield k, found
            suspects = sorted(lost)[: 2 * workers(executor) + 1]  # at work, or handed out next
            for k in suspects:
                yield k, alone(executor, work, lost.pop(k))
            waiting = dict(sorted(lost.items()))
            if waiting:
                pool = stack.enter_context(another(executor, workers(executor)))


def tried(
    pool: Executor, work: Work[Row, Out], parts: Mapping[int, Sequence[Row]]
) -> Iterator[tuple[int, list[Out] | None]]:
    """(part, its results) as they come; None where they are lost."""
    given: dict[Future[list[Out]], int] = {}
    for k, rows in parts.items():
        try:
            given[pool.submit(work, rows)] = k
        except BrokenExecutor:
            yield k, None
    for done in as_completed(given):
        try:
            found = done.result()
        except Exception:  # whatever it was, it is met again where the part is done alone
            found = None
        yield given[done], found


def alone(executor: Executor, work: Work[Row, Out], rows: Sequence[Row]) -> Sequence[Out | Exception]:
    """The results of some rows in processes of their own, halved until the row is found that kills."""
    with another(executor, 1) as pool:
        try:
            return pool.submit(work, rows).result()
        except Exception as error:
            if len(rows) == 1:
                return [error]
    half = len(rows) // 2
    return [*alone(executor, work, rows[:half]), *alone(executor, work, rows[half:])]


def workers(executor: Executor) -> int:
    """How many rows an executor has in hand at once, as far as it says."""
    return getattr(executor, "_max_workers", 1)


def another(executor: Executor, jobs: int) -> Executor:
    """A new pool of processes, started as those of an executor are."""
    return ProcessPoolExecutor(jobs, mp_context=getattr(executor, "_mp_context", None))


# --- executors by name: processes on this machine, or Dask's workers on this one and others -------


@contextmanager
def executor(name: str, jobs: int) -> Iterator[Executor | None]:
    """'processes'; 'dask' for workers on this machine, 'dask:ADDRESS' for those of a scheduler.

    None, which works in this process, where one process is asked for. Errors: `DeclarationError`.
    """
    kind, _, address = name.partition(":")
    if kind == "dask":
        with dask(address, jobs) as pool:
            yield pool
    elif name != "processes":
        hint = "processes, dask, dask:tcp://HOST:PORT"
        raise DeclarationError(f"no executor {name!r}", where="check", hint=hint)
    elif jobs == 1:
        yield None
    else:
        with ProcessPoolExecutor(jobs) as pool:
            yield pool


@contextmanager
def dask(address: str, jobs: int) -> Iterator[Executor]:
    """Dask's executor. Errors: `DeclarationError` where it is not installed."""
    try:
        from distributed import Client, LocalCluster  # pyright: ignore[reportMissingImports]
    except ImportError:
        hint = "pip install 'symbackprop[dask]'"
        raise DeclarationError("Dask is not installed", where="check", hint=hint) from None
    if address:
        with Client(address) as client:
            yield client.get_executor()
        return
    with (
        LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        yield client.get_executor()
