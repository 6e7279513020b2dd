"""A recurrent network on a path, gradients through time, architectures and convolution, worked.

Source: shared/seeds/001 (column vectors).
"""

import numpy as np

from symbackprop import Derived, Exercise, Part, Sheet, Stated, Words, code, drawn, said, written
from symbackprop.emit import Functions, Layer, layers
from symbackprop.picture import Curve, Label, Plot, maze, plot

# the path is o; the agent A stands on its second cell, the cell below it is where it came from
MAZE = (".......", ".ooooo.", ".o...o.", ".o...o.", ".A...o.", ".o...oo")
MOVES = ((-1, 0), (0, 1), (0, -1), (1, 0))  # up, right, left, down
W = np.eye(4, dtype=int)
U = -np.eye(4, dtype=int)[::-1]  # minus the matrix that turns a direction into its opposite
B = np.zeros(4, dtype=int)
START, FIRST = (4, 1), (1, 0, 0, 0)


def seen(cell: tuple[int, int]) -> list[int]:
    """1 for every neighbour on the path."""
    rows, columns = len(MAZE), len(MAZE[0])
    near = [(cell[0] + i, cell[1] + j) for i, j in MOVES]
    return [int(0 <= i < rows and 0 <= j < columns and MAZE[i][j] != ".") for i, j in near]


def rollout() -> tuple[list[tuple[int, int]], list[list[int]], list[list[int]]]:
    """The cells, inputs and states of a run, by simulation; it ends where no direction is left."""
    cell, h = START, np.array(FIRST)
    cells, inputs, states = [cell], [], []
    for _ in range(100):
        x = seen(cell)
        h = W @ x + U @ h + B
        inputs.append(x)
        states.append([int(v) for v in h])
        if not h.any():
            break
        assert sorted(h) == [0, 0, 0, 1], "one direction"
        step = MOVES[int(np.argmax(h))]
        cell = (cell[0] + step[0], cell[1] + step[1])
        cells.append(cell)
    return cells, inputs, states


CELLS, INPUTS, STATES = rollout()
STEPS = len(STATES)
RUN = Derived(
    "W: 4 x 4; U: 4 x 4; b: 4; h0: 4 as h_0; "
    + "; ".join(f"x{t}: 4 as x_{{{t}}}" for t in range(STEPS))
    + "\n"
    + "\n".join(f"h{t + 1} = W @ x{t} + U @ h{t} + b as h_{{{t + 1}}}" for t in range(STEPS))
    + f"\ns = sum(h{STEPS})",
    wrt=("b",),
    at={"W": W, "U": U, "b": B, "h0": FIRST, **{f"x{t}": x for t, x in enumerate(INPUTS)}},
    show=("numbers",),
)


def matrix(rows: list[list[int]]) -> str:
    lines = (" & ".join(map(str, values)) for values in rows)
    return r"\begin{bmatrix} " + r" \\ ".join(lines) + r" \end{bmatrix}"


def row(values: list[int]) -> str:
    return matrix([values])


