"""The kinds the algebra is written in, as constants: what an expression is made of is asked by `e.op is MATMUL`.

Every other op is known to the rooms above by the fields of its row alone, so a new one needs no line here.
"""

from symbackprop.vocabulary import (
    kronecker, layers, linear, losses, matrix_functions, normalisation, scalars, shaping, signal, square_matrices,
)  # fmt: skip

ADD, SUBTRACT, NEGATIVE = linear.add, linear.subtract, linear.negative
MULTIPLY, DIVIDE, POWER = linear.multiply, linear.divide, linear.power
MATMUL, TRANSPOSE, OUTER = linear.matmul, linear.transpose, linear.outer
DIAG, DIAGONAL, TRACE = linear.diag, linear.diagonal, linear.trace
SUM, SUM_LAST, MEAN, MEAN_LAST = linear.sum_all, linear.sum_last, linear.mean_all, linear.mean_last
MAXIMUM, MINIMUM, CLIP, WHERE = linear.maximum, linear.minimum, linear.clip, linear.where
MOD, POW = linear.mod, linear.pow_

INVERSE, SOLVE, DET = square_matrices.inverse, square_matrices.solve, square_matrices.det
INVERSES, SOLVES, DETS = square_matrices.inverses, square_matrices.solves, square_matrices.dets  # of stacks
MATRIX_POWER, FROBENIUS = square_matrices.matrix_power, square_matrices.frobenius
CHOLESKY, EXPM, EXPM_ALONG = matrix_functions.cholesky, matrix_functions.expm, matrix_functions.expm_along
LOWER_HALF = matrix_functions.lower_half
EIGVALSH, EIGENVECTORS = matrix_functions.eigvalsh, matrix_functions.eigenvectors
KRON, VEC, COMMUTATION = kronecker.kron, kronecker.vec, kronecker.commutation
COLUMN_BLOCKS, SIDE_BY_SIDE = kronecker.column_blocks, kronecker.side_by_side

CONSTANT, IDENTITY, SELECTOR, TRI = shaping.constant, shaping.identity, shaping.selector, shaping.tri
STRIDING, TABLE, PI = shaping.striding, shaping.table, shaping.pi
UNIT, ONEHOT, PICK, SLICE = shaping.unit, shaping.onehot, shaping.pick, shaping.slice_
CONCAT, RESHAPE, EINSUM, CONTRACTION = shaping.concat, shaping.reshape, shaping.einsum, shaping.contraction
ARGMAX, ARGMIN = shaping.argmax, shaping.argmin

RELU, STEP = scalars.relu, scalars.step
EXP, LOG, ABS, SIGN, SQRT = scalars.exp, scalars.log, scalars.abs_, scalars.sign, scalars.sqrt
STEP, FLOOR = scalars.step, scalars.floor
SIN, COS, TAN = scalars.sin, scalars.cos, scalars.tan
SINH, COSH = scalars.sinh, scalars.cosh
TANH, SIGMOID, SOFTPLUS, LOG_SIGMOID = scalars.tanh, scalars.sigmoid, scalars.softplus, scalars.log_sigmoid
SOFTMAX, LOG_SOFTMAX, LOGSUMEXP = layers.softmax, layers.log_softmax, layers.logsumexp
MASKED_SOFTMAX = layers.masked_softmax
NORM, ROW_NORMS = layers.norm, layers.row_norms
CROSS_ENTROPY, MSE = losses.cross_entropy, losses.mse
LAYERNORM, CHANNELWISE = normalisation.layernorm, normalisation.channelwise
RMSNORM, BATCHNORM, INSTANCE_NORM = normalisation.rmsnorm, normalisation.batchnorm, normalisation.instance_norm
EMBEDDING, DROPOUT = layers.embedding, normalisation.dropout
WINDOWS1D, WINDOWS2D = signal.windows1d, signal.windows2d
