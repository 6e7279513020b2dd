"""Words a declaration may end with: which values of an input are meant."""

SYMMETRIC = frozenset({"symmetric", "posdef"})  # domains in which Aᵀ = A
SUMMING = frozenset({"onehot", "distribution"})  # entries along the last axis add to 1
DOMAINS = frozenset(["real", "positive"]) | SUMMING | SYMMETRIC
