"""Scalar functions, one line each. `prime` is the textbook form in x and the output y, a claim the tests
hold against SymPy; where none is stated SymPy derives f' and the page writes it f'(x)."""

from symbackprop.entries.op import scalar

exp         = scalar("exp",        sympy="exp", prime="y",            tex=r"\exp")
log         = scalar("log",        sympy="log", prime="1/x",          tex=r"\log", domain="positive", note="log")
sin         = scalar("sin",        sympy="sin", prime="cos(x)",       tex=r"\sin")
cos         = scalar("cos",        sympy="cos", prime="-sin(x)",      tex=r"\cos")
tan         = scalar("tan",        sympy="tan", prime="1 + y**2",     tex=r"\tan")
tanh        = scalar("tanh",       sympy="tanh", prime="1 - y**2",     tex=r"\tanh")
sinh        = scalar("sinh",       sympy="sinh", prime="cosh(x)",      tex=r"\sinh")
cosh        = scalar("cosh",       sympy="cosh", prime="sinh(x)",      tex=r"\cosh")
arctan      = scalar("arctan",     sympy="atan", prime="1/(1 + x**2)", tex=r"\arctan")
arcsin      = scalar("arcsin",     sympy="asin", prime="(1 - x**2)**(-1/2)",  tex=r"\arcsin", domain="unit")
arccos      = scalar("arccos",     sympy="acos", prime="-(1 - x**2)**(-1/2)", tex=r"\arccos", domain="unit")
arcsinh     = scalar("arcsinh",    sympy="asinh", prime="(1 + x**2)**(-1/2)")
arccosh     = scalar("arccosh",    sympy="acosh", prime="(x**2 - 1)**(-1/2)", domain="above")
arctanh     = scalar("arctanh",    sympy="atanh", prime="1/(1 - x**2)", domain="unit")
sqrt        = scalar("sqrt",       sympy="sqrt", prime="1/(2*y)",      tex=r"\sqrt", domain="positive")
erf         = scalar("erf",        sympy="erf", prime="2*exp(-x**2)/sqrt(pi)", tex=r"\operatorname{erf}")

step        = scalar("step",       sympy="step", prime="0*x", kinks=(0.0,), relation=">")
sign        = scalar("sign",       sympy="sign", prime="0*x",          tex=r"\operatorname{sign}", kinks=(0.0,))
# log Γ and its derivatives, of positive numbers
gammaln     = scalar("gammaln",    sympy="loggamma", prime="digamma(x)",  domain="positive")
digamma     = scalar("digamma",    sympy="digamma",  prime="trigamma(x)", domain="positive")
trigamma    = scalar("trigamma",   sympy="trigamma", prime="tetragamma(x)", domain="positive")
tetragamma  = scalar("tetragamma", sympy="tetragamma", prime="pentagamma(x)", domain="positive")
pentagamma  = scalar("pentagamma", sympy="pentagamma", domain="positive", wordless=True)  # the last one: no name for its slope

# whole numbers, so constant between the points where they jump; the value of stop_gradient is held by declaration
floor       = scalar("floor",      sympy="floor", prime="0*x", note="pieces")
ceil        = scalar("ceil",       "-floor(-x)", prime="0*x", note="pieces")
stop_gradient = scalar("stop_gradient", sympy="held", prime="0*x", fast="x", note="held")
abs_        = scalar("abs",        "x*sign(x)", prime="sign(x)", kinks=(0.0,))
relu        = scalar("relu",       "x*step(x)",             fast="maximum(x, 0)",    prime="step(x)", tex=r"\operatorname{ReLU}", kinks=(0.0,))

sigmoid     = scalar("sigmoid",    "1/(1 + exp(-x))", prime="y*(1 - y)",  tex=r"\sigma")
softplus    = scalar("softplus",   "log(1 + exp(x))", prime="sigmoid(x)")
softsign    = scalar("softsign",   "x/(1 + abs(x))",        prime="1/(1 + abs(x))**2")
gelu        = scalar("gelu",       "x*(1 + erf(x/sqrt(2)))/2",
                     prime="(1 + erf(x/sqrt(2)))/2 + x*exp(-x**2/2)/sqrt(2*pi)", tex=r"\operatorname{GELU}")
