r"""Tokens of TeX turned into the words of the grammar: names and functions found in the table.

What a script means depends on the table (`W^{(2)}` is a name, `x^{2}` a power), so
scripts are sorted out here, structurally, and reach the grammar in one order: indices, then powers.
Nothing recurses: pieces still to be read wait on a stack.
"""

from __future__ import annotations

from symbackprop.errors import FormulaError
from symbackprop.formula.reading.grammar_words import (
    SCRIPTS, TOPS, Range, Reader, Scripts, Word, Work,
)  # fmt: skip
from symbackprop.formula.reading.name_table import Key, NameTable
from symbackprop.formula.reading.sum_signs import bound_key, cut_conditions, open_letters
from symbackprop.formula.reading.tex_commands import COMMANDS, OTHERS, bracket
from symbackprop.formula.reading.tex_tokens import ACCENTS, LIMITS, Source
from symbackprop.formula.tree import Name

_SIMPLE = {
    "+": "_PLUS", "-": "_MINUS", r"\odot": "ODOT", r"\oslash": "OSLASH", r"\cdot": "CDOT",
    r"\times": "CDOT", "@": "CDOT", "*": "CDOT", r"\otimes": "_OTIMES",
    "/": "_SLASH", "(": "_LPAR", ")": "_RPAR", "[": "_LSQR", "]": "_RSQR",
    ":": "COLON", "{": "_LBRACE", "}": "_RBRACE", ",": "_COMMA", "&": "_CELL", "\\\\": "_NEWROW",
    r"\partial": "PARTIAL", "⟪": "_LABS", "⟫": "_RABS", r"\lvert": "_LABS", r"\rvert": "_RABS",
    r"\lfloor": "_LFLOOR", r"\rfloor": "_RFLOOR",
}  # fmt: skip
_CLOSERS = frozenset({"_RPAR", "_RSQR", "_RBRACE", "_RABS", "_RFLOOR"})
_ENDED = frozenset({"NAME", "_CLOSE", "TOP"})
_OPENED = frozenset({"FUNCTION", "APPLY", "RAISE", "INDICATOR", "_BODY", "OF", "RELATION", "BEGIN",
                     "ACROSS"})  # fmt: skip
_OPERANDS = _ENDED | _CLOSERS | {"NUMBER", "END"}
_INDEXED = frozenset({"index", "listed", "affine"})
_BOLD = r"\mathbf{"


def lex(source: Source, table: NameTable) -> list[Word]:
    """The words of a formula."""
    return _Lexer(source, table).words()


