"""What an expression is told that is written for another language: methods, `x^2`, `2x`, `W x`, `|x|`."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from inspect import Parameter, signature

from symbackprop.catalogue.error_sentences import told
from symbackprop.errors import DeclarationError
from symbackprop.graph.expr import Expr
from symbackprop.graph.functions import FUNCTIONS
from symbackprop.graph.peer_names import INSTEAD, LIBRARIES, OPTIONS, SIZES, peer

SHOWN = 12  # names that are listed where none is near
GLUED = (  # what stands before and behind the place where Python's grammar ends, and what goes between
    (re.compile(r"\d$"), re.compile(r"[^\W\d_(]|\("), "*"),
    (re.compile(r"\b[A-Z]\w*(\.T)?\s*$|[)\]]\s*$"), re.compile(r"[^\W\d]|\("), " @ "),
    (re.compile(r"[\w)\]]\s*$"), re.compile(r"[A-Z]"), " @ "),
    (re.compile(r"[\w)\]]\s*$"), re.compile(r"[^\W\d]|\("), "*"),
)


def unknown(name: str, names: Iterable[str]) -> DeclarationError:
    """What is told for a name that nobody declared: the one meant, as others call it or nearly so."""
    if found := peer(name):
        return DeclarationError(**found)
    names = list(names)
    near = get_close_matches(name, names, 1, 0.7)
    if near:
        return DeclarationError(**told("unknown", "unknown_near", name=name, near=near[0]))
    own = [n for n in names if n not in FUNCTIONS]
    listed = ", ".join((own or names)[:SHOWN])
    return DeclarationError(**told("unknown", "unknown_known", name=name, known=listed))


def attribute(node: ast.Attribute | ast.expr, whole: ast.expr) -> DeclarationError:
    """What is told for `x.sum()`, `np.tanh(x)`, `X.shape`."""
    said = ast.unparse(whole)[:80]
    if not isinstance(node, ast.Attribute):
        given = f"({', '.join(map(ast.unparse, whole.args))})" if isinstance(whole, ast.Call) else ""
        code = f"{ast.unparse(whole).removesuffix(given)}*{given}"
        return DeclarationError(**told("glued", said=said, code=code[:80]))
    name, root = node.attr, node.value
    while isinstance(root, ast.Attribute):
        root = root.value
    arguments = [a for a in whole.args if not odd_text(name, a)] if isinstance(whole, ast.Call) else []
    options = [optioned(k) for k in whole.keywords] if isinstance(whole, ast.Call) else []
    library = isinstance(root, ast.Name) and root.id in LIBRARIES
    if name in SIZES and not library:
        return DeclarationError(**told("sizes", said=said))
    given = [*map(ours, arguments), *options]
    if not library:
        given.insert(0, ours(node.value))
    code = instead(name, given, whole)
    if code is None:
        return DeclarationError(
            **(peer(name) or told("unknown", "unknown_known", name=name, known=known_names()))
        )
    return DeclarationError(**told("module" if library else "method", said=said, code=code))


def odd_text(name: str, argument: ast.expr) -> bool:
    """Whether an argument is a word that no function of ours takes: 'fro' of a norm."""
    return isinstance(argument, ast.Constant) and isinstance(argument.value, str) and name != "einsum"


def ours(e: ast.expr) -> str:
    """A part of an expression as it is written here, calls of others inside it too."""
    return ast.unparse(Ours().visit(ast.parse(ast.unparse(e), mode="eval")))


class Ours(ast.NodeTransformer):
    """Calls of methods and of other libraries, written as functions of ours where they have one."""

    def visit_Call(self, node: ast.Call) -> ast.AST:  # noqa: N802 - the name that Python asks for
        if isinstance(node.func, ast.Attribute):
            code = dict(attribute(node.func, node).values).get("code")
            return ast.parse(code, mode="eval").body if code else node
        return self.generic_visit(node)


def optioned(k: ast.keyword) -> str:
    """An option under our name."""
    name, value = OPTIONS.get(k.arg or "", k.arg), ast.unparse(k.value)
    if name == "ddof":
        value = {"False": "0", "True": "1"}.get(value, value)
    return f"{name}={value}"


def instead(name: str, given: list[str], whole: ast.expr) -> str | None:
    """How an attribute is written as a function of ours; None for one that we do not have."""
    if name in ("pi", "e") and not isinstance(whole, ast.Call):
        return name
    if name in FUNCTIONS:
        return f"{name}({', '.join(given)})"
    return INSTEAD.get(name) or INSTEAD.get(name.lower())


def known_names() -> str:
    return ", ".join([*FUNCTIONS][:SHOWN]) + ", …"


def misspelled(text: str, place: int, message: str) -> DeclarationError:
    """What is told where Python's grammar ends: a sign that is missing, or one that it does not have."""
    place = min(place, len(text))
    if found := re.search(r"\b(until|while)\b", text):
        return DeclarationError(**told("outside", "outside_loop", name=found[0]))
    if "|" in text:
        return DeclarationError(**told("bars", said=text[:80]))
    if re.search(r"[\w)\]]'", text):
        code = re.sub(r"([\w)\]])'", r"\1.T", text)
        code = re.sub(
            r"(?<=[\w)\]])\s+(?=[\w(])", " @ ", re.sub(r"(?<![\w.])(\d+)\s+(?=[^\W\d]|\()", r"\1*", code)
        )
        return DeclarationError(**told("quote", said=text[:80], code=code[:80]))
    for at in range(place, min(place + 2, len(text)) + 1):
        for before, behind, sign in GLUED:
            left, right = text[:at], text[at:]
            if before.search(left) and behind.match(right.lstrip()):
                code = left.rstrip() + sign + right.lstrip()
                return DeclarationError(**told("glued", said=text[:80], code=code[:80]))
    at = " " * place + "^"
    return DeclarationError(**told("expression", message=message, text=f"\n    {text}\n    {at}"))


def usage(name: str, function: Callable[..., Expr]) -> str:
    """`norm(x, axis=None, keepdims=False)`: how a function is called."""
    shown: list[str] = []
    for p in signature(function).parameters.values():
        many = "…" if p.kind is Parameter.VAR_POSITIONAL else ""
        if p.kind is not Parameter.VAR_KEYWORD:
            shown.append(p.name + many if p.default is Parameter.empty else f"{p.name}={p.default}")
    return f"{name}({', '.join(shown)})"
