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
    show=("forward", "local", "delta", "gradients"),
    local=("L",),
)
LOSS = Stated(
    GRAPH,
    (
        r"L = -\frac{1}{n} \sum_{i=1}^{n} \log(P_{ii})",
        r"(\nabla_U L)_{ik} = -\frac{1}{n \tau} \left(V_{ik} - \sum_{j=1}^{n} P_{ij} V_{jk}\right)",
        r"\delta S \mathbf{1}_n = 0",
    ),
    intro=Words(
        en=r"The loss is the cross-entropy of a classification in which row $i$ belongs to class $i$. A descent step moves "
        r"$u_i$ towards its partner $v_i$ and away from the mean of all $v_j$ under $P$; the pull ends where $P = I$:",
        de=r"Der Verlust ist die Kreuzentropie einer Klassifikation, in der Zeile $i$ zur Klasse $i$ gehört. Ein "
        r"Abstiegsschritt bewegt $u_i$ auf seinen Partner $v_i$ zu und vom Mittel aller $v_j$ unter $P$ weg; der Zug endet, "
        r"wo $P = I$ ist:",
    ),
)

SHEET = Sheet(
    name="infonce",
    title={"en": "The InfoNCE loss", "de": "Der InfoNCE-Verlust"},
    exercises=(
        Exercise(
            task=Words(
                en=r"The rows $u_i$ and $v_i$ of $U$ and $V$ are representations of the same thing, $u_i$ and $v_j$ with "
                r"$i \ne j$ of different ones. With the temperature $\tau$ the loss asks of each $u_i$ to find its partner "
                "among all $v_j$.",
                de=r"Die Zeilen $u_i$ und $v_i$ von $U$ und $V$ sind Darstellungen derselben Sache, $u_i$ und $v_j$ mit "
                r"$i \ne j$ von verschiedenen. Mit der Temperatur $\tau$ verlangt der Verlust von jedem $u_i$, unter allen "
                r"$v_j$ seinen Partner zu finden.",
            ),
            given=(GRAPH,),
            parts=(
                Part(
                    task=Words(
                        en=r"Derive the gradients of $U$, $V$ and $\tau$.",
                        de=r"Leiten Sie die Gradienten von $U$, $V$ und $\tau$ her.",
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
