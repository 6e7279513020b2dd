"""Depth, graphs and the chain rule, worked. Source: shared/seeds/003 (column vectors)."""

import numpy as np

from symbackprop import (
    Convention, Derived, Exercise, Part, Sheet, Stated, Words, derive, drawn, said, spelled,
    written,
)  # fmt: skip
from symbackprop.picture import Curve, Label, Plot, plot

DEPTH = "i: 1..n; x: scalar; w[i]: scalar; h[0] = x; h[i] = {f}(w[i]*h[i-1]); y = h[n]"
ANY = Derived("s: function as \\sigma; " + DEPTH.format(f="s"), wrt=("w",),
              show=("ledger", "gradients", "closed"), lengths=tuple(range(1, 9)))  # fmt: skip
SIGMOID = Derived(DEPTH.format(f="sigmoid"), wrt=("w",), show=("closed", "bound"), lengths=tuple(range(1, 9)))
# where a ReLU is off its argument is 0 from then on, at the kink: the page is checked where none is
OPEN = DEPTH.replace("x: scalar", "x: scalar positive").replace("w[i]: scalar", "w[i]: scalar positive")
RELU = Derived(OPEN.format(f="relu"), wrt=("w",), show=("closed", "bound"), lengths=tuple(range(1, 9)))
STEEPEST = Stated(
    Derived("x: scalar; y = sigmoid(x)"),
    (
        r"\sigma(x) = \frac{1}{1 + \exp(-x)}",
        r"\sigma'(x) = \frac{\exp(-x)}{(1 + \exp(-x))^2} = \sigma(x) (1 - \sigma(x))",
        r"\sigma(x) (1 - \sigma(x)) = \frac{1}{4} - \left(\sigma(x) - \frac{1}{2}\right)^2 \le \frac{1}{4}",
    ),
    intro=Words(
        en="First the sigmoid function: its slope, by the quotient rule, is nowhere larger than at 0, as completing the square shows:",
        de="Zuerst die Sigmoidfunktion: Ihre Steigung, nach der Quotientenregel, ist nirgends größer als bei 0, wie die quadratische Ergänzung zeigt:",
    ),
)
TANGENT = Stated(
    Derived("x: scalar; y = tanh(x)"),
    (
        r"\tanh(x) = \frac{\sinh(x)}{\cosh(x)}",
        r"\tanh'(x) = \frac{\cosh(x) \cosh(x) - \sinh(x) \sinh(x)}{\cosh(x)^2} = 1 - \tanh(x)^2",
    ),
    intro=Words(
        en="The slope of the hyperbolic tangent, by the quotient rule:",
        de="Die Steigung des Tangens hyperbolicus, nach der Quotientenregel:",
    ),
)
STEP = Stated(
    Derived("x: scalar; y = relu(x)"),
    (r"\operatorname{ReLU}'(x) = \mathbf{1}(x > 0) \le 1",),
    intro=Words(
        en="Now ReLU: its slope is 0 or 1, at the corner by convention 0:",
        de="Nun ReLU: Die Steigung ist 0 oder 1, am Knick nach Vereinbarung 0:",
    ),
)
LAYERS, WEIGHT = 20, 0.9


def slopes(function: str) -> tuple[tuple[float, float], ...]:
    """|∂h_n/∂w_i| over n - i for equal weights and x = 1, by the emitted code of the derivation."""
    run = derive(DEPTH.format(f=function), wrt=["w"]).compile("numpy")
    found = np.abs(run(x=1.0, w=np.full(LAYERS, WEIGHT))["w"])
    return tuple((float(LAYERS - i), float(v)) for i, v in enumerate(found, 1))


