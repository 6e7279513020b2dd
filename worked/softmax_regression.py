"""Softmax regression: the gradient of a batch, and the Hessian in Kronecker form."""

from symbackprop import Derived, Exercise, Part, Sheet, Stated, Words

BATCH = Derived(
    graph="""
        X: n x d;  W: d x k;  Y: n x k distribution
        Z = X @ W
        P = softmax(Z)
        L = -sum(Y * log(P))
    """,
    wrt=("W",),
    show=("forward", "delta", "gradients"),
)
SAMPLE = Derived(
    graph="""
        x: d;  W: d x k;  y: k distribution
        z = x @ W
        p = softmax(z)
        L = -sum(y * log(p))
    """,
    wrt=("W",),
    hessian=("z", "W"),
    show=("forward", "local", "delta", "gradients", "hessian"),
    local=("p", "L"),
)
BLOCKS = Stated(
    SAMPLE,
    (
        r"\frac{\partial \operatorname{vec}(\nabla_W L)}{\partial \operatorname{vec}(W)}"
        r" = (\operatorname{diag}(p) - p p^\top) \otimes x x^\top",
    ),
    local="hessian:W",
)
CONVEX = Stated(
    Derived("z: k; a: k; p = softmax(z); m = p @ a; L = logsumexp(z)", wrt=("z",)),
    (
        r"\mathbf{1}_k^\top p = 1",
        r"a^\top (\operatorname{diag}(p) - p p^\top) a = \sum_{i=1}^{k} p_i a_i^2 - m^2 = \sum_{i=1}^{k} p_i (a_i - m)^2",
        r"(\operatorname{diag}(p) - p p^\top) \mathbf{1}_k = 0",
    ),
)

SHEET = Sheet(
    name="softmax_regression",
    title={
        "en": "Softmax regression and its Hessian",
        "de": "Softmax-Regression und ihre Hesse-Matrix",
    },
    exercises=(
        Exercise(
            task=Words(en="x", de="x"),
            given=(BATCH,),
            parts=(
                Part(task=Words(en="x", de="x"), answers=(BATCH,)),
                Part(task=Words(en="x", de="x"), answers=(SAMPLE, BLOCKS)),
                Part(task=Words(en="x", de="x"), answers=(CONVEX,)),
            ),
        ),
    ),
)
