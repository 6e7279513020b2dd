"""A variational autoencoder: the ELBO with reparameterisation, through the sample into the encoder."""

from symbackprop import Derived, Exercise, Part, Sheet, Stated, Words

GRAPH = Derived(
    graph=r"""
        x: d;  e: m as \varepsilon
        W: k x d;           b: k
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
    show=("forward", "local", "delta", "gradients"),
    local=("sd", "z", "K"),
)

CLOSED = Stated(
    GRAPH,
    (
        r"\delta z = V^\top (\hat x - x)",
        r"\delta \mu = \mu + \delta z",
        r"\delta s = \frac{1}{2} (\sigma \odot \sigma - \mathbf{1}_m) + \frac{1}{2} (\varepsilon \odot \sigma \odot \delta z)",
    ),
    intro=Words(
        en=r"In $\delta \mu$ and $\delta s$ the first term comes from the Kullback-Leibler divergence and draws the encoder towards "
        r"$\mu = 0$, $\sigma = 1$; the second comes from the reconstruction, through the sample $z$:",
        de=r"In $\delta \mu$ und $\delta s$ stammt der erste Term aus der Kullback-Leibler-Divergenz und zieht den Encoder zu "
        r"$\mu = 0$, $\sigma = 1$; der zweite stammt aus der Rekonstruktion und kommt durch die Stichprobe $z$:",
    ),
)

SHEET = Sheet(
    name="vae",
    title={
        "en": "A variational autoencoder, backwards",
        "de": "Ein variationaler Autoencoder, rückwärts",
    },
    exercises=(
        Exercise(
            task=Words(
                en=r"The encoder maps $x$ to the mean $\mu$ and the log-variance $s = \log \sigma^2$ of a Gaussian; the decoder "
                r"reconstructs $x$ from a sample $z$ of it. So that the sample can be differentiated, it is written as $z = \mu + \sigma "
                r"\odot \varepsilon$ with noise $\varepsilon$ that depends on no weight. Up to a constant, $L$ is the negative ELBO: the "
                r"error of the reconstruction $R$ and the divergence $K$ of the Gaussian from $N(0, I)$.",
                de=r"Der Encoder bildet $x$ auf Mittelwert $\mu$ und Log-Varianz $s = \log \sigma^2$ einer Gauß-Verteilung ab; der "
                r"Decoder rekonstruiert $x$ aus einer Stichprobe $z$ von ihr. Damit sich die Stichprobe ableiten lässt, schreibt man sie "
                r"als $z = \mu + \sigma \odot \varepsilon$ mit einem Rauschen $\varepsilon$, das von keinem Gewicht abhängt. Bis auf eine "
                r"Konstante ist $L$ der negative ELBO: der Fehler der Rekonstruktion $R$ und die Divergenz $K$ der Gauß-Verteilung von "
                r"$N(0, I)$.",
            ),
            given=(GRAPH,),
            parts=(
                Part(
                    task=Words(
                        en="Derive all error signals and the gradients of all weights and biases.",
                        de="Leiten Sie alle Fehlersignale und die Gradienten aller Gewichte und Biaswerte her.",
                    ),
                    answers=(GRAPH,),
                ),
                Part(
                    task=Words(
                        en=r"Which parts of the loss act on $\mu$ and $s$, and how?",
                        de=r"Welche Teile des Verlusts wirken auf $\mu$ und $s$, und wie?",
                    ),
                    answers=(CLOSED,),
                ),
            ),
        ),
    ),
)
