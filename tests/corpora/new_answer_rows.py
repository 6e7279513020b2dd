"""Answers over models of their own: gates, attention, focal loss, likelihoods: (graph, wrt, answer, verdict, mistake)."""

MODELS = {
    "colsum": "X: n x d; L = sum(sum(X, axis=0)**2)",
    "gate": "x: d; h: m; W: m x d; U: m x m; b: m; a = W @ x + U @ h + b; z = sigmoid(a); n: m; s = (1 - z)*n + z*h\n"
    "L = sum(s**2)/2",
    "values": "Q: n x d; K: m x d; V: m x k; Y: n x k; S = Q @ K.T; P = softmax(S); O = P @ V; E = O - Y; L = sum(E**2)/2",
    "gain": "X: n x d; g: d as \\gamma; b: d as \\beta; Y: n x d; N = layernorm(X); O = N*g + b; E = O - Y; L = sum(E**2)/n",
    "huber": "X: n x d; w: d; y: n; r = X @ w - y; c = clip(r, -1, 1); L = sum(c*r - c**2/2)",
    "focal": "z: k; y: k onehot; p = softmax(z); q = sum(y*p); L = -(1 - q)**2*log(q)",
    "mvn": "X: n x d; m: d as \\mu; S: d x d symmetric as \\Sigma; C = X - m; L = n*logdet(S)/2 + trace(C @ inverse(S) @ C.T)/2",
    "form": "x: m; y: n; B: m x n; s = x @ B @ y; L = log(1 + exp(s))",
    "filter": "x: n; w: 3; y = w[0]*x[:-2] + w[1]*x[1:-1] + w[2]*x[2:]; L = sum(y**2)/2",
    "elbo": "m: k as \\mu; v: k as \\nu; e: k as \\varepsilon; x: d; W: d x k; s = exp(v/2) as \\sigma; z = m + s*e\n"
    "R = sum((W @ z - x)**2)/2; D = sum(m**2 + s**2 - v - 1)/2; L = R + D",
    "nce": "U: n x d; V: n x d; S = U @ V.T; P = softmax(S); L = -trace(log(P))/n",
    "decay": "t: 1..T; x[t]: m; a: scalar; s0: m; s[0] = s0; s[t] = a*s[t-1] + x[t]; l[t] = sum(s[t]**2)/2; L = sum(l[t], over=t)",
    "ridge2": "A: n x d; w: d; y: n; l: scalar as \\lambda; r = y - A @ w; L = sum(r**2)/(2*n) + l*sum(w**2)/2",
    "cells": "x: 2; A: 2 x 2; L = x @ A @ x",
    "margin": "x: d; w: d; y: scalar; m = y*(w @ x); L = relu(1 - m)**2",
}  # fmt: skip

