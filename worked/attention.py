"""Scaled dot-product attention: error signals of scores and weights, gradients of queries, keys and values."""

from symbackprop import Derived, Exercise, Part, Sheet, Stated, Words

GRAPH = Derived(
    graph="""
        Q: n x d;  K: m x d;  V: m x p
        S = Q @ K.T / sqrt(d)
        A = softmax(S)
        O = A @ V
    """,
    show=("idea", "ledger", "terms", "local", "bridges", "gradients"),
    local=("A",),
)
ROWS = Stated(
    GRAPH,
    (
        r"A \mathbf{1}_m = \mathbf{1}_n",
        r"\delta S_{ij} = A_{ij} \left(\delta A_{ij} - \sum_{k=1}^{m} A_{ik} \delta A_{ik}\right)",
        r"\delta S = A \odot \left(\delta A - (\delta A \odot A) \mathbf{1}_m \mathbf{1}_m^\top\right)"
        r" = A \odot \left(\delta A - (\delta O \odot O) \mathbf{1}_p \mathbf{1}_m^\top\right)",
        r"\delta S \mathbf{1}_m = 0",
    ),
    intro=Words(
        en=r"Row by row the error signal of a score is its attention weight times the deviation of $\delta A$ from its weighted "
        r"mean over the row; this mean is also the scalar product of the rows of $\delta O$ and $O$, so that it is known "
        r"without $A$. Every row of $\delta S$ has the sum 0, since a constant added to a row of scores changes no attention weight:",
        de=r"Zeile für Zeile ist das Fehlersignal eines Scores sein Attention-Gewicht mal die Abweichung von $\delta A$ vom "
        r"gewichteten Mittel der Zeile; dieses Mittel ist auch das Skalarprodukt der Zeilen von $\delta O$ und $O$ und damit "
        r"ohne $A$ bekannt. Jede Zeile von $\delta S$ hat die Summe 0, denn eine Konstante, die zu einer Zeile von Scores "
        "addiert wird, ändert kein Attention-Gewicht:",
    ),
)
MASKED = Derived(
    graph="""
        Q: n x d;  K: n x d;  V: n x p
        S = Q @ K.T / sqrt(d)
        M = tri(n)
        A = masked_softmax(S, M)
        O = A @ V
    """,
    show=("idea", "ledger", "terms", "bridges"),
)
VISIBLE = Stated(
    MASKED,
    (r"A_{ij} = \frac{M_{ij} \exp(S_{ij})}{\sum_{k=1}^{n} M_{ik} \exp(S_{ik})}",),
    intro=Words(
        en=r"There are now as many keys as queries, both $n$. The softmax of a row runs over the visible positions, where the mask "
        r"$M$ is 1 (the sign $\operatorname{softmax}_m$ below, with $m$ for masked):",
        de=r"Es gibt nun ebenso viele Keys wie Queries, je $n$. Der Softmax einer Zeile läuft über die sichtbaren Positionen, "
        r"an denen die Maske $M$ gleich 1 ist (unten als $\operatorname{softmax}_m$, mit $m$ für maskiert):",
    ),
)
HIDDEN = Stated(
    MASKED,
    (
        r"\delta S = A \odot \left(\delta A - (\delta A \odot A) \mathbf{1}_n \mathbf{1}_n^\top\right) = M \odot \delta S",
    ),
    intro=Words(
        en=r"Nothing: the equations are the same. Where $M$ is 0 so is $A$, and no error signal arrives at the score:",
        de=r"Nichts: Die Gleichungen sind dieselben. Wo $M$ gleich 0 ist, ist es auch $A$, und beim Score kommt kein Fehlersignal an:",
    ),
)

SHEET = Sheet(
    name="attention",
    title={"en": "Attention, backwards", "de": "Attention, rückwärts"},
    exercises=(
        Exercise(
            task=Words(
                en=r"The rows of $Q$ are $n$ queries and the rows of $K$ are $m$ keys, all with $d$ entries; the rows of $V$ are "
                r"$m$ values with $p$ entries. Attention gives every pair of a query and a key a score; the softmax of each row of "
                r"scores is a row of attention weights, with which the values are added.",
                de=r"Die Zeilen von $Q$ sind $n$ Queries und die Zeilen von $K$ sind $m$ Keys, alle mit $d$ Einträgen; die "
                r"Zeilen von $V$ sind $m$ Values mit $p$ Einträgen. Attention gibt jedem Paar aus Query und Key einen Score; "
                r"der Softmax jeder Zeile von Scores ist eine Zeile von Attention-Gewichten, mit denen die Werte addiert werden.",
            ),
            given=(GRAPH,),
            parts=(
                Part(
                    task=Words(
                        en=r"Derive the Jacobian of the softmax, all error signals and the gradients with respect to "
                        r"$Q$, $K$ and $V$.",
                        de=r"Leiten Sie die Jacobi-Matrix des Softmax, alle Fehlersignale und die Gradienten nach $Q$, $K$ "
                        r"und $V$ her.",
                    ),
                    answers=(GRAPH, ROWS),
                ),
                Part(
                    task=Words(
                        en=r"In a language model position $i$ sees only positions $j \le i$: all other attention weights are 0, and "
                        "the rest of a row is normalised. What changes in the backward pass?",
                        de=r"In einem Sprachmodell sieht die Position $i$ nur Positionen $j \le i$: Alle anderen "
                        "Attention-Gewichte sind 0, und der Rest der Zeile wird normiert. Was ändert sich rückwärts?",
                    ),
                    answers=(VISIBLE, MASKED, HIDDEN),
                ),
            ),
        ),
    ),
)
