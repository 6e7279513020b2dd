"""What networks see, cross-entropy, softmax, Grad-CAM and convolution, worked. Source: shared/seeds/004 (row vectors)."""

from symbackprop import (
    Convention, Derived, Exercise, Part, Sheet, Stated, Words, code, drawn, said, written,
)  # fmt: skip
from symbackprop.emit import Functions, Layer, layers
from symbackprop.picture import heat

ROWS = Convention(vectors="row")
FILTER = [[1, 0, 0, 0], [-1, 1, 0, 0], [0, -1, 1, 0], [0, 0, -1, 1], [0, 0, 0, -1]]
ASCENT = Derived(
    r"""
    x0: 5 as x^{(0)};  W: 5 x 4;  e: 4
    a0 = x0 @ W            as a^{(0)}
    x1 = x0 + e @ W.T      as x^{(1)}
    a1 = x1 @ W            as a^{(1)}
    x2 = x1 + e @ W.T      as x^{(2)}
    a2 = x2 @ W            as a^{(2)}
    g = e @ a2
    """,
    wrt=("x0",),
    convention=ROWS,
    at={"x0": [0] * 5, "W": FILTER, "e": [0, 1, 0, 0]},
    show=("numbers",),
)
COMPONENT = said(
    Words(
        en=r"Let $g = x W e^\top$ be the second component of $xW$; the unit vector $e$ picks it.",
        de=r"Es sei $g = x W e^\top$ die zweite Komponente von $xW$; der Einheitsvektor $e$ wählt sie aus.",
    )
)
RISE = Derived("x: 5;  W: 5 x 4;  e: 4;  g = (x @ W) @ e", wrt=("x",), convention=ROWS, show=("gradients",))
ASCENT_WORDS = Words(
    en=r"The gradient is the same at every $x$. Two steps with rate 1, where $a^{(k)}$ is $xW$ after $k$ steps:",
    de=r"Der Gradient ist an jeder Stelle $x$ derselbe. Zwei Schritte mit Rate 1, wobei $a^{(k)}$ nach $k$ Schritten $xW$ ist:",
)
STEPS = Stated(
    ASCENT,
    (
        r"x^{(1)} = x^{(0)} + e W^\top = \begin{bmatrix} 0 & 1 & -1 & 0 & 0 \end{bmatrix}",
        r"x^{(2)} = x^{(1)} + e W^\top = \begin{bmatrix} 0 & 2 & -2 & 0 & 0 \end{bmatrix}",
        r"a^{(0)} = x^{(0)} W = \begin{bmatrix} 0 & 0 & 0 & 0 \end{bmatrix}",
        r"a^{(1)} = x^{(1)} W = \begin{bmatrix} -1 & 2 & -1 & 0 \end{bmatrix}",
        r"a^{(2)} = x^{(2)} W = \begin{bmatrix} -2 & 4 & -2 & 0 \end{bmatrix}",
    ),
    at=ASCENT.numbers,
    intro=ASCENT_WORDS,
    layout="list",
)


MEASURES = Stated(
    Derived(
        """
        P: n distribution;  Q: n distribution
        H = -sum(P*log(P))
        C = -sum(P*log(Q))
        D = sum(P*log(P/Q))
        s = H + C + D
        """,
        of="s",
        convention=ROWS,
    ),
    (
        r"H = -\sum_{i=1}^{n} P_i \log(P_i)",
        r"C = -\sum_{i=1}^{n} P_i \log(Q_i)",
        r"C - H = \sum_{i=1}^{n} P_i \log\left(\frac{P_i}{Q_i}\right) = D",
    ),
    layout="list",
    intro=Words(
        en="For two probability distributions $P$ and $Q$ of $n$ outcomes, with $H$ for the entropy $H(P)$, $C$ for the cross-entropy "
        "$H(P, Q)$ and $D$ for the Kullback–Leibler divergence of $P$ from $Q$:",
        de="Für zwei Wahrscheinlichkeitsverteilungen $P$ und $Q$ auf $n$ Ausgängen, mit $H$ für die Entropie $H(P)$, $C$ für die "
        "Kreuzentropie $H(P, Q)$ und $D$ für die Kullback-Leibler-Divergenz von $P$ bezüglich $Q$:",
    ),
)
ENTROPIES = Derived(
    """
    P: 5 onehot;  Q1: 5 positive as Q_1;  Q2: 5 positive as Q_2
    H1 = -sum(P*log(Q1)) as H_1
    H2 = -sum(P*log(Q2)) as H_2
    h = H1 + H2
    """,
    wrt=("Q1", "Q2"),
    convention=ROWS,
    at={"P": [1, 0, 0, 0, 0], "Q1": [0.45, 0.25, 0.03, 0.07, 0.2], "Q2": [0.97, 0.01, 0.003, 0.007, 0.01]},
)


def entropy(k: int, chance: str, value: str) -> Stated:
    line = rf"H_{k} = -\sum_{{i=1}}^{{5}} P_i \log((Q_{k})_i) = -\log({chance}) \approx {value}"
    return Stated(
        ENTROPIES,
        (line,),
        at=ENTROPIES.numbers,
        intro=Words(en=f"With $H_{k}$ for $H(P, Q_{k})$:", de=f"Mit $H_{k}$ für $H(P, Q_{k})$:"),
    )


