"""A gated recurrent unit in symbolic time: every error signal with t and t+1, every gradient as a sum over t."""

from symbackprop import Derived, Exercise, Sheet, Words

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
    show=("idea", "ledger", "terms", "local", "bridges", "gradients"),
)

SHEET = Sheet(
    name="gru",
    title={"en": "A gated recurrent unit, backwards", "de": "Eine Gated Recurrent Unit, rückwärts"},
    exercises=(
        Exercise(
            task=Words(
                en="A gated recurrent unit (GRU) reads an input $x_t$ with $d$ entries at every step; its state $h_t$ has "
                r"$m$ entries. The update gate $z$ mixes the previous state with a candidate $\tilde h$; the reset gate "
                r"$r$ decides how much of the previous state the candidate sees. The weights $W$ have the size $m \times "
                r"d$, the weights $U$ the size $m \times m$, the biases $b$ have $m$ entries. "
                r"From outside, each output $y_t$ receives an error signal. Derive the error signals of the state, the gates and the candidate, and the gradients with respect to all weights and "
                "biases. (In the Jacobians of one step all other values are held fixed.)",
                de="Eine Gated Recurrent Unit (GRU) liest in jedem Schritt eine Eingabe $x_t$ mit $d$ Einträgen; ihr Zustand "
                r"$h_t$ hat $m$ Einträge. Das Update-Gatter $z$ mischt den vorigen Zustand mit einem Kandidaten $\tilde "
                "h$; das Reset-Gatter $r$ bestimmt, wie viel dieser vom vorigen Zustand sieht. Die Gewichte $W$ haben die "
                r"Größe $m \times d$, die Gewichte $U$ die Größe $m \times m$, die Biasvektoren $b$ haben $m$ Einträge. "
                r"Von außen erhält jede Ausgabe $y_t$ ein "
                "Fehlersignal. Leiten Sie die Fehlersignale von Zustand, Gattern und Kandidat sowie die Gradienten nach "
                "allen Gewichten und Biasvektoren her. (In den Jacobi-Matrizen eines Zeitschritts sind alle anderen Werte "
                "fest.)",
            ),
            given=(GRAPH,),
            answers=(GRAPH,),
        ),
    ),
)