class _Lexer(Reader):
    """One pass over one formula; letters bound by its sums join the table for this formula only."""

    def __init__(self, source: Source, table: NameTable) -> None:
        super().__init__(source, table)
        self.out: list[Word] = []
        self.bars = 0
        self.bound = self._bound_names()
        self.longest_sub = max([table.longest_sub, *(len(sub) for _, _, sub in self.bound)])
        self.bound_reach = {base[0]: len(base) for base, _, _ in self.bound}

    def words(self) -> list[Word]:
        """All words, in the order of the grammar."""
        work: Work = [Range(0, len(self.tokens))]
        while work:
            item = work.pop()
            if isinstance(item, Word):
                self.out.append(item)
            else:
                work.extend(reversed(self._step(item)))
        return self.out

    def _step(self, item: Range) -> Work:
        """What the tokens of a range begin with, and the rest of the range."""
        at, end, mode, tokens = item.start, item.end, item.mode, self.tokens
        while at < end:
            token = tokens[at]
            kind = self._bar() if token == "|" else _SIMPLE.get(token)
            if token == "[" and not self._called() and (found := bracket(self, at, end)):
                return [*found[0], Range(found[1], end, mode)]
            if kind is None:
                self._separate(mode, at)
                return self._item(at, end, mode)
            if token == "{" and mode in _INDEXED:
                inside, at = self.argument(at, end)
                work, stop = self.scripted(at, end)
                return [*self.group(inside), *work, Range(stop, end, mode)]
            kind = "SEP" if mode == "size" and token == r"\times" else kind
            if kind in ("_LABS", "_RABS"):
                self.bars += 1 if kind == "_LABS" else -1
                self.source.within(at, self.bars, LIMITS.nesting, "bars inside bars")
            self.out.append(Word(kind, token, at))
            at += 1
            if kind in _CLOSERS and at < end and tokens[at] in SCRIPTS:
                work, stop = self.scripted(at, end)
                return [*work, Range(stop, end, mode)]
        return []

    def _called(self) -> bool:
        """Whether what was read last takes the bracket that follows as its own."""
        return bool(self.out) and self.out[-1].type in ("FUNCTION", "APPLY", "INDICATOR")

    def _separate(self, mode: str, at: int) -> None:
        """Two letters in a row in a subscript are two indices, never a product."""
        if mode not in _INDEXED:
            return
        last = self.out[-1]
        number = last.type == "NUMBER"
        if mode == "affine" and (last.type in _ENDED or (number and last.value == "1")):
            raise self.source.fail(at, "indices run together", hint="Put commas between them.")
        if last.type in _ENDED or (number and mode == "index"):
            self.out.append(Word("_COMMA", None, at))

    def _bar(self) -> str:
        """A bare | closes an open one if something stands before it, else it opens."""
        closes = self.bars > 0 and self.out[-1].type in _OPERANDS
        return "_RABS" if closes else "_LABS"

    def _item(self, at: int, end: int, mode: str) -> Work:
        found = self._named(at, end) or self._other(at, end) or self._plain(at, end)
        if found is None:
            raise self._unknown(at, end)
        work, stop = found
        last = work[-1] if work else None
        opens = isinstance(last, Word) and last.type in _OPENED
        if stop < end and self.tokens[stop] in SCRIPTS and not opens:
            more, stop = self.scripted(stop, end)
            work = work + more
        return [*work, Range(stop, end, mode)]

    def _other(self, at: int, end: int) -> tuple[Work, int] | None:
        row = COMMANDS.get(self.tokens[at])
        if row is not None:
            return row(self, at, end)
        for other in OTHERS:
            if found := other(self, at, end):
                return found
        return None

    # names ------------------------------------------------------------------------------------

    def _bound_names(self) -> dict[tuple[Key, Key, Key], Name]:
        r"""The letters bound by \sum_{k=…} and \prod_{k=…} anywhere in the formula."""
        found: dict[tuple[Key, Key, Key], Name] = {}
        for k, token in enumerate(self.tokens):
            if token in (r"\sum", r"\prod"):
                sub = cut_conditions(self, self.scripts(k + 1, len(self.tokens)))[0].sub
                if sub and "=" in self.inside(sub):
                    key, name = bound_key(self, sub)
                    found.setdefault(key, name)
                for letter in open_letters(self.inside(sub)):
                    found.setdefault(((letter,), (), ()), Name(letter))
        return found

    def _named(self, at: int, end: int) -> tuple[Work, int] | None:
        """A known name with its scripts, the longest letter first."""
        token = self.tokens[at]
        longest = max(self.table.reach.get(token, 0), self.bound_reach.get(token, 0))
        for length in range(min(longest, end - at), 0, -1):
            base = self.tokens[at : at + length]
            if found := self._resolved(base, at, at + length, end):
                return found
        return None

    def _plain(self, at: int, end: int) -> tuple[Work, int] | None:
        """A bold letter whose plain form is known, and the other way round."""
        token = self.tokens[at]
        other = token[len(_BOLD) : -1] if token.startswith(_BOLD) else _BOLD + token + "}"
        return self._resolved((other,), at, at + 1, end) if other in self.table.reach else None

    def _resolved(self, base: Key, at: int, after: int, end: int) -> tuple[Work, int] | None:
        """The longest known (letter, superscript, subscript), and what its scripts leave over."""
        s = self.scripts(after, end)
        sup = (r"\prime",) * s.primes + self.inside(s.sup)
        sub = self.inside(s.sub)
        if s.sup and not s.primes and sup[0] == "(" and ")" in sup:
            for length in _prefixes(sub, self.longest_sub):
                if name := self.table.stacks.get((base, sub[:length])):
                    return self._of_stack(name, at, s, sup.index(")"), length), s.end
        for cut in _cuts(sup):
            for length in _prefixes(sub, self.longest_sub):
                key = (base, sup[:cut], sub[:length])
                name = self.table.known.get(key) or self.bound.get(key)
                # a T after the superscript of a name is a transpose; after a power's digits it is not
                topped = name is not None and (cut in (0, len(sup)) or bool(name.sup))
                if name is not None and cut >= s.primes and topped:
                    return self._split(name, at, s, cut - s.primes, length), s.end
        return None

    def _split(self, name: Name, at: int, s: Scripts, cut: int, length: int) -> Work:
        work: Work = [Word("NAME", name, at)]
        if s.sub and s.sub.start + length < s.sub.end:
            work += self.indices(s.sub.start + length + bool(length), s.sub.end)
        if s.sup and s.sup.start + cut < s.sup.end:
            work += self.powers(Range(s.sup.start + cut, s.sup.end))
        return work

    def _of_stack(self, name: Name, at: int, s: Scripts, close: int, length: int) -> Work:
        r"""A matrix of a stack, Q^{(i)}, its entry Q^{(i)}_{jk}, or all of it, Q^{(\cdot)}."""
        assert s.sup
        start = s.sup.start + 1
        whole = self.tokens[start : s.sup.start + close] == (r"\cdot",)
        work: Work = [Word("NAME", name, at), *([] if whole else self.indices(start, s.sup.start + close))]
        return work + self._split(name, at, s, close + 1, length)[1:]

    def _unknown(self, at: int, end: int) -> FormulaError:
        """The error for a token nothing is known about."""
        token = self.tokens[at]
        if token in SCRIPTS:
            return self.source.fail(at, f"the script {token!r} stands on nothing")
        after = at + (2 if token in ACCENTS else 1)
        piece = self.source.piece(at, max(self.scripts(min(after, end), end).end, at + 1))
        what = f"{piece!r} is not a name known here" if token.strip("\\") else "a stray backslash"
        return self.source.fail(at, what, hint=self.table.near(piece))


def _cuts(sup: Key) -> list[int]:
    """Where the superscript of a name may end: before ⊤, before ⊙k, or it is all a power."""
    cuts = [len(sup)]
    if sup and (sup[-1] == r"\top" or sup[-1] in TOPS):
        cuts.append(len(sup) - 1)
    if r"\odot" in sup:
        cuts.append(sup.index(r"\odot"))
    primes = next((k for k, token in enumerate(sup) if token != r"\prime"), 0)
    return [*cuts, primes, 0]


def _prefixes(sub: Key, longest: int) -> list[int]:
    """Where the subscript of a name may end: everywhere before a comma, longest first."""
    commas = [k for k in range(min(len(sub) - 1, longest), 0, -1) if sub[k] == ","]
    return [len(sub), *commas, 0]
