"""The command line. Exit status: 0 fine, 1 the mathematics is wrong, 2 the input cannot be used."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from pkgutil import iter_modules

from symbackprop import __version__, doors
from symbackprop.catalogue.error_sentences import explained
from symbackprop.errors import SymbackpropError, VerificationError

# what a sheet can be written as, by the names of files: nothing is loaded before it is used
FORMATS = [m.name.removesuffix("_format")
           for m in iter_modules([str(Path(__file__).parent / "sheet" / "formats")])]  # fmt: skip
EPILOG = "Exit status: 0 fine, 1 something is wrong with the mathematics, 2 the input could not be used."


def parser() -> argparse.ArgumentParser:
    """All verbs and their options."""
    top = argparse.ArgumentParser(
        "symbackprop", description="Forward pass in, verified backward pass out.", epilog=EPILOG
    )
    top.add_argument("--version", action="version", version=f"symbackprop {__version__}")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")
    b = verbs.add_parser("build", help="sheets of modules or folders to PDF, LaTeX or HTML", epilog=EPILOG)
    build_options(b)
    d = verbs.add_parser("derive", help="gradients of a graph text", epilog=EPILOG)
    graph_options(d)
    d.add_argument("--to", choices=("text", "latex", "json"), default="text")
    d.add_argument("--deadline", type=float, metavar="SECONDS", help="of gradients: stop checking after them")
    e = verbs.add_parser("emit", help="code of both passes, or of a derivative", epilog=EPILOG)
    graph_options(e)
    e.add_argument("--to", choices=("numpy", "array-api", "torch", "jax"), default="numpy")
    e.add_argument("--layer", metavar="X", help="a class that X flows through (numpy, torch)")
    check_options(verbs.add_parser("check", help="whether a typed formula is right", epilog=EPILOG))
    verbs.add_parser("reference", help="every function of a graph, with its sizes and formula", epilog=EPILOG)
    verbs.add_parser("doctor", help="what was found on this machine, and the shortest fix", epilog=EPILOG)
    return top


def build_options(b: argparse.ArgumentParser) -> None:
    """What is built, what it becomes, and with which program."""
    b.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="modules or folders (default: worked)")
    b.add_argument(
        "-o", dest="folder", type=Path, default=Path("out"), metavar="DIR", help="output folder (out)"
    )
    b.add_argument("--to", choices=("pdf", *FORMATS), default="pdf")
    b.add_argument("--lang", "--language", choices=("en", "de"), action="append",
                   help="may be repeated (default: those each sheet has)")  # fmt: skip
    b.add_argument("--version", dest="kind", choices=("solution", "exercise"), default="solution")
    b.add_argument("--engine", help="a TeX program, `wheel`, or `none`")
    b.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    b.add_argument("--templates", type=Path, metavar="DIR", help="own templates, looked at first")


def check_options(c: argparse.ArgumentParser) -> None:
    """What an answer is to, where it stands, how it is read."""
    c.add_argument("file", metavar="FILE", help="graph text, or - for standard input")
    c.add_argument("--of", help="the output (default: the last node)")
    c.add_argument("--wrt", help="the variable, or a node")
    c.add_argument("--answer", metavar="FORMULA", help="LaTeX or plain text")
    c.add_argument("--lines", type=Path, metavar="FILE.tex", help="a worked solution, line by line")
    c.add_argument("--answers", type=Path, metavar="FILE", help="a table, .csv or .xlsx, or .jsonl")
    c.add_argument("--column", default="answer", metavar="NAME", help="of --answers: where they stand")
    kinds = ("auto", "gradient", "jacobian", "hessian", "value")
    c.add_argument("--kind", choices=kinds, default="auto")
    c.add_argument("--notation", choices=("auto", "latex", "plain"), default="auto")
    c.add_argument("--lang", choices=("en", "de"), default="en")
    c.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    c.add_argument("--executor", default="processes", metavar="NAME",
                   help="for --answers: processes, dask or dask:ADDRESS")  # fmt: skip
    c.add_argument("--json", action="store_true", help="JSON; one line each for --answers")


def graph_options(p: argparse.ArgumentParser) -> None:
    p.add_argument("file", metavar="FILE", help="graph text, or - for standard input")
    p.add_argument("--of", help="the output (default: what the text says, else the last node)")
    p.add_argument("--wrt", help="variables, separated by commas (default: as the text says, else all)")
    kinds = ("gradient", "jacobian", "hessian", "gauss-newton", "fisher")
    p.add_argument("--as", dest="kind", choices=kinds, default="gradient")
    p.add_argument("--through", metavar="NODE", help="for gauss-newton: the node whose curvature is left out")
    p.add_argument("--label", metavar="NODE", help="for fisher: the label")
    p.add_argument("--given", metavar="NODE", help="for fisher: the probabilities of the label")


def spoken(options: argparse.Namespace) -> str:
    """The language that was asked for, English where none or both were."""
    asked: str | list[str] | None = getattr(options, "lang", None)
    return asked if isinstance(asked, str) else asked[0] if asked and len(asked) == 1 else "en"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb."""
    options = parser().parse_args(argv)
    try:
        return doors.through(f"run {options.verb}", options)
    except VerificationError as error:
        print(f"symbackprop: {error}", file=sys.stderr)
        return 1
    except SymbackpropError as error:
        print(f"symbackprop: {explained(error, spoken(options))}", file=sys.stderr)
        return 2
    except (OSError, UnicodeDecodeError) as error:
        print(f"symbackprop: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("symbackprop: interrupted; files already written are complete", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
