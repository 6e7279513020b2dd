"""The plan of the house: a folder imports from folders below it, and every name says what is there."""

import ast
import builtins
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from string import ascii_lowercase

import pytest

import symbackprop as sb
from symbackprop.graph.functions import FUNCTIONS
from tests import ROOT
from tests.house.plan import CONTRIBUTING, FLOORS, PACKAGE, room, with_map

# imports inside functions: libraries that are slow or optional, each in the one file that speaks for it
LATE = {
    "entries/scalar_derivatives.py": {"symbackprop.entries"},  # opens `sympy_scalars.py`
    "answers/many/worker_pools.py": {"distributed"},
}
DOORS = {"__init__.py"}  # the one table of doors
PUBLIC = {"symbackprop", "symbackprop.picture", "symbackprop.emit"}
FILES = sorted(PACKAGE.rglob("*.py"))
TREES = {p: ast.parse(p.read_text("utf-8")) for p in FILES}
MODULES = {module: p for p in FILES for module in [
    ".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")]}  # fmt: skip


def imported(tree: ast.AST) -> Iterator[str]:
    """Modules a file imports, at the top and inside functions, for values and for types."""
    for n in ast.walk(tree):
        if isinstance(n, ast.Import):
            yield from (a.name for a in n.names)
        elif isinstance(n, ast.ImportFrom):
            assert n.level == 0, "imports are written out"
            for a in n.names:
                whole = f"{n.module}.{a.name}"
                yield whole if whole in MODULES else n.module or ""


def arrows(tree: ast.AST) -> set[Path]:
    """Files of the package a file imports."""
    return {MODULES[m] for m in imported(tree) if m in MODULES}


def upward(path: Path, tree: ast.AST) -> list[str]:
    """Rooms a file imports that do not lie below its own."""
    here = FLOORS.index(room(path))
    rooms = {room(p) for p in arrows(tree)} - {room(path)}
    return sorted(r for r in rooms if r != "__init__" and FLOORS.index(r) > here)


# --- direction -----------------------------------------------------------------------------------


def test_every_room_has_a_floor() -> None:
    assert {room(p) for p in FILES} == set(FLOORS)
    assert len(list(PACKAGE.iterdir())) - (PACKAGE / "__pycache__").exists() <= 26


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_down(path: Path) -> None:
    if room(path) != "__init__":  # its imports of types name every room
        assert upward(path, TREES[path]) == []


def test_an_import_upwards_is_seen() -> None:
    late = "def f():\n    from symbackprop.page.outline import outline\n"
    typed = "if TYPE_CHECKING:\n    from symbackprop.page.page import Page\n"
    for text in (late, typed):
        assert upward(PACKAGE / "graph" / "expr.py", ast.parse(text)) == ["page"]


def circles(edges: dict[Path, set[Path]]) -> list[Path]:
    """Files that can be reached from themselves: what is left when ends are taken away."""
    left = {p: {q for q in qs if q != p} for p, qs in edges.items()}
    while ends := [p for p, qs in left.items() if not qs & left.keys()]:
        for p in ends:
            del left[p]
    return sorted(left)


def test_no_file_imports_itself_through_others() -> None:
    edges = {p: arrows(t) - {PACKAGE / "__init__.py"} for p, t in TREES.items()}
    assert circles(edges) == []
    first, second = FILES[5], FILES[9]
    assert circles({first: {second}, second: {first}}) == sorted([first, second])


def late_imports(tree: ast.AST) -> set[str]:
    """What is imported inside functions, by statement or by name."""
    out = set()
    for f in ast.walk(tree):
        if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            for n in ast.walk(f):
                if isinstance(n, ast.Import):
                    out |= {a.name for a in n.names}
                elif isinstance(n, ast.ImportFrom):
                    out.add(n.module or "")
                elif isinstance(n, ast.Name) and n.id in ("import_module", "__import__"):
                    out.add(n.id)
    return out


def test_imports_inside_functions_are_few() -> None:
    found = {str(p.relative_to(PACKAGE)): late_imports(t) for p, t in TREES.items()}
    doors = {name: found.pop(name) for name in DOORS}
    assert {k: v for k, v in found.items() if v} == LATE
    assert doors == {"__init__.py": {"import_module"}}
    assert late_imports(ast.parse("f = lambda: import_module('x')")) == {"import_module"}


