"""The LaTeX preamble: one look on every engine, better where more packages are found.

Templates may rely on what it defines:
`\\sbtoprule` `\\sbmidrule` `\\sbbottomrule` for tables, `\\sbR` for the real numbers, `\\sbcheck` for a
tick in text or mathematics, `\\sbpage` for "page / pages", `\\sbhead{left}{right}` for the head line,
`\\sbtitle{text}` (before the document begins) for the title in the file's metadata, `\\sbsplit` for
what `escape()` needs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from symbackprop.tex.hyphenation import exceptions

Language = Literal["en", "de"]


STYLES = """amsmath bm geometry xcolor tikz array lmodern amssymb booktabs fancyhdr hyperref mathtools
    microtype"""
FILES = {  # package: the file that shows it is there
    **{name: f"{name}.sty" for name in STYLES.split()},
    "babel-english": "english.ldf",
    "babel-german": "ngerman.ldf",
    "glyphtounicode": "glyphtounicode.tex",
}


@dataclass(frozen=True)
class Row:
    """What to write where a package is there, and where it is not."""

    package: str
    there: str
    absent: str = ""


_CLASS = r"\documentclass[10pt,a4paper]{article}"

_FONTS = Row(
    "lmodern",
    r"\ifdefined\Umathcode\else\usepackage[T1]{fontenc}\fi\usepackage{lmodern}",
    r"\DeclareTextCommand{\textquotedbl}{OT1}{\textquotedblright}",
)

_BASE = r"""\usepackage{amsmath,bm,array,xcolor,tikz} % bm asks for the fonts it finds: they come first
\usepackage[a4paper,margin=25mm,top=20mm,bottom=21mm,headheight=15pt,footskip=12mm]{geometry}
\ifdefined\pdfvariable\pdfvariable suppressoptionalinfo 512\relax\fi % same source, same bytes"""

_ROWS = (
    Row(
        "glyphtounicode",  # what is copied from the page is what stands there
        r"\ifdefined\pdfgentounicode\input{glyphtounicode}\pdfgentounicode=1 \fi",
    ),
    Row("microtype", r"\usepackage{microtype}"),
    Row(
        "amssymb",
        r"\usepackage{amssymb}\newcommand\sbR{\ensuremath{\mathbb{R}}}",
        # what a text may say all the same, as near as the fonts there are come to it
        r"\newcommand\sbR{\ensuremath{\mathbf{R}}}\providecommand\mathbb{\mathbf}"
        r"\providecommand\mathfrak{\mathbf}\providecommand\varnothing{\emptyset}"
        r"\providecommand\leqslant{\leq}\providecommand\geqslant{\geq}\providecommand\nmid{\not\mid}"
        r"\providecommand\nexists{\not\exists}\providecommand\subsetneq{\mathrel{\underset{\neq}{\subset}}}"
        r"\providecommand\lesssim{\mathrel{\underset{\sim}{<}}}\providecommand\gtrsim{\mathrel{\underset{\sim}{>}}}",
    ),
    Row(
        "booktabs",
        r"\usepackage{booktabs}\newcommand\sbtoprule{\toprule}"
        r"\newcommand\sbmidrule{\midrule}\newcommand\sbbottomrule{\bottomrule}",
        r"\newcommand\sbtoprule{\noalign{\hrule height0.08em\vskip0.65ex}}"
        r"\newcommand\sbmidrule{\noalign{\vskip0.4ex\hrule height0.05em\vskip0.65ex}}"
        r"\newcommand\sbbottomrule{\noalign{\vskip0.4ex\hrule height0.08em}}",
    ),
    Row(
        "fancyhdr",
        r"\usepackage{fancyhdr}\pagestyle{fancy}\fancyhf{}\fancyfoot[C]{\sbpage}"
        r"\renewcommand\headrulewidth{0pt}",
    ),
)

_LANGUAGE = {
    "en": Row("babel-english", r"\usepackage[shorthands=off,english]{babel}"),
    "de": Row(
        "babel-german",
        r"\usepackage[shorthands=off,ngerman]{babel}",
        # no German patterns: words are broken where a list says so, never the English way
        r"\AtBeginDocument{\language=254 \lefthyphenmin=2 \righthyphenmin=3 \frenchspacing"
        r"\hyphenation{WORDS}}",
    ),
}

_METADATA = Row(
    "hyperref",
    r"\usepackage[implicit=false,bookmarks=false,psdextra]{hyperref}\hypersetup{pdflang=LANGUAGE}"
    r"\pdfstringdefDisableCommands{\def\sbR{R}\def\sbcheck{+}\def\sbsplit{}\def\allowbreak{}}",
)

_OWN = r"""\emergencystretch=3em
\setlength\parindent{0pt}\setlength\parskip{0.36\baselineskip plus 3pt}
\newcommand\sbsplit{\kern0pt\relax}
\DeclareRobustCommand\sbcheck{\mbox{\tikz[x=0.1em,y=0.1em,line width=0.11em,line cap=round,%
line join=round]\draw(0,2.6)--(2.2,0.3)--(6.4,6.6);}}
\newcommand\sbhead[2]{\ifdefined\fancyhead
\renewcommand\headrulewidth{0.4pt}\fancyhead[L]{#1}\fancyhead[R]{#2}\fi}
\newcommand\sbtitle[1]{\ifdefined\hypersetup\hypersetup{pdftitle={#1}}\fi}
\makeatletter
\newcommand\sbpage{\thepage
\ifdefined\@abspage@last\ifnum\@abspage@last<\maxdimen\,/\,\@abspage@last\fi\fi}
\makeatother"""


def preamble(engine_packages: frozenset[str], language: Language, text: str = "") -> str:
    """Everything before `\\begin{document}`, for an engine that has these packages; `text` is what follows.

    With no package named the source asks the engine it meets, so that a .tex file written where
    there is no TeX looks as good as it can elsewhere.
    """
    metadata = replace(_METADATA, there=_METADATA.there.replace("LANGUAGE", language))
    own = _LANGUAGE[language]
    if "WORDS" in own.absent and own.package not in engine_packages:
        own = replace(own, absent=own.absent.replace("WORDS", exceptions(text)))
    first, *rest = (_line(row, engine_packages) for row in (_FONTS, *_ROWS, own, metadata))
    return "\n".join([_CLASS, first, _BASE, *rest, _OWN, ""])


def _line(row: Row, packages: frozenset[str]) -> str:
    """One row for engines known, or the question to an engine not known."""
    if not packages:
        return rf"\IfFileExists{{{FILES[row.package]}}}{{{row.there}}}{{{row.absent}}}"
    return (row.there if row.package in packages else row.absent) or f"% without {row.package}"
