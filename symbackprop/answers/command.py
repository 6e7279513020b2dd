"""`symbackprop check`: one answer, the lines of a solution, or a file of answers."""

from __future__ import annotations

import argparse
import json
import re
import sys
from concurrent.futures import ProcessPoolExecutor

from symbackprop.answers.check import check
from symbackprop.answers.many import Result, Task, judge_all, rows
from symbackprop.answers.verdict import Verdict
from symbackprop.claims import SIGNS
from symbackprop.derivation import derive
from symbackprop.errors import DeclarationError
from symbackprop.lines import Line, judge

STATUS = {"correct": 0, "holds": 0, "unreadable": 2}  # anything else is 1
_COMMENT = re.compile(r"(?<!\\)%.*")
_AROUND = re.compile(
    r"\\(?:begin|end)\s*\{(?:align|equation|gather|aligned|split|multline|document)\*?\}"
    r"|\\\[|\\\]|\$\$?|\\nonumber"
)
_ENDS = re.compile(r"\\\\(?!\s*[^\n]*\\end\{[a-z]*matrix\})|\n\s*\n|\n(?=[^\n]*=)")


def run_check(o: argparse.Namespace, graph: str) -> int:
    """The verb. Errors: `DeclarationError` for options that do not go together."""
    if sum(x is not None for x in (o.answer, o.lines, o.answers)) != 1:
        raise DeclarationError("needs one of --answer, --lines, --answers", where="check")
    if o.lines is not None:
        return run_lines(o, graph)
    if not o.wrt:
        raise DeclarationError("needs the variable: --wrt W", where="check")
    if o.answers is not None:
        return run_answers(o, graph)
    found = check(graph, o.wrt, o.answer, of=o.of, kind=o.kind, notation=o.notation)
    print(
        json.dumps(found.as_dict(), indent=2, ensure_ascii=False)
        if o.json
        else shown(found, o.lang)
    )
    return STATUS.get(found.verdict, 1)


def shown(v: Verdict, language: str) -> str:
    """A verdict in a few lines."""
    out = [f"{v.verdict}: {v.sentence(language)}"]
    out += [f"  {v.detail}"] if v.detail and v.verdict == "unreadable" else []
    if c := v.counterexample:
        out.append("  " + ", ".join(f"{n} = {listed(x)}" for n, x in c.inputs))
        out.append(f"  {listed(c.given)} ≠ {listed(c.right)}")
    return "\n".join(out)


def listed(x: object) -> str:
    """Nested numbers as they are typed."""
    return f"[{', '.join(map(listed, x))}]" if isinstance(x, tuple) else str(x)


def run_lines(o: argparse.Namespace, graph: str) -> int:
    """Every line of a worked solution."""
    d = derive(graph, o.of, [o.wrt] if o.wrt else None)
    found = [judge(d, line) for line in solution(o.lines.read_text("utf-8"))]
    if not found:
        raise DeclarationError("no line with = was found", where=str(o.lines))
    if o.json:
        data = [{"line": x.text, "verdict": x.verdict, "sign": x.sign, "where": x.where,
                 "values": x.values, "detail": x.detail} for x in found]  # fmt: skip
        print(json.dumps(data, indent=2, ensure_ascii=False))
    else:
        for n, x in enumerate(found, 1):
            print(told(n, x))
    return worst([x.verdict for x in found])


def solution(text: str) -> list[str]:
    """The lines of a solution that state something."""
    bare = _AROUND.sub("\n\n", _COMMENT.sub("", text))
    pieces = (" ".join(p.split()).strip().rstrip(".,;") for p in _ENDS.split(bare))
    return [p for p in pieces if any(s in p for s in SIGNS)]


def told(n: int, x: Line) -> str:
    """One line's verdict."""
    at = f", sign {x.sign}" if x.sign and x.verdict != "holds" else ""
    values = f": {x.values[0]} ≠ {x.values[1]}" if x.values else ""
    where = f" at {x.where}" if x.where else ""
    return f"{n}: {x.verdict}{at}{where}{values}    {x.text}"


def run_answers(o: argparse.Namespace, graph: str) -> int:
    """Every row of a file; one row of results each, JSON lines where asked for."""
    from rich.console import Console
    from rich.progress import Progress

    given = rows(o.answers)
    task = Task(graph, o.wrt, o.of, o.kind, o.notation)
    with Progress(
        console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
    ) as bar:
        item = bar.add_task("answers", total=len(given))
        if o.jobs > 1:
            with ProcessPoolExecutor(o.jobs) as pool:
                found = judge_all(task, given, pool, tell=lambda n: bar.update(item, advance=n))
        else:
            found = judge_all(task, given, tell=lambda n: bar.update(item, advance=n))
    for n, r in enumerate(found, 1):
        print(json.dumps(r, ensure_ascii=False) if o.json else row_text(n, r, o.lang))
    return worst([str(r["verdict"]) for r in found])


def row_text(n: int, r: Result, language: str) -> str:
    """One row of results."""
    said = r.get("sentence")
    sentence = said[language] if isinstance(said, dict) else r.get("detail", "")
    name = r.get("id") or r.get("name") or n
    return f"{name}\t{r['verdict']}\t{r.get('mistake', '')}\t{' '.join(str(sentence).split())}"


def worst(verdicts: list[str]) -> int:
    """1 where something is wrong, else 2 where something could not be read, else 0."""
    found = {STATUS.get(v, 1) for v in verdicts}
    return 1 if 1 in found else 2 if 2 in found else 0
