"""How accurate the exact engine is: against a finer quadrature by other code (but for the
prior's density, which other tests hold against PyMC).

Run in the repository's folder, for the table of docs/exact_accuracy.md::

    PYTHONPATH=workflow/scripts python tests/exact_accuracy.py --fits 200 \\
        --output docs/exact_accuracy.md

The reference uses other formulas (the normal density of each subject's least-squares line), the
whole range of rho, standard deviations up to 1500, and composite Gauss-Legendre rules of 48 nodes
for each standard deviation, 56 for rho and 32 for log sigma; where it differs from the engine by
more than a tolerance, one of 64 nodes for each standard deviation decides. Errors are in posterior
sds (of log p(y) as they are); the table has the largest of all parameters but r_u, of fits that are
not flagged; the last lines name those that are.
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.polynomial import legendre
from scipy import special

from recovery.data.longdata import LongData
from recovery.data.scenarios import Design, Truth, days
from recovery.data.simulate import simulate_replicate
from recovery.exact.posterior import exact_posterior
from recovery.model.families import make_prior

FAMILIES = (
    "independent", "lkj_corr", "lkj_corr_rstanarm", "lkj_corr_student_t", "inverse_wishart"
)  # fmt: skip
TOLERANCES = np.array([1e-3, 1e-3, 5e-3, 5e-3, 1e-3])
"""Of the mean, the sd, the 2.5 and 97.5 % quantiles and log p(y)."""
PLAIN = {
    "beta0": 250.0,
    "beta1": 10.0,
    "sigma_u0": 25.0,
    "sigma_u1": 6.0,
    "rho": 0.2,
    "sigma": 25.0,
}
DESIGNS = {
    "3 subjects": (3, {}, 0.0),
    "6 subjects": (6, {}, 0.0),
    "18 subjects": (18, {}, 0.0),
    "50 subjects": (50, {}, 0.0),
    "rho = 0.95": (18, {"rho": 0.95}, 0.0),
    "rho = -0.95": (18, {"rho": -0.95}, 0.0),
    "slope sd 0.05": (18, {"sigma_u1": 0.05}, 0.0),
    "slope sd 1": (18, {"sigma_u1": 1.0}, 0.0),
    "sigma 100": (18, {"sigma": 100.0}, 0.0),
    "30 % missing": (18, {}, 0.3),
    "days 30 to 39": (18, {}, 0.0),
}
FIRST_DAY = {"days 30 to 39": 30.0}


def data_set(design: str, seed: int) -> LongData:
    """A data set of a design."""
    subjects, changed, missing = DESIGNS[design]
    rng = np.random.default_rng([seed, list(DESIGNS).index(design)])
    times = tuple(FIRST_DAY.get(design, 0.0) + day for day in days(10))
    shape = Design(Truth(**{**PLAIN, **changed}), subjects, times, missing)
    return simulate_replicate(shape, rng)[1]


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

    CORE, TAIL, SIGMA, REACH = 28, 10, 32, 7
    RHO = (12, 32, 12)

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
            np.array([0.0, np.log1p(1500 / self.D0)]),
            np.array([0.0, np.log1p(1500 / self.D1)]),
            np.array([-np.pi / 2, np.pi / 2]),
            np.array([middle - self.REACH * sd, middle + self.REACH * sd]),
        ]
        rho_sizes = [(28,), self.RHO] if has_rho else [(1,), (1,)]
        self._evaluate([(36,), (36,), rho_sizes[0], (16,)])
        for i in range(3 if has_rho else 2):
            self.breaks[i] = self._breaks(i)
        three = (self.TAIL, self.CORE, self.TAIL)
        self._evaluate([three, three, rho_sizes[1], (self.SIGMA,)])

    def _lines(self, data):
        """Least-squares line, (X'X)^-1 and rss of every subject; equal designs pooled."""
        groups = {}
        self.b, self.rss, self.log_xx = [], 0.0, 0.0
        for j in range(data.subjects):
            time, y = data.time[data.subject == j], data.response[data.subject == j] - self.center
            X = np.column_stack([np.ones_like(time), time])
            b = np.linalg.lstsq(X, y)[0]
            self.b.append(b)
            self.rss += float(np.sum((y - X @ b) ** 2))
            self.log_xx += np.linalg.slogdet(X.T @ X)[1]
            groups.setdefault(tuple(time), (np.linalg.inv(X.T @ X), []))[1].append(b)
        self.b = np.array(self.b)
        self.groups = [(inverse, np.array(b)) for inverse, b in groups.values()]
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
        likelihood, self.beta = np.empty(shape), np.empty((4, *shape))
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
        for (x00, x01), (_, x11), b in ((*inverse, b) for inverse, b in self.groups):
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
        whole = self.breaks[i]
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
        for i, name in enumerate(("beta0", "beta1")):
            shift = self.center if i == 0 else 0.0
            means, variance = self.beta[i][kept], self.beta[2 + i][kept]
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


def errors_of(exact, data: LongData, prior) -> np.ndarray:
    """`Reference.errors`, by the finer one where the usual one finds any beyond its tolerance."""
    found = Reference(data, prior).errors(exact)
    return FineReference(data, prior).errors(exact) if (found > TOLERANCES).any() else found


def sigma_prior(prior, sigma):
    """Log density of the half Student t of sigma."""
    from scipy.stats import t

    return np.log(2.0) + t.logpdf(sigma, prior.sigma_df, scale=prior.sigma_scale)


HEADER = """# Accuracy of the exact engine

Errors are differences from an independent quadrature over the whole range of rho.
It has 48 nodes for each standard deviation; in 1 of 200 data sets this is off by up to 4e-3.
Where it finds an error beyond a tolerance, a quadrature of 64 nodes decides.
The tolerances are 1e-3, and 5e-3 for quantiles.
The prior's density is the engine's own; other tests compare it with PyMC.
Errors are in posterior sds, those of log p(y) as they are.
Each row has the largest error in {fits} fits, over all parameters but r_u.
The engine estimates its own error, that of beta0 and beta1 included.
It flags a fit as `not_converged` if the estimate is 1e-3 or more.
Flagged fits are not in the table.
Made by

    PYTHONPATH=workflow/scripts python tests/exact_accuracy.py --fits {fits} \\
        --output docs/exact_accuracy.md

"""
COLUMNS = ("mean", "sd", "q2.5", "q97.5", "log p(y)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fits", type=int, default=200, help="data sets per design")
    parser.add_argument("--designs", nargs="*", default=list(DESIGNS), choices=list(DESIGNS))
    parser.add_argument("--families", nargs="*", default=list(FAMILIES), choices=FAMILIES)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    priors = {family: make_prior(family) for family in options.families}
    exact_posterior(data_set("3 subjects", 0), make_prior("lkj_corr"))  # compiles
    head = ["design", "density", *COLUMNS]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    beyond, flagged = [], []
    for design in options.designs:
        results = {family: [] for family in priors}
        for seed in range(options.fits):
            data = data_set(design, seed)
            for family, prior in priors.items():
                exact = exact_posterior(data, prior)
                results[family].append([exact.adequate, *errors_of(exact, data, prior)])
        for family, rows in results.items():
            table = np.array(rows)
            good = table[table[:, 0] == 1][:, 1:]
            if count := int((good > TOLERANCES).any(axis=1).sum()):
                beyond.append(f"{count} of {design} ({family})")
            if count := len(table) - len(good):
                flagged.append(f"{count} of {design} ({family})")
            cells = [design, family, *(f"{x:.1e}" for x in good.max(axis=0))]
            lines.append("| " + " | ".join(cells) + " |")
            print(lines[-1], flush=True)
    if options.output:
        lines += [
            "",
            f"Flagged fits: {', '.join(flagged) or 'none'}.",
            f"Fits beyond a tolerance that are not flagged: {', '.join(beyond) or 'none'}.",
        ]
        options.output.write_text(HEADER.format(fits=options.fits) + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
