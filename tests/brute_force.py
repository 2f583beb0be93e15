"""Posteriors by quadrature over the whole range of rho: what the exact engine is compared with.

Formulas and nodes are not those of the engine (of real data, nodes); see tests/exact_accuracy.py.
"""

import numpy as np
from numpy.polynomial import legendre
from scipy import special

from recovery.data.longdata import LongData
from recovery.exact.quadrature import entries_of
from recovery.kernels.likelihood import MOST_NODES, likelihood_kernel
from recovery.model.statistics import Statistics


def panels(breaks, sizes):
    """Nodes and weights of a composite Gauss-Legendre rule."""
    x, w = [], []
    for low, high, n in zip(breaks[:-1], breaks[1:], sizes):
        node, weight = legendre.leggauss(n)
        x.append(low + (high - low) * (node + 1) / 2)
        w.append(weight * (high - low) / 2)
    return np.concatenate(x), np.concatenate(w)


class Reference:
    """The posterior of one data set under one prior by brute force."""

    FIXED: tuple[str, ...] = ("beta0", "beta1")

    CORE, TAIL, SIGMA, REACH = 28, 10, 32, 7
    RHO = (12, 32, 12)
    PASSES = 1
    far = (1500.0, 1500.0)  # where the standard deviations end

    def __init__(self, data: LongData, prior) -> None:
        self.prior = prior
        self.center = float(np.mean(data.response))
        self._lines(data)
        self.D0 = max(np.std(self.b[:, 0]), 1e-3) / 4
        self.D1 = max(np.std(self.b[:, 1]), 1e-3) / 4
        has_rho = prior.has_rho
        freedom = self.rows - 2 * len(self.b)
        middle, sd = 0.5 * np.log(self.rss / freedom), np.sqrt(0.5 / freedom)
        self.breaks = [
            np.array([0.0, np.log1p(self.far[0] / self.D0)]),
            np.array([0.0, np.log1p(self.far[1] / self.D1)]),
            np.array([-np.pi / 2, np.pi / 2]),
            np.array([middle - self.REACH * sd, middle + self.REACH * sd]),
        ]
        rho_sizes = [(28,), self.RHO] if has_rho else [(1,), (1,)]
        self._evaluate([(36,), (36,), rho_sizes[0], (16,)])
        three = (self.TAIL, self.CORE, self.TAIL)
        for _ in range(self.PASSES):
            self.breaks[:3] = [
                self._breaks(i) if i < 2 or has_rho else self.breaks[i] for i in range(3)
            ]
            self._evaluate([three, three, rho_sizes[1], (self.SIGMA,)])

    def _lines(self, data):
        """Least-squares line, (X'X)^-1 and rss of every subject; equal designs pooled."""
        groups = {}
        self.b, self.rss, self.log_xx = [], 0.0, 0.0
        arms = data.further[:, 0] if data.effects else np.zeros(len(data.time))
        for j in range(data.subjects):
            time, y = data.time[data.subject == j], data.response[data.subject == j] - self.center
            X = np.column_stack([np.ones_like(time), time])
            b = np.linalg.lstsq(X, y)[0]
            self.b.append(b)
            self.rss += float(np.sum((y - X @ b) ** 2))
            self.log_xx += np.linalg.slogdet(X.T @ X)[1]
            arm = float(arms[data.subject == j][0])
            groups.setdefault((*time, arm), (np.linalg.inv(X.T @ X), [], arm))[1].append(b)
        self.b = np.array(self.b)
        self.groups = [(inverse, np.array(b), arm) for inverse, b, arm in groups.values()]
        self.rows = len(data.response)

    def _evaluate(self, sizes):
        self.t, self.w = zip(*(panels(b, s) for b, s in zip(self.breaks, sizes)))
        t0, t1, t2, t3 = self.t
        s0, s1, rho, sigma = self.D0 * np.expm1(t0), self.D1 * np.expm1(t1), np.sin(t2), np.exp(t3)
        self.values = [s0, s1, rho, sigma]
        slope = [self.D0 * np.exp(t0), self.D1 * np.exp(t1), np.cos(t2), sigma]
        if not self.prior.has_rho:
            self.values[2], slope[2] = np.zeros(1), np.ones(1)
            self.w = (self.w[0], self.w[1], np.ones(1), self.w[3])
        weight = [np.log(a * b) for a, b in zip(self.w, slope)]
        shape = tuple(map(len, self.values))
        likelihood, self.beta = np.empty(shape), np.empty((2 * len(self.FIXED), *shape))
        for i in range(shape[0]):
            likelihood[i], self.beta[:, i] = self._likelihood(s0[i], *np.ix_(*self.values[1:]))
        likelihood += sum(np.ix_(*weight))
        log_p = likelihood + self.prior.log_density(*np.ix_(*self.values))
        log_p += sigma_prior(self.prior, sigma)
        top = log_p.max()
        p = np.exp(log_p - top)
        self.log_evidence = top + np.log(p.sum())
        self.probability = p / p.sum()

    def _likelihood(self, s0, s1, rho, sigma):
        prior, square = self.prior, sigma**2
        a00, a01, a11 = prior.beta0_sd**-2, 0.0, prior.beta1_sd**-2
        v0 = v1 = quadratic = log_det = 0.0
        for (x00, x01), (_, x11), b in ((*inverse, b) for inverse, b, _ in self.groups):
            c00, c01, c11 = s0**2 + square * x00, rho * s0 * s1 + square * x01, s1**2 + square * x11
            det = c00 * c11 - c01**2
            i00, i01, i11 = c11 / det, -c01 / det, c00 / det
            n, (m0, m1), S = len(b), b.sum(0), b.T @ b
            a00, a01, a11 = a00 + n * i00, a01 + n * i01, a11 + n * i11
            v0, v1 = v0 + i00 * m0 + i01 * m1, v1 + i01 * m0 + i11 * m1
            quadratic = quadratic + i00 * S[0, 0] + 2 * i01 * S[0, 1] + i11 * S[1, 1]
            log_det = log_det + n * np.log(det)
        det = a00 * a11 - a01**2
        m0, m1 = (a11 * v0 - a01 * v1) / det, (a00 * v1 - a01 * v0) / det
        free = self.rows - 2 * len(self.b)
        log_p = -0.5 * (self.rows * np.log(2 * np.pi) + self.log_xx + log_det + np.log(det))
        log_p = log_p - free * np.log(sigma) - 0.5 * self.rss / square
        log_p = log_p - np.log(prior.beta0_sd * prior.beta1_sd)
        log_p = log_p - 0.5 * (quadratic - m0 * v0 - m1 * v1)
        return log_p, np.stack(np.broadcast_arrays(m0, m1, a11 / det, a00 / det))

    def _marginal(self, p, i):
        return p.sum(axis=tuple(k for k in range(4) if k != i))

    def _breaks(self, i):
        """Edges of the core: where 1e-4 of the posterior lies beyond."""
        share = np.cumsum(self._marginal(self.probability, i))
        edge = self.breaks[i][0] + np.cumsum(self.w[i])
        low = edge[max(np.searchsorted(share, 1e-4) - 1, 0)]
        high = edge[min(np.searchsorted(share, 1 - 1e-4) + 1, len(edge) - 1)]
        whole = self.breaks[i][[0, -1]]
        if high >= whole[1] - 1e-9:
            high = whole[1] - 0.05 * (whole[1] - low)
        return np.array([whole[0], low, high, whole[1]])

    def errors(self, exact):
        """Largest errors of mean, sd, q2.5 and q97.5 over the parameters, and that of log p(y)."""
        p, found = self.probability, []
        quantiles = exact.quantiles([0.025, 0.975])
        for i, name in enumerate(("sigma_u0", "sigma_u1", "rho", "sigma")):
            if len(self.values[i]) > 1:
                marginal, value = self._marginal(p, i), self.values[i]
                mean = marginal @ value
                sd = np.sqrt(marginal @ (value - mean) ** 2)
                true = [self._quantile(i, marginal, q) for q in (0.025, 0.975)]
                found.append(self._against(exact.moments[name], mean, sd, quantiles[name] - true))
        kept = p > 1e-11
        weight = p[kept]
        for i, name in enumerate(self.FIXED):
            shift = self.center if i == 0 else 0.0
            means, variance = self.beta[i][kept], self.beta[len(self.FIXED) + i][kept]
            mean = weight @ means / weight.sum()
            sd = np.sqrt(weight @ (variance + (means - mean) ** 2) / weight.sum())
            off = []
            for q, x in zip((0.025, 0.975), quantiles[name] - shift):
                z = (x - means) / np.sqrt(variance)
                density = weight @ (np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi * variance))
                off.append((weight @ special.ndtr(z) / weight.sum() - q) / density)
            mine = (exact.moments[name][0] - shift, exact.moments[name][1])
            found.append(self._against(mine, mean, sd, np.array(off)))
        evidence = exact.log_marginal_likelihood - self.log_evidence
        return np.array([*np.max(np.abs(found), axis=0), abs(evidence)])

    @staticmethod
    def _against(moments, mean, sd, off):
        return [(moments[0] - mean) / sd, moments[1] / sd - 1, *(off / sd)]

    def _quantile(self, i, marginal, q):
        """By the polynomial through the density at the nodes of the panel that holds it."""
        three = [self.TAIL, self.CORE, self.TAIL]
        sizes = [self.SIGMA] if i == 3 else self.RHO if i == 2 else three
        below, start, panel = 0.0, 0, 0
        while panel < len(sizes) - 1:
            mass = marginal[start : start + sizes[panel]].sum()
            if below + mass >= q:
                break
            below, start, panel = below + mass, start + sizes[panel], panel + 1
        low, high = self.breaks[i][panel : panel + 2]
        n = sizes[panel]
        half = (high - low) / 2
        density = marginal[start : start + n] / self.w[i][start : start + n]
        series = legendre.legfit((self.t[i][start : start + n] - low) / half - 1, density, n - 1)
        integral = legendre.legint(series, lbnd=-1, scl=half)
        a, b = -1.0, 1.0
        for _ in range(50):
            middle = (a + b) / 2
            a, b = (middle, b) if below + legendre.legval(middle, integral) < q else (a, middle)
        t = low + half * (a + 1)
        return (
            self.D0 * np.expm1(t) if i == 0 else self.D1 * np.expm1(t) if i == 1
            else np.sin(t) if i == 2 else np.exp(t)
        )  # fmt: skip


