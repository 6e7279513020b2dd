"""Write the forward pass; get the backward pass as a page you can hand in.

    import symbackprop as sb
    d = sb.derive("x: d; W: m x d; y: m; L = sum((W @ x - y)**2)", wrt=["W"])
    print(d["W"].text());  assert d.verify().ok

Names are loaded when they are first used; SymPy only when a derivative needs it.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symbackprop.answers.check import check
    from symbackprop.answers.many import check_all
    from symbackprop.answers.verdict import Verdict
    from symbackprop.batched import batch
    from symbackprop.convention import Convention
    from symbackprop.derivation import Derivation, Gradient, derive
    from symbackprop.errors import (
        DeclarationError, FormulaError, LimitError, ShapeError, SheetError, SymbackpropError, TexError,
        VerificationError,
    )  # fmt: skip
    from symbackprop.expr import Expr
    from symbackprop.functions import named, symbol
    from symbackprop.graph import Graph, collect
    from symbackprop.graph_text import read
    from symbackprop.derivative import Derivative
    from symbackprop.quantities import Quantities
    from symbackprop.blocks import hessian, jacobian
    from symbackprop.curvature import fisher, gauss_newton
    from symbackprop.exercise import (
        Derived, Exercise, Part, Stated, code, drawn, said, written,
    )  # fmt: skip
    from symbackprop.judged import Judged
    from symbackprop.lines import Line, judge
    from symbackprop.prose import Words
    from symbackprop.sheet import Sheet
    from symbackprop.report import Report

__version__ = "0.1.0"
_HOME = {
    "read": "graph_text", "collect": "graph", "Graph": "graph", "symbol": "functions", "named": "functions",
    "Expr": "expr", "derive": "derivation", "Derivation": "derivation", "Gradient": "derivation",
    "jacobian": "blocks", "hessian": "blocks", "Derivative": "derivative", "fisher": "curvature",
    "gauss_newton": "curvature", "Convention": "convention",
    "Report": "report", "Sheet": "sheet", "Words": "prose", "Judged": "judged", "Line": "lines",
    "judge": "lines", "check": "answers.check", "check_all": "answers.many",
    "Verdict": "answers.verdict", **dict.fromkeys((
        "Derived", "Exercise", "Part", "Stated", "code", "drawn", "said", "written",
    ), "exercise"), "Quantities": "quantities", "batch": "batched",
    **dict.fromkeys((
        "SymbackpropError", "DeclarationError", "FormulaError", "LimitError", "ShapeError", "SheetError",
        "TexError", "VerificationError"), "errors"),
}  # fmt: skip
__all__ = [
    "Convention", "DeclarationError", "Derivation", "Derivative", "Derived", "Exercise", "Expr",
    "FormulaError", "Gradient", "Graph", "Judged", "LimitError", "Line", "Part", "Quantities", "Report",
    "ShapeError", "Sheet", "SheetError", "Stated", "SymbackpropError", "TexError", "Verdict",
    "VerificationError", "Words", "batch", "check", "check_all", "code", "collect", "derive", "drawn",
    "fisher", "gauss_newton", "hessian", "jacobian", "judge", "named", "read", "said", "symbol", "written",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Public names from their modules; every function of the vocabulary by its own name (`sb.softmax`)."""
    if name in _HOME:
        value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    elif name.startswith("_") or find_spec(f"{__name__}.{name}"):
        raise AttributeError(name)  # a module of ours: the import system loads it
    else:
        functions = import_module(f"{__name__}.functions").FUNCTIONS
        if name not in functions:
            raise AttributeError(f"symbackprop has no `{name}`")
        value = functions[name]
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
