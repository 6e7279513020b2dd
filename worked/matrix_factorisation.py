"""Matrix factorisation with missing entries: gradients, and alternating least squares from a row's Hessian."""

from symbackprop import Derived, Exercise, Part, Sheet, Stated, Words

GRAPH = Derived(
    graph=r"""
        R: n x m;  M: n x m;  U: n x k;  V: m x k;  l: scalar positive as \lambda
        E = M * (U @ V.T - R)
        L = sum(E**2)/2 + l/2 * (sum(U**2) + sum(V**2))
    """,
    wrt=("U", "V"),
    show=("forward", "symbols", "local", "delta", "gradients", "why"),
)
ROW = Derived(
    graph=r"""
        r: m;  w: m;  u: k;  V: m x k;  l: scalar positive as \lambda
        e = w * (V @ u - r)
        L = e @ e/2 + l/2 * (u @ u)
    """,
    wrt=("u",),
    hessian=("u",),
    show=("forward", "delta", "gradients", "hessian"),
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
)

SHEET = Sheet(
    name="matrix_factorisation",
    title={"en": "Matrix factorisation", "de": "Matrixfaktorisierung"},
    exercises=(
        Exercise(
            task=Words(en="x", de="x"),
            given=(GRAPH,),
            parts=(
                Part(task=Words(en="x", de="x"), answers=(GRAPH,)),
                Part(task=Words(en="x", de="x"), answers=(ROW, ALS)),
            ),
        ),
    ),
)
