r"""The commands that may stand in mathematics somebody typed: lists, and the one structure they must have.

A text that passes sets what it says and does nothing else: no command that defines, reads, runs, hides, moves
or links, no sign that TeX takes for something else (`% # & ~ $ \\ ^^`), groups and scripts that close.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache, partial

from symbackprop.errors import DeclarationError, SymbackpropError

GREEK = """alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi
    varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega
    Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega""".split()
LETTERS = "ell hbar imath jmath Re Im partial nabla aleph wp".split()
CALLED = "exp log ln sin cos tan sinh cosh tanh arctan arcsin arccos det max min".split()
MARKS = (
    r"""infty prime emptyset langle rangle arg lim sup inf top bot perp parallel ast star dagger ddagger
    circ bullet cdot cdots ldots dots times div pm mp odot oplus otimes ominus oslash to rightarrow leftarrow
    leftrightarrow uparrow downarrow le ge leq geq ne neq lt gt mid sim approx equiv in
    , ; : quad { } | _""".split()
    + [" "]
)
ACCENTS = """hat bar tilde vec dot ddot check breve acute grave mathring overline underline widehat
    widetilde overrightarrow overleftarrow""".split()
FONTS = "mathbf mathrm mathcal mathsf mathit mathtt mathbb bm boldsymbol operatorname".split()
WORDS = "text textrm textbf textit textsf".split()
OPERATIONS = r"""sum prod int lfloor rfloor lceil rceil lvert rvert lVert rVert Vert vert propto forall
    exists cup cap subset subseteq setminus notin mapsto Rightarrow Leftarrow iff ll gg ! qquad surd wedge
    vee neg simeq cong vdots ddots backslash displaystyle textstyle scriptstyle""".split()

BASES = frozenset([" ", *GREEK, *LETTERS, *CALLED, *ACCENTS, *FONTS, *WORDS])  # of a name, scripts apart
NAMES: Mapping[str, int] = {
    **dict.fromkeys([*GREEK, *LETTERS, *CALLED, *MARKS], 0),
    **dict.fromkeys([*ACCENTS, *FONTS, *WORDS], 1),
}  # command -> its arguments
FORMULAS: Mapping[str, int] = {
    **NAMES,
    **dict.fromkeys(OPERATIONS, 0),
    **dict.fromkeys(["sqrt", "underbrace", "overbrace"], 1),
    **dict.fromkeys(["frac", "dfrac", "tfrac", "binom"], 2),
}
CALLS: Mapping[str, int] = FORMULAS | {"sqrt": 0}  # what a function may be called by
TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\S", re.DOTALL)
REFUSED = frozenset("#%&~$\\")
DELIMITERS = frozenset([*"()[]|.<>/", *(
    "\\" + c for c in "lfloor rfloor lceil rceil langle rangle lvert rvert lVert rVert { } |".split()
)])  # fmt: skip
SIZES = frozenset(rf"\{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("l", "r", ""))
ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{(bmatrix|pmatrix|matrix|vmatrix|cases)\}")
WORD = re.compile(
    r"\\(text|textrm|textbf|textit|textsf|operatorname)(?![A-Za-z])\s*(\{[^{}\\]*\}|[A-Za-z0-9])"
)
PLAIN = re.compile(r"\{[A-Za-z0-9 .,:;/()+\-]*[A-Za-z0-9.][A-Za-z0-9 .,:;/()+\-]*\}|[A-Za-z0-9]")

HINT = r"""A printed name takes letters, Greek ones, scripts, accents such as \hat, fonts such as \mathbf;
  what it takes is listed in symbackprop/tex/math_commands.py."""


def admitted(text: str, commands: Mapping[str, int] = NAMES, where: str = "") -> str:
    """The text. Errors: `DeclarationError` naming the command or sign that may not stand in it."""
    if found := fault(text, commands):
        raise DeclarationError(
            f"{found} in `{printable(text)}`", where=where,
            hint=HINT,
        )  # fmt: skip
    return text


def formula(text: str, where: str) -> str:
    """A whole formula as it is. Errors: `DeclarationError` as above."""
    if found := formula_fault(text):
        hint = "What mathematics on a page takes is listed in symbackprop/tex/math_commands.py."
        raise DeclarationError(f"{found} in `{printable(text)}`", where=where, hint=hint)
    return text


@lru_cache(maxsize=20_000)
def formula_fault(text: str) -> str:
    return fault(text, FORMULAS)


def fault(text: str, commands: Mapping[str, int]) -> str:
    """What is wrong first with a piece of mathematics; empty where all is well."""
    if stray := next((c for c in text if not (" " <= c <= "~")), ""):
        return f"`{printable(stray)}` may not stand"
    whole = without_matrices(text) if commands is FORMULAS else text
    tokens = TOKEN.findall(WORD.sub(partial(letter, commands), whole))
    known = {r"\left", r"\right", *SIZES}
    for t in tokens:
        if t in REFUSED or (t[0] == "\\" and t not in known and t[1:] not in commands):
            return f"`{printable(t)}` may not stand"
    if any(rf"\{w}" in tokens for w in (*WORDS, "operatorname")):
        return "a word takes letters, digits and spaces only"
    return Structure(tokens, commands).fault()


def letter(commands: Mapping[str, int], word: re.Match[str]) -> str:
    """A letter in place of a word that is plain, where such words are taken."""
    return "x" if word[1] in commands and PLAIN.fullmatch(word[2]) else word[0]


def without_matrices(text: str) -> str:
    """Matrices that are written out as groups of their cells, if they begin and end in turn."""
    depth = 0
    out: list[str] = []
    for piece in re.split(r"(\\(?:begin|end)\s*\{[a-z]+\})", text):
        if found := ENVIRONMENT.fullmatch(piece):
            depth += 1 if found[1] == "begin" else -1
            out.append("{" if found[1] == "begin" else "}")
        else:
            inside = re.sub(r"\\\\|&", " ", piece) if depth > 0 else piece
            out.append(inside)
    return "".join(out)


def printable(text: str) -> str:
    """The text with signs nobody sees by their numbers."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