@pytest.mark.parametrize("door", sb._DOORS)
def test_somebody_answers_at_every_door(door: str) -> None:
    module, function = sb._DOORS[door]
    home = MODULES[f"symbackprop.{module}"]
    names = {n.name for n in TREES[home].body if isinstance(n, ast.FunctionDef)}
    names |= {a.asname or a.name for n in TREES[home].body if isinstance(n, ast.ImportFrom) for a in n.names}
    assert function in names
    said = [f'"{door}"' in p.read_text("utf-8") for p in FILES if p.name != "__init__.py"]
    verb = door.startswith("run ") and 'through(f"run {' in (PACKAGE / "__main__.py").read_text("utf-8")
    assert any(said) or verb, "nobody knocks"


def test_importing_the_package_is_light() -> None:
    code = (
        "import sys, symbackprop; "
        "print(sorted(m for m in ('sympy', 'lark', 'jinja2', 'rich', 'numpy') if m in sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("library", "home"),
    [("sympy", "sympy_scalars.py"), ("rich", "progress.py"), ("jinja2", "templating.py"),
     ("latex2mathml", "mathml.py"), ("pyphen", "hyphenation.py"), ("distributed", "worker_pools.py"),
     ("pytest", "pytest_plugin.py")],
)  # fmt: skip
def test_a_library_has_one_file_that_speaks_for_it(library: str, home: str) -> None:
    users = {p.name for p, t in TREES.items() if library in {m.split(".")[0] for m in imported(t)}}
    assert users == {home}


# --- names ---------------------------------------------------------------------------------------


def test_no_name_stands_for_two_files() -> None:
    names = [p.name for p in FILES if p.name != "__init__.py"]
    assert sorted(n for n in set(names) if names.count(n) > 1) == []


def test_nothing_is_called_like_a_public_function() -> None:
    """A module of that name would hide the function: `import symbackprop.zeros` sets `sb.zeros`."""
    assert parts(PACKAGE) & {*sb.__all__, *FUNCTIONS} == set()
    for folder in sb._PUBLIC_FOLDERS:
        assert parts(PACKAGE / folder) & set(getattr(sb, folder).__all__) == set()
    assert "emit" in parts(PACKAGE) and "numpy_code" in parts(PACKAGE / "emit")


def parts(place: Path) -> set[str]:
    """The names of all files and folders below a place."""
    return {x for p in place.rglob("*.py") for x in p.relative_to(place).with_suffix("").parts}


@pytest.mark.parametrize("path", [p for p in FILES if p.name == "__init__.py"], ids=lambda p: p.parent.name)
def test_a_folder_says_what_enters_and_what_is_read_first(path: Path) -> None:
    said = ast.get_docstring(TREES[path]) or ""
    if path.parent != PACKAGE:
        assert re.search(r"\benters?\b", said) or "Nothing but declarations" in said
        assert re.search(r"\bleaves?\b", said) or "Nothing but declarations" in said
        first = re.search(r"Read\s+`([\w/.]+)`", said)
        assert first and (path.parent / first[1]).exists()


def test_mentioned_files_exist() -> None:
    """`name.py` in the text of a file is a file of the package, from there or from its top."""
    lost = []
    for p in FILES:
        for said in re.findall(r"`((?:\w+/)*\w+\.py|(?:\w+/)+)`", p.read_text("utf-8")):
            places = (p.parent, PACKAGE, ROOT)
            if not any((x / said).exists() for x in places) and said != "templates/":
                lost.append(f"{p.relative_to(PACKAGE)}: {said}")
    assert lost == []


@pytest.mark.parametrize("home", ["worked", "docs", "README.md", "CONTRIBUTING.md"])
def test_what_people_read_imports_public_names_only(home: str) -> None:
    place = ROOT / home
    texts = sorted(place.rglob("*.py")) + sorted(place.rglob("*.md")) if place.is_dir() else [place]
    said = re.compile(r"(?:from|import) (symbackprop[\w.]*)")
    found = {m for p in texts for m in said.findall(p.read_text("utf-8"))}
    assert found - PUBLIC == set()


def test_the_map_is_the_plan() -> None:
    """`python -m tests.house.plan --write` makes it anew."""
    text = CONTRIBUTING.read_text("utf-8")
    assert with_map(text) == text
    assert with_map(text.replace("| `graph/` |", "| `graphs/` |")) == text


def test_the_road_names_what_there_is() -> None:
    """Dotted names and files in CONTRIBUTING.md are those of the package."""
    text = CONTRIBUTING.read_text("utf-8")
    road = re.findall(r"`((?:[a-z_]+\.)+[a-z_]+)\b[`(]", text)
    assert len(road) > 8
    for said in (x for x in road if x.split(".")[0] in FLOORS and not x.endswith(".py")):
        module, _, name = f"symbackprop.{said}".rpartition(".")
        assert f"symbackprop.{said}" in MODULES or hasattr(import_module(module), name), said
    for said in re.findall(r"`([\w.]+/[\w./]*)`", text):
        assert any((x / said).exists() for x in (ROOT, PACKAGE)), said


