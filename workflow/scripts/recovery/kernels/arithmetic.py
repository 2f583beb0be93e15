"""Logarithm and exponential as plain arithmetic, which handles several numbers at once."""

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from recovery.kernels.compilation import helper


@intrinsic
def bits_of(context, x):
    """The bits of a double as an integer."""

    def code(context, builder, signature, args):
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), code


@intrinsic
def double_of(context, bits):
    """The double of 64 bits."""

    def code(context, builder, signature, args):
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), code


@helper
def log(x):
    """Logarithm of a positive, finite double to 11 digits; of others it is a wrong finite number.

    x = 2^power (1 + t) with t from sqrt(1/2) - 1 to sqrt(2) - 1, and y is the Chebyshev interpolant
    of log(1 + t) / t there. A series in (t / (2 + t))^2 is shorter, but a division costs more.
    """
    bits = bits_of(x)
    power = (bits - 0x3FE6A09E667F3BCD) >> 52  # the constant: the bits of sqrt(1/2)
    t = double_of(bits - (power << 52)) - 1.0
    y = 0.052359393842136441 * t - 0.09804458451007568
    y = y * t + 0.10047199190334152
    y = y * t - 0.099459868300649082
    y = y * t + 0.11006037907506649
    y = y * t - 0.124954361559447
    y = y * t + 0.14290811811733256
    y = y * t - 0.16667024539772607
    y = y * t + 0.19999888136988181
    y = y * t - 0.24999992728950937
    y = y * t + 0.33333334249244445
    y = y * t - 0.50000000035949699
    y = y * t + 0.99999999998746436
    return power * 0.6931471805599453 + t * y


@helper
def exp(x):
    """exp(x) of x <= 0 to 9 digits above exp(-40): the series of exp(x / 1024), squared 10 times.

    Below -700 it is exp(-700), which is negligible.
    """
    y = max(x, -700.0) * (1 / 1024)
    p = 1.0 + y * (1.0 + y * (1 / 2 + y * (1 / 6 + y * (1 / 24 + y * (1 / 120 + y * (1 / 720))))))
    p *= p
    p *= p
    p *= p
    p *= p
    p *= p
    p *= p
    p *= p
    p *= p
    p *= p
    return p * p


@helper
def largest(values):
    """The largest of an array's numbers, 32 of which are compared at once."""
    peaks = np.full(32, -np.inf)
    for start in range(0, len(values) - 31, 32):
        for r in range(32):
            value = values[start + r]
            peaks[r] = value if value > peaks[r] else peaks[r]
    for r in range(len(values) - len(values) % 32, len(values)):
        peaks[0] = max(peaks[0], values[r])
    return peaks.max()
