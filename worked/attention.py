"""Scaled dot-product attention: error signals of scores and weights, gradients of queries, keys and values."""

from symbackprop import Derived, Exercise, Part, Sheet, Stated, Words

GRAPH = Derived(
    graph="""
        Q: n x d;  K: m x d;  V: m x p
        S = Q @ K.T / sqrt(d)
        A = softmax(S)
        O = A @ V
    """,
    show=("forward", "local", "delta", "gradients"),
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
        en=r"Row by row the error signal of a score is its weight times the deviation of $\delta A$ from its weighted "
        r"mean over the row; this mean is also the product of the rows of $\delta O$ and $O$, so that it is known without "
        r"$A$. The rows of $\delta S$ sum to 0, since a constant added to a row of scores changes no weight:",
        de=r"Zeile für Zeile ist das Fehlersignal eines Scores sein Gewicht mal der Abweichung von $\delta A$ vom "
        r"gewichteten Mittel der Zeile; dieses Mittel ist auch das Produkt der Zeilen von $\delta O$ und $O$ und damit ohne "
        r"$A$ bekannt. Die Zeilen von $\delta S$ summieren sich zu 0, denn eine Konstante, die zu einer Zeile von Scores "
        "addiert wird, ändert kein Gewicht:",
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
    show=("forward", "delta"),
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
                en=r"Attention compares $n$ queries with $m$ keys; the softmax of each row of scores weights the values.",
                de=r"Attention vergleicht $n$ Anfragen mit $m$ Schlüsseln; der Softmax jeder Zeile von Scores gewichtet "
                "die Werte.",
            ),
            given=(GRAPH,),
            parts=(
                Part(
                    task=Words(
                        en=r"Derive the Jacobian of the softmax, all error signals and the gradients of $Q$, $K$ and $V$.",
                        de=r"Leiten Sie die Jacobi-Matrix des Softmax, alle Fehlersignale und die Gradienten von $Q$, $K$ "
                        r"und $V$ her.",
                    ),
                    answers=(GRAPH, ROWS),
                ),
                Part(
                    task=Words(
                        en=r"In a language model position $i$ sees only positions $j \le i$: all other weights are 0, and the "
                        "rest of a row is normalised. What changes in the backward pass?",
                        de=r"In einem Sprachmodell sieht die Position $i$ nur Positionen $j \le i$: Alle anderen Gewichte "
                        "sind 0, und der Rest der Zeile wird normiert. Was ändert sich rückwärts?",
                    ),
                    answers=(MASKED, HIDDEN),
                ),
            ),
        ),
    ),
)
