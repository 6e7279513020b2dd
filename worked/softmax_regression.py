"""Softmax regression: the gradient of a batch, and the Hessian in Kronecker form."""

from symbackprop import (
    Derived, Exercise, Part, Quantities, Sheet, Stated, Words, fisher, gauss_newton, hessian, written,
)  # fmt: skip

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
SCORES = Derived(
    graph="""
        z: k;  y: k distribution
        p = softmax(z)
        L = -sum(y * log(p))
    """,
    wrt=("z",),
    hessian=("z",),
    show=("forward", "local", "gradients", "hessian"),
    local=("p",),
)
CONVEX = Stated(
    Derived("z: k; a: k; p = softmax(z); m = p @ a", wrt=("z",)),
    (
        r"a^\top (\operatorname{diag}(p) - p p^\top) a = \sum_{i=1}^{k} p_i a_i^2 - m^2 = \sum_{i=1}^{k} p_i (a_i - m)^2",
        r"(\operatorname{diag}(p) - p p^\top) \mathbf{1}_k = 0",
    ),
    intro=Words(
        en=r"For every vector $a$, with its mean $m = p^\top a$, the quadratic form is the variance of the entries of $a$ "
        "under $p$. It is never negative, so the loss is convex; it is 0 for constant vectors, since a constant added to all "
        "scores changes no probability:",
        de=r"Für jeden Vektor $a$ mit dem Mittel $m = p^\top a$ ist die quadratische Form die Varianz der Einträge von $a$ "
        "unter $p$. Sie ist nie negativ, der Verlust also konvex; sie ist 0 für konstante Vektoren, denn eine Konstante, die "
        "zu allen Scores addiert wird, ändert keine Wahrscheinlichkeit:",
    ),
)
SAMPLE = Derived(
    graph="""
        x: d;  W: d x k;  y: k distribution
        z = x @ W
        p = softmax(z)
        L = -sum(y * log(p))
    """,
    wrt=("W",),
    hessian=("W",),
    show=("gradients", "hessian"),
)
BLOCKS = written(
    Words(
        en=r"With the columns of $W$, one for each class, below each other, this is a matrix of $k \times k$ blocks, and block "
        r"$(i, j)$ is $x x^\top$ times the entry $(i, j)$ of the Hessian in the scores.",
        de=r"Stehen die Spalten von $W$, je Klasse eine, untereinander, so ist dies eine Matrix aus $k \times k$ Blöcken, und der "
        r"Block $(i, j)$ ist $x x^\top$ mal der Eintrag $(i, j)$ der Hesse-Matrix nach den Scores.",
    ),
)
LABEL = "x: d; W: d x k; y: scalar label k; z = x @ W; p = softmax(z); L = -log(p[y])"
CURVATURE = Quantities(
    (
        fisher(LABEL, wrt="W", label="y", given="p").vec(),
        gauss_newton(LABEL, wrt="W", through="z").vec(),
        hessian(LABEL, wrt="W").vec(),
        hessian(LABEL, wrt="W").jvp(),
    ),
    intro=Words(
        en=r"$F$ is the mean of $\nabla L \nabla L^\top$ over labels drawn with the probabilities $p$, $G$ the Hessian in the "
        r"scores between their Jacobians. All three are the same here: the Hessian does not depend on the label, and the "
        r"scores are linear in $W$. Its product with a direction $V$ needs no matrix of that size:",
        de=r"$F$ ist das Mittel von $\nabla L \nabla L^\top$ über Labels, die mit den Wahrscheinlichkeiten $p$ gezogen werden, $G$ "
        r"die Hesse-Matrix nach den Scores zwischen deren Jacobi-Matrizen. Hier sind alle drei gleich: Die Hesse-Matrix hängt "
        r"nicht vom Label ab, und die Scores sind linear in $W$. Ihr Produkt mit einer Richtung $V$ braucht keine Matrix dieser "
        r"Größe:",
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
            task=Words(
                en=r"Softmax regression assigns to each of $n$ samples, the rows of $X$, probabilities of $k$ classes. The rows of "
                r"$Y$ are the distributions they should have (for labels, unit vectors), and $L$ is the cross-entropy.",
                de=r"Die Softmax-Regression ordnet jedem von $n$ Beispielen, den Zeilen von $X$, Wahrscheinlichkeiten für $k$ "
                r"Klassen zu. Die Zeilen von $Y$ sind die Verteilungen, die sich ergeben sollen (bei Labels Einheitsvektoren), und "
                r"$L$ ist die Kreuzentropie.",
            ),
            given=(BATCH,),
            parts=(
                Part(
                    task=Words(
                        en=r"Derive the gradient with respect to $W$.",
                        de=r"Leiten Sie den Gradienten nach $W$ her.",
                    ),
                    answers=(BATCH,),
                ),
                Part(
                    task=Words(
                        en=r"Derive the Hessian of the loss of one sample in the scores $z$. Is the loss convex in them?",
                        de=r"Leiten Sie die Hesse-Matrix des Verlusts eines Beispiels nach den Scores $z$ her. Ist er in ihnen konvex?",
                    ),
                    answers=(SCORES, CONVEX),
                ),
                Part(
                    task=Words(
                        en=r"Derive the Hessian of the loss of one sample in $W$, where $z = W^\top x$. (For a batch they are summed.)",
                        de=r"Leiten Sie die Hesse-Matrix des Verlusts eines Beispiels nach $W$ her, wobei $z = W^\top x$. (Über einen Batch wird summiert.)",
                    ),
                    answers=(SAMPLE, BLOCKS),
                ),
                Part(
                    task=Words(
                        en=r"For an integer label, compare the Hessian with the Fisher information and the Gauss-Newton matrix.",
                        de=r"Vergleichen Sie für ein ganzzahliges Label die Hesse-Matrix mit der Fisher-Information und der Gauß-Newton-Matrix.",
                    ),
                    answers=(CURVATURE,),
                ),
            ),
        ),
    ),
)
