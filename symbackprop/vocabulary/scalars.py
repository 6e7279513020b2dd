"""Scalar functions, one line each. `prime` is the textbook form in x and the output y, a claim the tests
hold against SymPy; where none is stated SymPy derives f' and the page writes it f'(x)."""

from symbackprop.op import scalar

exp         = scalar("exp",        sympy="exp",  numpy="np.exp({0})",  prime="y",            tex=r"\exp")
log         = scalar("log",        sympy="log",  numpy="np.log({0})",  prime="1/x",          tex=r"\log", domain="positive")
sin         = scalar("sin",        sympy="sin",  numpy="np.sin({0})",  prime="cos(x)",       tex=r"\sin")
cos         = scalar("cos",        sympy="cos",  numpy="np.cos({0})",  prime="-sin(x)",      tex=r"\cos")
tan         = scalar("tan",        sympy="tan",  numpy="np.tan({0})",  prime="1 + y**2",     tex=r"\tan")
tanh        = scalar("tanh",       sympy="tanh", numpy="np.tanh({0})", prime="1 - y**2",     tex=r"\tanh")
sinh        = scalar("sinh",       sympy="sinh", numpy="np.sinh({0})", prime="cosh(x)",      tex=r"\sinh")
cosh        = scalar("cosh",       sympy="cosh", numpy="np.cosh({0})", prime="sinh(x)",      tex=r"\cosh")
arctan      = scalar("arctan",     sympy="atan", numpy="np.arctan({0})", prime="1/(1 + x**2)", tex=r"\arctan")
sqrt        = scalar("sqrt",       sympy="sqrt", numpy="np.sqrt({0})", prime="1/(2*y)",      tex=r"\sqrt", domain="positive")
erf         = scalar("erf",        sympy="erf",  numpy="erf({0})",     tex=r"\operatorname{erf}", analytic=False)

step        = scalar("step",       sympy="step", numpy="({0} > 0).astype(float)", prime="0*x", kinks=(0.0,))
sign        = scalar("sign",       sympy="sign", numpy="np.sign({0})", prime="0*x",          tex=r"\operatorname{sign}", kinks=(0.0,))
abs_        = scalar("abs",        "x*sign(x)",             numpy="np.abs({0})",           prime="sign(x)", kinks=(0.0,))
relu        = scalar("relu",       "x*step(x)",             numpy="np.maximum({0}, 0)",    prime="step(x)", tex=r"\operatorname{ReLU}", kinks=(0.0,))

sigmoid     = scalar("sigmoid",    "1/(1 + exp(-x))",       numpy="np.exp(-np.logaddexp(0, -{0}))", prime="y*(1 - y)",  tex=r"\sigma")
softplus    = scalar("softplus",   "log(1 + exp(x))",       numpy="np.logaddexp({0}, 0)",  prime="sigmoid(x)")
softsign    = scalar("softsign",   "x/(1 + abs(x))",        prime="1/(1 + abs(x))**2")
gelu        = scalar("gelu",       "x*(1 + erf(x/sqrt(2)))/2", tex=r"\operatorname{GELU}", analytic=False)
silu        = scalar("silu",       "x*sigmoid(x)",          tex=r"\operatorname{SiLU}")
square      = scalar("square",     "x**2",                  numpy="{0}**2",  prime="2*x")
reciprocal  = scalar("reciprocal", "1/x",                   numpy="1/{0}",   prime="-y**2", domain="positive")
elu         = scalar("elu",        "relu(x) + (exp(x) - 1)*step(-x)", tex=r"\operatorname{ELU}", kinks=(0.0,))
