"""InfoNCE: a batch of pairs, each against all others; the gradient pulls with P - I."""

from symbackprop import Derived, Exercise, Part, Sheet, Stated, Words

GRAPH = Derived(
    graph=r"""
        U: n x d;  V: n x d;  tau: scalar positive as \tau
        G = U @ V.T
        S = G / tau
        P = softmax(S)
        L = mean(logsumexp(S) - diagonal(S))
    """,
    wrt=("U", "V", "tau"),
    show=("idea", "ledger", "terms", "local", "bridges", "gradients"),
    local=("L",),
)
LOSS = Stated(
    GRAPH,
    (
        r"L = -\frac{1}{n} \sum_{i=1}^{n} \log(P_{ii})",
        r"(\nabla_U L)_{ik} = -\frac{1}{n \tau} \left(V_{ik} - \sum_{j=1}^{n} P_{ij} V_{jk}\right)",
    ),
    intro=Words(
        en=r"The loss is the cross-entropy of a classification in which row $i$ belongs to class $i$. A descent step moves "
        r"$u_i$ towards its partner $v_i$ and away from the mean of all $v_j$ under row $i$ of $P$. The pull vanishes where $v_i$ is "
        r"this mean, and in the limit in which $P$ approaches the identity:",
        de=r"Der Verlust ist die Kreuzentropie einer Klassifikation, in der Zeile $i$ zur Klasse $i$ gehört. Ein "
        r"Abstiegsschritt bewegt $u_i$ auf seinen Partner $v_i$ zu und vom Mittel aller $v_j$ unter Zeile $i$ von $P$ weg. Der Zug "
        r"verschwindet, wo $v_i$ dieses Mittel ist, und im Grenzfall, in dem sich $P$ der Einheitsmatrix nähert:",
    ),
)

SHEET = Sheet(
    name="infonce",
    title={"en": "The InfoNCE loss", "de": "Der InfoNCE-Verlust"},
    exercises=(
        Exercise(
            task=Words(
                en=r"InfoNCE stands for mutual information and noise-contrastive estimation. The $n$ rows $u_i$ of $U$ and $v_i$ "
                r"of $V$ have $d$ entries each; $u_i$ and $v_i$ represent the same thing, $u_i$ and $v_j$ with $i \ne j$ different "
                r"ones. With the temperature $\tau > 0$ the loss asks each $u_i$ to find its partner among all $v_j$. Softmax and "
                r"logsumexp act on each row of $S$; logsumexp is the logarithm of the sum of its exponentials.",
                de=r"InfoNCE steht für Transinformation (mutual information) und Noise-Contrastive Estimation. Die je $n$ Zeilen "
                r"$u_i$ von $U$ und $v_i$ von $V$ haben $d$ Einträge; $u_i$ und $v_i$ stellen dieselbe Sache dar, $u_i$ und $v_j$ "
                r"mit $i \ne j$ verschiedene. Mit der Temperatur $\tau > 0$ verlangt der Verlust von jedem $u_i$, unter allen $v_j$ "
                r"seinen Partner zu finden. Softmax und logsumexp wirken auf jede Zeile von $S$; logsumexp ist der "
                r"Logarithmus der Summe ihrer Exponentiale.",
            ),
            given=(GRAPH,),
            parts=(
                Part(
                    task=Words(
                        en=r"Derive the gradients with respect to $U$, $V$ and $\tau$.",
                        de=r"Leiten Sie die Gradienten nach $U$, $V$ und $\tau$ her.",
                    ),
                    answers=(GRAPH,),
                ),
                Part(
                    task=Words(
                        en=r"Which way does a descent step move $u_i$?",
                        de=r"Wohin bewegt ein Abstiegsschritt $u_i$?",
                    ),
                    answers=(LOSS,),
                ),
            ),
        ),
    ),
)
