"""How accurate the exact engine is: against a finer quadrature by other code (but for the
prior's density, which other tests hold against PyMC).

Run in the repository's folder, for the table of docs/exact_accuracy.md::

    PYTHONPATH=workflow/scripts python tests/exact_accuracy.py --fits 200 \\
        --output docs/exact_accuracy.md

Real data, made by config/data/real/make.R, are a design where they are there.

The reference uses other formulas (the normal density of each subject's least-squares line), the
whole range of rho, standard deviations up to 1500, and composite Gauss-Legendre rules of 48 nodes
for each standard deviation, 56 for rho and 32 for log sigma; where it differs from the engine by
more than a tolerance, one of 64 nodes for each standard deviation decides. Errors are in posterior
sds (of log p(y) as they are); the table has the largest of all parameters but r_u, of fits that are
not flagged, under all families; the last lines name those that are flagged.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from brute_force import (
    ArmsReference,
    FineRealReference,
    FineReference,
    RealReference,
    Reference,
)

from recovery.data.longdata import LongData
from recovery.data.read import read_measurements
from recovery.data.scenarios import Design, Truth, days
from recovery.data.simulate import simulate_replicate
from recovery.exact.posterior import exact_posterior
from recovery.model.families import family_class, make_prior

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
    "two arms": (18, {}, 0.0),
}
FIRST_DAY = {"days 30 to 39": 30.0}
REAL = sorted(Path("config/data/real").glob("*.csv"))
REAL_DATA = "real data"


def data_set(design: str, seed: int) -> LongData:
    """A data set of a design; in that of two arms, every second subject is in the second."""
    if design == REAL_DATA:
        return read_measurements(REAL[seed], response="y", time="t", group="id").data
    subjects, changed, missing = DESIGNS[design]
    rng = np.random.default_rng([seed, list(DESIGNS).index(design)])
    times = tuple(FIRST_DAY.get(design, 0.0) + day for day in days(10))
    shape = Design(Truth(**{**PLAIN, **changed}), subjects, times, missing)
    data = simulate_replicate(shape, rng)[1]
    if design != "two arms":
        return data
    arm = (data.subject % 2).astype(float)
    response = data.response + (10.0 - 3.0 * data.time) * arm
    further = np.column_stack([arm, arm * data.time])
    return replace(data, response=response, further=further, effects=ArmsReference.FIXED[2:])


def prior_for(family: str, data: LongData, automatic: bool = False):
    """The family's default prior, with sds of the further effects, or with scales of the data."""
    if automatic:
        response = data.response.std(ddof=1)
        kinds = {"response": response, "slope": response / (2.0 * data.time.std(ddof=1))}
        scales = family_class(family).scales()
        return make_prior(
            family, **{key: float(f"{kinds[kind]:.3g}") for key, kind in scales.items()}
        )
    sds = dict(zip(data.effects, (50.0, 10.0)))
    return make_prior(family, effects_sd=sds) if sds else make_prior(family)


def errors_of(exact, data: LongData, prior, automatic: bool = False) -> np.ndarray:
    """`Reference.errors`, by the finer one where the usual one finds any beyond its tolerance."""
    usual, fine = (RealReference, FineRealReference) if automatic else (Reference, FineReference)
    if data.effects:
        return ArmsReference(data, prior).errors(exact)
    found = usual(data, prior).errors(exact)
    return fine(data, prior).errors(exact) if (found > TOLERANCES).any() else found


HEADER = """# Accuracy of the exact engine

Errors are differences from an independent quadrature over the whole range of rho.
It has 48 nodes for each standard deviation; in 1 of 200 data sets this is off by up to 4e-3.
Where it finds an error beyond a tolerance, a quadrature of 64 nodes decides.
The tolerances are 1e-3, and 5e-3 for quantiles.
The prior's density is the engine's own; other tests compare it with PyMC.
The real data are 18 public sets (config/data/real), with `auto` scales.
Their reference has the engine's own likelihood, on other nodes.
Errors are in posterior sds, those of log p(y) as they are.
Each row has the largest error of {fits} data sets and all parameters but r_u.
Families are the post's, brms' and the inverse Wishart.
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
    known = [*DESIGNS, *([REAL_DATA] if REAL else [])]
    parser.add_argument("--designs", nargs="*", default=known, choices=known)
    parser.add_argument("--families", nargs="*", default=list(FAMILIES), choices=FAMILIES)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    exact_posterior(data_set("3 subjects", 0), make_prior("lkj_corr"))  # compiles
    head = ["design", *COLUMNS]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    beyond, flagged = [], []
    for design in options.designs:
        results = {family: [] for family in options.families}
        real = design == REAL_DATA
        for seed in range(len(REAL) if real else options.fits):
            data = data_set(design, seed)
            for family in options.families:
                prior = prior_for(family, data, real)
                exact = exact_posterior(data, prior)
                results[family].append([exact.adequate, *errors_of(exact, data, prior, real)])
        largest = []
        for family, rows in results.items():
            table = np.array(rows)
            good = table[table[:, 0] == 1][:, 1:]
            if count := int((good > TOLERANCES).any(axis=1).sum()):
                beyond.append(f"{count} of {design} ({family})")
            if count := len(table) - len(good):
                names = [REAL[i].stem for i in np.flatnonzero(table[:, 0] == 0)] if real else []
                flagged.append(f"{', '.join(names) or f'{count} of {design}'} ({family})")
            print(design, family, good.max(axis=0), flush=True)
            largest.append(good.max(axis=0))
        cells = [design, *(f"{x:.1e}" for x in np.max(largest, axis=0))]
        lines.append("| " + " | ".join(cells) + " |")
    if options.output:
        lines += [
            "",
            f"Flagged fits: {', '.join(flagged) or 'none'}.",
            f"Fits beyond a tolerance that are not flagged: {', '.join(beyond) or 'none'}.",
        ]
        options.output.write_text(HEADER.format(fits=options.fits) + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