class FineReference(Reference):
    """With 64 nodes for each standard deviation: 48 are off by up to 4e-3 in 1 of 200 data sets."""

    CORE, TAIL = 40, 12


class ArmsReference(Reference):
    """With two arms: the lines of the second have further means, `arm` and `time:arm`.

    The prior states all four effects at time 0, independently.
    """

    FIXED = ("beta0", "beta1", "arm", "time:arm")

    def _likelihood(self, s0, s1, rho, sigma):
        prior, square = self.prior, sigma**2
        shape = np.broadcast_shapes(*map(np.shape, (s1, rho, sigma)))
        precision = np.zeros((*shape, 4, 4)) + np.diag(prior.beta_sds**-2.0)
        vector, quadratic, log_det = np.zeros((*shape, 4)), 0.0, 0.0
        for (x00, x01), (_, x11), b, arm in ((*inverse, *rest) for inverse, *rest in self.groups):
            c00, c01, c11 = s0**2 + square * x00, rho * s0 * s1 + square * x01, s1**2 + square * x11
            det = np.broadcast_to(c00 * c11 - c01**2, shape)
            inverse = np.stack([c11 / det, -c01 / det, -c01 / det, c00 / det * np.ones(shape)], -1)
            inverse = inverse.reshape(*shape, 2, 2)
            A = np.hstack([np.eye(2), arm * np.eye(2)])
            precision += len(b) * (A.T @ inverse @ A)
            vector += (b.sum(0) @ np.swapaxes(inverse, -1, -2)) @ A
            quadratic = quadratic + np.einsum("...ij,ij->...", inverse, b.T @ b)
            log_det = log_det + len(b) * np.log(det)
        covariance = np.linalg.inv(precision)
        mean = (covariance @ vector[..., None])[..., 0]
        free = self.rows - 2 * len(self.b)
        log_p = -0.5 * (self.rows * np.log(2 * np.pi) + self.log_xx + log_det)
        log_p = log_p - 0.5 * np.linalg.slogdet(precision)[1] - np.log(prior.beta_sds).sum()
        log_p = log_p - free * np.log(sigma) - 0.5 * self.rss / square
        log_p = log_p - 0.5 * (quadratic - (mean * vector).sum(-1))
        variance = np.diagonal(covariance, axis1=-2, axis2=-1)
        return log_p, np.moveaxis(np.concatenate([mean, variance], -1), -1, 0)


