"""A network whose biases are a column of ones, worked. Source: shared/seeds/002 (batch rows)."""

from symbackprop import Derived, Exercise, Part, Sheet, Stated, Words, drawn, said, written
from symbackprop.picture import Label, Layer, scheme

NET = r"""
    X: n x 3;  y: n x 1;  W1: 4 x 4 as W^{(1)};  W2: 5 x 1 as W^{(2)}
    A = concat(X, ones(n, 1))
    B = A @ W1
    C = relu(B)
    D = concat(C, ones(n, 1))
    E = D @ W2  as \hat y
    F = E - y
    G = F**2
    H = sum(G)
    L = H / n
"""
SIZES = Derived(
    r"""
    X: n x 3;  y: n x 1;  W1: 4 x 4 as W^{(1)};  W2: 5 x 1 as W^{(2)}
    P = concat(relu(concat(X, ones(n, 1)) @ W1), ones(n, 1)) @ W2 as \hat{y}
    L = mean((P - y)**2)
    """,
    wrt=("W1", "W2"),
    show=("forward", "symbols"),
)
FORWARD = Derived(NET, wrt=("W1", "W2"), show=("forward", "graph"))
LABELS = Stated(
    FORWARD,
    (r"S = \begin{bmatrix} I_4 \\ 0_{1 \times 4} \end{bmatrix}",),
    intro=Words(
        en=r"At the edges, $\delta$ marks the error signals that Exercise 3 derives, $\mathbf{1}(B > 0)$ is 1 where an entry of $B$ "
        "is positive and 0 elsewhere, and $S$ picks the first four of five columns:",
        de=r"An den Kanten bezeichnet $\delta$ die Fehlersignale, die Aufgabe 3 herleitet; $\mathbf{1}(B > 0)$ ist 1, wo ein Eintrag "
        "von $B$ positiv ist, und sonst 0; $S$ wählt die ersten vier von fünf Spalten aus:",
    ),
)
OUTER = Derived(NET, wrt=("W2",), show=("delta", "gradients", "why"))
LOCAL = Derived(NET, wrt=("W1",), show=("local",), local=("B", "C", "D", "E"))
INNER = Derived(NET, wrt=("W1",), show=("gradients", "why"))
FURTHER = Stated(
    INNER,
    (
        r"\delta D = \delta \hat{y} W^{(2) \top}",
        r"\delta C = \delta D S",
        r"\delta B = \delta C \odot \mathbf{1}(B > 0)",
    ),
    intro=Words(
        en=r"The backward equations of part (b) go on from $\delta \hat y$ to $\delta B$:",
        de=r"Die Rückwärtsgleichungen aus Teil (b) gehen von $\delta \hat y$ weiter bis $\delta B$:",
    ),
)
TABLE = said(
    Words(
        en="The forward equations in Exercise 2 are this table: each line is one intermediate result, with its size on the right.",
        de="Die Vorwärtsgleichungen in Aufgabe 2 sind diese Tabelle: Jede Zeile ist ein Zwischenergebnis, mit seiner Größe rechts.",
    )
)


def labels(letter: str, count: int) -> tuple[Label, ...]:
    return tuple(Label(f"{letter}_{k}", f"{letter}_{k}") for k in range(1, count + 1))


ONE = Label("1", "1")
SCHEME = scheme(
    (Layer(labels("x", 3), ONE), Layer(labels("c", 4), ONE), Layer((Label(r"\hat y", "ŷ"),))),
    (Label("W^{(1)}", "W^(1)"), Label("W^{(2)}", "W^(2)")),
)
CAPTION = Words(
    en=r"One row of the batch: three inputs $x_1$ to $x_3$ and a one, four hidden neurons $c_1$ to $c_4$ and a one, one output $\hat y$.",
    de=r"Eine Zeile des Batches: drei Eingaben $x_1$ bis $x_3$ und eine Eins, vier verborgene Neuronen $c_1$ bis $c_4$ und eine Eins, eine Ausgabe $\hat y$.",
)

