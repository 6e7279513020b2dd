"""Words a declaration may end with: which values of an input are meant."""

SYMMETRIC = frozenset({"symmetric", "posdef"})  # domains in which Aᵀ = A
DOMAINS = frozenset(["real", "positive", "onehot", "distribution"]) | SYMMETRIC
