"""What the calls of whole layers mean, computed by windows on arrays: independent of the derivation.

Batches are the axes in front of an image's own; an image is … x c x h x w, a filter k x c x u x v.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any, TypeAlias

import numpy as np

from symbackprop.derivation.whole_layers import Called, WholeLayers
from symbackprop.entries.reference_values import Array
from symbackprop.errors import VerificationError

Options: TypeAlias = Mapping[str, Any]
Extent: TypeAlias = tuple[int, ...]
Run: TypeAlias = Callable[[int, Options, Extent, tuple[Array, ...]], Array]


def layer_functions(whole: WholeLayers, sizes: Mapping[str, int]) -> dict[str, Callable[..., Array]]:
    """Every call of a page's whole layers by the name of its op, at some sizes."""
    shapes: dict[Called, dict[tuple[Extent, ...], set[Extent]]] = {}
    for c, e in whole.calls:
        given = tuple(tuple(s.value(sizes) for s in a.shape) for a in e.args)
        made = tuple(s.value(sizes) for s in e.shape)
        shapes.setdefault(c, {}).setdefault(given, set()).add(made)
    return {c.op.name: running(c, own) for c, own in shapes.items()}


def running(c: Called, shapes: Mapping[tuple[Extent, ...], set[Extent]]) -> Callable[..., Array]:
    """One function on arrays; the extent of its value is that of the layers that are called so.

    Errors: `VerificationError` where two layers print alike and differ in it.
    """
    work = WORK[c.word, c.turned]
    options = {k: plain(v) for k, v in c.options}

    def run(*arrays: Array) -> Array:
        found = shapes.get(tuple(np.shape(a) for a in arrays), set())
        if len(found) != 1:
            raise VerificationError(f"`{c.op.name}` is one function of arrays of several sizes")
        return work(c.axes, options, next(iter(found)), arrays)

    return run


def plain(option: object) -> Any:
    """A word, a whole number, or a rounded one."""
    if isinstance(option, str):
        return option
    number = float(option)  # type: ignore[arg-type]
    return int(number) if number.is_integer() else number


def offsets(window: Extent, extent: Extent, options: Options) -> Iterator[tuple[Extent, tuple[slice, ...]]]:
    """Each place in a window, and where it stands in the padded image for all windows at once.

    `extent` is how many windows there are along each axis.
    """
    step, gap = options["stride"], options.get("dilation", 1)
    for place in product(*map(range, window)):
        ends = ((gap * p, gap * p + step * (n - 1) + 1) for p, n in zip(place, extent, strict=True))
        yield place, tuple(slice(first, last, step) for first, last in ends)


def window(axes: int, options: Options) -> Extent:
    return (options["size"],) * axes


def padded(x: Array, axes: int, options: Options) -> Array:
    width = options.get("padding", 0)
    return np.pad(x, [(0, 0)] * (x.ndim - axes) + [(width, width)] * axes) if width else x


def cut(x: Array, axes: int, options: Options) -> Array:
    """What is left without the padding."""
    width = options.get("padding", 0)
    return x[(..., *[slice(width, n - width) for n in x.shape[-axes:]])] if width else x


def empty(shape: Extent, axes: int, options: Options, like: Array) -> Array:
    """Zeros in the extent of a padded image."""
    width = 2 * options.get("padding", 0)
    return np.zeros((*shape[:-axes], *(n + width for n in shape[-axes:])), dtype=like.dtype)


def stacked(x: Array, axes: int, options: Options, extent: Extent) -> Array:
    """The entries of every window, one axis in front."""
    image = padded(x, axes, options)
    return np.stack([image[(..., *at)] for _, at in offsets(window(axes, options), extent, options)])


def maxpool(axes: int, options: Options, shape: Extent, arrays: tuple[Array, ...]) -> Array:
    return np.max(stacked(arrays[0], axes, options, shape[-axes:]), axis=0)


