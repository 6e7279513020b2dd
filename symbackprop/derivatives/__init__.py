"""Jacobians, Hessians, Gauss-Newton and Fisher matrices: a graph and names enter, a `Quantity` leaves.

Read `quantity.py` first, then `derivative_blocks.py`, where `jacobian` and `hessian` are. First-order
gradients of a number are in `backward/` and `derivation/`.
"""
