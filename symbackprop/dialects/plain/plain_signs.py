"""Signs, numbers, scripts and brackets of plain text: each rule takes what stands next, or nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from symbackprop.dialects.disambiguation.typed_functions import ROWS
from symbackprop.dialects.plain.numpy_calls import PREFIX
from symbackprop.dialects.plain.plain_scanner import Scan, flat, split
from symbackprop.errors import LimitError
from symbackprop.formula.reading.tex_tokens import IF, LIMITS
from symbackprop.formula.writing.text_writer import SMALL_SUBS, SMALL_SUPS

SIGNS = {
    ".*": r"\odot", "./": r"\oslash", "⊙": r"\odot", "∘": r"\odot", "○": r"\odot", "⊘": r"\oslash",
    "@": "@", "*": "*", "·": r"\cdot", "⋅": r"\cdot", "×": r"\cdot", "/": "/", "÷": "/", "+": "+",
    "-": "-", "−": "-", "–": "-", "==": "=", "!=": r"\neq", "<=": r"\leq", ">=": r"\geq", "≤": r"\leq",
    "≥": r"\geq", "≠": r"\neq", "=": "=", ":=": "=", "<": "<", ">": ">", ",": ",", ";": ",", "|": "|",
    "&": "", "||": r"\|", "‖": r"\|", "⊗": r"\otimes", "∞": r"\infty", ":": ":", "∧": ",", "∈": r"\in",
    "≈": r"\approx", "⌊": r"\lfloor", "⌋": r"\rfloor",
}  # fmt: skip
SUBS = {k: v for k, v in SMALL_SUBS.items() if v.isascii() and v not in "=()"}
SUPS = {k: v for k, v in SMALL_SUPS.items() if v.isascii() and v != "="} | {"ᵀ": "T"}
TOP = ("^", "{", r"\top", "}")
ONES = ("𝟙", "𝟏")
SEVERAL = {r"\max", r"\min", *(r"\operatorname{" + n + "}" for n, count in ROWS if count > 1)}  # arguments
FRACTIONS = {"½": "0.5", "¼": "0.25", "¾": "0.75", "⅛": "0.125"}
LITTLE = "²³¹⁰-₟" + "".join((*SMALL_SUBS, *(c for c in SMALL_SUPS if c.isalpha())))
_INDICES = re.compile(rf"(?:(?![{LITTLE}])\w)+")
_BRACED = re.compile(r"\{([a-z]{2,4})\}")
_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?![\d.]*\w*\()|\d+")
_POWER_OF_TEN = re.compile(r"\d+(?:\.\d+)?[eE][+-]?\d{1,4}(?![\w.(])")
_COMMA = re.compile(r"\d+,\d+(?![\d,])")
_SIGN = re.compile("|".join(map(re.escape, sorted(SIGNS, key=len, reverse=True))))
_METHOD = re.compile(r"\.(?:T\b|t\(\)|transpose\(\))|ᵀ|⊤|\^\s*(?:⊤|\{\s*(?:T|⊤|\\top)\s*\}|\(\s*T\s*\))")
_POWER = re.compile(r"(\*\*|\.\^|\^)\s*")
UP = rf"(?:\^\(([a-z])\)|\^\{{\(([a-z])\)\}}|⁽([{''.join(c for c in SMALL_SUPS if c.isalpha())}])⁾)"  # ^(i)
_SAMPLE = re.compile(rf"{UP}(_(?:\w+|\{{[^{{}}]*\}}))?")
_SAMPLED = re.compile(rf"((?:(?![{LITTLE}])[^\W\d_])+)(?:_(?:\w|\{{[^{{}}]*\}}))?{UP}")
_INVERTED = re.compile("⁻¹?ᵀ")
_TOP = re.compile(r"\^\s*T(\w*)")
_SMALL_TOP = re.compile(r"\^\s*t(?!\w)")
_SUPS, _SUBS = (re.compile(f"[{''.join(x)}]+") for x in (SUPS, SUBS))
_EXPONENT = re.compile(r"-?\d+(?:\.\d+)?|-T\b|-?[^\W\d_]\w*")
_ROOTED = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]\w*")
_ONES = re.compile(r"11+(?=\s*(?:['’′]|ᵀ|\^\s*T))")
_CASES = re.compile(rf"\b(?:{'|'.join(IF)})\b")
_RELATION = re.compile(r"[<>≤≥≠]|==|!=")


def space(s: Scan) -> bool:
    found = s.match(_SPACE) or s.match(PREFIX)
    s.at = found.end() if found else s.at
    return bool(found)


def transposed(s: Scan) -> bool:
    """X.T, Xᵀ, X^T, and X^TX where what follows the T is names."""
    found = None if s.match(_INVERTED) else s.match(_METHOD)
    run = s.match(_TOP)
    if run and s.summed():
        return False
    if not s.times and "t" not in s.spelled:  # A^t, where nothing is called t
        found = found or s.match(_SMALL_TOP)
    if not found and run and (not run[1] or split(run[1], s)):
        s.wrap()
        return s.took(run.start(1), *TOP)
    if not found:
        return False
    s.wrap()
    return s.took(found.end(), *TOP)


def prime(s: Scan) -> bool:
    """A prime on a function is a derivative, on anything else a transpose."""
    if s.char() not in ("'", "’", "′"):
        return False
    on = s.tokens[-1] if s.tokens else ""
    slope = on.startswith(r"\operatorname") or on == "'"
    if not slope:
        s.wrap()
    return s.took(s.at + 1, *(("'",) if slope else TOP))


def sample(s: Scan) -> bool:
    """x^(i)_j, x_j^(i): sample i of an X, whose rows are called by a small letter; y^(i) beside it."""
    found = s.match(_SAMPLE)
    letter = sample_of(found.groups()[:3]) if found else ""
    if not found or not s.tokens or s.tokens[-1] != "}" or letter not in samples(s):
        return False
    at = s.opening(len(s.tokens) - 1)
    if at and s.tokens[at - 1] == "_":  # the sample is the first index
        s.tokens[at + 1 : at + 1] = (letter, ",")
        s.places[at + 1 : at + 1] = [s.at] * 2
        s.at = found.end()
        return True
    entry = s.indices(found[4].strip("_{}")) if found[4] else ()
    return s.took(found.end(), "_", "{", letter, *((",", *entry) if entry else ()), "}")


def sample_of(scripts: Sequence[str | None]) -> str:
    """The letter in one of the spellings of a sample."""
    letter = next(filter(None, scripts), "")
    return SMALL_SUPS.get(letter, letter)


def samples(s: Scan) -> frozenset[str]:
    """The letters that count samples in a text: those on the small letter of a matrix."""
    if s.samples is None:
        rows = (m for m in _SAMPLED.finditer(s.text) if "\0" + m[1] in s.spelled)
        letters = (sample_of(m.groups()[1:]) for m in rows if m[1] not in s.spelled)
        s.samples = frozenset(x for x in letters if x not in s.spelled)
    return s.samples


def power(s: Scan) -> bool:
    """x^2, x**2, x.^2, X^-1, X^{-T}, X², X⁻¹."""
    small = s.match(_SUPS)
    if small:
        s.wrap()
        raised(s, "".join(SUPS[c] for c in small[0]))
        s.at = small.end()
        return True
    found = s.match(_POWER)
    if not found:
        return False
    lead = (r"\odot",) if found[1] == ".^" or (found[1] == "**" and s.numpy) else ()
    s.wrap()
    s.at = found.end()
    if s.char() in ("(", "{"):
        return s.entered(s.at + 1, "}", "^", "{", *lead)
    one = s.match(_EXPONENT)
    if not one:
        s.fail("an exponent is missing here")
        return False
    word = one[0].lstrip("-")
    body = ("-",) * one[0].startswith("-") + (s.spelled.get(word) or tuple(re.findall(r"[\d.]+|\w", word)))
    if one[0] == "-T":
        raised(s, one[0])
    else:
        s.put("^", "{", *lead, *body, "}")
    s.at = one.end()
    return True


def raised(s: Scan, script: str) -> None:
    """A superscript whose content is short: -T is the inverse, transposed."""
    if script not in ("-T", "-1T"):
        s.script("^", script)
        return
    s.script("^", "-1")
    s.wrap()
    s.put(*TOP)


def subscript(s: Scan) -> bool:
    """x_i, W_ij, h_{t-1}, x[t], xᵢ."""
    small = s.match(_SUBS)
    if small:
        s.script("_", "".join(SUBS[c] for c in small[0]))
        s.at = small.end()
        return True
    if s.char() != "_":
        return False
    s.at += 1
    braced = s.match(_BRACED)
    if braced and braced[1] not in s.spelled:  # W_{nk}, whatever n and k are
        s.script("_", braced[1])
        s.at = braced.end()
        return True
    if s.char() in ("{", "("):
        return s.entered(s.at + 1, "}", "_", "{")
    run = _INDICES.match(s.text, s.at)
    if not run:
        s.fail("an index is missing here")
        return False
    s.script("_", run[0])
    s.at = run.end()
    return True


def root(s: Scan) -> bool:
    """√(x² + 1), √d, √2."""
    if s.char() != "√":
        return False
    word = r"\operatorname{sqrt}"
    s.took(s.at + 1, word)
    s.skip()
    if s.char() == "(" or not (alone := s.match(_ROOTED)):
        return True
    return s.took(alone.end(), "(", *s.inner(alone[0]), ")")


def half(s: Scan) -> bool:
    """½, where no number stands before it: 2½ is no product."""
    if s.char() not in FRACTIONS or s.text[s.at - 1 : s.at].isdigit():
        return False
    return s.took(s.at + 1, FRACTIONS[s.char()])


def number(s: Scan) -> bool:
    """2, 0.5, 0,5; 1[x > 0] and 1_n."""
    ones = s.match(_ONES)
    if ones:  # 11'
        return s.took(ones.end(), *(r"\mathbf{1}",) * len(ones[0]))
    if s.char() in ONES or (s.char() == "1" and re.match(r"[_\[{ₙ]", s.char(1))):
        s.put(r"\mathbf{1}")
        s.at += 1
        if s.char() == "{":
            s.put("(")
            s.open.append((")", ()))
            s.at += 1
        return True
    if "e" not in s.spelled and (tenth := s.match(_POWER_OF_TEN)):
        return s.took(tenth.end(), digits(tenth[0]))
    inner = s.open[-1][0] if s.open else ""
    found = s.match(_COMMA) if inner != "," and not listing(s) else None
    found = found or s.match(_NUMBER)
    if not found:
        return False
    if len(found[0]) > 400:
        raise LimitError("more than 400 digits in one number", where="formula")
    return s.took(found.end(), found[0].replace(",", "."))


def digits(text: str) -> str:
    """1e-13 with all its zeros. Errors: `LimitError` where they are too many."""
    value = Decimal(text)
    if abs(value.adjusted()) > LIMITS.digits - 30:
        raise LimitError("a power of ten is too large", where="formula")
    return format(value, "f")


def listing(s: Scan) -> bool:
    """Whether a comma here separates: in code, an index, a matrix, or the arguments of a function of two."""
    if not s.open:
        return False
    if s.numpy:
        return True
    return s.open[-1][0] in ("}", "]", r"\end{bmatrix}") or s.callers.get(len(s.open)) in SEVERAL


def sign(s: Scan) -> bool:
    found = s.match(_SIGN)
    if not found or (found[0] == ":" and not listing(s)):
        return False
    typed = "|" if found[0] == "||" and s.bars % 2 else found[0]  # |u||v| is two lengths
    s.bars += typed == "|"
    after = r"\oslash" if typed == "/" and s.divided() else SIGNS[typed]
    s.slashes |= {len(s.tokens)} if typed == "./" else set()
    return s.took(s.at + len(typed), *((after,) if after else ()))


def bracket(s: Scan) -> bool:
    """Brackets; (Z > 0) is an indicator."""
    c = s.char()
    if c in ("(", "[", "{"):
        if len(s.open) >= LIMITS.nesting:
            raise LimitError(f"more than {LIMITS.nesting} brackets inside brackets", where="formula")
        inside = s.text[s.at + 1 : s.pairs.get(s.at, len(s.text))]
        lead = bool(s.tokens) and s.tokens[-1] in (r"\mathbf{1}", r"\sum", "_")
        top = flat(inside)
        related = (_RELATION.search(top) or (c == "[" and "=" in top)) and not _CASES.search(top)
        called = bool(s.tokens) and s.tokens[-1].startswith(r"\operatorname")
        s.put(*("(",) * bool(related and called), *(r"\mathbf{1}",) * bool(related and not lead), "(")
        s.open.append((")", (")",) * bool(related and called)))
        if len(s.tokens) > 1:
            s.callers[len(s.open)] = s.tokens[-2]
    elif c in (")", "]", "}"):
        if not s.open:
            s.fail(f"{c!r} closes nothing")
        s.callers.pop(len(s.open), None)
        close, more = s.open.pop()
        s.put(close, *more)
    else:
        return False
    s.at += 1
    return True