def unpool(axes: int, options: Options, shape: Extent, arrays: tuple[Array, ...]) -> Array:
    """Every entry to the first largest entry of its window."""
    signal, x = arrays
    extent = signal.shape[-axes:]
    first = np.argmax(stacked(x, axes, options, extent), axis=0)
    out = empty(shape, axes, options, signal)
    for n, (_, at) in enumerate(offsets(window(axes, options), extent, options)):
        out[(..., *at)] += np.where(first == n, signal, 0 * signal)
    return out


def avgpool(axes: int, options: Options, shape: Extent, arrays: tuple[Array, ...]) -> Array:
    return np.sum(stacked(arrays[0], axes, options, shape[-axes:]), axis=0) / options["size"] ** axes


def spread(axes: int, options: Options, shape: Extent, arrays: tuple[Array, ...]) -> Array:
    """Every entry in equal parts to all of its window."""
    share = arrays[0] / options["size"] ** axes
    out = empty(shape, axes, options, share)
    for _, at in offsets(window(axes, options), share.shape[-axes:], options):
        out[(..., *at)] += share
    return cut(out, axes, options)


def across(weights: Array, x: Array, axes: int) -> Array:
    """A matrix applied to the channels of an image."""
    return np.moveaxis(np.tensordot(weights, x, axes=([1], [x.ndim - axes - 1])), 0, -axes - 1)


def conv(axes: int, options: Options, shape: Extent, arrays: tuple[Array, ...]) -> Array:
    x, f, *bias = arrays
    image = padded(x, axes, options)
    places = offsets(f.shape[-axes:], shape[-axes:], options)
    out = np.asarray(sum(across(f[(..., *p)], image[(..., *at)], axes) for p, at in places))
    return out + bias[0].reshape(-1, *[1] * axes) if bias else out


def laid(axes: int, options: Options, shape: Extent, arrays: tuple[Array, ...]) -> Array:
    """Every entry lays down its filter, scaled; copies that overlap are added."""
    signal, f = arrays
    out = empty(shape, axes, options, signal)
    for place, at in offsets(f.shape[-axes:], signal.shape[-axes:], options):
        out[(..., *at)] += across(f[(..., *place)].T, signal, axes)
    return cut(out, axes, options)


def corr(axes: int, options: Options, shape: Extent, arrays: tuple[Array, ...]) -> Array:
    """For each entry of the filter what it met, times the signal, summed over places and batches."""
    x, signal = arrays
    image, out = padded(x, axes, options), np.zeros(shape, dtype=signal.dtype)

    def by_channel(a: Array) -> Array:
        return np.moveaxis(a, -axes - 1, 0).reshape(a.shape[-axes - 1], -1)

    for place, at in offsets(shape[-axes:], signal.shape[-axes:], options):
        out[(..., *place)] = by_channel(signal) @ by_channel(image[(..., *at)]).T
    return out


