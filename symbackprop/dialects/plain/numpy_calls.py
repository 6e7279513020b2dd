"""NumPy in plain text: np.linalg.inv(A), A.dot(x), D.sum(axis=0, keepdims=True)."""

from __future__ import annotations

import re
from itertools import pairwise

from symbackprop.dialects.disambiguation.typed_functions import REDUCTIONS
from symbackprop.dialects.plain.plain_scanner import Scan

PREFIX = re.compile(r"(?:np|numpy|torch|jnp|tf|nn|F|linalg|functional|special)\.(?=\w)")
_METHOD = re.compile(r"\.(\w+)\s*\(")
_AXIS = re.compile(r"(?:^|,)\s*(?:axis|dim)?\s*=?\s*(-?\d)\s*(?=,|$)")
_KEEP = re.compile(r",?\s*keep_?dims?\s*=\s*\w+")
_NAMED_AXIS = re.compile(r",?\s*(?:axis|dim)\s*=\s*(-?\d)\s*")
_LAST_NUMBER = re.compile(r",\s*(-[12]|[012])\s*$")
_NEW_AXIS = re.compile(r"\[\s*((?::|\.\.\.)\s*,)?\s*(?:None|(?:np|jnp|tf)\.newaxis)\s*(,\s*:)?\s*\]")
FROBENIUS = re.compile(r",\s*(?:ord\s*=\s*)?['\"](fro)['\"]\s*")
SLIDES = re.compile(r",\s*(?:mode\s*=\s*)?['\"](full|same|valid)['\"]\s*")
LETTERED = re.compile(r"['\"]\s*([a-z,\s]+->[a-z]*)\s*['\"]\s*,")  # einsum('ij,j->i', …)
_BACKWARDS = re.compile(r"\[\s*::\s*-\s*1\s*\]")
_ATTRIBUTE = re.compile(r"\.(?:shape\[([01])\]|size\b(?!\s*\())")
LAYERS = frozenset({"softmax", "log_softmax", "logsumexp"})
_OPTION = re.compile(r",\s*(?:axis|dim)\s*=\s*(-?\d)\s*(?:,\s*keep_?dims?\s*=\s*\w+\s*)?$")
_ARRAY = re.compile(r"(?:array|asarray|tensor|stack)\s*\((?=\s*\[)")
NUMPY = re.compile(  # signs that only code has
    r"\b(?:np|numpy|torch|jnp|tf)\.\w|@|\b(?:axis|dim|keep_?dims?)\s*=|\.(?:sum|mean|dot|matmul)\s*\("
    r"|\[[^\[\]]*\b(?:None|newaxis)\b[^\[\]]*\]"
)
_CALLED = re.compile(r"\b(?:np|numpy|torch|jnp|tf)\.\w")
_ENTRYWISE = re.compile(r"\.[*/^](?!\d)|[⊙∘⊘]")  # signs no code of Python has
UNITS = {"inv": "-1", "transpose": r"\top", "t": r"\top"}
ALONG = {
    (name, axis): side + name
    for name in REDUCTIONS
    for axis, side in (("0", "col"), ("1", "row"), ("-1", "row"), ("-2", "col"))
}
LAID = {("reshape", "-1,1"): "standing", ("reshape", "1,-1"): "lying", ("unsqueeze", "1"): "standing",
        ("unsqueeze", "-1"): "standing", ("unsqueeze", "0"): "lying"}  # fmt: skip
PLAIN = frozenset("trace diagonal exp log tanh sigmoid relu abs sqrt det".split()) | frozenset(REDUCTIONS)
IGNORED = frozenset({"astype", "float", "copy", "clone", "detach"})


def is_numpy(text: str) -> bool:
    """Whether a text is NumPy; `sum(A .* B, axis=1)` is a mixture."""
    return bool(_CALLED.search(text)) or bool(NUMPY.search(text) and not _ENTRYWISE.search(text))


def method(s: Scan) -> bool:
    """A method of what stands before the dot."""
    found = s.match(_METHOD)
    if not found:
        return False
    name, opening = found[1], found.end() - 1
    close = s.pairs.get(opening, -1)
    if close < 0:
        return False
    inside = s.text[opening + 1 : close]
    if name in ("dot", "matmul", "mm", "mv"):
        return s.took(opening, "@")
    if name in IGNORED or (name in UNITS and not inside.strip()):
        if name in UNITS:
            s.wrap()
            s.put("^", "{", *UNITS[name].partition("-")[1:] if name == "inv" else (UNITS[name],), "}")
        s.at = close + 1
        return True
    called = LAID.get((name, re.sub(r"[\s()]", "", inside)), "")
    called = called or ALONG.get((name, axis(inside)), name if not inside.strip() else "")
    if called not in (*ALONG.values(), *PLAIN, *LAID.values()):
        return False
    if called in ALONG.values():
        called = kept(inside, of_last(s, called, axis(inside)))
    s.before(r"\operatorname{" + called + "}", "(")
    return s.took(close + 1, ")")


