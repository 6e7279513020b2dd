"""How a page is laid out: what stands side by side, what runs in, what unfolds, what a symbol tells."""

from html.parser import HTMLParser

import pytest

import symbackprop as sb
from symbackprop.page.graph_section import WIDE, stepped
from symbackprop.page.outline import outline
from symbackprop.page.page import Equations, Figure, Options
from symbackprop.sheet.page_blocks import FEW, HALF, columns_of

MLP = """x: 7; y: scalar label 3; W: 5 x 7; b: 5; V: 3 x 5; c: 3
    u = W @ x + b; z = tanh(u); s = V @ z + c; p = softmax(s); L = -log(p[y])"""
CELL = "; ".join(
    ("t: 1..T", "x[t]: d", *(f"{w}{g}: d x m; R{g}: m x m" for g in "abc" for w in "W"),
     *(f"{g}[t] = sigmoid(x[t] @ W{g} + h[t-1] @ R{g})" for g in "abc"),
     "q[t] = a[t] * b[t]", "k[t] = q[t] + c[t] * h[t-1]", "h[t] = tanh(k[t])", "y[t] = h[t] * q[t]")
)  # fmt: skip


class Read(HTMLParser):
    """What a browser would be told: titles by the text they stand on, open and closed parts."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[tuple[str, str | None]] = []
        self.hover: dict[str, set[str]] = {}
        self.parts: list[tuple[str | None, bool]] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.stack.append((tag, found.get("title")))
        self.scripts += tag == "script"
        if tag == "details":
            self.parts.append((found.get("class"), "open" in found))

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for _, title in self.stack:
            if title:
                self.hover.setdefault(data.strip(), set()).add(title)


def read(d: sb.Derivation, language: str = "en") -> Read:
    out = Read()
    out.feed(d.page(language).html())
    return out


@pytest.mark.parametrize(("language", "role"), [("en", "parameter"), ("de", "Parameter")])
def test_hovering_a_symbol_tells_its_meaning_and_its_size(language: str, role: str) -> None:
    d = sb.derive(MLP)
    hover = read(d, language).hover
    assert f"{role}, 5×7" in hover["W"]
    for name, size in (("x", "7×1"), ("z", "5×1"), ("p", "3×1")):
        assert any(told.endswith(size) for told in hover[name]), name


def test_sections_fold_without_a_script() -> None:
    found = read(sb.derive(MLP))
    folding = [is_open for kind, is_open in found.parts if kind == "section"]
    assert len(folding) >= 5 and all(folding) and not found.scripts
    assert ("why", False) in found.parts


def test_the_idea_begins_the_first_paragraph() -> None:
    page = sb.derive(MLP).page()
    assert [s.key for s in page.contents.sections if s.run_in] == ["idea"]
    assert r"\textbf{Idea.}" in page.latex() and r"section*{Idea}" not in page.latex()


def test_a_path_that_begins_like_another_is_multiplied_once() -> None:
    d = sb.derive(MLP, wrt=["x", "b"])
    page = outline(d, Options(sections=("product",), products=("x", "b")))
    first, second = (b for b in page.sections[0].blocks if isinstance(b, Equations))
    assert first.intro and second.intro
    assert first.intro.key == "product.of" and second.intro.key == "product.shared"
    assert sb.derive(MLP, wrt=["x", "b"]).page(show=["product"]).report.ok
    alone = outline(d, Options(sections=("product",), products=("b",)))
    assert isinstance(only := alone.sections[0].blocks[0], Equations)
    assert only.intro and only.intro.key == "product.of"


def test_of_a_wide_recurrence_the_outer_steps_are_those_of_the_middle_one() -> None:
    for text, whole in (
        (CELL, False),
        ("t: 1..T; x[t]: d; W: d x m; h[t] = tanh(x[t] @ W + h[t-1]); y[t] = 2 * h[t]", True),
    ):
        d = sb.derive(text)
        (figure,) = (b for b in outline(d, Options(sections=("graph",))).sections[0].blocks)
        assert isinstance(figure, Figure)
        steps = [(stepped(a.tail)[1], stepped(a.head)[1]) for a in figure.arrows]
        assert {k for pair in steps for k in pair} == {-1, 0, 1}
        assert all(0 in pair for pair in steps) is not whole
        assert any(p.key == ("graph.unrolled" if whole else "graph.around") for p in figure.caption)
        assert (len(figure.vertices) <= WIDE) is True


def test_short_lines_of_our_code_stand_in_two_columns() -> None:
    code = ["def f(x):", *(f"    a{k} = x" for k in range(FEW)), "    return a0"]
    head, body, last = columns_of(code, derived=True)
    assert [*head[0], *(line for column in body for line in column), *last[0]] == code and len(body) == 2
    long = [*code[:2], "    " + "x" * HALF, *code[3:]]
    for lines, derived in ((long, True), (code[:4], True), (code, False)):
        assert columns_of(lines, derived) == [[lines]]
