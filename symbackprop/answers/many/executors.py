"""Executors by name: processes on this machine, or Dask's workers on this one and others."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager

from symbackprop.errors import DeclarationError


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
