"""Pooling and convolution on a page: one call each way, no window, every call evaluated by its meaning."""

from __future__ import annotations

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.derivation import layer_kinds
from symbackprop.formula.writing.text_writer import text
from symbackprop.graph.composite_functions import COMPOSITIONS as FUNCTIONS
from symbackprop.numeric import whole_layer_values as values
from symbackprop.page.layer_sentences import layer_phrases
from symbackprop.page.outline import outline
from symbackprop.page.page import Options

# graph, calls on its page
LAYERS = [
    ("x: c x 6 x 10; h = tanh(x); p = max_pool2d(h); L = sum(p**3)",
     ["maxpool_(2×2)(h)", "unpool_(2×2)(δp, h)"]),
    ("x: 2 x 3 x 7 x 5; p = max_pool2d(x, size=3, stride=2); L = sum(p**3)",
     ["maxpool_(3×3,stride 2)(x)", "unpool_(3×3,stride 2)(δp, x)"]),
    ("x: c x 11; p = max_pool1d(x, size=3); L = sum(p**3)", ["maxpool_(3)(x)", "unpool_(3)(δp, x)"]),
    ("x: c x 7 x 5; p = avg_pool2d(x); L = sum(p**3)", ["avgpool_(2×2)(x)", "avgpoolᵀ_(2×2)(δp)"]),
    ("x: c x 7; p = avg_pool1d(x, size=3, stride=2, padding=1); L = sum(p**3)",
     ["avgpool_(3,stride 2,pad 1)(x)", "avgpoolᵀ_(3,stride 2,pad 1)(δp)"]),
    ("x: c x a x e; F: k x c x 3 x 2; y = conv2d(x, F); L = sum(y**3)",
     ["conv(x, F)", "convᵀ(δy, F)", "corr(x, δy)"]),
    ("x: n x c x 7 x 5; F: k x c x 3 x 2; b: k; y = conv2d(x, F, b, stride=2, padding=1); L = sum(y**3)",
     ["conv_(stride 2,pad 1)(x, F, b)", "convᵀ_(stride 2,pad 1)(δy, F)", "corr_(stride 2,pad 1)(x, δy)"]),
    ("x: c x 13; F: k x c x 3; y = conv1d(x, F, dilation=2); L = sum(y**3)",
     ["conv_(dilation 2)(x, F)", "convᵀ_(dilation 2)(δy, F)", "corr_(dilation 2)(x, δy)"]),
    ("x: c x 6 x 10; p = max_pool2d(x); q = avg_pool2d(x); L = sum(p*q*q)",
     ["avgpoolᵀ_(2×2)(δq)", "unpool_(2×2)(δp, x)"]),
    ("x: n x c x 7 x 5; p = global_max_pool(x); L = sum(p**3)", ["globalmax(x)", "globalunpool(δp, x)"]),
    ("x: c x 7 x 5; p = global_avg_pool(tanh(x)); L = sum(p**3)", ["globalavg(H)", "globalavgᵀ(δp)"]),
    ("x: n x 4 x 7 x 5; F: 6 x 2 x 3 x 2; b: 6; y = conv2d(x, F, b, groups=2, padding=1); L = sum(y**3)",
     ["conv_(pad 1,groups 2)(x, F, b)", "convᵀ_(pad 1,groups 2)(δy, F)", "corr_(pad 1,groups 2)(x, δy)",
      "Σ[m = 1…6] δyⱼᵢₖₘ"]),
    ("x: 5 x 9; F: 5 x 1 x 3; y = tanh(conv1d(x, F, groups=5, stride=2)); L = sum(y**3)",
     ["conv_(stride 2,groups 5)(x, F)", "convᵀ_(stride 2,groups 5)(δZ, F)",
      "corr_(stride 2,groups 5)(x, δZ)"]),
    ("x: n x c x 5 x 4; F: c x k x 3 x 2; y = conv_transpose2d(x, F, stride=2, padding=1); L = sum(y**3)",
     ["convᵀ_(stride 2,pad 1)(x, F)", "conv_(stride 2,pad 1)(δy, F)", "corr_(stride 2,pad 1)(δy, x)"]),
    ("x: c x 5; F: c x k x 3; y = conv_transpose1d(x, F); L = sum(y**3)",
     ["convᵀ(x, F)", "conv(δy, F)", "corr(δy, x)"]),
    ("x: c x 5 x 3; y = upsample2d(x, scale=3); L = sum(y**3)", ["upsample_(3×3)(x)", "upsampleᵀ_(3×3)(δy)"]),
    ("u: n x c x h x w; g: c; b: c; v = batchnorm(u, g, b); L = sum(v**3)",
     ["mean_(channel)(δv)", "dev_(channel)(u)", "scale_(channel)(δv − ", "v = batchnorm(u, g, b)",
      "û = (u − mean_(channel)(u)) ⊘ dev_(channel)(u)"]),
    ("u: n x c x h; v = instance_norm(u); L = sum(v**3)", ["mean_(image)(δv ⊙ v)", "dev_(image)(u)"]),
    ("u: n x m x d; g: d; v = layernorm(u, g); L = sum(v**3)",
     ["mean_(row)(scale_(entry)(δv, g) ⊙ û)", "dev_(row)(u)", "scale_(entry)(δv, g)"]),
    ("u: n x m x d; g: d; v = rmsnorm(u, g); L = sum(v**3)", ["rms_(row)(u)"]),
    ("u: n x 6 x h x w; g: 6; b: 6; v = group_norm(u, g, b, groups=3); L = sum(v**3)",
     ["groupnorm_(groups 3)(u, g, b)", "mean_(groups 3)(scale_(channel)(δv, g))", "dev_(groups 3)(u)"]),
    ("u: n x 6 x h; v = group_norm(u, groups=2, eps=0.1); L = sum(v**3)",
     ["groupnorm_(groups 2,eps 1/10)(u)", "(δv − mean_(groups 2)(δv) − v ⊙ mean_(groups 2)(δv ⊙ v)) ⊘ "]),
]  # fmt: skip


