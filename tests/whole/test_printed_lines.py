"""Every line a page prints holds as a typed line, and is false where a side is damaged."""

import pytest

import symbackprop as sb
from symbackprop.answers.verdicts.line_verdict import judge
from symbackprop.formula.tree import ZERO
from symbackprop.page.outline import outline
from tests.answers.test_line_verdict import sides_of
from tests.graphs import GRAPHS

PRINTED = ("shared", "attention", "layernorm", "thin", "gated", "one label", "slices")


@pytest.mark.parametrize("name", PRINTED)
def test_what_is_printed_holds_and_what_is_damaged_is_false(name: str) -> None:
    d = sb.derive(GRAPHS[name])
    for eq in outline(d).equations:
        *rest, last = sides_of(d, eq)
        line = judge(d, " = ".join([*rest, last]), local=eq.local)
        assert line.verdict == "holds", line
        if eq.sides[-1] == ZERO:
            continue
        for wrong in (f"2 ({last})", f"-({last})"):
            line = judge(d, " = ".join([*rest, wrong]), local=eq.local, free=eq.free)
            assert (line.verdict, line.sign) == ("false", len(rest)), line
            assert line.values and line.values[0] != line.values[1]
