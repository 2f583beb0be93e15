"""Real data sets under several priors, and by how much their posteriors move."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from recovery.data.longdata import LongData
from recovery.errors import FAILURES_OF_DATA, failure_text
from recovery.exact.draws import joint_draws
from recovery.exact.posterior import ExactPosterior, exact_posterior
from recovery.model.prior import Prior

DRAWS = 4000
LEVELS = (0.025, 0.975)
LINES = {"intercept": ("beta0", "u0"), "slope": ("beta1", "u1")}
SUBJECTS = {name: f"subjects' {name}s" for name in LINES}


def survey_rows(
    name: str, data: LongData, priors: Mapping[str, Prior], reference: str, seed: int
) -> pd.DataFrame:
    """Posteriors of one data set under all priors, and how far each is from the reference's.

    Parameters
    ----------
    name : str
        The data set's name.
    data : LongData
        The data set.
    priors : mapping
        Priors by id.
    reference : str
        The prior from which the others are counted.
    seed : int
        Seed of the draws of the subjects' lines, the same for all priors.

    Returns
    -------
    DataFrame
        One row per prior and parameter, and one per prior that failed, see ``columns.yaml``. The
        subjects' lines have one row each for intercepts and slopes: the root mean square over the
        subjects of how far their posterior means moved.
    """
    found, lines, failed = {}, {}, []
    for prior, made in priors.items():
        try:
            exact = exact_posterior(data, made)
        except FAILURES_OF_DATA as error:
            failed.append({"data": name, "prior": prior, "message": failure_text(error)})
            continue
        found[prior] = exact
        draws = joint_draws(exact, data, DRAWS, np.random.default_rng(seed))
        own = {line: draws[mean][:, None] + draws[u] for line, (mean, u) in LINES.items()}
        lines[prior] = {line: (x.mean(axis=0), x.std(axis=0)) for line, x in own.items()}
    counts = np.bincount(data.subject)
    rows = [
        row | {"data": name, "prior": prior, "error": exact.error}
        for prior, exact in found.items()
        for row in _rows(exact, found.get(reference), lines[prior], lines.get(reference, {}))
    ]
    rho_sd = found[reference].moments["rho"][1] if reference in found else np.nan
    columns = ["parameter", "mean", "sd", "q2.5", "q97.5", "moved", "data", "prior", "error"]
    table = pd.DataFrame([*rows, *failed], columns=[*columns, "message"]).assign(
        subjects=data.subjects, rows=len(data.response), visits=np.median(counts), rho_sd=rho_sd
    )
    keys = ["data", "subjects", "rows", "visits", "rho_sd", "prior", "parameter"]
    return table[[*keys, *(column for column in table if column not in keys)]]


def _rows(
    exact: ExactPosterior,
    reference: ExactPosterior | None,
    lines: dict,
    of_reference: dict,
) -> list[dict[str, object]]:
    quantiles, rows = exact.quantiles(LEVELS), []
    for parameter, (mean, sd) in exact.moments.items():
        low, high = quantiles[parameter].tolist()
        row = {"parameter": parameter, "mean": mean, "sd": sd, "q2.5": low, "q97.5": high}
        nothing = np.nan, np.nan
        known = reference.moments.get(parameter, nothing) if reference else nothing
        rows.append(row | {"moved": (mean - known[0]) / known[1]})
    for line, (known_means, known_sds) in of_reference.items():
        moved = np.sqrt(np.mean(np.square((lines[line][0] - known_means) / known_sds)))
        rows.append({"parameter": SUBJECTS[line], "moved": float(moved)})
    return rows
