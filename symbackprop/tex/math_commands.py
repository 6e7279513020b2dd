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
OPERATIONS = r"""sum prod int iint oint coprod lfloor rfloor lceil rceil lvert rvert lVert rVert Vert vert
    propto forall exists nexists cup cap subset subseteq subsetneq supset supseteq setminus notin ni mapsto
    longmapsto Rightarrow Leftarrow Leftrightarrow longrightarrow Longrightarrow hookrightarrow gets implies
    iff ll gg ! qquad surd wedge vee land lor neg lnot simeq cong asymp doteq vdots ddots dotsc dotsb
    displaystyle textstyle scriptstyle varnothing leqslant geqslant lesssim gtrsim prec succ preceq
    succeq models nmid colon triangle angle diamond sqcup uplus bigcup bigcap
    bigoplus bigotimes bigodot bigvee bigwedge limsup liminf Pr dim ker deg gcd hom lg cot sec csc coth
    bmod limits nolimits not backslash""".split()
OVER = "underbrace overbrace sqrt xrightarrow xleftarrow pmod mathfrak mathrel mathbin mathop".split()
PAIRS = "frac dfrac tfrac binom stackrel overset underset".split()
LIMITED = frozenset(
    "\\" + c
    for c in """sum prod int iint oint coprod bigcup bigcap bigoplus bigotimes
    bigodot bigvee bigwedge max min sup inf lim limsup liminf det Pr gcd argmax argmin""".split()
)  # take \limits
OPTIONAL = frozenset(("\\sqrt", "\\xrightarrow", "\\xleftarrow"))  # may take one thing more, in brackets

