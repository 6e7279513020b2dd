"""Plain text in Unicode: one table. It is for terminals and mail; nothing reads it back."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from functools import partial

from symbackprop.formula.function_spelling import NORMS
from symbackprop.formula.tree import (
    Array, Braced, Call, Commutation, Eye, Floor, Formula, HPower, Hadamard, IndexRange, Indicator, Kron,
    KroneckerDelta, Mark, Minus, Nabla, Ones, Oslash, Over, Partial, Power, Product, Sized, Sum, SumOver,
    Transpose, Unit, Zeros,
)  # fmt: skip
from symbackprop.formula.writing.spelling import (
    ANY, FACTOR, HADAMARD, SUBBED, Language, Piece, Pieces, Row, chain, drawn, flat, grid, index_range,
    indicator, inverted, kronecker, script, sized, spelled_rows, starts_with_digit, sum_over, transpose,
    write,
)  # fmt: skip

# a small ᵀ is the transpose; the letter T as a power stays x^T
SUPERSCRIPTS = dict(
    zip(
        "0123456789+-=()abcdefghijklmnoprstuvwxyz′ᵀABDEGHIJKLMNOPRUVW",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ′ᵀᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵁⱽᵂ",
        strict=True,
    )
)
SUBSCRIPTS = dict(
    zip("0123456789+-=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True)
)
SMALL_SUBS, SMALL_SUPS = ({v: k for k, v in small.items()} for small in (SUBSCRIPTS, SUPERSCRIPTS))
ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304", "tilde": "\u0303",
    "widetilde": "\u0303", "dot": "\u0307", "ddot": "\u0308", "vec": "\u20d7", "check": "\u030c",
    "breve": "\u0306", "underline": "\u0332",
}  # fmt: skip
_SIGNS = {
    "prime": "′", "top": "ᵀ", "ell": "ℓ", "partial": "∂", "nabla": "∇", "star": "*", "ast": "*",
    "infty": "∞", "cdot": "·", "times": "×", "odot": "⊙", "oslash": "⊘", "otimes": "⊗",
    "varepsilon": "ε", "vartheta": "ϑ",
    "varphi": "φ", "dagger": "†",
}  # fmt: skip
_TEX = re.compile(r"\\([A-Za-z]+)|\\(.)")
_FIRST = re.compile(r".[\u0300-\u036f]*")  # a character and what stands above it
_BRACKETED = re.compile(r"\([^()]*\)")  # as the superscript of W^{(2)}
_FUNCTIONS = {"sigmoid": "σ", "relu": "ReLU", "trace": "tr"}


def text(formula: Formula, point: str = ".") -> str:
    """The formula in plain Unicode text; `point` is what decimals have, a point or a comma."""
    return write(formula, TEXT if point == "." else replace(TEXT, point=point))


def plain(tex: str) -> str:
    """The letters a piece of TeX shows: \\delta c is δc, \\hat y is ŷ, \\mathrm{loss} is loss."""
    marks: list[str] = []
    shown = ""
    place = 0
    while place < len(tex):
        match = _TEX.match(tex, place)
        if match is None:
            character, place = tex[place], place + 1
            if character in "{} ":
                continue
            shown += character + "".join(marks)
            marks = []
            continue
        place = match.end()
        name = match[1] or ""
        if name in ACCENTS:
            marks.append(ACCENTS[name])
            continue
        sign = _sign(name) if name else match[2].strip(",;:! ")
        shown += sign + ("".join(marks) if sign else "")
        marks = [] if sign else marks
    return unicodedata.normalize("NFC", shown)


def _marked(mark: Mark, letter: str) -> str:
    """δ before a letter, or an accent on its first character."""
    if mark is Mark.DELTA:
        return "δ" + letter
    accented = _FIRST.sub(rf"\g<0>{ACCENTS[mark.value]}", letter, count=1)
    return unicodedata.normalize("NFC", accented)


def _sign(command: str) -> str:
    """The sign of a command; a font has none, and what is unknown shows its name."""
    if command.startswith(("math", "text", "bm", "bold", "operatorname")):
        return ""
    case = "CAPITAL" if command[0].isupper() else "SMALL"
    name = "LAMDA" if command.lower() == "lambda" else command.upper()
    try:
        return _SIGNS.get(command) or unicodedata.lookup(f"GREEK {case} LETTER {name}")
    except KeyError:
        return command


def attach(p: Piece) -> str:
    """A piece with its scripts, in small letters where Unicode has them."""
    return p.core + small_script(p.sub, SUBSCRIPTS, "_") + small_script(p.sup, SUPERSCRIPTS, "^") + p.tail


def small_script(content: str, small: dict[str, str], sign: str) -> str:
    tight = content.replace(" + ", "+").replace(" - ", "-").replace(" ", "").replace("−", "-")
    if all(character in small for character in tight):
        return "".join(small[character] for character in tight)
    if len(tight) == 1 or _BRACKETED.fullmatch(tight.removesuffix("ᵀ")):
        return sign + tight
    return f"{sign}({tight})"


def _power(node: Power | HPower, parts: Pieces, language: Language) -> Piece:
    exponent = attach(parts[1])
    return inverted(node, parts[0]) or replace(flat(parts[0], language), sup=exponent, level=FACTOR)


def _eye(node: Eye, parts: Pieces, language: Language) -> Piece:
    return Piece("I" if node.letter == "I" else "𝐈", sub=attach(parts[0]), level=SUBBED)


def _norm(mark: str, _: Call, p: Piece, language: Language) -> Piece:
    return Piece(f"‖{attach(p)}‖", tail=small_script(mark, SUBSCRIPTS, "_"))


ROWS = spelled_rows({
    Minus:          "−$0",
    Hadamard:       chain(" ⊙ "),
    Oslash:         chain(" ⊘ "),
    Kron:           chain(" ⊗ "),
    Over:           "$0/$1",
    Power:          _power,
    HPower:         _power,
    Transpose:      transpose("ᵀ"),
    Floor:          "⌊$0⌋",
    Indicator:      indicator("𝟏", {"<": "<", ">": ">", "<=": "≤", ">=": "≥", "=": "=", "!=": "≠"}),
    Ones:           script("𝟏"),
    Eye:            _eye,
    Unit:           script("e"),
    Zeros:          script("0", "$0×$1"),
    Commutation:    script("K", "$0,$1"),
    KroneckerDelta: kronecker,
    Partial:        "∂$0/∂$1",
    Nabla:          lambda _, parts, __: f"{attach(Piece('∇', sub=attach(parts[1])))} {attach(parts[0])}",
    Sum:            "Σ[$0 = $1…$2] $3",
    Product:        "Π[$0 = $1…$2] $3",
    Array:          grid("[", ", ", "; ", "]"),
    Braced:         "$0⟨via $1⟩",
    Sized:          sized("", "⟨", "×", "⟩"),
    IndexRange:     index_range(" ∈ {", "…", "}"),
    SumOver:        sum_over("Σ[", "…", "] ", " ∈ {", "}"),
}, Braced=Row(FACTOR, (HADAMARD, ANY)))  # fmt: skip

TEXT = Language(
    ROWS, attach, letters=plain, mark=_marked, minus="−",
    index=lambda node, shown, alone: shown,
    gap=lambda left, right: " · " if starts_with_digit(right) else " ",
    function=lambda name, primes: _FUNCTIONS.get(name, name) + "′" * primes,
    drawn={"abs": drawn("|$0|"), **{name: partial(_norm, mark) for name, mark in NORMS.items()}},
)  # fmt: skip
