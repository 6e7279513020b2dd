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
    show=("idea", "ledger", "terms", "local", "gradients", "hessian"),
    local=("p", "L"),
)
CHAIN = Stated(
    Derived("X: n x d; w: d; z = X @ w; p = sigmoid(z); H = X.T @ diag(p * (1 - p)) @ X as H_L"),
    (
        r"\frac{\partial p}{\partial w} = \frac{\partial p}{\partial z} \frac{\partial z}{\partial w} = \operatorname{diag}(p \odot (1 - p)) X",
        r"H_L = X^\top \frac{\partial p}{\partial w}",
    ),
    intro=Words(
        en=r"In the gradient only $p$ depends on $w$, through $z$:",
        de=r"Im Gradienten hängt nur $p$ von $w$ ab, und zwar über $z$:",
    ),
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
        en=r"The error, the weights $r$ and targets $u$ of the least squares problem, the gradient and the Hessian get names:",
        de=r"Fehler, Gewichte $r$ und Zielwerte $u$ des Problems der kleinsten Quadrate, Gradient und Hesse-Matrix erhalten Namen:",
    ),
)
SQUARES = Stated(
    Derived("X: n x d; r: n positive; u: n; a: d; f = sum(r * (u - X @ a)**2)", wrt=("a",)),
    (
        r"f = \sum_{i=1}^{n} r_i (u_i - (X a)_i)^2",
        r"\nabla_a f = 2 \left(X^\top \operatorname{diag}(r) X a - X^\top \operatorname{diag}(r) u\right)",
    ),
    intro=Words(
        en=r"The weighted least squares problem asks for the vector $a$ at which $f$ is smallest. As $f$ is convex, this is where "
        r"its gradient vanishes; the bracket set to 0 is the normal equation:",
        de=r"Das gewichtete Problem der kleinsten Quadrate fragt nach dem Vektor $a$, bei dem $f$ am kleinsten ist. Da $f$ konvex ist, "
        r"verschwindet dort, und nur dort, der Gradient; die Klammer, gleich 0 gesetzt, ist die Normalengleichung:",
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
        en=r"Newton's step solves it: $H$ is invertible, as $X$ has rank $d$ and all entries of $r$ are positive, and the last line "
        r"below is the normal equation with $w^+$ as $a$. As $r$ and $u$ depend on $w$, the problem is posed anew after each step: "
        r"iteratively reweighted least squares.",
        de=r"Der Newton-Schritt löst es: $H$ ist invertierbar, da $X$ den Rang $d$ hat und alle Einträge von $r$ positiv sind, und die "
        r"letzte Zeile unten ist die Normalengleichung mit $w^+$ als $a$. Da $r$ und $u$ von $w$ abhängen, stellt sich das Problem "
        r"nach jedem Schritt neu: iterativ neu gewichtete kleinste Quadrate.",
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
    at=NEWTON.numbers,
    intro=Words(
        en=r"At $w = 0$ all probabilities are $\frac{1}{2}$:",
        de=r"Bei $w = 0$ sind alle Wahrscheinlichkeiten $\frac{1}{2}$:",
    ),
)
CONVEX = Stated(
    Derived("X: n x d; w: d; a: d; p = sigmoid(X @ w); H = X.T @ diag(p * (1 - p)) @ X as H_L; b = X @ a"),
    (r"a^\top H_L a = \sum_{i=1}^{n} p_i (1 - p_i) b_i^2", r"0 \le a^\top H_L a"),
    intro=Words(en=r"For every vector $a$, with $b = X a$:", de=r"Für jeden Vektor $a$, mit $b = X a$:"),
)
ONE_MINIMUM = written(
    Words(
        en=r"So the loss is convex, and where it has a minimum, descent with a suitable step size finds it. It has none where a "
        r"hyperplane through the origin separates the classes (samples may lie on it, but not all): then the weights grow "
        r"without bound.",
        de=r"Der Verlust ist also konvex, und wo er ein Minimum hat, findet es ein Abstieg mit passender Schrittweite. Er hat "
        r"keines, wo eine Hyperebene durch den Ursprung die Klassen trennt (Beispiele dürfen auf ihr liegen, aber nicht alle): Dann "
        r"wachsen die Gewichte unbeschränkt.",
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
                en=r"The rows of $X$ are $n$ samples with $d$ features, $w$ holds the $d$ weights, $y$ the labels 0 or 1 of the "
                r"samples, and $p$ the probabilities of label 1. $L$ is the negative log-likelihood.",
                de=r"Die Zeilen von $X$ sind $n$ Beispiele mit $d$ Merkmalen, $w$ enthält die $d$ Gewichte, $y$ die Labels 0 oder 1 der "
                r"Beispiele und $p$ die Wahrscheinlichkeiten des Labels 1. $L$ ist die negative Log-Likelihood.",
            ),
            given=(GRAPH,),
            parts=(
                Part(
                    task=Words(
                        en=r"Derive the gradient and the Hessian with respect to $w$.",
                        de=r"Leiten Sie den Gradienten und die Hesse-Matrix nach $w$ her.",
                    ),
                    answers=(GRAPH, CHAIN),
                ),
                Part(
                    task=Words(en="Is the loss convex?", de="Ist der Verlust konvex?"),
                    answers=(CONVEX, ONE_MINIMUM),
                ),
                Part(
                    task=Words(
                        en=r"Newton's step is $w^+ = w - H^{-1} g$ with the gradient $g$ and the Hessian $H$ at $w$; let $X$ have rank "
                        r"$d$. Write it as the solution of a weighted least squares problem, and take one step from "
                        r"$w = 0$ for the samples $(1, -1)$, $(1, 0)$, $(1, 0)$, $(1, 1)$ with the labels $0, 1, 0, 1$.",
                        de=r"Der Newton-Schritt ist $w^+ = w - H^{-1} g$ mit dem Gradienten $g$ und der Hesse-Matrix $H$ bei $w$; $X$ habe den Rang $d$. Schreiben Sie "
                        r"ihn als Lösung eines gewichteten Problems der kleinsten Quadrate, und "
                        r"gehen Sie einen Schritt von $w = 0$ aus für die Beispiele $(1, -1)$, $(1, 0)$, $(1, 0)$, $(1, 1)$ mit den "
                        r"Labels $0, 1, 0, 1$.",
                    ),
                    answers=(STEP_NAMES, SQUARES, IRLS, STEP),
                ),
            ),
        ),
    ),
)
