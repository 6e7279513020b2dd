"""`symbackprop check`: one answer, the lines of a solution, or a file of answers."""

from __future__ import annotations

import argparse
import json
import re

from symbackprop.answers.asked.equality_chain import SIGNS
from symbackprop.answers.checking import check
from symbackprop.answers.many.answer_table import rows
from symbackprop.answers.many.checking_many import Result, Task, judge_all
from symbackprop.answers.many.worker_pools import executor
from symbackprop.answers.solution.solution import Told, agreeing, solution
from symbackprop.answers.typed.derivative_spellings import LABEL
from symbackprop.answers.verdicts.verdict import Verdict
from symbackprop.catalogue import phrase
from symbackprop.catalogue.error_sentences import retold
from symbackprop.derivation.derivation import derive
from symbackprop.errors import DeclarationError
from symbackprop.graph.graph_text import as_graph
from symbackprop.interfaces.graph_file import graph_text
from symbackprop.interfaces.progress import progress

STATUS = {  # anything else is 1
    "correct": 0, "holds": 0, "defined": 0, "follows": 0, "unreadable": 2, "failed": 2,
}  # fmt: skip
_COMMENT = re.compile(r"(?<!\\)[%#].*")
_NUMBERED = re.compile(r"^(?:\\item\b|[•*]|\d+[.)]|\((?:\d+|[a-z])\))\s+(?!=)")
_GOES_ON = re.compile(r"^(?:[&\s]|\\(?:q?quad|[,;:! ]))*(?=(=|\\approx|≈)|[-+]|\\(?:odot|cdot|times)\b)")
_AROUND = re.compile(
    r"\\(?:begin|end)\s*\{(?:align|equation|gather|aligned|split|multline|document)\*?\}"
    r"|\\\[|\\\]|\$\$?|\\nonumber"
)
_ENDS = re.compile(r"\\\\(?!\s*[^\n]*\\end\{[a-z]*matrix\})|\n\s*\n|\n(?=[^\n]*=)")


def run_check(o: argparse.Namespace) -> int:
    """The verb. Errors: `DeclarationError` for options that do not go together."""
    graph = graph_text(o.file)
    if sum(x is not None for x in (o.answer, o.lines, o.answers)) != 1:
        raise DeclarationError("needs one of --answer, --lines, --answers", where="check")
    if o.lines is not None:
        return run_lines(o, graph)
    said = as_graph(graph).wrt
    o.wrt = o.wrt or (said[0] if len(said) == 1 else None)
    if not o.wrt:
        raise DeclarationError("needs the variable: --wrt W", where="check")
    if o.answers is not None:
        return run_answers(o, graph)
    found = check(graph, o.wrt, o.answer, of=o.of, kind=o.kind, notation=o.notation)
    say(json.dumps(found.as_dict(), indent=2, ensure_ascii=False) if o.json else shown(found, o.lang))
    return STATUS.get(found.verdict, 1)


def say(text: str) -> None:
    """Print what may hold halves of characters: an answer may have come in broken."""
    print(text.encode("utf-8", "replace").decode("utf-8"))


def shown(v: Verdict, language: str) -> str:
    """A verdict in a few lines."""
    out = [f"{v.verdict}: {v.sentence(language)}"]
    out += [f"  {retold(v.detail, language)}"] if v.detail and v.verdict == "unreadable" else []
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
    texts = lines_of(o.lines.read_text("utf-8"))
    if not texts:
        raise DeclarationError("no line with = was found", where=str(o.lines))
    found = solution(d, texts, notation=o.notation)
    if o.json:
        say(json.dumps([as_dict(t) for t in found], indent=2, ensure_ascii=False))
    else:
        for n, t in enumerate(found, 1):
            say(f"{n}: {line_text(t, o.lang)}    {t.line.text}")
        last = agreeing(found)
        if last and worst([t.verdict for t in found]):
            say(phrase("line.agrees", o.lang, name=last))
    return worst([t.verdict for t in found])


