"""Text a user wrote becomes text TeX prints: no character of it is ever read as a command.

The output needs `preamble()`: it speaks `\\sbR`, `\\sbcheck`, `\\sbsplit`, T1 letters and amsmath.
"""

from __future__ import annotations

import unicodedata

_BREAK = r"{\sbsplit}"  # keeps two characters from joining into one

_ASCII = {
    "\\": r"{\textbackslash}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"{\textasciicircum}",
    "~": r"{\textasciitilde}",
    "<": r"{\textless}",
    ">": r"{\textgreater}",
    "|": r"{\textbar}",
    '"': r"{\textquotedbl}",
    "'": r"{\textquoteright}",
    "`": r"{\textquoteleft}",
    "[": "{[}",  # after \\ or \item a bare one would open an option
    "]": "{]}",
    "*": "{*}",  # after \\ a bare one would be a switch
    "=": "{=}",  # in an option list a bare one would part a key from its value
}
_JOIN = "-,"  # `--` would print a dash, `,,` a quotation mark

_T1 = frozenset(  # letters and marks the T1 fonts have as one glyph
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ"
    "ĂăĄąĆćČčĎďĐđĘęĚěĞğİıĹĺĽľŁłŃńŇňŊŋŐőŒœŔŕŘřŚśŞşŠšŢţŤťŮůŰűŸŹźŻżŽž"
    "¡¿«»§£–—‘’‚“”„‹›…"
)

_ACCENTS = {  # combining mark: the TeX accent
    "\u0300": r"\`",
    "\u0301": r"\'",
    "\u0302": r"\^",
    "\u0303": r"\~",
    "\u0304": r"\=",
    "\u0306": r"\u",
    "\u0307": r"\.",
    "\u0308": r"\"",
    "\u030a": r"\r",
    "\u030b": r"\H",
    "\u030c": r"\v",
    "\u0323": r"\d",
    "\u0327": r"\c",
    "\u0331": r"\b",
}
_CEDILLA = "gklnr"  # beside ç, ş, ţ the letters every engine's fonts join to one


_TEXT = {  # other characters that stand in text
    "\u00a0": "~",
    "\u00ad": r"\-",
    "\u2009": r"\,",
    "\u202f": r"\,",
    "\u2010": "-",
    "\u2011": r"\mbox{-}",
    "\u2044": "/",
    "\u2212": r"\ensuremath{-}",
    "¢": r"{\textcent}",
    "¤": r"{\textcurrency}",
    "¥": r"{\textyen}",
    "¦": r"{\textbrokenbar}",
    "©": r"{\textcopyright}",
    "®": r"{\textregistered}",
    "™": r"{\texttrademark}",
    "°": r"{\textdegree}",
    "¶": r"{\textparagraph}",
    "†": r"{\textdagger}",
    "‡": r"{\textdaggerdbl}",
    "•": r"{\textbullet}",
    "‰": r"{\textperthousand}",
    "€": r"{\texteuro}",
    "ª": r"\textsuperscript{a}",
    "º": r"\textsuperscript{o}",
    "✓": r"{\sbcheck}",
    "✔": r"{\sbcheck}",
}

