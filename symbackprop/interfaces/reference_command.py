"""`symbackprop reference`: the page docs/reference.md, made from the rows of the vocabulary."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from types import ModuleType

from symbackprop.entries import SizeOf
from symbackprop.entries.op import Op
from symbackprop.graph.functions import FUNCTIONS
from symbackprop.graph.function_help import example
from symbackprop.graph.graph_text import read
from symbackprop.sizes import shape_text
from symbackprop.vocabulary import (
    OPS, layers, linear, losses, normalisation, scalars, shaping, signal, square_matrices,
)  # fmt: skip

HEAD = """# Functions of a graph

Made by `symbackprop reference > docs/reference.md` from the rows of the vocabulary; a test holds it fresh.
Every function is also one of the module, `sb.softmax`, and `help(sb.softmax)` says what stands here.
`…` are leading axes of any number, which broadcast as in NumPy; an index that stands
only on the right is summed over.

The text of a graph has one statement a line, or several with `;` between them:

| statement | what it says |
|---|---|
| `W: m x d as W^{(1)} positive` | an input: its shape, how it is printed, which values it takes |
| `z = tanh(W @ x)  as \\zeta` | a node |
| `t: 1..T`, `x[t]: d`, `h[0] = x`, `h[t] = …` | the steps of a recurrence |
| `phi: function as \\varphi` | a function of which nothing is said |
| `of L` | the node that is differentiated; else the last one |
| `wrt W, b` | the variables; else every real input that moves it |

`of=` and `wrt=` of a call, `--of` and `--wrt` of the command line come before what the text says.
"""
GROUPS: Mapping[str, tuple[tuple[ModuleType, ...], str]] = {  # the modules of a group, and names beside them
    "Entry by entry": ((scalars,), "maximum minimum clip where hypot logaddexp logaddexp2 arctan2 mod pow "
                                   "prelu leaky_relu"),
    "Losses": ((losses,), "infonce style total_variation"),
    "Layers": ((layers, normalisation, signal), "attention max_pool1d max_pool2d global_avg_pool "
                                                "global_max_pool group_norm scatter gram"),
    "Square matrices": ((square_matrices,), "trace diag diagonal logdet logabsdet pinv kron vec"),
    "Arrays": ((linear, shaping), ""),
}  # fmt: skip


def run_reference(o: argparse.Namespace) -> int:
    """Print the page."""
    print(reference(), end="")
    return 0


def reference() -> str:
    """The page: every function under the first group that has it."""
    left, out = sorted(FUNCTIONS), [HEAD]
    for title, (modules, names) in GROUPS.items():
        ops = {op for m in modules for op in vars(m).values() if isinstance(op, Op)}
        last = title == [*GROUPS][-1]
        own = [n for n in left if last or n in names.split() or OPS.get(n) in ops]
        left = [n for n in left if n not in own]
        table = losses_table(own) if title == "Losses" else ""
        out += [f"\n## {title}\n{table}", *(entry(n, FUNCTIONS[n]) for n in own)]
    return "".join(out)


COMPOSED: Mapping[str, tuple[str, str]] = {  # losses of several ops: what they take, what they give
    "infonce": ("scores of pairs, row i belongs to column i", "the mean over the rows"),
    "style": ("features, features", "the mean over all entries"),
    "total_variation": ("an image", "the sum over all entries"),
}


LOSSES_HEAD = (
    "Scores (logits) are any numbers; probabilities are a softmax or a sigmoid of them, or are declared",
    "`distribution`. What gives one number a sample is averaged with `mean(…)`. `cross_entropy` refuses",
    "scores; pages say what the others take.",
    "", "| loss | takes | gives |", "|---|---|---|",
)  # fmt: skip


def losses_table(names: Sequence[str]) -> str:
    """What every loss takes, and whether it averages."""
    rows = [f"| `{n}` | {' | '.join(COMPOSED.get(n) or (OPS[n].takes, given(OPS[n])))} |" for n in names
            if n in COMPOSED or OPS[n].takes]  # fmt: skip
    return "\n".join(("", *LOSSES_HEAD, *rows, ""))


def given(op: Op) -> str:
    """Whether a loss is a mean, a sum, or one number for each sample; seen from its equations."""
    e = next(e for e in read(example(op.name, op)).every if e.op is op)
    made = op.place(tuple(a.shape for a in e.args), e.attributes)
    if e.shape:
        return "one number a sample"
    means = any(isinstance(a, SizeOf) for t in made.result.right.terms for a, _ in t.factors)
    return "the mean over all entries" if means else "the sum over all entries"


def entry(name: str, function: Callable[..., object]) -> str:
    """One function: how it is called, what it says of itself, and what comes out of its example."""
    g = read(example(name, OPS.get(name)))
    made = f"{g.output}: {shape_text(g[g.output].shape)}"
    return f"\n### {name}\n\n```text\n{name}{signature(function)}\n{function.__doc__}  ({made})\n```\n"
