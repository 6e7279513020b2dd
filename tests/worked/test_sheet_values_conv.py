"""Convolutions, as derived and as the sheets print their code, against windows taken out by NumPy."""

from types import ModuleType

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.entries.reference_values import Array
from symbackprop.page.page import Listing
from symbackprop.sheet.exercise import Shown
from symbackprop.sheet.sheet import Sheet
from tests.emit.test_layers_code import loaded
from tests.worked.printed_numbers import answers, close, slope
from worked.sheet_001 import SHEET as SHEET_1
from worked.sheet_004 import SHEET as SHEET_4


def correlate(image: Array, kernel: Array, stride: int, padding: int, dilation: int) -> Array:
    """Every window of the padded image, taken out whole, against every kernel."""
    wide = np.pad(image, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))
    reach = tuple(dilation * (s - 1) + 1 for s in kernel.shape[2:])
    windows = np.lib.stride_tricks.sliding_window_view(wide, reach, axis=(2, 3))
    taken = windows[:, :, ::stride, ::stride, ::dilation, ::dilation]
    return np.einsum("nchwuv,kcuv->nkhw", taken, kernel)


@pytest.mark.parametrize(("shape", "window", "stride", "padding", "dilation"), [
    ((11, 7), (3, 2), 2, 1, 1), ((5, 7), (2, 3), 1, 2, 1), ((13, 11), (3, 2), 3, 2, 2),
    ((7, 13), (2, 5), 5, 3, 2), ((3, 5), (1, 2), 2, 0, 3),
])  # fmt: skip
def test_convolution_with_a_bias(
    shape: tuple[int, int], window: tuple[int, int], stride: int, padding: int, dilation: int
) -> None:
    (a, e), (u, v) = shape, window
    d = sb.derive(
        f"image: 2 x 3 x {a} x {e}; kernel: 5 x 3 x {u} x {v}; bias: 5; "
        f"y = conv2d(image, kernel, bias, stride={stride}, padding={padding}, dilation={dilation})"
    )
    rng = np.random.default_rng([stride, padding, dilation])
    at = {"image": rng.normal(size=(2, 3, a, e)), "kernel": rng.normal(size=(5, 3, u, v)),
          "bias": rng.normal(size=5)}  # fmt: skip

    def forward(image: Array, kernel: Array, bias: Array) -> Array:
        return correlate(image, kernel, stride, padding, dilation) + bias[:, None, None]

    y = forward(**at)
    y_bar = rng.normal(size=y.shape)
    out = d.compile("numpy")(**at, y_bar=y_bar)
    assert close(out["y"], y, 1e-12)
    for n, x in at.items():
        want = slope(lambda v, n=n: float(np.sum(y_bar * forward(**{**at, n: v}))), x, 1e-3)
        assert close(out[n], want, 1e-9), n
        assert not close(-out[n], want)
    assert close(out["bias"], y_bar.sum((0, 2, 3)), 1e-12)


def emitted(sheet: Sheet) -> ModuleType:
    """The program of the last exercise: its functions, then its layer."""
    found = [b.code for part in "ad" for a in answers(sheet, len(sheet.exercises), part)
             if isinstance(a, Shown) for b in a.blocks if isinstance(b, Listing)]  # fmt: skip
    assert len(found) == 2
    return loaded("\n".join(found))


@pytest.mark.parametrize("sheet", [SHEET_1, SHEET_4], ids=lambda s: s.name)
@pytest.mark.parametrize(("shape", "window"), [((7, 11), (3, 5)), ((5, 13), (1, 3))])
def test_the_convolution_code_of_the_sheets(
    sheet: Sheet, shape: tuple[int, int], window: tuple[int, int]
) -> None:
    rng = np.random.default_rng(47)
    image, kernel = rng.normal(size=(2, 3, *shape)), rng.normal(size=(5, 3, *window))
    code, y = emitted(sheet), correlate(image, kernel, 1, 0, 1)
    y_bar, bias = rng.normal(size=y.shape), rng.normal(size=5)
    assert close(code.h_conv2d(image, kernel), y, 1e-12)
    image_bar, kernel_bar = code.h_conv2d_grad(image, kernel, y_bar)
    want = [slope(lambda v: float(np.sum(y_bar * correlate(v, kernel, 1, 0, 1))), image, 1e-3),
            slope(lambda v: float(np.sum(y_bar * correlate(image, v, 1, 0, 1))), kernel, 1e-3)]  # fmt: skip
    assert close(image_bar, want[0], 1e-9) and close(kernel_bar, want[1], 1e-9)
    assert not close(code.h_conv2d_grad(image, kernel[..., ::-1, ::-1], y_bar)[0], want[0])
    layer = code.Conv2D(kernel, bias)
    assert close(layer.forward(image), y + bias[:, None, None], 1e-12)
    assert close(layer.backward(y_bar), want[0], 1e-9)
    assert close(layer.kernel_bar, want[1], 1e-9)
    assert close(layer.bias_bar, y_bar.sum((0, 2, 3)), 1e-12)
