"""Published solutions, line by line: what holds, what does not, and why. Source: shared/seeds/000 and 002."""

from symbackprop import Convention, Derived, Exercise, Judged, Sheet, Stated, Words, written

ROWS = Convention(vectors="row")
DENSE_AT = {"x": [1, 2], "w": [[1, 3, 5], [2, 4, 6]], "b": [1, 2, 3], "y_bar": [0, 0.5, 1]}
DENSE = Derived(
    "x: 2; w: 2 x 3; b: 3; y = x @ w + b", convention=ROWS, at=DENSE_AT, show=("forward", "numbers")
)
FOUR = "f00: 2 x 3 as f_{00}; f01: 2 x 3 as f_{01}; f10: 2 x 3 as f_{10}; f11: 2 x 3 as f_{11}\n"
ENTRIES = {
    "f00": [[1, 3, 5], [2, 4, 6]], "f01": [[7, 9, 11], [8, 10, 12]],
    "f10": [[13, 15, 17], [24, 16, 18]], "f11": [[19, 21, 23], [20, 22, 24]],
}  # fmt: skip
FILTERS = Derived(FOUR + "s = sum(f00 + f01 + f10 + f11)", at=ENTRIES, show=("numbers",))
TURN = Derived(
    FOUR
    + """
    P: 2 x 2; Q: 3 x 3
    g00 = P @ f00 @ Q as g_{00};  g01 = P @ f10 @ Q as g_{01}
    g10 = P @ f01 @ Q as g_{10};  g11 = P @ f11 @ Q as g_{11}
    s = sum(g00 + g01 + g10 + g11)
    """
)
TURN_AT = ENTRIES | {"P": [[0, 1], [1, 0]], "Q": [[0, 0, 1], [0, 1, 0], [1, 0, 0]]}
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
    show=("forward",),
)
REVERSE = Derived(
    """
    x1: scalar as x_1;  x2: scalar as x_2
    v0 = x1 as v_0;  v1 = x2 as v_1;  v2 = v0*v1 as v_2;  v3 = cos(v2) as v_3
    v4 = v3 + v2 + v0 as v_4;  L = v4
    """,
    show=("forward",),
)
POINT = {"x1": 1, "x2": 2}
POOL = Derived("x: 3 x 4; y = avg_pool2d(x, size=2, stride=1)")
NET = Derived(
    r"""
    X: n x 3;  y: n x 1;  W1: 4 x 4 as W^{(1)};  W2: 5 x 1 as W^{(2)};  J: n x 4
    A = concat(X, ones(n, 1));  B = A @ W1;  C = relu(B);  D = concat(C, ones(n, 1))
    E = D @ W2;  F = E - y;  G = F**2;  H = sum(G);  L = H / n
    """,
    wrt=("W1", "W2"),
    show=("forward",),
)

LAYER = (
    Judged(DENSE, r"y = x w + b = \begin{bmatrix} 6 & 13 & 20 \end{bmatrix}", "holds", at=DENSE_AT),
    Judged(
        DENSE, r"\delta x = \delta y\, w^\top = \begin{bmatrix} 6.5 & 8 \end{bmatrix}", "holds", at=DENSE_AT
    ),
    Judged(
        DENSE,
        r"\delta w = x^\top \delta y = \begin{bmatrix} 0 & 0.5 & 1 \\ 0 & 1 & 2 \end{bmatrix}",
        "holds",
        at=DENSE_AT,
        why=Words(
            en=(
                r"Only the word is wrong. The line was printed with $\Delta w$ and called the weight update; it is the "
                r"gradient. An update is $-\eta$ times the gradient, with a learning rate $\eta$, and no rate was given."
            ),
            de=(
                r"Nur die Bezeichnung ist falsch. Gedruckt war die Zeile mit $\Delta w$ und als Gewichtsupdate; sie ist "
                r"der Gradient. Ein Update ist das $-\eta$-Fache des Gradienten mit einer Lernrate $\eta$, und eine "
                "Rate war nicht gegeben."
            ),
        ),
    ),
    Judged(DENSE, r"\delta b = \delta y", "holds"),
)

