"""Builds sheets: modules in, verified documents and `report.json` out; a bad one stops no other."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType

from symbackprop.derivation.report import Report
from symbackprop.errors import SheetError, SymbackpropError, VerificationError
from symbackprop.sheet.exercise import Version
from symbackprop.sheet.formats import FORMATS
from symbackprop.sheet.sheet import Sheet, write_sheet
from symbackprop.tex.atomic_files import write_aside
from symbackprop.tex.engine import Engine, compile_pdf, find_engine

FIX = ('install one of: pip install "symbackprop[tex]"  |  apt-get install texlive-latex-recommended '
       "texlive-pictures texlive-fonts-recommended lmodern texlive-lang-german")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Build:
    """Options of a whole build."""

    paths: tuple[Path, ...]
    folder: Path = Path("out")
    to: str = "pdf"
    languages: tuple[str, ...] = ()  # none: those each sheet has
    version: Version = "solution"
    engine: str | None = None
    jobs: int = 2
    templates: Path | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One sheet to build: where it stands, the options, the engine they led to."""

    module: Path
    sheet: str
    build: Build
    engine: Engine | None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of report.json."""

    name: str
    lang: str
    equations: int
    checked: int
    max_rel_error: float
    file: str
    pages: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a sheet. status: 0 fine, 1 the mathematics is wrong, 2 the input cannot be used."""

    sheet: str
    status: int
    rows: tuple[Row, ...] = ()
    messages: tuple[str, ...] = ()


# --- finding sheets ------------------------------------------------------------------------------


def modules(paths: Iterable[Path]) -> list[Path]:
    """Python files of folders (not those starting with _), and files given. Errors: `SheetError`."""
    out: list[Path] = []
    for p in paths:
        if p.is_dir():
            out += sorted(f for f in p.glob("*.py") if not f.name.startswith("_"))
        elif p.is_file():
            out.append(p)
        else:
            raise SheetError(f"no file or folder {p}", where="build")
    return out


def load(path: Path) -> ModuleType:
    """A module by its path. Errors: `SheetError` with the line where it failed."""
    name = f"sheets_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise SheetError(f"{path} is not a Python module", where="build")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except SymbackpropError as error:
        error.inside(place(path, error))
        raise
    except (Exception, SystemExit) as error:
        raise SheetError(f"{type(error).__name__}: {error}", where=place(path, error)) from error
    return module


def place(path: Path, error: BaseException) -> str:
    """The line of the file that failed: of a syntax error its own, else the last one that ran."""
    if isinstance(error, SyntaxError):
        return f"{Path(error.filename or path).name}, line {error.lineno}"
    own = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename) == path]
    return f"{path.name}, line {own[-1].lineno}" if own else path.name


def sheets(path: Path) -> list[Sheet]:
    """The sheets of a module, in the order they are written; lists of sheets count too."""
    found: dict[int, Sheet] = {}
    for value in vars(load(path)).values():
        for s in value if isinstance(value, list | tuple) else [value]:
            if isinstance(s, Sheet):
                found[id(s)] = s
    return list(found.values())


# --- one sheet -----------------------------------------------------------------------------------


def make(order: Order) -> Outcome:
    """Verify and write one sheet in all its languages."""
    rows: list[Row] = []
    messages: list[str] = []
    try:
        sheet = next(s for s in sheets(order.module) if s.name == order.sheet)
        report = sheet.verify()
        report.demand()
        for language in order.build.languages or sheet.languages:
            row, said = write(order, sheet, report, language)
            rows.append(row)
            messages += said
    except VerificationError as error:
        return Outcome(order.sheet, 1, tuple(rows), (f"{order.sheet}: {error}",))
    except (SymbackpropError, OSError) as error:
        return Outcome(order.sheet, 2, tuple(rows), (f"{order.sheet}: {error}",))
    except Exception as error:  # a fault of ours in one sheet must not stop the others
        said = f"{order.sheet}: {type(error).__name__}: {error}"
        return Outcome(order.sheet, 2, tuple(rows), (said,))
    return Outcome(order.sheet, 0, tuple(rows), tuple(messages))


