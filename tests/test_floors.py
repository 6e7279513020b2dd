"""A file imports only from lower floors: the order below is the house, top to bottom of a derivation."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "symbackprop"
# lowest first; a file may import from earlier rows and, in rows of one line, from files to its left
FLOORS = """
    errors limits files rationals
    sizes
    notation spelling printed_names
    write reading plain formula evaluation meaning fitting picture tex catalogue prose
    entries letters contraction gathering equations zeros placement instances
    unification calculus implicit scalar_functions op vocabulary
    scalars_sympy reference
    expr squares compose
    axes matrices builders picking compositions functions graph statements expression_text graph_text
    composed indexed lowering accumulation
    monomial folds tidy expanding windows lettered raising separation kronecker_form local
    activity naming abbreviations reverse ranks cofactors values exact convention
    paper_sums paper_vectors onpaper
    legible derivation options page
    closed largest recurrence
    rows local_names jacobians equation_section local_section chain_section
    derivative_names quantity derivative directions second blocks independent curvature
    hessian_section tracing overview gradient_section outline
    local_values callables second_values scope paths report truth verify seen claims places lines
    batch_rules batched exercise quantities judged
    answers
    emit markup line_breaks typeset templating sheet notebook
    build doctor derive_command pytest_plugin __main__ __init__
""".split()
LAZY = {  # doors that open upwards, each inside a function and only when somebody walks through
    ("expr", "notebook"), ("graph", "notebook"), ("derivation", "notebook"), ("derivation", "outline"),
    ("derivation", "verify"), ("derivation", "emit"), ("quantity", "verify"), ("graph", "functions"),
    ("reference", "scalars_sympy"),
}  # fmt: skip


def room(path: Path) -> str:
    """The file, or the folder of the package it stands in."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imports(path: Path) -> list[tuple[str, bool]]:
    """(room, inside a function) of everything a file imports from the package."""
    tree = ast.parse(path.read_text("utf-8"))
    typing_only = {
        n for c in ast.walk(tree) if isinstance(c, ast.If) and ast.unparse(c.test) == "TYPE_CHECKING"
        for n in ast.walk(c)
    }  # fmt: skip
    inside = {
        n
        for f in ast.walk(tree)
        if isinstance(f, ast.FunctionDef | ast.Lambda)
        for n in ast.walk(f)
    }
    out = []
    for n in ast.walk(tree):
        if (
            isinstance(n, ast.ImportFrom)
            and n not in typing_only
            and (n.module or "").startswith("symbackprop")
        ):
            parts = (n.module or "").split(".")
            names = [parts[1]] if len(parts) > 1 else [a.name for a in n.names]
            out += [(name, n in inside) for name in names]
    return out


FILES = sorted(PACKAGE.rglob("*.py"))


def test_every_file_has_a_floor() -> None:
    assert {room(p) for p in FILES} <= set(FLOORS)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_down(path: Path) -> None:
    here = room(path)
    for name, lazy in imports(path):
        if name == here or (lazy and (here, name) in LAZY) or name not in FLOORS:
            continue
        assert FLOORS.index(name) < FLOORS.index(here), (
            f"{here} imports {name}, which stands above it"
        )


def test_importing_the_package_is_light() -> None:
    code = (
        "import sys, symbackprop; "
        "print(sorted(m for m in ('sympy', 'lark', 'jinja2', 'rich', 'numpy') if m in sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_sympy_has_one_room() -> None:
    users = {room(p) for p in FILES if "import sympy" in p.read_text("utf-8")}
    assert users == {"scalars_sympy"}


def test_nothing_evaluates_text() -> None:
    """The only exec runs code that the emitter wrote itself."""
    calls = []
    for p in FILES:
        for n in ast.walk(ast.parse(p.read_text("utf-8"))):
            if isinstance(n, ast.Call):
                name = n.func.id if isinstance(n.func, ast.Name) else getattr(n.func, "attr", "")
                if name in ("eval", "exec", "sympify", "parse_expr", "__import__"):
                    calls.append((room(p), name))
    assert calls == [("emit", "exec")]


def test_files_stay_small() -> None:
    lines = {str(p.relative_to(PACKAGE)): len(p.read_text("utf-8").splitlines()) for p in FILES}
    assert {name: n for name, n in lines.items() if n > 300} == {}


def test_functions_stay_small() -> None:
    """Forty lines at most, from `def` to the last."""
    long = {}
    for p in FILES:
        for n in ast.walk(ast.parse(p.read_text("utf-8"))):
            if isinstance(n, ast.FunctionDef) and n.end_lineno and n.end_lineno - n.lineno >= 40:
                long[f"{p.relative_to(PACKAGE)}:{n.name}"] = n.end_lineno - n.lineno + 1
    assert long == {}