def grouped(run: Run, *axes_of: int, joined: int) -> Run:
    """A function of each group of channels by itself: the axes that fall into groups, seen from an image's
    own axes where they are negative; the results one behind the other."""

    def each(axes: int, options: Options, shape: Extent, arrays: tuple[Array, ...]) -> Array:
        n = options.get("groups", 1)
        if n == 1:
            return run(axes, options, shape, arrays)
        cuts = [np.split(a, n, axis=k - axes if k < 0 else k) for a, k in zip(arrays, axes_of, strict=False)]
        at = joined - axes if joined < 0 else joined
        part = tuple(s // n if k == at % len(shape) else s for k, s in enumerate(shape))
        return np.concatenate([run(axes, options, part, own) for own in zip(*cuts, strict=True)], axis=at)

    return each


CHANNEL = -1  # the axis before those of an image


def globalmax(axes: int, options: Options, shape: Extent, arrays: tuple[Array, ...]) -> Array:
    return np.max(arrays[0], axis=tuple(range(-axes, 0)))


def globalunpool(axes: int, options: Options, shape: Extent, arrays: tuple[Array, ...]) -> Array:
    """Every entry to the first largest entry of its image."""
    signal, x = arrays
    flat = x.reshape(*x.shape[:-axes], -1)
    first = np.argmax(flat, axis=-1)[..., None]
    chosen = np.arange(flat.shape[-1]) == first
    return np.where(chosen, signal[..., None], 0 * signal[..., None]).reshape(x.shape)


def globalavg(axes: int, options: Options, shape: Extent, arrays: tuple[Array, ...]) -> Array:
    count = int(np.prod(arrays[0].shape[-axes:]))
    return np.sum(arrays[0], axis=tuple(range(-axes, 0))) / count


def shared_out(axes: int, options: Options, shape: Extent, arrays: tuple[Array, ...]) -> Array:
    """Every entry in equal parts to all of its image."""
    share = arrays[0] / int(np.prod(shape[-axes:]))
    return np.broadcast_to(share[(..., *[None] * axes)], shape)


def upsample(axes: int, options: Options, shape: Extent, arrays: tuple[Array, ...]) -> Array:
    (out,) = arrays
    for k in range(axes):
        out = np.repeat(out, options["scale"], axis=-1 - k)
    return out


def gathered(axes: int, options: Options, shape: Extent, arrays: tuple[Array, ...]) -> Array:
    """The sum of every block."""
    (out,) = arrays
    for k in range(axes):
        at = out.ndim - 1 - k
        out = np.add.reduceat(out, np.arange(0, out.shape[at], options["scale"]), axis=at)
    return out


def spread_mean(axes: int, options: Options, shape: Extent, arrays: tuple[Array, ...]) -> Array:
    """The mean of what an entry belongs to, in its place."""
    (x,) = arrays
    if "groups" in options:
        rows = x.reshape(x.shape[0], options["groups"], -1)
        means = rows.sum(axis=2, keepdims=True) / rows.shape[2]
        return np.broadcast_to(means, rows.shape).reshape(x.shape)
    kept = {"channel": (1,), "image": (0, 1), "row": tuple(range(x.ndim - 1))}[options["over"]]
    gone = tuple(k for k in range(x.ndim) if k not in kept)
    count = int(np.prod([x.shape[k] for k in gone]))
    return np.broadcast_to(x.sum(axis=gone, keepdims=True) / count, x.shape)


def deviation(axes: int, options: Options, shape: Extent, arrays: tuple[Array, ...]) -> Array:
    centred = arrays[0] - spread_mean(axes, options, shape, arrays)
    return root_mean_square(axes, options, shape, (centred,))


def root_mean_square(axes: int, options: Options, shape: Extent, arrays: tuple[Array, ...]) -> Array:
    return np.sqrt(spread_mean(axes, options, shape, (arrays[0] ** 2,)) + options["eps"])


def gained(axes: int, options: Options, shape: Extent, arrays: tuple[Array, ...]) -> Array:
    """Every channel, or every entry of a row, by its gain."""
    x, gain = arrays
    return x * (gain if options["over"] == "entry" else gain.reshape(-1, *[1] * (x.ndim - 2)))


def groupnorm(axes: int, options: Options, shape: Extent, arrays: tuple[Array, ...]) -> Array:
    x, *rest = arrays
    y = (x - spread_mean(axes, options, shape, (x,))) / deviation(axes, options, shape, (x,))
    for k, a in enumerate(rest):
        each = a.reshape(-1, *[1] * (x.ndim - 2))
        y = y + each if k else y * each
    return y


WORK: Mapping[tuple[str, bool], Run] = {
    ("maxpool", False): maxpool, ("unpool", False): unpool,
    ("avgpool", False): avgpool, ("avgpool", True): spread,
    ("conv", False): grouped(conv, CHANNEL, 0, 0, joined=CHANNEL),
    ("conv", True): grouped(laid, CHANNEL, 0, joined=CHANNEL),
    ("corr", False): grouped(corr, CHANNEL, CHANNEL, joined=0),
    ("globalmax", False): globalmax, ("globalunpool", False): globalunpool,
    ("globalavg", False): globalavg, ("globalavg", True): shared_out,
    ("mean", False): spread_mean, ("dev", False): deviation, ("rms", False): root_mean_square,
    ("scale", False): gained, ("groupnorm", False): groupnorm,
    ("upsample", False): upsample, ("upsample", True): gathered,
}  # fmt: skip