def as_dict(t: Told) -> dict[str, object]:
    """Plain data for JSON."""
    x = t.line
    return {"line": x.text, "verdict": t.verdict, "sign": x.sign, "where": x.where, "values": x.values,
            "sizes": x.sizes or x.inside, "follows": t.follows, "states": t.states,
            "detail": x.detail}  # fmt: skip


def line_text(t: Told, language: str) -> str:
    """One line's verdict in words."""
    x = t.line
    sizes = ["×".join(map(str, s)) or "1" for s in (x.sizes or x.inside)]
    left, right = (*sizes, "", "")[:2]
    said = phrase(f"line.{t.verdict}", language, sign=str(x.sign), left=left, right=right,
                  lines=", ".join(map(str, t.follows)))  # fmt: skip
    where = f" {x.where}" if x.where.startswith("(") else f" ({x.where})" if x.where else ""
    values = f": {x.values[0]} ≠ {x.values[1]}" if x.values and t.verdict == "false" else ""
    return f"{said}{where if values else ''}{values}"


def lines_of(text: str) -> list[str]:
    """The lines of a solution that state something."""
    bare = _AROUND.sub("\n\n", _COMMENT.sub("", text))
    out: list[str] = []
    for piece in (on_one_line(p).rstrip(".,;") for p in _ENDS.split(bare)):
        on = _GOES_ON.match(piece) if out else None
        if on and on[1]:
            out.append(f"{last_side(out[-1])} {piece[on.end() :]}")
        elif on:
            out[-1] += " " + piece[on.end() :]
        elif any(s in piece for s in SIGNS):
            out.append(LABEL.sub("", _NUMBERED.sub("", piece)))
    return out


def last_side(line: str) -> str:
    """What stands right of the last sign of a line: a line that begins with = goes on from there."""
    depth, start = 0, 0
    for k, c in enumerate(line):
        depth += (c in "([{") - (c in ")]}")
        if depth == 0 and c in "=≈":
            start = k + 1
        elif depth == 0 and line.startswith(r"\approx", k):
            start = k + len(r"\approx")
    return line[start:].replace("&", " ").strip()


def on_one_line(text: str) -> str:
    """A text without line ends but those between the rows of a matrix in brackets."""
    return "".join(
        part if part.startswith("[") else re.sub(r"\s+", " ", part)
        for part in re.split(r"(\[[^\[\]]*\])", text.strip())
    )


def run_answers(o: argparse.Namespace, graph: str) -> int:
    """Every row of a file; one row of results each, JSON lines where asked for."""
    given = rows(o.answers, o.column)
    task = Task(graph, o.wrt, o.of, o.kind, o.notation)
    with progress("answers") as bar, executor(o.executor, o.jobs) as pool:
        bar.begin(len(given))
        found = judge_all(task, given, pool, tell=bar.tell)
    for n, r in enumerate(found, 1):
        say(json.dumps(r, ensure_ascii=False) if o.json else row_text(n, r, o.lang))
    return worst([str(r["verdict"]) for r in found])


def row_text(n: int, r: Result, language: str) -> str:
    """One row of results: who, the verdict, the mistake, what is said, how the answer was read."""
    said = r.get("sentence")
    sentence = said[language] if isinstance(said, dict) else r.get("detail", "")
    name = r.get("id") or r.get("name") or n
    read = r.get("reading")
    signs = ", ".join(map(str, read)) if isinstance(read, list) else ""
    each = (name, r["verdict"], r.get("mistake", ""), sentence, signs)
    return "\t".join(" ".join(str(x).split()) for x in each)


def worst(verdicts: list[str]) -> int:
    """1 where something is wrong, else 2 where something could not be read, else 0."""
    found = {STATUS.get(v, 1) for v in verdicts}
    return 1 if 1 in found else 2 if 2 in found else 0