silu        = scalar("silu",       "x*sigmoid(x)",          prime="sigmoid(x)*(1 + x*(1 - sigmoid(x)))", tex=r"\operatorname{SiLU}")
square      = scalar("square",     "x**2", prime="2*x")
reciprocal  = scalar("reciprocal", "1/x", prime="-y**2", domain="positive")
elu         = scalar("elu",        "relu(x) + exp(x - relu(x)) - 1", fast="maximum(x, 0) + expm1(minimum(x, 0))",
                     prime="exp(x - relu(x))", tex=r"\operatorname{ELU}", kinks=(0.0,))

log2         = scalar("log2",         "log(x)/log(2)", prime="1/(x*log(2))", tex=r"\log_{2}", domain="positive")
log10        = scalar("log10",        "log(x)/log(10)", prime="1/(x*log(10))", tex=r"\log_{10}", domain="positive")
exp2         = scalar("exp2",         "exp(x*log(2))", prime="log(2)*y")
log1p        = scalar("log1p",        "log(1 + x)", prime="1/(1 + x)", domain="positive")
expm1        = scalar("expm1",        "exp(x) - 1", prime="exp(x)")
rsqrt        = scalar("rsqrt",        "x**(-1/2)", prime="-y**3/2", domain="positive")
log_sigmoid  = scalar("log_sigmoid",  "-log(1 + exp(-x))",   fast="-softplus(-x)", prime="sigmoid(-x)")
tanhshrink   = scalar("tanhshrink",   "x - tanh(x)", prime="tanh(x)**2")
mish         = scalar("mish",         "x*tanh(softplus(x))",
                      prime="tanh(softplus(x)) + x*(1 - tanh(softplus(x))**2)*sigmoid(x)", tex=r"\operatorname{Mish}")
# Klambauer et al. (2017); at 0 the left derivative, as frameworks have it
selu         = scalar("selu",         "1.0507009873554805*relu(x) + 1.7580993408473766*(exp(x - relu(x)) - 1)",
                      fast="1.0507009873554805 * maximum(x, 0) + 1.7580993408473766 * expm1(minimum(x, 0))",
                      prime="1.0507009873554805*step(x) + 1.7580993408473766*exp(x - relu(x))*(1 - step(x))",
                      tex=r"\operatorname{SELU}", kinks=(0.0,))
# between two bounds: at each of them the left derivative, 0 below and 1 above, as relu'(0) = 0 says
hardtanh     = scalar("hardtanh",     "relu(x + 1) - relu(x - 1) - 1", fast="minimum(maximum(x, -1), 1)",
                      prime="step(x + 1) - step(x - 1)", kinks=(-1.0, 1.0))
relu6        = scalar("relu6",        "relu(x) - relu(x - 6)",         fast="minimum(maximum(x, 0), 6)",
                      prime="step(x) - step(x - 6)", tex=r"\operatorname{ReLU6}", kinks=(0.0, 6.0))
hard_sigmoid = scalar("hard_sigmoid", "relu6(x + 3)/6",                fast="minimum(maximum(x + 3, 0), 6) / 6",
                      prime="(step(x + 3) - step(x - 3))/6", kinks=(-3.0, 3.0))
hard_swish   = scalar("hard_swish",   "x*hard_sigmoid(x)",             fast="x * minimum(maximum(x + 3, 0), 6) / 6",
                      prime="hard_sigmoid(x) + x*(step(x + 3) - step(x - 3))/6", kinks=(-3.0, 3.0))
# x²/2 up to 1, then the line |x| - 1/2: Huber's function with slope 1
smooth_abs   = scalar("smooth_abs",   "x**2/2 - relu(abs(x) - 1)**2/2",
                      fast="where(abs(x) < 1, x**2 / 2, abs(x) - 1 / 2)",
                      prime="hardtanh(x)", tex=r"\operatorname{H}", kinks=(-1.0, 1.0))
