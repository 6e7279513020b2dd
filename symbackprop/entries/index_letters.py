"""The alphabets of indices: those of definitions, which only tell axes apart, and those that are printed."""

# An einsum takes `ascii_lowercase`: there any letter is as good as another.

# of definitions
AXES = "ijklmpqruvw"  # of a result, and what a definition sums over
MORE_AXES = "abcdefgh"  # where those have run out
ARGUMENT = "jlmnpqrabcdfgh"  # of the axes of an argument, beside those of a result
OPERAND = "abcdefghuv"  # of an operand, beside all of a result
BATCH = "bcdfgh"  # of the leading axes of a label

# in code
OFFSETS = "rsqpabefgh"  # of a window

# on paper
PAPER = "ijkmpqrabcdsuvw"  # no l: W_{il} reads like W_{d}
MORE_PAPER = "efghtxyz"  # after those a reader expects
LAST_PAPER = "lnoABCDEFGHJKMNOPQRSUVWXYZ"  # where names have taken most others