def attribute(s: Scan) -> bool:
    """x.shape[0], x.size: a number of entries."""
    found = s.match(_ATTRIBUTE)
    if not found or not s.tokens:
        return False
    word = {"0": "rows", "1": "columns"}.get(found[1] or "", "size")
    s.before(r"\operatorname{" + word + "}", "(")
    return s.took(found.end(), ")")


def array(s: Scan) -> bool:
    """np.array([a, b]) is the list in it; [[a, b], [c, d]] is [a, b; c, d]."""
    if found := s.match(_ARRAY):
        close = s.pairs.get(found.end() - 1, -1)
        if close < 0:
            return False
        s.text = s.text[:close] + " " + s.text[close + 1 :]
        s.at = found.end()
        return True
    if s.char() != "[" or not (rows := nested(s)):
        return False
    text = list(s.text)
    for a, b in pairwise(rows):
        text[s.pairs[a] : b + 1] = (";" + " " * (b - s.pairs[a]))[: b + 1 - s.pairs[a]]
    text[rows[0]], text[s.pairs[rows[-1]]] = " ", " "
    s.text = "".join(text)
    return False


def nested(s: Scan) -> list[int]:
    """Where the rows of [[a, b], [c, d]] begin; nothing where anything else stands in the bracket."""
    at, stop, out = s.at + 1, s.pairs.get(s.at, -1), list[int]()
    while at < stop:
        if s.text[at] == "[" and at in s.pairs:
            out.append(at)
            at = s.pairs[at]
        elif s.text[at] not in " ,\n":
            return []
        at += 1
    return out


def new_axis(s: Scan) -> bool:
    """v[:, None] is a column as v is, v[None, :] lies; v[::-1] is read from its end."""
    if s.tokens and (back := s.match(_BACKWARDS)):
        s.before(r"\operatorname{flip}", "(")
        return s.took(back.end(), ")")
    found = s.match(_NEW_AXIS)
    if not found or not s.tokens:
        return False
    s.before(r"\operatorname{" + ("standing" if found[1] else "lying") + "}", "(")
    return s.took(found.end(), ")")


def kept(options: str, name: str) -> str:
    """The sum that keeps its axis, where keepdims says so."""
    found = _KEEP.search(options)
    return name + "kept" if found and not found[0].rstrip().endswith(("False", "0")) else name


def axis(inside: str) -> str:
    """The axis named in the brackets of a method."""
    found = _AXIS.match(_KEEP.sub("", inside).strip())
    return found[1] if found else ""


def option(s: Scan, opening: int, pattern: re.Pattern[str]) -> str:
    """An option in quotes, norm(A, 'fro'), convolve(a, b, 'same'): taken out of the text."""
    close = s.pairs.get(opening, -1)
    found = pattern.search(s.text, opening, max(close, opening))
    if not found:
        return ""
    s.text = s.text[: found.start()] + " " * len(found[0]) + s.text[found.end() :]
    return found[1]


def along(s: Scan, name: str, opening: int) -> str:
    """sum(D, axis=0) is the sum over the rows; the options are taken out of the text."""
    close = s.pairs.get(opening, -1)
    if close < 0:
        return ""
    inside = outer(s, opening)
    bare = _KEEP.sub(lambda m: " " * len(m[0]), inside)
    found = _NAMED_AXIS.search(bare)
    cut = found or (_LAST_NUMBER.search(bare) if name in ("sum", "mean") else None)
    which = cut[1] if cut else ""
    if cut and not found and which in ("1", "2") and s.text[s.at - 1 : s.at] != ".":
        which = str(int(which) - 1)  # MATLAB counts axes from 1; np.sum(D, 1) does not
    if not cut or (name, which) not in ALONG:
        return ""
    gone = {
        k
        for m in (cut, *_KEEP.finditer(inside))
        for k in range(opening + 1 + m.start(), opening + 1 + m.end())
    }
    s.text = "".join(" " if k in gone else c for k, c in enumerate(s.text))
    return kept(inside, of_last(s, ALONG[name, which], which))


def of_last(s: Scan, name: str, axis: str) -> str:
    """The sum along the last axis, which a vector of NumPy has: it has no axis 1."""
    return name.replace("row", "last", 1) if s.numpy and axis == "-1" else name


def outer(s: Scan, opening: int) -> str:
    """What stands in a bracket, blank where inner brackets are, as long as before."""
    text, at, close = list(s.text), opening + 1, s.pairs[opening]
    while at < close:
        stop = s.pairs.get(at, at)
        text[at : stop + 1] = "?" * (stop + 1 - at) if stop > at else text[at]
        at = stop + 1
    return "".join(text[opening + 1 : close])


def along_axis(s: Scan, name: str, opening: int) -> str:
    """softmax(Z, axis=1) is the one of each row; the option is taken out of the text."""
    close = s.pairs.get(opening, -1)
    found = _OPTION.search(s.text, opening, close) if close > 0 else None
    if not found:
        return name
    s.text = s.text[: found.start()] + " " * len(found[0]) + s.text[close:]
    return name if found[1] in ("1", "-1") else "col" + name
