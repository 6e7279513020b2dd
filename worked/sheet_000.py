"""Layers and their backward passes, worked. Source: shared/seeds/000 (row vectors)."""

from dataclasses import replace

from symbackprop import (
    Convention, Derived, Exercise, Part, Sheet, Stated, Words, code, said, spelled, written,
)  # fmt: skip
from symbackprop.emit import functions

ROWS = Convention(vectors="row")
UPDATES = replace(ROWS, signals=(("w", spelled(r"\Delta w")), ("b", spelled(r"\Delta b"))))
DENSE = Derived(
    "x: 2; w: 2 x 3; b: 3; y = x @ w + b",
    convention=UPDATES,
    at={"x": [1, 2], "w": [[1, 3, 5], [2, 4, 6]], "b": [1, 2, 3], "y_bar": [0, 0.5, 1]},
    show=("why",),
)
CONV = Derived(
    "x: c x h x w; f: k x c x u x v; y = conv2d(x, f)",
    wrt=("x",),
    show=("symbols", "ledger", "local"),
    local=("y",),
)
SUBSTITUTED = Stated(
    CONV,
    (
        r"\delta x_{ijm} = \sum_{p=1}^{k} \sum_{r=1}^{h - u + 1} \sum_{s=1}^{w - v + 1} \delta y_{prs} f_{p,i,j+1-r,m+1-s}"
        r" = \sum_{p=1}^{k} \sum_{a=1}^{u} \sum_{b=1}^{v} \delta y_{p,j+a-u,m+b-v} f_{p,i,u+1-a,v+1-b}",
    ),
    intro=Words(
        en="By the chain rule $\\delta x_{ijm}$ is the sum over all $y_{prs}$ of $\\delta y_{prs}$ times this derivative. Inserting $r = j + a - u$ "
        "and $s = m + b - v$ lets $a$ and $b$ run over the filter:",
        de="Nach der Kettenregel ist $\\delta x_{ijm}$ die Summe über alle $y_{prs}$ von $\\delta y_{prs}$ mal dieser Ableitung. Setzt man $r = j + a - u$ "
        "und $s = m + b - v$ ein, so laufen $a$ und $b$ über den Filter:",
    ),
)
TWO_CHANGES = said(
    Words(
        en="This is a convolution again, of $\\delta y$, which counts as 0 outside its range, with a filter changed in two ways: $f_{p,i}$ stands "
        "where the forward pass has $f_{i,p}$, so channels and filters swap their roles; and its indices run backwards in both directions, so it "
        "is turned by 180 degrees.",
        de="Das ist wieder eine Faltung, nämlich die von $\\delta y$, das außerhalb seines Bereichs als 0 gilt, mit einem Filter, der zweifach "
        "verändert ist: $f_{p,i}$ steht, wo im Vorwärtsschritt $f_{i,p}$ steht, Kanäle und Filter tauschen also die Rollen; und seine Indizes laufen "
        "in beiden Richtungen rückwärts, er ist also um 180 Grad gedreht.",
    )
)
FOUR = "f00: 2 x 3 as f_{00}; f01: 2 x 3 as f_{01}; f10: 2 x 3 as f_{10}; f11: 2 x 3 as f_{11}\n"
ENTRIES = {
    "f00": [[1, 3, 5], [2, 4, 6]], "f01": [[7, 9, 11], [8, 10, 12]],
    "f10": [[13, 15, 17], [24, 16, 18]], "f11": [[19, 21, 23], [20, 22, 24]],
}  # fmt: skip
FILTERS = Derived(FOUR + "s = sum(f00 + f01 + f10 + f11)", at=ENTRIES, show=("numbers",))
PLACES = ("00", "01", "10", "11")
TURN = Derived(
    FOUR
    + "P: 2 x 2; Q: 3 x 3\n"
    + "".join(f"s{n} = f{n[::-1]} as s_{{{n}}}; g{n} = P @ s{n} @ Q as g_{{{n}}}\n" for n in PLACES)
    + "s = sum(g00 + g01 + g10 + g11)",
    at=ENTRIES | {"P": [[0, 1], [1, 0]], "Q": [[0, 0, 1], [0, 1, 0], [1, 0, 0]]},
)


