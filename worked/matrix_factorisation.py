"""Matrix factorisation with missing entries: gradients, and alternating least squares from a row's Hessian."""

from symbackprop import Derived, Exercise, Part, Sheet, Stated, Words

GRAPH = Derived(
    graph=r"""
        R: n x m;  M: n x m;  U: n x k;  V: m x k;  l: scalar positive as \lambda
        E = M * (U @ V.T - R)
        f = sum(E**2)
        g = sum(U**2) + sum(V**2)
        L = f/2 + l/2 * g
    """,
    wrt=("U", "V"),
    show=("idea", "ledger", "terms", "local", "bridges", "gradients"),
    local=("E", "f"),
)
MASK = Stated(
    Derived(
        graph=r"""
            R: n x m;  T: n x m;  U: n x k;  V: m x k;  l: scalar positive as \lambda
            M = step(T)
            E = M * (U @ V.T - R)
            f = sum(E**2)
            g = sum(U**2) + sum(V**2)
            L = f/2 + l/2 * g
        """,
        wrt=("U", "V"),
    ),
    (r"E \odot M = E", r"\nabla_U L = \lambda U + E V", r"\nabla_V L = \lambda V + E^\top U"),
    intro=Words(
        en=r"This holds for any weights $M$. As they are only 0 and 1, it can be written more briefly:",
        de=r"Dies gilt für beliebige Gewichte $M$. Da sie nur 0 und 1 sind, geht es kürzer:",
    ),
)
ROW = Derived(
    graph=r"""
        r: m;  w: m;  u: k;  V: m x k;  l: scalar positive as \lambda
        e = w * (V @ u - r)
        J = e @ e/2 + l/2 * (u @ u)
    """,
    wrt=("u",),
    hessian=("u",),
    show=("ledger", "terms", "gradients", "hessian"),
)
ALS = Stated(
    Derived(
        graph=r"""
            r: m;  w: m;  V: m x k;  l: scalar positive as \lambda
            D = diag(w * w)
            u = solve(V.T @ D @ V + l*eye(k), V.T @ D @ r) as \widehat{u}
            y = V @ u - r
        """
    ),
    (
        r"\widehat{u} = (V^\top D V + \lambda I_k)^{-1} V^\top D r",
        r"V^\top D (V \widehat{u} - r) + \lambda \widehat{u} = 0",
    ),
    intro=Words(
        en=r"With $D = \operatorname{diag}(w \odot w)$ and $\lambda > 0$ the Hessian is positive definite; it does not depend on $u$, so "
        r"one Newton step from anywhere, also from $u = 0$, ends where the gradient is 0. Alternating least squares does this for all rows "
        r"of $U$, then for all rows of $V$:",
        de=r"Mit $D = \operatorname{diag}(w \odot w)$ und $\lambda > 0$ ist die Hesse-Matrix positiv definit, und sie hängt nicht von $u$ ab; ein "
        r"einziger Newton-Schritt von irgendwo, auch von $u = 0$, endet also dort, wo der Gradient 0 ist. Alternierende kleinste Quadrate "
        r"tun dies für alle Zeilen von $U$, dann für alle Zeilen von $V$:",
    ),
)

SHEET = Sheet(
    name="matrix_factorisation",
    title={"en": "Matrix factorisation", "de": "Matrixfaktorisierung"},
    exercises=(
        Exercise(
            task=Words(
                en=r"Ratings $R_{ij}$ of $m$ items by $n$ users are to be explained by $k$ factors, $R \approx U V^\top$ with $U$ of size "
                r"$n \times k$ and $V$ of size $m \times k$. $M_{ij}$ is 1 where a rating is known and 0 elsewhere; $\lambda > 0$ keeps "
                r"the factors small.",
                de=r"Bewertungen $R_{ij}$ von $m$ Gegenständen durch $n$ Personen sollen durch $k$ Faktoren erklärt werden, $R \approx U "
                r"V^\top$ mit $U$ der Größe $n \times k$ und $V$ der Größe $m \times k$. $M_{ij}$ ist 1, wo eine Bewertung bekannt ist, "
                r"sonst 0; $\lambda > 0$ hält die Faktoren klein.",
            ),
            given=(GRAPH,),
            parts=(
                Part(
                    task=Words(
                        en=r"Derive the gradients with respect to $U$ and $V$.",
                        de=r"Leiten Sie die Gradienten nach $U$ und $V$ her.",
                    ),
                    answers=(GRAPH, MASK),
                ),
                Part(
                    task=Words(
                        en=r"For fixed $V$ the rows of $U$ do not depend on each other. Let $u$ be one of them, $r$ and $w$ the rows of $R$ "
                        r"and $M$ that belong to it, all three written as columns, and $J$ the part of $L$ in which $u$ stands. Derive "
                        r"the gradient and the Hessian of $J$, and solve for $u$.",
                        de=r"Bei festem $V$ hängen die Zeilen von $U$ nicht voneinander ab. Sei $u$ eine davon, $r$ und $w$ die zugehörigen "
                        r"Zeilen von $R$ und $M$, alle drei als Spalten geschrieben, und $J$ der Teil von $L$, in dem $u$ steht. Leiten "
                        r"Sie Gradient und Hesse-Matrix von $J$ her und lösen Sie nach $u$ auf.",
                    ),
                    answers=(ROW, ALS),
                ),
            ),
        ),
    ),
)