SHEET = Sheet(
    name="sheet_002",
    title={"en": "From a network scheme to its gradients", "de": "Vom Netzschema zu den Gradienten"},
    exercises=(
        Exercise(
            title=Words(en="The network scheme", de="Das Netzschema"),
            task=Words(
                en=(
                    "A network is to predict the ticket price of a passenger from three values: age, "
                    "class and whether the passenger survived. It has one hidden layer of four "
                    "neurons with ReLU activation and one linear output neuron. The data of $n$ "
                    r"passengers are the rows of the $n \times 3$ matrix $X$, the prices form the $n "
                    r"\times 1$ column $y$. Before each of the two layers a column of ones is "
                    "appended, so that the biases are the last rows of the weight matrices $W^{(1)}$ "
                    "and $W^{(2)}$. The error $L$ is the mean squared error between the prediction "
                    r"$\hat y$ and $y$."
                ),
                de=(
                    "Ein Netz soll den Fahrpreis einer Person aus drei Werten vorhersagen: dem Alter,"
                    " der Klasse und der Angabe, ob die Person überlebt hat. Es hat eine verborgene "
                    "Schicht aus vier Neuronen mit ReLU-Aktivierung und ein lineares Ausgabeneuron. "
                    r"Die Daten von $n$ Personen sind die Zeilen der $n \times 3$-Matrix $X$, die "
                    r"Preise bilden die $n \times 1$-Spalte $y$. Vor jeder der beiden Schichten wird "
                    "eine Spalte aus Einsen angehängt, so dass die Biaswerte die letzten Zeilen der "
                    "Gewichtsmatrizen $W^{(1)}$ und $W^{(2)}$ sind. Der Fehler $L$ ist der mittlere "
                    r"quadratische Fehler zwischen der Vorhersage $\hat y$ und $y$."
                ),
            ),
            parts=(
                Part(
                    task=Words(
                        en=(
                            r"State the sizes of $W^{(1)}$ and $W^{(2)}$, and write $\hat y$ and $L$ "
                            "as formulas for all $n$ passengers at once."
                        ),
                        de=(
                            "Geben Sie die Größen von $W^{(1)}$ und $W^{(2)}$ an und schreiben Sie "
                            r"$\hat y$ und $L$ als Formeln für alle $n$ Personen zugleich."
                        ),
                    ),
                    answers=(SIZES,),
                ),
                Part(
                    task=Words(
                        en=(
                            "Draw the network neuron by neuron, including the constant neurons that "
                            "supply the biases."
                        ),
                        de=(
                            "Zeichnen Sie das Netz Neuron für Neuron, einschließlich der konstanten "
                            "Neuronen, die die Biaswerte beisteuern."
                        ),
                    ),
                    answers=(drawn(SCHEME, CAPTION),),
                ),
            ),
        ),
        Exercise(
            title=Words(en="The computation graph", de="Der Rechengraph"),
            task=Words(
                en=(
                    "The computation graph shows the operations by which $L$ arises from $X$, $y$, "
                    "$W^{(1)}$ and $W^{(2)}$."
                ),
                de=(
                    "Der Rechengraph zeigt, durch welche Operationen $L$ aus $X$, $y$, $W^{(1)}$ und "
                    "$W^{(2)}$ entsteht."
                ),
            ),
            parts=(
                Part(
                    task=Words(
                        en=(
                            "Draw the computation graph of $L$. Give every intermediate result a name"
                            " and state its size."
                        ),
                        de=(
                            "Zeichnen Sie den Rechengraphen von $L$. Benennen Sie jedes "
                            "Zwischenergebnis und geben Sie seine Größe an."
                        ),
                    ),
                    answers=(FORWARD, LABELS),
                ),
            ),
        ),
        Exercise(
            title=Words(en="Backpropagation", de="Fehlerrückführung"),
            task=Words(
                en="Use the names from the computation graph.",
                de="Verwenden Sie die Namen aus dem Rechengraphen.",
            ),
            parts=(
                Part(
                    task=Words(
                        en=(
                            "Write down the forward pass as a table: one row for each intermediate "
                            "result, with its size."
                        ),
                        de=(
                            "Stellen Sie den Vorwärtsschritt als Tabelle dar: eine Zeile für jedes "
                            "Zwischenergebnis, mit seiner Größe."
                        ),
                    ),
                    answers=(TABLE,),
                ),
                Part(
                    task=Words(
                        en=(
                            "Derive the gradient of $L$ with respect to $W^{(2)}$. It must have the "
                            "size of $W^{(2)}$."
                        ),
                        de=(
                            "Leiten Sie den Gradienten von $L$ nach $W^{(2)}$ her. Er muss die Größe "
                            "von $W^{(2)}$ haben."
                        ),
                    ),
                    answers=(OUTER,),
                ),
                Part(
                    task=Words(
                        en=(
                            "Derive the gradient of $L$ with respect to $W^{(1)}$. On the way, "
                            "explain how the step that appends the column of ones is differentiated."
                        ),
                        de=(
                            "Leiten Sie den Gradienten von $L$ nach $W^{(1)}$ her. Erklären Sie "
                            "dabei, wie der Schritt abgeleitet wird, der die Einsenspalte anhängt."
                        ),
                    ),
                    answers=(
                        LOCAL,
                        FURTHER,
                        INNER,
                        written(
                            Words(
                                en=(
                                    "Appending a column of ones copies the columns of $C$ unchanged into "
                                    "$D$ and adds a constant. The copy is linear in $C$: it is the "
                                    r"product of $C$ with $S^\top$, of size $4 \times 5$, the identity "
                                    "followed by a column of zeros. The constant column does not depend "
                                    "on $C$ and contributes nothing. Backwards, the selector $S$ itself "
                                    "acts: it deletes the last column of the error signal of $D$. In "
                                    "other words, the last row of $W^{(2)}$, the bias of the output, is "
                                    "left out when the error is passed back to the hidden layer."
                                ),
                                de=(
                                    "Das Anhängen der Einsenspalte übernimmt die Spalten von $C$ "
                                    "unverändert in $D$ und fügt eine Konstante hinzu. Die Übernahme ist "
                                    r"linear in $C$: Sie ist das Produkt von $C$ mit $S^\top$, von der "
                                    r"Größe $4 \times 5$, der Einheitsmatrix mit einer angefügten "
                                    "Nullspalte. Die konstante Spalte hängt nicht von $C$ ab und trägt "
                                    "nichts bei. Rückwärts wirkt die Auswahlmatrix $S$ selbst: Sie "
                                    "streicht die letzte Spalte des Fehlersignals von $D$. Anders gesagt: "
                                    "Die letzte Zeile von $W^{(2)}$, der Bias der Ausgabe, bleibt außer "
                                    "Betracht, wenn der Fehler an die verborgene Schicht zurückgegeben "
                                    "wird."
                                ),
                            )
                        ),
                    ),
                ),
            ),
        ),
        Exercise(
            title=Words(
                en="Automatic differentiation in PyTorch", de="Automatisches Differenzieren in PyTorch"
            ),
            task=Words(
                en=(
                    "Explain how PyTorch computes such gradients. What do tensors record, what does "
                    "autograd build from it, and what happens when backward is called?"
                ),
                de=(
                    "Erklären Sie, wie PyTorch solche Gradienten berechnet. Was zeichnen Tensoren "
                    "auf, was baut Autograd daraus auf, und was geschieht beim Aufruf von backward?"
                ),
            ),
            parts=(
                Part(
                    task=Words(
                        en="Answer in a few sentences, and name the leaves and the root.",
                        de=("Antworten Sie in wenigen Sätzen und benennen Sie dabei Blätter und Wurzel."),
                    ),
                    answers=(
                        written(
                            Words(
                                en=(
                                    "A tensor holds its values and, if gradients are required, a "
                                    "reference to the operation that produced it. During the forward pass"
                                    " every operation adds a node to a directed acyclic graph; the node "
                                    "stores the values needed later and a rule that multiplies an "
                                    "incoming error signal by the transposed Jacobian, without ever "
                                    "building that matrix. No gradient is computed at this stage. The "
                                    "graph is dynamic, as it is built anew in each forward pass; its "
                                    "leaves are the weights and inputs, its root is the error. Calling "
                                    "backward starts with 1 at the root, visits the nodes in reverse "
                                    "order, applies their rules and adds the contributions where paths "
                                    "meet. The results are added to the attribute grad of those leaves "
                                    "that require gradients, which is why this attribute is reset before "
                                    "each training step."
                                ),
                                de=(
                                    "Ein Tensor enthält seine Werte und, falls Gradienten verlangt sind, "
                                    "einen Verweis auf die Operation, die ihn erzeugt hat. Im "
                                    "Vorwärtsschritt fügt jede Operation einem gerichteten azyklischen "
                                    "Graphen einen Knoten hinzu; dieser speichert die später benötigten "
                                    "Werte und eine Regel, die ein eintreffendes Fehlersignal mit der "
                                    "transponierten Jacobi-Matrix multipliziert, ohne diese je "
                                    "aufzustellen. Gradienten werden dabei noch nicht berechnet. Der "
                                    "Graph ist dynamisch, denn er wird in jedem Vorwärtsschritt neu "
                                    "aufgebaut; seine Blätter sind die Gewichte und Eingaben, seine "
                                    "Wurzel ist der Fehler. Der Aufruf von backward beginnt mit 1 an der "
                                    "Wurzel, durchläuft die Knoten in umgekehrter Reihenfolge, wendet "
                                    "ihre Regeln an und addiert die Beiträge, wo Pfade zusammentreffen. "
                                    "Die Ergebnisse werden zum Attribut grad derjenigen Blätter addiert, "
                                    "die Gradienten verlangen; deshalb wird dieses Attribut vor jedem "
                                    "Trainingsschritt zurückgesetzt."
                                ),
                            )
                        ),
                    ),
                ),
            ),
        ),
    ),
)