def matrix(rows: list[list[int]]) -> str:
    return r"\begin{bmatrix} " + r" \\ ".join(" & ".join(map(str, x)) for x in rows) + r" \end{bmatrix}"


SWAPPED = {n: ENTRIES[f"f{n[::-1]}"] for n in PLACES}
SWAP = Stated(
    TURN,
    tuple(rf"s_{{{n}}} = f_{{{n[::-1]}}} = {matrix(x)}" for n, x in SWAPPED.items()),
    at=TURN.numbers,
    layout="list",
    intro=Words(
        en="First swap channels and filters: channel $j$ of the new filter $i$ is $s_{ij} = f_{ji}$:",
        de="Zuerst werden Kanäle und Filter vertauscht: Kanal $j$ des neuen Filters $i$ ist $s_{ij} = f_{ji}$:",
    ),
)
EXCHANGE = Stated(
    TURN,
    (f"P = {matrix([[0, 1], [1, 0]])}", f"Q = {matrix([[0, 0, 1], [0, 1, 0], [1, 0, 0]])}"),
    at=TURN.numbers,
    layout="list",
    intro=Words(
        en="Then rotate by 180 degrees: reverse the order of the rows, with $P$ from the left, and that of the columns, with $Q$ from the right:",
        de="Dann wird um 180 Grad gedreht: Die Reihenfolge der Zeilen wird umgekehrt, durch $P$ von links, und die der Spalten, durch $Q$ von rechts:",
    ),
)
ROTATED = Stated(
    TURN,
    tuple(
        rf"g_{{{n}}} = P s_{{{n}}} Q = {matrix([row[::-1] for row in x[::-1]])}" for n, x in SWAPPED.items()
    ),
    at=TURN.numbers,
    layout="list",
    intro=Words(
        en="So the filters of the backward pass are:", de="Die Filter des Rückwärtsschritts sind also:"
    ),
)
SIZES = Derived(
    """
    nx: scalar as n_x;  ny: scalar as n_y;  kx: scalar as k_x;  ky: scalar as k_y;  p: scalar;  s: scalar
    ox: scalar as o_x;  oy: scalar as o_y
    all = nx + ny + kx + ky + p + s + ox + oy
    """,
    at={"nx": 20, "ny": 18, "kx": 3, "ky": 4, "p": 3, "s": 2, "ox": 12, "oy": 11},
)
COUNTED = Stated(
    SIZES,
    (
        r"o_x = \left\lfloor \frac{n_x + 2 p - k_x}{s} \right\rfloor + 1 = \left\lfloor \frac{20 + 2 \cdot 3 - 3}{2} \right\rfloor + 1 = \left\lfloor \frac{23}{2} \right\rfloor + 1 = 11 + 1 = 12",
        r"o_y = \left\lfloor \frac{n_y + 2 p - k_y}{s} \right\rfloor + 1 = \left\lfloor \frac{18 + 2 \cdot 3 - 4}{2} \right\rfloor + 1 = \left\lfloor \frac{20}{2} \right\rfloor + 1 = 10 + 1 = 11",
    ),
    at=SIZES.numbers,
    intro=Words(
        en="Let $n_x$ and $n_y$ be the extents of the input, $k_x$ and $k_y$ those of a filter. The first window starts at the first "
        "padded entry; as many steps of length $s$ follow as fit, so the number is rounded down. There are as many output channels "
        "$o_c$ as filters, 1337. The output is $[12, 11, 1337]$.",
        de="Es seien $n_x$ und $n_y$ die Ausdehnungen der Eingabe, $k_x$ und $k_y$ die eines Filters. Das erste Fenster beginnt am ersten "
        "Eintrag der aufgefüllten Eingabe; es folgen so viele Schritte der Länge $s$, wie hineinpassen, daher wird abgerundet. Die "
        "Ausgabe hat so viele Kanäle $o_c$, wie es Filter gibt, 1337. Die Ausgabe ist $[12, 11, 1337]$.",
    ),
)
GATE = """
    {g}_[t] = x[t] @ W{g} + c[t-1] @ R{g} + b{g}   as {g}'
    {g}[t] = sigmoid({g}_[t])"""
