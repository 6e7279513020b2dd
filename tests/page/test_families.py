"""Families: rows that are one up to an index are one line, and each line is every one of its equations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from symbackprop import Derivation, derive
from symbackprop.derivation.equation import Equation
from symbackprop.formula.indexed_names import formula_at, name_at
from symbackprop.formula.reading.index_ranges import read_range
from symbackprop.formula.tree import Formula, IndexRange, Name, Number
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.formula.writing.text_writer import text
from symbackprop.page.outline import outline
from symbackprop.page.page import Equations, Options, Page, Section
from symbackprop.verify.equality import verify_page


def number(k: int) -> Number:
    return Number(Fraction(k))


def layers(n: int) -> str:
    """A net of n equal layers with pre-activations of their own names."""
    first = "x: d; y: d\n" + "".join(f"W{k}: d x d; b{k}: d\n" for k in range(1, n + 1))
    rows = (
        f"a{k} = W{k} @ {f'z{k - 1}' if k > 1 else 'x'} + b{k}\nz{k} = tanh(a{k})" for k in range(1, n + 1)
    )
    return first + "\n".join(rows) + f"\nL = sum((z{n} - y)**2)"


def blocks(n: int) -> str:
    """A residual net of n blocks."""
    first = "x0: d\n" + "".join(f"U{k}: m x d; V{k}: d x m\n" for k in range(1, n + 1))
    rows = (f"h{k} = relu(U{k} @ x{k - 1})\nx{k} = x{k - 1} + V{k} @ h{k}" for k in range(1, n + 1))
    return first + "\n".join(rows) + f"\nL = sum(x{n}**2)"


def heads(n: int) -> str:
    """n heads of attention, added."""
    every = range(1, n + 1)
    first = "X: n x d\n" + "".join(
        f"A{k}: d x m as W^Q_{{{k}}}; B{k}: d x m as W^K_{{{k}}}; C{k}: d x m as W^V_{{{k}}}; O{k}: m x d\n"
        for k in every
    )
    rows = (
        f"Q{k} = X @ A{k}\nK{k} = X @ B{k}\nV{k} = X @ C{k}\n"
        f"P{k} = softmax(Q{k} @ K{k}.T)\nH{k} = P{k} @ V{k}"
        for k in every
    )
    return first + "\n".join(rows) + "\nY = " + " + ".join(f"H{k} @ O{k}" for k in every) + "\nL = sum(Y**2)"


LSTM = (
    "t: 1..T; x[t]: d\n"
    + "".join(f"W{g}: d x m as W_{g}; U{g}: m x m as U_{g}; b{g}: m as b_{g}\n" for g in "fiou")
    + "".join(f"{g}_[t] = x[t] @ W{g} + h[t-1] @ U{g} + b{g} as {g}'\n" for g in "fiou")
    + "".join(f"{g}[t] = sigmoid({g}_[t])\n" for g in "fio")
    + "u[t] = tanh(u_[t])\nc[t] = f[t] * c[t-1] + i[t] * u[t]\nh[t] = o[t] * tanh(c[t])\ny[t] = h[t]"
)


def lines(d: Derivation, *sections: str) -> list[Equation]:
    return list(outline(d, Options(sections or ("forward", "delta", "gradients"))).lines)


def said(eq: Equation) -> str:
    over = "; ".join(map(text, eq.ranges))
    return f"{text(eq.left)} = {' = '.join(map(text, eq.sides))}" + (f"  [{over}]" if over else "")


# --- a net of 2 or of 40 layers has the same number of lines ----------------------------------------


@pytest.mark.parametrize("net", [layers, blocks], ids=["layers", "residual"])
def test_equal_layers_cost_the_length_of_few(net: Callable[[int], str]) -> None:
    counted = {n: len(lines(derive(net(n)), "forward", "delta")) for n in (3, 6, 13)}
    assert len(set(counted.values())) == 1, counted
    assert counted[6] < 10


def test_forty_layers() -> None:
    found = lines(derive(layers(40)), "forward", "delta")
    assert len(found) <= 7, list(map(said, found))
    assert max(len(eq.leaves) for eq in found) == 40


def test_twelve_heads() -> None:
    few, many = (lines(derive(heads(n)), "forward")[:4] for n in (3, 12))
    assert [len(eq.leaves) for eq in many] == [36, 12, 12, 12], list(map(said, many))
    assert [len(r.values) for r in many[0].ranges] == [3, 12]
    assert [len(eq.leaves) * 4 for eq in few] == [len(eq.leaves) for eq in many]


def test_gates() -> None:
    found = list(map(said, lines(derive(LSTM), "forward")))
    assert found[0] == "gₜ′ = W_gᵀ xₜ + U_gᵀ hₜ₋₁ + b_g  [g ∈ {f, i, o, u}]"
    assert found[1] == "gₜ = σ(gₜ′)  [g ∈ {f, i, o}]"


def test_the_first_layer_reads_what_the_index_calls_by_another_name() -> None:
    d = derive(layers(3))
    (first, *_) = lines(d, "forward")
    assert said(first) == "a_ℓ = W_ℓ z_(ℓ-1) + b_ℓ  [ℓ = 1, 2, 3]"
    assert first.over and [(text(a), text(b)) for a, b in first.over.aliases] == [("z₀", "x")]
    assert "z₀" in d.page(show=("forward",)).text()


def test_the_letter_of_an_index_is_nobodys() -> None:
    d = derive(LSTM.replace("x[t]", "g[t]"))
    assert said(lines(d, "forward")[0]).startswith("sₜ′ = Wₛᵀ gₜ")
    taken = derive(layers(3).replace("x: d", r"x: d as \ell"))
    assert said(lines(taken, "forward")[0]) == "aₖ = Wₖ zₖ₋₁ + bₖ  [k = 1, 2, 3]"


def test_rows_that_only_look_alike_stay() -> None:
    d = derive(
        "x: n; A: n x n; B: n x n; C: n x n; a = tanh(A @ x); b = tanh(B @ a); c = tanh(C @ b); L = sum(c)"
    )
    assert all(eq.over is None for eq in lines(d, "forward"))
    two = derive("x1: n; x2: n; y = x1 * x2; L = sum(y**2)")
    assert all(eq.over is None for eq in lines(two, "forward", "delta"))


@pytest.mark.parametrize(
    "source", [layers(4), blocks(3), heads(3), LSTM], ids=["layers", "blocks", "heads", "lstm"]
)
def test_every_page_holds(source: str) -> None:
    d = derive(source)
    report = verify_page(d, outline(d), seed=5)
    report.demand()
    assert report.equations == len(outline(d).equations)


# --- a line is every one of its equations: damages ---------------------------------------------------


def damaged(d: Derivation, change: Callable[[Equation], Equation]) -> str:
    """What the verdict says after one line was changed."""
    (line, *_) = (eq for eq in lines(d, "forward") if eq.over)
    page = Page((Section("forward", None, (Equations((change(line),)),)),))
    report = verify_page(d, page, seed=3)
    return next((e.reason for e in report.equalities if e.verdict != "agrees"), "")


def over(eq: Equation, **changes: object) -> Equation:
    assert eq.over
    return replace(eq, over=replace(eq.over, **changes))  # type: ignore[arg-type]


def ranged(eq: Equation, change: Callable[[tuple[Formula, ...]], tuple[Formula, ...]]) -> Equation:
    assert eq.over
    return over(eq, range=replace(eq.over.range, values=change(eq.over.range.values)))


def wrong_offset(eq: Equation) -> Equation:
    assert eq.over
    letter = eq.over.range.letter.base
    return replace(eq, sides=tuple(formula_at(s, letter, letter + "+1") for s in eq.sides))


def wrong_member(eq: Equation) -> Equation:
    assert eq.over
    first, *rest = eq.over.members
    return over(eq, members=(replace(first, sides=rest[0].sides), *rest))


DAMAGES: dict[str, Callable[[Equation], Equation]] = {
    "a member": wrong_member,
    "an offset": wrong_offset,
    "a range shifted": lambda eq: ranged(eq, lambda v: tuple(number(k) for k in range(2, len(v) + 2))),
    "a range too short": lambda eq: ranged(eq, lambda v: v[:-1]),
    "a range upside down": lambda eq: ranged(eq, lambda v: v[::-1]),
    "no alias": lambda eq: over(eq, aliases=()),
    "an alias of another": lambda eq: over(eq, aliases=((Name("z", sub="0"), Name("y")),)),
    "an alias that is a name": lambda eq: over(eq, aliases=((Name("y"), Name("x")),)),
    "a letter that is a name": lambda eq: replace(
        over(eq, range=IndexRange(Name("y"), eq.over.range.values if eq.over else ())),
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_wrong_line_is_caught(change: Callable[[Equation], Equation]) -> None:
    assert damaged(derive(layers(5)), lambda eq: eq) == ""
    assert damaged(derive(layers(5)), change)


def test_a_member_that_is_false_is_caught_by_its_value() -> None:
    def false(eq: Equation) -> Equation:
        assert eq.over
        minus = lambda f: replace(f, terms=f.terms[:1])  # noqa: E731
        members = tuple(replace(m, sides=(minus(m.sides[0]),)) for m in eq.over.members)
        return over(replace(eq, sides=(minus(eq.sides[0]),)), members=members)

    assert "is" in damaged(derive(layers(4)), false)


# --- names and ranges ---------------------------------------------------------------------------------

RANGES = [
    IndexRange(Name(r"\ell"), tuple(map(number, range(1, 8)))),
    IndexRange(Name(r"\ell"), tuple(map(number, (6, 5, 4, 3, 2)))),
    IndexRange(Name("h"), tuple(map(number, (1, 3, 4, 9)))),
    IndexRange(Name("h"), (number(2), number(3))),
    IndexRange(Name("g"), tuple(map(Name, "fio"))),
    IndexRange(Name("g"), (Name(r"\mathrm{enc}"), Name(r"\mathrm{dec}"))),
]


@pytest.mark.parametrize("r", RANGES, ids=map(text, RANGES))
def test_a_range_reads_back(r: IndexRange) -> None:
    assert read_range(latex(r)) == r


NAMES = [
    (Name("z", sup=r"(\ell-1)"), r"\ell", "12", Name("z", sup="(11)")),
    (Name("W", sub=r"\ell+1"), r"\ell", "9", Name("W", sub="10")),
    (Name("W", sub="Rg"), "g", "f", Name("W", sub="Rf")),
    (Name("W", sub=r"\mathrm{x}g"), "g", "f", Name("W", sub=r"\mathrm{xf}")),
    (Name(r"\mathrm{W}g"), "g", "f", Name(r"\mathrm{Wf}")),
    (Name("W", sub="g"), "g", r"\mathrm{enc}", Name("W", sub=r"\mathrm{enc}")),
    (Name(r"\mathrm{reg}"), "g", "f", Name(r"\mathrm{reg}")),
]


@pytest.mark.parametrize(("generic", "letter", "value", "name"), NAMES)
def test_a_name_at_a_value_of_its_index(generic: Name, letter: str, value: str, name: Name) -> None:
    assert name_at(generic, letter, value) == name
