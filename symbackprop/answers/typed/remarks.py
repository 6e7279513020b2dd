"""Remarks behind an answer are set aside: `(column vector)`, `∈ R^d`, `# gradient`, `with H the identity`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_WORDS = (
    "a an the is as of shape size dim dimension column row vector matrix scalar number gradient jacobian "
    "hessian entrywise elementwise componentwise here each by so ein eine der die das ist als spaltenvektor "
    "zeilenvektor spalte zeile vektor skalar zahl größe elementweise eintragsweise"
).split()
_FACTS = (
    r"(?:heaviside|unit)(?:'s)?(?: step)?(?: function)?|step function|indicator(?: function)?"
    r"|identity(?: matrix)?|(?:logistic |)sigmoid(?: function)?|(?:elementwise|entrywise|hadamard) product"
    r"|kronecker(?:'s)? delta|(?:all-ones|ones) vector|(?:column )?vector of ones|einheitsmatrix"
    r"|heaviside-?funktion|sigmoidfunktion"
)
_SIZE = r"\w{1,4}\s*[x×]\s*\w{1,4}"
_TAILS = [re.compile(rf"(?:{p})\s*$", re.I) for p in (
    r"(?<!\\)[#%][^\n]*",
    r"(?:\\in|∈)\s*(?:\\mathbb\s*R|ℝ|R)\s*(?:\^\s*(?:\w+(?:\s*(?:[x×]|\\times)\s*\w+)?))?",
    rf"[,;]?\s*[(\[]\s*(?=[^()\[\]]*[^\W\d_]{{3}})(?:(?:{'|'.join(_WORDS)}|{_SIZE})[\s,.:]*)+[)\]]",
    r"[(\[]\s*\w{1,4}\s*×\s*\w{1,4}\s*[)\]]",
    rf"[,;]?\s*(?:with|where|mit|wobei)\s+\S{{1,12}}\s+(?:is |being |denotes |denoting |ist |bezeichnet )?"
    rf"(?:the|a|die|der|das|an)\s+(?:{_FACTS})",
)]  # fmt: skip
_CALLED = (  # functions that a remark may name, and what they are
    (re.compile(r"heaviside|step", re.I), "1[u > 0]"),
    (re.compile(r"sigmoid|logistic", re.I), "1/(1 + exp(-u))"),
)
_NAMED = re.compile(r"(?:with|where|mit|wobei)\s+(\S{1,12}?)(?:\s*\(\s*\w\s*\))?\s+(.*)", re.I)
_CROSSED = re.compile(r"[(\[]\s*\w{1,4}\s+x\s+\w{1,4}\s*[)\]]\s*$")
_DRESS = re.compile(r"\\(?:text|mathrm|textrm)\s*\{|[{}$~]|\\[,;: ]|\\q?quad")
MOST = 4  # remarks behind one answer
TAIL = 120  # characters in which one is looked for


def without_remarks(text: str, crossed: bool) -> tuple[str, tuple[str, ...]]:
    """A text, spaces where remarks stood, and the remarks; a text that is nothing else keeps them.

    `crossed`: x is no name, so that `[d x 1]` is a size.
    """
    found: list[str] = []
    tails = (*_TAILS, _CROSSED) if crossed else _TAILS
    for _ in range(MOST):
        start = max(len(text.rstrip()) - TAIL, 0)
        tail = _DRESS.sub(lambda m: " " * len(m[0]), text[start:])
        cut = next((m for p in tails if (m := p.search(tail)) and tail[: m.start()].strip()), None)
        if cut is None:
            break
        at = start + cut.start()
        found.append(re.sub(r"\s+", " ", cut[0]).strip(" ,;#%"))
        text = text[:at] + " " * (len(text) - at)
    return text, tuple(reversed(found))


def named_functions(remarks: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The functions that remarks name, `with H the Heaviside step`, and their values at u as plain text."""
    for said in filter(None, map(_NAMED.fullmatch, remarks)):
        if body := next((b for p, b in _CALLED if p.search(said[2])), None):
            yield said[1], body
