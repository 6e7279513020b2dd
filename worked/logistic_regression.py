"""Logistic regression: gradient, Hessian, and Newton's step as weighted least squares."""

from symbackprop import Derived, Exercise, Part, Sheet, Stated, Words, written

GRAPH = Derived(
    graph="""
        X: n x d;  w: d;  y: n
        z = X @ w
        p = sigmoid(z)
        L = -sum(y * log(p) + (1 - y) * log(1 - p))
    """,
    wrt=("w",),
    hessian=("w",),
    show=("forward", "local", "delta", "gradients", "hessian"),
    local=("p", "L"),
)
NEWTON = Derived(
    graph="""
        X: n x d;  w: d;  y: n
        z = X @ w
        p = sigmoid(z)
        e = p - y
        r = p * (1 - p)
        g = X.T @ e
        H = X.T @ diag(r) @ X
        u = z - e / r
        v = w - solve(H, g)     as w^+
    """,
    wrt=("y",),
    at={"X": [[1, -1], [1, 0], [1, 0], [1, 1]], "w": [0, 0], "y": [0, 1, 0, 1]},
)
STEP_NAMES = Stated(
    NEWTON,
    (
        r"e = p - y",
        r"r = p \odot (1 - p)",
        r"u = z - e \oslash r",
        r"g = X^\top e",
        r"H = X^\top \operatorname{diag}(r) X",
    ),
    intro=Words(
        en=r"With names for the error, the weights, the targets, the gradient and the Hessian,",
        de=r"Mit Namen für Fehler, Gewichte, Zielwerte, Gradient und Hesse-Matrix,",
    ),
)
IRLS = Stated(
    NEWTON,
    (
        r"w^+ = w - H^{-1} g = H^{-1} (H w - X^\top e) = H^{-1} X^\top (r \odot z - e)"
        r" = H^{-1} X^\top (r \odot u) = (X^\top \operatorname{diag}(r) X)^{-1} X^\top \operatorname{diag}(r) u",
        r"X^\top \operatorname{diag}(r) X w^+ = X^\top \operatorname{diag}(r) u",
    ),
    intro=Words(
        en=r"$w^+$ is the solution of a least squares problem with the weights $r$ and the targets $u$; the last "
        "line is its normal equation. As weights and targets depend on $w$, it is solved again after each step: iteratively "
        "reweighted least squares.",
        de=r"löst $w^+$ ein Problem der kleinsten Quadrate mit den Gewichten $r$ und den Zielwerten $u$; die letzte "
        "Zeile ist seine Normalengleichung. Da Gewichte und Zielwerte von $w$ abhängen, wird es nach jedem Schritt neu gelöst: "
        "iterativ neu gewichtete kleinste Quadrate.",
    ),
)
STEP = Stated(
    NEWTON,
    (
        r"e^\top = \begin{bmatrix} 0.5 & 0.5 & 0.5 & 0.5 \end{bmatrix} - \begin{bmatrix} 0 & 1 & 0 & 1 \end{bmatrix}"
        r" = \begin{bmatrix} 0.5 & -0.5 & 0.5 & -0.5 \end{bmatrix}",
        r"g = X^\top e = \begin{bmatrix} 0 \\ -1 \end{bmatrix}",
        r"H = \frac{1}{4} X^\top X = \begin{bmatrix} 1 & 0 \\ 0 & 0.5 \end{bmatrix}",
        r"w^+ = \begin{bmatrix} 0 \\ 0 \end{bmatrix} - \begin{bmatrix} 1 & 0 \\ 0 & 2 \end{bmatrix}"
        r" \begin{bmatrix} 0 \\ -1 \end{bmatrix} = \begin{bmatrix} 0 \\ 2 \end{bmatrix}",
    ),
    at=NEWTON.at,
    intro=Words(
        en=r"At $w = 0$ all probabilities are $\frac{1}{2}$:",
        de=r"Bei $w = 0$ sind alle Wahrscheinlichkeiten $\frac{1}{2}$:",
    ),
)
CONVEX = Stated(
    Derived(
        "X: n x d; w: d; a: d; p = sigmoid(X @ w); H = X.T @ diag(p * (1 - p)) @ X as H_L; u = X @ a"
    ),
    (r"a^\top H_L a = \sum_{i=1}^{n} p_i (1 - p_i) u_i^2", r"0 \le a^\top H_L a"),
    intro=Words(
        en=r"For every vector $a$, with $u = X a$:",
        de=r"Für jeden Vektor $a$, mit $u = X a$:",
    ),
)
ONE_MINIMUM = written(
    Words(
        en=r"So the loss is convex, and where it has a minimum, descent finds it. It has none where a hyperplane separates "
        r"the classes: then the weights grow without bound.",
        de=r"Der Verlust ist also konvex, und wo er ein Minimum hat, findet es ein Abstieg. Er hat keines, wo eine "
        r"Hyperebene die Klassen trennt: Dann wachsen die Gewichte unbeschränkt.",
    )
)

SHEET = Sheet(
    name="logistic_regression",
    title={
        "en": "Logistic regression and Newton's step",
        "de": "Logistische Regression und der Newton-Schritt",
    },
    exercises=(
        Exercise(
            task=Words(
                en=r"The rows of $X$ are $n$ samples, $y$ holds their labels 0 or 1, and $p$ the probabilities of label 1. $L$ is "
                "the negative log-likelihood.",
                de=r"Die Zeilen von $X$ sind $n$ Beispiele, $y$ enthält ihre Labels 0 oder 1 und $p$ die Wahrscheinlichkeiten "
                r"des Labels 1. $L$ ist die negative Log-Likelihood.",
            ),
            given=(GRAPH,),
            parts=(
                Part(
                    task=Words(
                        en=r"Derive the gradient and the Hessian with respect to $w$.",
                        de=r"Leiten Sie den Gradienten und die Hesse-Matrix nach $w$ her.",
                    ),
                    answers=(GRAPH,),
                ),
                Part(
                    task=Words(en="Is the loss convex?", de="Ist der Verlust konvex?"),
                    answers=(CONVEX, ONE_MINIMUM),
                ),
                Part(
                    task=Words(
                        en=r"Newton's step is $w^+ = w - H^{-1} g$ with the gradient $g$ and the Hessian $H$ at $w$. Write it as the solution "
                        r"of a weighted least squares problem, and take one step from "
                        r"$w = 0$ for the samples $(1, -1)$, $(1, 0)$, $(1, 0)$, $(1, 1)$ with the labels $0, 1, 0, 1$.",
                        de=r"Der Newton-Schritt ist $w^+ = w - H^{-1} g$ mit dem Gradienten $g$ und der Hesse-Matrix $H$ bei $w$. Schreiben Sie "
                        r"ihn als Lösung eines gewichteten Problems der kleinsten Quadrate, und "
                        r"gehen Sie einen Schritt von $w = 0$ aus für die Beispiele $(1, -1)$, $(1, 0)$, $(1, 0)$, $(1, 1)$ mit den "
                        r"Labels $0, 1, 0, 1$.",
                    ),
                    answers=(STEP_NAMES, IRLS, STEP),
                ),
            ),
        ),
    ),
)
