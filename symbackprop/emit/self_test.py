"""The test at the end of an emitted module: gradients against central differences, and both ways to them."""

from __future__ import annotations

from collections.abc import Mapping

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.argument_checks import arguments
from symbackprop.emit.code_names import code_names, public
from symbackprop.emit.program.code_writer import Target
from symbackprop.graph.domains import Drawn, domain_of
from symbackprop.graph.expr import Symbol
from symbackprop.numeric.points import bind_sizes

TEST = '''def _test(seed=0, step=1e-6):
    """Gradients against central differences, and the passes apart, at drawn inputs of small sizes."""
    import sys

    import numpy as np

{doubles}    def run(f, at):
        found = f({{n: {array}(x) for n, x in at.items()}})
        return {{n: np.asarray(v) for n, v in found.items()}}

    for trial in range(20):  # every other time all are positive, for what is defined there alone
        rng = np.random.default_rng([seed, trial])
        draw = (rng.normal, rng.uniform)[trial % 2]
        at = {{{at}}}
        along = {{{along}}}
        found = run(value_and_gradients, at)
        if all(np.all(np.isfinite(v)) for v in found.values()):
            break
    else:
        sys.exit("no finite values at drawn inputs")
    bar, worst = at.get({bar!r}, 1.0), 0.0
    for name, v in along.items():
        moved = [run(value_and_gradients, at | {{name: at[name] + h * v}}) for h in (step, -step)]
        ends = [np.sum(bar * m[{of!r}]) for m in moved]
        slope, quotient = np.sum(found[name] * v), (ends[0] - ends[1]) / (2 * step)
        scale = np.sum(np.abs(found[name] * v)) + 1e-4 * np.max(np.abs(ends))
        worst = max(worst, abs(slope - quotient) / max(scale, 1e-300))
        if not abs(slope - quotient) <= 1e-5 * scale:
            sys.exit(f"the gradient by {{name}} gives {{slope}}, central differences {{quotient}}")

    def apart(given):
        value, saved = forward({{n: x for n, x in given.items() if n != {bar!r}}})
        return {{{of!r}: value, **backward(saved, given.get({bar!r}, 1.0))}}

    for name, v in run(apart, at).items():
        if not np.allclose(v, found[name], rtol=1e-9, atol=1e-9 * np.max(np.abs(found[name]), initial=0)):
            sys.exit(f"{{name}} differs where the passes are apart")
    print(f"ok {of}: {{len(along)}} gradients, off central differences by {{worst:.0e}}")


if __name__ == "__main__":
    _test()
'''


def self_test(d: Derivation, target: Target) -> str:
    """The function that tests the module, and its call where the module is run."""
    g, names, sizes = d.graph, code_names(d), bind_sizes(d.graph, 0)
    moved = {n for n in d.wrt if n in d.backward.adjoints and n != d.of}
    declared = {public(n): g.symbol[n].symbol for n in g.inputs}
    at, along = dict[str, str](), dict[str, str]()
    for name, _, shape in arguments(d, names, seeded=d.backward.seed.symbol is not None):
        s = declared.get(name)
        values, direction = drawn(s, tuple(x.value(sizes) for x in shape), sizes)
        at[name] = values
        if s and s.name in moved:
            along[name] = direction
    return TEST.format(at=listed(at), along=listed(along), of=d.of, bar=names.bar(d.of),
                       array=target.array, doubles=target.doubles and f"    {target.doubles}\n")  # fmt: skip


def drawn(s: Symbol | None, shape: tuple[int, ...], sizes: Mapping[str, int]) -> Drawn:
    """How an argument is drawn, and a direction for it; what is no input may be anything."""
    if s and s.labels:
        return f"rng.integers(0, {s.labels.value(sizes)}, {shape})", ""
    words = {"shape": shape, "last": shape[-1] if shape else 1, "rest": shape[:-1]}
    value, direction = (x.format(**words) for x in domain_of(s.domain if s else "real").code)
    return value, direction


def listed(rows: Mapping[str, str]) -> str:
    """The rows of a dict, one a line."""
    said = "".join(f"            {n!r}: {code},\n" for n, code in rows.items())
    return f"\n{said}        " if rows else ""
