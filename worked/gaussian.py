"""The likelihood of a multivariate Gaussian: gradients in mean and covariance, and where they are 0."""

from symbackprop import Derived, Exercise, Part, Sheet, Stated, Words

GRAPH = Derived(
    graph=r"""
        X: n x d;  mu: d as \mu;  S: d x d posdef as \Sigma
        C = X - mu
        A = C.T @ C
        P = inverse(S)    as \Lambda
        l = logdet(S)     as \ell
        L = -n/2 * l - trace(P @ A) / 2
    """,
    wrt=("mu", "S"),
    show=("forward", "local", "delta", "gradients"),
    local=("P", "l"),
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
            C = X - m
            S = C.T @ C / n           as \widehat{\Sigma}
        """
    ),
    (
        r"\widehat{\mu} = \frac{1}{n} X^\top \mathbf{1}_n",
        r"X^\top \mathbf{1}_n - n \widehat{\mu} = 0",
        r"\widehat{\Sigma} = \frac{1}{n} C^\top C = \frac{1}{n} X^\top X - \widehat{\mu} \widehat{\mu}^\top",
        r"C^\top C - n \widehat{\Sigma} = 0",
    ),
    intro=Words(
        en=r"That is at the mean and the covariance of the sample, with $C = X - \mathbf{1} \widehat{\mu}^\top$ and as long as "
        r"this covariance is invertible (for $n \le d$ it is not):",
        de=r"Das ist der Fall beim Mittelwert und bei der Kovarianz der Stichprobe, mit $C = X - \mathbf{1} \widehat{\mu}^\top$ und "
        r"solange diese Kovarianz invertierbar ist (für $n \le d$ ist sie es nicht):",
    ),
)
POINTS = Derived(
    graph=GRAPH.graph, wrt=("mu", "S"),
    at={"X": [[2, 1], [-2, 1], [0, 3], [0, -1]], "mu": [0, 1], "S": [[2, 0], [0, 2]]},
)  # fmt: skip
NUMBERS = Stated(
    POINTS,
    (
        r"\mu = \frac{1}{4} \begin{bmatrix} 0 \\ 4 \end{bmatrix} = \begin{bmatrix} 0 \\ 1 \end{bmatrix}",
        r"C = \begin{bmatrix} 2 & 0 \\ -2 & 0 \\ 0 & 2 \\ 0 & -2 \end{bmatrix}",
        r"\Sigma = \frac{1}{4} C^\top C = \begin{bmatrix} 2 & 0 \\ 0 & 2 \end{bmatrix}",
        r"\nabla_{\mu} L = \begin{bmatrix} 0 \\ 0 \end{bmatrix}",
        r"\nabla_{\Sigma} L = \begin{bmatrix} 0 & 0 \\ 0 & 0 \end{bmatrix}",
        r"L = -\frac{4}{2} \log(4) - \frac{4 \cdot 2}{2} \approx -6.773",
    ),
    at=POINTS.at,
    intro=Words(
        en=r"For the points given, with these estimates for $\mu$ and $\Sigma$:",
        de=r"Für die angegebenen Punkte, mit diesen Schätzwerten für $\mu$ und $\Sigma$:",
    ),
)

SHEET = Sheet(
    name="gaussian",
    title={"en": "The likelihood of a Gaussian", "de": "Die Likelihood einer Gauß-Verteilung"},
    exercises=(
        Exercise(
            task=Words(
                en=r"The $n$ rows of $X$ are drawn independently from a Gaussian with the mean $\mu$ and the covariance $\Sigma$. "
                r"Up to a constant, $L$ is their log-likelihood: the sum of the squared deviations $(x - \mu)^\top \Sigma^{-1} (x - "
                r"\mu)$ is the trace of $\Lambda A$, with the precision matrix $\Lambda = \Sigma^{-1}$.",
                de=r"Die $n$ Zeilen von $X$ sind unabhängig aus einer Gauß-Verteilung mit dem Mittelwert $\mu$ und der Kovarianz "
                r"$\Sigma$ gezogen. Bis auf eine Konstante ist $L$ ihre Log-Likelihood: Die Summe der quadratischen Abweichungen $(x - "
                r"\mu)^\top \Sigma^{-1} (x - \mu)$ ist die Spur von $\Lambda A$, mit der Präzisionsmatrix $\Lambda = \Sigma^{-1}$.",
            ),
            given=(GRAPH,),
            parts=(
                Part(
                    task=Words(
                        en=r"Derive the gradients with respect to $\mu$ and $\Sigma$.",
                        de=r"Leiten Sie die Gradienten nach $\mu$ und $\Sigma$ her.",
                    ),
                    answers=(GRAPH,),
                ),
                Part(
                    task=Words(
                        en=r"Where are both 0? Compute the estimates for the points $(2, 1)$, $(-2, 1)$, $(0, 3)$, $(0, -1)$.",
                        de=r"Wo sind beide 0? Berechnen Sie die Schätzwerte für die Punkte $(2, 1)$, $(-2, 1)$, $(0, 3)$, $(0, -1)$.",
                    ),
                    answers=(ZEROS, ESTIMATE, NUMBERS),
                ),
            ),
        ),
    ),
)
