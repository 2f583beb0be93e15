"""Logarithm and exponential as plain arithmetic, which handles several numbers at once."""

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from recovery.exact.kernels.compilation import helper


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
    """Logarithm of a positive double to 12 digits; as arithmetic it does 4 nodes at once.

    x = 2^power (1 + z) / (1 - z) with |z| < 0.172, whose logarithm is a series in z.
    """
    bits = bits_of(x)
    power = (bits - 0x3FE6A09E667F3BCD) >> 52  # the constant: the bits of sqrt(1/2)
    mantissa = double_of(bits - (power << 52))
    z = (mantissa - 1.0) / (mantissa + 1.0)
    y = z * z
    series = 1 / 3 + y * (1 / 5 + y * (1 / 7 + y * (1 / 9 + y * (1 / 11 + y * (1 / 13)))))
    return power * 0.6931471805599453 + 2.0 * z * (1.0 + y * series)


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
