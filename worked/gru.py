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
    show=("forward", "local", "delta", "gradients"),
)

SHEET = Sheet(
    name="gru",
    title={"en": "A gated recurrent unit, backwards", "de": "Eine Gated Recurrent Unit, rückwärts"},
    exercises=(
        Exercise(
            task=Words(
                en=r"The update gate $z$ mixes the previous state with a candidate $\tilde h$; the reset gate $r$ decides how "
                r"much of the previous state the candidate sees. From outside, each output $y_t = h_t$ receives an error "
                "signal. Derive the error signals of the state, the gates and the candidate, and the gradients of all weights.",
                de=r"Das Update-Gatter $z$ mischt den vorigen Zustand mit einem Kandidaten $\tilde h$; das Reset-Gatter $r$ "
                r"bestimmt, wie viel der Kandidat vom vorigen Zustand sieht. Von außen erhält jede Ausgabe $y_t = h_t$ ein "
                "Fehlersignal. Leiten Sie die Fehlersignale des Zustands, der Gatter und des Kandidaten sowie die Gradienten "
                "aller Gewichte her.",
            ),
            given=(GRAPH,),
            answers=(GRAPH,),
        ),
    ),
)
