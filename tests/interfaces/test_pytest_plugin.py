"""The pytest plugin: a fixture, one test item per printed equation, nothing heavy at start-up."""

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points

import pytest

from tests import ROOT

pytest_plugins = ["pytester"]
Run = Callable[..., pytest.RunResult]

SHEET = """
from symbackprop import Derived, Exercise, Sheet

SHEET = Sheet(name="one", title={"en": "One", "de": "Eins"}, exercises=(Exercise(answers=(Derived(
    show=("forward", "gradients"), graph="x: d; W: m x d; L = sum(tanh(W @ x)**2)"),)),))
"""
FALSE = (
    SHEET
    + '''
from dataclasses import replace
from symbackprop.page.page import Equations

def spoiled(page):
    """The page with its first equation claiming to be its own left side, doubled."""
    from symbackprop.formula.tree import Times, number
    section = page.sections[0]
    block = section.blocks[0]
    first = replace(block.rows[0], sides=(Times((number(2), block.rows[0].left)),))
    block = replace(block, rows=(first, *block.rows[1:]))
    return replace(page, sections=(replace(section, blocks=(block, *section.blocks[1:])), *page.sections[1:]))

answer = SHEET.exercises[0].answers[0]
answer.__dict__["page"] = spoiled(answer.page)
'''
)


@pytest.fixture
def run_pytest(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A pytest of its own; it is told of the plugin where no installed package tells it."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    installed = any(p.value == "symbackprop.interfaces.pytest_plugin" for p in entry_points(group="pytest11"))
    plugin = () if installed else ("-p", "symbackprop.interfaces.pytest_plugin")
    return lambda *options: pytester.runpytest_subprocess(*plugin, *options)


def test_the_fixture_accepts_what_is_true(pytester: pytest.Pytester, run_pytest: Run) -> None:
    pytester.makepyfile(
        """
        def test_layer(assert_derivation):
            report = assert_derivation("x: d; W: m x d; L = sum(tanh(W @ x))", wrt=["W"])
            assert report.ok
            assert report.checked == report.equations
        """
    )
    run_pytest().assert_outcomes(passed=1)


def test_the_fixture_refuses_what_cannot_be_read(pytester: pytest.Pytester, run_pytest: Run) -> None:
    pytester.makepyfile(
        """
        def test_layer(assert_derivation):
            assert_derivation("x: d; W: m x d; L = sum(x @ W)")
        """
    )
    result = run_pytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*ShapeError*"])


def test_every_printed_equation_is_a_test(pytester: pytest.Pytester, run_pytest: Run) -> None:
    folder = pytester.mkdir("some")
    (folder / "one.py").write_text(SHEET, "utf-8")
    result = run_pytest("-rA", "--sheets", "some")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["PASSED *one.py::one::forward.L", "PASSED *one.py::one::gradient.W"])
    assert result.parseoutcomes()["passed"] >= 5


def test_one_equation_can_be_chosen(pytester: pytest.Pytester, run_pytest: Run) -> None:
    (pytester.path / "one.py").write_text(SHEET, "utf-8")
    result = run_pytest("--sheets", "one.py", "-k", "gradient.W")
    assert result.parseoutcomes()["passed"] == 1


def test_a_false_equation_fails_under_its_own_name(pytester: pytest.Pytester, run_pytest: Run) -> None:
    (pytester.path / "wrong.py").write_text(FALSE, "utf-8")
    result = run_pytest("-rA", "--sheets", "wrong.py")
    result.stdout.fnmatch_lines(["FAILED wrong.py::one::forward.z *differs*"])
    assert result.parseoutcomes()["failed"] == 1


def test_without_the_option_no_module_is_collected(pytester: pytest.Pytester, run_pytest: Run) -> None:
    (pytester.path / "one.py").write_text(SHEET, "utf-8")
    result = run_pytest()
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_start_up_loads_nothing_heavy() -> None:
    code = (
        "import sys, symbackprop.interfaces.pytest_plugin;"
        "print([m for m in ('sympy', 'numpy', 'jinja2', 'lark') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
