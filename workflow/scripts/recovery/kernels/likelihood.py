"""The likelihood of a block of nodes, with beta and the subjects' effects integrated out."""

from recovery.kernels.arithmetic import log
from recovery.kernels.compilation import helper

MOST_NODES = 1340
"""Most nodes of rho x sigma, and the distance between work rows. A load waits for an earlier store
whose address differs by about a multiple of 4096 bytes, so rows are 0.62 of that apart, after whole
multiples (8 % faster than 1032)."""

# Work rows: a number for each of up to MOST_NODES nodes, of one (sigma_u0, sigma_u1) and all of
# rho x sigma. They are parts of one array at constant places, or the compiler would not see that
# they do not overlap (16 ns per node, not 8).
(RHO, W, E00, E01, E11, DET_E, BASE, PRIOR, L00, L01, L11, Q0, Q1, SQUARE, LOG_DET, DET, PRODUCT,
 LOG, MEAN0, MEAN1, VAR0, VAR1, PEAK) = range(0, 23 * MOST_NODES, MOST_NODES)  # fmt: skip
ROWS = 23


@helper
def set_effects(work, r, s0, s1, rho, w):
    """E = Sigma / sigma^2 of node r, the covariance of the effects, and its determinant."""
    e00, e11 = s0 * s0 * w, s1 * s1 * w
    work[E00 + r], work[E11 + r] = e00, e11
    work[E01 + r] = rho * s0 * s1 * w
    work[DET_E + r] = e00 * e11 * (1.0 - rho * rho)


@helper
def lines(pattern):
    """Mean of the least-squares lines (b0, b1) of a pattern's subjects, and their scatter.

    b = R^-1 c. Of subjects measured at one time, R is singular, and the line is level.
    """
    r00, r01, r11 = pattern[1], pattern[2], pattern[3]
    c0, c1, s00, s01, s11 = pattern[4], pattern[5], pattern[6], pattern[7], pattern[8]
    i00 = 1.0 / r00 if r00 > 0.0 else 0.0
    i11 = 1.0 / r11 if r11 > 0.0 else 0.0
    i01 = -r01 * i00 * i11
    b00 = i00 * i00 * s00 + 2.0 * i00 * i01 * s01 + i01 * i01 * s11
    b01 = i11 * (i00 * s01 + i01 * s11)
    return i00 * c0 + i01 * c1, i11 * c1, b00, b01, i11 * i11 * s11


@helper
def add_pattern(work, n, pattern, first, start):
    """Add the subjects of a pattern to beta's precision L, L times its mean, and b'L b.

    The least-squares line b of a subject with the Gram matrix G = X'X has the precision

        (G^-1 + E)^-1 / sigma^2 = (G + |G| adj(E)) / (sigma^2 |I + E G|).

    |I + E G| is left in DET. Where all times are one, G is singular, and
    the level line fits as well as any. The first pattern is added to `start`, what beta's prior
    adds to the six sums.
    """
    # one by one, since unpacking an array would keep the loop from being vectorised
    count, r00, r01, r11 = pattern[0], pattern[1], pattern[2], pattern[3]
    g00, g01, g11, det_g = r00 * r00, r00 * r01, r01 * r01 + r11 * r11, r00 * r00 * r11 * r11
    b0, b1, b00, b01, b11 = lines(pattern)
    n0, n1 = count * b0, count * b1
    b00, b01, b11 = b00 + n0 * b0, b01 + n0 * b1, b11 + n1 * b1
    p00, p01, p11, q0, q1, square = start
    for r in range(n):
        e00, e01, e11 = work[E00 + r], work[E01 + r], work[E11 + r]
        det = 1.0 + g00 * e00 + 2.0 * g01 * e01 + g11 * e11 + det_g * work[DET_E + r]
        scale = work[W + r] / det
        l00 = (g00 + det_g * e11) * scale
        l01 = (g01 - det_g * e01) * scale
        l11 = (g11 + det_g * e00) * scale
        work[DET + r] = det
        work[L00 + r] = (p00 if first else work[L00 + r]) + count * l00
        work[L01 + r] = (p01 if first else work[L01 + r]) + count * l01
        work[L11 + r] = (p11 if first else work[L11 + r]) + count * l11
        work[Q0 + r] = (q0 if first else work[Q0 + r]) + l00 * n0 + l01 * n1
        work[Q1 + r] = (q1 if first else work[Q1 + r]) + l01 * n0 + l11 * n1
        spread = l00 * b00 + 2.0 * l01 * b01 + l11 * b11
        work[SQUARE + r] = (square if first else work[SQUARE + r]) + spread


@helper
def add_data(work, n, patterns, beta_mean, beta_precision):
    """Sum over beta's prior and all patterns, given E: L, Q = L mean, b'L b and log|M|."""
    p00, p01, p11 = beta_precision
    b0, b1 = beta_mean
    q0, q1 = p00 * b0 + p01 * b1, p01 * b0 + p11 * b1
    for r in range(n):
        work[LOG_DET + r] = 0.0
    single = 0
    start = (p00, p01, p11, q0, q1, b0 * q0 + b1 * q1)
    for p in range(len(patterns)):
        add_pattern(work, n, patterns[p], p == 0, start)
        count = patterns[p, 0]
        if count > 1.0:
            for r in range(n):
                work[LOG_DET + r] += count * log(work[DET + r])
            continue
        # one logarithm for six single subjects, which saves a third with 18 patterns
        for r in range(n):
            work[PRODUCT + r] = work[DET + r] * (work[PRODUCT + r] if single % 6 > 0 else 1.0)
        single += 1
        if single % 6 == 0:
            for r in range(n):
                work[LOG_DET + r] += log(work[PRODUCT + r])
    if single % 6 > 0:
        for r in range(n):
            work[LOG_DET + r] += log(work[PRODUCT + r])


@helper
def integrate_beta(work, n, lean):
    """From sums over the subjects to the log density of a node and beta's normal there.

    MEAN0 and VAR0 are those of beta0 - lean beta1, the intercept at another origin of time.

    With L beta's posterior precision and q = L mean, integrating beta out of the exponent leaves
    -(log|M| + log|L| + y'V^-1 y - q'L^-1 q) / 2.
    """
    for r in range(n):
        l00, l01, l11, q0, q1 = (
            work[L00 + r], work[L01 + r], work[L11 + r], work[Q0 + r], work[Q1 + r]
        )  # fmt: skip
        det = l00 * l11 - l01 * l01
        share = 1.0 / det
        mean0, mean1 = (l11 * q0 - l01 * q1) * share, (l00 * q1 - l01 * q0) * share
        work[MEAN0 + r] = mean0 - lean * mean1
        work[VAR0 + r] = (l11 + 2.0 * lean * l01 + lean * lean * l00) * share
        work[MEAN1 + r], work[VAR1 + r] = mean1, l00 * share
        misfit = work[SQUARE + r] - mean0 * q0 - mean1 * q1
        exponent = work[LOG_DET + r] + log(det) + misfit
        work[LOG + r] = work[BASE + r] + work[PRIOR + r] - 0.5 * exponent
