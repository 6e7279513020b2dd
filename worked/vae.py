"""A variational autoencoder: the ELBO with reparameterisation, through the sample into the encoder."""

from symbackprop import Derived, Exercise, Part, Sheet, Stated, Words

GRAPH = Derived(
    graph=r"""
        x: d;  e: m as \varepsilon
        W: k x d as W;      b: k as b
        Wm: m x k as W_\mu; bm: m as b_\mu
        Ws: m x k as W_s;   bs: m as b_s
        V: d x m;           c: d
        a = W @ x + b
        h = tanh(a)
        mu = Wm @ h + bm        as \mu
        s = Ws @ h + bs
        sd = exp(s/2)           as \sigma
        z = mu + sd * e
        xr = V @ z + c          as \hat x
        R = sum((xr - x)**2) / 2
        K = sum(mu**2 + sd**2 - s - 1) / 2
        L = R + K
    """,
    wrt=("W", "b", "Wm", "bm", "Ws", "bs", "V", "c"),
    show=("forward", "graph", "local", "delta", "gradients"),
    local=("sd", "z", "K"),
)

SHEET = Sheet(
    name="vae",
    title={
        "en": "A variational autoencoder, backwards",
        "de": "Ein variationaler Autoencoder, rückwärts",
    },
    exercises=(
        Exercise(
            task=Words(en="x", de="x"),
            given=(GRAPH,),
            answers=(GRAPH,),
        ),
    ),
)