H_1, H_2 = entropy(1, "0.45", "0.7985"), entropy(2, "0.97", "0.0305")
OUTPUTS = ([6, 5, 2, 3, 1], [4, 3, 8, 1, -2], [4, 4, 1, -1, 0])
LABELS = (2, 3, 3)
PREDICTIONS = Derived(
    "".join(
        rf"""
        z{k}: 5 as z^{{({k})}};  y{k}: scalar label 5 as y^{{({k})}}
        e{k} = exp(z{k}) as e^{{({k})}};  s{k} = sum(e{k}) as s^{{({k})}}
        p{k} = e{k}/s{k} as p^{{({k})}};  L{k} = -log(p{k}[y{k}]) as L^{{({k})}}"""
        for k in (1, 2, 3)
    )
    + "\nL = L1 + L2 + L3",
    convention=ROWS,
    at={f"z{k}": z for k, z in enumerate(OUTPUTS, 1)} | {f"y{k}": y for k, y in enumerate(LABELS, 1)},
    show=("numbers",),
)


def row(*entries: str) -> str:
    return rf"\begin{{bmatrix}} {' & '.join(entries)} \end{{bmatrix}}"


def softmax_steps(k: int, powers: str, total: str, shares: str) -> tuple[str, str, str]:
    """The exponentials, their sum, and each divided by it."""
    return (
        rf"e^{{({k})}} = \exp(z^{{({k})}}) \approx {row(*powers.split())}",
        rf"s^{{({k})}} = \sum_{{i=1}}^{{5}} e^{{({k})}}_i \approx {total}",
        rf"p^{{({k})}} = \frac{{1}}{{s^{{({k})}}}} e^{{({k})}} \approx {row(*shares.split())}",
    )


SOFTMAX = Stated(
    PREDICTIONS,
    (
        *softmax_steps(1, "403.4 148.4 7.389 20.09 2.718", "582.0", "0.6931 0.2550 0.0127 0.0345 0.0047"),
        *softmax_steps(2, "54.60 20.09 2981.0 2.718 0.1353", "3058.5", "0.0179 0.0066 0.9746 0.0009 0.00004"),
        *softmax_steps(3, "54.60 54.60 2.718 0.3679 1", "113.3", "0.4820 0.4820 0.0240 0.0032 0.0088"),
    ),
    at=PREDICTIONS.numbers,
    layout="list",
    intro=Words(
        en="The exponentials $e^{(k)}$ of the entries, their sum $s^{(k)}$, and each of them divided by it:",
        de="Die Exponentialwerte $e^{(k)}$ der Einträge, ihre Summe $s^{(k)}$ und jeder von ihnen durch sie geteilt:",
    ),
)
LOSSES = Stated(
    PREDICTIONS,
    tuple(
        rf"L^{{({k})}} = -\log(p^{{({k})}}_{LABELS[k - 1]}) \approx {value}"
        for k, value in enumerate(("1.3665", "0.0257", "3.7299"), 1)
    ),
    at=PREDICTIONS.numbers,
    layout="list",
)
LOGITS = Derived(
    "z: n; y: scalar label n; p = softmax(z); L = -log(p[y])",
    convention=ROWS,
    show=("idea", "ledger", "local", "bridges", "gradients"),
)
DEFINITION = Stated(LOGITS, (r"p_i = \frac{\exp(z_i)}{\sum_{j=1}^{n} \exp(z_j)}",))
SHORT = Stated(
    LOGITS,
    (
        r"L = -\log(p_y) = -\log\left(\frac{\exp(z_y)}{\sum_{j=1}^{n} \exp(z_j)}\right) = -z_y + \log\left(\sum_{j=1}^{n} \exp(z_j)\right)",
    ),
)
GRADCAM = Derived(
    r"""
    G1: 4 x 4 as \tilde{A}^{(1)}; G2: 4 x 4 as \tilde{A}^{(2)}; G3: 4 x 4 as \tilde{A}^{(3)}
    A1: 4 x 4 as A^{(1)}; A2: 4 x 4 as A^{(2)}; A3: 4 x 4 as A^{(3)}
    a1 = mean(G1) as \alpha_1;  a2 = mean(G2) as \alpha_2;  a3 = mean(G3) as \alpha_3
    S = a1*A1 + a2*A2 + a3*A3
    M = relu(S)
    m = sum(M)
    """,
    wrt=("A1", "A2", "A3"),
    at={
        "G1": [[1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [1, 1, 0, 0]],
        "G2": [[0, 0, 0, 0], [4, 4, 0, 0], [4, 4, 0, 0], [0, 0, 0, 0]],
        "G3": [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 3, 3], [0, 0, 3, 3]],
        "A1": [[4, 0, 0, 4], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]],
        "A2": [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 1, 1, 0]],
        "A3": [[0, 0, 0, 0], [0, 0, 0, 0], [8, 0, 0, 8], [0, 0, 0, 0]],
    },
    show=("numbers",),
)
MAP = [[1, 0, 0, 1], [0, 0, 0, 0], [6, 0, 0, 6], [0, 1, 1, 0]]
PRINTED_MAP = r"\begin{bmatrix} " + r" \\ ".join(" & ".join(map(str, x)) for x in MAP) + r" \end{bmatrix}"
WEIGHTED = Stated(
    GRADCAM,
    (
        r"\alpha_1 = \frac{1}{16} \sum_{i=1}^{4} \sum_{j=1}^{4} \tilde{A}^{(1)}_{ij} = \frac{4}{16} = 0.25",
        r"\alpha_2 = \frac{1}{16} \sum_{i=1}^{4} \sum_{j=1}^{4} \tilde{A}^{(2)}_{ij} = \frac{16}{16} = 1",
        r"\alpha_3 = \frac{1}{16} \sum_{i=1}^{4} \sum_{j=1}^{4} \tilde{A}^{(3)}_{ij} = \frac{12}{16} = 0.75",
    ),
    at=GRADCAM.numbers,
    layout="list",
    intro=Words(
        en="The weights are means of 16 entries:", de="Die Gewichte sind Mittelwerte von 16 Einträgen:"
    ),
)
SUMMED = Stated(
    GRADCAM,
    (
        rf"S = \alpha_1 A^{{(1)}} + \alpha_2 A^{{(2)}} + \alpha_3 A^{{(3)}} = {PRINTED_MAP}",
        r"M = \operatorname{ReLU}(S) = S",
    ),
    at=GRADCAM.numbers,
    intro=Words(
        en="The weighted sum has no negative entry, so ReLU leaves it as it is:",
        de="Die gewichtete Summe hat keinen negativen Eintrag, ReLU lässt sie also, wie sie ist:",
    ),
)
LOST = Words(
    en="Without the pictures the two questions cannot be answered; what one would look for can be said. The model solves its task if, in every picture, the largest score is that of the true class; a heat map on the small dot and on the line near it would confirm that it looks at the right things, while one on other places would mean that it is right for a wrong reason. It is robust against the large dot if the heat map leaves that dot dark and if the scores stay in the same order when only the large dot is moved.",
    de="Ohne die Bilder lassen sich die beiden Fragen nicht beantworten; sagen lässt sich, worauf man achten würde. Das Modell löst die Aufgabe, wenn in jedem Bild der Wert der wahren Klasse der größte ist; eine Heatmap, die auf dem kleinen Punkt und der Linie in dessen Nähe liegt, würde bestätigen, dass es auf das Richtige achtet, eine an anderer Stelle hieße, dass es aus einem falschen Grund richtig liegt. Robust gegenüber dem großen Punkt ist es, wenn die Heatmap diesen dunkel lässt und die Werte ihre Reihenfolge behalten, sobald nur der große Punkt verschoben wird.",
)
HEAT = heat(MAP)
HEAT_CAPTION = Words(en="The result as a heat map.", de="Das Ergebnis als Heatmap.")