def test_every_room_has_its_tests() -> None:
    """Tests of a room lie in a folder of its name; what walks the whole road is in four more."""
    found = {p.parent.name for p in (ROOT / "tests").glob("*/test_*.py")}
    rooms = {n for n in FLOORS if (PACKAGE / n).is_dir()}
    assert found - rooms == {"house", "worked", "whole", "corpora", "frameworks"}
    assert rooms - found == set()


def test_public_files_are_typed_strictly() -> None:
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pyright"]["strict"])
    homes = {f"symbackprop/{m.replace('.', '/')}.py" for m in sb._HOME.values()}
    homes |= {f"symbackprop/{n}/__init__.py" for n in sb._PUBLIC_FOLDERS} | {"symbackprop/__init__.py"}
    assert homes - listed == set()
    assert all((ROOT / x).is_file() for x in listed)
    assert (PACKAGE / "py.typed").is_file()


def test_types_and_names_are_one_table() -> None:
    """What a type checker is told to import is what is loaded when a name is used."""
    told = {a.asname: (n.module or "").removeprefix("symbackprop.")
            for n in ast.walk(TREES[PACKAGE / "__init__.py"])
            if isinstance(n, ast.ImportFrom) for a in n.names if a.asname}  # fmt: skip
    assert told == dict(sb._HOME)
    assert set(sb.__all__) == set(sb._HOME)


# --- habits --------------------------------------------------------------------------------------


def test_nothing_evaluates_text() -> None:
    """The only exec runs code that the emitter wrote itself."""
    calls = []
    for p, tree in TREES.items():
        for n in ast.walk(tree):
            if isinstance(n, ast.Call):
                name = n.func.id if isinstance(n.func, ast.Name) else getattr(n.func, "attr", "")
                if name in ("eval", "exec", "sympify", "parse_expr", "__import__"):
                    calls.append((room(p), name))
    assert calls == [("emit", "exec")]


def test_long_files_say_why() -> None:
    """One concept a file. One of more than four hundred lines says in its head why it is not two."""
    long = [p for p in FILES if len(p.read_text("utf-8").splitlines()) > 400]
    silent = [p.name for p in long if "one concept" not in (ast.get_docstring(TREES[p]) or "")]
    assert silent == []


def test_functions_stay_small() -> None:
    """Forty lines at most, from `def` to the last."""
    long = {}
    for p, tree in TREES.items():
        for n in ast.walk(tree):
            if isinstance(n, ast.FunctionDef) and n.end_lineno and n.end_lineno - n.lineno >= 40:
                long[f"{p.relative_to(PACKAGE)}:{n.name}"] = n.end_lineno - n.lineno + 1
    assert long == {}


# --- one error family, one place for alphabets -----------------------------------------------------

BUILT_IN = {n for n, v in vars(builtins).items() if isinstance(v, type) and issubclass(v, BaseException)}
NATIVE = {"__init__.py": {"AttributeError"}}  # what Python itself asks for
RUNS = [ascii_lowercase[k : k + 3] for k in range(24)]


def strangers(tree: ast.AST) -> set[str]:
    """Exceptions of Python a file derives a class from or raises."""
    named = [b for n in ast.walk(tree) if isinstance(n, ast.ClassDef) for b in n.bases]
    for n in ast.walk(tree):
        if isinstance(n, ast.Raise) and n.exc is not None:
            named.append(n.exc.func if isinstance(n.exc, ast.Call) else n.exc)
    return {n.id for n in named if isinstance(n, ast.Name)} & BUILT_IN


def alphabets(tree: ast.AST) -> list[str]:
    """Texts of letters in their order, as index letters are taken from."""
    texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return [t for t in texts if t.isascii() and t.isalpha() and sum(run in t for run in RUNS) > 1]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_errors_are_one_family_and_alphabets_have_one_place(path: Path) -> None:
    name = path.relative_to(PACKAGE).as_posix()
    if name != "errors.py":
        assert strangers(TREES[path]) == NATIVE.get(name, set())
    if name != "entries/index_letters.py":
        assert alphabets(TREES[path]) == []


def test_a_stranger_and_an_alphabet_are_seen() -> None:
    text = "class Lost(KeyError): ...\ndef f():\n    raise ValueError('x')\n    raise RuntimeError\n"
    assert strangers(ast.parse(text)) == {"KeyError", "ValueError", "RuntimeError"}
    assert alphabets(ast.parse("x = 'ijklmpq'; y = 'first'; z = 'abcdfgh'")) == ["ijklmpq", "abcdfgh"]
