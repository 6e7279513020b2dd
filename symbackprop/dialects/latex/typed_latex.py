r"""LaTeX as people type it, in the spelling of our own pages: `1_{x>0}`, `e^{-z}`, `\widehat y`, `0{,}5`."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from symbackprop.dialects.cases import cased
from symbackprop.dialects.latex.token_rewriting import Rewrite
from symbackprop.dialects.latex.typed_latex_names import name, scripts_at
from symbackprop.dialects.plain.plain_signs import digits
from symbackprop.dialects.plain.plain_words import FUNCTIONS, KNOWN
from symbackprop.dialects.plain.typed_names import Spellings, Tokens
from symbackprop.formula.reading.name_table import NameTable
from symbackprop.formula.reading.tex_tokens import ACCENTS, RELATIONS, Source, checked

SAME = {
    r"\widehat": r"\hat", r"\widetilde": r"\tilde", r"\overline": r"\bar", r"\colon": ":", r"\land": ",",
    r"\wedge": ",", r"\mid": ":", r"\lVert": r"\|", r"\rVert": r"\|", r"\ln": r"\log", r"\dots": "",
    r"\mathrm{sgn}": r"\operatorname{sign}", r"\mathds": "", r"\rm": "", r"\bf": "", r"\mathrm{d}": "d",
    r"\mathrm{e}": "e", r"\mathrm{diag}": r"\operatorname{diag}", r"\mathrm{tr}": r"\operatorname{tr}",
}  # fmt: skip
FONTS = frozenset({
    r"\mathbf", r"\boldsymbol", r"\bm", r"\mathrm", r"\mathsf", r"\mathit", r"\mathcal", r"\mathbb", r"\text",
    r"\textrm", r"\operatorname", r"\mathds", r"\vec", r"\rm", r"\bf",
})  # fmt: skip
DOTS = frozenset({r"\cdot", r"\bullet", ":", "*"})  # all positions of an axis
PRODUCTS = ([r"\odot"], [r"\oslash"], [r"\cdot"], [r"\times"])
TURNS = (["T"], [r"\top"], [r"\mathsf{T}"], [r"\mathrm{T}"], [r"\mathbf{T}"])
WORD = 12  # letters of a function without a backslash, and one more
STEPS = frozenset({r"\Theta", r"\theta", "H", "u"})  # Heaviside's function, where it is no name
INDICATORS = frozenset({r"\mathbf{1}", r"\mathbf{I}", "I", "1", r"\chi", r"\mathbf{\chi}"})
_WORD = re.compile(r"\\(mathbf|mathrm|mathsf|mathit|mathcal|operatorname)\{(\w*)\}")


def typeset(source: Source, spelled: Spellings, table: NameTable, time: str = "") -> Source:
    """The tokens of typed LaTeX in the spelling of our own pages. Errors: as `checked`."""
    return cased(Rewrite(dotless(source, table), spelled, table, time).run(rules_for))


def dotless(source: Source, table: NameTable) -> Source:
    r"""A_{i\cdot} is the row A_{i,:}, A_{\cdot j} the column A_{:,j}."""
    if not DOTS.intersection(source.tokens):
        return source
    rewritten: dict[int, Tokens] = {}
    for k, token in enumerate(source.tokens):
        stop = source.closing.get(k, k)
        inside = [t for t in source.tokens[k + 1 : stop] if t != ","]
        if token != "{" or source.tokens[k - 1 : k] != ("_",) or len(inside) != 2:
            continue
        dot, letter = sorted(inside, key=lambda t: t not in DOTS)
        if dot in DOTS and letter in table.indices:
            rewritten |= dict.fromkeys(range(k + 1, stop), ())
            rewritten[k + 1] = (letter, ",", ":") if inside[1] == dot else (":", ",", letter)
    cells = [
        (t, p)
        for k, (token, p) in enumerate(zip(source.tokens, source.places, strict=True))
        for t in rewritten.get(k, (token,))
    ]
    return checked(Source(source.text, tuple(t for t, _ in cells), tuple(p for _, p in cells)))


def applied(r: Rewrite) -> bool:
    r"""\tanh c_t \odot h: a function of one name ends where a sign comes."""
    if (r.token(),) not in r.table.calls or r.token(1) in ("(", "[", "{", "^", "_", "'", ""):
        return False
    after = r.at + 2 + (r.token(1) == r"\delta")
    if r.token(1) in ACCENTS:
        after = r.argument(r.at + 2)[2]
    stop = scripts_at(r, after)[1]
    if r.typed[stop : stop + 1] not in PRODUCTS:
        return False
    r.swap[stop] = (")", *r.swap.get(stop, (r.typed[stop],)))
    return r.took(1, r.token(), "(")


def primed(r: Rewrite) -> bool:
    """X' and (X w - y)' are transposes; a prime on a function, or of a name, is its own."""
    before = r.tokens[-1] if r.tokens else ""
    named = (before,) in r.table.letters and (before,) not in r.table.calls
    own = ((before,), (r"\prime",), ()) in r.table.known
    if r.token() != "'" or r.token(1) == "'" or own or not (named or before in (")", "]", "}")):
        return False
    return r.took(1, "^", "{", r"\top", "}")


def spaces(r: Rewrite) -> bool:
    """Fonts around commands, signs with another name."""
    token = r.token()
    if token in FONTS and (r.token(1).startswith("\\") or r.token(1) == "{"):
        return r.took(1)
    after = SAME.get(token)
    if after is None or any(token in base for base in r.table.letters):
        return False
    if not after:
        return r.took(1)
    r.typed[r.at] = after  # the rules below may take it
    return False


def decimal(r: Rewrite) -> bool:
    """1e-13; 0{,}5 and 0,5 where no index or argument stands."""
    if not r.token()[:1].isdecimal():
        return False
    start, stop, _ = r.argument(r.at + 2)
    if r.token() == "11" and r.token(1) == "^" and r.typed[start:stop] in TURNS:  # 11^T
        return r.took(1, r"\mathbf{1}", r"\mathbf{1}")
    if r.token(1) == "e" and r.unknown("e") and r.beside(1) and r.beside(2):
        signed = 1 + (r.token(2) in ("+", "-") and r.beside(3))
        if r.token(1 + signed).isdecimal() and len(r.token(1 + signed)) < 5:
            text = "".join(r.token(k) for k in range(2 + signed))
            return r.took(2 + signed, digits(text))
    if r.token(1) == "{" and r.token(2) == "," and r.token(3) == "}" and r.token(4).isdecimal():
        return r.took(5, f"{r.token()}.{r.token(4)}")
    tight = r.token(1) == "," and r.token(2).isdecimal() and r.beside(1) and r.beside(2)
    listed = r.token(3) == "," or (r.at > 0 and r.token(-1) == ",") or inside(r, "([{")
    return tight and not listed and r.took(3, f"{r.token()}.{r.token(2)}")


def inside(r: Rewrite, brackets: str) -> bool:
    """Whether the next token stands in brackets that are still open."""
    return any(r.typed[a] in brackets and a < r.at < b for a, b in r.source.closing.items())


def exponential(r: Rewrite) -> bool:
    """e^{-z}."""
    if r.token() != "e" or r.token(1) != "^" or not r.only_indexed("e"):
        return False
    start, stop, _ = r.argument(r.at + 2)
    r.took(start - r.at, r"\operatorname{exp}", "(")
    if r.token(-1) == "{":
        r.swap[stop] = (")",)
        return True
    return r.took(stop - start, *r.typed[start:stop], ")")


def unit(r: Rewrite) -> bool:
    """e_y, and A^t where t is nothing else."""
    if r.token() == "e" and r.token(1) == "_" and r.unknown("e"):
        return r.took(1, r"\mathbf{e}")
    top = r.token() == "^" and r.token(1) == "t" and not r.time and r.unknown("t")
    return top and r.took(2, "^", "{", r"\top", "}")


def bars(r: Rewrite) -> bool:
    r"""||x||, and \langle x, y \rangle."""
    token = r.token()
    if token in ("|", "⟪", "⟫") and r.token(1) == token and not r.bars % 2:
        return r.took(2, r"\|")
    r.bars += token == "|"
    if token == r"\langle":
        return r.took(1, r"\operatorname{inner}", "(")
    return token == r"\rangle" and r.took(1, ")")


def slope(r: Rewrite) -> bool:
    r"""dL/dx and \frac{dL}{dx} with an upright or a plain d."""
    if r.token() == r"\frac" and r.token(1) == "{" and r.token(2) in ("d", r"\mathrm{d}"):
        below = r.closing(r.at + 1) + 1
        under = r.typed[below + 1 : below + 2]
        if r.typed[below : below + 1] == ["{"] and under in (["d"], [r"\mathrm{d}"]):
            r.swap |= {r.at + 2: (r"\partial",), below + 1: (r"\partial",)}
        return False
    if r.token() not in ("d", r"\mathrm{d}") or r.token(1) not in r.table.reach:
        return False
    ahead = 2
    while r.token(ahead) in ("_", "^"):
        ahead = r.argument(r.at + ahead + 1)[2] - r.at
    if r.token(ahead) == "/" and r.token(ahead + 1) in ("d", r"\mathrm{d}"):
        r.swap[r.at + ahead + 1] = (r"\partial",)
        return r.took(1, r"\partial")
    return False


def indicator(r: Rewrite) -> bool:
    r"""1_{x > 0}, \mathbb{I}(x > 0), [x > 0]."""
    token, at = r.token(), r.at + 1
    if token in ("(", "["):
        return iverson(r)
    if token not in INDICATORS:
        return False
    scripted = r.token(1) == "_"
    start, stop, _ = r.argument(at + scripted)
    if r.token(1 + scripted) in ("(", "[") and not scripted:
        start, stop = at + 1, r.closing(at)
    elif not scripted:
        return False
    if not related(r, start, stop):
        return token == "1" and scripted and r.took(1, r"\mathbf{1}")
    if r.typed[start] == "[" and r.closing(start) == stop - 1:
        r.swap |= {start: (), stop - 1: ()}
    r.swap[stop] = (")",)
    return r.took(start - r.at, r"\mathbf{1}", "(")


def iverson(r: Rewrite) -> bool:
    """[x > 0], where nothing before it asks for a bracket."""
    stop = r.closing(r.at)
    before = r.tokens[-1] if r.tokens else ""
    if before in (r"\mathbf{1}", ":", r"\in") or not related(r, r.at + 1, stop):
        return False
    called = before.startswith(r"\operatorname") or (before,) in r.table.calls
    r.swap[stop] = (")",) * (1 + called)
    return r.took(1, *("(",) * called, r"\mathbf{1}", "(")


def related(r: Rewrite, start: int, stop: int) -> bool:
    """Whether a relation stands between two places, outside of inner brackets."""
    at = start
    while at < stop:
        if r.typed[at] == "[" and at == start and r.closing(at) == stop - 1:
            at, stop = at + 1, stop - 1
            continue
        if r.typed[at] in RELATIONS:
            return True
        if r.typed[at].startswith(r"\begin{"):  # the conditions of cases are their own
            return False
        at = r.source.closing.get(at, at) + 1
    return False


def called(r: Rewrite) -> bool:
    """diag(x) and exp(x) without a backslash: letters that stand together before a bracket."""
    length = 0
    while (
        length < WORD
        and r.token(length).isascii()
        and r.token(length).isalpha()
        and (not length or r.beside(length))
    ):
        length += 1
    text = "".join(r.token(k) for k in range(length))
    known = r"\operatorname{" + FUNCTIONS.get(text, text) + "}"
    whole = length > 2 and r.token(length) == "(" and ((known,) in r.table.calls or text in KNOWN)
    return whole and r.took(length, known)


def word(r: Rewrite) -> bool:
    r"""\mathbf{W} for W, \operatorname{sgn}, \Theta(z)."""
    token = r.token()
    found = _WORD.fullmatch(token)
    if token in STEPS and r.token(1) == "(" and r.unknown(token):
        return r.took(1, r"\operatorname{step}")
    if not found or not r.unknown(token) or (token,) in r.table.calls:
        return False
    inner = found[2]
    if inner in FUNCTIONS:
        return r.took(1, r"\operatorname{" + FUNCTIONS[inner] + "}")
    letter = len(inner) == 1 and inner.isalpha() and token not in (r"\mathbf{I}", r"\mathbf{e}")
    if inner != "0" and (not letter or inner in "T"):
        return False
    r.typed[r.at] = inner
    return False


Rule = Callable[[Rewrite], bool]
RULES: tuple[tuple[Rule, Callable[[str], bool]], ...] = (  # each with the tokens it may begin at
    (spaces,      lambda t: t in FONTS or t in SAME),
    (primed,      lambda t: t == "'"),
    (applied,     lambda t: t.startswith("\\")),
    (decimal,     lambda t: t[:1].isdecimal()),
    (bars,        lambda t: t in ("|", "⟪", "⟫", r"\langle", r"\rangle")),
    (exponential, lambda t: t == "e"),
    (unit,        lambda t: t in ("e", "^")),
    (slope,       lambda t: t in (r"\frac", "d", r"\mathrm{d}")),
    (indicator,   lambda t: t in INDICATORS or t in ("(", "[")),
    (called,      lambda t: t.isascii() and t.isalpha()),
    (word,        lambda t: t in STEPS or bool(_WORD.fullmatch(t))),
    (name,        lambda t: len(t) > 1 or t.isalpha()),
)  # fmt: skip


@lru_cache(maxsize=4096)
def rules_for(token: str) -> tuple[Rule, ...]:
    """The rules that may take a token, or the one it is another sign for."""
    same = {token, SAME.get(token, token)}
    return tuple(rule for rule, begins in RULES if any(map(begins, same)))
