"""Many answers about one graph, through any executor: one row each, and a bad row stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor
from dataclasses import dataclass
from functools import partial

from symbackprop.answers.checking import check
from symbackprop.answers.many.answer_table import Row
from symbackprop.answers.many.worker_pools import everything
from symbackprop.errors import SymbackpropError

AT_ONCE = 50  # rows handed to a worker together
Result = dict[str, object]


@dataclass(frozen=True, slots=True)
class Task:
    """The graph and what is asked for where a row does not say."""

    graph: str
    wrt: str
    of: str | None = None
    kind: str = "auto"
    notation: str = "auto"


def judge_row(task: Task, row: Row) -> Result:
    """The verdict on one row, whatever it holds; 'failed', which is none, where judging it fails."""
    if "answer" not in row:
        return without_verdict(row, "unreadable", row.get("bad", "no `answer`"))
    try:
        found = check(
            task.graph, row.get("wrt") or task.wrt, row["answer"], of=row.get("of") or task.of,
            kind=row.get("kind") or task.kind, notation=row.get("notation") or task.notation,  # type: ignore[arg-type]
        )  # fmt: skip
    except SymbackpropError as error:
        return without_verdict(row, "unreadable", str(error))
    except Exception as error:  # a fault of ours in one row is no reason to lose the others, nor a verdict
        return failed(row, error)
    return {**called(row), **found.as_dict()}


def called(row: Row) -> Result:
    """What a row is called by."""
    return {k: row[k] for k in ("id", "name") if k in row}


def without_verdict(row: Row, verdict: str, detail: str) -> Result:
    """The result of a row that was not judged."""
    return {**called(row), "answer": row.get("answer", ""), "verdict": verdict, "detail": detail}


def failed(row: Row, error: Exception) -> Result:
    """What is said about a row on which we failed, or a worker died."""
    broken = isinstance(error, BrokenExecutor)
    said = "the process that judged this row died" if broken else f"{type(error).__name__}: {error}"
    return without_verdict(row, "failed", said)


def judge_rows(task: Task, some: Sequence[Row]) -> list[Result]:
    """The verdicts on some rows, in a worker."""
    return [judge_row(task, r) for r in some]


def judge_all(
    task: Task, given: Sequence[Row], executor: Executor | None = None, *,
    tell: Callable[[int], None] = lambda n: None,
) -> list[Result]:  # fmt: skip
    """The verdicts in the order of the rows; `tell` hears how many more are done."""
    parts = list(chunks(given))
    out: list[list[Result]] = [[] for _ in parts]
    if executor is None:
        for k, part in enumerate(parts):
            out[k] = judge_rows(task, part)
            tell(len(part))
        return [r for part in out for r in part]
    for k, found in everything(executor, partial(judge_rows, task), dict(enumerate(parts))):
        out[k] = [failed(r, f) if isinstance(f, Exception) else f
                  for r, f in zip(parts[k], found, strict=True)]  # fmt: skip
        tell(len(parts[k]))
    return [r for part in out for r in part]


def check_all(
    graph: str, wrt: str, answers: Iterable[str | Row], *, of: str | None = None,
    kind: str = "auto", notation: str = "auto", executor: Executor | None = None,
) -> list[Result]:  # fmt: skip
    """One row of results for each answer, or for each row with an `answer`, in their order.

    `executor` is any `concurrent.futures.Executor`; Dask's is `Client().get_executor()`.
    """
    rows = [{"answer": a} if isinstance(a, str) else a for a in answers]
    return judge_all(Task(graph, wrt, of, kind, notation), rows, executor)


def chunks(given: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Rows in parts."""
    for start in range(0, len(given), AT_ONCE):
        yield given[start : start + AT_ONCE]
