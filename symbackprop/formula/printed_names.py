"""Printed names of symbols: `W1` prints W_1, `alpha` prints α, `W^{(2)}` and `f'` as they are typed."""

from __future__ import annotations

from symbackprop.errors import DeclarationError
from symbackprop.formula.tree import Name


def spelled(text: str) -> Name:
    r"""The printed name of `W1`, `x_1`, `W^{(2)}`, `f'`, `\hat y`: base, superscript, subscript."""
    base, rest = text.strip(), ""
    for k, c in enumerate(base):
        if c in "_^'" and k > 0 and base[:k].count("{") == base[:k].count("}"):
            base, rest = base[:k], base[k:]
            break
    parts = {"^": "", "_": ""}
    while rest:
        if rest[0] == "'":
            parts["^"] += r"\prime"
            rest = rest[1:]
        elif rest[0] in "^_" and len(rest) > 1:
            group, rest_after = group_of(rest[1:])
            parts[rest[0]] += group
            rest = rest_after
        else:
            raise DeclarationError(f"`{text}` is not a name with one superscript and one subscript")
    return Name(base, parts["^"], parts["_"])


def group_of(text: str) -> tuple[str, str]:
    """The first TeX group of a text, without braces, and what follows."""
    if text[0] != "{":
        if text[0] == "\\":
            k = 1
            while k < len(text) and text[k].isalpha():
                k += 1
            return text[:k], text[k:]
        return text[0], text[1:]
    depth = 0
    for k, c in enumerate(text):
        depth += (c == "{") - (c == "}")
        if not depth:
            return text[1:k], text[k + 1 :]
    raise DeclarationError(f"`{text}` has an open brace")


def default_tex(name: str) -> str:
    """`W1` prints W_{1}, `W_hh` prints W_{hh}, `alpha` prints α, `f_` prints f', longer words upright."""
    head, _, tail = name.partition("_")
    digits = head.rstrip("0123456789")
    number = head[len(digits) :]
    if digits and number and not tail:
        head, tail = digits, number
    primes = "'" * (len(name) - len(name.rstrip("_")))
    if head in GREEK:
        head = "\\" + head
    elif len(head) > 1:
        head = r"\mathrm{" + head + "}"
    tail = tail.rstrip("_")
    if len(tail) > 1 and not tail.isdigit():
        tail = r"\mathrm{" + tail.replace("_", r"\_") + "}"
    return head + primes + (f"_{{{tail}}}" if tail else "")


GREEK = frozenset(
    (
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu "
        "nu xi pi rho sigma tau upsilon phi chi psi omega Gamma "
        "Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
    ).split()
)