class Structure:
    """The groups, arguments, scripts and brackets of a formula: what TeX would stumble over."""

    def __init__(self, tokens: list[str], commands: Mapping[str, int]) -> None:
        self.tokens, self.commands, self.at = tokens, commands, 0

    @property
    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def fault(self) -> str:
        """What is wrong first; empty where all is well."""
        try:
            self.run("")
        except SymbackpropError as error:
            return error.what
        except RecursionError:
            return "groups inside groups, too deep"
        return ""

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def run(self, end: str) -> None:
        """Atoms with their scripts, up to the sign that ends the group."""
        while self.next != end:
            if self.next in ("", "}", r"\right"):
                raise DeclarationError("the braces do not match" if "}" in (end, self.next) else
                                       r"\left without \right, or the other way round")  # fmt: skip
            if self.next not in ("^", "_"):
                self.atom()
            self.scripts()
        if end:
            self.take()

    def scripts(self) -> None:
        seen: set[str] = set()
        while self.next in ("^", "_"):
            sign = self.take()
            if sign in seen:
                raise DeclarationError(f"two {sign} in a row")
            seen.add(sign)
            self.argument(sign)

    def atom(self) -> None:
        """One sign, group or command with its arguments."""
        token = self.take()
        if token == "{":
            self.run("}")
        elif token == r"\left":
            self.delimiter(token)
            self.run(r"\right")
            self.delimiter(r"\right")
        elif token in SIZES:
            self.delimiter(token)
        else:
            for _ in range(self.commands.get(token[1:], 0) if token[0] == "\\" else 0):
                self.argument(token)

    def delimiter(self, of: str) -> None:
        if self.next not in DELIMITERS:
            raise DeclarationError(f"{of} without a bracket behind it")
        self.take()

    def argument(self, of: str) -> None:
        if self.next in ("", "}", "^", "_", r"\left", r"\right"):
            raise DeclarationError(f"nothing stands behind {of}")
        self.atom()
