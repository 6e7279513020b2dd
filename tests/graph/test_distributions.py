"""cross_entropy takes distributions along its axis, or entries that are probabilities each; nothing else."""

import pytest

import symbackprop as sb

RIGHT = [
    "z: k; y: k onehot; L = cross_entropy(softmax(z), y)",
    "z: k; y: k onehot; p = softmax(z); L = cross_entropy(p, y)",
    "z: k; y: k onehot; p = exp(log_softmax(z)); L = cross_entropy(p, y)",
    "z: k; y: k onehot; e = exp(z); p = e/sum(e); L = cross_entropy(p, y)",
    "X: n x d; M: n x d; e = exp(X); P = e/sum(e, axis=-1, keepdims=True); L = sum(cross_entropy(P, M))",
    "z: k; y: k onehot; w: k distribution; p = 0.3*softmax(z)+0.7*w; L = cross_entropy(p, y)",
    "z: k; v: k; a: scalar; y: k onehot; g = sigmoid(a); p = g*softmax(z)+(1-g)*softmax(v); "
    "L = cross_entropy(p, y)",
    "z: n x k; y: n label k; L = sum(cross_entropy(softmax(z), y))",
    "p: k distribution; y: k onehot; L = cross_entropy(p, y)",
    "p: k positive; y: k onehot; L = cross_entropy(p, y)",
    "z: k; y: k; L = cross_entropy(sigmoid(z), y) + cross_entropy(1 - sigmoid(z), 1 - y)",
    "z: k; y: k; p = 1/(1+exp(-z)); L = cross_entropy(p, y)",
    "q: k positive; y: k onehot; L = cross_entropy(q/sum(q), y)",
    "x: k; y: k onehot; q = x**2; L = cross_entropy(q/sum(q), y)",
    "Q: n x k; Y: n x k; P = softmax(Q, axis=0); L = sum(cross_entropy(P, Y, axis=0))",
    "t: 1..T; z[t]: k; y: k onehot; p[t] = softmax(z[t]); l[t] = cross_entropy(p[t], y); "
    "L = sum(l[t], over=t)",
    "A: n x m; B: m x k; Y: n x k onehot; P = softmax(A) @ softmax(B); L = sum(cross_entropy(P, Y))",
    "A: 3 x n; y: 3 label 5; W: n x 5; P = softmax(relu(A@W)); q = P[1]; yy: label 5; "
    "L = cross_entropy(q, yy)",
    "a: scalar; y: 2; p = concat(reshape(sigmoid(a),1), reshape(1 - sigmoid(a),1)); L = cross_entropy(p, y)",
    "S: n x n; m: n x n; Y: n x n; P = masked_softmax(S, tri(n)); L = sum(cross_entropy(P, Y))",
    "X: n x k; Y: n x k onehot; S = sum(X**2, axis=1); P = (X**2).T / S; L = sum(cross_entropy(P.T, Y))",
    "z: k; y: k onehot; p = 0.9*softmax(z) + 0.1/k; L = cross_entropy(p, y)",
]
WRONG = [
    "x: k; y: k onehot; L = cross_entropy(exp(x), y)",
    "x: k; y: k onehot; L = cross_entropy(log_softmax(x), y)",
    "x: k; y: k onehot; p = softmax(x); L = cross_entropy(p*0.5, y)",
    "x: k; y: k onehot; p = softmax(x)*0.5; L = cross_entropy(p, y)",
    "Q: n x k; Y: n x k; P = softmax(Q, axis=0); L = sum(cross_entropy(P, Y))",
    "Q: n x n; Y: n x n; P = softmax(Q, axis=0); L = sum(cross_entropy(P, Y))",
    "z: k; y: k onehot; L = cross_entropy(z, y)",
    "Q: n x n positive; Y: n x n; P = Q / sum(Q, axis=1); L = sum(cross_entropy(P, Y))",
    "q: k; y: k onehot; L = cross_entropy(q/sum(q), y)",
    "x: k; y: k onehot; q = x+100; L = cross_entropy(q/sum(q), y)",
    "z: k; v: k; a: scalar; y: k onehot; p = a*softmax(z)+(1-a)*softmax(v); L = cross_entropy(p, y)",
    "z: k; y: k onehot; L = cross_entropy(0.6*softmax(z)+0.6*softmax(2*z), y)",
    "z: k; y: k; L = cross_entropy(sigmoid(z)*0.5, y)",
    "z: k; y: k; L = cross_entropy(tanh(z), y)",
    "z: k; y: k; L = cross_entropy(softplus(z), y)",
    "p: n x k distribution; Y: k x n; L = sum(cross_entropy(p.T, Y))",
    "X: n x d; Y: n x d; P=softmax(X); L = sum(cross_entropy(P, Y, axis=0))",
    "t: 1..T; z[t]: k; y: k onehot; s = sum(exp(z[t]), over=t); L = cross_entropy(s, y)",
    "w: 2; A: n x k; B: n x k; Y: n x k; P = w[0]*softmax(A) + w[1]*softmax(B); L = sum(cross_entropy(P, Y))",
]


@pytest.mark.parametrize("text", RIGHT)
def test_distributions_are_taken(text: str) -> None:
    assert sb.read(text).output


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_distribution_is_refused(text: str) -> None:
    with pytest.raises(sb.DeclarationError, match="not known to be probabilities") as error:
        sb.read(text)
    assert "softmax" in str(error.value) or "cross_entropy_logits" in str(error.value)


def test_what_is_refused_is_refused_through_many_names() -> None:
    names = "; ".join(f"p{n} = p{n - 1}*1" for n in range(1, 40))
    sb.read(f"z: k; y: k onehot; p0 = softmax(z); {names}; L = cross_entropy(p39, y)")
    with pytest.raises(sb.DeclarationError, match="p39 is not known"):
        sb.read(f"z: k; y: k onehot; p0 = exp(z); {names}; L = cross_entropy(p39, y)")
