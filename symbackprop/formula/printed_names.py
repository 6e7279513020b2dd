"""Printed names of symbols: `W1` prints W_1, `alpha` prints α, `W^{(2)}` and `f'` as they are typed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from functools import lru_cache, reduce

from symbackprop.errors import DeclarationError
from symbackprop.formula.tree import Mark, Name
from symbackprop.tex.math_commands import BASES, FONTS, TOKEN, WORD, WORDS, admitted

HINT = r"A name is a letter or a word, with scripts if need be: W^{(2)}, \hat x_1, \mathbf{w}', \mathrm{loss}"


MARKED = {
    Mark.DELTA: r"\delta $0", Mark.BAR: r"\bar{$0}", Mark.TILDE: r"\tilde{$0}", Mark.HAT: r"\hat{$0}",
    Mark.CHECK: r"\check{$0}", Mark.BREVE: r"\breve{$0}",
}  # fmt: skip


DELTA, PI = Name(r"\delta"), Name(r"\pi")  # letters that mean something by themselves
EYES = ("I", r"\mathbf{I}")  # the letter of the identity, and where that is a symbol's
SEEN = re.compile(r"\\[A-Za-z]+|[^\s{}]")


ACCENTS = (Mark.TILDE, Mark.HAT, Mark.CHECK, Mark.BREVE)  # what tells names of one letter apart
SIGNAL = re.compile(r"\\delta(?![A-Za-z])\s*(\S.*)")


def marked(mark: Mark, letter: str) -> str:
    """A letter in LaTeX under a mark."""
    return MARKED[mark].replace("$0", letter)


def letter(name: Name) -> str:
    """The letter of a name in LaTeX, with its marks."""
    return reduce(lambda shown, mark: marked(mark, shown), reversed(name.marks), name.base)


def look(name: Name) -> tuple[str, ...]:
    r"""A name as it is seen, letter and scripts without their braces: \bar y is \bar{y}."""
    sup = r"(\cdot)" if name.stack else name.sup
    return tuple("".join(SEEN.findall(x)) for x in (letter(name), sup, name.sub))


def beside(name: Name, word: str) -> Name:
    """The name with an upright word behind its subscript."""
    return replace(name, sub=name.sub + r",\mathrm{" + word + "}")


@lru_cache(maxsize=20_000)
def spelled(text: str) -> Name:
    r"""The printed name of `W1`, `x_1`, `W^{(2)}`, `f'`, `\hat y`: base, superscript, subscript.

    Errors: `DeclarationError` for what is no name, and for a command that a name does not take.
    """
    base, rest = admitted(text).strip(), ""
    for k, c in enumerate(base):
        if c in "_^'" and base[:k].count("{") == base[:k].count("}"):
            base, rest = base[:k].rstrip(), base[k:]
            break
    if wrong := misnamed(base):
        raise DeclarationError(f"`{wrong}` stands in the printed name `{text}`", hint=HINT)
    if not base or "{}" in text.replace(" ", ""):
        raise DeclarationError(f"`{text}` is a printed name with nothing in it", hint=HINT)
    parts = {"^": "", "_": ""}
    seen = ""
    while rest := rest.lstrip():
        if rest[0] == "'":
            parts["^"] += r"\prime"
            rest = rest[1:]
        elif rest[0] in "^_" and len(rest) > 1 and rest[0] not in seen:
            seen += rest[0]
            group, rest_after = group_of(rest[1:].lstrip())
            parts[rest[0]] += group
            rest = rest_after
        else:
            raise DeclarationError(
                f"`{text}` is not a name with one superscript and one subscript", hint=HINT
            )
    return named(base, parts["^"], parts["_"])


def named(base: str, sup: str, sub: str) -> Name:
    r"""The name of a letter and scripts; a δ before a letter is a mark on it."""
    found = SIGNAL.fullmatch(base)
    return Name(found[1], sup, sub, (Mark.DELTA,)) if found else Name(base, sup, sub)


def is_signal(name: Name) -> bool:
    """Whether a name is a δ, alone or before a letter."""
    return Mark.DELTA in name.marks or name.base == DELTA.base


def misnamed(base: str) -> str:
    """What of a base belongs to no name: a sign of arithmetic, a number in front, a command that acts."""
    for token in TOKEN.findall(WORD.sub("x", base.replace(r"\_", ""))):
        if not (token[1:] in BASES if token[0] == "\\" else token.isalnum() or token in "{}"):
            return token
    return base[0] if base[:1].isdigit() else ""


def group_of(text: str) -> tuple[str, str]:
    """The first TeX group of a text, without braces, and what follows."""
    if text[0] != "{":
        if text[0] == "\\":
            k = 1
            while k < len(text) and text[k].isalpha():
                k += 1
            if text[1:k] not in {*FONTS, *WORDS}:
                return text[:k], text[k:]
            inner, rest = group_of(text[k:].lstrip())
            return f"{text[:k]}{{{inner}}}", rest
        return text[0], text[1:]
    depth = 0
    for k, c in enumerate(text):
        depth += (c == "{") - (c == "}")
        if not depth:
            return text[1:k], text[k + 1 :]
    raise DeclarationError(f"`{text}` has an open brace")


def default_tex(name: str) -> str:
    """`W1` prints W_{1}, `W_hh` prints W_{hh}, `alpha` prints α, `f_` prints f', longer words upright."""
    if name.startswith("_"):
        return r"\mathrm{" + name.replace("_", r"\_") + "}"
    head, _, tail = name.partition("_")
    digits = head.rstrip("0123456789")
    number = head[len(digits) :]
    if digits and number and not tail:
        head, tail = digits, number
    primes = "'" * (len(name) - len(name.rstrip("_"))) if name != "lambda_" else ""
    head = letter_tex(head)
    tail = tail.rstrip("_")
    if len(tail) == 1:
        tail = letter_tex(tail)
    elif len(tail) > 1 and not tail.isdigit():
        tail = r"\mathrm{" + tail.replace("_", r"\_") + "}"
    return head + primes + (f"_{{{tail}}}" if tail else "")