NEW = (
    # a gate
    ("gate", "W", "((h - n) .* s .* z .* (1-z)) x'", "correct", ""),
    ("gate", "W", r"\left[(h-n)\odot s\odot \sigma(a) \odot (1-\sigma(a))\right] x^{\mathsf T}", "correct", ""),
    ("gate", "W", "x (s .* (h - n) .* z .* (1-z))'", "transposed", "transposed"),
    ("gate", "W", "(s .* (n - h) .* z .* (1-z)) x'", "wrong", "sign"),
    ("gate", "W", "(s .* (h - n)) x'", "wrong", "inner"),
    ("gate", "U", r"(s \odot (h-n) \odot z) h^\top", "wrong", "sigmoid"),
    ("gate", "h", "U' da + z .* s where da = s .* (h-n) .* z .* (1 - z)", "correct", ""),
    ("gate", "h", "z .* s", "wrong", "path"),
    ("gate", "h", "U da + s .* z with da = s .* (h-n) .* z .* (1-z)", "wrong", "transpose"),
    ("gate", "b", "dL/db_i = s_i (h_i - n_i) z_i (1 - z_i)", "correct", ""),
    ("gate", "n", "diag(1-z) s", "correct", ""),
    ("gate", "n", "(1 - z)' s", "wrong", "sizes"),
    # attention
    ("values", "V", "P'(PV - Y)", "correct", ""),
    ("values", "V", r"\frac{\partial L}{\partial V_{jc}} = \sum_{i=1}^n P_{ij} E_{ic}", "correct", ""),
    ("values", "V", "dL/dV_jc = sum_i P_ij (sum_k P_ik V_kc - Y_ic)", "correct", ""),
    ("values", "V", "P (PV - Y)", "wrong", "inside"),
    ("values", "V", "(PV - Y)' P", "transposed", "transposed"),
    ("values", "V", "2 P' E", "wrong", "factor"),
    ("values", "S", "P .* (G - rowsum(P .* G)) with G = E V'", "correct", ""),
    ("values", "S", r"\delta S_{ij} = P_{ij}\left(G_{ij} - \sum_k P_{ik} G_{ik}\right), \quad G = E V^\top", "correct", ""),
    ("values", "S", "P .* (1 - P) .* (E V')", "wrong", "diagonal"),
    ("values", "K", "dS' Q", "correct", ""),
    ("values", "K", "Q' dS", "transposed", "transposed"),
    # a gain
    ("gain", "g", "2/n sum_i E_ij N_ij", "correct", ""), ("gain", "g", "2/n * sum(E*N, axis=0)", "correct", ""),
    ("gain", "g", r"\frac{2}{n} (E \odot N)^\top \mathbf{1}_n", "correct", ""),
    ("gain", "g", r"\frac{2}{n} \operatorname{diag}(N^\top E)", "correct", ""),
    ("gain", "g", "2 (E .* N)' 1", "wrong", "factor"),
    ("gain", "b", "2/n E", "wrong", "batch"), ("gain", "b", "0,5 * 4/n * E' 1", "correct", ""),
    # Huber
    ("huber", "w", "X' c", "correct", ""),
    ("huber", "w", r"\sum_i x_i \begin{cases} r_i & |r_i| \le 1 \\ \operatorname{sign}(r_i) & |r_i| > 1 \end{cases}", "correct", ""),
    ("huber", "w", "X' r", "wrong", None), ("huber", "w", "X'(r .* 1[|r| <= 1] + sign(r) .* 1[|r| > 1])", "correct", ""),
    ("huber", "y", "-c", "correct", ""), ("huber", "y", "c", "wrong", "sign"),
    # focal loss
    ("focal", "q", "2 (1-q) log(q) - (1-q)^2/q", "correct", ""), ("focal", "q", "-(1-q)^2/q", "wrong", None),
    ("focal", "z", "dq .* (q y - q p)", "correct", ""), ("focal", "z", r"\delta q \, q (y - p)", "correct", ""),
    # a Gaussian likelihood
    ("mvn", "m", "-inv(S) sum_i (x_i - m)", "correct", ""), ("mvn", "m", "-inv(S)' C' 1", "correct", ""),
    ("mvn", "m", r"\Sigma^{-1} C^\top \mathbf 1", "wrong", "sign"), ("mvn", "m", r"-\Sigma^{-1} \sum_{i=1}^n (x_i - \mu)", "correct", ""),
    ("mvn", "S", r"\frac n2 \Sigma^{-1} - \frac12 \Sigma^{-1} C^\top C \Sigma^{-1}", "correct", ""),
    ("mvn", "S", r"\frac n2 \Sigma^{-1} + \frac12 \Sigma^{-1} C^\top C \Sigma^{-1}", "wrong", "term_sign"),
    ("mvn", "S", "n/2 inv(S)", "wrong", "path"),
    # a bilinear form
    ("form", "B", "σ(s) x y'", "correct", ""), ("form", "B", "1/(1+e^(-s)) x_i y_j", "correct", ""),
    ("form", "B", r"\frac{e^{s}}{1+e^{s}} \, y x^\top", "transposed", "transposed"), ("form", "B", "x y'", "wrong", None),
    ("form", "x", "σ(s) By", "correct", ""), ("form", "x", "σ(s) B'y", "wrong", "inside"),
    # a filter
    ("filter", "w", "dL/dw_j = sum_i y_i x_{i+j-1}", "correct", ""),
    ("filter", "w", "dL/dw_j = sum_i y_i x_{i-j+1}", "wrong", None),
    ("filter", "w", "[y' x[:-2], y' x[1:-1], y' x[2:]]'", "correct", ""), ("filter", "w", "[y'*x(1:n-2); y'*x(2:n-1); y'*x(3:n)]", "correct", ""),
    # ELBO
    ("elbo", "m", "mu + W'(Wz - x)", "correct", ""), ("elbo", "m", "W'(Wz - x)", "wrong", "path"),
    ("elbo", "v", r"\frac12 (\sigma^2 - 1) + \frac12 \sigma\odot\varepsilon\odot W^\top(Wz - x)", "correct", ""),
    ("elbo", "v", r"\frac12 (\sigma^2 - 1) + \sigma\odot\varepsilon\odot W^\top(Wz - x)", "wrong", None),
    ("elbo", "s", "ε .* (W'(Wz-x)) + σ", "correct", ""), ("elbo", "W", "(Wz - x) z'", "correct", ""),
    # contrastive
    ("nce", "S", "(P - I)/n", "correct", ""), ("nce", "S", "1/n (P_ij - 1[i=j])", "correct", ""),
    ("nce", "S", r"\frac1n \begin{cases} P_{ii} - 1 & i = j \\ P_{ij} & \text{sonst}\end{cases}", "correct", ""),
    ("nce", "S", "P - I", "wrong", "factor"), ("nce", "U", "1/n (P - I) V = 1/n (PV - V)", "correct", ""),
    ("nce", "U", "1/n (P - I)' V", "wrong", "transpose"), ("nce", "V", "1/n (P' - I) U", "correct", ""),
    # a recurrence
    ("decay", "s", "δ_t = s_t + a δ_{t+1}, δ_{T+1} = 0", "correct", ""), ("decay", "s", "δ_t = s_t + δ_{t+1}", "wrong", None),
    ("decay", "a", r"\sum_{t=1}^T \delta s_t^\top s_{t-1}", "correct", ""), ("decay", "a", r"\sum_{t=1}^T \delta s_t^\top s_t", "wrong", "step"),
    ("decay", "s", r"s_{t,i} + a \sum_{j=1}^m \delta_{t+1,j} \delta_{ij}", "correct", ""),  # δ_{ij} is Kronecker's
    # ridge with a mean
    ("ridge2", "w", "-1/n A'(y - Aw) + λw", "correct", ""), ("ridge2", "w", "1/n A'(Aw-y) + λ", "wrong", None),
    ("ridge2", "w", r"-\frac1n A^\top r + 2\lambda w", "wrong", "term_factor"), ("ridge2", "w", "(A'A/n + λI)w - A'y/n", "correct", ""),
    ("margin", "w", "-2 y max(0, 1 - m) x", "correct", ""), ("margin", "w", "-2 y relu(1-m) 1[m<1] x", "correct", ""),
    ("margin", "w", "-2 y (1 - m) x", "wrong", None), ("margin", "w", "-2 y \\max(0, 1 - y w^\\top x) x", "correct", ""),
    # ones without a size
    ("colsum", "X", "2 1 1' X", "correct", ""), ("colsum", "X", "2*1*1'*X", "correct", ""), ("colsum", "X", "1 1' X", "wrong", "factor"),
    ("colsum", "X", r"2 \cdot 1 1^\top X", "correct", ""), ("colsum", "X", "2 1(1'X)", "correct", ""), ("colsum", "X", "2 X 1 1'", "wrong", None),
    # matrices on lines of their own, and TeX's inside plain text
    ("cells", "A", "[x_1^2, x_1 x_2\n x_1 x_2, x_2^2]", "correct", ""), ("cells", "A", "[x_1^2 x_1*x_2\n x_1*x_2 x_2^2]", "correct", ""),
    ("cells", "A", "[x_1^2 x_1*x_2\n x_1*x_2 -x_2^2]", "wrong", None),
    ("cells", "A", r"\begin{bmatrix} x_1^2 & x_1*x_2 \\ x_2*x_1 & x_2**2 \end{bmatrix}", "correct", ""),
    ("cells", "A", r"1/2 * (x x' + \begin{pmatrix} x_1^2 & x_1 x_2 \\ x_1 x_2 & x_2^2 \end{pmatrix}.T)", "correct", ""),
    ("cells", "x", "[2 a_11, a_12 + a_21; a_12 + a_21, 2 a_22] x", "correct", ""), ("cells", "A", r"\begin{bmatrix} x_1^2 & x_1*x_2", "unreadable", None),
)  # fmt: skip
