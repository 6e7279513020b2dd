"""A convolutional network that learns digits: one graph, every gradient derived, NumPy emitted.

    python worked/digits_cnn.py [--mnist DIR] [--epochs N] [--seed S] [-o OUT]

The images are scikit-learn's 8×8 digits, or with --mnist the four IDX files of MNIST in a folder.
"""

from __future__ import annotations

import gzip
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from symbackprop import Graph, derive, read
from symbackprop.emit import compile_source, functions
from symbackprop.picture import Curve, Label, Plot, Point, drawing_svg, plot

Array: TypeAlias = NDArray[Any]
Parameters: TypeAlias = dict[str, Array]

# softmax cross-entropy of the scores s is logsumexp(s) - s[t]: no probability underflows
NETWORK = """
    x: n x 1 x {side} x {side};        t: n label 10
    K1: {first} x 1 x 3 x 3;           b1: {first}
    K2: {second} x {first} x 3 x 3;    b2: {second}
    W: {flat} x 10;                    b3: 10
    h1 = relu(max_pool2d(conv2d(x, K1, b1, padding=1)))
    h2 = relu(max_pool2d(conv2d(h1, K2, b2, padding=1)))
    s = reshape(h2, n, {flat}) @ W + b3
    L = sum(logsumexp(s) - pick(s, t))/n
"""
LEARNED = ("K1", "b1", "K2", "b2", "W", "b3")
RATE, MEMORY, SQUARES, TINY = 3e-3, 0.9, 0.999, 1e-8  # Adam: Kingma & Ba, arXiv:1412.6980
BATCH = 32


class DataError(Exception):
    """Data that are missing or not what they say they are."""


def network(side: int, first: int = 16, second: int = 32) -> Graph:
    """Two convolutions with max pooling and ReLU, then a linear map to ten scores."""
    flat = second * (side // 2 // 2) ** 2
    return read(NETWORK.format(side=side, first=first, second=second, flat=flat))


# --- data ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Data:
    """Images n×1×side×side between 0 and 1 with integer labels, to learn from and to test on."""

    images: Array
    labels: Array
    test_images: Array
    test_labels: Array


def digits(seed: int) -> Data:
    """scikit-learn's 1797 digits, shuffled by the seed: 1437 to learn from, 360 to test on."""
    try:
        from sklearn.datasets import load_digits  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise DataError("the digits come with scikit-learn: pip install 'symbackprop[digits]'") from None
    found: Any = load_digits()
    order = np.random.default_rng(seed).permutation(len(found.target))
    images, labels = found.images[order, None] / 16, found.target[order]
    return Data(images[:1437], labels[:1437], images[1437:], labels[1437:])


def mnist(folder: Path) -> Data:
    """MNIST from its four IDX files, plain or compressed."""
    parts = []
    for name in ("train", "t10k"):
        images, labels = (idx(folder, f"{name}-images-idx3-ubyte"), idx(folder, f"{name}-labels-idx1-ubyte"))
        if images.ndim != 3 or images.shape[1] != images.shape[2] or labels.shape != images.shape[:1]:
            raise DataError(f"{folder}: {name} has images {images.shape} and labels {labels.shape}")
        parts += [images[:, None] / 255, labels.astype(int)]
    return Data(*parts)


def idx(folder: Path, name: str) -> Array:
    """The bytes of an IDX file with the shape in its head. Errors: `DataError` naming the file."""
    path = next((p for p in (folder / name, folder / f"{name}.gz") if p.is_file()), None)
    if path is None:
        raise DataError(f"{folder} has neither {name} nor {name}.gz")
    try:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, ValueError) as error:
        raise DataError(f"{path} cannot be read: {error}") from None
    rank = raw[3] if len(raw) > 3 and raw[:3] == b"\0\0\x08" else 0
    head = 4 + 4 * rank
    if not rank or len(raw) < head:
        raise DataError(f"{path} is no IDX file of bytes")
    shape = tuple(int(k) for k in np.frombuffer(raw, ">u4", rank, 4))
    if len(raw) - head != np.prod(shape):
        raise DataError(f"{path} has {len(raw) - head} bytes of data, but its head says {shape}")
    return np.frombuffer(raw, np.uint8, offset=head).reshape(shape)


# --- learning ------------------------------------------------------------------------------------


def start(g: Graph, rng: np.random.Generator) -> Parameters:
    """Zero biases; other arrays normal with variance 2 over the entries one output sees (He et al.)."""
    out: Parameters = {}
    for name in LEARNED:
        shape = [s.value({}) for s in g[name].shape]
        seen = np.prod(shape[1:]) if len(shape) > 2 else shape[0]
        out[name] = rng.normal(size=shape) * np.sqrt(2 / seen) if len(shape) > 1 else np.zeros(shape)
    return out


def batches(n: int, rng: np.random.Generator) -> Iterator[Array]:
    order = rng.permutation(n)
    return (order[k : k + BATCH] for k in range(0, n, BATCH))


