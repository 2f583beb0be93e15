"""Compare with the values in peers.json (peers.R) and write docs/peers.md.

Run as ``PYTHONPATH=workflow/scripts python docs/peers/peers.py`` after config/data/real/make.R.
"""

import json
import time
from pathlib import Path

import numpy as np
import pandas as pd

from recovery.data.longdata import LongData
from recovery.data.read import read_measurements
from recovery.exact.posterior import exact_posterior
from recovery.model.families import make_prior
from recovery.model.prior import Prior
from recovery.model.statistics import Statistics
from recovery.reml.estimate import estimate
from recovery.reml.intervals import profile_intervals

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "config/data"
PEERS = json.loads((HERE / "peers.json").read_text())
NAMES = ("beta0", "beta1", "sigma", "sigma_u0", "sigma_u1", "rho")
ENDS = {"sigma_u0": ".sig01", "rho": ".sig02", "sigma_u1": ".sig03", "sigma": ".sigma"}
"""Parameters in the order of the rows of lme4's ``confint``."""


def data_of(name: str) -> LongData:
    """A data set of peers.R."""
    if name == "sleepstudy":
        return read_measurements(DATA / "sleepstudy.csv", "Reaction", "Days", "Subject").data
    return read_measurements(DATA / f"real/{name}.csv", "y", "t", "id").data


def prior_of(peer: str, name: str, data: LongData) -> Prior:
    """The prior that peers.R gives to rstanarm or brms."""
    sd, slope = data.response.std(ddof=1), data.time.std(ddof=1)
    line = {"beta0_sd": sd, "beta1_sd": sd / (2.0 * slope), "beta_prior_at": "means"}
    if peer == "rstanarm":
        made = make_prior("lkj_corr_rstanarm", **line, sigma_scale=sd)
    else:
        scale = float(PEERS["brms"][name]["scale"])
        scales = dict.fromkeys(("sigma_scale", "sigma_u0_scale", "sigma_u1_scale"), scale)
        made = make_prior("lkj_corr_student_t", **line, **scales, sigma_df=3)
    return made.for_design(data.time)


def against_lme4(name: str) -> dict[str, float]:
    """Largest differences from lmer's REML estimates and from the ends of its ML profiles."""
    peer, data = PEERS["lme4"][name], data_of(name)
    started = time.process_time()
    own = estimate(data)
    seconds = time.process_time() - started
    values = own.values
    theirs = dict(zip(NAMES, (*peer["beta"], peer["sigma"], peer["sigma_u0"], peer["sigma_u1"])))
    relative = [abs(values[k] / x - 1.0) for k, x in theirs.items() if x]
    relative += [abs(own.errors[k] / x - 1.0) for k, x in zip(("beta0", "beta1"), peer["se"])]
    found = {
        "estimates": max(relative),
        "rho": abs(values["rho"] - float(peer["rho"])),  # NaN where an sd is 0
        "deviance": own.deviance - peer["deviance"],
        "ends": np.nan,
        "seconds": seconds,
    }
    if peer["profile"]:
        centred = data.response - data.response.mean()
        random = np.column_stack([np.ones(len(data.time)), data.time])
        statistics = Statistics.of_columns(random, random, centred, data.subject)
        ends = profile_intervals(statistics, [0.95])
        apart = []
        for row, parameter in zip(peer["profile"], ENDS):
            low, high = ends[parameter][0.95]
            known = [np.nan if x in (None, "NA") else float(x) for x in row]
            apart += [abs(x - y) / (high - low) for x, y in zip((low, high), known)]
        found["ends"] = float(np.nanmax(apart)) if not np.isnan(apart).all() else np.nan
    return found


def against_draws(peer: str, name: str) -> dict[str, float]:
    """Differences of means, sds and interval ends from exact ones, in Monte Carlo errors."""
    posterior = PEERS[peer][name] if peer == "rstanarm" else PEERS[peer][name]["posterior"]
    data = data_of(name)
    started = time.process_time()
    exact = exact_posterior(data, prior_of(peer, name, data))
    seconds = time.process_time() - started
    quantiles, of_means, of_sds, off = exact.quantiles([0.025, 0.975]), [], [], []
    for parameter in NAMES:
        theirs, (mean, sd) = posterior[parameter], exact.moments[parameter]
        of_means.append((theirs["mean"] - mean) / (sd / np.sqrt(theirs["ess"])))
        # the sd of a posterior sd is about sd / sqrt(2 n) for normal posteriors
        of_sds.append((theirs["sd"] - sd) / (sd / np.sqrt(2.0 * theirs["ess"])))
        value, density, _ = exact.marginals[parameter]
        heights = np.interp(quantiles[parameter], value, density)
        errors = np.sqrt(0.025 * 0.975 / theirs["ess_tail"]) / heights
        off.extend(np.abs(np.subtract(theirs["ends"], quantiles[parameter])) / errors)
    first = posterior["sigma_u0"]
    return {
        "means": float(np.abs(of_means).max()),
        "sds": float(np.abs(of_sds).max()),
        "ends": float(np.max(off)),
        "seconds": first["seconds"],
        "per second": first["ess"] / first["seconds"],
        "exact seconds": seconds,
    }


def table(rows: dict[str, dict[str, float]], first: str, formats: dict[str, str]) -> str:
    """A Markdown table of rows of numbers."""
    frame = pd.DataFrame(rows).T
    lines = [f"| {first} | {' | '.join(formats)} |", "|---" * (1 + len(formats)) + "|"]
    for name, row in frame.iterrows():
        cells = [
            "–" if np.isnan(x) else format(x, spec).replace("-", "−")
            for x, spec in zip(row, formats.values())
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def document() -> str:
    """The text of docs/peers.md."""
    exact_posterior(data_of("sleepstudy"), make_prior("lkj_corr"))  # compiled code is loaded
    estimate(data_of("sleepstudy"))
    lme4 = {name: against_lme4(name) for name in PEERS["lme4"]}
    draws = {
        f"{peer}, {name}": against_draws(peer, name)
        for peer in ("rstanarm", "brms")
        for name in PEERS[peer]
    }
    versions = ", ".join(f"{name} {version}" for name, version in PEERS["versions"].items())
    return (
        (HERE / "peers.md.in")
        .read_text()
        .format(
            versions=versions,
            lme4=table(
                lme4,
                "data",
                {
                    "estimates, relative": ".1e",
                    "rho": ".1e",
                    "deviance, ours less lme4's": ".1e",
                    "profile ends, in widths": ".1e",
                    "our CPU s": ".3f",
                },
            ),
            draws=table(
                draws,
                "peer, data",
                {
                    "means, in errors": ".1f",
                    "sds, in errors": ".1f",
                    "ends, in errors": ".1f",
                    "its CPU s": ".0f",
                    "effective draws of sigma_u0 per CPU s": ".0f",
                    "CPU s of the exact fit": ".4f",
                },
            ),
        )
    )


if __name__ == "__main__":
    (HERE.parent / "peers.md").write_text(document())
