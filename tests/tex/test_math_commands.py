"""One gate for what is typed and reaches TeX or HTML: what sets a sign passes, what acts does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import symbackprop as sb
from symbackprop.catalogue.prose import Words
from symbackprop.entries.op import op, scalar
from symbackprop.errors import DeclarationError, SheetError, SymbackpropError
from symbackprop.formula.printed_names import default_tex, spelled
from symbackprop.formula.tree import Name
from symbackprop.picture import Label
from symbackprop.sheet.exercise import Derived, Stated
from symbackprop.sizes import size
from symbackprop.tex.math_commands import FORMULAS, NAMES, fault

ACTING = [
    r"\loop\iftrue\repeat", r"\InputIfFileExists{x}{}{}", r"\rlap{wrong}x", r"\llap{x}",
    r"\href{javascript:alert(1)}{x}", r"\url{x}", r"\input x", r"\input{x}", r"\include{x}",
    r"\write18{ls}", r"\immediate\write18{ls}", r"\openin5=x", r"\read5 to x", r"\def\x{1}",
    r"\gdef\x{1}", r"\let\x\y", r"\newcommand{\x}{1}", r"\csname input\endcsname", r"\catcode`\%=12",
    r"\expandafter\x", r"\futurelet\x", r"\uppercase{x}", r"\char92", r"\mathchar92", r"\special{x}",
    r"\directlua{x}", r"\pdfliteral{x}", r"\tikz{x}", r"\color{white}x", r"\textcolor{red}{x}",
    r"\phantom{x}", r"\hphantom{x}", r"\smash{x}", r"\hspace{-1em}x", r"\kern-5pt x", r"\mskip-9mu x",
    r"\raisebox{1em}{x}", r"\hbox{x}", r"\vbox{x}", r"\mbox{x}", r"\unskip x", r"\par x", r"\newline x",
    r"\end{document}", r"\begin{document}", r"\begin{tikzpicture}", r"\verb|x|", r"\scalebox{9}{x}",
    r"\tag{1}", r"\label{x}", r"\ref{x}", r"\cite{x}", r"\footnote{x}", r"\style{x}{y}",
    r"\class{a}{b}", r"\cssId{a}{b}", r"\unicode{x}", r"\ensuremath{x}", r"\romannumeral9", r"\number9",
    r"\the\x", r"\jobname", r"\meaning\x", r"\halign{x}", r"\mathchoice{a}{b}{c}{d}", r"\aftergroup x",
    r"\mathrm{\input x}", r"\text{\input x}", r"x_{\loop}", r"x^{\rlap{2}3}", r"\hat{\rlap{y}}",
]  # fmt: skip
BROKEN = [
    "x%", "x#1", "x&y", "$x$", "x$", r"x\\y", "x~y", "x\x00", "x\x07", "x\ty", "x\x1b[0m", "x^^5c", "x^^M",
    "^^5cinput", "{x", "x}", "x^", "x_", r"\hat", r"x^{\mathbf}", r"\left(x", r"x\right)", "x^a^b", "x_1_2",
    "x\u202e", "x\u200b", "é", "α",
]  # fmt: skip
PASSING = r"""W1 x_1 W^{(2)} f' x'' \mathbf{w} \mathcal{L}_{\mathrm{CE}} \operatorname{loss} \text{loss}
    \varphi \varepsilon \ell W_{Ro} W^{(l+1)} \tilde{\mathbf{x}}_{t-1}
    h_{\text{in}} \overrightarrow{h} \bm{\theta}
    \boldsymbol\theta x^\star x^* A^+ \theta^{\text{old}} \sigma^2 \mu_{1,2}
    \hat{\bar{x}} x_{i_j} x^{[1]}
    W^{\left(2\right)} a^{\langle{t}\rangle} W_{\alpha\beta} \mathrm{x}_{\max}
    x_\mathrm{max} \mathbb{E} x_{+} K_{\top}
    W^{1:k} z^{[l]}_{ij} \Re \hbar
    \dot{q} \widehat{xy} \mathsf{A} \mathit{ab} p_{\theta'} \lambda_\min""".split()

DOORS: dict[str, Callable[[str], object]] = {
    "input":    lambda tex: sb.read(f"x: 3 as {tex}\ny = sum(x**2)"),
    "node":     lambda tex: sb.read(f"x: 3\ny = sum(x**2) as {tex}"),
    "function": lambda tex: sb.read(f"phi: function as {tex}\nx: 3\ny = sum(phi(x))"),
    "symbol":   lambda tex: sb.symbol("x", 3, tex=tex),
    "named":    lambda tex: sb.named("y", sb.symbol("x", 3), tex=tex),
    "spelled":  spelled,
    "label":    lambda tex: Label(tex, "x"),
    "op":       lambda tex: op("mine", "x[..., i]", "y[..., i] = 2*x[..., i]", tex=tex),
    "scalar":   lambda tex: scalar("own_scalar", "2*x", tex=tex),
    "words":    lambda tex: Words(en=f"${tex}$", de=f"${tex}$"),
    "signal":   lambda tex: sb.Convention(signals=(("y", Name(tex)),)),
}  # fmt: skip


def refused(door: str, tex: str) -> bool:
    try:
        DOORS[door](tex)
    except (DeclarationError, SheetError):
        return True
    return False


@pytest.mark.parametrize("door", DOORS)
def test_what_acts_is_refused_at_every_door(door: str) -> None:
    for tex in ACTING:
        assert refused(door, tex), tex


@pytest.mark.parametrize("door", ["symbol", "named", "spelled", "label", "op", "scalar", "signal"])
def test_what_breaks_a_line_is_refused(door: str) -> None:
    for tex in BROKEN:
        assert refused(door, tex), ascii(tex)


@pytest.mark.parametrize("tex", PASSING)
def test_names_in_use_pass(tex: str) -> None:
    made = sb.symbol("x", 3, tex=tex)
    assert made.symbol
    assert made.symbol.tex == spelled(tex)
    Label(tex, "x")


@pytest.mark.parametrize("tex", [
    "x+y", "2", "2x", r"\sum", "x<y",
    "", "_1", "^2", r"x \cdot y", r"\top", "x_{}", r"\mathbf{}", "(x)", "x=y",
])  # fmt: skip
def test_what_reads_as_something_else_is_no_name(tex: str) -> None:
    with pytest.raises(DeclarationError):
        spelled(tex)


def test_the_error_names_the_command_and_what_is_allowed() -> None:
    with pytest.raises(DeclarationError, match=r"line 1, `x`: `\\rlap` may not stand") as error:
        sb.read(r"x: 3 as \rlap{wrong}x; y = sum(x)")
    assert "letters" in error.value.hint


@pytest.mark.parametrize("letter", [r"\loop", r"\rlap", r"\input"])
def test_a_stated_line_brings_no_command(letter: str) -> None:
    about = Derived("x: 3; L = sum(x**2)")
    with pytest.raises(SymbackpropError):
        _ = Stated(about, (rf"L = \sum_{{{letter}=1}}^{{3}} x_{{{letter}}}^2",)).page


def test_letters_of_a_stated_line_pass_the_gate() -> None:
    with pytest.raises(DeclarationError):
        Stated(Derived("x: 3; L = sum(x)"), ("x_i = x_i",), free=((r"\loop", size(3)),))


def test_words_are_plain() -> None:
    assert not fault(r"\text{one two}", NAMES)
    assert fault(r"\text{one_two}", NAMES)
    assert fault(r"\text{one}\text{\rlap{x}}", NAMES)
    assert not fault(r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}", FORMULAS)
    assert fault(r"\begin{bmatrix} 1 & 2", FORMULAS)
    assert fault(r"1 & 2", FORMULAS)
    assert not fault(r"\begin{array}{c} 1 \end{array}", FORMULAS)
    assert fault(r"\begin{array}{p{1cm}} 1 \end{array}", FORMULAS)
    assert fault(r"\begin{bmatrix} 1 & 2 \end{bmatrix}", NAMES)


@pytest.mark.parametrize("name", ["W1", "W_hh", "alpha", "loss_", "x_max_2", "my_long_name", "_u", "Q9"])
def test_generated_names_pass(name: str) -> None:
    assert spelled(default_tex(name))