LSTM = Derived(
    """
    t: 1..T;  x[t]: d
    Wf: d x m as W_f;  Rf: m x m as W_{Rf};  bf: m as b_f
    Wi: d x m as W_i;  Ri: m x m as W_{Ri};  bi: m as b_i
    Wo: d x m as W_o;  Ro: m x m as W_{Ro};  bo: m as b_o
    Wc: d x m as W_c;  bc: m as b_c"""
    + "".join(GATE.format(g=g) for g in "fio")
    + """
    g[t] = x[t] @ Wc + bc
    c[t] = f[t] * c[t-1] + i[t] * tanh(g[t])
    h[t] = tanh(o[t] * c[t])
    """,
    convention=ROWS,
    local=("f_", "i_", "o_", "g", "c", "h"),
    show=("idea", "symbols", "ledger", "local", "terms"),
)
CHAIN = """
    x1: scalar as x_1;  x2: scalar as x_2
    v0 = 1*x1 as v_0
    v1 = 1*x2 as v_1
    v2 = v0*v1 as v_2
    v3 = cos(v2) as v_3
    v4 = v3 + v2 + v0 as v_4
"""
BY_HAND = Derived(
    "x1: scalar as x_1;  x2: scalar as x_2;  u = x1*x2;  L = cos(u) + u + x1",
    convention=Convention(signal="partial"),
    show=("idea", "ledger", "terms", "bridges", "gradients"),
)
REVERSE = Derived(
    CHAIN, convention=Convention(signal="partial"), at={"x1": 1, "x2": 2}, show=("graph", "trace")
)
MEETING = Stated(
    REVERSE,
    (
        r"\frac{\partial v_4}{\partial v_3} \frac{\partial v_3}{\partial v_2} = -\sin(2) \approx -0.9093",
        r"\frac{\partial v_4}{\partial v_2} = -\sin(2) + 1 \approx 0.09070",
        r"\frac{\partial v_4}{\partial v_2} \frac{\partial v_2}{\partial v_0} = (1 - \sin(2)) \cdot 2 \approx 0.1814",
        r"\frac{\partial v_4}{\partial v_0} = (1 - \sin(2)) \cdot 2 + 1 \approx 1.181",
    ),
    at=REVERSE.numbers,
    intro=Words(
        en="Two paths meet at $v_2$ and two at $v_0$. Each time one of them comes from $v_4$ directly and contributes 1; the other "
        "comes through $v_3$ and through $v_2$. Its contribution, and then the sum of both:",
        de="In $v_2$ und in $v_0$ treffen je zwei Pfade zusammen. Der eine kommt jeweils direkt von $v_4$ und trägt 1 bei, der andere "
        "kommt über $v_3$ beziehungsweise über $v_2$. Dessen Beitrag und dann die Summe beider:",
    ),
)
MEANS = Derived(
    "x: n; M: m x n; K: scalar positive; y = M @ x / K",
    wrt=("x",),
    convention=Convention(),
    show=("ledger", "why"),
)
WINDOWS = said(
    Words(
        en="Count the $n$ entries of the input and the $m$ windows one after the other, whatever their shape and stride, and let $M_{ij} = 1$ "
        "where window $i$ contains entry $j$, else 0; every row of $M$ has $K$ ones. Then output $i$ is the mean $y_i = \\frac{1}{K} \\sum_{j} M_{ij} x_j$:",
        de="Die $n$ Einträge der Eingabe und die $m$ Fenster seien durchgezählt, gleich welche Form und Schrittweite sie haben, und es sei "
        "$M_{ij} = 1$, wo Fenster $i$ den Eintrag $j$ enthält, sonst 0; jede Zeile von $M$ hat $K$ Einsen. Dann ist die Ausgabe $i$ der Mittelwert "
        "$y_i = \\frac{1}{K} \\sum_{j} M_{ij} x_j$:",
    )
)
SHARED = said(
    Words(
        en="So $\\delta y_i$ is divided into $K$ equal parts, one for every entry of its window; an entry that lies in several windows gets a part "
        "from each, and these are added. With windows of size $2 \\times 2$ and stride 1, so that they overlap:",
        de="Also wird $\\delta y_i$ in $K$ gleiche Teile geteilt, einen für jeden Eintrag seines Fensters; ein Eintrag, der in mehreren Fenstern liegt, "
        "bekommt von jedem einen Teil, und diese werden addiert. Mit Fenstern der Größe $2 \\times 2$ und Schrittweite 1, die sich also überlappen:",
    )
)
POOL = Derived(
    "x: 3 x 4; y = avg_pool2d(x, size=2, stride=1)",
    at={"x": [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]], "y_bar": [[4, 8, 0], [12, 0, 4]]},
    show=("numbers", "trace"),
    local=("y",),
)