def write(order: Order, sheet: Sheet, report: Report, language: str) -> tuple[Row, list[str]]:
    """One document, complete or not at all; without TeX the .tex and the HTML instead of the PDF."""
    b = order.build
    stem = sheet.name + ("" if b.version == "solution" else f".{b.version}") + f".{language}"
    folder, said, pages = b.folder, [], 0
    packages = order.engine.packages if order.engine else frozenset[str]()

    def source(to: str) -> str:
        return write_sheet(
            FORMATS[to], sheet, report, language, b.version, packages=packages, templates=b.templates
        )

    if b.to == "pdf" and order.engine is not None:
        done = compile_pdf(source("tex"), engine=order.engine, jobname=stem.replace(".", "-"))
        target, pages = folder / f"{stem}.pdf", done.pages
        write_aside(target, done.pdf)
        said += [f"{stem}: too wide: {x}" for x in done.overfull]
    else:
        first, *more = ("tex", "html") if b.to == "pdf" else (b.to,)
        target = folder / f"{stem}.{first}"
        for to in (first, *more):
            write_aside(folder / f"{stem}.{to}", source(to))
    row = Row(
        sheet.name, language, report.equations, report.checked, report.max_rel_error, target.name, pages
    )
    return row, said


# --- all sheets ----------------------------------------------------------------------------------


def orders(b: Build, engine: Engine | None) -> tuple[list[Order], list[Outcome]]:
    """One order per sheet; modules that cannot be read are outcomes already."""
    out: list[Order] = []
    bad: list[Outcome] = []
    seen: set[str] = set()
    for path in modules(b.paths):
        try:
            found = sheets(path)
        except SymbackpropError as error:
            bad.append(Outcome(path.stem, 2, (), (f"{path}: {error}",)))
            continue
        for s in found:
            if s.name in seen:
                bad.append(Outcome(s.name, 2, (), (f"{path}: two sheets are called {s.name}",)))
                continue
            seen.add(s.name)
            out.append(Order(path, s.name, b, engine))
    return out, bad


def build(b: Build, *, tell: Callable[[Outcome], None] = lambda o: None,
          begin: Callable[[int], None] = lambda n: None,
          executor: Executor | None = None) -> tuple[int, list[Outcome]]:  # fmt: skip
    """Every sheet of the paths; `report.json` beside them. Returns the exit status and what happened.

    `begin` hears how many sheets there are, `tell` what became of each.
    Work runs through the `concurrent.futures` interface: processes by default, any executor given instead.
    """
    engine = find_engine(b.engine) if b.to == "pdf" else None
    b.folder.mkdir(parents=True, exist_ok=True)
    todo, outcomes = orders(b, engine)
    begin(len(todo) + len(outcomes))
    for o in outcomes:
        tell(o)
    if not todo and not outcomes:
        raise SheetError("no sheet found", where="build", hint="A sheet is a module-level `Sheet(…)`.")
    for o in run(todo, b.jobs, executor):
        outcomes.append(o)
        tell(o)
    names = [t.sheet for t in todo]
    outcomes.sort(key=lambda o: names.index(o.sheet) if o.sheet in names else -1)
    status = max((o.status for o in outcomes), default=0)
    rows = [asdict(r) for o in outcomes for r in o.rows]
    text = json.dumps({"sheets": rows, "ok": status == 0}, indent=2, ensure_ascii=False)
    write_aside(b.folder / "report.json", text + "\n")
    return status, outcomes


def run(todo: Sequence[Order], jobs: int, executor: Executor | None) -> Iterable[Outcome]:
    """Outcomes as they come."""
    if executor is None and (jobs <= 1 or len(todo) <= 1):
        yield from map(make, todo)
        return
    pool = executor or ProcessPoolExecutor(max_workers=min(jobs, len(todo)))
    try:
        futures: dict[Future[Outcome], Order] = {pool.submit(make, o): o for o in todo}
        for f in as_completed(futures):
            error = f.exception()
            yield (
                f.result()
                if error is None
                else Outcome(futures[f].sheet, 2, (), (f"{futures[f].sheet}: {error}",))
            )
    finally:
        if executor is None:
            pool.shutdown(cancel_futures=True)
