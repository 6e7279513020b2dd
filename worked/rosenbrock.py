"""The Rosenbrock function as a graph of + - * and natural powers: all edges, all paths, the Hessian."""

from symbackprop import Convention, Derived, Exercise, Sheet

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
    title={
        "en": "The gradient of the Rosenbrock function",
        "de": "Der Gradient der Rosenbrock-Funktion",
    },
    exercises=(
        Exercise(
            task={
                "en": "Write f(x) = 100 (x₂ − x₁²)² + (1 − x₁)² as a graph of sums, differences, "
                "products and powers with natural exponents. Put the derivative on every edge "
                "and find the gradient by the chain rule.",
                "de": "Stellen Sie f(x) = 100 (x₂ − x₁²)² + (1 − x₁)² als Graphen aus Summen, "
                "Differenzen, Produkten und Potenzen mit natürlichem Exponenten dar. Schreiben "
                "Sie an jede Kante die Ableitung und bestimmen Sie den Gradienten mit der "
                "Kettenregel.",
            },
            given=(GRAPH,),
            answers=(GRAPH,),
        ),
    ),
)