@pytest.mark.parametrize(("graph", "calls"), LAYERS)
@pytest.mark.parametrize("vectors", ["column", "row"])
def test_a_layer_is_one_call_each_way(graph: str, calls: list[str], vectors: str) -> None:
    d = sb.derive(graph, convention=sb.Convention(vectors=vectors))
    said = d.page().text()  # which verifies every equation
    assert all(c in said for c in calls)
    keys = {e.key.split(".")[-1] for e in outline(d).equations}
    assert (
        not d.layers.hidden & keys and "argmax" not in said.replace("np.argmax", "") and "one of" not in said
    )


@pytest.mark.parametrize("word", sorted(values.WORK))
def test_a_call_that_means_something_else_is_caught(
    word: tuple[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(
        axes: int, options: values.Options, shape: values.Extent, arrays: tuple[np.ndarray, ...]
    ) -> np.ndarray:
        found = right(axes, options, shape, arrays)
        return found + found[..., ::-1]

    right = values.WORK[word]
    graphs = [
        g
        for g, calls in LAYERS
        if any(c.split("(")[0].split("_")[0] == word[0] + "ᵀ" * word[1] for c in calls)
    ]
    monkeypatch.setitem(values.WORK, word, wrong)  # type: ignore[arg-type]
    assert graphs and all(not sb.derive(g).verify().ok for g in graphs)


def test_a_sheet_that_asks_for_the_window_gets_it() -> None:
    d = sb.derive("x: c x 6 x 10; p = max_pool2d(x); q = avg_pool2d(p, size=3); L = sum(q**3)")
    keys = {e.key for e in outline(d, Options(local=("p",))).equations}
    assert {f"forward.{n}" for n in d.layers.hidden} <= keys
    assert not any(f"forward.{n}" in {e.key for e in outline(d).equations} for n in d.layers.hidden)


def test_what_reads_beside_a_layer_stays_a_term() -> None:
    d = sb.derive("x: c x 6 x 10; h = tanh(x); p = max_pool2d(h); L = sum(p**3) + sum(h)")
    row = next(e for e in outline(d).equations if e.key == "delta.h")
    assert text(row.sides[0]) == "1 + unpool_(2×2)(δp, h)ᵢⱼₖ"


def test_sentences_of_windows_that_overlap_say_so() -> None:
    apart, over = (
        sb.derive(f"x: c x 7; p = max_pool1d(x, size=3, stride={s}); L = sum(p**3)") for s in (3, 2)
    )
    assert [[p.key for p in layer_phrases(d, d.layers)] for d in (apart, over)] == [
        ["layer.maxpool"], ["layer.maxpool_added"]]  # fmt: skip


def test_layers_whose_sizes_a_call_cannot_tell_are_taken_apart() -> None:
    d = sb.derive("x: c x 7; z: c x 6; p = avg_pool1d(x); q = avg_pool1d(z); L = sum(p*q)")
    assert not d.layers.layers and d.verify().ok
    assert sb.derive("x: c x 7; z: c x 7; p = avg_pool1d(x); q = avg_pool1d(z); L = sum(p*q)").layers.layers


def test_sums_over_images_need_no_name_of_their_terms() -> None:
    """Σ y³ over an image is written so, and δy is 3 y ⊙ y without a column of ones for each axis."""
    d = sb.derive("x: n x c x h x w; y = tanh(x); L = sum(y**3)")
    said = d.page().text()
    assert set(d.graph.definition) == {"y", "L"} and "δy = 3 (y ⊙ y)" in said


@pytest.mark.parametrize("names", sorted(layer_kinds.FUNCTIONS))
def test_every_call_that_is_kept_whole_is_one_of_the_library(names: str) -> None:
    assert names in FUNCTIONS
