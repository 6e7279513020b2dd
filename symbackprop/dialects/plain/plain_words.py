"""Letters of plain text: names, glued names, functions, derivatives, sums."""

from __future__ import annotations

import re
import unicodedata

from symbackprop.dialects.disambiguation.typed_functions import EINSUM, REDUCTIONS, ROWS, SLIDING
from symbackprop.dialects.plain.glued_words import (
    SMALL, keyword, last_scripted, letters, numbered, scripted, signal,
)  # fmt: skip
from symbackprop.dialects.plain.numpy_calls import (
    FROBENIUS, LAYERS, LETTERED, SLIDES, along, along_axis, option,
)  # fmt: skip
from symbackprop.dialects.plain.plain_derivatives import derivative, gradient
from symbackprop.dialects.plain.plain_scanner import GLUED, Scan, flat, split
from symbackprop.dialects.plain.plain_signs import LITTLE, SUBS, SUPS, TOP, UP
from symbackprop.dialects.plain.typed_names import GREEK, LETTERS
from symbackprop.formula.function_spelling import near

FUNCTIONS = {
    "sigma": "sigmoid", "σ": "sigmoid", "ln": "log", "ReLU": "relu", "tr": "trace", "heaviside": "step",
    "sgn": "sign", "inverse": "inv", "signum": "sign", "one_hot": "onehot", "Diag": "diag", "Tr": "trace",
    "Heaviside": "step", "vdot": "inner", "logistic": "sigmoid", "Softmax": "softmax", "maximum": "max",
    "adjugate": "adj", "minimum": "min", "cofactor": "cof", "pow": "power", "expit": "sigmoid", "H": "step",
    "conv": "convolve",
}  # fmt: skip
KNOWN = {n for n, _ in ROWS}.union(  # functions, those of typed text with the rows of their values
    "exp log tanh sin cos tan sinh cosh sqrt abs sigmoid relu softplus softmax log_softmax logsumexp trace "
    "step sign gelu silu elu square diag diagonal sum rowsum colsum erf arctan transpose inv ones zeros eye "
    "vec det onehot frobenius cholesky lower_half eigvalsh eigenvectors expm expm_along argmax argmin".split()
)

INDEXED = re.compile(rf"[_\[{''.join(SUBS)}]|{UP}")
_LETTER = rf"(?:(?![{LITTLE}])[\w\u0300-\u036f])"
_RUN = re.compile(rf"[^\W\d_]{_LETTER}*")
_OPENS = re.compile(r"['’′]*\s*\(|\s+[^\W\d_]")
_BETWEEN = re.compile(r"\so\s")
_ONE_TURNED = re.compile(r"1\s*(?:['’′ᵀ⊤]|\^\s*T\b|\.T\b)")
_CALLED = re.compile(r"['’′]*\s*\(")
_RAISED = re.compile(rf"\s*(?:(?:\^|\*\*)\s*(?:(\d)|[({{](\d)[)}}])|([{''.join(SUPS)}]))(?=\s*\()")
_BIG = {"sum": r"\sum", "prod": r"\prod", "Σ": r"\sum", "∑": r"\sum", "Π": r"\prod", "∏": r"\prod"}
_BIG_SIGN = re.compile(rf"(sum|prod|Σ|∑|Π|∏)(?=\s*(?:_|[{''.join(SUBS)}]))")
_RANGED = re.compile(
    r"(sum|prod|Σ|∑|Π|∏)\s*_?\s*[({]\s*([^\W\d_])\s*=\s*(\w+(?:\s*[+-]\s*\w+)?)"
    r"\s*(?:\.{2,3}|…|,\s*(?:\.{3}|…)\s*,)\s*(\w+(?:\s*[+-]\s*\w+)?)\s*[)}]"
)
_OVER = re.compile(r"(?:sum|Summe)\s+(?:over|über)\s+([^\W\d_])\b(?:\s+(?:of|von)\b)?")


def word(s: Scan) -> bool:
    """Whatever begins with a letter."""
    if not (s.char().isalpha() or s.char() in "∂∇∑∏") or s.char() in "ᵀ":
        return False
    return derivative(s) or gradient(s) or big(s) or run(s)


