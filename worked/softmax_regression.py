"""Softmax regression: the gradient of a batch, and the Hessian in Kronecker form."""

from symbackprop import (
    Derived, Exercise, Part, Quantities, Sheet, Stated, Words, fisher, gauss_newton, hessian, said,
    written,
)  # fmt: skip

BATCH = Derived(
    graph="""
        X: n x d;  W: d x k;  Y: n x k distribution
        Z = X @ W
        P = softmax(Z)
        L = -sum(Y * log(P))
    """,
    wrt=("W",),
    show=("idea", "ledger", "terms", "bridges", "gradients"),
)
SCORES = Derived(
    graph="""
        z: k;  y: k distribution
        p = softmax(z)
        L = -sum(y * log(p))
    """,
    wrt=("z",),
    hessian=("z",),
    show=("idea", "ledger", "local", "bridges", "gradients", "hessian"),
    local=("p",),
)
IN_STEPS = Stated(
    SCORES,
    (
        r"\nabla_{z} L = (\operatorname{diag}(p) - p p^\top) (-y \oslash p) = -y + (\mathbf{1}_k^\top y) p = p - y",
    ),
    intro=Words(
        en=r"The gradient in steps: the Jacobian of $p$, which is symmetric, times $-y \oslash p$, the derivative of $L$ with "
        "respect to $p$; the entries of $y$ add up to 1:",
        de=r"Der Gradient in Schritten: die Jacobi-Matrix von $p$, die symmetrisch ist, mal $-y \oslash p$, die Ableitung von $L$ "
        "nach $p$; die Einträge von $y$ ergeben zusammen 1:",
    ),
)
CONVEX = Stated(
    Derived(r"z: k; a: k; p = softmax(z); mu = p @ a as \mu", wrt=("z",)),
    (
        r"a^\top (\operatorname{diag}(p) - p p^\top) a = \sum_{i=1}^{k} p_i a_i^2 - \mu^2 = \sum_{i=1}^{k} p_i (a_i - \mu)^2",
        r"(\operatorname{diag}(p) - p p^\top) \mathbf{1}_k = 0",
    ),
    intro=Words(
        en=r"For every vector $a$, with its mean $\mu = p^\top a$, the quadratic form is the variance of the entries of $a$ "
        "under $p$. It is never negative, so the loss is convex; it is 0 for constant vectors, since a constant added to all "
        "scores changes no probability:",
        de=r"Für jeden Vektor $a$ mit dem Mittel $\mu = p^\top a$ ist die quadratische Form die Varianz der Einträge von $a$ "
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
SECOND = said(
    Words(
        en=r"Let $H_{L,i,j,m,q}$ be the second derivative of $L$ with respect to $W_{ij}$ and $W_{mq}$. The operator vec stacks the "
        r"columns of a matrix, here one for each class, below one another: $\mathrm{vec}(W)$ is a column with $d k$ entries, and the "
        r"Hessian with respect to it is a matrix of size $d k \times d k$.",
        de=r"Es sei $H_{L,i,j,m,q}$ die zweite Ableitung von $L$ nach $W_{ij}$ und $W_{mq}$. Der Operator vec stellt die Spalten einer "
        r"Matrix, hier je Klasse eine, untereinander: $\mathrm{vec}(W)$ ist eine Spalte mit $d k$ Einträgen, und die Hesse-Matrix "
        r"danach hat die Größe $d k \times d k$.",
    )
)
FACTORED = Stated(
    SAMPLE,
    (r"H_{L,i,j,m,q} = x_i x_m p_j ([j = q] - p_q)",),
    local="hessian:W,W",
    intro=Words(en="Factored:", de="Ausgeklammert:"),
)
BLOCKS = written(
    Words(
        en=r"The matrix consists of $k \times k$ blocks, and block $(j, q)$ is $x x^\top$ times the entry $(j, q)$ of the Hessian in "
        "the scores.",
        de=r"Die Matrix besteht aus $k \times k$ Blöcken, und der Block $(j, q)$ ist $x x^\top$ mal der Eintrag $(j, q)$ der "
        "Hesse-Matrix nach den Scores.",
    )
)
LABEL = "x: d; W: d x k; y: scalar label k; z = x @ W; p = softmax(z); L = -log(p[y])"
LABELLED = Derived(LABEL, wrt=("W",))
MEAN = Stated(
    LABELLED,
    (
        r"\operatorname{vec}(\nabla_{W} L) = (p - \mathbf{e}_y) \otimes x",
        r"\sum_{c=1}^{k} p_c (p_i - [i = c]) (p_j - [j = c]) = p_i p_j - 2 p_i p_j + p_i [i = j] = p_i [i = j] - p_i p_j",
    ),
    intro=Words(
        en=r"The Fisher information $F_{L,\mathrm{vec}}$ is the mean of $\mathrm{vec}(\nabla_W L)$ times its transpose, over labels $y$ "
        r"drawn with the probabilities $p$; $\mathbf{e}_y$ is the unit vector of the label. Over all labels $c$, the products of the "
        r"entries $i$ and $j$ of $p - \mathbf{e}_c$ have the mean on the second line:",
        de=r"Die Fisher-Information $F_{L,\mathrm{vec}}$ ist das Mittel von $\mathrm{vec}(\nabla_W L)$ mal seiner Transponierten, über "
        r"Labels $y$, die mit den Wahrscheinlichkeiten $p$ gezogen werden; $\mathbf{e}_y$ ist der Einheitsvektor des Labels. Über alle "
        r"Labels $c$ haben die Produkte der Einträge $i$ und $j$ von $p - \mathbf{e}_c$ das Mittel in der zweiten Zeile:",
    ),
)
BETWEEN = Stated(
    LABELLED,
    (
        r"z = (I_k \otimes x^\top) \operatorname{vec}(W)",
        r"(I_k \otimes x) (\operatorname{diag}(p) - p p^\top) (I_k \otimes x^\top) = (\operatorname{diag}(p) - p p^\top) \otimes (x x^\top)",
    ),
    intro=Words(
        en=r"The Gauss-Newton matrix $G_{L,\mathrm{vec}}$ is the Hessian in the scores between the Jacobian of the scores, transposed, "
        r"and this Jacobian. As the scores are linear in $W$, that Jacobian can be read off them:",
        de=r"Die Gauß-Newton-Matrix $G_{L,\mathrm{vec}}$ ist die Hesse-Matrix nach den Scores zwischen der transponierten Jacobi-Matrix "
        r"der Scores und dieser Jacobi-Matrix. Da die Scores in $W$ linear sind, lässt sich diese Jacobi-Matrix an ihnen ablesen:",
    ),
)
CURVATURE = Quantities(
    (
        fisher(LABEL, wrt="W", label="y", given="p").vec(),
        gauss_newton(LABEL, wrt="W", through="z").vec(),
        hessian(LABEL, wrt="W").vec(),
    ),
    intro=Words(
        en=r"So all three are the same here: the Hessian does not depend on the label, and the scores are linear in $W$:",
        de=r"Alle drei sind hier also gleich: Die Hesse-Matrix hängt nicht vom Label ab, und die Scores sind linear in $W$:",
    ),
)
DIRECTION = Quantities(
    (hessian(LABEL, wrt="W").jvp(),),
    intro=Words(
        en=r"The product of the Hessian with a direction $V$, a matrix of the size of $W$, needs no matrix of size $d k \times d k$:",
        de=r"Das Produkt der Hesse-Matrix mit einer Richtung $V$, einer Matrix von der Größe von $W$, braucht keine Matrix der Größe "
        r"$d k \times d k$:",
    ),
)

SHEET = Sheet(
    name="softmax_regression",
    title={"en": "Softmax regression and its Hessian", "de": "Softmax-Regression und ihre Hesse-Matrix"},
    exercises=(
        Exercise(
            task=Words(
                en=r"Softmax regression assigns to each of $n$ samples with $d$ features, the rows of $X$, probabilities of $k$ "
                r"classes, the rows of $P$: the softmax of each row of the scores $Z$, with weights $W$ of size $d \times k$. The rows of "
                r"$Y$ are the distributions they should have (for labels, unit vectors), and $L$ is the cross-entropy. In parts (b) to "
                r"(d) $x$, $z$, $p$ and $y$ are the features, scores, probabilities and target of one sample, as columns, and $L$ is its loss.",
                de=r"Die Softmax-Regression ordnet jedem von $n$ Beispielen mit $d$ Merkmalen, den Zeilen von $X$, Wahrscheinlichkeiten "
                r"für $k$ Klassen zu, die Zeilen von $P$: Softmax jeder Zeile der Scores $Z$, mit Gewichten $W$ der Größe $d \times k$. Die "
                r"Zeilen von $Y$ sind die Verteilungen, die sich ergeben sollen (bei Labels Einheitsvektoren), und $L$ ist die "
                r"Kreuzentropie. In den Teilen (b) bis (d) sind $x$, $z$, $p$ und $y$ Merkmale, Scores, Wahrscheinlichkeiten und Ziel eines "
                r"einzelnen Beispiels, als Spalten, und $L$ ist dessen Verlust.",
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
                    answers=(SCORES, IN_STEPS, CONVEX),
                ),
                Part(
                    task=Words(
                        en=r"Derive the Hessian of the loss of one sample in $W$, where $z = W^\top x$. (Over a batch such matrices are summed.)",
                        de=r"Leiten Sie die Hesse-Matrix des Verlusts eines Beispiels nach $W$ her, mit $z = W^\top x$. (Über einen Batch werden solche Matrizen summiert.)",
                    ),
                    answers=(SECOND, SAMPLE, FACTORED, BLOCKS),
                ),
                Part(
                    task=Words(
                        en=r"For an integer label, compare the Hessian with the Fisher information and the Gauss-Newton matrix.",
                        de=r"Vergleichen Sie für ein ganzzahliges Label die Hesse-Matrix mit der Fisher-Information und der Gauß-Newton-Matrix.",
                    ),
                    answers=(MEAN, BETWEEN, CURVATURE, DIRECTION),
                ),
            ),
        ),
    ),
)
