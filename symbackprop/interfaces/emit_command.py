"""`symbackprop emit`: code of a forward and backward pass, or of a derivative, that was verified before."""

from __future__ import annotations

import argparse

from symbackprop.derivation.derivation import derive
from symbackprop.emit import Layer, layers, source
from symbackprop.graph.graph_text import as_graph
from symbackprop.interfaces.asked_derivative import asked_derivative
from symbackprop.interfaces.graph_file import graph_text, variables


def run_emit(o: argparse.Namespace) -> int:
    """The emitted module on standard output."""
    text = graph_text(o.file)
    if o.kind != "gradient":
        q = asked_derivative(o, as_graph(text))
        q.verify()
        print(source(q, o.to), end="")
        return 0
    d = derive(text, o.of, variables(o.wrt))
    d.verify().demand()
    print(layers([Layer(d, "Net", o.layer)], o.to) if o.layer else source(d, o.to), end="")
    return 0
