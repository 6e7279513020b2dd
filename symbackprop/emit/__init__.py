"""A `Derivation` enters, code leaves: the same equations, spelled for a target, one file each.

Public names for authors of programs: `functions` and `layers` write a module under names of one's own choice,
`compile_source` makes a function of it; `Compiled` is a derivation as a function. Read `targets.py`
first, then `numpy_code.py`.
"""

from symbackprop.emit.layers_code import Functions, Layer, functions, layers
from symbackprop.emit.targets import Compiled, compile_source, source

__all__ = ["Compiled", "Functions", "Layer", "compile_source", "functions", "layers", "source"]