POOLING = functions(
    Derived("x: n x m; y = avg_pool2d(x, size=2, stride=1)").derivation,
    forward="h_avg_pool2d", backward="h_avg_pool2d_grad", style="plain",
)  # fmt: skip

SHEET = Sheet(
    name="sheet_000",
    title={"en": "Layers and their backward passes", "de": "Schichten und ihre Rückwärtsschritte"},
    exercises=(
        Exercise(
            title=Words(en="A fully connected layer", de="Eine vollständig verbundene Schicht"),
            task=Words(
                en=(
                    "A fully connected layer computes $y = xw + b$. All vectors are rows. The weight "
                    "matrix $w$, the bias $b$ and the input $x$ are given. For every quantity $v$, the "
                    r"error signal $\delta v$ is the derivative of the error of the network with respect "
                    "to $v$, in the shape of $v$."
                ),
                de=(
                    "Eine vollständig verbundene Schicht berechnet $y = xw + b$. Alle Vektoren sind "
                    "Zeilen. Die Gewichtsmatrix $w$, der Bias $b$ und die Eingabe $x$ sind unten "
                    r"angegeben. Für jede Größe $v$ ist das Fehlersignal $\delta v$ die Ableitung des "
                    "Fehlers des Netzes nach $v$, mit der Form von $v$."
                ),
            ),
            given=(replace(DENSE, show=("numbers",)),),
            parts=(
                Part(
                    task=Words(
                        en="Carry out the forward pass: compute the output $y$.",
                        de="Führen Sie den Vorwärtsschritt aus: Berechnen Sie die Ausgabe $y$.",
                    ),
                    answers=(
                        Stated(
                            DENSE,
                            (
                                r"y = x w + b = \begin{bmatrix} 1 & 2 \end{bmatrix} \begin{bmatrix} 1 & 3 & 5 \\ 2 & 4 & 6 \end{bmatrix} + \begin{bmatrix} 1 & 2 & 3 \end{bmatrix} = \begin{bmatrix} 5 & 11 & 17 \end{bmatrix} + \begin{bmatrix} 1 & 2 & 3 \end{bmatrix} = \begin{bmatrix} 6 & 13 & 20 \end{bmatrix}",
                            ),
                            at=DENSE.numbers,
                        ),
                    ),
                ),
                Part(
                    task=Words(
                        en=(
                            r"The following layer returns the error signal $\delta y = (0, 0.5, 1)$. "
                            r"Compute the error signal $\delta x$ of the input."
                        ),
                        de=(
                            r"Die nachfolgende Schicht liefert das Fehlersignal $\delta y = (0, 0.5, "
                            r"1)$. Berechnen Sie das Fehlersignal $\delta x$ der Eingabe."
                        ),
                    ),
                    answers=(
                        Stated(
                            DENSE,
                            (
                                r"\delta x = \delta y w^\top = \begin{bmatrix} 0 & 0.5 & 1 \end{bmatrix} \begin{bmatrix} 1 & 2 \\ 3 & 4 \\ 5 & 6 \end{bmatrix} = \begin{bmatrix} 6.5 & 8 \end{bmatrix}",
                            ),
                            at=DENSE.numbers,
                        ),
                    ),
                ),
                Part(
                    task=Words(
                        en=(
                            r"For the same numbers, compute $\Delta w$ and $\Delta b$. They denote the"
                            " gradients with respect to $w$ and $b$, without a learning rate and "
                            "without a change of sign."
                        ),
                        de=(
                            r"Berechnen Sie für dieselben Zahlen $\Delta w$ und $\Delta b$. Gemeint "
                            "sind die Gradienten nach $w$ und $b$, ohne Lernrate und ohne "
                            "Vorzeichenwechsel."
                        ),
                    ),
                    answers=(
                        Stated(
                            DENSE,
                            (
                                r"\Delta w = x^\top \delta y = \begin{bmatrix} 1 \\ 2 \end{bmatrix} \begin{bmatrix} 0 & 0.5 & 1 \end{bmatrix} = \begin{bmatrix} 0 & 0.5 & 1 \\ 0 & 1 & 2 \end{bmatrix}",
                                r"\Delta b = \delta y = \begin{bmatrix} 0 & 0.5 & 1 \end{bmatrix}",
                            ),
                            at=DENSE.numbers,
                        ),
                        DENSE,
                    ),
                ),
            ),
        ),
        Exercise(
            title=Words(en="Two-dimensional convolution", de="Zweidimensionale Faltung"),
            task=Words(
                en=(
                    "A convolution layer applies several filters to an input with several channels. "
                    "Each filter has as many channels as the input and produces one channel of the "
                    "output. Here the input $x$ has $c$ channels of size $h \\times w$, and each of the "
                    "$k$ filters, together the array $f$, has $c$ channels of size $u \\times v$. As is "
                    "usual for networks, the filters are not turned before they are applied; a sum of "
                    "this kind is called a convolution throughout."
                ),
                de=(
                    "Eine Faltungsschicht wendet mehrere Filter auf eine Eingabe mit mehreren Kanälen"
                    " an. Jeder Filter hat ebenso viele Kanäle wie die Eingabe und erzeugt einen "
                    "Kanal der Ausgabe. Die Eingabe $x$ habe hier $c$ Kanäle der Größe $h \\times w$, "
                    "und jeder der $k$ Filter, zusammen das Feld $f$, habe $c$ Kanäle der Größe $u \\times "
                    "v$. Wie bei Netzen üblich, werden die Filter vor dem Anwenden nicht gedreht; eine "
                    "solche Summe heißt im Folgenden stets Faltung."
                ),
            ),
            given=(FILTERS,),
            parts=(
                Part(
                    task=Words(
                        en=(
                            "The two filters $f_0$ and $f_1$ given above have two channels each: $f_{ij}$ is channel $j$ of filter $i$, both counted from 0. (In the formulas of the solution all indices count from 1.) "
                            "Starting from the definition of the convolution, derive which filters "
                            "turn the backward pass into a convolution again, and write these filters"
                            " down."
                        ),
                        de=(
                            "Die beiden oben angegebenen Filter $f_0$ und $f_1$ haben je zwei "
                            "Kanäle: $f_{ij}$ ist Kanal $j$ von Filter $i$, beide ab 0 gezählt. (In den "
                            "Formeln der Lösung zählen alle Indizes ab 1.) Leiten Sie aus der Definition der Faltung her, mit welchen "
                            "Filtern der Rückwärtsschritt wieder eine Faltung ist, und geben Sie "
                            "diese Filter an."
                        ),
                    ),
                    answers=(CONV, SUBSTITUTED, TWO_CHANGES, SWAP, EXCHANGE, ROTATED),
                ),
                Part(
                    task=Words(
                        en=(
                            "Determine the size $[o_x, o_y, o_c]$ of the output for an input of size "
                            "$[20, 18, 5]$, filters of size $[3, 4, 5, 1337]$, stride $s = 2$ and "
                            "padding $p = 3$ on every side. (In this order: the two extents, the "
                            "channels, and the number of filters.)"
                        ),
                        de=(
                            "Bestimmen Sie die Größe $[o_x, o_y, o_c]$ der Ausgabe für eine Eingabe "
                            "der Größe $[20, 18, 5]$, Filter der Größe $[3, 4, 5, 1337]$, die "
                            "Schrittweite $s = 2$ und ein Padding von $p = 3$ an jeder Seite. (In "
                            "dieser Reihenfolge: die beiden Ausdehnungen, die Kanäle und die Anzahl der "
                            "Filter.)"
                        ),
                    ),
                    answers=(COUNTED,),
                ),
            ),
        ),
        Exercise(
            title=Words(
                en="A recurrent network: the peephole LSTM", de="Ein rekurrentes Netz: das Peephole-LSTM"
            ),
            task=Words(
                en=(
                    "The equations below describe the forward pass of a peephole LSTM: its gates read"
                    " the input $x_t$ and the previous cell state $c_{t-1}$. All vectors are rows, "
                    r"${\sigma(x) = 1 / (1 + \exp(-x))}$ is the sigmoid function, and a prime marks the "
                    "value of a gate before it. "
                    r"For every quantity $v$, $\delta v$ denotes the derivative of the error with "
                    "respect to $v$, along all paths and with the shape of $v$; an error signal "
                    r"$\delta h_t$ arrives from outside at every step."
                ),
                de=(
                    "Die unten stehenden Gleichungen beschreiben den Vorwärtsschritt eines "
                    "Peephole-LSTMs: Seine Gatter lesen die Eingabe $x_t$ und den vorigen Zellzustand"
                    r" $c_{t-1}$. Alle Vektoren sind Zeilen, ${\sigma(x) = 1 / (1 + \exp(-x))}$ ist die "
                    "Sigmoidfunktion, und ein Strich kennzeichnet den Wert eines Gatters vor dieser. "
                    r"Für jede Größe $v$ bezeichnet $\delta v$ "
                    "die Ableitung des Fehlers nach $v$ über alle Pfade, mit der Form von $v$; in "
                    r"jedem Zeitschritt trifft von außen ein Fehlersignal $\delta h_t$ ein."
                ),
            ),
            given=(LSTM,),
            parts=(
                Part(
                    task=Words(
                        en=r"Derive the equation for the error signal $\delta c_t$ of the cell state.",
                        de=(
                            r"Leiten Sie die Gleichung für das Fehlersignal $\delta c_t$ des "
                            "Zellzustands her."
                        ),
                    ),
                    answers=(LSTM,),
                ),
                Part(
                    task=Words(
                        en="Derive the error signals of all gates, before and after their sigmoid.",
                        de=(
                            "Leiten Sie die Fehlersignale aller Gatter her, jeweils vor und nach der "
                            "Sigmoidfunktion."
                        ),
                    ),
                    answers=(
                        said(
                            Words(
                                en="They stand above, among the backward equations: each gate once after and once before its sigmoid.",
                                de="Sie stehen oben, unter den Rückwärtsgleichungen: jedes Gatter einmal nach und einmal vor seiner Sigmoidfunktion.",
                            )
                        ),
                    ),
                ),
            ),
        ),
        Exercise(
            title=Words(
                en="Automatic differentiation in reverse mode",
                de="Automatisches Differenzieren im Rückwärtsmodus",
            ),
            task=Words(
                en=r"Consider the function $L = \cos(x_1 x_2) + x_1 x_2 + x_1$ of two real variables.",
                de=(
                    r"Betrachten Sie die Funktion $L = \cos(x_1 x_2) + x_1 x_2 + x_1$ von zwei reellen"
                    " Variablen."
                ),
            ),
            parts=(
                Part(
                    task=Words(
                        en="Compute the gradient of $L$ by hand.",
                        de="Berechnen Sie den Gradienten von $L$ von Hand.",
                    ),
                    answers=(BY_HAND,),
                ),
                Part(
                    task=Words(
                        en="Evaluate the gradient at the point $(1, 2)$.",
                        de="Werten Sie den Gradienten an der Stelle $(1, 2)$ aus.",
                    ),
                    answers=(
                        Stated(
                            BY_HAND,
                            (
                                r"\frac{\partial L}{\partial x_1} = -\sin(x_1 x_2) x_2 + x_2 + 1 = -\sin(2) \cdot 2 + 2 + 1 \approx 1.181",
                                r"\frac{\partial L}{\partial x_2} = -\sin(x_1 x_2) x_1 + x_1 = -\sin(2) + 1 \approx 0.09070",
                            ),
                            at={"x1": 1, "x2": 2},
                        ),
                    ),
                ),
                Part(
                    task=Words(
                        en=(
                            "Compute the gradient at $(1, 2)$ once more, now in reverse mode: break "
                            "$L$ down into elementary steps $v_0$ to $v_4$, evaluate them forwards "
                            "and then propagate the derivatives backwards. Wherever several paths "
                            "meet, state the contribution of each."
                        ),
                        de=(
                            "Berechnen Sie den Gradienten an der Stelle $(1, 2)$ noch einmal, nun im "
                            "Rückwärtsmodus: Zerlegen Sie $L$ in elementare Schritte $v_0$ bis $v_4$,"
                            " werten Sie diese vorwärts aus und bestimmen Sie die Ableitungen "
                            "anschließend rückwärts. Geben Sie überall dort, wo mehrere Pfade "
                            "zusammentreffen, den Beitrag jedes Pfades an."
                        ),
                    ),
                    answers=(REVERSE, MEETING),
                ),
            ),
        ),
        Exercise(
            title=Words(en="Average pooling", de="Average-Pooling"),
            task=Words(
                en=(
                    "Average pooling replaces each window of the input by the mean of its $K$ "
                    "entries. Neighbouring windows may overlap."
                ),
                de=(
                    "Beim Average-Pooling wird jedes Fenster der Eingabe durch den Mittelwert "
                    "seiner $K$ Einträge ersetzt. Benachbarte Fenster dürfen sich überlappen."
                ),
            ),
            parts=(
                Part(
                    task=Words(
                        en=(
                            r"Derive how the error signal $\delta x$ of the input follows from the "
                            r"error signal $\delta y$ of the output."
                        ),
                        de=(
                            r"Leiten Sie her, wie sich das Fehlersignal $\delta x$ der Eingabe aus dem"
                            r" Fehlersignal $\delta y$ der Ausgabe ergibt."
                        ),
                    ),
                    answers=(WINDOWS, MEANS, SHARED, POOL),
                ),
                Part(
                    task=Words(
                        en=(
                            "Describe in words a routine that carries out this backward pass, "
                            "including the case of overlapping windows."
                        ),
                        de=(
                            "Beschreiben Sie in Worten eine Routine, die diesen Rückwärtsschritt "
                            "ausführt, auch für den Fall sich überlappender Fenster."
                        ),
                    ),
                    answers=(
                        written(
                            Words(
                                en=(
                                    r"First set every entry of $\delta x$ to 0. Then visit the entries of "
                                    r"$\delta y$ one after the other: from the index of the output and the"
                                    " stride, find the upper left corner of the window, and add "
                                    r"$\frac{1}{K}$ times the entry of $\delta y$ to each of the $K$ "
                                    r"entries of $\delta x$ in that window. The factor $\frac{1}{K}$ is "
                                    "the derivative of a mean with respect to each of its entries. Where "
                                    "windows overlap, an input influences several outputs, and the chain "
                                    "rule sums over all of them; this is why the routine must add and "
                                    "must not overwrite. Entries that lie in no window keep the value 0. "
                                    r"As a check, without padding the entries of $\delta x$ and those of "
                                    r"$\delta y$ have the same sum."
                                ),
                                de=(
                                    r"Setzen Sie zunächst alle Einträge von $\delta x$ auf 0. Durchlaufen "
                                    r"Sie dann die Einträge von $\delta y$: Bestimmen Sie aus dem Index "
                                    "der Ausgabe und der Schrittweite die linke obere Ecke des Fensters "
                                    r"und addieren Sie das $\frac{1}{K}$-Fache des Eintrags von $\delta y$"
                                    r" zu jedem der $K$ Einträge von $\delta x$ in diesem Fenster. Der "
                                    r"Faktor $\frac{1}{K}$ ist die Ableitung eines Mittelwerts nach jedem "
                                    "seiner Einträge. Wo sich Fenster überlappen, beeinflusst eine "
                                    "Eingabe mehrere Ausgaben, und die Kettenregel summiert über alle; "
                                    "deshalb muss die Routine addieren und darf nicht überschreiben. "
                                    "Einträge, die in keinem Fenster liegen, behalten den Wert 0. Zur "
                                    r"Probe: Ohne Padding haben die Einträge von $\delta x$ und die von"
                                    r" $\delta y$ dieselbe Summe."
                                ),
                            )
                        ),
                    ),
                ),
                Part(
                    task=Words(
                        en="Implement the forward and the backward pass as NumPy functions.",
                        de=(
                            "Implementieren Sie den Vorwärts- und den Rückwärtsschritt als NumPy-Funktionen."
                        ),
                    ),
                    answers=(code(POOLING),),
                ),
            ),
        ),
    ),
)
