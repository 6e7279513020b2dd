"""A 784-256-256-10 network with tanh, softmax and cross-entropy: products of Jacobians with all sizes."""

from symbackprop import Convention, Derived, Exercise, Sheet, Words, spelled

GRAPH = Derived(
    graph="""
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
    """,
    wrt=("x", "W1", "b1", "W2", "b2", "W3", "b3"),
    convention=Convention(signals=tuple((f"o{k}", spelled(rf"\delta^{{({k})}}")) for k in (1, 2, 3))),
    draw=("x", "z1", "z2", "z3", "y", "L"),
    products=("x", "b1"),
    local=("z1", "z3", "L"),
)

SHEET = Sheet(
    name="mlp",
    title={"en": "A multilayer perceptron, backwards", "de": "Ein mehrschichtiges Perzeptron, rückwärts"},
    exercises=(
        Exercise(
            task=Words(
                en=r"A network maps 784 inputs to 10 class probabilities, with two hidden layers of 256 neurons each with the "
                r"activation $\tanh$. For the cross-entropy of one sample with label $y$ give the gradients with respect to $x$ "
                "and the first bias as products of Jacobians with all sizes, and the gradients with respect to all weights and "
                "biases.",
                de=r"Ein Netz bildet 784 Eingaben auf 10 Klassenwahrscheinlichkeiten ab, mit zwei verborgenen Schichten aus je "
                r"256 Neuronen mit der Aktivierung $\tanh$. Geben Sie für die Kreuzentropie eines Beispiels mit dem Label $y$ "
                r"die Gradienten nach $x$ und nach dem ersten Bias als Produkte von Jacobi-Matrizen mit allen Größen an, außerdem "
                "die Gradienten nach allen Gewichten und Biaswerten.",
            ),
            given=(GRAPH,),
            answers=(GRAPH,),
        ),
    ),
)
