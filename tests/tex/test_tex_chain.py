"""The chain of engines, the doctor, and files that are whole or untouched."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from symbackprop.errors import SymbackpropError, TexError
from symbackprop.interfaces import doctor
from symbackprop.tex import engine_chain as chain
from symbackprop.tex.atomic_files import write_aside
from symbackprop.tex.engine import Engine, find_engine


@pytest.fixture(scope="module")
def engine() -> Engine:
    """The engine a build would use; tests that need one do not run where there is none."""
    found = find_engine()
    if found is None:
        pytest.skip("no TeX engine")
    return found


def test_none_and_unknown_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(chain.VARIABLE, "none")
    assert find_engine() is None
    with pytest.raises(TexError, match="no-such-tex: is not installed"):
        find_engine("no-such-tex")


def test_a_probe_is_remembered(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    name = engine.name
    assert find_engine(name) == engine
    assert len(list((tmp_path / "symbackprop").iterdir())) == 1
    monkeypatch.setattr(chain, "_probe", lambda bare: pytest.fail("probed again"))
    assert find_engine(name) == engine


@pytest.mark.parametrize("junk", ["", "[]", '{"version": 1}', "\0"])
def test_a_spoilt_memory_is_not_believed(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, junk: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    find_engine(engine.name)
    (memory,) = (tmp_path / "symbackprop").iterdir()
    memory.write_text(junk)
    assert find_engine(engine.name) == engine


def test_a_cache_that_cannot_be_written_is_fine(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert find_engine(engine.name) == engine


def test_the_doctor_never_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(chain, "_wheel", lambda: None)
    monkeypatch.delenv(chain.VARIABLE, raising=False)
    found = doctor.examine()
    assert found.used is None
    assert "shortest fix" in doctor.describe(found)
    for asked in ("none", "/no/such/tex", sys.executable):
        monkeypatch.setenv(chain.VARIABLE, asked)
        assert "No TeX engine" in doctor.describe(doctor.examine())


def test_the_doctor_names_the_engine(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(chain.VARIABLE, engine.name)
    told = doctor.describe(doctor.examine())
    assert f"{engine.version}   <- used" in told


# --- files --------------------------------------------------------------------------------------


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    write_aside(tmp_path / "a", "Größe\n")
    write_aside(tmp_path / "b", b"\0\1")
    assert (tmp_path / "a").read_text("utf-8") == "Größe\n"
    assert (tmp_path / "b").read_bytes() == b"\0\1"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("moment", ["fsync", "replace"])
@pytest.mark.parametrize("blow", [KeyboardInterrupt, MemoryError])
def test_an_interruption_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str, blow: type[BaseException]
) -> None:
    target = tmp_path / "sheet.pdf"
    target.write_text("old")

    def strike(*_: object) -> None:
        raise blow

    monkeypatch.setattr(os, moment, strike)
    with pytest.raises(blow):
        write_aside(target, "new")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(SymbackpropError, match="cannot be written"):
        write_aside(tmp_path / "missing" / "a", "x")
    with pytest.raises(SymbackpropError, match="cannot be written"):
        write_aside(tmp_path / "a", "\ud800")
    assert not any(tmp_path.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="permissions and links of POSIX")
def test_permissions_and_links_stay(tmp_path: Path) -> None:
    target, link = tmp_path / "a", tmp_path / "link"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    write_aside(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640
