"""A transformer block: attention and a network of two layers, each behind a normalisation and beside a residual."""

from symbackprop import Derived, Exercise, Sheet, Stated, Words

GRAPH = Derived(
    graph="""
        X: n x d input
        Wq: d x k parameter as W_Q;  Wk: d x k parameter as W_K
        Wv: d x k parameter as W_V;  Wo: k x d parameter as W_O
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
    show=("idea", "symbols", "ledger", "terms", "bridges", "gradients"),
)

LAYERNORMS = Stated(
    GRAPH,
    (
        r"N = \operatorname{diag}(s)^{-1} \left(X - \frac{1}{d} X \mathbf{1}_d \mathbf{1}_d^\top\right)",
        r"M = \operatorname{diag}(s_1)^{-1} \left(H - \frac{1}{d} H \mathbf{1}_d \mathbf{1}_d^\top\right)",
    ),
    intro=Words(
        en="A layer normalisation subtracts from every row its mean and divides by its standard deviation, the entry of the column $s$ or "
        "$s_1$ above. The number $10^{-5}$, added to every variance before the root of every entry is taken, keeps it from 0:",
        de="Eine Layer-Normalisierung zieht von jeder Zeile deren Mittelwert ab und teilt sie durch deren Standardabweichung, den Eintrag "
        "der Spalte $s$ beziehungsweise $s_1$ oben. Die Zahl $10^{-5}$ wird zu jeder Varianz addiert, bevor elementweise die Wurzel gezogen "
        "wird, und hält diese von 0 fern:",
    ),
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
        en="The error signals of $H$ and $X$ arrive along two paths each: past network or attention unchanged, through them and "
        "the normalisation less a mean and less a multiple of the normalised row. However deep the stack of "
        "blocks, the first term reaches the input:",
        de="Die Fehlersignale von $H$ und $X$ kommen auf je zwei Wegen an: an Netz oder Attention vorbei unverändert, durch diese "
        "und die Normalisierung hindurch vermindert um einen Mittelwert und um ein Vielfaches der normierten Zeile. Wie viele "
        "Blöcke auch aufeinanderfolgen, der erste Term erreicht die Eingabe:",
    ),
)

SHEET = Sheet(
    name="transformer",
    title={"en": "A transformer block, backwards", "de": "Ein Transformer-Block, rückwärts"},
    exercises=(
        Exercise(
            task=Words(
                en="A transformer block adds to its input first the result of attention, then that of a network with one "
                "hidden layer; each is preceded by a layer normalisation. The $n$ rows of $X$ are tokens with $d$ entries. The "
                "weights $W_Q$, $W_K$ and $W_V$ give every token a query, a key and a value with $k$ entries, the rows of $Q$, $K$ and "
                "$V$; $A$ holds the attention weights, the softmax of each row of the scores $S$, and $W_O$ leads back to $d$ entries. "
                "The network with weights $W_1$, $W_2$ and biases $b_1$, $b_2$ has $m$ hidden neurons; ReLU acts on every entry. "
                "Derive the error signals of all intermediate values and all gradients.",
                de="Ein Transformer-Block addiert zu seiner Eingabe zuerst das Ergebnis der Attention, dann das eines Netzes "
                "mit einer verborgenen Schicht; vor beiden steht eine Layer-Normalisierung. Die $n$ Zeilen von $X$ sind Token mit $d$ "
                "Einträgen. Die Gewichte $W_Q$, $W_K$ und $W_V$ geben jedem Token eine Query, einen Key und einen Value mit $k$ Einträgen, "
                "die Zeilen von $Q$, $K$ und $V$; $A$ enthält die Attention-Gewichte, Softmax jeder Zeile der Scores $S$, und $W_O$ führt "
                "zu $d$ Einträgen zurück. Das Netz mit den Gewichten $W_1$, $W_2$ und den Biasvektoren $b_1$, $b_2$ hat $m$ verborgene "
                "Neuronen; ReLU wirkt auf jeden Eintrag. Leiten Sie die Fehlersignale aller Zwischenwerte und alle Gradienten her.",
            ),
            given=(GRAPH,),
            answers=(GRAPH, LAYERNORMS, NORMALISED),
        ),
    ),
)