SLOPES = plot(
    Plot(
        (
            Curve(Label(r"\sigma", "σ"), slopes("sigmoid")),
            Curve(Label(r"\mathrm{ReLU}", "ReLU"), slopes("relu")),
        ),
        Label("n - i", "n − i"),
        Label(r"|\partial h_n / \partial w_i|", "|∂hₙ/∂wᵢ|"),
        scale="log",
    )
)
CAPTION = Words(
    en=r"The slope against the number $n - i$ of layers behind layer $i$, for $n = 20$ layers, all weights 0.9 and $x = 1$, on a logarithmic axis.",
    de=r"Die Steigung über der Anzahl $n - i$ der Schichten hinter Schicht $i$, für $n = 20$ Schichten, alle Gewichte 0,9 und $x = 1$, auf logarithmischer Achse.",
)
ROSENBROCK = """
    x1: scalar as x_1;  x2: scalar as x_2
    a = x1**2
    b = x2 - a
    c = b**2
    d = 100*c
    e = 1 - x1
    g = e**2
    f = d + g
"""
PARTIAL = Convention(signal="partial")
DAG = Derived(ROSENBROCK, convention=PARTIAL, show=("forward", "graph"))
CHAIN_RULE = Derived(ROSENBROCK, convention=PARTIAL, show=("local", "product", "delta", "gradients"))
ASSEMBLED = Stated(
    Derived("x: 2; f = 100*(x[1] - x[0]**2)**2 + (1 - x[0])**2", convention=PARTIAL),
    (
        r"\nabla_{x} f = \begin{bmatrix} -400 x_1 (x_2 - x_1^2) - 2 (1 - x_1) \\ 200 (x_2 - x_1^2) \end{bmatrix}",
    ),
    intro=Words(
        en="Both derivatives together are the gradient $\\nabla f$, a column like $x$:",
        de="Beide Ableitungen zusammen sind der Gradient $\\nabla f$, eine Spalte wie $x$:",
    ),
)
NET = r"""
    x: 784;  y: scalar label 10
    W1: 256 x 784 as W^{(1)};  b1: 256 as b^{(1)}
    W2: 256 x 256 as W^{(2)};  b2: 256 as b^{(2)}
    W3: 10 x 256 as W^{(3)};   b3: 10 as b^{(3)}
    o1 = W1 @ x + b1   as o^{(1)}
    z1 = tanh(o1)      as z^{(1)}
    o2 = W2 @ z1 + b2  as o^{(2)}
    z2 = tanh(o2)      as z^{(2)}
    o3 = W3 @ z2 + b3  as o^{(3)}
    z3 = softmax(o3)   as z^{(3)}
    L = -log(z3[y])
"""
DELTAS = Convention(signals=tuple((f"o{k}", spelled(rf"\delta^{{({k})}}")) for k in (1, 2, 3)))
MLP = Derived(
    NET,
    wrt=("x", "b1"),
    convention=DELTAS,
    draw=("x", "z1", "z2", "z3", "y", "L"),
    products=("x", "b1"),
    show=("forward", "symbols", "graph", "local", "product"),
)
TENSOR = Derived(
    NET, wrt=("W1",), convention=DELTAS, local=("o1",), show=("local", "delta", "gradients", "why")
)
FACTORS = (
    ("L", "z^{(3)}", r"1 \times 10"),
    ("z^{(3)}", "o^{(3)}", r"10 \times 10"),
    ("o^{(3)}", "z^{(2)}", r"10 \times 256"),
    ("z^{(2)}", "o^{(2)}", r"256 \times 256"),
    ("o^{(2)}", "z^{(1)}", r"256 \times 256"),
    ("z^{(1)}", "o^{(1)}", r"256 \times 256"),
)
WITH_TENSOR = Stated(
    TENSOR,
    (
        r"\frac{\partial L}{\partial W^{(1)}_{ij}} = \sum_{p=1}^{256} \left("
        + " ".join(
            rf"\underbrace{{\frac{{\partial {of}}}{{\partial {by}}}}}_{{{size}}}" for of, by, size in FACTORS
        )
        + r"\right)_p \frac{\partial o^{(1)}_p}{\partial W^{(1)}_{ij}}",
    ),
    local="*",
    intro=Words(
        en="One more factor stands behind the product of part (a), the derivative of $o^{(1)}$ with respect to $W^{(1)}$. "
        "It has three axes, $256 \\times 256 \\times 784$: one for $o^{(1)}$ and two for $W^{(1)}$. The row in front of it has "
        "256 entries, and the sum runs over the axis that both share, so the product has the size $256 \\times 784$ of $W^{(1)}$:",
        de="Hinter dem Produkt aus Teil (a) steht ein weiterer Faktor, die Ableitung von $o^{(1)}$ nach $W^{(1)}$. Sie hat drei "
        "Achsen, $256 \\times 256 \\times 784$: eine für $o^{(1)}$ und zwei für $W^{(1)}$. Die Zeile vor ihr hat 256 Einträge, und "
        "summiert wird über die Achse, die beide gemeinsam haben; das Produkt hat also die Größe $256 \\times 784$ von $W^{(1)}$:",
    ),
)
ENTRIES = said(
    Words(
        en="The tensor is derived below. It is the tensor product of the identity of size 256 and $x$: for every $p$ its entries form a "
        "matrix of the size of $W^{(1)}$ that holds $x^\\top$ in row $p$ and is 0 elsewhere.",
        de="Der Tensor wird unten hergeleitet. Er ist das Tensorprodukt aus der Einheitsmatrix der Größe 256 und $x$: Für jedes $p$ bilden "
        "seine Einträge eine Matrix von der Größe von $W^{(1)}$, in deren Zeile $p$ der Vektor $x^\\top$ steht und die sonst 0 ist.",
    )
)