class RealReference(Reference):
    """Of any data: the likelihood is the compiled one, which other tests hold against matrices."""

    PASSES = 2

    def _lines(self, data):
        self.statistics = Statistics.of(data, self.center)
        _, sd, freedom = self.statistics.guesses()
        lines = np.diagonal(self.statistics.triangles, axis1=1, axis2=2).all(axis=1)
        own = self.statistics.coordinates[lines][:, :, -1:]
        self.b = np.linalg.solve(self.statistics.triangles[lines], own)[..., 0]
        self.rows, self.rss = freedom + 2 * len(self.b), freedom * sd**2
        spread = 40.0 * data.response.std()
        self.far = spread, spread / data.time.std()

    def _likelihood(self, s0, s1, rho, sigma):
        precision = [self.prior.beta_precision(np.zeros(1))]
        s1, rho, sigma = s1.ravel(), rho.ravel(), sigma.ravel()
        most = max(1, MOST_NODES // len(rho))
        parts = []
        for first in range(0, len(sigma), most):
            values = np.array([s0]), s1, rho, sigma[first : first + most]
            relative, top, mean, variance = likelihood_kernel(2)(
                *self.statistics[:2], *entries_of(precision), np.eye(2), values
            )
            shape = len(s1), len(rho), -1
            with np.errstate(divide="ignore"):
                log_p = np.log(relative[0, 0].reshape(shape)) + top[0]
            parts.append(
                [log_p, *(x[0, i, 0].reshape(shape) for x in (mean, variance) for i in (0, 1))]
            )
        log_p, *beta = (np.concatenate(part, axis=-1) for part in zip(*parts))
        return log_p, np.stack(beta)


class FineRealReference(RealReference):
    """With the nodes of `FineReference`."""

    CORE, TAIL = FineReference.CORE, FineReference.TAIL


def sigma_prior(prior, sigma):
    """Log density of the half Student t of sigma."""
    from scipy.stats import t

    return np.log(2.0) + t.logpdf(sigma, prior.sigma_df, scale=prior.sigma_scale)
