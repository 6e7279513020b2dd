"""A verdict as a value: what was found about an answer, and how it is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symbackprop.answers.asked.right_values import Bench
from symbackprop.answers.slips.counterexample import Counterexample
from symbackprop.answers.slips.declared_facts import facts
from symbackprop.answers.slips.literal_sizes import restored, spoken
from symbackprop.answers.slips.named_mistakes import named
from symbackprop.answers.slips.wrong_derivation import Mistake
from symbackprop.answers.typed.typed_answer import Typed
from symbackprop.answers.verdicts.formula_verdict import Found, Judge, Verdicts
from symbackprop.catalogue import phrase
from symbackprop.formula.writing.text_writer import text
from symbackprop.graph.domains import fact_sentence
from symbackprop.sizes import plain as plain_sizes


OWN_KEYS = {"nearly": "nearly", "start": "start"}  # what judging itself found


@dataclass(frozen=True)
class Verdict:
    """What was found about one answer.

    `mistakes` together explain the answer's values; none where nothing is wrong, or where it has no name.
    `because` are declared facts without which it would not be right, as (name, domain). `expected` is the
    size asked for, `sizes` the sizes at a point that do not fit. `notation` and `reading` say how the answer
    was understood where it could be understood in more than one way; by the names in `own` it means what it
    says of them, which they do not mean here; `aside` are remarks that were not judged. `agrees` is the last
    intermediate that agrees, where steps are given and no mistake explains the answer.
    """

    answer: str
    verdict: Verdicts
    mistakes: tuple[Mistake, ...] = ()
    expected: tuple[int | str, ...] = ()
    sizes: tuple[tuple[int, ...], ...] = ()
    counterexample: Counterexample | None = None
    notation: str = ""
    reading: tuple[str, ...] = ()
    detail: str = ""
    agrees: str = ""
    because: tuple[tuple[str, str], ...] = ()
    own: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return self.verdict == "correct"

    @property
    def mistake(self) -> str:
        """The key of the mistake; of two, both: 'factor+tanh'."""
        return "+".join(m.key for m in self.mistakes)

    def sentence(self, language: str = "en") -> str:
        """What was found, in one sentence for each mistake; how it was understood, in another."""
        said = [
            phrase(sentence_of(m, self.mistakes[:n]), language, **dict(m.gaps))
            for n, m in enumerate(self.mistakes)
        ]
        said = said or [phrase(f"answer.{self.verdict}", language)]
        said += [phrase("line.agrees", language, name=self.agrees)] if self.agrees else []
        if self.because:
            said_of = ((n, *fact_sentence(domain)) for n, domain in self.because)
            each = (phrase(key, language, name=n, **gaps) for n, key, gaps in said_of)
            said.append(phrase("answer.because", language, facts=", ".join(each)))
        if self.own:
            said.append(phrase("answer.own", language, names=", ".join(self.own)))
        if self.aside:
            said.append(phrase("answer.aside", language, remarks=", ".join(self.aside)))
        if self.reading and self.verdict != "unreadable":
            said.append(phrase("answer.reading", language, signs=", ".join(self.reading)))
        return " ".join(said)

    def as_dict(self) -> dict[str, object]:
        """Plain data for JSON."""
        c = self.counterexample
        return {
            "answer": self.answer, "verdict": self.verdict, "mistake": self.mistake,
            "sentence": {language: self.sentence(language) for language in ("en", "de")},
            "expected": [str(s) for s in self.expected], "sizes": [list(s) for s in self.sizes],
            "counterexample": c.as_dict() if c else None,
            "notation": self.notation, "reading": list(self.reading), "detail": self.detail,
            "agrees": self.agrees,
            "because": [list(f) for f in self.because], "own": list(self.own),
            "aside": list(self.aside),
        }  # fmt: skip

    def __repr__(self) -> str:
        return f"<{self}>"

    def __str__(self) -> str:
        return f"{self.verdict}: {self.sentence()}"


SHORT = frozenset({"sign", "factor", "time"})  # they need not say the size where one before them did
SIZED = SHORT | {"transposed", "term", "term_sign", "term_factor", "variable"}


def sentence_of(m: Mistake, before: Sequence[Mistake] = ()) -> str:
    """The key of what is said about a mistake after others."""
    gaps = dict(m.gaps)
    if m.key == "transposed" and gaps["asked"] == gaps["given"]:  # a square shows no other size
        return "answer.transposed_square"
    if m.key == "path" and gaps["node"] == gaps["consumer"]:  # the missing use has no name
        return "answer.path_inside"
    said = m.key in SHORT and any(x.key in SIZED for x in before)
    return f"answer.{m.key}_too" if said else f"mistake.{m.key}"


def verdict(b: Bench, answer: str, typed: Typed, found: Found, example: Counterexample | None) -> Verdict:
    """The verdict on an answer that could be evaluated."""
    expected = plain_sizes(restored(b.target.axes))
    if found.verdict == "correct":
        return Verdict(answer, "correct", expected=expected, notation=typed.notation,
                       reading=found.reading.chosen, because=facts(b, typed),
                       own=tuple(map(text, typed.false)), aside=typed.remarks)  # fmt: skip
    own = OWN_KEYS.get(found.detail)
    mistakes = (Mistake(own),) if own else named(Judge(b, typed), found)
    return Verdict(
        answer, found.verdict, mistakes, expected, tuple(spoken(b, s) for s in found.sizes), example,
        typed.notation, found.reading.chosen, found.detail, aside=typed.remarks,
    )  # fmt: skip


def unreadable(b: Bench, answer: str, detail: str) -> Verdict:
    """The verdict on an answer that says nothing."""
    shown = answer if len(answer) <= 200 else answer[:200] + "…"
    return Verdict(shown, "unreadable", expected=plain_sizes(b.target.axes), detail=detail)