def big(s: Scan) -> bool:
    """sum_n, Σ_{i=1}^n: a sum over an index."""
    if found := s.match(_RANGED):
        s.put(_BIG[found[1]], "_", "{", found[2], "=", *s.inner(found[3]), "}")
        return s.took(found.end(), "^", "{", *s.inner(found[4]), "}")
    if found := s.match(_OVER):
        return s.took(found.end(), r"\sum", "_", "{", found[1], "}")
    found = s.match(_BIG_SIGN)
    if not found:
        marked = any(map(unicodedata.combining, s.text[s.at + 1 : s.at + 2]))  # Σ̂ is a name
        bare = s.char() in _BIG and s.char() not in s.spelled and not marked
        return bare and s.took(s.at + 1, _BIG[s.char()])
    if found[1] in s.spelled and not s.text[found.end() :].lstrip().startswith("_"):
        return False  # Σᵢₖ is an entry where a matrix is called Σ
    s.put(_BIG[found[1]])
    s.at = found.end()
    s.skip()
    return True


def run(s: Scan) -> bool:
    """A name, a function, or several of them glued together."""
    found = s.match(_RUN)
    if not found:
        s.fail(f"{s.char()!r} cannot stand here")
        return False
    text = unicodedata.normalize("NFC", found[0])
    start = s.at
    if keyword(s, text) or signal(s, text):
        return True
    if text not in s.spelled and text[:-1] in s.spelled and _ONE_TURNED.match(s.text, start + len(text) - 1):
        text = text[:-1]  # r1' is r times a row of ones
    if text == "o" and "o" not in s.spelled and _BETWEEN.fullmatch(s.text[max(start - 1, 0) : start + 2]):
        return s.took(s.at + 1, r"\odot")  # P o G
    for stop in (len(text), *(k for k in range(len(text) - 1, 0, -1) if text[k] == "_")):
        if name(s, text[:stop]):
            return True
    head = text.split("_")[0]
    if last_scripted(s, text) or letters(s, text):
        return True
    for stop in range(min(len(head), GLUED), 0, -1):  # glued names, the last of them perhaps a function
        pieces = split(head[:stop], s)
        if pieces and (stop == len(head) or callable_at(s, head[stop:], start + len(head))):
            for piece in pieces:
                s.put_name(s.spelled[piece])
                s.at += len(piece)
            return True
    if head in GREEK and GREEK[head] != head and INDEXED.match(s.text, start + len(head)):  # delta_ij
        return s.took(s.at + len(head), "\\" + head)
    if len(head) == 1 and (head.isascii() or head in LETTERS):
        return s.took(s.at + 1, head if head.isascii() else "\\" + LETTERS[head])
    if INDEXED.match(s.text, start + len(head)) and "\0" + head in s.spelled:
        return s.took_name(s.at + len(head), s.spelled["\0" + head])
    if numbered(s, head):
        return True
    s.fail(f"{head!r} is not a name known here", near(head, [x for x in s.spelled if x[0] not in "\0\1\2\3"]))
    return False


def name(s: Scan, text: str) -> bool:
    """One declared name, the longest spelling first, or a function before its argument."""
    for end in scripted(s, text):
        spelled = s.text[s.at : end].translate(SMALL)
        if spelled in s.spelled:
            return s.took_name(end, s.spelled[spelled])
    sized = "\3" + text
    if sized in s.spelled and INDEXED.match(s.text, s.at + len(text)):
        return s.took_name(s.at + len(text), s.spelled[sized])
    if text in s.spelled:
        return s.took_name(s.at + len(text), s.spelled[text])
    lower = "\0" + text
    if lower in s.spelled and INDEXED.match(s.text, s.at + len(text)):
        return s.took_name(s.at + len(text), s.spelled[lower])
    return function(s, text)


def callable_at(s: Scan, text: str, end: int) -> bool:
    """Whether a text is a function with its argument behind it."""
    return (text in KNOWN or text in FUNCTIONS) and bool(_CALLED.match(s.text, end))


