"""How names are typed without LaTeX: W1, W_1, W^(1), yhat, δB, theta."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from symbackprop.errors import FormulaError
from symbackprop.formula.reading.name_table import NameTable
from symbackprop.formula.reading.tex_tokens import tokenise
from symbackprop.formula import printed_names
from symbackprop.formula.printed_names import letter
from symbackprop.formula.tree import Formula, Mark, Name
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.formula.writing.text_writer import ACCENTS, SMALL_SUPS, plain

GREEK = {name: plain("\\" + name) for name in printed_names.GREEK}
LETTERS = {v: k for k, v in GREEK.items()} | {"ϕ": "phi", "ϵ": "epsilon", "ϑ": "theta"}
SHORT = {"widehat": "hat", "widetilde": "tilde", "overline": "bar"}  # how their names are typed
_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_NAMED = re.compile(
    rf"([^\W\d_{_DIGITS}]+)_?\{{?(\w*?)\}}?(?:\^(?:\{{?([(\[]\w+[)\]]|\w+)\}}?)|([{_DIGITS}]+))?"
)
Tokens = tuple[str, ...]
Spellings = Mapping[str, Tokens]


def spellings(table: NameTable, others: Mapping[str, Formula]) -> dict[str, Tokens]:
    """Every way to type a name -> its tokens of LaTeX; the table's own names come first."""
    out: dict[str, Tokens] = {}
    for name in table.names:
        for spelled in ways(name):
            out.setdefault(spelled, group(name))
        out.setdefault(written(*(plain(x) for x in (letter(name), name.sup, name.sub))), group(name))
    for spelled, f in others.items():
        out.setdefault(spelled, group(f))
    for function, tex in table.functions.items():
        out["\1" + function] = tokenise(tex).tokens
    return out


def written(base: str, sup: str, sub: str) -> str:
    """The key of a name as our plain text writes it, its scripts apart."""
    tops = sup.replace(" ", "").replace("−", "-")
    return "\2".join(("", base, tops, sub.replace(" ", "").replace("−", "-")))


def group(f: Formula) -> Tokens:
    """A name in braces, so that any script may follow."""
    return ("{", *tokenise(latex(f)).tokens, "}")


def ways(name: Name) -> list[str]:
    """The spellings of one name."""
    sup, sub = plain_script(name.sup), plain_script(name.sub)
    bare = sup.strip("()[]")
    sups = [f"^{sup}", f"^{{{sup}}}", bare] if sup else [""]
    subs = [sub, f"_{sub}", f"_{{{sub}}}"] if sub else [""]
    if bare.isdecimal() and not sub:  # a layer's number, wherever it stands
        sups += [f"_{bare}", f"_{{{bare}}}", f"^[{bare}]", f"^{{[{bare}]}}"]
    if sub.isdecimal() and not sup:
        subs += [f"^({sub})", f"^{{({sub})}}", f"^[{sub}]", f"^{{[{sub}]}}"]
    return [b + s + u for b in bases(letter(name)) for s in sups for u in subs]


def plain_script(tex: str) -> str:
    """A script without its commands."""
    return (
        re.sub(r"\\(?:mathrm|text|mathsf)\s*\{(\w*)\}", r"\1", tex).replace(r"\prime", "'").replace(" ", "")
    )


def bases(tex: str) -> list[str]:
    """The spellings of a letter: `\\hat y`, `\\delta B`, `\\theta`, `\\mathrm{loss}`."""
    if tex.startswith(r"\delta "):
        return [d + b for b in bases(tex.removeprefix(r"\delta ")) for d in ("δ", "δ_", "delta_", "delta")]
    accent = re.fullmatch(rf"\\({'|'.join(ACCENTS)})\s*\{{?\s*(\\?\w+)\s*\}}?", tex)
    if accent:
        inner, said = bases(accent[2]), SHORT.get(accent[1], accent[1])
        own = [unicodedata.normalize("NFC", b + ACCENTS[accent[1]]) for b in inner if len(b) == 1]
        return [*own, *(b + sep + said for b in inner for sep in ("_", ""))]
    word = re.fullmatch(r"\\[a-z]+\s*\{([\w ]+)\}", tex)
    if word:
        return [word[1]]
    if tex.startswith("\\"):
        letter = plain(tex)
        return [tex[1:], *([letter] if letter.isalpha() and letter != tex[1:] else [])]
    return [tex]


def named(text: str) -> Name:
    """The name a plain where-clause defines. Errors: `FormulaError` for anything but a name."""
    marked = re.fullmatch(
        r"([A-Za-z])([\u0302\u0303\u0304\u0307])_?\{?(\w*)\}?", unicodedata.normalize("NFD", text.strip())
    )
    if marked:
        over = next(k for k, v in ACCENTS.items() if v == marked[2])
        return Name(rf"\{over} {marked[1]}", "", marked[3])
    found = _NAMED.fullmatch(unicodedata.normalize("NFC", text.strip()))
    if not found:
        raise FormulaError(f"{text!r} is not a name that can be defined", where="answer")
    letters, sub = found[1], found[2]
    sup = found[3] or "".join(SMALL_SUPS[c] for c in found[4] or "")
    if len(letters) == 1:
        base = "\\" + LETTERS[letters] if letters in LETTERS else letters
        return Name(base, sup, sub)
    if letters in GREEK:
        return Name("\\" + letters, sup, sub)
    if sup:
        raise FormulaError(f"{text!r} is not a name that can be defined", where="answer")
    if letters[0] == "δ" and len(letters) == 2:
        return Name(letters[1], "", sub, (Mark.DELTA,))
    if not letters.isascii():
        raise FormulaError(f"{text!r} is not a name that can be defined", where="answer")
    return Name(r"\mathrm{" + letters + "}", "", sub)