CONV = Derived(
    "X: n x c x h x w;  K: k x c x u x v;  Y = conv2d(X, K)",
    show=("symbols", "ledger", "gradients", "local", "why"),
    local=("Y",),
)
TURNED = said(
    Words(
        en=(
            "In the gradient with respect to the image the kernel is read backwards along both of its spatial axes: "
            "the gradient is the full correlation of the error signal with the kernel turned by 180 degrees, and "
            "channels and filters swap their roles. (A correlation is a sum as in the forward pass, the kernel not "
            "turned; full means that partial overlaps count, too.) In the gradient with respect to the kernel, the "
            "error signal slides over the image."
        ),
        de=(
            "Im Gradienten nach dem Bild wird der Kern entlang seiner beiden räumlichen Achsen rückwärts gelesen: Der "
            "Gradient ist die volle Korrelation des Fehlersignals mit dem um 180 Grad gedrehten Kern, wobei Kanäle und "
            "Filter ihre Rollen tauschen. (Eine Korrelation ist eine Summe wie im Vorwärtsschritt, ohne Drehung des "
            "Kerns; voll heißt, dass auch teilweise Überlappungen zählen.) Im Gradienten nach dem Kern gleitet das "
            "Fehlersignal über das Bild."
        ),
    )
)
BIASED = Derived(
    "image: n x c x h x w as X;  kernel: k x c x u x v as K;  bias: k as b;  Y = conv2d(image, kernel, bias)",
    wrt=("bias",),
    convention=ROWS,
    show=("why",),
    local=("Y",),
)
PLAIN = Derived("image: n x c x h x w;  kernel: k x c x u x v;  y = conv2d(image, kernel)")
LAYERED = Derived("image: n x c x h x w;  kernel: k x c x u x v;  bias: k;  y = conv2d(image, kernel, bias)")
PROGRAM = layers([Functions(PLAIN.derivation, "h_conv2d", "h_conv2d_grad")], style="plain")
CLASS = layers([Layer(LAYERED.derivation, "Conv2D", "image")], style="plain")
BOTH = Words(
    en="Both functions, for parts (a) and (b), from the derivation below: a loop over the offsets in the kernel, in which an entry of the image gradient is added to as often as its pixel was used.",
    de="Beide Funktionen, für die Teile (a) und (b), aus der Herleitung unten: eine Schleife über die Versätze im Kern, in der zu einem Eintrag des Bildgradienten so oft addiert wird, wie sein Pixel benutzt wurde.",
)
LAYER = Words(
    en="The layer keeps its kernel and bias, and the image until the backward pass:",
    de="Die Schicht hält Kern und Bias und bis zum Rückwärtsschritt das Bild:",
)
WITH_BIAS = Stated(
    BIASED,
    (r"Y_{ijmp} = \sum_{q=1}^{c} \sum_{r=1}^{u} \sum_{s=1}^{v} X_{i,q,m+r-1,p+s-1} K_{jqrs} + b_j",),
    intro=Words(
        en="Every output channel $j$ has a bias $b_j$, added to all of its entries:",
        de="Jeder Ausgabekanal $j$ hat einen Bias $b_j$, der zu allen seinen Einträgen addiert wird:",
    ),
)
TOGETHER = Words(
    en="The operation is the pair of functions: whoever calls the first keeps its inputs, and calls the second with them and with the error signal of the output. The layer of the next part does just that.",
    de="Die Operation ist das Paar der beiden Funktionen: Wer die erste aufruft, merkt sich ihre Eingaben und ruft mit ihnen und dem Fehlersignal der Ausgabe die zweite auf. Genau das tut die Schicht des nächsten Teils.",
)
TRAINED = Words(
    en="The module worked/digits_cnn.py trains such a network, with every gradient from the derivation, on the digits of scikit-learn, or on MNIST if its files are given; over 97 percent of the test images are recognised: python worked/digits_cnn.py.",
    de="Das Modul worked/digits_cnn.py trainiert ein solches Netz, wobei jeder Gradient aus der Herleitung stammt, auf den Ziffern von scikit-learn, oder auf MNIST, falls dessen Dateien angegeben werden; über 97 Prozent der Testbilder werden erkannt: python worked/digits_cnn.py.",
)

