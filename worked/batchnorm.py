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
    show=("idea", "ledger", "terms", "bridges", "gradients"),
)
THREE_TERMS = Stated(
    FEATURE,
    (
        r"\mathbf{1}_n^\top c = 0",
        r"\delta x = \frac{\gamma}{n s} \left(n \delta y - \mathbf{1}_n \mathbf{1}_n^\top \delta y"
        r" - \hat x \hat x^\top \delta y\right)"
        r" = \frac{\gamma}{n s} \left(n \delta y - \delta \beta \mathbf{1}_n - \delta \gamma \hat x\right)",
        r"\mathbf{1}_n^\top \delta x = 0",
    ),
    intro=Words(
        en=r"Centred entries sum to 0. With this the error signals, put into each other, give three terms. The last two "
        r"hold the gradients with respect to $\beta$ and $\gamma$; they carry what a sample does to the statistics, and "
        "so to all other samples of the batch:",
        de=r"Die zentrierten Einträge summieren sich zu 0. Damit ergeben die ineinander eingesetzten Fehlersignale drei Terme. Die "
        r"letzten beiden enthalten die Gradienten nach $\beta$ und $\gamma$; in ihnen steckt, was ein Beispiel an den "
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
    show=("idea", "ledger", "terms", "bridges", "gradients"),
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
                en=r"Batch normalisation treats each feature by itself: from its $n$ values in a batch, the entries of $x$, their "
                r"mean is subtracted; they are divided by their standard deviation, where a small $\varepsilon > 0$ keeps the root "
                r"away from 0, scaled by $\gamma$ and shifted by $\beta$.",
                de=r"Die Batch-Normalisierung behandelt jedes Merkmal für sich: Von seinen $n$ Werten in einem Batch, den Einträgen "
                r"von $x$, wird ihr Mittelwert abgezogen; sie werden durch ihre Standardabweichung geteilt, wobei ein kleines "
                r"$\varepsilon > 0$ die Wurzel von 0 fernhält, mit $\gamma$ skaliert und um $\beta$ verschoben.",
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
                        en=r"Write the same for a batch of $d$ features, in matrices: the columns of $X$ are the features, and $\mu$, "
                        r"$v$, $s$, $\gamma$ and $\beta$ are vectors with one entry for each. Roots are taken entry by entry.",
                        de=r"Schreiben Sie dasselbe für einen Batch mit $d$ Merkmalen in Matrizen: Die Spalten von $X$ sind die "
                        r"Merkmale, und $\mu$, $v$, $s$, $\gamma$ und $\beta$ sind Vektoren mit einem Eintrag je Merkmal. Wurzeln werden "
                        r"elementweise gezogen.",
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
