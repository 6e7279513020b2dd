"""Layer normalisation of one sample: from the mean and the deviation to the three-term gradient."""

from symbackprop import Derived, Exercise, Part, Sheet, Stated, Words

GRAPH = Derived(
    graph=r"""
        x: d;  g: d as \gamma;  b: d as \beta;  eps: scalar positive as \varepsilon
        mu = mean(x)          as \mu
        c = x - mu
        v = mean(c**2)
        s = sqrt(v + eps)
        xh = c / s            as \hat x
        y = g * xh + b
    """,
    wrt=("x", "g", "b"),
    show=("idea", "ledger", "terms", "local", "bridges", "gradients"),
    local=("v", "s", "xh"),
    at={
        "x": [1, 1, 1, 5], "g": [1, 2, 1, 2], "b": [0, 0, 0, 0], "eps": 1, "y_bar": [2, 1, 0, 1],
    },
)  # fmt: skip
NUMBERS = Stated(
    GRAPH,
    (
        r"\mu = 2",
        r"v = 3",
        r"s = \sqrt{3 + 1} = 2",
        r"\hat x^\top = \begin{bmatrix} -0.5 & -0.5 & -0.5 & 1.5 \end{bmatrix}",
        r"\delta \hat x^\top = (\delta y \odot \gamma)^\top = \begin{bmatrix} 2 & 2 & 0 & 2 \end{bmatrix}",
        r"\frac{1}{d} \mathbf{1}_d^\top \delta \hat x = 1.5",
        r"\frac{1}{d} \hat x^\top \delta \hat x = 0.25",
        r"\delta x^\top = \frac{1}{2} \begin{bmatrix} 2 - 1.5 + 0.125 & 2 - 1.5 + 0.125 & 0 - 1.5 + 0.125"
        r" & 2 - 1.5 - 0.375 \end{bmatrix}"
        r" = \begin{bmatrix} 0.3125 & 0.3125 & -0.6875 & 0.0625 \end{bmatrix}",
    ),
    at=GRAPH.numbers,
    intro=Words(en="For the numbers given:", de="Für die angegebenen Zahlen:"),
)
MEANS = Stated(
    GRAPH,
    (
        r"\mathbf{1}_d^\top c = 0",
        r"\mathbf{1}_d^\top \hat x = 0",
        r"\delta s = -\frac{1}{s} \hat x^\top \delta \hat x",
        r"\delta v = \frac{1}{2 s} \delta s = -\frac{1}{2 s^2} \hat x^\top \delta \hat x",
        r"\delta c = \frac{1}{s} \delta \hat x + \frac{2}{d} \delta v c"
        r" = \frac{1}{s} \left(\delta \hat x - \frac{1}{d} \hat x \hat x^\top \delta \hat x\right)",
        r"\delta \mu = -\mathbf{1}_d^\top \delta c = -\frac{1}{s} \mathbf{1}_d^\top \delta \hat x",
        r"\delta x = \frac{1}{s} \left(\delta \hat x - \frac{1}{d} \mathbf{1}_d \mathbf{1}_d^\top \delta \hat x"
        r" - \frac{1}{d} \hat x \hat x^\top \delta \hat x\right)",
    ),
    intro=Words(
        en=r"Centred entries sum to 0; so do those of $\hat x = \frac{1}{s} c$. With this the error signals, put into "
        "each other, give three terms:",
        de=r"Die zentrierten Einträge summieren sich zu 0, ebenso die von $\hat x = \frac{1}{s} c$. Damit ergeben die "
        "ineinander eingesetzten Fehlersignale drei Terme:",
    ),
)
JACOBIAN = Stated(
    Derived("; ".join((
        r"x: d; eps: scalar positive as \varepsilon; mu = mean(x) as \mu; c = x - mu; v = mean(c**2)",
        r"s = sqrt(v + eps); xh = c / s as \hat x",
    )), wrt=("x",)),
    (
        r"\frac{\partial \hat x}{\partial x} = \frac{1}{s} \left(I_d - \frac{1}{d} \mathbf{1}_d \mathbf{1}_d^\top"
        r" - \frac{1}{d} \hat x \hat x^\top\right)",
        r"\frac{\partial \hat x}{\partial x} \mathbf{1}_d = 0",
        r"\frac{\partial \hat x}{\partial x} \hat x = \frac{\varepsilon}{s^3} \hat x",
    ),
    local="jacobian:x",
    intro=Words(
        en=r"Shifting every entry by the same amount changes nothing. Neither would stretching the centred vector, were it not "
        r"for $\varepsilon$; what it changes is small where the variance is large compared with $\varepsilon$:",
        de=r"Werden alle Einträge um denselben Betrag verschoben, so ändert sich nichts. Auch eine Streckung des zentrierten "
        r"Vektors änderte nichts, gäbe es $\varepsilon$ nicht; was sie ändert, ist klein, wo die Varianz groß im Vergleich zu "
        r"$\varepsilon$ ist:",
    ),
)  # fmt: skip

SHEET = Sheet(
    name="layernorm",
    title={"en": "Layer normalisation, backwards", "de": "Layer-Normalisierung, rückwärts"},
    exercises=(
        Exercise(
            task=Words(
                en=r"Layer normalisation subtracts the mean from the $d$ features of a sample, the entries of $x$, divides by their "
                r"standard deviation ($\varepsilon > 0$ keeps the root away from 0), then scales by $\gamma$ and shifts by $\beta$, entry "
                "by entry.",
                de=r"Die Layer-Normalisierung zieht von den $d$ Merkmalen eines Beispiels, den Einträgen von $x$, den Mittelwert ab, "
                r"teilt durch die Standardabweichung ($\varepsilon > 0$ hält die Wurzel von 0 fern), skaliert mit $\gamma$ und "
                r"verschiebt um $\beta$, Eintrag für Eintrag.",
            ),
            given=(GRAPH,),
            parts=(
                Part(
                    task=Words(
                        en=r"Derive the error signals of all intermediate values and the gradients with respect to $x$, "
                        r"$\gamma$ and $\beta$.",
                        de=r"Leiten Sie die Fehlersignale aller Zwischenwerte und die Gradienten nach $x$, $\gamma$ und "
                        r"$\beta$ her.",
                    ),
                    answers=(GRAPH,),
                ),
                Part(
                    task=Words(
                        en=r"Write $\delta x$ in $\delta \hat x$, $\hat x$ and $s$ alone, and compute it for $x = (1, 1, 1, 5)$, "
                        r"$\varepsilon = 1$, $\gamma = (1, 2, 1, 2)$ and $\delta y = (2, 1, 0, 1)$.",
                        de=r"Schreiben Sie $\delta x$ allein mit $\delta \hat x$, $\hat x$ und $s$, und berechnen Sie es für "
                        r"$x = (1, 1, 1, 5)$, $\varepsilon = 1$, $\gamma = (1, 2, 1, 2)$ und $\delta y = (2, 1, 0, 1)$.",
                    ),
                    answers=(MEANS, NUMBERS),
                ),
                Part(
                    task=Words(
                        en=r"Which directions of $x$ does the normalisation not see?",
                        de=r"Welche Richtungen von $x$ sieht die Normalisierung nicht?",
                    ),
                    answers=(JACOBIAN,),
                ),
            ),
        ),
    ),
)