CHOSEN = Stated(
    RUN,
    (r"W = I_4", r"U = " + matrix(U.tolist()), r"b^\top = " + row(B.tolist())),
    at=RUN.numbers,
    layout="list",
    intro=Words(en="These weights solve the task:", de="Diese Gewichte lösen die Aufgabe:"),
)
TURNS = [t for t in range(1, STEPS + 1) if t == 1 or STATES[t - 1] != STATES[t - 2]]
ROLLOUT = Stated(
    RUN,
    tuple(
        rf"h_{{{t}}}^\top = x_{{{t - 1}}}^\top + (U h_{{{t - 1}}})^\top"
        rf" = {row(INPUTS[t - 1])} + {row([int(v) for v in U @ [FIRST, *STATES][t - 1]])} = {row(STATES[t - 1])}"
        for t in TURNS
    ),
    at=RUN.numbers,
    intro=Words(
        en="As $W$ is the identity and $b$ is 0, $h_t = x_{t-1} + U h_{t-1}$: the first summand is what the agent sees, the second takes away what it came from. Each state, printed as a row, is the direction of the next move; at the first step and at every turn:",
        de="Da $W$ die Einheitsmatrix und $b$ gleich 0 ist, gilt $h_t = x_{t-1} + U h_{t-1}$: Der erste Summand ist, was der Agent sieht, der zweite nimmt weg, woher er kam. Jeder Zustand, als Zeile gedruckt, ist die Richtung des nächsten Schritts; beim ersten Schritt und an jeder Ecke:",
    ),
)
STRAIGHT = Stated(
    RUN,
    tuple(rf"h_{{{t}}}^\top = {row(STATES[t - 1])}" for t in range(1, STEPS + 1) if t not in TURNS),
    at=RUN.numbers,
    layout="list",
    intro=Words(
        en="In between the direction stays as it is:", de="Dazwischen bleibt die Richtung, wie sie ist:"
    ),
)
DRAWN_MAZE = drawn(
    maze(MAZE),
    Words(
        en="The maze: dots are path cells, the circle is the agent. (The drawings of the original sheet are lost; this one obeys its rules.)",
        de="Das Labyrinth: Punkte sind Pfadfelder, der Kreis ist der Agent. (Die Skizzen des Originalblatts sind verloren; diese folgt dessen Regeln.)",
    ),
)
DRAWN_RUN = drawn(
    maze(MAZE, steps=CELLS),
    Words(en="The moves of the simulated run.", de="Die Schritte des simulierten Laufs."),
)
DIAGONAL = Derived(
    "t: 1..k; a: d; u: d; h[0] = a; h[t] = u*h[t-1]; y = h[k]",
    wrt=("u",),
    show=("ledger", "closed"),
    lengths=tuple(range(2, 9)),
)
EXPLAINED = said(
    Words(
        en="The diagonal of $U$ is the vector $u$ with $d$ entries; $y$ stands for the state $h_k$, and $\\delta y$ for the derivative of the error $f$ with respect to it.",
        de="Die Diagonale von $U$ ist der Vektor $u$ mit $d$ Einträgen; $y$ steht für den Zustand $h_k$ und $\\delta y$ für die Ableitung des Fehlers $f$ danach.",
    )
)


def growth(u: float) -> Curve:
    """k u^(k-1) against k."""
    return Curve(Label(f"{u}", f"{u}"), tuple((k, k * u ** (k - 1)) for k in range(1, 31)))


