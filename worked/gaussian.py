"""The likelihood of a multivariate Gaussian: gradients in mean and covariance, and where they are 0."""

from symbackprop import Derived, Exercise, Part, Sheet, Stated, Words

GRAPH = Derived(
    graph=r"""
        X: n x d;  mu: d as \mu;  S: d x d posdef as \Sigma
        C = X - mu
        A = C.T @ C
        L = -n/2 * logdet(S) - trace(inverse(S) @ A) / 2
    """,
    wrt=("mu", "S"),
    show=("forward", "local", "delta", "gradients"),
    local=("L",),
)
FORMS = Stated(
    GRAPH,
    (
        r"\nabla_{\mu} L = \Sigma^{-1} \left(X^\top \mathbf{1}_n - n \mu\right)",
        r"\nabla_{\Sigma} L = \frac{1}{2} \Sigma^{-1} (A - n \Sigma) \Sigma^{-1}",
    ),
)
ESTIMATE = Stated(
    Derived(
        graph=r"""
            X: n x d
            m = mean(X, axis=0)       as \widehat{\mu}
            C = X - m
            S = C.T @ C / n           as \widehat{\Sigma}
            L = trace(S)
        """
    ),
    (
        r"X^\top \mathbf{1}_n - n \widehat{\mu} = 0",
        r"C^\top C - n \widehat{\Sigma} = 0",
        r"\widehat{\Sigma} = \frac{1}{n} X^\top X - \widehat{\mu} \widehat{\mu}^\top",
    ),
)

SHEET = Sheet(
    name="gaussian",
    title={"en": "The likelihood of a Gaussian", "de": "Die Likelihood einer Gauß-Verteilung"},
    exercises=(
        Exercise(
            task=Words(en="x", de="x"),
            given=(GRAPH,),
            parts=(
                Part(task=Words(en="x", de="x"), answers=(GRAPH,)),
                Part(task=Words(en="x", de="x"), answers=(FORMS, ESTIMATE)),
            ),
        ),
    ),
)