CONVOLUTION = (
    Judged(
        TURN,
        r"g_{01} = \begin{bmatrix} 18 & 16 & 24 \\ 17 & 15 & 13 \end{bmatrix}",
        "holds",
        at=TURN_AT,
        why=Words(
            en=(
                "A remark on the task: the filters count from 1 to 24, column by column, but the entry below 13 is 24 "
                "and should be 14. The published solution carries the 24 on consistently, so its turned filters are "
                "right for the filters as printed."
            ),
            de=(
                "Eine Bemerkung zur Aufgabe: Die Filter zählen spaltenweise von 1 bis 24, aber unter der 13 steht 24 "
                "statt 14. Die veröffentlichte Lösung rechnet mit der 24 folgerichtig weiter; ihre gedrehten Filter "
                "sind also für die gedruckten Filter richtig."
            ),
        ),
    ),
    Judged(
        TURN,
        r"\left\lfloor \frac{(20 + 6) - 3}{2} \right\rfloor + 1 = \frac{20 + 6 - 3}{2} + 1 = 12",
        "false",
        at=TURN_AT,
        why=Words(
            en=(
                "The rounding was dropped on the way: without it the middle is 12.5, which equals neither side. The "
                "result 12 is right."
            ),
            de=(
                "Unterwegs ging das Abrunden verloren: Ohne Abrunden ergibt die Mitte 12,5 und ist keiner der beiden Seiten "
                "gleich. Das Ergebnis 12 stimmt."
            ),
        ),
        right=(
            r"\left\lfloor \frac{20 + 2 \cdot 3 - 3}{2} \right\rfloor + 1 = \left\lfloor \frac{23}{2} \right\rfloor + 1 = 11 + 1 = 12",
        ),
    ),
    Judged(
        TURN,
        r"\left\lfloor \frac{(18 + 6) - 4}{2} \right\rfloor + 1 = \frac{18 + 6 - 4}{2} + 1 = 11",
        "holds",
        at=TURN_AT,
        why=Words(
            en="Here 20 is even, so that nothing is lost by leaving the rounding out.",
            de="Hier ist 20 gerade, so dass ohne das Abrunden nichts verloren geht.",
        ),
    ),
)

RECURRENT = (
    Judged(
        LSTM,
        r"\delta c_t = \delta h_t \cdot (1 - \tanh^2(o_t \cdot c_t)) \cdot o_t + \delta c_{t+1} \cdot f_{t+1}"
        r" + \delta o'_{t+1} \cdot W_{Ro}^\top + \delta f'_{t+1} \cdot W_{Rf}^\top + \delta i'_{t+1} \cdot W_{Ri}^\top",
        "sizes",
        why=Words(
            en=(
                "One dot stands for two products. Read as the matrix product, which it is before a weight matrix, it cannot stand "
                r"between two rows; there it must be the product entry by entry. Besides, $\delta f'$, $\delta i'$ and $\delta o'$ are used without "
                "being defined. Otherwise the line is right: with the proper signs it holds."
            ),
            de=(
                "Ein Punkt steht für zwei Produkte. Als Matrixprodukt gelesen, was er vor einer Gewichtsmatrix ist, kann er nicht "
                r"zwischen zwei Zeilen stehen; dort muss es das elementweise Produkt sein. Außerdem werden $\delta f'$, $\delta i'$ und $\delta o'$ "
                "verwendet, aber nicht definiert. Sonst ist die Zeile richtig: Mit den passenden Zeichen gilt sie."
            ),
        ),
        right=(
            r"\delta c_t = \delta h_t \odot (1 - \tanh^2(o_t \odot c_t)) \odot o_t + \delta c_{t+1} \odot f_{t+1}"
            r" + \delta o'_{t+1} W_{Ro}^\top + \delta f'_{t+1} W_{Rf}^\top + \delta i'_{t+1} W_{Ri}^\top",
            r"\delta f'_t = \delta c_t \odot c_{t-1} \odot f_t \odot (1 - f_t)",
            r"\delta i'_t = \delta c_t \odot \tanh(g_t) \odot i_t \odot (1 - i_t)",
            r"\delta o'_t = \delta h_t \odot (1 - \tanh^2(o_t \odot c_t)) \odot c_t \odot o_t \odot (1 - o_t)",
        ),
    ),
)

