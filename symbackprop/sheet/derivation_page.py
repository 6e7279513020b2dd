"""The page of a derivation by itself: as data, and as a piece of HTML, LaTeX or text to put elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.report import Report
from symbackprop.page.outline import outline
from symbackprop.page.page import Detail, Options, Page
from symbackprop.sheet.formats import FORMATS
from symbackprop.sheet.page_blocks import sections, speaking, small_print
from symbackprop.sheet.sheet import verification
from symbackprop.sheet.templating import Format, render
from symbackprop.verify.equality import verify_page


@dataclass(frozen=True)
class DerivationPage:
    """What `Derivation.page` gives. Every form of it is made after every equation on it was verified.

    Errors: `VerificationError` where one does not hold.
    """

    derivation: Derivation
    language: str
    show: tuple[str, ...] | None = None
    detail: Detail = "full"

    @cached_property
    def contents(self) -> Page:
        """The sections, before they are written."""
        return outline(self.derivation, Options(self.show, detail=self.detail))

    @cached_property
    def report(self) -> Report:
        """What was evaluated, and with which result."""
        return verify_page(self.derivation, self.contents)

    def as_dict(self) -> dict[str, object]:
        """The page as plain data, for JSON too: titles and sentences as text, formulas as LaTeX."""
        d = self.derivation
        return {"of": d.of, "wrt": list(d.wrt), "language": self.language, **self.written(FORMATS["html"])}

    def html(self) -> str:
        """The sections as a piece of HTML, with MathML and inline SVG."""
        return self.rendered(FORMATS["html"])

    def latex(self) -> str:
        """The sections in LaTeX, for a document whose preamble is that of our sheets."""
        return self.rendered(FORMATS["tex"])

    def text(self) -> str:
        """The sections in plain text."""
        return self.rendered(FORMATS["txt"])

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return self.html()

    def written(self, f: Format) -> dict[str, object]:
        """What a template prints, in the strings of a format."""
        self.report.demand()
        d, style = self.derivation, f.style(self.language)
        own = speaking(style, d)
        shown, notation = small_print(sections(self.contents.sections, own), set())
        return {
            "sections": shown,
            "notation": notation,
            "verification": verification(self.report, self.language, style),
        }

    def rendered(self, f: Format) -> str:
        """The template of a format's sections, filled."""
        return render(f, {**self.written(f), "many": False}, template="sections")


def page_of(
    d: Derivation, language: str = "en", show: Sequence[str] | None = None, detail: Detail = "full"
) -> DerivationPage:
    """The page of a derivation in a language; `show` are its parts, by default those of a `detail`."""
    return DerivationPage(d, language, None if show is None else tuple(show), detail)
