"""A batch through two layers whose biases are a column of ones: the selector in the gradient of concat."""

from symbackprop import Derived, Exercise, Sheet, Words

GRAPH = Derived(
    graph=r"""
        X: n x 3;  y: n x 1;  W1: 4 x 4 as W^{(1)};  W2: 5 x 1 as W^{(2)}
        A = concat(X, ones(n, 1))
        B = A @ W1
        C = relu(B)
        D = concat(C, ones(n, 1))
        E = D @ W2  as \hat y
        L = sum((E - y)**2) / n
    """,
    wrt=("W1", "W2"),
    local=("C", "D"),
)

SHEET = Sheet(
    name="concat_mse",
    title={
        "en": "Mean squared error with biases through a column of ones",
        "de": "Mittlerer quadratischer Fehler mit Bias über eine Einsenspalte",
    },
    exercises=(
        Exercise(
            task=Words(
                en=r"The rows of $X$ are $n$ samples with three features, $y$ holds their target values and $\hat y$ what the network "
                "predicts. Before each layer a column of ones is appended, so that the biases are the last rows of the weight "
                "matrices. Derive the gradients of the mean squared error with respect to both weight matrices.",
                de=r"Die Zeilen von $X$ sind $n$ Beispiele mit drei Merkmalen, $y$ enthält ihre Zielwerte und $\hat y$, was das Netz "
                "vorhersagt. Vor jeder Schicht wird eine Spalte aus Einsen angehängt, so dass die Biaswerte die letzten Zeilen der "
                "Gewichtsmatrizen sind. Leiten Sie die Gradienten des mittleren quadratischen Fehlers nach beiden "
                "Gewichtsmatrizen her.",
            ),
            given=(GRAPH,),
            answers=(GRAPH,),
        ),
    ),
)