AUTODIFF = (
    Judged(REVERSE, r"\frac{\partial L}{\partial x_1} = -\sin(x_1 x_2) x_2 + x_2 + 1", "holds"),
    Judged(REVERSE, r"\frac{\partial L}{\partial x_2} = -\sin(x_1 x_2) x_1 + x_1", "holds"),
    Judged(
        REVERSE,
        r"\frac{\partial L}{\partial x_1} = -\sin(1 \cdot 2) \cdot 2 + 2 + 1 = 1.19",
        "false",
        at=POINT,
        why=Words(
            en="The value is 1.1814, so two decimals give 1.18.",
            de="Der Wert ist 1,1814; auf zwei Stellen ist das 1,18.",
        ),
        right=(r"\frac{\partial L}{\partial x_1} = -\sin(1 \cdot 2) \cdot 2 + 2 + 1 \approx 1.18",),
    ),
    Judged(
        REVERSE, r"\frac{\partial L}{\partial x_2} = -\sin(1 \cdot 2) \cdot 1 + 1 = 0.09", "holds", at=POINT
    ),
    Judged(REVERSE, r"\frac{\partial L}{\partial v_3} = 1 \cdot 1", "holds", at=POINT),
    Judged(
        REVERSE,
        r"\frac{\partial L}{\partial v_2} = -\sin(v_2) = -0.91 \cdot 1 + 1",
        "false",
        at=POINT,
        why=Words(
            en=(
                r"Two paths lead from $v_2$ to $L$: through $v_3$, and directly into the sum $v_4$. The middle term has "
                "the first path only; the numbers on the right have both."
            ),
            de=(
                r"Von $v_2$ führen zwei Pfade nach $L$: über $v_3$ und unmittelbar in die Summe $v_4$. Der mittlere "
                "Ausdruck enthält nur den ersten; die Zahlen rechts enthalten beide."
            ),
        ),
        right=(
            r"\frac{\partial L}{\partial v_2} = \frac{\partial L}{\partial v_3} \cdot (-\sin(v_2)) + \frac{\partial L}{\partial v_4} \cdot 1 \approx 0.09",
        ),
    ),
    Judged(
        REVERSE,
        r"\frac{\partial L}{\partial v_1} = (-0.91 + 1) \cdot v_0 = 0.09 \cdot 1 = 0.09",
        "holds",
        at=POINT,
    ),
    Judged(
        REVERSE,
        r"\frac{\partial L}{\partial v_0} = (-0.91 + 1) \cdot v_1 + 1 = 1.19",
        "false",
        at=POINT,
        why=Words(
            en="The rounded chain itself gives 1.18, and so does the exact value 1.1814.",
            de="Schon die gerundete Kette ergibt 1,18, ebenso der genaue Wert 1,1814.",
        ),
        right=(
            r"\frac{\partial L}{\partial v_0} = \frac{\partial L}{\partial v_2} v_1 + \frac{\partial L}{\partial v_4} \cdot 1 \approx 1.18",
            r"(-0.91 + 1) \cdot 2 + 1 = 1.18",
        ),
    ),
)

SPREAD = Stated(POOL, (r"\delta x_{ij} = \frac{1}{4} \sum_{k=1}^{2} \sum_{m=1}^{2} \delta y_{i+k-2,j+m-2}",))
POOLING = Exercise(
    title=Words(en="Average pooling", de="Average-Pooling"),
    task=Words(
        en=(
            "The published answer is given in words: the error signal of an output is divided among the $K$ entries of its "
            "window, which a routine finds from the index of the output; contributions are added, and all of them start "
            "from 0. What is missing?"
        ),
        de=(
            "Die veröffentlichte Antwort besteht aus Worten: Das Fehlersignal einer Ausgabe wird auf die $K$ Einträge "
            "ihres Fensters aufgeteilt, die eine Routine aus dem Index der Ausgabe ermittelt; Beiträge werden addiert, "
            "und alle beginnen bei 0. Was fehlt?"
        ),
    ),
    answers=(
        written(
            Words(
                en=(
                    r"How much each entry gets. It is $\frac{1}{K}$ of the error signal, because that is the derivative of "
                    "a mean with respect to each of its entries. For windows of two by two entries that move by one, with "
                    "entries outside the array counted as 0:"
                ),
                de=(
                    r"Wie viel jeder Eintrag erhält. Es ist $\frac{1}{K}$ des Fehlersignals, denn das ist die Ableitung "
                    "eines Mittelwerts nach jedem seiner Einträge. Für Fenster aus zwei mal zwei Einträgen, die um eins "
                    "weiterrücken, wobei Einträge außerhalb des Felds als 0 zählen:"
                ),
            )
        ),
        SPREAD,
    ),
)

