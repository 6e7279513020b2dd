"""Files are written aside, synced, then renamed: a reader sees the old file or the new one."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from symbackprop.errors import SymbackpropError


def write_aside(path: Path | str, data: bytes | str) -> None:
    """`path` holds `data`, complete and on disk; if anything interrupts, it is as it was before."""
    target = Path(os.path.realpath(path))  # a symbolic link stays a link
    aside = target.with_name(f".{target.name[:64]}.{secrets.token_hex(4)}.part")
    try:
        _write_synced(aside, data.encode("utf-8") if isinstance(data, str) else data)
        _keep_mode(target, aside)
        os.replace(aside, target)
        _sync_folder(target.parent)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SymbackpropError(
            f"cannot be written: {reason or error}",
            where=str(path),
            hint="name a folder that exists and may be written to",
        ) from error
    finally:  # also after Ctrl-C; after the rename there is nothing left to remove
        with contextlib.suppress(OSError):
            aside.unlink()


def _write_synced(path: Path, data: bytes) -> None:
    """A new file with the user's usual permissions holds `data`, flushed to the disk."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o666)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _keep_mode(old: Path, new: Path) -> None:
    """The new file has the permissions of the one it replaces."""
    if old.exists():
        os.chmod(new, old.stat().st_mode & 0o777)


def _sync_folder(folder: Path) -> None:
    """The rename itself is on disk, where the system can say so."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
