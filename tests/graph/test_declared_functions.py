"""Functions declared without a definition: each graph has its own, and none of them is left anywhere else."""

from concurrent.futures import ThreadPoolExecutor

import pytest

import symbackprop as sb
from symbackprop.entries.op import op
from symbackprop.entries.scalar_functions import SCALARS, scalar_row
from symbackprop.errors import DeclarationError

TEXT = "{f}: function as {tex}; W: m x d; x: d; z = W @ x; y = {f}(z); L = sum(y**2)"
SPELLED = (r"\phi", r"\psi", r"\rho", "g", r"\operatorname{act}", "q_1")


def printed(tex: str) -> str:
    return whole(sb.derive(TEXT.format(f="h", tex=tex)))


def whole(d: sb.Derivation) -> str:
    """Every gradient of a derivation as it is printed."""
    return "\n".join(d[name].latex() for name in d.wrt)


def test_the_vocabulary_knows_no_declared_function() -> None:
    before = tuple(SCALARS)
    sb.derive(TEXT.format(f="mapping_of_nobody", tex="g")).verify().demand()
    assert tuple(SCALARS) == before
    assert scalar_row("mapping_of_nobody").abstract
    with pytest.raises(DeclarationError, match="mapping_of_nobody"):
        sb.read("x: d; L = sum(mapping_of_nobody(x))")


def test_graphs_side_by_side_keep_their_own() -> None:
    one, two = (sb.derive(TEXT.format(f="h", tex=tex)) for tex in SPELLED[:2])
    assert r"\phi" in whole(one) and r"\psi" not in whole(one)
    assert r"\psi" in whole(two) and r"\phi" not in whole(two)
    assert one.graph.definition == two.graph.definition
    assert one.graph != two.graph == sb.read(TEXT.format(f="h", tex=SPELLED[1]))
    symbol = sb.derive("h: d; L = sum(h**2)")
    assert symbol.verify().ok and "phi" not in whole(symbol)


def test_graphs_in_threads_keep_their_own() -> None:
    alone = {tex: printed(tex) for tex in SPELLED}
    assert len(set(alone.values())) == len(SPELLED)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(printed, SPELLED * 4)) == list(alone.values()) * 4


def test_code_does_not_ask_what_was_declared_elsewhere() -> None:
    text = "x: n x d; g: d; y = layernorm(x, g); L = sum(y**3)"
    before = sb.derive(text).source("numpy")
    for name in ("s", "m", "r", "e", "k"):
        sb.read(f"{name}: function; z: n; L = sum({name}(z))")
    assert sb.derive(text).source("numpy") == before


def test_a_misspelled_function_in_an_op_is_no_declared_one() -> None:
    wrong = op("wrong", "x[...]", "y[...] = tanhh(x[...])")
    with pytest.raises(DeclarationError, match="`tanhh` is not a scalar function"):
        wrong.place(((),), ())
