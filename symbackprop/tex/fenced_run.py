"""One run of a TeX program: fenced in, timed, and gone with all its children afterwards."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from symbackprop.errors import TexError

OUTPUT_LIMIT = 256 * 2**20  # bytes a run may leave in its folder; a sheet leaves well below 5 MB
OUTPUT_NAME = "stdout.txt"
RUNS = 3  # at most; two are enough unless page numbers move
EPOCH = "315532800"  # 1980-01-01: the date a PDF carries where SOURCE_DATE_EPOCH names no other

Kind = Literal["tex", "latexmk", "tectonic"]

_FENCE = {
    "openin_any": "p",  # read only below the folder and from the TeX installation
    "openout_any": "p",  # write only below the folder
    "shell_escape": "f",
    "FORCE_SOURCE_DATE": "1",
    "max_print_line": "10000",  # one message, one line of the log
    "error_line": "254",
    "half_error_line": "238",
    "MKTEXPK": "0",  # a missing font is an error, not a program that draws one
    "MKTEXTFM": "0",
    "MKTEXMF": "0",
}


@dataclass(frozen=True)
class Engine:
    """A TeX program on this machine, what it calls itself, and which packages it has."""

    name: str
    command: str
    kind: Kind
    version: str
    packages: frozenset[str]
    env: tuple[tuple[str, str], ...] = ()


def command(engine: Engine, jobname: str) -> list[str]:
    """The command line of one run."""
    file = f"{jobname}.tex"
    if engine.kind == "tectonic":
        fixed = ["--only-cached", "--untrusted", "--keep-logs", "--color=never"]
        return [engine.command, *fixed, file]
    switches = ["-interaction=nonstopmode", "-halt-on-error", "-file-line-error"]
    if engine.kind == "latexmk":
        fixed = ["-norc", "-pdf", "-latexoption=-no-shell-escape", "-e", f"$max_repeat={RUNS}"]
        return [engine.command, *fixed, *switches, file]
    return [engine.command, "-no-shell-escape", *switches, file]


def environment(engine: Engine, folder: Path) -> dict[str, str]:
    """The environment a TeX run sees: restricted, reproducible, its caches in `folder`."""
    return {
        "SOURCE_DATE_EPOCH": EPOCH,
        **os.environ,
        **_FENCE,
        "TEXMFVAR": str(folder / "var"),
        "TEXMFOUTPUT": str(folder),
        **dict(engine.env),
    }


def run(engine: Engine, jobname: str, *, folder: Path, deadline: float, limit: float) -> tuple[int, str]:
    """Exit status and what was printed; at the deadline the whole process group is killed."""
    printed = folder / OUTPUT_NAME
    with printed.open("wb") as output:
        try:
            process = subprocess.Popen(
                command(engine, jobname),
                cwd=folder,
                env=environment(engine, folder),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise TexError(
                f"cannot be started: {error.strerror or error}",
                where=engine.name,
                hint="run `symbackprop doctor` to see which TeX engines work here",
            ) from error
        try:
            _wait(process, folder, deadline, limit)
        finally:  # also after Ctrl-C
            _kill_group(process)
    return process.returncode, printed.read_text("utf-8", errors="replace")


def _wait(process: subprocess.Popen[bytes], folder: Path, deadline: float, limit: float) -> None:
    """The process has ended by itself, within its time and space."""
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=max(0.0, min(1.0, deadline - time.monotonic())))
            return
        if time.monotonic() >= deadline:
            raise TexError(
                f"TeX did not finish within {limit:g} seconds and was stopped",
                hint="look for a loop in the sheet's own TeX, or allow more time",
            )
        if _written(folder) > OUTPUT_LIMIT:
            raise TexError(
                f"TeX wrote more than {OUTPUT_LIMIT // 2**20} MB and was stopped",
                hint="look for a loop in the sheet's own TeX",
            )


def _written(folder: Path) -> int:
    """Bytes in the folder's files; one that vanishes meanwhile counts nothing."""
    total = 0
    for file in folder.iterdir():
        with contextlib.suppress(OSError):
            total += file.stat().st_size
    return total


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Neither the process nor a child of it is running."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()
