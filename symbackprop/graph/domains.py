"""Words a declaration may end with: which values of an input are meant."""

SYMMETRIC = frozenset({"symmetric", "posdef"})  # domains in which Aᵀ = A
SUMMING = frozenset({"onehot", "distribution"})  # entries along the last axis add to 1
POSITIVE = frozenset({"positive", "unit"})  # entries above 0, and below 1 where the word is `unit`
NONZERO = POSITIVE | {"nonzero"}
DOMAINS = frozenset(["real"]) | NONZERO | SUMMING | SYMMETRIC
