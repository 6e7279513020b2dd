"""Graphs, derivations and derivatives go through pickle and copy; expressions stay the same objects."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import symbackprop as sb
from symbackprop.graph.pickling import arguments_first
from tests.graphs import GRAPHS

HESSIANS = ("x: n; A: n x n; f = x @ A @ x", "w: d; X: n x d; phi: function; f = sum(phi(X @ w))",
            "X: n x m; f = logdet(X.T @ X)")  # fmt: skip


@pytest.mark.parametrize("name", GRAPHS)
def test_a_graph_goes_through_pickle_and_copy(name: str) -> None:
    g = sb.read(GRAPHS[name])
    for again in (pickle.loads(pickle.dumps(g)), copy.deepcopy(g), copy.copy(g)):
        assert again == g
        assert all(again[n] is g[n] for n in g.symbol)


@pytest.mark.parametrize("name", ["labels", "elman", "layernorm", "slices", "vector output"])
def test_a_derivation_goes_through_pickle_and_copy(name: str) -> None:
    d = sb.derive(GRAPHS[name])
    d.lines  # noqa: B018 - what is computed from the fields is not pickled
    for again in (pickle.loads(pickle.dumps(d)), copy.deepcopy(d)):
        assert again == d and repr(again) == repr(d)
        assert [again[s.name].text() for s in again] == [d[s.name].text() for s in d]


@pytest.mark.parametrize("text", HESSIANS)
def test_a_derivative_goes_through_pickle_and_copy(text: str) -> None:
    q = sb.hessian(text, wrt=sb.read(text).inputs[0])
    for again in (pickle.loads(pickle.dumps(q)), copy.deepcopy(q)):
        assert repr(again) == repr(q)
        assert again.verify() < 1e-6


def test_a_deep_graph_is_no_deep_pickle() -> None:
    text = "x0: d; " + "; ".join(f"x{k + 1} = tanh(x{k})" for k in range(900)) + "; L = sum(x900)"
    g = sb.read(text)
    assert pickle.loads(pickle.dumps(g)) == g


def test_arguments_come_before_what_is_made_of_them() -> None:
    g = sb.read(GRAPHS["deep"])
    order = {e: k for k, e in enumerate(arguments_first(g))}
    assert all(order[a] < order[e] for e in order for a in e.args)
    assert all(order[e.symbol.definition] < order[e] for e in order if e.symbol and e.symbol.definition)


def test_another_process_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "derivation"
    path.write_bytes(pickle.dumps(sb.derive(HESSIANS[1])))
    code = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb'))['w'].text())"
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == sb.derive(HESSIANS[1])["w"].text()


def test_another_process_reads_a_recurrence(tmp_path: Path) -> None:
    path = tmp_path / "graph"
    path.write_bytes(pickle.dumps(sb.read(GRAPHS["elman"])))
    code = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb')).output)"
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "L"