SHEET = Sheet(
    name="sheet_004",
    title={
        "en": "Visualisation, cross-entropy and convolution",
        "de": "Visualisierung, Kreuzentropie und Faltung",
    },
    exercises=(
        Exercise(
            title=Words(en="Making weights visible", de="Gewichte sichtbar machen"),
            task=Words(
                en=(
                    r"Consider the function $f(x) = \mathrm{ReLU}(xW)$ of a row $x = (x_1, x_2, x_3, "
                    "x_4, x_5)$ with the given matrix $W$. The starting point $x^{(0)}$ and the unit "
                    "vector $e$ are used below."
                ),
                de=(
                    r"Betrachten Sie die Funktion $f(x) = \mathrm{ReLU}(xW)$ einer Zeile $x = (x_1, "
                    "x_2, x_3, x_4, x_5)$ mit der angegebenen Matrix $W$. Der Startpunkt $x^{(0)}$ und "
                    "der Einheitsvektor $e$ werden unten gebraucht."
                ),
            ),
            given=(ASCENT,),
            parts=(
                Part(
                    task=Words(
                        en=(
                            "Start with $x = 0$ and maximise the second component of $xW$ by gradient"
                            " ascent: two steps with learning rate 1. (With indices counted from 0 "
                            "this is the component $(xW)_1$.)"
                        ),
                        de=(
                            "Beginnen Sie mit $x = 0$ und maximieren Sie die zweite Komponente von "
                            "$xW$ durch Gradientenaufstieg: zwei Schritte mit der Lernrate 1. (Bei "
                            "Zählung der Indizes ab 0 ist dies die Komponente $(xW)_1$.)"
                        ),
                    ),
                    answers=(COMPONENT, RISE, STEPS),
                ),
                Part(
                    task=Words(
                        en="Interpret the result. Why is $xW$ maximised and not $f(x)$?",
                        de="Deuten Sie das Ergebnis. Warum wird $xW$ maximiert und nicht $f(x)$?",
                    ),
                    answers=(
                        written(
                            Words(
                                en=(
                                    "The two steps lead to $x = (0, 2, -2, 0, 0)$, twice the second "
                                    "column of $W$. The ascent thus shows the input pattern to which the "
                                    "neuron responds most strongly, and for a linear neuron this pattern "
                                    "is its own weights: it looks for a large value followed by a small "
                                    "one. Only the direction carries meaning; the gradient is constant, "
                                    "so without a constraint on the length of $x$ the value keeps "
                                    "growing, here from 0 to 2 to 4. The starting point lies exactly on "
                                    "the corner of ReLU: there $f$ is not differentiable in this "
                                    "component, and with the usual convention that the slope is 0 the "
                                    "ascent on $f$ would never leave $x = 0$."
                                ),
                                de=(
                                    "Die zwei Schritte führen zu $x = (0, 2, -2, 0, 0)$, dem Doppelten "
                                    "der zweiten Spalte von $W$. Der Aufstieg zeigt also das "
                                    "Eingabemuster, auf das das Neuron am stärksten anspricht, und bei "
                                    "einem linearen Neuron sind dies seine eigenen Gewichte: Es sucht "
                                    "einen großen Wert, auf den ein kleiner folgt. Nur die Richtung ist "
                                    "aussagekräftig; da der Gradient konstant ist, wächst der Wert ohne "
                                    "Beschränkung der Länge von $x$ immer weiter, hier von 0 über 2 auf "
                                    "4. Der Startpunkt liegt genau am Knick von ReLU: Dort ist $f$ in "
                                    "dieser Komponente nicht differenzierbar, und mit der üblichen "
                                    "Festlegung der Steigung auf 0 bliebe der Aufstieg auf $f$ für immer "
                                    "bei $x = 0$ stehen."
                                ),
                            )
                        ),
                    ),
                ),
                Part(
                    task=Words(
                        en=(
                            "Look at how $xW$ is computed. In which architecture does this kind of "
                            "computation occur?"
                        ),
                        de=(
                            "Betrachten Sie, wie $xW$ berechnet wird. In welcher Architektur kommt "
                            "diese Art der Berechnung vor?"
                        ),
                    ),
                    answers=(
                        written(
                            Words(
                                en=(
                                    "In a convolutional network. Every column of $W$ holds the same two "
                                    "weights, shifted by one place, so each output is the difference $x_j"
                                    " - x_{j+1}$ of two neighbours: a one-dimensional convolution with "
                                    "the kernel $(1, -1)$, stride 1 and no padding, which is why 5 inputs"
                                    " become 4 outputs. (As usual for networks, the kernel is not "
                                    "turned.) The fully connected layer thus has local connections and "
                                    "shared weights, 2 instead of 20. The kernel is a discrete "
                                    "derivative, up to sign, and hence an edge detector; after ReLU only "
                                    "falling edges remain, that is, places with $x_j > x_{j+1}$."
                                ),
                                de=(
                                    "In einem Faltungsnetz. Jede Spalte von $W$ enthält dieselben zwei "
                                    "Gewichte, um eine Stelle verschoben; jede Ausgabe ist also die "
                                    "Differenz $x_j - x_{j+1}$ zweier Nachbarn: eine eindimensionale "
                                    "Faltung mit dem Kern $(1, -1)$, Schrittweite 1 und ohne Padding, "
                                    "weshalb aus 5 Eingaben 4 Ausgaben werden. (Wie bei Netzen üblich, "
                                    "wird der Kern nicht gedreht.) Die vollständig verbundene Schicht hat"
                                    " somit lokale Verbindungen und gemeinsame Gewichte, 2 statt 20. Der "
                                    "Kern ist bis auf das Vorzeichen eine diskrete Ableitung und damit "
                                    "ein Kantendetektor; nach ReLU bleiben nur die fallenden Kanten "
                                    "übrig, also Stellen mit $x_j > x_{j+1}$."
                                ),
                            )
                        ),
                    ),
                ),
            ),
        ),
        Exercise(
            title=Words(en="Cross-entropy as an error function", de="Die Kreuzentropie als Fehlerfunktion"),
            task=Words(
                en=(
                    "Each picture of a data set shows exactly one of five animals. The label $P$ of a"
                    " picture is the one-hot code of its animal, in the order dog, cat, horse, eagle,"
                    " cow. The logarithm is the natural one."
                ),
                de=(
                    "Jedes Bild eines Datensatzes zeigt genau eines von fünf Tieren. Das Label $P$ "
                    "eines Bildes ist die One-Hot-Kodierung des Tieres, in der Reihenfolge Hund, "
                    "Katze, Pferd, Adler, Kuh. Der Logarithmus ist der natürliche."
                ),
            ),
            parts=(
                Part(
                    task=Words(
                        en=(
                            "What do entropy and cross-entropy measure in general? Why and how can "
                            "this be used for neural networks?"
                        ),
                        de=(
                            "Was messen Entropie und Kreuzentropie im Allgemeinen? Warum und wie "
                            "lässt sich dies für neuronale Netze nutzen?"
                        ),
                    ),
                    answers=(
                        MEASURES,
                        written(
                            Words(
                                en=(
                                    "The entropy $H(P)$ is the mean information content of a draw from "
                                    "$P$ and so measures its uncertainty: it is 0 if the outcome is "
                                    "certain and largest for the uniform distribution. The cross-entropy "
                                    "$H(P, Q)$ is the mean information content if the draws come from $P$"
                                    " but are judged by $Q$. It exceeds $H(P)$ by the Kullback–Leibler "
                                    "divergence, which is never negative and is 0 only if both "
                                    "distributions agree; it therefore measures how badly $Q$ describes "
                                    "$P$, although it is not a distance, as it is not symmetric. For a "
                                    "network, $P$ is the label and $Q$ the prediction, which a softmax "
                                    "turns into a probability distribution. Since $P$ is fixed, "
                                    "minimising $H(P, Q)$ over the weights moves the prediction $Q$ "
                                    "towards the label $P$; for one-hot labels it reduces to the negative"
                                    " logarithm of the probability of the true class, which is "
                                    "differentiable and amounts to maximum likelihood."
                                ),
                                de=(
                                    "Die Entropie $H(P)$ ist der mittlere Informationsgehalt einer "
                                    "Ziehung aus $P$ und misst so deren Unsicherheit: Sie ist 0, wenn der"
                                    " Ausgang feststeht, und bei der Gleichverteilung am größten. Die "
                                    "Kreuzentropie $H(P, Q)$ ist der mittlere Informationsgehalt, wenn "
                                    "die Ziehungen aus $P$ stammen, aber nach $Q$ beurteilt werden. Sie "
                                    "übertrifft $H(P)$ um die Kullback-Leibler-Divergenz, die nie negativ"
                                    " und nur dann 0 ist, wenn beide Verteilungen übereinstimmen; sie "
                                    "misst also, wie schlecht $Q$ die Verteilung $P$ beschreibt, ist aber"
                                    " kein Abstand, da sie nicht symmetrisch ist. Bei einem Netz ist $P$ "
                                    "das Label und $Q$ die Vorhersage, die durch Softmax zu einer "
                                    "Wahrscheinlichkeitsverteilung wird. Da $P$ fest ist, nähert das "
                                    "Minimieren von $H(P, Q)$ bezüglich der Gewichte die Vorhersage $Q$ "
                                    "dem Label $P$ an; bei One-Hot-Labels bleibt davon nur der negative "
                                    "Logarithmus der Wahrscheinlichkeit der wahren Klasse, was "
                                    "differenzierbar ist und dem Maximum-Likelihood-Prinzip entspricht."
                                ),
                            )
                        ),
                    ),
                ),
                Part(
                    task=Words(
                        en=(
                            "For the picture of a dog a network returns $Q_1 = (0.45, 0.25, 0.03, "
                            "0.07, 0.2)$. Compute $H(P, Q_1)$. The picture is classified correctly; "
                            "why is the output a problem nevertheless?"
                        ),
                        de=(
                            "Für das Bild eines Hundes liefert ein Netz $Q_1 = (0.45, 0.25, 0.03, "
                            "0.07, 0.2)$. Berechnen Sie $H(P, Q_1)$. Das Bild wird richtig "
                            "klassifiziert; warum ist die Ausgabe dennoch problematisch?"
                        ),
                    ),
                    answers=(
                        H_1,
                        written(
                            Words(
                                en=(
                                    "The largest entry belongs to the dog, but the network gives it only "
                                    "0.45 and thus considers it more likely than not that the picture "
                                    "does not show a dog. Cat and cow together also receive 0.45. The "
                                    "decision is uncertain: a small disturbance of the picture may tip "
                                    "it, and the output is of little use where its confidence matters. "
                                    "The cross-entropy of 0.7985 shows this, whereas the accuracy, which "
                                    "counts only right and wrong, does not."
                                ),
                                de=(
                                    "Der größte Eintrag gehört zum Hund, doch gibt das Netz ihm nur 0,45 "
                                    "und hält es damit für wahrscheinlicher, dass das Bild keinen Hund "
                                    "zeigt. Katze und Kuh erhalten zusammen ebenfalls 0,45. Die "
                                    "Entscheidung ist unsicher: Eine kleine Störung des Bildes kann sie "
                                    "kippen, und wo es auf die Verlässlichkeit ankommt, ist die Ausgabe "
                                    "wenig wert. Die Kreuzentropie von 0,7985 macht dies sichtbar, die "
                                    "Trefferquote dagegen, die nur richtig und falsch zählt, nicht."
                                ),
                            )
                        ),
                    ),
                ),
                Part(
                    task=Words(
                        en=(
                            "After further training the network returns $Q_2 = (0.97, 0.01, 0.003, "
                            "0.007, 0.01)$ for the same picture. Compute $H(P, Q_2)$. What can be "
                            "said about the network from these values?"
                        ),
                        de=(
                            "Nach weiterem Training liefert das Netz für dasselbe Bild $Q_2 = (0.97, "
                            "0.01, 0.003, 0.007, 0.01)$. Berechnen Sie $H(P, Q_2)$. Was lässt sich "
                            "anhand dieser Werte über das Netz sagen?"
                        ),
                    ),
                    answers=(
                        H_2,
                        written(
                            Words(
                                en=(
                                    "The cross-entropy has fallen from 0.7985 to 0.0305 and is close to "
                                    "its minimum 0: the training works for this picture, and the network "
                                    "is now right and sure of it. More cannot be concluded from a single "
                                    "picture. If it belongs to the training data, the low value may also "
                                    "be a sign of overfitting; whether the network generalises has to be "
                                    "judged by the mean cross-entropy on data it has not seen."
                                ),
                                de=(
                                    "Die Kreuzentropie ist von 0,7985 auf 0,0305 gefallen und liegt nahe "
                                    "bei ihrem Minimum 0: Für dieses Bild wirkt das Training, das Netz "
                                    "liegt nun richtig und ist sich dessen sicher. Mehr lässt sich aus "
                                    "einem einzelnen Bild nicht schließen. Gehört es zu den "
                                    "Trainingsdaten, so kann der kleine Wert auch auf Überanpassung "
                                    "hindeuten; ob das Netz verallgemeinert, ist an der mittleren "
                                    "Kreuzentropie auf ungesehenen Daten zu beurteilen."
                                ),
                            )
                        ),
                    ),
                ),
            ),
        ),
        Exercise(
            title=Words(en="Softmax as an activation function", de="Softmax als Aktivierungsfunktion"),
            task=Words(
                en=(
                    "For classification the error is usually the cross-entropy $H(P, Q) = "
                    r"-\sum_{i=1}^{n} P_i \log Q_i$, where $P$ and $Q$ are probability "
                    "distributions. The linear output $z$ of the network is therefore first passed "
                    r"through the softmax function, $p = \mathrm{softmax}(z)$, with the entries shown "
                    "below. The labels are one-hot codes in the order dog, cat, horse, eagle, cow. A "
                    "network returns $z^{(1)}$ for a cat, $z^{(2)}$ for a horse and $z^{(3)}$ for "
                    "another horse. The logarithm is the natural one."
                ),
                de=(
                    "Bei der Klassifikation ist der Fehler meist die Kreuzentropie $H(P, Q) = "
                    r"-\sum_{i=1}^{n} P_i \log Q_i$, wobei $P$ und $Q$ "
                    "Wahrscheinlichkeitsverteilungen sind. Auf die lineare Ausgabe $z$ des Netzes "
                    r"wird daher zunächst die Softmaxfunktion angewandt, $p = \mathrm{softmax}(z)$, mit "
                    "den unten gezeigten Einträgen. Die Labels sind One-Hot-Kodierungen in der "
                    "Reihenfolge Hund, Katze, Pferd, Adler, Kuh. Ein Netz liefert $z^{(1)}$ für eine "
                    "Katze, $z^{(2)}$ für ein Pferd und $z^{(3)}$ für ein weiteres Pferd. Der "
                    "Logarithmus ist der natürliche."
                ),
            ),
            given=(DEFINITION, PREDICTIONS),
            parts=(
                Part(
                    task=Words(
                        en="Compute the softmax of the three outputs.",
                        de="Berechnen Sie die Softmax-Werte der drei Ausgaben.",
                    ),
                    answers=(SOFTMAX,),
                ),
                Part(
                    task=Words(
                        en=(
                            "Compute the cross-entropy between label and prediction for each of the "
                            "three pictures."
                        ),
                        de=(
                            "Berechnen Sie für jedes der drei Bilder die Kreuzentropie zwischen Label"
                            " und Vorhersage."
                        ),
                    ),
                    answers=(LOSSES,),
                ),
                Part(
                    task=Words(
                        en=(
                            "The cross-entropy contains the negative logarithm of a softmax entry: "
                            "it is ${L = -\\log p_y}$, where $y$ is the number of the true class. "
                            "Insert the definition of softmax, simplify as far as possible and "
                            "compute the gradient with respect to $z$."
                        ),
                        de=(
                            "Die Kreuzentropie enthält den negativen Logarithmus eines "
                            "Softmax-Eintrags: Sie ist ${L = -\\log p_y}$, wobei $y$ die Nummer der wahren "
                            "Klasse ist. Setzen Sie die Definition von Softmax ein, "
                            "vereinfachen Sie so weit wie möglich und berechnen Sie den Gradienten "
                            "nach $z$."
                        ),
                    ),
                    answers=(SHORT, LOGITS),
                ),
                Part(
                    task=Words(
                        en="Why is this term well suited to optimisation?",
                        de="Warum ist dieser Term für die Optimierung gut geeignet?",
                    ),
                    answers=(
                        written(
                            Words(
                                en=(
                                    "The logarithm undoes the exponential function, so the gradient with "
                                    r"respect to $z$ is simply $p - \mathbf{e}_y$, the predicted distribution minus"
                                    " the one-hot label. The gradient does not saturate: if the network is wrong "
                                    "and sure of it, the error grows about linearly with the lead of the "
                                    "wrong entry over the right one and the gradient keeps a size of "
                                    "about 1 in both entries, whereas the squared error behind a softmax "
                                    "has almost no gradient there. The gradient vanishes only as the prediction "
                                    "becomes right. As a function of $z$ the term is convex, because the "
                                    "logarithm of a sum of exponentials is convex. It can also be "
                                    "computed stably: subtracting the maximum of $z$ from all entries "
                                    "changes nothing mathematically, but then no exponential overflows "
                                    "and the logarithm never meets a 0."
                                ),
                                de=(
                                    "Der Logarithmus hebt die Exponentialfunktion auf, so dass der "
                                    r"Gradient nach $z$ einfach $p - \mathbf{e}_y$ ist, die vorhergesagte "
                                    "Verteilung minus das One-Hot-Label. Der Gradient sättigt nicht: Liegt das Netz"
                                    " falsch und ist sich dabei sicher, so wächst der Fehler etwa linear "
                                    "mit dem Vorsprung des falschen Eintrags vor dem richtigen, und der "
                                    "Gradient behält in beiden Einträgen etwa den Betrag 1, während der "
                                    "quadratische Fehler hinter einer Softmax-Schicht dort fast keinen "
                                    "Gradienten hat. Der Gradient verschwindet nur in dem Maße, in dem die "
                                    "Vorhersage richtig wird. Als Funktion von $z$ ist der Term konvex, "
                                    "da der Logarithmus einer Summe von Exponentialfunktionen konvex ist."
                                    " Auch lässt er sich stabil berechnen: Zieht man das Maximum von $z$ "
                                    "von allen Einträgen ab, so ändert dies mathematisch nichts, doch "
                                    "läuft dann keine Exponentialfunktion über, und der Logarithmus "
                                    "trifft nie auf eine 0."
                                ),
                            )
                        ),
                    ),
                ),
            ),
        ),
        Exercise(
            title=Words(en="Grad-CAM", de="Grad-CAM"),
            task=Words(
                en=(
                    "Grad-CAM (gradient-weighted class activation mapping) shows which regions of a "
                    r"picture speak for a class $c$. The weight $\alpha_k$ of the feature map $A^{(k)}$ "
                    r"is the mean of all entries of $\tilde{A}^{(k)}$, the derivative of the score $y_c$ "
                    "of that class with respect to $A^{(k)}$; the result is obtained by applying ReLU "
                    "to the weighted sum of the maps."
                ),
                de=(
                    "Grad-CAM (Gradient-weighted Class Activation Mapping) zeigt, welche Bereiche eines "
                    r"Bildes für eine Klasse $c$ sprechen. Das Gewicht $\alpha_k$ der Merkmalskarte "
                    r"$A^{(k)}$ ist der Mittelwert aller Einträge von $\tilde{A}^{(k)}$, der Ableitung "
                    "des Werts $y_c$ dieser Klasse nach $A^{(k)}$; das Ergebnis entsteht, indem ReLU auf "
                    "die gewichtete Summe der Karten angewandt wird."
                ),
            ),
            given=(GRADCAM,),
            parts=(
                Part(
                    task=Words(
                        en=(
                            "Compute the result of Grad-CAM for the three gradients and feature maps "
                            "given above."
                        ),
                        de=(
                            "Berechnen Sie das Ergebnis von Grad-CAM für die drei oben angegebenen "
                            "Gradienten und Merkmalskarten."
                        ),
                    ),
                    answers=(WEIGHTED, SUMMED, drawn(HEAT, HEAT_CAPTION)),
                ),
                Part(
                    task=Words(
                        en=(
                            "A model is trained on pictures with a horizontal line, a large and a small dot. It is to "
                            "answer 0 if the small dot lies on the line, 1 if it lies below and 2 if it lies above. Given are "
                            "results of Grad-CAM for some pictures, with the true class and the scores before the softmax. "
                            "Can the model solve its task? Is it robust against the larger dot? (The pictures with the "
                            "results are lost; only this text of the exercise is left.)"
                        ),
                        de=(
                            "Ein Modell wird auf Bildern mit einer horizontalen Linie, einem großen und einem kleinen Punkt "
                            "trainiert. Es soll 0 ausgeben, wenn der kleine Punkt auf der Linie liegt, 1, wenn er darunter, und 2, "
                            "wenn er darüber liegt. Gegeben sind Ergebnisse von Grad-CAM für einige Bilder, mit der wahren Klasse "
                            "und den Werten vor der Softmaxfunktion. Kann das Modell die Aufgabe lösen? Ist es robust gegenüber "
                            "dem größeren Punkt? (Die Bilder mit den Ergebnissen sind verloren; erhalten ist nur dieser Text der "
                            "Aufgabe.)"
                        ),
                    ),
                    answers=(written(LOST),),
                ),
            ),
        ),
        Exercise(
            title=Words(en="A differentiable convolution", de="Eine differenzierbare Faltung"),
            task=Words(
                en=(
                    "Convolution is one of the reasons for the success of deep learning. In this "
                    "exercise you build it as a differentiable operation, starting from its "
                    "definition with indices. As is usual for networks, the kernel is not turned in "
                    "the forward pass."
                ),
                de=(
                    "Die Faltung hat wesentlich zum Erfolg tiefer Netze beigetragen. In dieser "
                    "Aufgabe bauen Sie sie, von ihrer Definition mit Indizes ausgehend, als "
                    "differenzierbare Operation. Wie bei Netzen üblich, wird der Kern im "
                    "Vorwärtsschritt nicht gedreht."
                ),
            ),
            parts=(
                Part(
                    task=Words(
                        en=(
                            "Implement the forward pass as a NumPy function h_conv2d. The image has "
                            "the axes batch × channels × height × width, of sizes $n \\times c \\times h "
                            "\\times w$; the kernel has the axes output channels × channels × kernel "
                            "height × kernel width, of sizes $k \\times c \\times u \\times v$. Assume "
                            "stride 1, dilation 1, no padding and kernels of odd size."
                        ),
                        de=(
                            "Implementieren Sie den Vorwärtsschritt als NumPy-Funktion h_conv2d. Das "
                            "Bild hat die Achsen Batch × Kanäle × Höhe × Breite, mit den Größen $n "
                            "\\times c \\times h \\times w$; der Kern hat die Achsen Ausgabekanäle × "
                            "Kanäle × Kernhöhe × Kernbreite, mit den Größen $k \\times c \\times u "
                            "\\times v$. Nehmen Sie Schrittweite 1, Dilatation 1, kein Padding und "
                            "Kerne ungerader Größe an."
                        ),
                    ),
                    answers=(code(PROGRAM, BOTH),),
                ),
                Part(
                    task=Words(
                        en=(
                            "Derive the gradients with respect to the image and to the kernel, and "
                            "implement them as a NumPy function h_conv2d_grad that returns both."
                        ),
                        de=(
                            "Leiten Sie die Gradienten nach dem Bild und nach dem Kern her und "
                            "implementieren Sie sie als NumPy-Funktion h_conv2d_grad, die beide "
                            "zurückgibt."
                        ),
                    ),
                    answers=(CONV, TURNED),
                ),
                Part(
                    task=Words(
                        en="Combine the two functions into one differentiable operation conv2d.",
                        de=(
                            "Setzen Sie beide Funktionen zu einer differenzierbaren Operation conv2d "
                            "zusammen."
                        ),
                    ),
                    answers=(written(TOGETHER),),
                ),
                Part(
                    task=Words(
                        en=(
                            "Write a layer Conv2D on top of this operation, built like a fully "
                            "connected layer. Add one bias for each output channel and derive its "
                            "gradient."
                        ),
                        de=(
                            "Schreiben Sie auf dieser Grundlage eine Schicht Conv2D, die wie eine "
                            "vollständig verbundene Schicht aufgebaut ist. Ergänzen Sie einen Bias "
                            "für jeden Ausgabekanal und leiten Sie dessen Gradienten her."
                        ),
                    ),
                    answers=(WITH_BIAS, BIASED, code(CLASS, LAYER)),
                ),
                Part(
                    task=Words(
                        en=(
                            "Use your layer to train a small convolutional network that recognises "
                            "handwritten digits."
                        ),
                        de=(
                            "Trainieren Sie mit Ihrer Schicht ein kleines Faltungsnetz, das "
                            "handgeschriebene Ziffern erkennt."
                        ),
                    ),
                    answers=(written(TRAINED),),
                ),
            ),
            bonus=6,
        ),
    ),
    first=39,
)
