"""A gated recurrent unit in symbolic time: every error signal with t and t+1, every gradient as a sum over t."""

from symbackprop import Derived, Exercise, Sheet, Stated, Words

GRAPH = Derived(
    graph=r"""
        t: 1..T;  x[t]: d
        Wz: m x d as W_z;  Uz: m x m as U_z;  bz: m as b_z
        Wr: m x d as W_r;  Ur: m x m as U_r;  br: m as b_r
        Wh: m x d as W_h;  Uh: m x m as U_h;  bh: m as b_h
        az[t] = Wz @ x[t] + Uz @ h[t-1] + bz    as a^z
        z[t] = sigmoid(az[t])
        ar[t] = Wr @ x[t] + Ur @ h[t-1] + br    as a^r
        r[t] = sigmoid(ar[t])
        q[t] = r[t] * h[t-1]
        ah[t] = Wh @ x[t] + Uh @ q[t] + bh      as a^h
        k[t] = tanh(ah[t])                      as \tilde h
        h[t] = (1 - z[t]) * h[t-1] + z[t] * k[t]
        y[t] = h[t]
    """,
    show=("forward", "local", "delta", "gradients"),
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
    name="gru",
    title={"en": "A gated recurrent unit, backwards", "de": "Eine Gated Recurrent Unit, rückwärts"},
    exercises=(
        Exercise(
            task=Words(
                en=r"A gated recurrent unit (GRU) reads an input $x_t$ with $d$ entries at every step and keeps a state $h_t$ with "
                r"$m$ entries. The update gate $z$ mixes the previous state with a candidate $\tilde h$; the reset gate $r$ decides how "
                r"much of the previous state the candidate sees. Each has weights $W$ of size $m \times d$ and $U$ of size $m \times m$ "
                r"and a bias $b$ with $m$ entries. From outside, each output $y_t$, the state $h_t$, receives an error signal. Derive the "
                "error signals of the state, the gates and the candidate, and the gradients with respect to all weights and biases. "
                r"(A Jacobian of one step is local: all other values that enter the node are held fixed.)",
                de=r"Eine Gated Recurrent Unit (GRU) liest in jedem Schritt eine Eingabe $x_t$ mit $d$ Einträgen und führt einen Zustand "
                r"$h_t$ mit $m$ Einträgen. Das Update-Gatter $z$ mischt den vorigen Zustand mit einem Kandidaten $\tilde h$; das "
                r"Reset-Gatter $r$ bestimmt, wie viel der Kandidat vom vorigen Zustand sieht. Zu jedem gehören Gewichte $W$ der Größe "
                r"$m \times d$ und $U$ der Größe $m \times m$ und ein Bias $b$ mit $m$ Einträgen. Von außen erhält jede Ausgabe $y_t$, "
                r"der Zustand $h_t$, ein Fehlersignal. Leiten Sie die Fehlersignale des Zustands, der Gatter und des Kandidaten sowie "
                "die Gradienten nach allen Gewichten und Biaswerten her. (Eine Jacobi-Matrix eines Zeitschritts ist lokal: Alle "
                "anderen Werte, die in den Knoten eingehen, werden festgehalten.)",
            ),
            given=(GRAPH, LOGISTIC),
            answers=(GRAPH,),
        ),
    ),
)
