"""The TeX engine: found along a chain, probed once per machine, run until its page is stable."""

from __future__ import annotations

import hashlib
import re
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from symbackprop.errors import TexError
from symbackprop.tex import tex_log as logs
from symbackprop.tex.engine_chain import find_engine
from symbackprop.tex.fenced_run import RUNS, Engine, run

__all__ = ["Compiled", "Engine", "compile_pdf", "find_engine"]


@dataclass(frozen=True)
class Compiled:
    """A PDF, its number of pages, and each line that sticks out of the text by over a point."""

    pdf: bytes
    pages: int
    overfull: tuple[str, ...]


def compile_pdf(source: str, *, engine: Engine, timeout: float = 120.0, jobname: str = "sheet") -> Compiled:
    """The PDF of a LaTeX source; the same source and engine give the same bytes."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", jobname):
        raise TexError(f"{jobname!r} cannot be a job name", hint="use letters, digits, - and _")
    with tempfile.TemporaryDirectory(prefix="symbackprop-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / f"{jobname}.tex").write_bytes(source.encode("utf-8", errors="replace"))
        log = _run_until_stable(source, engine, folder, timeout, jobname)
        pdf = folder / f"{jobname}.pdf"
        if not pdf.is_file() or not pdf.stat().st_size:
            raise TexError("TeX wrote no page", hint="the document body is empty")
        if absent := logs.lost(log):
            raise TexError(
                f"TeX left out characters its fonts lack: {', '.join(absent)}",
                hint="plain text must pass escape()",
            )
        return Compiled(pdf.read_bytes(), logs.pages(log), logs.overfull(log, source))


def _run_until_stable(source: str, engine: Engine, folder: Path, timeout: float, jobname: str) -> str:
    """The log of the last run: the .aux file no longer changed, or RUNS were made."""
    deadline = time.monotonic() + timeout
    once = partial(run, engine, jobname, folder=folder, deadline=deadline, limit=timeout)
    log, before = "", b""
    for _ in range(RUNS if engine.kind == "tex" else 1):  # the other kinds repeat by themselves
        status, printed = once()
        log = _read_log(folder / f"{jobname}.log") or printed
        if status:
            otherwise = f"{engine.name} stopped with status {status}: {_tail(printed)}"
            raise logs.failure(log, source, jobname=jobname, otherwise=otherwise)
        after = _digest(folder, jobname)
        if after == before:
            break
        before = after
    return log


def _digest(folder: Path, jobname: str) -> bytes:
    """A fingerprint of what one run leaves for the next."""
    left = (folder / f"{jobname}.{kind}" for kind in ("aux", "out", "toc"))
    return hashlib.sha256(b"\0".join(f.read_bytes() for f in left if f.is_file())).digest()


def _read_log(path: Path) -> str:
    """The log as text; empty where there is none."""
    return path.read_bytes().decode("utf-8", errors="replace") if path.is_file() else ""


def _tail(printed: str) -> str:
    """The last line with words in it."""
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "it printed nothing"