BASES = frozenset([" ", *GREEK, *LETTERS, *CALLED, *ACCENTS, *FONTS, *WORDS])  # of a name, scripts apart
NAMES: Mapping[str, int] = {
    **dict.fromkeys([*GREEK, *LETTERS, *CALLED, *MARKS], 0),
    **dict.fromkeys([*ACCENTS, *FONTS, *WORDS], 1),
}  # command -> its arguments
FORMULAS: Mapping[str, int] = {
    **NAMES,
    **dict.fromkeys(OPERATIONS, 0),
    **dict.fromkeys(OVER, 1),
    **dict.fromkeys(PAIRS, 2),
}
# What teachers write, and LaTeX knows only by a definition or a package of its own.
SHORTHANDS: Mapping[str, str] = {
    **{c: rf"\mathbb{{{c}}}" for c in "RNZQCE"},
    **{c: rf"\operatorname{{{c}}}" for c in """diag tr rank sgn sign Var Cov KL softmax sigmoid relu ReLU
       GELU erf span""".split()},
    **{c: rf"\operatorname*{{{c}}}" for c in ("argmax", "argmin")},
    "coloneqq": ":=", "mathscr": r"\mathcal", "mathbbm": r"\mathbb", "hdots": r"\ldots",
    "triangleq": r"\overset{\triangle}{=}",
}  # fmt: skip
BARS: Mapping[str, str] = {"norm": "Vert", "abs": "vert"}  # of one argument, between bars
TYPED: Mapping[str, int] = FORMULAS | {
    **dict.fromkeys(SHORTHANDS, 0),
    **dict.fromkeys(("mathscr", "mathbbm", *BARS), 1),
}  # in words of authors; fmt: skip
CALLS: Mapping[str, int] = FORMULAS | {"sqrt": 0}  # what a function may be called by
TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\S", re.DOTALL)
REFUSED = frozenset("#%&~$\\")
DELIMITERS = frozenset([*"()[]|.<>/", *(
    "\\" + c for c in "lfloor rfloor lceil rceil langle rangle lvert rvert lVert rVert { } |".split()
)])  # fmt: skip
SIZES = frozenset(rf"\{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("l", "r", ""))
ENVIRONMENT = re.compile(
    r"\\(?P<side>begin|end)\s*\{(?P<name>[bpvBV]?matrix|smallmatrix|cases|aligned|array)\}"
    r"(?P<columns>\s*\{[lcr| ]+\})?"
)
PIECE = re.compile(rf"{ENVIRONMENT.pattern}|{TOKEN.pattern}", re.DOTALL)
WORD = re.compile(
    r"\\(text|textrm|textbf|textit|textsf|operatorname\*?)(?![A-Za-z])\s*(\{(?:[^{}\\]|\\_)*\}|[A-Za-z0-9])"
)
LETTERED = "A-Za-z0-9 .,:;/()+\\-"
_SIGNS = rf"(?:[{LETTERED}]|\\_)*"  # also of a name of several words
PLAIN = re.compile(rf"\{{{_SIGNS}[A-Za-z0-9.]{_SIGNS}\}}|[A-Za-z0-9]")
SPOKEN = re.compile(
    rf"\{{[{LETTERED}!?'=À-ÖØ-öø-ÿ]*\}}|[A-Za-z0-9]"
)  # words among formulas, in any language here

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
    whole = WORD.sub(partial(letter, commands), text)
    if stray := next((c for c in whole if not (" " <= c <= "~" or (c == "\n" and commands is TYPED))), ""):
        return f"`{printable(stray)}` may not stand"
    tables = commands is FORMULAS or commands is TYPED
    tokens = [m[0].replace(" ", "") if m["side"] else m[0] for m in PIECE.finditer(whole)]
    known = {r"\left", r"\right", r"\middle", *SIZES, *(("&", r"\\") if tables else ())}
    for t in tokens:
        if t in known or (tables and ENVIRONMENT.fullmatch(t)):
            continue
        if t in REFUSED or (t[0] == "\\" and t[1:] not in commands):
            return f"`{printable(t)}` may not stand"
    if any(rf"\{w}" in tokens for w in (*WORDS, "operatorname")):
        return "a word takes letters, digits and spaces only"
    return Structure(tokens, commands).fault()


def letter(commands: Mapping[str, int], word: re.Match[str]) -> str:
    """A letter in place of a word that is plain, where such words are taken."""
    plain = SPOKEN if commands is TYPED else PLAIN
    known = word[1] in commands or (word[1] == "operatorname*" and commands is TYPED)
    return "{x}" if known and plain.fullmatch(word[2]) else word[0]


def expanded(text: str) -> str:
    r"""What an author wrote on one line, in commands of LaTeX: `\argmax_x` is `\operatorname*{argmax}_x`."""
    return SHORTHAND.sub(lambda m: SHORTHANDS[m[1]], barred(" ".join(text.split("\n"))))


def barred(text: str) -> str:
    r"""The argument of \norm and \abs between its bars."""
    while m := BARRED.search(text):
        end = closing(text, m.end()) if m[2] == "{" else m.end()
        inside = text[m.end() : end - 1] if m[2] == "{" else m[2]
        bars = BARS[m[1]]
        text = rf"{text[: m.start()]}\left\l{bars} {inside} \right\r{bars}{text[end:]}"
    return text


def closing(text: str, at: int) -> int:
    """Where the group ends that was opened before."""
    depth = 1
    while depth and at < len(text):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 2 if text[at] == "\\" else 1
    return at


BARRED = re.compile(rf"\\({'|'.join(BARS)})(?![A-Za-z])\s*(\\[A-Za-z]+|[^\s\\])")
SHORTHAND = re.compile(rf"\\({'|'.join(sorted(SHORTHANDS, key=len, reverse=True))})(?![A-Za-z])")


def printable(text: str) -> str:
    """The text with signs nobody sees by their numbers."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


CELLS = ("&", r"\\")


def unmatched(end: str, found: str) -> str:
    """What is missing where a group, a pair of brackets or a table does not end as it began."""
    tables = [t for t in (end, found) if t.startswith(r"\end")]
    if "}" in (end, found) and not tables:
        return "the braces do not match"
    if tables:
        return f"{tables[0]} without \\begin, or the other way round"
    if end == "]":
        return "`[` without `]`"
    return r"\left without \right, or the other way round"


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

    def run(self, end: str, cells: bool = False) -> None:
        """Atoms with their scripts, up to the sign that ends the group; `cells` of a table may follow."""
        while self.next != end:
            if cells and self.next in CELLS:
                if self.take() == r"\\" and self.next in ("[", "*"):
                    raise DeclarationError(rf"`\\{self.next}` may not stand")
                continue
            if self.next in CELLS:
                raise DeclarationError(f"`{self.next}` may not stand outside a table")
            if self.next in ("", "}", r"\right") or self.next.startswith(r"\end"):
                raise DeclarationError(unmatched(end, self.next))
            if self.next == r"\middle" and end != r"\right":
                raise DeclarationError(r"\middle outside \left and \right")
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
        elif token in SIZES or token == r"\middle":
            self.delimiter(token)
        elif table := ENVIRONMENT.fullmatch(token):
            self.table(table)
        elif token in (r"\limits", r"\nolimits"):
            if self.at < 2 or self.tokens[self.at - 2] not in LIMITED:
                raise DeclarationError(f"{token} without a sum or another large sign before it")
        else:
            if token in OPTIONAL and self.next == "[":
                self.take()
                self.run("]")
            for _ in range(self.commands.get(token[1:], 0) if token[0] == "\\" else 0):
                self.argument(token)

    def table(self, opened: re.Match[str]) -> None:
        """Cells up to the end of the table that was begun."""
        if (opened["name"] == "array") != (opened["columns"] is not None):
            raise DeclarationError(f"{opened[0]}: an array says its columns, as {{cc}}; no other table does")
        self.run(rf"\end{{{opened['name']}}}", cells=True)

    def delimiter(self, of: str) -> None:
        if self.next not in DELIMITERS:
            raise DeclarationError(f"{of} without a bracket behind it")
        self.take()

    def argument(self, of: str) -> None:
        if self.next in ("", "}", "^", "_", r"\left", r"\right", *CELLS) or self.next.startswith(r"\end"):
            raise DeclarationError(f"nothing stands behind {of}")
        self.atom()
