"""What this machine has: versions, TeX engines, extras, and the shortest way to a first PDF."""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
from dataclasses import dataclass

from symbackprop.tex.engine_chain import FILES, NONE, VARIABLE, Candidate, candidates, has_wheel

LIBRARIES = ("numpy", "sympy", "jinja2", "lark", "rich")
EXTRAS = ("torch", "jax")

_DEBIAN = (
    "apt-get install texlive-latex-recommended texlive-pictures texlive-fonts-recommended "
    "lmodern texlive-lang-german"
)
_WHEEL = 'pip install "symbackprop[tex]"'


@dataclass(frozen=True)
class Diagnosis:
    """What was found; a version that is empty belongs to a library that is not installed."""

    python: str
    system: str
    libraries: tuple[tuple[str, str], ...]
    extras: tuple[tuple[str, str], ...]
    asked: str
    engines: tuple[Candidate, ...]
    fix: str

    @property
    def used(self) -> Candidate | None:
        """The engine a build would run."""
        return next((c for c in self.engines if c.engine), None)


def run_doctor(_: argparse.Namespace) -> int:
    """The verb."""
    print(describe(examine()))
    return 0


def examine() -> Diagnosis:
    """This machine as it is now: engines are probed afresh, and nothing here raises."""
    asked = os.environ.get(VARIABLE, "")
    engines = () if asked == NONE else tuple(candidates(asked, believe=0.0))
    return Diagnosis(
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        libraries=tuple((name, _version(name)) for name in LIBRARIES),
        extras=tuple((name, _version(name)) for name in EXTRAS),
        asked=asked,
        engines=engines,
        fix="" if any(c.engine for c in engines) else _fix(asked),
    )


def describe(d: Diagnosis) -> str:
    """The diagnosis as lines of text."""
    lines = [f"Python {d.python} on {d.system}", "", "Libraries"]
    lines += [_row(name, version or "MISSING") for name, version in d.libraries]
    lines += ["", "Extras"]
    lines += [_row(name, version or "not installed") for name, version in d.extras]
    lines += ["", "TeX engines, in the order they are tried"]
    if d.asked:
        lines.append(f"  {VARIABLE}={d.asked}: no other is tried")
    lines += [line for c in d.engines for line in _engine(c, used=c is d.used)]
    if d.used is None:
        lines += ["", "No TeX engine: .tex and HTML are written, PDF is not."]
    if d.fix:
        lines += [f"  shortest fix: {d.fix}"]
    return "\n".join(lines)


def _engine(c: Candidate, *, used: bool) -> list[str]:
    """One engine: what it is and what it lacks, or why it cannot be used."""
    if c.engine is None:
        return [_row(c.name, c.trouble)]
    absent = sorted(FILES.keys() - c.engine.packages)
    return [
        _row(c.name, c.engine.version + ("   <- used" if used else "")),
        _row("", c.command),
        _row("", f"lacks {', '.join(absent)}" if absent else "has every optional package"),
    ]


def _row(name: str, text: str) -> str:
    """One line of a list."""
    return f"  {name:<10} {text}"


def _version(name: str) -> str:
    """The installed version of a library, without importing it."""
    try:
        return importlib.metadata.version(name) or "unknown"
    except (importlib.metadata.PackageNotFoundError, ValueError, OSError):
        return ""


def _fix(asked: str) -> str:
    """The shortest command after which a PDF can be made."""
    if asked:
        return f"unset {VARIABLE}, or set it to an engine that works"
    if os.path.exists("/etc/debian_version"):
        return _DEBIAN + (f"\n  or, without root: {_WHEEL}" if has_wheel() else "")
    if has_wheel():
        return _WHEEL
    return f"install TeX Live ({_WHEEL} has no build for {platform.machine()} Linux)"
