r"""LaTeX an author typed, in Unicode: `\frac{1}{2} \|x\|^2` is 1/2 ‖x‖². Nothing reads it back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from unicodedata import normalize

from symbackprop.formula.writing.text_writer import ACCENTS, SUBSCRIPTS, SUPERSCRIPTS, plain, small_script
from symbackprop.tex.escape import SIGNS
from symbackprop.tex.math_commands import ENVIRONMENT, FORMULAS, OPTIONAL, PIECE, WORD

BRACKETS = {"cases": ("{", ""), "aligned": ("", ""), "array": ("[", "]"), "vmatrix": ("|", "|"),
            "Vmatrix": ("‖", "‖"), "pmatrix": ("(", ")"), "Bmatrix": ("{", "}")}  # fmt: skip
SPACED = frozenset("≤≥≠≈∝≡→←↔⇒⇔↦∈∉∋⊂⊆⊃∪∩∧∨⊙⊗⊕≪≫∼≃≅±×∖")
CELLS = {"&": ", ", r"\\": "; "}
QUIET = frozenset(
    """left right middle big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr limits
    nolimits displaystyle textstyle scriptstyle operatorname mathrel mathbin mathop mathfrak""".split()
)
SHOWN: Mapping[str, str] = {
    **{c.lstrip("\\"): sign for c, sign in SIGNS.items()},
    "cdot": "·", "ldots": "…", "dots": "…", "dotsc": "…", "dotsb": "…", "cdots": "⋯", "prime": "′",
    "ell": "ℓ", "top": "ᵀ", "to": "→", "le": "≤", "ge": "≥", "ne": "≠", "lVert": "‖", "rVert": "‖",
    "Vert": "‖", "|": "‖", "lvert": "|", "rvert": "|", "vert": "|", "mid": " | ", "lt": "<", "gt": ">",
    "implies": "⇒", "iff": "⇔", "gets": "←", "int": "∫", "land": "∧", "lor": "∨", "lnot": "¬",
    "quad": "  ", "qquad": "  ",
    "bigcup": "⋃", "bigcap": "⋂", "sim": " ~ ", "emptyset": "∅", "{": "{", "}": "}", "_": "_",
    "longrightarrow": "→", "xrightarrow": "→", "xleftarrow": "←", "triangle": "△",
    **dict.fromkeys([",", ":", ";", " "], " "), "!": "",
}  # fmt: skip


def typed_text(tex: str) -> str:
    """The formula on one line. It is one that `check` lets pass."""
    words: list[str] = []

    def kept(m: re.Match[str]) -> str:
        words.append(m[2].strip("{}"))
        return f"{{\x00{len(words) - 1}\x00}}"

    tex = re.sub(r"(?<=\d)\{,\}(?=\d)", "\x01", tex)  # a decimal comma has no space behind it
    said = Pieces([m[0] for m in PIECE.finditer(WORD.sub(kept, tex))]).until("")
    shown = re.sub("\x00(\\d+)\x00", lambda m: words[int(m[1])], said)
    return (
        re.sub(" +", " ", shown)
        .replace(": =", ":=")
        .replace("\x01", ",")
        .replace(" ,", ",")
        .replace(" ;", ";")
        .strip()
    )


class Pieces:
    """Tokens, read once from left to right."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.at = tokens, 0

    @property
    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def until(self, end: str) -> str:
        out = ""
        while self.next and self.next != end:
            out = (out.rstrip() if self.next in ("^", "_") else out) + self.one()
        self.at += 1
        return out

    def one(self) -> str:
        """What one sign, group or command shows."""
        token = self.next
        self.at += 1
        if token == "{":
            return self.until("}")
        if table := ENVIRONMENT.fullmatch(token):
            return self.table(table["name"])
        if token in ("^", "_"):
            return small_script(self.one(), *((SUPERSCRIPTS, "^") if token == "^" else (SUBSCRIPTS, "_")))
        if token[0] != "\\":
            return f" {token} " if token in "=<>+" else ", " if token == "," else token
        return self.command(token[1:])

    def command(self, name: str) -> str:
        root = ""
        if f"\\{name}" in OPTIONAL and self.next == "[":
            self.at += 1
            root = small_script(self.until("]"), SUPERSCRIPTS, "^")
        arguments = [self.one() for _ in range(FORMULAS.get(name, 0))]
        if name.endswith("frac"):
            return "/".join(map(whole, arguments))
        if name == "binom":
            return f"({arguments[0]} over {arguments[1]})"
        if name == "sqrt":
            return root + "√" + whole(arguments[0])
        if name == "pmod":
            return f" (mod {arguments[0]})"
        if name in ACCENTS:
            return plain(f"\\{name}{{{arguments[0][:1]}}}") + arguments[0][1:]
        if name == "not":
            return normalize("NFC", f" {self.one().strip()}\u0338 ")
        if name in SHOWN:
            sign = SHOWN[name] + "".join(arguments)
            return f" {sign} " if sign[:1] in SPACED else sign
        return "".join(arguments) if arguments or name in QUIET else spelled(name)

    def table(self, name: str) -> str:
        """Cells with commas between them, rows with semicolons."""
        left, right = BRACKETS.get(name, ("[", "]"))
        inside = ""
        while self.next and not self.next.startswith(r"\end"):
            if self.next in CELLS:
                inside += CELLS[self.next]
                self.at += 1
            else:
                inside += self.one()
        self.at += 1
        return f"{left}{inside}{right}"


def whole(shown: str) -> str:
    """In brackets, where it is more than one sign or word."""
    return shown if re.fullmatch(r"[\w.]*|.", shown) else f"({shown.strip()})"


def spelled(name: str) -> str:
    """A letter by its name, or the name of a function."""
    sign = plain(f"\\{name}")
    return sign if sign != name else f" {name} "