_PAIRS = tuple(  # a sign, and the command of mathematics that prints it
    zip(
        "αβγδϵεζηθϑικλμνξοπϖρϱςστυϕφχψωΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩµ"
        "×÷±∓·⋅∂∇∆∑∏∫√∞≤≥≠≈≃≅≡∼∝∈∉∋⊂⊆⊃⊇∪∩∅∀∃¬∧∨⊙⊗⊕⊖∘∗⋆‖∥∣⟨⟩←→↑↓↔⇐⇒⇔↦⋯⋮⋱⊤⊥ℓℜℑ⌊⌋⌈⌉∖′≪≫✗✘",
        r"""\alpha \beta \gamma \delta \epsilon \varepsilon \zeta \eta \theta \vartheta \iota \kappa
        \lambda \mu \nu \xi o \pi \varpi \rho \varrho \varsigma \sigma \tau \upsilon \phi \varphi
        \chi \psi \omega \mathrm{A} \mathrm{B} \Gamma \Delta \mathrm{E} \mathrm{Z} \mathrm{H} \Theta
        \mathrm{I} \mathrm{K} \Lambda \mathrm{M} \mathrm{N} \Xi \mathrm{O} \Pi \mathrm{P} \Sigma
        \mathrm{T} \Upsilon \Phi \mathrm{X} \Psi \Omega \mu
        \times \div \pm \mp \cdot \cdot \partial \nabla \Delta \sum \prod \int \surd \infty \leq
        \geq \neq \approx \simeq \cong \equiv \sim \propto \in \notin \ni \subset \subseteq \supset
        \supseteq \cup \cap \emptyset \forall \exists \neg \wedge \vee \odot \otimes \oplus \ominus
        \circ \ast \star \| \parallel \mid \langle \rangle \leftarrow \rightarrow \uparrow
        \downarrow \leftrightarrow \Leftarrow \Rightarrow \Leftrightarrow \mapsto \cdots \vdots
        \ddots \top \bot \ell \Re \Im \lfloor \rfloor \lceil \rceil \setminus {}' \ll \gg \times
        \times""".replace("{}'", r"\prime").split(),
        strict=True,
    )
)
SIGNS = {command: sign for sign, command in reversed(_PAIRS)}  # a command's sign: the first that has it
_MATHS = {sign: rf"\ensuremath{{{command}}}" for sign, command in _PAIRS} | {"ℝ": r"{\sbR}"}

_KNOWN = _ASCII | _TEXT | _MATHS


def escape(text: str) -> str:
    """Inert TeX that prints `text`; a character no TeX font here has prints as U+ and its number."""
    composed = unicodedata.normalize("NFC", text)
    out: list[str] = []
    before = ""
    for char in composed:
        if char == before and char in _JOIN:
            out.append(_BREAK)
        out.append(_one(char))
        before = char
    return "".join(out)


def _one(char: str) -> str:
    """TeX for one character."""
    if char in _KNOWN:
        return _KNOWN[char]
    if " " <= char <= "~" or char in _T1:
        return char
    if char in "\t\n\v\f\r\x85\u2028\u2029" or unicodedata.category(char) == "Zs":
        return " "
    return _accented(char) or _compatible(char) or _number(char)


def _accented(char: str) -> str:
    """A Latin letter under its accents, or nothing."""
    base, *marks = unicodedata.normalize("NFD", char)
    if not marks or not (base.isascii() and base.isalpha()):
        return ""
    if not all(mark in _ACCENTS for mark in marks):
        return ""
    if "\u0327" in marks and base.lower() not in _CEDILLA:
        return ""
    tex = {"i": r"\i", "j": r"\j"}.get(base, base) if _above(marks[0]) else base
    for mark in marks:
        tex = f"{_ACCENTS[mark]}{{{tex}}}"
    return f"{{{tex}}}"


def _above(mark: str) -> bool:
    """The mark stands where the dot of an i would be."""
    return unicodedata.combining(mark) == 230


def _compatible(char: str) -> str:
    """What Unicode calls the same character in another dress: ﬁ, ½, ², 𝑥; or nothing."""
    kind, _, _ = unicodedata.decomposition(char).partition(" ")
    plain = unicodedata.normalize("NFKC", char)
    if not kind.startswith("<") or not all(_is_plain(c) for c in plain):
        return ""
    tex = "".join(map(_one, plain))
    dress = {"<super>": r"\textsuperscript", "<sub>": r"\textsubscript"}.get(kind, "")
    return f"{dress}{{{tex}}}"


def _is_plain(char: str) -> bool:
    """A character that prints without another change of dress."""
    return char in _KNOWN or char in _T1 or " " <= char <= "~"


def _number(char: str) -> str:
    """A placeholder that shows which character stood here."""
    return rf"\texttt{{U+{ord(char):04X}}}\allowbreak{{}}"
