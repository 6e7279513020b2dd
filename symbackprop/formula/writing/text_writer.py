"""Plain text in Unicode: one table. It is for terminals and mail; nothing reads it back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from symbackprop.formula.function_spelling import NORMS
from symbackprop.formula.tree import (
    ONE, Array, At, Call, Commutation, Decimal, Eye, Floor, Formula, HPower, Hadamard, Indicator,
    Kron, KroneckerDelta, Minus, Nabla, Name, Number, Ones, Oslash, Over, Partial, Plus, Power,
    Product, Sized, Span, Sum, Times, Transpose, Unit, Zeros,
)  # fmt: skip
from symbackprop.formula.writing.walk import (
    ANY, ATOM, BIG, FACTOR, HADAMARD, INVERTED, KRON, MINUS, PLUS, SUBBED, SUPPED, TIMES, Language,
    Piece, Row, plain_letter, write,
)  # fmt: skip

Pieces = Sequence[Piece]

# a small ᵀ is the transpose; the letter T as a power stays x^T
_SUP = dict(
    zip(
        "0123456789+-=()abcdefghijklmnoprstuvwxyz′ᵀABDEGHIJKLMNOPRUVW",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ′ᵀᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵁⱽᵂ",
        strict=True,
    )
)
_SUB = dict(
    zip(
        "0123456789+-=()aehijklmnoprstuvxβγρφχ",
        "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
        strict=True,
    )
)
SMALL_SUBS, SMALL_SUPS = ({v: k for k, v in small.items()} for small in (_SUB, _SUP))
_GREEK = frozenset({
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda",
    "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
    "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega",
})  # fmt: skip
_ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304", "tilde": "\u0303",
    "widetilde": "\u0303", "dot": "\u0307", "ddot": "\u0308", "vec": "\u20d7", "check": "\u030c",
    "breve": "\u0306", "underline": "\u0332",
}  # fmt: skip
_SIGNS = {
    "prime": "′", "top": "ᵀ", "ell": "ℓ", "partial": "∂", "nabla": "∇", "star": "*", "ast": "*",
    "infty": "∞", "cdot": "·", "times": "×", "odot": "⊙", "varepsilon": "ε", "vartheta": "ϑ",
    "varphi": "φ", "dagger": "†",
}  # fmt: skip
_TEX = re.compile(r"\\([A-Za-z]+)|\\(.)")
_RELATIONS = {"<": "<", ">": ">", "<=": "≤", ">=": "≥", "=": "=", "!=": "≠"}
_FUNCTIONS = {"sigmoid": "σ", "relu": "ReLU", "trace": "tr"}


def text(formula: Formula) -> str:
    """The formula in plain Unicode text."""
    return write(formula, TEXT)


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
        if name in _ACCENTS:
            marks.append(_ACCENTS[name])
            continue
        sign = _sign(name) if name else match[2].strip(",;:! ")
        shown += sign + ("".join(marks) if sign else "")
        marks = [] if sign else marks
    return unicodedata.normalize("NFC", shown)


def _sign(command: str) -> str:
    """The sign of a command; a font has none, and what is unknown shows its name."""
    if command in _GREEK:
        case = "CAPITAL" if command[0].isupper() else "SMALL"
        name = "LAMDA" if command.lower() == "lambda" else command.upper()
        return unicodedata.lookup(f"GREEK {case} LETTER {name}")
    if command.startswith(("math", "text", "bm", "bold", "operatorname")):
        return ""
    return _SIGNS.get(command, command)


def attach(p: Piece) -> str:
    """A piece with its scripts, in small letters where Unicode has them."""
    return p.core + _script(p.sub, _SUB, "_") + _script(p.sup, _SUP, "^") + p.tail


def _script(content: str, small: dict[str, str], sign: str) -> str:
    tight = content.replace(" + ", "+").replace(" - ", "-").replace(" ", "").replace("−", "-")
    if all(character in small for character in tight):
        return "".join(small[character] for character in tight)
    if len(tight) == 1 or (tight.startswith("(") and tight.endswith(")")):
        return sign + tight
    return f"{sign}({tight})"


def _flat(p: Piece) -> Piece:
    return replace(p, core=attach(p), sup="", sub="", tail="") if p.tail else p


def _name(node: Name, _: Pieces) -> Piece:
    level = SUPPED if node.sup else ATOM
    return Piece(plain(node.base), plain(node.sup), plain(node.sub), level=level)


def _at(node: At, parts: Pieces) -> Piece:
    p = _flat(parts[0])
    sub = _indices(node.indices, parts[1:])
    return replace(p, sub=f"{p.sub},{sub}" if p.sub else sub, level=SUPPED if p.sup else ATOM)


def _indices(nodes: Sequence[Formula], parts: Pieces) -> str:
    close = all(map(plain_letter, nodes)) and Name("t") not in nodes
    return ("" if close else ",").join(map(attach, parts))


def _plus(node: Plus, parts: Pieces) -> str:
    signs = ["−" if isinstance(t, Minus) else "+" for t in node.terms]
    lead = "−" if signs[0] == "−" else ""
    rest = (f" {s} {attach(p)}" for s, p in zip(signs[1:], parts[1:], strict=True))
    return lead + attach(parts[0]) + "".join(rest)


def _times(node: Times, parts: Pieces) -> str:
    shown = attach(parts[0])
    for right, p in zip(node.factors[1:], parts[1:], strict=True):
        number = isinstance(right, Number | Decimal | Power | Zeros)
        shown += (" · " if number and attach(p)[0].isdigit() else " ") + attach(p)
    return shown


def _transpose(_: Transpose, parts: Pieces) -> Piece:
    p = _flat(parts[0])
    if p.level == INVERTED:
        return replace(p, sup="-ᵀ", level=FACTOR)
    return replace(p, sup=p.sup + "ᵀ", level=FACTOR)


def _power(node: Power | HPower, parts: Pieces) -> Piece:
    if isinstance(node, Power) and node.exponent == Minus(ONE) and not parts[0].tail:
        return replace(parts[0], sup="-1", level=INVERTED)
    return replace(_flat(parts[0]), sup=attach(parts[1]), level=FACTOR)


def _call(node: Call, parts: Pieces) -> Piece:
    inside = ", ".join(map(attach, parts))
    if node.function == "abs" and len(parts) == 1:
        return Piece(f"|{inside}|")
    if node.function in NORMS and len(parts) == 1:
        return Piece(f"‖{inside}‖", tail=_script(NORMS[node.function], _SUB, "_"))
    name = _FUNCTIONS.get(node.function, node.function)
    return Piece(name + "′" * node.primes, tail=f"({inside})")


def _indicator(node: Indicator, parts: Pieces) -> Piece:
    inside = f"{attach(parts[0])} {_RELATIONS[node.relation]} {attach(parts[1])}"
    return Piece("𝟏", tail=f"({inside})")


def _big(sign: str, _: Sum | Product, parts: Pieces) -> str:
    index, low, high, body = map(attach, parts)
    return f"{sign}[{index} = {low}…{high}] {body}"


def _array(node: Array, parts: Pieces) -> Piece:
    cells = iter(parts)
    rows = (", ".join(attach(next(cells)) for _ in row) for row in node.rows)
    return Piece(f"[{'; '.join(rows)}]")


def _sized(_: Sized, parts: Pieces) -> str:
    return f"{attach(parts[0])}⟨{'×'.join(map(attach, parts[1:]))}⟩"


def _partial(_: Partial, parts: Pieces) -> str:
    return f"∂{attach(parts[0])}/∂{attach(parts[1])}"


def _nabla(_: Nabla, parts: Pieces) -> str:
    return f"{attach(Piece('∇', sub=attach(parts[1])))} {attach(parts[0])}"


def _digits(node: Number | Decimal, _: Pieces) -> str:
    return node.digits if isinstance(node, Decimal) else str(node.value)


def _chain(sign: str, _: Formula, parts: Pieces) -> str:
    return sign.join(map(attach, parts))


def _subscripted(core: str, sign: str, _: Formula, parts: Pieces) -> Piece:
    return Piece(core, sub=sign.join(map(attach, parts)), level=SUBBED)


def _eye(node: Eye, parts: Pieces) -> Piece:
    return _subscripted("I" if node.letter == "I" else "𝐈", "", node, parts)


def _delta(node: KroneckerDelta, parts: Pieces) -> Piece:
    return Piece("δ", sub=_indices((node.left, node.right), parts), level=SUBBED)


ROWS = {
    Number:         Row(ATOM,     (ANY,),         _digits),
    Decimal:        Row(ATOM,     (ANY,),         _digits),
    Name:           Row(ATOM,     (ANY,),         _name),
    At:             Row(ATOM,     (SUPPED, ANY),  _at),
    Plus:           Row(PLUS,     (HADAMARD,),    _plus),
    Minus:          Row(MINUS,    (HADAMARD,),    lambda _, parts: "−" + attach(parts[0])),
    Times:          Row(TIMES,    (FACTOR,),      _times, last=BIG),
    Hadamard:       Row(HADAMARD, (FACTOR,),      partial(_chain, " ⊙ ")),
    Oslash:         Row(HADAMARD, (FACTOR,),      partial(_chain, " ⊘ ")),
    Kron:           Row(KRON,     (FACTOR,),      partial(_chain, " ⊗ ")),
    Over:           Row(TIMES,    (FACTOR,),      partial(_chain, "/")),
    Power:          Row(FACTOR,   (ATOM, ANY),    _power),
    HPower:         Row(FACTOR,   (ATOM, ANY),    _power),
    Transpose:      Row(FACTOR,   (INVERTED,),    _transpose),
    Call:           Row(ATOM,     (ANY,),         _call),
    Floor:          Row(ATOM,     (ANY,),         lambda _, parts: f"⌊{attach(parts[0])}⌋"),
    Indicator:      Row(ATOM,     (ANY,),         _indicator),
    Ones:           Row(SUBBED,   (ANY,),         partial(_subscripted, "𝟏", "")),
    Eye:            Row(SUBBED,   (ANY,),         _eye),
    Unit:           Row(SUBBED,   (ANY,),         partial(_subscripted, "e", "")),
    Zeros:          Row(SUBBED,   (ANY,),         partial(_subscripted, "0", "×")),
    Commutation:    Row(SUBBED,   (ANY,),         partial(_subscripted, "K", ",")),
    KroneckerDelta: Row(SUBBED,   (ANY,),         _delta),
    Partial:        Row(FACTOR,   (SUBBED,),      _partial),
    Nabla:          Row(FACTOR,   (SUBBED, ANY),  _nabla),
    Sum:            Row(BIG,      (ANY, ANY, ANY, TIMES), partial(_big, "Σ")),
    Product:        Row(BIG,      (ANY, ANY, ANY, TIMES), partial(_big, "Π")),
    Span:           Row(ANY,      (ANY,),         lambda _, parts: ":".join(map(attach, parts))),
    Array:          Row(ATOM,     (ANY,),         _array),
    Sized:          Row(FACTOR,   (ANY,),         _sized),
}  # fmt: skip

TEXT = Language(ROWS, attach)
