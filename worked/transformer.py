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
    show=("forward", "delta", "gradients"),
)

NORMALISED = Stated(
    GRAPH,
    (
        r"\delta H = \delta Y + \operatorname{diag}(s_1)^{-1} \left(\delta M - \frac{1}{d} \delta M \mathbf{1}_d \mathbf{1}_d^\top"
        r" - \frac{1}{d} \operatorname{diag}((\delta M \odot M) \mathbf{1}_d) M\right)",
        r"\delta X = \delta H + \operatorname{diag}(s)^{-1} \left(\delta N - \frac{1}{d} \delta N \mathbf{1}_d \mathbf{1}_d^\top"
        r" - \frac{1}{d} \operatorname{diag}((\delta N \odot N) \mathbf{1}_d) N\right)",
    ),
    intro=Words(
        en="Two error signals have two paths each: past attention or network it arrives unchanged, through them and the "
        "normalisation it loses its mean and its part along the normalised row. However deep the stack of blocks, the first "
        "term reaches the input:",
        de="Zwei Fehlersignale haben je zwei Wege: An Attention oder Netz vorbei kommen sie unverändert an, durch sie und die "
        "Normalisierung hindurch ohne ihren Mittelwert und ohne ihren Anteil entlang der normierten Zeile. Wie viele Blöcke "
        "auch aufeinander folgen, der erste Term erreicht die Eingabe:",
    ),
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
            answers=(GRAPH, NORMALISED),
        ),
    ),
)
