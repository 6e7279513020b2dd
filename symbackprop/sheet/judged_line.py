"""A published line on a sheet: what was printed, what was found, why, and the form that holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from symbackprop.answers.asked.equality_chain import Verdict
from symbackprop.answers.verdicts.line_verdict import Line, judge
from symbackprop.catalogue.prose import Text
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Phrase
from symbackprop.errors import VerificationError
from symbackprop.formula import tree as no
from symbackprop.formula.tree import Formula
from symbackprop.page.printed_values import with_power
from symbackprop.page.page import Block, Claimed, Equations, Paragraph, Passage, Section
from symbackprop.sheet.exercise import Check, Derived, Stated, Version


@dataclass(frozen=True)
class Judged:
    """A line somebody printed, judged; `right` are lines that hold, verified like any other of the sheet.

    `expect` is the verdict that the author's words `why` explain; `at` are numbers for decimals in the line.
    Errors: `VerificationError` where the line gets another verdict.
    """

    about: Derived
    line: str
    expect: Verdict
    why: Text | None = None
    right: tuple[str, ...] = ()
    at: Mapping[str, object] | None = None

    @property
    def speaks(self) -> Derivation:
        return self.about.derivation

    @cached_property
    def found(self) -> Line:
        line = judge(self.speaks, self.line, at=self.at)
        if line.verdict != self.expect:
            raise VerificationError(f"expected to be {self.expect!r}, found {line.verdict!r}: {line.detail}",
                                    where=f"`{self.line}`")  # fmt: skip
        return line

    @cached_property
    def corrected(self) -> Stated:
        return Stated(self.about, self.right, at=self.at)

    def sections(self, version: Version) -> tuple[Section, ...]:
        claim = self.found.claim
        printed = Claimed(self.line, claim.sides if claim else (), claim.signs if claim else ())
        blocks: list[Block] = [printed]
        if version == "solution":
            blocks += [Paragraph(p) for p in finding(self.found)]
            mark = Phrase("finding.remark" if self.expect == "holds" else "finding.why")
            blocks += [Passage(self.why, mark)] if self.why else []
            if self.right:
                blocks.append(Equations(self.corrected.page.equations, Phrase("finding.right")))
        return (Section("judged", None, tuple(blocks)),)

    @property
    def checks(self) -> tuple[Check, ...]:
        """The line is judged here, so that verification refuses a verdict that was not expected."""
        judged = self.found
        return (Check(self.speaks, self.corrected.page),) if judged and self.right else ()


def finding(line: Line) -> list[Phrase]:
    """What was found about a line, in sentences."""
    said = [verdict(line)]
    said += [Phrase("finding.sign", (("n", line.sign),))] if chained(line) else []
    if line.verdict != "holds" and line.point:
        said.append(Phrase("finding.point", (("sizes", listed(map(equal_to, line.point))),)))
    return said


def chained(line: Line) -> bool:
    """Whether it has to be said which sign is meant."""
    return line.verdict != "holds" and line.claim is not None and len(line.claim.signs) > 1


FOUND: dict[Verdict, str] = {
    "holds": "finding.holds", "transposed": "finding.transposed", "false": "finding.false",
    "sizes": "finding.sizes", "unreadable": "finding.unreadable",
}  # fmt: skip


def verdict(line: Line) -> Phrase:
    """The verdict with both values or both sizes."""
    if line.values:
        both = tuple(zip(("left", "right"), map(written, line.values), strict=True))
        where = (("where", place(line)),) if line.letters or line.entry else ()
        if line.exact and not where:
            return Phrase("finding.value", both)
        return Phrase("finding.false_at" if where else "finding.false", (*both, *where))
    if pair := line.sizes or line.inside:
        both = tuple(zip(("left", "right"), map(sized, pair), strict=True))
        return Phrase("finding.inside" if line.inside else FOUND[line.verdict], both)
    return Phrase("finding.rounded" if line.detail == "rounded" else FOUND[line.verdict])


def place(line: Line) -> Phrase:
    """The letters and the entry at which both sides were compared."""
    entry = [f"({', '.join(map(str, line.entry))})"] if line.entry else []
    return listed([*map(equal_to, line.letters), *entry])


def equal_to(of: tuple[str, int]) -> Phrase:
    """A letter and its number."""
    return Phrase("finding.size", (("name", no.Name(of[0])), ("value", no.number(of[1]))))


def listed(items: Iterable[Phrase | str]) -> Phrase:
    """One after the other."""
    return Phrase("list", tuple((f"x{n}", x) for n, x in enumerate(items)))


def written(value: str) -> Formula | str:
    """A decimal as a formula, with its power of ten."""
    digits, _, power = value.removeprefix("-").partition("e")
    if power and digits.replace(".", "", 1).isdigit():
        size = with_power(no.Decimal(digits), int(power))
        return no.Minus(size) if value.startswith("-") else size
    if not digits.replace(".", "", 1).isdigit():
        return value
    size = no.Decimal(digits) if "." in digits else no.number(int(digits))
    return no.Minus(size) if value != digits else size


def sized(size: tuple[int, ...]) -> Phrase:
    """Rows and columns."""
    if not size:
        return Phrase("finding.scalar")
    return Phrase("size", tuple((f"s{k}", no.number(s)) for k, s in enumerate(size)))
