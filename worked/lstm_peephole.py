"""A peephole LSTM in symbolic time: every δ with t and t+1, every weight gradient as a sum over t."""

from symbackprop import Convention, Derived, Exercise, Sheet, Words

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

SHEET = Sheet(
    name="lstm_peephole",
    title={"en": "A peephole LSTM, backwards", "de": "Ein Peephole-LSTM, rückwärts"},
    exercises=(
        Exercise(
            task=Words(
                en="The forget, input and output gates $f$, $i$, $o$ of this LSTM (long short-term memory) see the input $x$ "
                r"and the previous cell state $c$; a prime marks their values before $\sigma$ and is no derivative. Derive all "
                "error signals and all gradients. (In the Jacobians of one step all other values are fixed.)",
                de="Vergessens-, Eingangs- und Ausgangsgatter $f$, $i$, $o$ dieses LSTM (Long Short-Term Memory) sehen die "
                r"Eingabe $x$ und den vorigen Zellzustand $c$; ein Strich bezeichnet ihre Werte vor $\sigma$ und ist keine "
                "Ableitung. Leiten Sie alle Fehlersignale und Gradienten her. (In den Jacobi-Matrizen eines Schritts sind "
                "alle anderen Werte fest.)",
            ),
            given=(GRAPH,),
            answers=(GRAPH,),
        ),
    ),
)
