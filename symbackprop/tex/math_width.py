r"""How wide a formula is in TeX, in em of its size: Computer Modern's widths, scripts stacked, spaces added.

It knows what our formulas are written with; of other commands it takes a letter's width.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_letters

TOKEN = re.compile(r"\\(?:begin|end)\{[a-zA-Z*]+\}|\\[A-Za-z]+|\\.|\S", re.DOTALL)
SCRIPT, TINY = 0.73, 0.55  # sizes of a script, and of one on a script
SLACK = 1.02  # what optical sizes add

# cmmi10, a to z and A to Z, and cmr10, in thousandths of an em
ITALIC = dict(zip(
    ascii_letters,
    map(int, """529 429 433 520 466 490 477 576 345 412 521 298 878 600 485 503 446 452 469 361 572 485 716
    572 490 465 750 759 715 828 738 643 786 831 440 555 849 681 970 803 763 642 791 759 613 584 683 583 944
    828 581 683""".split()), strict=True))  # fmt: skip
ROMAN = dict(zip(
    ascii_letters,
    map(int, """500 556 444 556 444 306 500 556 278 306 528 278 833 556 500 556 528 392 394 389 556 528 722
    528 528 444 750 708 722 764 681 653 785 750 361 514 778 625 917 750 778 681 778 736 556 722 750 750 1028
    750 750 611""".split()), strict=True))  # fmt: skip
SIGNS = {
    **dict.fromkeys("0123456789", 500), **dict.fromkeys("()", 389), **dict.fromkeys("[]", 278),
    **dict.fromkeys(".,:;!", 278), **dict.fromkeys("|/", 400), "'": 280, "*": 500,
}  # fmt: skip
GREEK: dict[str, int] = dict(zip(
    """alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho
    sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega
    partial nabla ell top infty prime cdots ldots dots""".split(),
    map(int, """640 566 518 444 406 466 438 497 469 591 354 576 583 602 494 438 570 517 571 437 540 596 654
    626 651 622 625 833 778 694 667 750 722 778 722 778 722 531 833 417 778 1000 275 1172 1172
    1172""".split()), strict=True))  # fmt: skip
BINARY = frozenset("+-") | {"\\" + c for c in "odot oslash otimes times cdot pm star ast circ".split()}
RELATION = frozenset("=<>") | {
    "\\" + c for c in "approx le leq ge geq ne neq in mid sim to longrightarrow".split()
}  # fmt: skip
WIDE = {r"\cdot": 278, r"\ast": 500, r"\star": 500, r"\mid": 278, r"\in": 667, r"\to": 1000}
WORDS = frozenset("exp log ln tanh sin cos tan max min det sinh cosh arctan arcsin arccos".split())
SPACES = {r"\,": 167, r"\:": 222, r"\;": 278, r"\!": -167, r"\ ": 333, r"\quad": 1000, r"\qquad": 2000}
BIG = {r"\sum": 1444, r"\prod": 1278}  # displayed, with limits above and below
BRACKETS = {"bigl": 458, "bigr": 458, "Bigl": 597, "Bigr": 597, "left": 650, "right": 650}
VIA = 3500  # "through" under a brace
BRACE = 1800  # the shortest one
KNOWN: dict[str, int] = {**SPACES, **BIG, **WIDE, **SIGNS, **ITALIC}
CORRECTION = 90  # for the slant of a capital, on average
FONTS = frozenset("mathrm operatorname text textrm mathbf bm mathcal mathbb mathsf mathit boldsymbol".split())
ACCENTS = frozenset("hat widehat bar tilde widetilde vec dot check breve overline underline".split())
SILENT = frozenset("displaystyle textstyle scriptstyle limits nolimits allowbreak kern relax".split())


@lru_cache(maxsize=20_000)
def math_width(tex: str) -> float:
    """The width of displayed mathematics in em."""
    return SLACK * Line(TOKEN.findall(tex)).width(1.0) / 1000


def text_width(words: str) -> float:
    """The width of words in em of their size."""
    return sum({**SIGNS, **ROMAN, " ": 333, "-": 333}.get(c, 500) for c in words) / 1000


@dataclass
class Line:
    """Tokens of a formula, read from left to right; widths in thousandths of an em."""

    tokens: Sequence[str]
    at: int = 0

    def width(self, scale: float, stop: frozenset[str] = frozenset()) -> float:
        """What stands up to a closing token, which is passed over."""
        total, operand = 0.0, False  # whether a sign between operands could stand here
        while (token := self.peek()) and token not in stop:
            space = 0.0
            if scale == 1.0 and (token in RELATION or (token in BINARY and operand)):
                space = 2 * (278 if token in RELATION else 222)
            operand = token not in BINARY and token not in RELATION and token not in "([{,;"
            total += space * scale + self.scripted(scale)
        self.at += bool(stop)
        return total

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token, self.at = self.peek(), self.at + 1
        return token

    def argument(self, scale: float) -> float:
        """A group, or one token."""
        if self.peek() == "{":
            self.at += 1
            return self.width(scale, frozenset("}"))
        return self.atom(scale)

    def scripted(self, scale: float) -> float:
        """An atom with its scripts, of which the wider counts; limits of a sum stand above and below."""
        limits = self.peek() in BIG
        base, scripts = self.atom(scale), [0.0]
        while self.peek() in ("^", "_", "'"):
            mark = self.take()
            small = TINY if scale < 1.0 else SCRIPT
            scripts.append(scale * 280 if mark == "'" else self.argument(small) + 50 * scale)
        return max(base, *scripts) + 167 * scale if limits else base + max(scripts)

    def atom(self, scale: float) -> float:
        token = self.take()
        if not token:
            return 0.0
        name = token[1:] if token[:1] == "\\" else ""
        if token == "{":
            return self.width(scale, frozenset("}"))
        if name.startswith(("begin{", "end{")):
            return self.matrix(scale) if name.startswith("begin") else 0.0
        if name in ("frac", "dfrac", "tfrac"):
            return max(self.argument(scale), self.argument(scale)) + 240 * scale
        if name == "underbrace":
            inside, _, below = self.argument(scale), self.take(), self.argument(SCRIPT * scale)
            return max(inside, below, BRACE * scale)
        if name == "sqrt":
            return self.argument(scale) + 833 * scale
        if name == "sbvia":
            return self.argument(scale) + VIA * scale
        if name in FONTS or name.startswith("sb"):
            return scale * sum(map(self.letter, self.word())) * (1.15 if name in ("mathbf", "bm") else 1.0)
        if name in ACCENTS:
            return self.argument(scale)
        if name in BRACKETS:
            self.at += 1
            return scale * BRACKETS[name]
        return scale * self.letter(token)

    def word(self) -> Iterator[str]:
        """The letters of a group that stand upright."""
        depth = 0
        while True:
            token = self.take()
            depth += (token == "{") - (token == "}")
            if token not in ("{", "}"):
                yield "\0" + token
            if depth <= 0 or not token:
                return

    def letter(self, token: str) -> float:
        """One sign."""
        name = token[1:] if token[:1] in ("\\", "\0") else ""
        if token[:1] == "\0":
            return ROMAN.get(name, 500)
        if name in WORDS:
            return 167 + sum(ROMAN[c] for c in name)
        if name in SILENT:
            return 0.0
        known = KNOWN[token] if token in KNOWN else GREEK.get(name, 778)
        return known + (CORRECTION if token.isupper() else 0)

    def matrix(self, scale: float) -> float:
        """Cells in columns, each as wide as its widest, between brackets."""
        rows: list[list[float]] = [[]]
        while (token := self.peek()) and not token.startswith(r"\end{"):
            rows[-1].append(self.width(scale, frozenset(["&", "\\\\"]) | self.ends))
            ended = self.tokens[self.at - 1] if self.at <= len(self.tokens) else ""
            if ended.startswith(r"\end{"):
                break
            if ended == "\\\\":
                rows.append([])
        columns = max(map(len, rows))
        widest = [max((r[k] for r in rows if k < len(r)), default=0.0) for k in range(columns)]
        return sum(widest) + scale * 1000 * (columns - 1) + 1100 * scale

    @property
    def ends(self) -> frozenset[str]:
        return frozenset(t for t in self.tokens if t.startswith(r"\end{"))