GROWTH = drawn(
    plot(
        Plot(
            tuple(map(growth, (2.0, 1.2, 1.1, 0.9, 0.8, 0.1))),
            Label("k", "k"),
            Label("k u^{k-1}", "k uᵏ⁻¹"),
            scale="log",
        )
    ),
    Words(
        en="The factor $k u^{k-1}$ of the gradient for the entries of $U_1$ and $U_2$, on a logarithmic axis.",
        de="Der Faktor $k u^{k-1}$ des Gradienten für die Einträge von $U_1$ und $U_2$, auf logarithmischer Achse.",
    ),
)
U_1 = Derived(
    "A: 3 x 3 as U_1; B: 3 x 3 as U_2; s = sum(A + B)",
    at={"A": np.diag([1.2, 2, 1.1]), "B": np.diag([0.8, 0.1, 0.9])},
    show=("numbers",),
)

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
    name="sheet_001",
    title={"en": "Recurrent networks and convolution", "de": "Rekurrente Netze und Faltung"},
    exercises=(
        Exercise(
            title=Words(en="A recurrent network follows a path", de="Ein rekurrentes Netz folgt einem Pfad"),
            task=Words(
                en=(
                    "A recurrent network with one hidden layer computes $h_{t+1} = W x_t + U h_t + b$"
                    r" with $W$ and $U$ of size $4 \times 4$ and a column $b$ with four entries. It "
                    "steers an agent through the maze shown below. The entries of $x_t$ stand for the"
                    " neighbouring cells in the order up, right, left, down; an entry is 1 if that "
                    "cell belongs to the path, and 0 otherwise. In the same order, $h_{t+1}$ names "
                    "the direction of the next move; after the move the agent reads the input "
                    r"$x_{t+1}$ at its new place. At the beginning $h_0 = (1, 0, 0, 0)^\top$: the "
                    "agent has just entered its first cell from below, and the cell below belongs to "
                    "the path. The path neither branches nor touches itself."
                ),
                de=(
                    "Ein rekurrentes Netz mit einer verborgenen Schicht berechnet $h_{t+1} = W x_t + "
                    r"U h_t + b$ mit $W$ und $U$ der Größe $4 \times 4$ und einer Spalte $b$ mit vier "
                    "Einträgen. Es steuert einen Agenten durch das unten gezeigte Labyrinth. Die "
                    "Einträge von $x_t$ stehen für die Nachbarfelder in der Reihenfolge oben, rechts,"
                    " links, unten; ein Eintrag ist 1, wenn das betreffende Feld zum Pfad gehört, und"
                    " sonst 0. In derselben Reihenfolge gibt $h_{t+1}$ die Richtung des nächsten "
                    "Schritts an; nach dem Schritt liest der Agent an seinem neuen Ort die Eingabe "
                    r"$x_{t+1}$. Zu Beginn ist $h_0 = (1, 0, 0, 0)^\top$: Der Agent hat sein erstes "
                    "Feld gerade von unten betreten, und das Feld darunter gehört zum Pfad. Der Pfad "
                    "verzweigt sich nicht und berührt sich nicht selbst."
                ),
            ),
            given=(DRAWN_MAZE,),
            parts=(
                Part(
                    task=Words(
                        en=(
                            "Find $W$, $U$ and $b$ such that the agent follows the path. Explain why "
                            "your choice works, what happens at the end of the path, and what would "
                            "happen at a crossing."
                        ),
                        de=(
                            "Bestimmen Sie $W$, $U$ und $b$ so, dass der Agent dem Pfad folgt. "
                            "Erklären Sie, warum Ihre Wahl funktioniert, was am Ende des Pfades "
                            "geschieht und was an einer Kreuzung geschähe."
                        ),
                    ),
                    answers=(
                        CHOSEN,
                        ROLLOUT,
                        STRAIGHT,
                        DRAWN_RUN,
                        written(
                            Words(
                                en=(
                                    "Choose $W = I$, $U = -P$ and $b = 0$, where $P$ swaps up with down "
                                    "and right with left, that is, reverses the order of the four "
                                    "entries. If $h_t$ is the direction of the last move, then $P h_t$ "
                                    "points back to the cell the agent came from. This cell belongs to "
                                    "the path, so the subtraction just removes its 1 from $x_t$; what "
                                    "remains is the one neighbouring path cell that is new. At the end of"
                                    " the path the only neighbour is the cell behind: $h$ becomes 0, the "
                                    "agent stands still, and the run ends there. (If it were continued, "
                                    "the network would no longer know where it came from, would output "
                                    "$x_t$ and turn back.) At a crossing several entries of $h$ are 1: "
                                    "the output is no longer a single direction, and since the network is"
                                    " linear it cannot choose between them; in the next step it would "
                                    "also subtract 1 where there is no path, so that negative entries can"
                                    " appear."
                                ),
                                de=(
                                    "Wählen Sie $W = I$, $U = -P$ und $b = 0$; dabei vertauscht $P$ oben "
                                    "mit unten und rechts mit links, kehrt also die Reihenfolge der vier "
                                    "Einträge um. Ist $h_t$ die Richtung des letzten Schritts, so zeigt "
                                    "$P h_t$ zurück auf das Feld, von dem der Agent kam. Dieses Feld "
                                    "gehört zum Pfad; die Subtraktion entfernt daher genau seine 1 aus "
                                    "$x_t$, und übrig bleibt das eine benachbarte Pfadfeld, das neu ist. "
                                    "Am Ende des Pfades ist das Feld dahinter der einzige Nachbar: $h$ "
                                    "wird 0, der Agent bleibt stehen, und der Lauf endet. (Setzte man ihn"
                                    " fort, so wüsste das Netz nicht mehr, woher es kam, gäbe $x_t$ aus "
                                    "und kehrte um.) An einer Kreuzung sind mehrere Einträge von $h$ "
                                    "gleich 1: Die Ausgabe ist keine einzelne Richtung mehr, und da das "
                                    "Netz linear ist, kann es zwischen ihnen nicht auswählen; im nächsten"
                                    " Schritt würde zudem auch dort 1 abgezogen, wo kein Pfad ist, so "
                                    "dass negative Einträge entstehen könnten."
                                ),
                            )
                        ),
                    ),
                ),
                Part(
                    task=Words(
                        en=(
                            "Could an ordinary multilayer perceptron solve this problem? What does "
                            "this tell us about what recurrent networks can compute?"
                        ),
                        de=(
                            "Könnte ein gewöhnliches mehrschichtiges Perzeptron dieses Problem lösen?"
                            " Was folgt daraus für das, was rekurrente Netze berechnen können?"
                        ),
                    ),
                    answers=(
                        written(
                            Words(
                                en=(
                                    "No. A perceptron computes a function of the current input alone, but"
                                    " in a vertical corridor the input is $(1, 0, 0, 1)$ both on the way "
                                    "up and on the way down, and the two cases require different outputs;"
                                    " on a path that contains both it must fail. A window over the last "
                                    "few inputs does not help either, since in a sufficiently long "
                                    "corridor all of them are equal; and a perceptron that is fed its own"
                                    " last output is already a recurrent network. The hidden state is a "
                                    "memory, so the output may depend on the whole history. Recurrent "
                                    "networks can therefore compute more than feedforward networks: they "
                                    "map sequences of any length; with a suitable non-linear activation "
                                    "they can simulate every finite automaton, and with unlimited "
                                    "precision they are even Turing complete. The linear network of this "
                                    "exercise does not have that power, but its memory of one step is "
                                    "enough here."
                                ),
                                de=(
                                    "Nein. Ein Perzeptron berechnet eine Funktion allein der aktuellen "
                                    "Eingabe; in einem senkrechten Gang ist die Eingabe aber auf dem Weg "
                                    "nach oben wie auf dem Weg nach unten $(1, 0, 0, 1)$, und beide Fälle"
                                    " verlangen verschiedene Ausgaben; auf einem Pfad, der beides "
                                    "enthält, muss es scheitern. Auch ein Fenster über die letzten "
                                    "Eingaben hilft nicht, denn in einem hinreichend langen Gang sind sie"
                                    " alle gleich; und ein Perzeptron, das seine letzte Ausgabe als "
                                    "Eingabe erhält, ist bereits ein rekurrentes Netz. Der verborgene "
                                    "Zustand ist ein Gedächtnis, die Ausgabe kann also von der gesamten "
                                    "Vorgeschichte abhängen. Rekurrente Netze können daher mehr berechnen"
                                    " als vorwärtsgerichtete: Sie bilden Folgen beliebiger Länge ab; mit "
                                    "einer geeigneten nichtlinearen Aktivierung können sie jeden "
                                    "endlichen Automaten nachbilden, und bei unbegrenzter Genauigkeit "
                                    "sind sie sogar Turing-vollständig. Das lineare Netz dieser Aufgabe "
                                    "ist nicht so mächtig, doch sein Gedächtnis von einem Schritt genügt "
                                    "hier."
                                ),
                            )
                        ),
                    ),
                ),
            ),
        ),
        Exercise(
            title=Words(en="Gradients in recurrent networks", de="Gradienten in rekurrenten Netzen"),
            task=Words(
                en=(
                    "Recurrent networks are hard to train when the end of a sequence depends on its "
                    "beginning, for instance a verb at the end of a clause on its subject. To see "
                    "why, keep only the connections among the hidden neurons, with a linear "
                    "activation: $h_t = U^t a$, where $a$ is the initial state. Let $f(h_k)$ be the error at step $k > 1$, and let "
                    "$U$ be diagonal with the entries $u_i$; these are the only parameters."
                ),
                de=(
                    "Rekurrente Netze sind schwer zu trainieren, wenn das Ende einer Folge von ihrem "
                    "Anfang abhängt, etwa das Verb am Ende eines Nebensatzes von dessen Subjekt. Um "
                    "den Grund zu sehen, betrachten Sie nur die Verbindungen zwischen den verborgenen"
                    " Neuronen, mit linearer Aktivierung: $h_t = U^t a$, wobei $a$ der Anfangszustand ist. Es sei $f(h_k)$ der Fehler "
                    "im Schritt $k > 1$, und $U$ sei eine Diagonalmatrix mit den Einträgen $u_i$; nur"
                    " diese sind Parameter."
                ),
            ),
            given=(U_1,),
            parts=(
                Part(
                    task=Words(
                        en=(
                            "Determine the gradient of $f(h_k)$ with respect to the diagonal entries "
                            "of $U$ as a function of $k$."
                        ),
                        de=(
                            "Bestimmen Sie den Gradienten von $f(h_k)$ nach den Diagonaleinträgen von"
                            " $U$ in Abhängigkeit von $k$."
                        ),
                    ),
                    answers=(EXPLAINED, DIAGONAL),
                ),
                Part(
                    task=Words(
                        en=(
                            "How does the gradient behave for very large $k$ if $U$ is the matrix "
                            "$U_1$ or $U_2$ given above?"
                        ),
                        de=(
                            "Wie verhält sich der Gradient für sehr großes $k$, wenn $U$ die oben "
                            "angegebene Matrix $U_1$ beziehungsweise $U_2$ ist?"
                        ),
                    ),
                    answers=(
                        GROWTH,
                        written(
                            Words(
                                en=(
                                    "Every entry of the gradient carries the factor $k u_i^{k-1}$. The "
                                    "entries of $U_1$ are all larger than 1, so all three components "
                                    "explode, at very different speeds: at $k = 50$ the factor is about "
                                    r"$3.8 \cdot 10^5$ for 1.2, $2.8 \cdot 10^{16}$ for 2 and $5.3 \cdot "
                                    "10^3$ for 1.1. The entries of $U_2$ are all smaller than 1, so all "
                                    r"three components vanish: at $k = 50$ the factor is about $8.9 \cdot "
                                    r"10^{-4}$ for 0.8, $5 \cdot 10^{-48}$ for 0.1 and $0.29$ for 0.9. The"
                                    " factor $k$ merely delays this: for 0.9 the product first rises to "
                                    "3.87, at $k = 9$ and $k = 10$, before it decays. All this assumes "
                                    "that the entries of $a$ are not 0 and that the derivative of $f$ at "
                                    "$h_k$ neither vanishes nor compensates for the growth."
                                ),
                                de=(
                                    "Jeder Eintrag des Gradienten enthält den Faktor $k u_i^{k-1}$. Die "
                                    "Einträge von $U_1$ sind alle größer als 1, also explodieren alle "
                                    "drei Komponenten, jedoch sehr verschieden schnell: Bei $k = 50$ "
                                    r"beträgt der Faktor etwa $3.8 \cdot 10^5$ für 1,2, $2.8 \cdot "
                                    r"10^{16}$ für 2 und $5.3 \cdot 10^3$ für 1,1. Die Einträge von $U_2$ "
                                    "sind alle kleiner als 1, also verschwinden alle drei Komponenten: "
                                    r"Bei $k = 50$ beträgt der Faktor etwa $8.9 \cdot 10^{-4}$ für 0,8, $5"
                                    r" \cdot 10^{-48}$ für 0,1 und $0.29$ für 0,9. Der Faktor $k$ "
                                    "verzögert dies nur: Für 0,9 steigt das Produkt zunächst bis auf "
                                    "3,87, bei $k = 9$ und $k = 10$, bevor es abklingt. Vorausgesetzt ist"
                                    " dabei, dass die Einträge von $a$ nicht 0 sind und die Ableitung von"
                                    " $f$ an der Stelle $h_k$ weder verschwindet noch das Wachstum "
                                    "ausgleicht."
                                ),
                            )
                        ),
                    ),
                ),
                Part(
                    task=Words(
                        en="Why are such values a problem for gradient-based training?",
                        de="Warum sind solche Werte für gradientenbasiertes Training problematisch?",
                    ),
                    answers=(
                        written(
                            Words(
                                en=(
                                    "With $U_1$ the steps become so large that they overshoot the "
                                    "minimum, the weights diverge or the numbers overflow; and since the "
                                    "components differ by many orders of magnitude, no single learning "
                                    "rate suits them all. With $U_2$ hardly any signal reaches the "
                                    "distant elements of the sequence: their contribution is drowned out "
                                    "by that of the recent ones, or falls below machine precision. The "
                                    "network then learns short dependencies only and training stalls, "
                                    "although the error could still be reduced. Only values of $|u_i|$ "
                                    "close to 1 avoid both, and plain gradient descent does nothing to "
                                    "keep them there."
                                ),
                                de=(
                                    "Mit $U_1$ werden die Schritte so groß, dass sie das Minimum "
                                    "überspringen, die Gewichte divergieren oder die Zahlen überlaufen; "
                                    "und da sich die Komponenten um viele Größenordnungen unterscheiden, "
                                    "passt keine einzelne Lernrate für alle. Mit $U_2$ erreicht die weit "
                                    "zurückliegenden Elemente der Folge kaum noch ein Signal: Ihr Beitrag"
                                    " geht neben dem der jüngsten Elemente unter oder fällt unter die "
                                    "Maschinengenauigkeit. Das Netz lernt dann nur kurze Abhängigkeiten, "
                                    "und das Training stockt, obwohl sich der Fehler noch verringern "
                                    "ließe. Nur Werte von $|u_i|$ nahe 1 vermeiden beides, und der bloße "
                                    "Gradientenabstieg sorgt nicht dafür, dass sie dort bleiben."
                                ),
                            )
                        ),
                    ),
                ),
                Part(
                    task=Words(
                        en=(
                            "Name strategies that help, and state which of the two problems each of "
                            "them addresses."
                        ),
                        de=(
                            "Nennen Sie Strategien, die helfen, und geben Sie an, gegen welches der "
                            "beiden Probleme sie jeweils wirken."
                        ),
                    ),
                    answers=(
                        written(
                            Words(
                                en=(
                                    "Against explosion: clipping the norm of the gradient bounds the step"
                                    " and keeps its direction. Against vanishing: gated cells (LSTM, GRU)"
                                    " carry their state along an additive path whose factor, the gate, "
                                    "can stay close to 1; skip connections across several time steps "
                                    "shorten the path of the gradient. Against both: initialising $U$ "
                                    "with the identity or an orthogonal matrix, so that all singular "
                                    "values are 1 at the start, and normalising the hidden layer, which "
                                    "keeps the scale of its values stable. Truncated backpropagation "
                                    "through time cuts the product off after a fixed number of steps: "
                                    "this limits explosion, but gives up longer dependencies. Attention "
                                    "avoids the long product altogether by connecting distant elements "
                                    "directly."
                                ),
                                de=(
                                    "Gegen das Explodieren: Das Begrenzen der Norm des Gradienten "
                                    "(Clipping) beschränkt den Schritt und behält dessen Richtung bei. "
                                    "Gegen das Verschwinden: Zellen mit Gattern (LSTM, GRU) führen ihren "
                                    "Zustand auf einem additiven Pfad weiter, dessen Faktor, das Gatter, "
                                    "nahe 1 bleiben kann; Sprungverbindungen über mehrere Zeitschritte "
                                    "verkürzen den Weg des Gradienten. Gegen beides: eine Initialisierung"
                                    " von $U$ mit der Einheitsmatrix oder einer orthogonalen Matrix, so "
                                    "dass anfangs alle Singulärwerte 1 sind, und eine Normalisierung der "
                                    "verborgenen Schicht, die die Größenordnung ihrer Werte stabil hält. "
                                    "Die nach einer festen Anzahl von Schritten abgebrochene "
                                    "Fehlerrückführung durch die Zeit kürzt das Produkt: Sie begrenzt das"
                                    " Explodieren, gibt aber längere Abhängigkeiten auf. Ein "
                                    "Aufmerksamkeitsmechanismus (Attention) vermeidet das lange Produkt "
                                    "ganz, da er entfernte Elemente unmittelbar verbindet."
                                ),
                            )
                        ),
                    ),
                ),
            ),
        ),
        Exercise(
            title=Words(en="Choosing an architecture", de="Wahl einer Architektur"),
            task=Words(
                en=(
                    "Propose an architecture for each of the following applications and explain why "
                    "it is suitable."
                ),
                de=(
                    "Schlagen Sie für jede der folgenden Anwendungen eine Architektur vor und "
                    "begründen Sie, warum sie geeignet ist."
                ),
            ),
            parts=(
                Part(
                    task=Words(
                        en=(
                            "The collected works of a playwright are available. Generate new texts in"
                            " the same style, letter by letter."
                        ),
                        de=(
                            "Es liegen die gesammelten Werke eines Dramatikers vor. Erzeugen Sie "
                            "Buchstabe für Buchstabe neue Texte im selben Stil."
                        ),
                    ),
                    answers=(
                        written(
                            Words(
                                en=(
                                    "A recurrent network with LSTM or GRU cells that reads one letter per"
                                    " step and predicts a probability distribution over the next letter "
                                    "by a softmax. It is trained with cross-entropy on the text shifted "
                                    "by one letter, so no labels are needed. To generate, a letter is "
                                    "drawn from the distribution and fed back as the next input. The "
                                    "network handles texts of any length with shared weights, and its "
                                    "gates keep spelling, metre and the current speaker in memory over "
                                    "many letters. A transformer with a causal mask is an alternative."
                                ),
                                de=(
                                    "Ein rekurrentes Netz mit LSTM- oder GRU-Zellen, das je Schritt einen"
                                    " Buchstaben liest und mit einer Softmax-Ausgabe eine "
                                    "Wahrscheinlichkeitsverteilung über den nächsten Buchstaben "
                                    "vorhersagt. Trainiert wird es mit der Kreuzentropie auf dem um einen"
                                    " Buchstaben verschobenen Text; Labels sind also nicht nötig. Zum "
                                    "Erzeugen wird ein Buchstabe aus der Verteilung gezogen und als "
                                    "nächste Eingabe verwendet. Das Netz verarbeitet mit denselben "
                                    "Gewichten Texte beliebiger Länge, und seine Gatter halten "
                                    "Rechtschreibung, Versmaß und die gerade sprechende Figur über viele "
                                    "Buchstaben im Gedächtnis. Eine Alternative ist ein Transformer mit "
                                    "kausaler Maske."
                                ),
                            )
                        ),
                    ),
                ),
                Part(
                    task=Words(
                        en=(
                            "A collection of pictures of cats and dogs is available. Decide for a new"
                            " picture whether it shows a cat or a dog."
                        ),
                        de=(
                            "Es liegt eine Sammlung von Katzen- und Hundebildern vor. Entscheiden Sie"
                            " für ein neues Bild, ob es eine Katze oder einen Hund zeigt."
                        ),
                    ),
                    answers=(
                        written(
                            Words(
                                en=(
                                    "A convolutional network: several layers of convolution, ReLU and "
                                    "pooling, then a fully connected layer with one sigmoid output, "
                                    "trained with binary cross-entropy. Shared local filters need few "
                                    "weights and recognise a feature wherever it appears in the picture; "
                                    "pooling makes the result insensitive to small shifts. The hierarchy "
                                    "of layers leads from edges to textures to parts such as ears and "
                                    "muzzles. If the collection is small, start from a network pretrained"
                                    " on a large collection and augment the data, for instance by "
                                    "mirroring and cropping."
                                ),
                                de=(
                                    "Ein Faltungsnetz: mehrere Schichten aus Faltung, ReLU und Pooling, "
                                    "danach eine vollständig verbundene Schicht mit einer "
                                    "Sigmoid-Ausgabe, trainiert mit der binären Kreuzentropie. Lokale "
                                    "Filter mit gemeinsamen Gewichten brauchen wenige Parameter und "
                                    "erkennen ein Merkmal überall im Bild; das Pooling macht das Ergebnis"
                                    " unempfindlich gegen kleine Verschiebungen. Die Hierarchie der "
                                    "Schichten führt von Kanten über Texturen zu Teilen wie Ohren und "
                                    "Schnauzen. Ist die Sammlung klein, so beginnt man mit einem Netz, "
                                    "das auf einer großen Sammlung vortrainiert wurde, und erweitert die "
                                    "Daten, etwa durch Spiegeln und Zuschneiden."
                                ),
                            )
                        ),
                    ),
                ),
                Part(
                    task=Words(
                        en="Mark for each letter of a text whether it belongs to direct speech.",
                        de=(
                            "Markieren Sie für jeden Buchstaben eines Textes, ob er zur wörtlichen "
                            "Rede gehört."
                        ),
                    ),
                    answers=(
                        written(
                            Words(
                                en=(
                                    "A bidirectional recurrent network (LSTM or GRU) on letters with one "
                                    "sigmoid output per letter, trained with binary cross-entropy summed "
                                    "over all letters. Input and output have the same length, so no "
                                    "decoder is needed. Whether a letter belongs to direct speech depends"
                                    " on an opening quotation mark possibly far to the left, which the "
                                    "state has to remember, and also on what follows, such as the closing"
                                    " mark or a verb of saying; reading in both directions supplies both."
                                    " A window of fixed length would fail for long speeches."
                                ),
                                de=(
                                    "Ein bidirektionales rekurrentes Netz (LSTM oder GRU) auf Buchstaben "
                                    "mit einer Sigmoid-Ausgabe je Buchstabe, trainiert mit der über alle "
                                    "Buchstaben summierten binären Kreuzentropie. Eingabe und Ausgabe "
                                    "sind gleich lang, ein Decoder ist also nicht nötig. Ob ein Buchstabe"
                                    " zur wörtlichen Rede gehört, hängt von einem womöglich weit links "
                                    "stehenden öffnenden Anführungszeichen ab, das sich der Zustand "
                                    "merken muss, und auch vom Folgenden, etwa vom schließenden Zeichen "
                                    "oder von einem Verb des Sagens; das Lesen in beiden Richtungen "
                                    "liefert beides. Ein Fenster fester Länge würde bei langen Reden "
                                    "versagen."
                                ),
                            )
                        ),
                    ),
                ),
                Part(
                    task=Words(
                        en="Translate English into Russian and into German.",
                        de="Übersetzen Sie aus dem Englischen ins Russische und ins Deutsche.",
                    ),
                    answers=(
                        written(
                            Words(
                                en=(
                                    "An encoder–decoder network with attention, today usually a "
                                    "transformer. The encoder reads the whole English sentence; the "
                                    "decoder produces the translation piece by piece, each conditioned on"
                                    " the source and on the words already written. Input and output may "
                                    "thus differ in length and word order, and attention spares the "
                                    "network from squeezing the sentence into one vector. Both target "
                                    "languages share the encoder; either there are two decoders, or there"
                                    " is one with a leading token that names the target language. Working"
                                    " on parts of words copes with the rich inflection of Russian and the"
                                    " compounds of German."
                                ),
                                de=(
                                    "Ein Encoder-Decoder-Netz mit Aufmerksamkeitsmechanismus (Attention),"
                                    " heute meist ein Transformer. Der Encoder liest den ganzen "
                                    "englischen Satz; der Decoder erzeugt die Übersetzung Stück für "
                                    "Stück, jeweils abhängig von der Quelle und von den bereits "
                                    "geschriebenen Wörtern. Eingabe und Ausgabe dürfen sich daher in "
                                    "Länge und Wortstellung unterscheiden, und dank der Aufmerksamkeit "
                                    "muss das Netz den Satz nicht in einen einzigen Vektor zwängen. Beide"
                                    " Zielsprachen teilen sich den Encoder; entweder gibt es zwei Decoder"
                                    " oder einen mit einem vorangestellten Zeichen, das die Zielsprache "
                                    "nennt. Das Arbeiten mit Wortteilen wird der reichen Flexion des "
                                    "Russischen und den deutschen Zusammensetzungen gerecht."
                                ),
                            )
                        ),
                    ),
                ),
                Part(
                    task=Words(
                        en=(
                            "Reduce a given code to fewer numbers and reconstruct the original code "
                            "from them."
                        ),
                        de=(
                            "Reduzieren Sie einen gegebenen Code auf weniger Zahlen und "
                            "rekonstruieren Sie daraus den ursprünglichen Code."
                        ),
                    ),
                    answers=(
                        written(
                            Words(
                                en=(
                                    "An autoencoder: the encoder maps the input to a hidden layer with "
                                    "fewer neurons, the decoder maps this short representation back to "
                                    "the input. It is trained on the reconstruction error, so the input "
                                    "is its own label. The narrow layer forces the network to keep only "
                                    "what is needed to restore the data; exact reconstruction is possible"
                                    " only if the data are redundant enough. For vectors of fixed length "
                                    "fully connected layers suffice; if the code is a sequence, such as "
                                    "the text of a program, encoder and decoder are recurrent networks or"
                                    " transformers."
                                ),
                                de=(
                                    "Ein Autoencoder: Der Encoder bildet die Eingabe auf eine verborgene "
                                    "Schicht mit weniger Neuronen ab, der Decoder bildet diese kurze "
                                    "Darstellung wieder auf die Eingabe ab. Trainiert wird mit dem "
                                    "Rekonstruktionsfehler; die Eingabe ist also ihr eigenes Label. Die "
                                    "schmale Schicht zwingt das Netz, nur das zu behalten, was zur "
                                    "Wiederherstellung nötig ist; exakt gelingt diese nur, wenn die Daten"
                                    " redundant genug sind. Für Vektoren fester Länge genügen vollständig"
                                    " verbundene Schichten; ist der Code eine Folge, etwa ein "
                                    "Programmtext, so sind Encoder und Decoder rekurrente Netze oder "
                                    "Transformer."
                                ),
                            )
                        ),
                    ),
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
    first=38,
)
