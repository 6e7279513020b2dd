"""`symbackprop emit`: the code of a forward and backward pass whose derivation was verified."""

from __future__ import annotations

import argparse

from symbackprop.derivation.derivation import derive
from symbackprop.emit import source
from symbackprop.interfaces.graph_file import graph_text, variables


def run_emit(o: argparse.Namespace) -> int:
    """The emitted module on standard output."""
    d = derive(graph_text(o.file), o.of, variables(o.wrt))
    d.verify().demand()
    print(source(d, o.to), end="")
    return 0