FORWARD = (
    Judged(
        NET,
        r"L = \frac{1}{n} \sum_{n=1}^{n} (E_n - y_n)^2",
        "unreadable",
        why=Words(
            en="One letter is both the bound of the sum and its index. The index needs a letter of its own.",
            de="Ein Buchstabe ist zugleich Grenze und Index der Summe. Der Index braucht einen eigenen Buchstaben.",
        ),
        right=(r"L = \frac{1}{n} \sum_{i=1}^{n} (E_i - y_i)^2",),
    ),
    Judged(NET, r"H = \sum_{k=1}^{n} G_k", "holds"),
    Judged(
        NET,
        r"A = X + J",
        "sizes",
        why=Words(
            en=(
                r"Appending a column is not a sum: $X$ has three columns, the matrix of ones $J$ has four. The same "
                "step was called concat elsewhere on the sheet, which is right."
            ),
            de=(
                r"Das Anhängen einer Spalte ist keine Summe: $X$ hat drei Spalten, die Matrix $J$ aus Einsen vier. An "
                "anderer Stelle des Blatts heißt derselbe Schritt concat, und das ist richtig."
            ),
        ),
        right=(r"A = \begin{bmatrix} X & \mathbf{1}_n \end{bmatrix}",),
    ),
)

OUTER = (
    Judged(NET, r"\frac{\partial L}{\partial H} = \frac{1}{n}", "holds"),
    Judged(
        NET,
        r"\frac{\partial H}{\partial G} = \sum^{n}",
        "unreadable",
        why=Words(
            en="A sum sign alone is no value. The sum of all entries has the derivative 1 with respect to each of them: a row of ones.",
            de="Ein Summenzeichen allein ist kein Wert. Die Summe aller Einträge hat nach jedem die Ableitung 1: eine Zeile aus Einsen.",
        ),
        right=(r"\frac{\partial H}{\partial G} = \mathbf{1}_n^\top",),
    ),
    Judged(
        NET,
        r"\frac{\partial G}{\partial F} = 2 F",
        "sizes",
        why=Words(
            en="Every entry of $G$ depends on one entry of $F$ only, so the Jacobian is a diagonal matrix.",
            de="Jeder Eintrag von $G$ hängt nur von einem Eintrag von $F$ ab; die Jacobi-Matrix ist also eine Diagonalmatrix.",
        ),
        right=(r"\frac{\partial G}{\partial F} = 2 \operatorname{diag}(F)",),
    ),
    Judged(
        NET,
        r"2 F = 2 F^\top",
        "transposed",
        why=Words(
            en=(
                "A column does not equal a row. The row is what the product of the Jacobians needs, and it arises by "
                r"itself: a row of ones times $2 \operatorname{diag}(F)$ is $2 F^\top$."
            ),
            de=(
                "Eine Spalte ist keine Zeile. Die Zeile wird im Produkt der Jacobi-Matrizen gebraucht, und sie entsteht "
                r"von selbst: Eine Zeile aus Einsen mal $2 \operatorname{diag}(F)$ ist $2 F^\top$."
            ),
        ),
        right=(
            r"\frac{\partial H}{\partial F} = \mathbf{1}_n^\top \cdot 2 \operatorname{diag}(F) = 2 F^\top",
        ),
    ),
    Judged(
        NET,
        r"\frac{\partial F}{\partial E} = 1",
        "sizes",
        why=Words(
            en="The Jacobian of a column with respect to a column of the same size is a matrix, here the identity.",
            de="Die Jacobi-Matrix einer Spalte nach einer gleich großen Spalte ist eine Matrix, hier die Einheitsmatrix.",
        ),
        right=(r"\frac{\partial F}{\partial E} = I_n",),
    ),
    Judged(NET, r"\frac{\partial E}{\partial W^{(2)}} = D", "holds"),
    Judged(
        NET,
        r"\frac{\partial L}{\partial W^{(2)}} = \frac{2}{n} F^\top D",
        "transposed",
        why=Words(
            en=(
                r"The product of the Jacobians is a row of five entries. The gradient has the size of $W^{(2)}$, five "
                "rows and one column: it is the transpose."
            ),
            de=(
                r"Das Produkt der Jacobi-Matrizen ist eine Zeile mit fünf Einträgen. Der Gradient hat die Größe von "
                r"$W^{(2)}$, fünf Zeilen und eine Spalte: Er ist die Transponierte."
            ),
        ),
        right=(r"\frac{\partial L}{\partial W^{(2)}} = \frac{2}{n} D^\top F",),
    ),
)

