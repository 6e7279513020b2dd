"""The Rosenbrock function as a graph of + - * and natural powers: all edges, all paths, the Hessian."""

from symbackprop import Convention, Derived, Exercise, Sheet, Words

GRAPH = Derived(
    graph="""
        x1: scalar as x_1;  x2: scalar as x_2
        a = x1**2
        b = x2 - a
        c = b**2
        d = 100*c
        e = 1 - x1
        g = e**2
        f = d + g
    """,
    convention=Convention(signal="partial"),
    at={"x1": -1, "x2": 2},
    hessian=("x1", "x2"),
)

SHEET = Sheet(
    name="rosenbrock",
    title={"en": "The gradient of the Rosenbrock function", "de": "Der Gradient der Rosenbrock-Funktion"},
    exercises=(
        Exercise(
            task=Words(
                en="Write $f = 100 (x_2 - x_1^2)^2 + (1 - x_1)^2$ as a graph of sums, differences, "
                "products and powers with natural exponents. Put the derivative on every edge "
                "and find the gradient by the chain rule. Evaluate $f$ and its gradient at "
                "$x_1 = -1$, $x_2 = 2$, and find the Hessian $H_f$, the matrix of the second derivatives.",
                de="Stellen Sie $f = 100 (x_2 - x_1^2)^2 + (1 - x_1)^2$ als Graphen aus Summen, "
                "Differenzen, Produkten und Potenzen mit natürlichem Exponenten dar. Schreiben "
                "Sie an jede Kante die Ableitung und bestimmen Sie den Gradienten mit der "
                "Kettenregel. Werten Sie $f$ und den Gradienten bei $x_1 = -1$, $x_2 = 2$ aus und "
                "bestimmen Sie die Hesse-Matrix $H_f$, die Matrix der zweiten Ableitungen.",
            ),
            given=(GRAPH,),
            answers=(GRAPH,),
        ),
    ),
)
