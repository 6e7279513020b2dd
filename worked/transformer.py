"""A transformer block: attention and a network of two layers, each behind a normalisation and beside a residual."""

from symbackprop import Derived, Exercise, Sheet, Stated, Words

GRAPH = Derived(
    graph="""
        X: n x d
        Wq: d x k as W_Q;  Wk: d x k as W_K;  Wv: d x k as W_V;  Wo: k x d as W_O
        W1: d x m as W_1;  b1: m as b_1;  W2: m x d as W_2;  b2: d as b_2
        N = layernorm(X)
        Q = N @ Wq
        K = N @ Wk
        V = N @ Wv
        S = Q @ K.T / sqrt(k)
        A = softmax(S)
        O = A @ V
        H = X + O @ Wo
        M = layernorm(H)
        Z = M @ W1 + b1
        F = relu(Z)
        Y = H + F @ W2 + b2
    """,
    show=("forward", "graph", "delta", "gradients"),
)

SHEET = Sheet(
    name="transformer",
    title={"en": "A transformer block, backwards", "de": "Ein Transformer-Block, rückwärts"},
    exercises=(
        Exercise(
            task=Words(
                en="A transformer block adds to its input first the result of attention, then that of a network with one "
                "hidden layer; in front of both stands a layer normalisation. Derive the error signals of all intermediate "
                "values and all gradients.",
                de="Ein Transformer-Block addiert zu seiner Eingabe zuerst das Ergebnis der Attention, dann das eines Netzes "
                "mit einer verborgenen Schicht; vor beiden steht eine Layer-Normalisierung. Leiten Sie die Fehlersignale "
                "aller Zwischenwerte und alle Gradienten her.",
            ),
            given=(GRAPH,),
            answers=(GRAPH,),
        ),
    ),
)
