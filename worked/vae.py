"""A variational autoencoder: the ELBO with reparameterisation, through the sample into the encoder."""

from dataclasses import replace

from symbackprop import Derived, Exercise, Part, Sheet, Stated, Words, said

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
    show=("idea", "symbols", "ledger", "terms"),
)
BACKWARD = replace(GRAPH, show=("local", "gradients"), local=("sd", "z", "K"))
DIRECT = said(
    Words(
        en=r"In each local Jacobian the other arguments of the node are held fixed. So that of $K$ as a function of $s$ is taken at "
        r"a fixed $\sigma$, although $\sigma$ depends on $s$; the backward equations add both ways.",
        de=r"In jeder lokalen Jacobi-Matrix werden die anderen Argumente des Knotens festgehalten. Die von $K$ als Funktion von $s$ gilt also "
        r"bei festem $\sigma$, obwohl $\sigma$ von $s$ abhängt; die Rückwärtsgleichungen addieren beide Wege.",
    )
)
DIVERGENCE = Stated(
    Derived(r"mu: m as \mu;  s: m;  sd = exp(s/2) as \sigma;  K = sum(mu**2 + sd**2 - s - 1) / 2", of="K"),
    (
        r"\nabla_{\mu} K = \mu",
        r"\nabla_{s} K = \sigma \odot \frac{1}{2} \sigma - \frac{1}{2} \mathbf{1}_m = \frac{1}{2} (\sigma \odot \sigma - \mathbf{1}_m)",
    ),
    intro=Words(
        en=r"The divergence alone has these gradients; $s$ acts on it through $\sigma$ and directly:",
        de=r"Die Divergenz allein hat diese Gradienten; $s$ wirkt auf sie über $\sigma$ und unmittelbar:",
    ),
)

CLOSED = Stated(
    GRAPH,
    (
        r"\delta z = V^\top (\hat x - x)",
        r"\delta \mu = \mu + \delta z",
        r"\delta s = \frac{1}{2} (\sigma \odot \sigma - \mathbf{1}_m) + \frac{1}{2} (\varepsilon \odot \sigma \odot \delta z)",
    ),
    intro=Words(
        en=r"So in $\delta \mu$ and $\delta s$ the first term comes from the Kullback–Leibler divergence and draws the encoder towards "
        r"$\mu = 0$, $\sigma = 1$; the second comes from the reconstruction, through the sample $z$:",
        de=r"In $\delta \mu$ und $\delta s$ stammt der erste Term also aus der Kullback-Leibler-Divergenz und zieht den Encoder zu "
        r"$\mu = 0$, $\sigma = 1$; der zweite stammt aus der Rekonstruktion und kommt durch die Stichprobe $z$:",
    ),
)

SHEET = Sheet(
    name="vae",
    title={"en": "A variational autoencoder, backwards", "de": "Ein Variational Autoencoder, rückwärts"},
    exercises=(
        Exercise(
            task=Words(
                en=r"The encoder maps an input $x$ with $d$ entries, through $k$ hidden neurons $h$ with weights $W$ and biases $b$, to the "
                r"mean $\mu$ and the log-variance $s = \log \sigma^2$ of a Gaussian with $m$ independent entries, with weights $W_\mu$, $W_s$ "
                r"and biases $b_\mu$, $b_s$; the decoder, with weights $V$ and bias $c$, reconstructs $x$ as $\hat x$ from a sample $z$ drawn "
                r"from it. So that the sample can be differentiated, it is written as $z = \mu + \sigma \odot \varepsilon$ with noise "
                r"$\varepsilon$ that depends on no weight. Up to a constant, $L$ is the negative ELBO (evidence lower bound): the error $R$ of "
                r"the reconstruction plus the Kullback–Leibler divergence $K$ of the Gaussian from $N(0, I)$.",
                de=r"Der Encoder bildet eine Eingabe $x$ mit $d$ Einträgen über $k$ verborgene Neuronen $h$ mit Gewichten $W$ und Bias $b$ auf "
                r"Mittelwert $\mu$ und Log-Varianz $s = \log \sigma^2$ einer Gauß-Verteilung mit $m$ unabhängigen Einträgen ab, mit Gewichten "
                r"$W_\mu$, $W_s$ und Bias $b_\mu$, $b_s$; der Decoder mit Gewichten $V$ und Bias $c$ rekonstruiert $x$ als $\hat x$ aus einer "
                r"daraus gezogenen Stichprobe $z$. Damit sich die Stichprobe ableiten lässt, schreibt man sie als $z = \mu + \sigma \odot "
                r"\varepsilon$ mit einem Rauschen $\varepsilon$, das von keinem Gewicht abhängt. Bis auf eine Konstante ist $L$ die negative "
                r"ELBO (evidence lower bound): der Fehler $R$ der Rekonstruktion plus die Kullback-Leibler-Divergenz $K$ der "
                r"Gauß-Verteilung von $N(0, I)$.",
            ),
            given=(GRAPH,),
            parts=(
                Part(
                    task=Words(
                        en="Derive all error signals and the gradients with respect to all weights and biases.",
                        de="Leiten Sie alle Fehlersignale und die Gradienten nach allen Gewichten und Biaswerten her.",
                    ),
                    answers=(GRAPH, DIRECT, BACKWARD),
                ),
                Part(
                    task=Words(
                        en=r"Which parts of the loss act on $\mu$ and $s$, and how?",
                        de=r"Welche Teile des Verlusts wirken auf $\mu$ und $s$, und wie?",
                    ),
                    answers=(DIVERGENCE, CLOSED),
                ),
            ),
        ),
    ),
)