def function(s: Scan, text: str) -> bool:
    """tanh(z), σ'(z), inv(X), ones(n), eye(n), I_n."""
    name = FUNCTIONS.get(text, text)
    end = s.at + len(text)
    if text == "einsum" and s.text[end : end + 1] == "(":
        letters = re.sub(r"\s", "", option(s, end, LETTERED))
        return bool(letters) and s.took(end, r"\operatorname{" + EINSUM + letters + "}")
    if text == "I" or text in ("e",):
        return exponential(s) or unit(s) if text == "e" else constant(s, "I", 1)
    if name not in KNOWN:
        return False
    if power := _RAISED.match(s.text, end):  # tanh²(z), tanh^2(z)
        digit = power[1] or power[2] or SUPS[power[3]]
        return s.took(power.end(), r"\operatorname{" + name + "}", "^", "{", digit, "}")
    if not _OPENS.match(s.text, end):
        return False
    opened = re.compile(r"\s*\(").match(s.text, end)
    if name == "kron" and not (opened and listed(s, opened.end() - 1)):  # A kron B
        return constant(s, r"\otimes", len(text))
    if name in ("ones", "zeros") and opened and (size := extents(s, opened.end() - 1)):
        return filled(s, name, *size)
    if name in ("ones", "eye") and opened:
        return s.entered(opened.end(), "}", r"\mathbf{1}" if name == "ones" else "I", "_", "{")
    if name in ("inv", "transpose") and opened:
        after = ("^", "{", "-", "1", "}") if name == "inv" else TOP
        return s.entered(opened.end(), ")", "(", then=after)
    if name == "where" and opened:
        return conditional(s, opened.end() - 1)
    if name in LAYERS and opened:
        name = along_axis(s, name, opened.end() - 1)
    if name == "norm" and opened:
        option(s, opened.end() - 1, FROBENIUS)
    if name in SLIDING and opened:
        name += option(s, opened.end() - 1, SLIDES)
    axis = along(s, name, opened.end() - 1) if opened and name in REDUCTIONS else ""
    return s.took(end, r"\operatorname{" + (axis or name) + "}")


def conditional(s: Scan, opening: int) -> bool:
    """where(x > 0, a, b): the condition is an indicator."""
    at, stop = opening + 1, s.pairs.get(opening, opening)
    while at < stop and s.text[at] != ",":
        at = s.pairs.get(at, at) + 1
    word = r"\operatorname{where}"
    s.callers[len(s.open) + 1] = word
    return s.entered(at, ")", word, "(", *s.inner(f"({s.text[opening + 1 : at]})"))


def listed(s: Scan, opening: int) -> bool:
    """Whether a bracket holds several arguments."""
    return "," in flat(s.text[opening + 1 : s.pairs.get(opening, opening)])


def extents(s: Scan, opening: int) -> tuple[str, str] | None:
    """The two sizes of ones(n, m)."""
    inside = s.text[opening + 1 : s.pairs.get(opening, opening)].strip().strip("()[]")
    both = [x.strip() for x in inside.split(",")]
    return (both[0], both[1]) if len(both) == 2 and all(both) else None


def filled(s: Scan, name: str, rows: str, columns: str) -> bool:
    """ones(n, m) as a product of ones; zeros(n, m)."""
    opening = s.text.index("(", s.at)
    above, beside = s.inner(rows), s.inner(columns)
    if name == "zeros":
        s.put("0", "_", "{", *above, r"\times", *beside, "}")
    else:
        ones = (r"\mathbf{1}", "_", "{")
        right = () if columns == "1" else (*ones, *beside, "}", "^", "{", r"\top", "}")
        standing = (r"\operatorname{standing}",) if s.numpy and not right else ()
        s.put(*standing, "(", *ones, *above, "}", *right, ")")
    s.at = s.pairs[opening] + 1
    return True


def constant(s: Scan, token: str, length: int) -> bool:
    """I, with its size or without."""
    return s.took(s.at + length, token)


def unit(s: Scan) -> bool:
    """e_y, the unit vector of a label."""
    return (s.char(1) == "_" or s.char(1) in SUBS) and constant(s, r"\mathbf{e}", 1)


def exponential(s: Scan) -> bool:
    """e^(-z)."""
    bare = re.compile(r"e\s*(?:\^|\*\*)\s*(-?[^\W\d_]\w*)").match(s.text, s.at)
    if bare:
        return s.took(bare.end(), r"\operatorname{exp}", "(", *s.inner(bare[1]), ")")
    found = re.compile(r"e\s*(?:\^|\*\*)\s*[({]").match(s.text, s.at)
    if not found:
        return False
    return s.entered(found.end(), ")", r"\operatorname{exp}", "(")