INNER = (
    Judged(
        NET,
        r"\frac{\partial E}{\partial D} = W^{(2)}",
        "sizes",
        why=Words(
            en=(
                "The derivative of a matrix with respect to a matrix has one axis for each index of both. Row $i$ of $E$ depends on "
                r"row $i$ of $D$ only, with the entries of the weights as slopes ($[i = k]$ is 1 where $i$ is $k$, otherwise 0)."
            ),
            de=(
                "Die Ableitung einer Matrix nach einer Matrix hat eine Achse für jeden Index der beiden. Zeile $i$ von "
                r"$E$ hängt nur von Zeile $i$ von $D$ ab, mit den Gewichten als Steigungen ($[i = k]$ ist 1, wo $i$ gleich $k$ "
                "ist, sonst 0)."
            ),
        ),
        right=(
            r"\frac{\partial E_{i,1}}{\partial D_{kj}} = [i = k] W^{(2)}_{j,1}",
            r"\frac{\partial L}{\partial D} = \frac{\partial L}{\partial E} W^{(2)\top}",
        ),
    ),
    Judged(
        NET,
        r"\frac{\partial D}{\partial C} = \mathrm{this\;does\;not\;work}",
        "unreadable",
        why=Words(
            en=(
                r"It does work: $D$ takes over the columns of $C$, so the step is the product with $S^\top$, plus a constant; the "
                r"selector $S$ is the identity above a row of zeros. Backwards the error signal is multiplied by $S$, which leaves "
                "out the column of ones."
            ),
            de=(
                r"Gedruckt ist „this does not work“ (das geht nicht). Es geht doch: $D$ übernimmt die Spalten von $C$; der Schritt ist also das "
                r"Produkt mit $S^\top$, plus eine Konstante; die Auswahlmatrix $S$ ist die Einheitsmatrix über einer Nullzeile. "
                r"Rückwärts wird das Fehlersignal mit "
                "$S$ multipliziert; dabei fällt die Einsenspalte weg."
            ),
        ),
        right=(
            r"D = C S^\top + \begin{bmatrix} 0_{n \times 4} & \mathbf{1}_n \end{bmatrix}",
            r"\frac{\partial D_{ij}}{\partial C_{kp}} = [i = k] S_{jp}",
            r"\frac{\partial L}{\partial C} = \frac{\partial L}{\partial D} S",
        ),
    ),
    Judged(NET, r"\frac{\partial C_{ij}}{\partial B_{ij}} = \mathbf{1}(B_{ij} > 0)", "holds"),
    Judged(
        NET,
        r"\frac{\partial B_{ij}}{\partial W^{(1)}_{ij}} = A_{ij}",
        "false",
        why=Words(
            en=(
                r"The row of a weight and the row of an example are different things. Entry $B_{kj}$ is the sum of "
                r"$A_{ki} W^{(1)}_{ij}$ over $i$, so its slope in $W^{(1)}_{ij}$ is $A_{ki}$."
            ),
            de=(
                r"Die Zeile eines Gewichts und die Zeile eines Beispiels sind verschiedene Dinge. Der Eintrag $B_{kj}$ ist "
                r"die Summe der $A_{ki} W^{(1)}_{ij}$ über $i$; seine Steigung in $W^{(1)}_{ij}$ ist also $A_{ki}$."
            ),
        ),
        right=(r"\frac{\partial B_{kj}}{\partial W^{(1)}_{ij}} = A_{ki}",),
    ),
    Judged(
        NET,
        r"\frac{\partial L}{\partial W^{(1)}} = \frac{2}{n} A^\top ((F W^{(2)\top} I_4) \odot \mathbf{1}(B > 0))",
        "sizes",
        why=Words(
            en=(
                "The product before the identity has five columns, the identity has four rows. In its place belongs the "
                "selector, five rows and four columns."
            ),
            de=(
                "Das Produkt vor der Einheitsmatrix hat fünf Spalten, die Einheitsmatrix hat vier Zeilen. An ihre "
                "Stelle gehört die Auswahlmatrix mit fünf Zeilen und vier Spalten."
            ),
        ),
        right=(
            r"\frac{\partial L}{\partial W^{(1)}} = \frac{2}{n} A^\top ((F W^{(2)\top} S) \odot \mathbf{1}(B > 0))",
        ),
    ),
)

