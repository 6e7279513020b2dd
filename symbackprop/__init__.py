"""Write the forward pass; get the backward pass as a page you can hand in.

    import symbackprop as sb
    d = sb.derive("x: d; W: m x d; y: m; L = sum((W @ x - y)**2)", wrt=["W"])
    print(d["W"].text());  assert d.verify().ok

Public are the names of `__all__`, every function of the vocabulary (`sb.softmax`), and two folders:
`sb.picture` for drawings on a sheet, `sb.emit` for programs. Names are loaded when they are first used; SymPy
only when a derivative needs it. `CONTRIBUTING.md` has the map of the rooms.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from symbackprop.doors import hang

if TYPE_CHECKING:
    from symbackprop.answers.checking import check as check
    from symbackprop.answers.many.checking_many import check_all as check_all
    from symbackprop.answers.slips.listed_mistakes import mistakes as mistakes
    from symbackprop.answers.verdicts.line_verdict import Line as Line, judge as judge
    from symbackprop.answers.verdicts.verdict import Verdict as Verdict
    from symbackprop.catalogue.prose import Words as Words
    from symbackprop.derivation.derivation import (
        Derivation as Derivation, Gradient as Gradient, derive as derive,
    )  # fmt: skip
    from symbackprop.derivation.report import Report as Report
    from symbackprop.derivatives.curvature import fisher as fisher, gauss_newton as gauss_newton
    from symbackprop.derivatives.derivative import Derivative as Derivative
    from symbackprop.derivatives.derivative_blocks import hessian as hessian, jacobian as jacobian
    from symbackprop.errors import (
        DeclarationError as DeclarationError, FormulaError as FormulaError, LimitError as LimitError,
        ShapeError as ShapeError, SheetError as SheetError, SymbackpropError as SymbackpropError,
        TexError as TexError, VerificationError as VerificationError,
    )  # fmt: skip
    from symbackprop.formula.printed_names import spelled as spelled
    from symbackprop.graph.expr import Expr as Expr
    from symbackprop.graph.functions import collect as collect, named as named, symbol as symbol
    from symbackprop.graph.graph import Graph as Graph
    from symbackprop.graph.graph_text import read as read
    from symbackprop.notation.convention import Convention as Convention
    from symbackprop.numeric.checked_batch import batch as batch
    from symbackprop.sheet.exercise import (
        Derived as Derived, Exercise as Exercise, Part as Part, Stated as Stated, code as code,
        drawn as drawn, said as said, written as written,
    )  # fmt: skip
    from symbackprop.sheet.judged_line import Judged as Judged
    from symbackprop.sheet.quantity_answer import Quantities as Quantities
    from symbackprop.sheet.sheet import Sheet as Sheet

__version__ = "0.1.0"
_HOME = {name: module for module, names in {
    "answers.checking": "check",
    "answers.many.checking_many": "check_all",
    "answers.slips.listed_mistakes": "mistakes",
    "answers.verdicts.line_verdict": "Line judge",
    "answers.verdicts.verdict": "Verdict",
    "catalogue.prose": "Words",
    "derivation.derivation": "Derivation Gradient derive",
    "derivation.report": "Report",
    "derivatives.curvature": "fisher gauss_newton",
    "derivatives.derivative": "Derivative",
    "derivatives.derivative_blocks": "hessian jacobian",
    "errors": "DeclarationError FormulaError LimitError ShapeError SheetError SymbackpropError TexError "
              "VerificationError",
    "formula.printed_names": "spelled",
    "graph.expr": "Expr",
    "graph.functions": "collect named symbol",
    "graph.graph": "Graph",
    "graph.graph_text": "read",
    "notation.convention": "Convention",
    "numeric.checked_batch": "batch",
    "sheet.exercise": "Derived Exercise Part Stated code drawn said written",
    "sheet.judged_line": "Judged",
    "sheet.quantity_answer": "Quantities",
    "sheet.sheet": "Sheet",
}.items() for name in names.split()}  # fmt: skip
_DOORS = {  # what lower floors ask of higher ones, and who answers: the only table of its kind
    "show expression": ("interfaces.notebook", "expression_bundle"),
    "show graph": ("interfaces.notebook", "graph_bundle"),
    "show derivation": ("interfaces.notebook", "derivation_bundle"),
    "verify": ("verify.equality", "verify_derivation"),
    "verify quantity": ("verify.equality", "verify_derivative"),
    "page": ("sheet.derivation_page", "page_of"),
    "source": ("emit", "source"),
    "compile": ("emit", "Compiled"),
    "compile quantity": ("emit.targets", "compile_quantity"),
    "find sheets": ("sheet.building", "sheets"),
    "run build": ("interfaces.build_command", "run_build"),
    "run derive": ("interfaces.derive_command", "run_derive"),
    "run check": ("interfaces.check_command", "run_check"),
    "run emit": ("interfaces.emit_command", "run_emit"),
    "run reference": ("interfaces.reference_command", "run_reference"),
    "run doctor": ("interfaces.doctor", "run_doctor"),
}
__all__ = [
    "Convention", "DeclarationError", "Derivation", "Derivative", "Derived", "Exercise", "Expr",
    "FormulaError", "Gradient", "Graph", "Judged", "LimitError", "Line", "Part", "Quantities", "Report",
    "ShapeError", "Sheet", "SheetError", "Stated", "SymbackpropError", "TexError", "Verdict",
    "VerificationError", "Words", "batch", "check", "check_all", "code", "collect", "derive", "drawn",
    "fisher", "gauss_newton", "hessian", "jacobian", "judge", "mistakes", "named", "read", "said", "spelled",
    "symbol", "written",
]  # fmt: skip
_PUBLIC_FOLDERS = ("emit", "picture")


def __getattr__(name: str) -> Any:
    """Public names from their modules, public folders, functions of the vocabulary by their own names."""
    if name in _HOME:
        value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    elif name in _PUBLIC_FOLDERS:
        value = import_module(f"{__name__}.{name}")
    elif name.startswith("_") or find_spec(f"{__name__}.{name}"):
        raise AttributeError(name)  # a module of ours: the import system loads it
    else:
        functions = import_module(f"{__name__}.graph.functions").FUNCTIONS
        if name not in functions:
            raise AttributeError(f"symbackprop has no `{name}`")
        value = functions[name]
    globals()[name] = value
    return value


def _answer(module: str, function: str, *asked: object, **options: object) -> Any:
    """What stands behind a door, loaded when it is opened."""
    return getattr(import_module(f"{__name__}.{module}"), function)(*asked, **options)


hang({door: partial(_answer, *behind) for door, behind in _DOORS.items()})


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_PUBLIC_FOLDERS})
