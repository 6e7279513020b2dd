"""The pytest plugin: the fixture holds and fails, every printed equation is a test item."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
WORKED = Path(__file__).parent.parent / "worked"


@pytest.fixture(autouse=True)
def plugin(pytester: pytest.Pytester, monkeypatch) -> None:
    """The plugin of this checkout, once, whether or not the package is installed."""
    monkeypatch.setenv("PYTHONPATH", str(WORKED.parent))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_subprocess("-p", "symbackprop.pytest_plugin", *arguments)


def test_fixture_holds_a_derivation(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        def test_it(assert_derivation):
            report = assert_derivation("x: d; W: m x d; L = sum(tanh(W @ x))", wrt=["W"])
            assert report.ok
    """)
    run(pytester).assert_outcomes(passed=1)


def test_fixture_fails_with_the_equation(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import symbackprop.tidy as td

        def test_it(assert_derivation, monkeypatch):
            monkeypatch.setitem(td.RULES, "negative", lambda a: a)
            import symbackprop.reverse as rv
            plain = rv.pullback
            monkeypatch.setattr(rv, "pullback", lambda *a: td.scaled(2, plain(*a)))
            assert_derivation("x: d; W: m x d; L = sum(tanh(W @ x))", wrt=["W"])
    """)
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*differs*"])


def test_every_equation_is_an_item(pytester: pytest.Pytester) -> None:
    sheet = pytester.path / "small.py"
    sheet.write_text(
        "import symbackprop as sb\n"
        'S = sb.Sheet(name="small", title={"en": "a", "de": "b"}, graph="x: d; L = sum(x**2)")\n'
    )
    result = run(pytester, "--sheets", str(sheet), "-v")
    outcomes = result.parseoutcomes()
    assert outcomes["passed"] >= 4
    assert set(outcomes) == {"passed"}
    result.stdout.fnmatch_lines(["*small*gradient*x*PASSED*"])