ASKED = Words(
    en="These lines are from a published solution, put into our notation. Which of them hold? Give the right form of the others.",
    de="Diese Zeilen stammen aus einer veröffentlichten Lösung und sind in unsere Notation übertragen. Welche gelten? Geben Sie für die übrigen die richtige Form an.",
)


CHANNELS = Words(
    en=ASKED.en
    + r" Here $f_{ij}$ is channel $j$ of filter $i$, and $g_{ij}$ likewise for the filters of the backward pass. The two "
    r"divisions give the size of the output of another layer: its input has the size $[20, 18, 5]$, its filters have the size "
    r"$[3, 4, 5, 1337]$, with stride 2 and padding 3.",
    de=ASKED.de
    + r" Dabei ist $f_{ij}$ Kanal $j$ von Filter $i$, und $g_{ij}$ entsprechend für die Filter des Rückwärtsschritts. Die beiden "
    r"Divisionen ergeben die Größe der Ausgabe einer anderen Schicht: Ihre Eingabe hat die Größe $[20, 18, 5]$, ihre Filter haben "
    r"die Größe $[3, 4, 5, 1337]$, mit Schrittweite 2 und Padding 3.",
)


def reviewed(title: Words, about: Derived | None, lines: tuple[Judged, ...], task: Words = ASKED) -> Exercise:
    """What the lines speak of, then the lines."""
    return Exercise(title=title, task=task, given=((about,) if about else ()) + lines)


GATES = Words(
    en=ASKED.en
    + r" It is about an LSTM (long short-term memory) whose gates see the previous cell state. A prime marks the value of a gate before "
    r"$\sigma$ and is no derivative.",
    de=ASKED.de
    + r" Es geht um ein LSTM (Long Short-Term Memory), dessen Gatter den vorigen Zellzustand sehen. Ein Strich bezeichnet den Wert eines "
    r"Gatters vor $\sigma$ und ist keine Ableitung.",
)
COLUMNS = Words(
    en=ASKED.en
    + r" Where a matrix has one column only, the lines leave out the index of the column: $E_i$ is $E_{i,1}$.",
    de=ASKED.de
    + r" Wo eine Matrix nur eine Spalte hat, lassen die Zeilen den Spaltenindex weg: $E_i$ ist $E_{i,1}$.",
)


LAYOUT = Words(
    en=ASKED.en
    + r" The derivative of one column with respect to another is a Jacobian, rows for the function; $\partial L / \partial W$ stands for the gradient, which has the size of $W$. "
    r"$\operatorname{diag}(F)$ is the diagonal matrix with the entries of $F$, $\mathbf{1}(\cdot)$ is 1 where the condition holds, "
    "otherwise 0.",
    de=ASKED.de
    + r" Die Ableitung einer Spalte nach einer anderen ist eine Jacobi-Matrix, Zeilen für die Funktion; $\partial L / \partial W$ steht für den Gradienten, der die Größe von $W$ hat. "
    r"$\operatorname{diag}(F)$ ist die Diagonalmatrix mit den Einträgen von $F$, $\mathbf{1}(\cdot)$ ist 1, wo die Bedingung gilt, "
    "sonst 0.",
)


SHEET = Sheet(
    name="errata",
    title={"en": "Published solutions, line by line", "de": "Veröffentlichte Lösungen, Zeile für Zeile"},
    exercises=(
        reviewed(Words(en="A fully connected layer", de="Eine vollständig verbundene Schicht"), DENSE, LAYER),
        reviewed(Words(en="Convolution", de="Faltung"), FILTERS, CONVOLUTION, CHANNELS),
        reviewed(Words(en="The peephole LSTM", de="Das Peephole-LSTM"), LSTM, RECURRENT, GATES),
        reviewed(Words(en="Reverse mode at the point (1, 2)", de="Rückwärtsmodus an der Stelle (1, 2)"), REVERSE, AUTODIFF),
        POOLING,
        reviewed(Words(en="A network with two layers, forward", de="Ein Netz mit zwei Schichten, vorwärts"), NET, FORWARD, COLUMNS),
        reviewed(Words(en="The same network, outer weights", de="Dasselbe Netz, äußere Gewichte"), None, OUTER, LAYOUT),
        reviewed(Words(en="The same network, inner weights", de="Dasselbe Netz, innere Gewichte"), None, INNER, LAYOUT),
    ),
)  # fmt: skip
