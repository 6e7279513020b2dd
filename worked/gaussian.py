"""The likelihood of a multivariate Gaussian: gradients in mean and covariance, and where they are 0."""

from symbackprop import Derived, Exercise, Part, Sheet, Stated, Words

GRAPH = Derived(
    graph=r"""
        X: n x d;  mu: d as \mu;  S: d x d posdef as \Sigma
        C = X - mu
        A = C.T @ C
        P = inverse(S)    as \Lambda
        D = det(S)
        l = log(D)        as \ell
        L = -n/2 * l - trace(P @ A) / 2
    """,
    wrt=("mu", "S"),
    show=("idea", "ledger", "terms", "local", "bridges", "gradients"),
    local=("P", "D", "l"),
)
JACOBI = Stated(
    GRAPH,
    (
        r"\frac{\partial \ell}{\partial \Sigma_{ij}} = \frac{\partial \ell}{\partial D} \frac{\partial D}{\partial \Sigma_{ij}} = \Lambda_{ji}",
    ),
    intro=Words(
        en=r"On the Jacobian of $D$: the slopes of a determinant are its cofactors, and the matrix times its transposed "
        r"cofactors is $D$ times the identity (Jacobi's formula). Its logarithm, by the chain rule, has the slopes",
        de=r"Zur Jacobi-Matrix von $D$: Die Steigungen einer Determinante sind ihre Kofaktoren, und die Matrix mal ihre "
        r"transponierten Kofaktoren ist $D$ mal die Einheitsmatrix (Jacobi-Formel). Ihr Logarithmus hat nach der Kettenregel "
        r"die Steigungen",
    ),
)
ZEROS = Stated(
    GRAPH,
    (
        r"\nabla_{\mu} L = \Lambda \left(X^\top \mathbf{1}_n - n \mu\right)",
        r"\nabla_{\Sigma} L = \frac{1}{2} \Lambda (A - n \Sigma) \Lambda",
    ),
    intro=Words(
        en=r"Written with the invertible matrix $\Lambda$ outside, both gradients are 0 exactly where the brackets are:",
        de=r"Mit der invertierbaren Matrix $\Lambda$ außen sind beide Gradienten genau dort 0, wo die Klammern es sind:",
    ),
)
ESTIMATE = Stated(
    Derived(
        graph=r"""
            X: n x d
            m = mean(X, axis=0)       as \widehat{\mu}
            C = X - m                 as \widehat{C}
            S = C.T @ C / n           as \widehat{\Sigma}
        """
    ),
    (
        r"\widehat{\mu} = \frac{1}{n} X^\top \mathbf{1}_n",
        r"X^\top \mathbf{1}_n - n \widehat{\mu} = 0",
        r"\widehat{\Sigma} = \frac{1}{n} \widehat{C}^\top \widehat{C} = \frac{1}{n} X^\top X - \widehat{\mu} \widehat{\mu}^\top",
        r"\widehat{C}^\top \widehat{C} - n \widehat{\Sigma} = 0",
    ),
    intro=Words(
        en=r"This is the case at the mean and the covariance of the sample, as long as this covariance is invertible (for $n \le d$ "
        r"it is not). The rows of $\widehat{C}$ are those of $X$ minus $\widehat{\mu}$:",
        de=r"Das ist der Fall beim Mittelwert und bei der Kovarianz der Stichprobe, solange diese Kovarianz invertierbar ist (für "
        r"$n \le d$ ist sie es nicht). Die Zeilen von $\widehat{C}$ sind die von $X$ minus $\widehat{\mu}$:",
    ),
)
POINTS = Derived(
    graph=GRAPH.graph, wrt=("mu", "S"),
    at={"X": [[2, 1], [-2, 1], [0, 3], [0, -1]], "mu": [0, 1], "S": [[2, 0], [0, 2]]},
)  # fmt: skip
ESTIMATED = Stated(
    ESTIMATE.about,
    (
        r"\widehat{\mu} = \frac{1}{4} \begin{bmatrix} 0 \\ 4 \end{bmatrix} = \begin{bmatrix} 0 \\ 1 \end{bmatrix}",
        r"\widehat{C} = \begin{bmatrix} 2 & 0 \\ -2 & 0 \\ 0 & 2 \\ 0 & -2 \end{bmatrix}",
        r"\widehat{\Sigma} = \frac{1}{4} \widehat{C}^\top \widehat{C} = \begin{bmatrix} 2 & 0 \\ 0 & 2 \end{bmatrix}",
    ),
    at={"X": [[2, 1], [-2, 1], [0, 3], [0, -1]]},
    intro=Words(en=r"For the points given:", de=r"Für die angegebenen Punkte:"),
)
NUMBERS = Stated(
    POINTS,
    (
        r"\nabla_{\mu} L = \begin{bmatrix} 0 \\ 0 \end{bmatrix}",
        r"\nabla_{\Sigma} L = \begin{bmatrix} 0 & 0 \\ 0 & 0 \end{bmatrix}",
        r"\operatorname{tr}(\Lambda A) = \operatorname{tr}(n I_d) = n d = 8",
        r"L = -\frac{n}{2} \ell - \frac{n d}{2} = -\frac{4}{2} \log(4) - \frac{8}{2} \approx -6.773",
    ),
    at=POINTS.numbers,
    intro=Words(
        en=r"With these estimates as $\mu$ and $\Sigma$, where $A$ is $n \Sigma$:",
        de=r"Mit diesen Schätzwerten als $\mu$ und $\Sigma$, wobei $A$ gleich $n \Sigma$ ist:",
    ),
)