def letter_tex(word: str) -> str:
    r"""`α`, `alpha` and `lam` as \alpha and \lambda, `ŷ` as \hat{y}, other words upright."""
    word = SPOKEN.get(word, word)
    if len(word) == 1 and (greek := greek_word(word)):
        word = greek
    if word in GREEK and word != "delta":  # δ is an error signal, or Kronecker's
        return "\\" + word
    base, *marks = unicodedata.normalize("NFD", word)
    if marks and all(m in ACCENTED for m in marks):
        return reduce(lambda shown, mark: rf"\{ACCENTED[mark]}{{{shown}}}", marks, letter_tex(base))
    return r"\mathrm{" + word + "}" if len(word) > 1 else word


def greek_word(letter: str) -> str:
    """`alpha` for α, `Gamma` for Γ; empty for other letters."""
    found = re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (\w+)", unicodedata.name(letter, ""))
    if not found:
        return ""
    word = found[2].lower().replace("lamda", "lambda")
    return word if found[1] == "SMALL" else word.capitalize()


SPOKEN = {"lam": "lambda", "lambd": "lambda"}  # `lambda` is a word of Python
ACCENTED = {
    "\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0305": "bar", "\u0306": "breve",
    "\u030c": "check", "\u0307": "dot", "\u0308": "ddot",
}  # fmt: skip


def function_tex(name: str) -> str:
    """A function prints as a symbol does, but for a prime, which would make a derivative of it."""
    plain = name.rstrip("_")
    tex = default_tex(plain or name)
    return marked(Mark.TILDE, tex) if plain and plain != name else tex


GREEK = frozenset(
    (
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu "
        "nu xi pi rho sigma tau upsilon phi chi psi omega Gamma "
        "Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
    ).split()
)