@dataclass
class Adam:
    """Steps along running means of the gradients, each entry scaled by its own size."""

    mean: Parameters
    square: Parameters
    count: int = 0

    def step(self, parameters: Parameters, gradient: Mapping[str, Array], rate: float) -> None:
        self.count += 1
        for n, p in parameters.items():
            self.mean[n] = MEMORY * self.mean[n] + (1 - MEMORY) * gradient[n]
            self.square[n] = SQUARES * self.square[n] + (1 - SQUARES) * gradient[n] ** 2
            mean = self.mean[n] / (1 - MEMORY**self.count)
            scale = np.sqrt(self.square[n] / (1 - SQUARES**self.count)) + TINY
            parameters[n] = p - rate * mean / scale


def train(
    g: Graph, data: Data, epochs: int, seed: int, tell: Callable[[float], None]
) -> tuple[Parameters, list[float]]:
    """The learned parameters and the loss of every batch; the step size falls to 0 along a cosine."""
    rng = np.random.default_rng([seed, 1])
    value_and_gradients = derive(g, of="L", wrt=LEARNED).compile("numpy")
    parameters = start(g, rng)
    zeros = {n: np.zeros_like(p) for n, p in parameters.items()}
    adam = Adam(dict(zeros), dict(zeros))
    losses: list[float] = []
    total = epochs * -(-len(data.labels) // BATCH)
    for _ in range(epochs):
        for rows in batches(len(data.labels), rng):
            out = value_and_gradients(x=data.images[rows], t=data.labels[rows], **parameters)
            rate = RATE * (1 + np.cos(np.pi * len(losses) / total)) / 2
            adam.step(parameters, out, rate)
            losses.append(float(out["L"]))
            tell(1 / total)
    return parameters, losses


def accuracy(g: Graph, parameters: Mapping[str, Array], images: Array, labels: Array) -> float:
    """The share of images whose largest score is that of their label."""
    code = functions(derive(g, of="s", wrt="W"), forward="scores", backward="scores_grad")
    scores = compile_source(code, name="scores")
    right = 0
    for k in range(0, len(labels), 500):
        s = scores(x=images[k : k + 500], **parameters)
        right += int(np.sum(s.argmax(-1) == labels[k : k + 500]))
    return right / len(labels)


# --- the command ---------------------------------------------------------------------------------


def loss_curve(losses: list[float], epochs: int) -> str:
    """The loss as means over at most sixty pieces of the training, as SVG."""
    pieces = np.array_split(np.array(losses), min(len(losses), 60))
    ends = np.cumsum([len(p) for p in pieces]) * epochs / len(losses)
    points: list[Point] = [(float(k), max(float(p.mean()), 1e-12)) for k, p in zip(ends, pieces, strict=True)]
    curve = Curve(words("training"), tuple(points))
    drawn = plot(Plot((curve,), words("epoch"), words("loss"), scale="log"))
    return drawing_svg(drawn, title="Loss of a convolutional network")


def words(text: str) -> Label:
    return Label(rf"\text{{{text}}}", text)


def shown(
    run: Callable[[Callable[[float], None]], tuple[Parameters, list[float]]],
) -> tuple[Parameters, list[float]]:
    """The run with a progress bar on a terminal, in silence elsewhere."""
    if not sys.stdout.isatty():
        return run(lambda share: None)
    from rich.progress import Progress

    with Progress(transient=True) as bar:
        task = bar.add_task("training", total=1.0)
        return run(lambda share: bar.advance(task, share))


def main(arguments: list[str] | None = None) -> int:
    """Trains, tests and draws. Status 2 where the data cannot be used."""
    parser = ArgumentParser(description="Trains a convolutional network whose gradients are derived.")
    parser.add_argument("--mnist", type=Path, metavar="DIR", help="folder with the IDX files of MNIST")
    parser.add_argument("--epochs", type=int, help="passes over the data (digits: 30, MNIST: 3)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-o", "--output", type=Path, default=Path("digits_cnn.svg"), metavar="OUT")
    a = parser.parse_args(arguments)
    epochs = a.epochs if a.epochs is not None else 3 if a.mnist else 30
    if epochs < 1:
        parser.error("--epochs must be at least 1")
    try:
        data = mnist(a.mnist) if a.mnist else digits(a.seed)
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    began = perf_counter()
    g = network(data.images.shape[-1])
    parameters, losses = shown(lambda tell: train(g, data, epochs, a.seed, tell))
    share = accuracy(g, parameters, data.test_images, data.test_labels)
    a.output.write_text(loss_curve(losses, epochs), encoding="utf-8")
    said = f"test accuracy {share:.2%} of {len(data.test_labels)} images"
    print(f"{said}; seed {a.seed}, {epochs} epochs, {perf_counter() - began:.1f} s; {a.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
