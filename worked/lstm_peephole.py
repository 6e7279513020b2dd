"""A peephole LSTM in symbolic time: every δ with t and t+1, every weight gradient as a sum over t."""

from symbackprop import Convention, Derived, Exercise, Sheet, Stated, Words

GATE = """
        {g}_[t] = x[t] @ W{g} + c[t-1] @ R{g} + b{g}   as {g}'
        {g}[t] = sigmoid({g}_[t])"""

GRAPH = Derived(
    graph="""
        t: 1..T;  x[t]: d
        Wf: d x m as W_f;  Rf: m x m as W_{Rf};  bf: m as b_f
        Wi: d x m as W_i;  Ri: m x m as W_{Ri};  bi: m as b_i
        Wo: d x m as W_o;  Ro: m x m as W_{Ro};  bo: m as b_o
        Wc: d x m as W_c;  bc: m as b_c"""
    + "".join(GATE.format(g=g) for g in "fio")
    + """
        g[t] = x[t] @ Wc + bc
        c[t] = f[t] * c[t-1] + i[t] * tanh(g[t])
        h[t] = tanh(o[t] * c[t])
    """,
    convention=Convention(vectors="row"),
    unfold=("h",),
)

LOGISTIC = Stated(
    Derived("a: scalar; s = sigmoid(a)"),
    (r"\sigma(a) = \frac{1}{1 + \exp(-a)}",),
    intro=Words(
        en=r"$\sigma$ is the logistic function, taken of every entry:",
        de=r"$\sigma$ ist die logistische Funktion, auf jeden Eintrag angewandt:",
    ),
)

SHEET = Sheet(
    name="lstm_peephole",
    title={"en": "A peephole LSTM, backwards", "de": "Ein Peephole-LSTM, rückwärts"},
    exercises=(
        Exercise(
            task=Words(
                en=r"In this variant of the LSTM (long short-term memory) the forget gate $f$, the input gate $i$ and the output "
                r"gate $o$ see the input $x$ and the previous cell state $c$; a prime marks the value of a gate before the "
                r"function $\sigma$ and is no derivative. Derive the error signals of the cell state and of all gates, and the "
                "gradients with respect to all weights and biases. (A Jacobian of one step is local: all other values that enter the "
                "node are held fixed.)",
                de=r"In dieser Variante des LSTM (Long Short-Term Memory) sehen das Vergessensgatter $f$, das Eingangsgatter $i$ und "
                r"das Ausgangsgatter $o$ die Eingabe $x$ und den vorigen Zellzustand $c$; ein Strich bezeichnet den Wert eines "
                r"Gatters vor der Funktion $\sigma$ und ist keine Ableitung. Leiten Sie die Fehlersignale des Zellzustands und aller "
                "Gatter sowie die Gradienten nach allen Gewichten und Biaswerten her. (Eine Jacobi-Matrix eines Zeitschritts ist "
                "lokal: Alle anderen Werte, die in den Knoten eingehen, werden festgehalten.)",
            ),
            given=(GRAPH, LOGISTIC),
            answers=(GRAPH,),
        ),
    ),
)
