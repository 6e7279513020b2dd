"""Batch normalisation: one feature over a batch, all features at once, and statistics that are given."""

from symbackprop import Derived, Exercise, Part, Sheet, Stated, Words

FEATURE = Derived(
    graph=r"""
        x: n;  g: scalar as \gamma;  b: scalar as \beta;  eps: scalar positive as \varepsilon
        mu = mean(x)          as \mu
        c = x - mu
        v = mean(c**2)
        s = sqrt(v + eps)
        xh = c / s            as \hat x
        y = g * xh + b
    """,
    wrt=("x", "g", "b"),
    show=("forward", "delta", "gradients"),
)
THREE_TERMS = Stated(
    FEATURE,
    (
        r"\delta \gamma = \hat x^\top \delta y",
        r"\delta \beta = \mathbf{1}_n^\top \delta y",
        r"\delta x = \frac{\gamma}{n s} \left(n \delta y - \mathbf{1}_n \mathbf{1}_n^\top \delta y"
        r" - \hat x \hat x^\top \delta y\right)"
        r" = \frac{\gamma}{n s} \left(n \delta y - \delta \beta \mathbf{1}_n - \delta \gamma \hat x\right)",
        r"\mathbf{1}_n^\top \delta x = 0",
    ),
    intro=Words(
        en=r"With $\mathbf{1}^\top c = 0$ the error signals, put into each other, give three terms. The last two are "
        r"multiples of the gradients of $\beta$ and $\gamma$; they carry what a sample does to the statistics, and "
        "so to all other samples of the batch:",
        de=r"Mit $\mathbf{1}^\top c = 0$ ergeben die ineinander eingesetzten Fehlersignale drei Terme. Die letzten "
        r"beiden sind Vielfache der Gradienten von $\beta$ und $\gamma$; in ihnen steckt, was ein Beispiel an den "
        "Statistiken und damit an allen anderen Beispielen des Batches ändert:",
    ),
)
BATCH = Derived(
    graph=r"""
        X: n x d;  g: d as \gamma;  b: d as \beta;  eps: scalar positive as \varepsilon
        mu = mean(X, axis=0)      as \mu
        C = X - mu
        v = mean(C**2, axis=0)
        s = sqrt(v + eps)
        Xh = C / s                as \hat X
        Y = Xh * g + b
    """,
    wrt=("X", "g", "b"),
    show=("forward", "delta", "gradients"),
)
BATCH_TERMS = Stated(
    BATCH,
    (
        r"\delta X = \frac{1}{n} \left(n \delta \hat X - \mathbf{1}_n \mathbf{1}_n^\top \delta \hat X"
        r" - \hat X \operatorname{diag}((\delta \hat X \odot \hat X)^\top \mathbf{1}_n)\right)"
        r" \operatorname{diag}(s)^{-1}",
    ),
    intro=Words(
        en="The three terms for all features at once, one column each:",
        de="Die drei Terme für alle Merkmale auf einmal, je Spalte eines:",
    ),
)
FIXED = Derived(
    graph=r"""
        x: n;  g: scalar as \gamma;  b: scalar as \beta;  mu: scalar as \mu;  s: scalar positive
        xh = (x - mu) / s     as \hat x
        y = g * xh + b
    """,
    wrt=("x",),
    show=("gradients",),
)

SHEET = Sheet(
    name="batchnorm",
    title={"en": "Batch normalisation, backwards", "de": "Batch-Normalisierung, rückwärts"},
    exercises=(
        Exercise(
            task=Words(
                en=r"Batch normalisation treats each feature by itself: its $n$ values in a batch are centred, divided by "
                r"their standard deviation, scaled by $\gamma$ and shifted by $\beta$.",
                de=r"Die Batch-Normalisierung behandelt jedes Merkmal für sich: Seine $n$ Werte in einem Batch werden "
                r"zentriert, durch ihre Standardabweichung geteilt, mit $\gamma$ skaliert und um $\beta$ verschoben.",
            ),
            given=(FEATURE,),
            parts=(
                Part(
                    task=Words(
                        en=r"Derive the gradients for one feature, and write $\delta x$ without the error signals of the "
                        "statistics.",
                        de=r"Leiten Sie die Gradienten für ein Merkmal her und schreiben Sie $\delta x$ ohne die "
                        "Fehlersignale der Statistiken.",
                    ),
                    answers=(FEATURE, THREE_TERMS),
                ),
                Part(
                    task=Words(
                        en="Write the same for a batch of $d$ features, in matrices.",
                        de="Schreiben Sie dasselbe für einen Batch mit $d$ Merkmalen in Matrizen.",
                    ),
                    answers=(BATCH, BATCH_TERMS),
                ),
                Part(
                    task=Words(
                        en=r"After training $\mu$ and $s$ are fixed numbers. What remains of $\delta x$?",
                        de=r"Nach dem Training sind $\mu$ und $s$ feste Zahlen. Was bleibt von $\delta x$?",
                    ),
                    answers=(FIXED,),
                ),
            ),
        ),
    ),
)
