"""Sizes of recurrent states are found from those that are declared; what fits no size is said as it is."""

import pytest

import symbackprop as sb

HEAD = "t: 1..T; x[t]: d; W: m x d; U: m x m; O: k x m; h[t] = tanh(W @ x[t] + U @ h[t-1]); "
SUM = "; L = sum(l[t], over=t)"


@pytest.mark.parametrize("text", [
    HEAD + "y[t]: label k; l[t] = cross_entropy_logits(O @ h[t], y[t])" + SUM,
    HEAD + "y[t]: label k; z[t] = log_softmax(O @ h[t]); l[t] = -z[t][y[t]]" + SUM,
    HEAD + "y[t]: k onehot; l[t] = -sum(y[t] * log_softmax(O @ h[t]))" + SUM,
    "t: 1..T; x[t]: n x d; y[t]: n label k; W: d x m; U: m x m; O: m x k; "
    "h[t] = tanh(x[t] @ W + h[t-1] @ U); l[t] = mean(cross_entropy_logits(h[t] @ O, y[t]))" + SUM,
    "t: 1..T; x[t]: d; y[t]: label k; W: m x d; U: m x m; V: n x m; A: n x n; O: k x n; "
    "h[t] = tanh(W @ x[t] + U @ h[t-1]); g[t] = tanh(V @ h[t] + A @ g[t-1]); "
    "l[t] = cross_entropy_logits(O @ g[t], y[t])" + SUM,
])  # fmt: skip
def test_labels_beside_states(text: str) -> None:
    """A size that is tried may make a label one of the wrong number of classes: it is another that fits."""
    g = sb.read(text)
    assert str(g.symbol["h"].shape[-1]) == "m"
    assert sb.derive(g).verify(seed=5).ok


@pytest.mark.parametrize(("text", "said"), [
    (HEAD + "l[t] = sum(softmx(O @ h[t]))" + SUM, "softmx"),
    (HEAD + "l[t] = sum(h[t)" + SUM, "line 1"),
    (HEAD + "y[t]: scalar; l[t] = cross_entropy_logits(O @ h[t], y[t])" + SUM, "y"),
])  # fmt: skip
def test_what_is_wrong_for_every_size_is_said_by_itself(text: str, said: str) -> None:
    with pytest.raises(sb.SymbackpropError, match=said) as caught:
        sb.read(text)
    assert "fits nothing declared" not in str(caught.value)