SHEET = Sheet(
    name="sheet_003",
    title={"en": "Neural networks and backpropagation", "de": "Neuronale Netze und Fehlerrückführung"},
    exercises=(
        Exercise(
            title=Words(
                en="Activation functions and the gradient", de="Aktivierungsfunktionen und der Gradient"
            ),
            task=Words(
                en=(
                    "With an unsuitable activation function gradients become so small that training "
                    "changes the weights hardly at all. Study this in the simplest case: a network "
                    "with a real input $x$ and $n$ hidden layers of one neuron each, $h_i = "
                    r"\sigma(w_i h_{i-1})$ with $h_0 = x$ and weights $w_i$. The output is $y = h_n$; "
                    r"the activation $\sigma$ is arbitrary."
                ),
                de=(
                    "Bei einer ungeeigneten Aktivierungsfunktion werden Gradienten so klein, dass das"
                    " Training die Gewichte kaum noch verändert. Untersuchen Sie dies am einfachsten "
                    "Fall: einem Netz mit einer reellen Eingabe $x$ und $n$ verborgenen Schichten aus"
                    r" je einem Neuron, $h_i = \sigma(w_i h_{i-1})$ mit $h_0 = x$ und Gewichten $w_i$. "
                    r"Die Ausgabe ist $y = h_n$; die Aktivierung $\sigma$ ist beliebig."
                ),
            ),
            parts=(
                Part(
                    task=Words(
                        en=(
                            r"Compute $\frac{\partial h_n}{\partial w_i}$ for every $i$ with $1 \le i "
                            r"\le n$."
                        ),
                        de=(
                            r"Berechnen Sie $\frac{\partial h_n}{\partial w_i}$ für jedes $i$ mit $1 "
                            r"\le i \le n$."
                        ),
                    ),
                    points=2,
                    answers=(ANY,),
                ),
                Part(
                    task=Words(
                        en=(
                            r"Now let ${\sigma(x) = 1 / (1 + \exp(-x))}$ be the sigmoid function and "
                            "$|w_i| < 1$ for all $i$. "
                            "How large can the slope of the output with respect to $w_i$ be at most, "
                            "depending on $i$? How does the result change for the ReLU activation "
                            r"$\sigma(x) = \max(0, x)$?"
                        ),
                        de=(
                            r"Nun sei ${\sigma(x) = 1 / (1 + \exp(-x))}$ die Sigmoidfunktion, und es "
                            "gelte $|w_i| < 1$ für alle $i$. Wie groß kann die Steigung der Ausgabe nach $w_i$ in Abhängigkeit "
                            "von $i$ höchstens sein? Wie ändert sich das Ergebnis für die "
                            r"ReLU-Aktivierung $\sigma(x) = \max(0, x)$?"
                        ),
                    ),
                    points=2,
                    answers=(
                        STEEPEST,
                        SIGMOID,
                        STEP,
                        RELU,
                        drawn(SLOPES, CAPTION),
                        written(
                            Words(
                                en=(
                                    "For the sigmoid, each of the layers $i$ to $n$ contributes a slope "
                                    r"of at most $\frac{1}{4}$ and each later weight a factor of absolute "
                                    r"value below 1: the absolute slope is below $(\frac{1}{4})^{n-i+1} "
                                    "|h_{i-1}|$ for $i < n$, so each step back towards the input costs "
                                    r"another factor of 4 in this bound. (For $i \ge 2$, $|h_{i-1}|$ is "
                                    "below 1; for $i = 1$ it is $|x|$, assumed not to be 0.) This bound without the weights is"
                                    " attained only for $i = n$, with $w_n$ equal to 0: a layer has the "
                                    r"slope $\frac{1}{4}$ only where its argument is 0, its output is then"
                                    r" $\frac{1}{2}$, and the next layer could have this slope only if its"
                                    " weight were 0. For ReLU the slope of every layer is 0 or 1 (0 at "
                                    r"the corner, by convention), so the factor $\frac{1}{4}$ disappears "
                                    "and only the weights remain; as $|h_{i-1}|$ is at most $|x|$ times "
                                    "the absolute values of the earlier weights, the bound is $|x|$ times"
                                    " the product of the absolute values of all weights except $w_i$, "
                                    "hence below $|x|$ for $n > 1$, and it does not favour late layers "
                                    "over early ones. With weights of absolute value below 1 it still shrinks with the "
                                    r"depth $n$; and if $w_j h_{j-1} \le 0$ for a single neuron, all these"
                                    " derivatives are 0 at once."
                                ),
                                de=(
                                    "Bei der Sigmoidfunktion trägt jede der Schichten $i$ bis $n$ eine "
                                    r"Steigung von höchstens $\frac{1}{4}$ bei und jedes spätere Gewicht "
                                    "einen Faktor vom Betrag unter 1: Der Betrag der Steigung liegt für "
                                    r"$i < n$ unter $(\frac{1}{4})^{n-i+1} |h_{i-1}|$, so dass jede "
                                    "Schicht, die näher an der Eingabe liegt, in dieser Schranke einen "
                                    r"weiteren Faktor 4 kostet. (Für $i \ge 2$ liegt $|h_{i-1}|$ unter 1; "
                                    "für $i = 1$ ist es $|x|$, das hier nicht 0 sei.) Angenommen wird diese"
                                    " Schranke ohne die Gewichte nur für $i = n$, mit $w_n$ gleich 0: Eine Schicht hat die "
                                    r"Steigung $\frac{1}{4}$ nur dort, wo ihr Argument 0 ist, ihre Ausgabe"
                                    r" ist dann $\frac{1}{2}$, und die nächste Schicht könnte diese "
                                    "Steigung nur haben, wenn ihr Gewicht 0 wäre. Bei ReLU ist die "
                                    "Steigung jeder Schicht 0 oder 1 (am Knick nach Vereinbarung 0); der "
                                    r"Faktor $\frac{1}{4}$ entfällt, und nur die Gewichte bleiben. Da "
                                    "$|h_{i-1}|$ höchstens $|x|$ mal die Beträge der früheren Gewichte "
                                    "ist, ist die Schranke $|x|$ mal das Produkt der Beträge aller "
                                    "Gewichte außer $w_i$, für $n > 1$ also kleiner als $|x|$, und sie "
                                    "bevorzugt späte Schichten nicht gegenüber frühen. Bei Gewichten vom Betrag unter 1 "
                                    r"schrumpft sie weiterhin mit der Tiefe $n$; und ist $w_j h_{j-1} \le "
                                    "0$ auch nur für ein Neuron, so sind alle diese Ableitungen zugleich "
                                    "0."
                                ),
                            )
                        ),
                    ),
                ),
            ),
        ),
        Exercise(
            title=Words(en="Graphs and the chain rule", de="Graphen und die Kettenregel"),
            task=Words(
                en=(
                    "Automatic differentiation records a function as a directed acyclic graph and "
                    "evaluates the chain rule on it. Follow this procedure for the Rosenbrock "
                    "function $f(x) = 100(x_2 - x_1^2)^2 + (1 - x_1)^2$ of two real variables."
                ),
                de=(
                    "Beim automatischen Differenzieren wird eine Funktion als gerichteter azyklischer"
                    " Graph aufgezeichnet und die Kettenregel auf diesem Graphen ausgewertet. "
                    "Vollziehen Sie dieses Vorgehen für die Rosenbrock-Funktion $f(x) = 100(x_2 - "
                    "x_1^2)^2 + (1 - x_1)^2$ zweier reeller Variablen nach."
                ),
            ),
            parts=(
                Part(
                    task=Words(
                        en=(
                            "Draw the graph of $f$. Use only sums, differences, products and powers "
                            "with a natural exponent."
                        ),
                        de=(
                            "Zeichnen Sie den Graphen von $f$. Verwenden Sie nur Summen, Differenzen,"
                            " Produkte und Potenzen mit natürlichem Exponenten."
                        ),
                    ),
                    answers=(DAG,),
                ),
                Part(
                    task=Words(
                        en=(
                            "State the derivative at every edge and use the chain rule to compute the"
                            r" gradient $\nabla f$ from the graph."
                        ),
                        de=(
                            "Geben Sie an jeder Kante die Ableitung an und berechnen Sie mit der "
                            r"Kettenregel den Gradienten $\nabla f$ aus dem Graphen."
                        ),
                    ),
                    answers=(CHAIN_RULE, ASSEMBLED),
                ),
            ),
            points=5,
        ),
        Exercise(
            title=Words(
                en="Backpropagation for functions of several variables",
                de="Fehlerrückführung bei Funktionen mehrerer Variablen",
            ),
            task=Words(
                en=(
                    "A multilayer perceptron maps an input $x$ with 784 entries to 10 outputs. Its "
                    "two hidden layers have 256 neurons each and use tanh; the output layer uses "
                    "softmax. Layer $l$ computes $o^{(l)} = W^{(l)} z^{(l-1)} + b^{(l)}$ and from it "
                    "$z^{(l)}$ by applying the activation function, with $z^{(0)} = x$. For an "
                    r"integer label $y$ with $1 \le y \le 10$, training minimises the cross-entropy $L"
                    r" = -\log z^{(3)}_y$."
                ),
                de=(
                    "Ein mehrschichtiges Perzeptron bildet eine Eingabe $x$ mit 784 Einträgen auf 10 "
                    "Ausgaben ab. Seine beiden verborgenen Schichten haben je 256 Neuronen und "
                    "verwenden tanh; die Ausgabeschicht verwendet Softmax. Die Schicht $l$ berechnet "
                    "$o^{(l)} = W^{(l)} z^{(l-1)} + b^{(l)}$ und daraus durch Anwenden der "
                    "Aktivierungsfunktion $z^{(l)}$, mit $z^{(0)} = x$. Für ein ganzzahliges Label "
                    r"$y$ mit $1 \le y \le 10$ minimiert das Training die Kreuzentropie $L = -\log "
                    "z^{(3)}_y$."
                ),
            ),
            parts=(
                Part(
                    task=Words(
                        en=(
                            "Draw the computation of $L$ as a directed acyclic graph with the nodes "
                            r"$x$, $z^{(1)}$, $z^{(2)}$, $z^{(3)}$, $y$ and $L$. Write $\nabla_x L$ "
                            r"and $\nabla_{b^{(1)}} L$ as products of Jacobian matrices, give each of "
                            "these matrices explicitly, and derive those of the activation functions "
                            "from their definitions. Show by means of the sizes that the products can"
                            " be computed."
                        ),
                        de=(
                            "Zeichnen Sie die Berechnung von $L$ als gerichteten azyklischen Graphen "
                            "mit den Knoten $x$, $z^{(1)}$, $z^{(2)}$, $z^{(3)}$, $y$ und $L$. "
                            r"Schreiben Sie $\nabla_x L$ und $\nabla_{b^{(1)}} L$ als Produkte von "
                            "Jacobi-Matrizen, geben Sie jede dieser Matrizen explizit an und leiten "
                            "Sie die der Aktivierungsfunktionen aus deren Definitionen her. Zeigen "
                            "Sie anhand der Größen, dass sich die Produkte berechnen lassen."
                        ),
                    ),
                    points=6,
                    answers=(MLP, TANGENT),
                ),
                Part(
                    task=Words(
                        en=(
                            "Use tensor products to write the gradient with respect to the "
                            "weight matrix $W^{(1)}$ as a product of vectors, matrices and tensors, "
                            "too. Describe the shape and the entries of the Jacobian of $o^{(1)}$ "
                            "with respect to $W^{(1)}$."
                        ),
                        de=(
                            "Verwenden Sie Tensorprodukte, um auch den Gradienten nach der "
                            "Gewichtsmatrix $W^{(1)}$ als Produkt aus Vektoren, Matrizen und Tensoren"
                            " zu schreiben. Beschreiben Sie die Form und die Einträge der "
                            "Jacobi-Matrix von $o^{(1)}$ nach $W^{(1)}$."
                        ),
                    ),
                    bonus=4,
                    answers=(WITH_TENSOR, ENTRIES, TENSOR),
                ),
            ),
        ),
    ),
    header={
        "course": {"en": "Deep learning", "de": "Deep Learning"},
        "number": {"en": "Sheet 3", "de": "Übungsblatt 3"},
        "due": {"en": "13 May 2025, 14:00", "de": "13.05.2025, 14:00 Uhr"},
    },
)
