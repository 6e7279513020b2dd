"""The pytest plugin: a fixture that holds a derivation, and one test item per printed equation.

def test_layer(assert_derivation):
    assert_derivation("x: d; W: m x d; L = sum(tanh(W @ x))", wrt=["W"])

pytest --sheets worked          # every printed `=` of every sheet has its own test id
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import symbackprop
from symbackprop import doors

if TYPE_CHECKING:
    from symbackprop.derivation.report import Checked, Report
    from symbackprop.sheet.sheet import Sheet


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("symbackprop")
    group.addoption("--sheets", action="append", default=[], metavar="PATH",
                    help="collect every printed equation of the sheets in PATH as a test")  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    paths = [str(Path(p)) for p in config.getoption("--sheets") or []]
    config.args.extend(p for p in paths if p not in config.args)


@pytest.fixture
def assert_derivation() -> Callable[..., Report]:
    """A function that derives and verifies, and fails with the offending entry."""

    def check(graph: object, of: str | None = None, wrt: list[str] | None = None, *, seed: int = 0) -> Report:
        report = symbackprop.derive(graph, of, wrt).verify(seed=seed)  # type: ignore[arg-type]
        if not report.ok:
            pytest.fail(
                "\n".join(f"{c.key}: {c.verdict}: {c.reason}" for c in report.failures), pytrace=False
            )
        return report

    return check


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    wanted = [Path(p).resolve() for p in parent.config.getoption("--sheets") or []]
    own = file_path.resolve()
    if file_path.suffix != ".py" or file_path.name.startswith("_"):
        return None
    if any(own == p or p in own.parents for p in wanted):
        return SheetFile.from_parent(parent, path=file_path)
    return None


class SheetFile(pytest.File):
    """A module with sheets."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        for sheet in doors.through("find sheets", self.path):
            yield SheetCollector.from_parent(self, name=sheet.name, sheet=sheet)


class SheetCollector(pytest.Collector):
    """One sheet; verified once, reported equation by equation."""

    def __init__(self, *, sheet: Sheet, **rest: object) -> None:
        super().__init__(**rest)  # type: ignore[arg-type]
        self.sheet = sheet
        self.report: Report | None = None

    def collect(self) -> Iterator[pytest.Item]:
        for prefix, check in self.sheet.checks:
            for key in check.keys:
                yield EquationItem.from_parent(self, name=prefix + key)

    def verdicts(self) -> dict[str, Checked]:
        """Checks by key, made when the first item runs."""
        if self.report is None:
            self.report = self.sheet.verify()
        return {c.key: c for c in self.report.everything}


class EquationItem(pytest.Item):
    """One printed equation, one error signal, or one result of the emitted code."""

    def runtest(self) -> None:
        assert isinstance(self.parent, SheetCollector)
        found = self.parent.verdicts()[self.name]
        if found.verdict != "agrees":
            pytest.fail(f"{found.verdict}: {found.reason}", pytrace=False)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, self.name