SHEET = Sheet(
    name="gaussian",
    title={"en": "The likelihood of a Gaussian", "de": "Die Likelihood einer Gauß-Verteilung"},
    exercises=(
        Exercise(
            task=Words(
                en=r"The $n$ rows of $X$ are drawn independently from a Gaussian in $d$ dimensions with the mean $\mu$ and the "
                r"covariance $\Sigma$, of determinant $D$. Let $\Lambda$ be the inverse of $\Sigma$, the precision matrix, and $A$ "
                r"the sum of $(x - \mu) (x - \mu)^\top$ over all rows of $X$, each written as a column $x$. Then the sum of the squared "
                r"deviations $(x - \mu)^\top \Lambda (x - \mu)$ is the trace of $\Lambda A$, and up to a constant $L$ is the "
                r"log-likelihood.",
                de=r"Die $n$ Zeilen von $X$ sind unabhängig aus einer Gauß-Verteilung in $d$ Dimensionen mit dem Mittelwert $\mu$ und der "
                r"Kovarianz $\Sigma$ mit der Determinante $D$ gezogen. Sei $\Lambda$ die Inverse von $\Sigma$, die "
                r"Präzisionsmatrix, und $A$ die Summe von $(x - \mu) (x - \mu)^\top$ über alle Zeilen von $X$, jede als Spalte $x$ "
                r"geschrieben. Dann ist die Summe der quadratischen Abweichungen $(x - \mu)^\top \Lambda (x - \mu)$ die Spur von "
                r"$\Lambda A$, und bis auf eine Konstante ist $L$ die Log-Likelihood.",
            ),
            given=(GRAPH,),
            parts=(
                Part(
                    task=Words(
                        en=r"Derive the gradients with respect to $\mu$ and $\Sigma$.",
                        de=r"Leiten Sie die Gradienten nach $\mu$ und $\Sigma$ her.",
                    ),
                    answers=(GRAPH, JACOBI),
                ),
                Part(
                    task=Words(
                        en=r"Where are both 0? Compute the estimates for the points $(2, 1)$, $(-2, 1)$, $(0, 3)$, $(0, -1)$.",
                        de=r"Wo sind beide 0? Berechnen Sie die Schätzwerte für die Punkte $(2, 1)$, $(-2, 1)$, $(0, 3)$, $(0, -1)$.",
                    ),
                    answers=(ZEROS, ESTIMATE, ESTIMATED, NUMBERS),
                ),
            ),
        ),
    ),
)
