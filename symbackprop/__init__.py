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
    from symbackprop.answers.checking import check
    from symbackprop.answers.many.checking_many import check_all
    from symbackprop.answers.verdicts.verdict import Verdict
    from symbackprop.numeric.batched_graph import batch
    from symbackprop.notation.convention import Convention
    from symbackprop.derivation.derivation import Derivation, Gradient, derive
    from symbackprop.errors import (
        DeclarationError, FormulaError, LimitError, ShapeError, SheetError, SymbackpropError, TexError,
        VerificationError,
    )  # fmt: skip
    from symbackprop.graph.expr import Expr
    from symbackprop.graph.functions import named, symbol
    from symbackprop.graph.graph import Graph, collect
    from symbackprop.graph.graph_text import read
    from symbackprop.derivatives.derivative import Derivative
    from symbackprop.sheet.quantity_answer import Quantities
    from symbackprop.derivatives.derivative_blocks import hessian, jacobian
    from symbackprop.derivatives.curvature import fisher, gauss_newton
    from symbackprop.sheet.exercise import (
        Derived, Exercise, Part, Stated, code, drawn, said, written,
    )  # fmt: skip
    from symbackprop.sheet.judged_line import Judged
    from symbackprop.answers.verdicts.line_verdict import Line, judge
    from symbackprop.catalogue.prose import Words
    from symbackprop.sheet.sheet import Sheet
    from symbackprop.derivation.report import Report

__version__ = "0.1.0"
_HOME = {
    "read": "graph.graph_text", "collect": "graph.graph", "Graph": "graph.graph", "symbol": "graph.functions", "named": "graph.functions",
    "Expr": "graph.expr", "derive": "derivation.derivation", "Derivation": "derivation.derivation", "Gradient": "derivation.derivation",
    "jacobian": "derivatives.derivative_blocks", "hessian": "derivatives.derivative_blocks", "Derivative": "derivatives.derivative", "fisher": "derivatives.curvature",
    "gauss_newton": "derivatives.curvature", "Convention": "notation.convention",
    "Report": "derivation.report", "Sheet": "sheet.sheet", "Words": "catalogue.prose", "Judged": "sheet.judged_line", "Line": "answers.verdicts.line_verdict",
    "judge": "answers.verdicts.line_verdict", "check": "answers.checking", "check_all": "answers.many.checking_many",
    "Verdict": "answers.verdicts.verdict", **dict.fromkeys((
        "Derived", "Exercise", "Part", "Stated", "code", "drawn", "said", "written",
    ), "sheet.exercise"), "Quantities": "sheet.quantity_answer", "batch": "numeric.batched_graph",
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
        functions = import_module(f"{__name__}.graph.functions").FUNCTIONS
        if name not in functions:
            raise AttributeError(f"symbackprop has no `{name}`")
        value = functions[name]
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
