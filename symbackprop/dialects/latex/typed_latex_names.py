r"""Names as people type them in LaTeX: W_2 for W^{(2)}, x_{ij} for X_{ij}, h^{(t)} for h_t, \delta_h, dZ."""

from __future__ import annotations

from collections.abc import Iterator

from symbackprop.dialects.latex.token_rewriting import Rewrite
from symbackprop.dialects.plain.typed_names import Tokens
from symbackprop.formula.reading.tex_tokens import ACCENTS

Script = tuple[str, int, int]  # its sign, where it begins, where it ends
Meant = tuple[str, list[Script], int]  # a spelling, the scripts that are left, what comes after
MEAN = (r"\operatorname{bar}", "(")
_BRACKETS = frozenset({"(", ")", "[", "]", r"\langle", r"\rangle"})


def name(r: Rewrite) -> bool:
    """A name in another spelling, with its scripts."""
    token = r.token()
    if len(token) == 1 and not token.isalpha():
        return False
    base = accented(r) if token in ACCENTS else (token,)
    if base == (r"\bar", "{"):  # of more than a letter
        r.swap[r.closing(r.at + 1)] = (")",)
        return r.took(2, *MEAN)
    text = plain_text(base)
    scripts, stop = scripts_at(r, r.at + len(base))
    if not text or any(spelled_out(r, base, s) for s in scripts):
        return False
    for said, left, after in meant(r, base, text, scripts, stop):
        if said in r.spelled:
            return emit(r, r.spelled[said], left, after)
    if base[:2] == (r"\bar", "{") and not any(map(r.unknown, base[2:-1])):  # the mean of a product
        r.swap[r.closing(r.at + 1)] = (")",)
        return r.took(2, *MEAN)
    known = not r.unknown(*base) or base == (r"\delta",)
    if known and any(timed(r, s) for s in scripts):
        return emit(r, base, scripts, stop)
    if not known and base[0] == r"\bar" and not r.unknown(*base[1:]):
        return r.took(len(base), *MEAN, *base[1:], ")")
    # an accent and its letter stay together: the r in \tilde r_i is no entry of an R
    return known and len(base) > 1 and r.took(len(base), *base)


def accented(r: Rewrite) -> Tokens:
    r"""An accent with its letter, or its letters: \overline{gy}."""
    start, stop, after = r.argument(r.at + 1)
    letters = all(len(x) == 1 and x.isalpha() for x in r.typed[start:stop])
    return tuple(r.typed[r.at : after if letters else r.at + 2])


def spelled_out(r: Rewrite, base: Tokens, s: Script) -> bool:
    """Whether a script belongs to a name as our pages write it."""
    inner = tuple(r.typed[s[1] : s[2]])
    return (base, *(((), inner) if s[0] == "_" else (inner, ()))) in r.table.known


def meant(
    r: Rewrite, base: Tokens, text: str, scripts: list[Script], stop: int
) -> Iterator[Meant]:  # fmt: skip
    """Ways a name may be meant."""
    if any(s[0] == "_" or timed(r, s) for s in scripts):
        yield "\3" + text, scripts, stop
    for s in scripts:
        rest = [x for x in scripts if x is not s]
        said = "".join(x.strip("\\") for x in r.typed[s[1] : s[2]])
        yield f"{text}{s[0]}{said}", rest, stop
        if s[0] == "_" and r.typed[s[1] + 1 : s[1] + 2] == [","]:  # a_{z,t}
            yield f"{text}_{r.typed[s[1]]}", [*rest, ("_", s[1] + 2, s[2])], stop
        if base == (r"\delta",) and said != r.time:
            yield f"δ_{said.strip('()')}", rest, stop
            if r.typed[s[1] + 1 : s[1] + 2] == [","]:
                yield f"δ_{said.split(',')[0]}", [*rest, ("_", s[1] + 2, s[2])], stop
    ahead = len(base)
    behind = r.at + ahead
    if r.token(ahead) and r.beside(ahead) and (base == ("d",) or r.token(ahead).isdecimal()):
        both = text + r.token(ahead).strip("\\")
        found, end = scripts_at(r, behind + 1)
        for s in found:  # dZ^{[1]}
            said = "".join(r.typed[s[1] : s[2]])
            yield f"{both}{s[0]}{said}", [x for x in found if x is not s], end
        yield both, found, end
    if base == (r"\delta",) and r.token(1).isalpha():
        yield from meant_signal(r)
    if not r.unknown(*base):
        return
    if base[0] == r"\bar":
        yield text, scripts, stop
        yield f"δ_{text.removesuffix('_bar')}", scripts, stop
    if any(s[0] == "_" or timed(r, s) for s in scripts):
        yield "\0" + text, scripts, stop


def meant_signal(r: Rewrite) -> Iterator[Meant]:
    r"""\delta a^z_{t+1}, \delta a_{z,t+1}: the δ of a name that is a letter and its script."""
    scripts, stop = scripts_at(r, r.at + 2)
    for s in scripts:
        rest = [x for x in scripts if x is not s]
        said = "".join(r.typed[s[1] : s[2]])
        yield f"δ{r.token(1)}{s[0]}{said}", rest, stop
        if r.typed[s[1] + 1 : s[1] + 2] == [","]:
            yield f"δ{r.token(1)}{s[0]}{r.typed[s[1]]}", [*rest, ("_", s[1] + 2, s[2])], stop


def plain_text(base: Tokens) -> str:
    """A letter without its commands: hat y as y_hat."""
    accent, *letters = base
    if letters:
        inner = "".join(x.strip("\\{}") for x in letters)
        return f"{inner}_{accent.strip(chr(92))}" if inner.isalnum() else ""
    bare = accent.removeprefix("\\")
    return bare if bare.isalpha() else ""


def scripts_at(r: Rewrite, at: int) -> tuple[list[Script], int]:
    """The scripts at a place, and what comes after them."""
    out: list[Script] = []
    while r.typed[at : at + 1] in (["_"], ["^"]) and len(out) < 3:
        start, stop, after = r.argument(at + 1)
        out.append((r.typed[at], start, stop))
        at = after
    return out, at


def timed(r: Rewrite, s: Script) -> Tokens:
    r"""The step in h^{(t-1)} or h^{\langle t\rangle}, the sample in x^{(i)}, or nothing."""
    body = tuple(x for x in r.typed[s[1] : s[2]] if x not in _BRACKETS)
    sample = len(body) == 1 and s[2] - s[1] == 3 and body[0] in r.table.indices
    if s[0] == "^" and sample:
        return body
    if body[:1] != (r.time,) or not r.time or s[0] != "^":
        return ()
    if len(body) == 3 and body[1] in ("+", "-"):  # \varphi^{t-k} is a power
        return body if body[2].isdecimal() or len(body) < s[2] - s[1] else ()
    return body if len(body) == 1 else ()


def emit(r: Rewrite, base: Tokens, scripts: list[Script], stop: int) -> bool:
    """A name with its scripts: steps of time and indices, then powers."""
    # x_j^{(i)} is x^{(i)}_j: the step, or the sample, is the first index
    scripts = sorted(scripts, key=lambda s: not timed(r, s))
    subs = [timed(r, s) or tuple(r.typed[s[1] : s[2]]) for s in scripts if s[0] == "_" or timed(r, s)]
    tops = [r.typed[s[1] : s[2]] for s in scripts if s[0] == "^" and not timed(r, s)]
    index = [x for sub in subs for x in (",", *sub)][1:]
    r.put(*base, *(("_", "{", *index, "}") if index else ()))
    for top in tops:
        r.put("^", "{", *top, "}")
    r.at = stop
    return True
