"""Fill numbers and tables into README.md, docs/findings.md and results/README.md.

    python -m uv run python docs/render.py

Every number that the published studies found is an expression in docs/source/, evaluated on the
tables of results/<study>/tables; what columns mean is in workflow/report/columns.yaml. A test
renders the documents again and compares.
"""

import json
import re
import sys
from collections.abc import Callable, Sequence
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "workflow/scripts"))

from recovery.parameters import correlations
from recovery.summaries.regret import belief_weights

RESULTS = ROOT / "results"
SOURCE = ROOT / "docs/source"
COLUMNS = ROOT / "workflow/report/columns.yaml"
WHOLE = ("full", "lkj_15")  # studies of the whole sheet
DOCUMENTS = {
    "README.md": "README.md",
    "findings.md": "docs/findings.md",
    "results.md": "results/README.md",
}


def scenario(rho: float, subjects: int = 18, design: str = "", study: str = "full") -> str:
    """Id of a scenario of a study's sheet."""
    digits = f"{abs(rho):.2f}"[2:]
    digits = "0" + digits[0] if digits[1] == "0" else digits
    name = "rho_0" if rho == 0 else f"rho_{'m' if rho < 0 else 'p'}{digits}"
    if study.startswith("effects"):
        return f"{design}_{subjects}"
    if study in ("nuts", "latent", "latent_95"):
        return name
    if study not in WHOLE:
        return f"{name}_{subjects}"
    if design:
        return f"{design}_{name}"
    return name if subjects == 18 else f"subjects_{subjects}_{name}"


def with_error(estimate: float, mcse: float) -> str:
    """An estimate to the digit that its Monte Carlo standard error supports."""
    if not np.isfinite(estimate):
        return "–"
    decimals = 3 if mcse <= 0 else max(0, -int(np.floor(np.log10(mcse))))
    rounded = round(float(estimate), decimals) + 0.0  # no -0.000
    return minus(f"{rounded:.{decimals}f} ± {mcse:.{decimals}f}")


def minus(text: str) -> str:
    """A text with true minus signs."""
    return text.replace("-", "−")


@cache
def recovery(study: str = "full") -> pd.DataFrame:
    """The table recovery of a study, but for rows of NUTS where there are exact ones."""
    table = _plain(pd.read_parquet(RESULTS / study / "tables/recovery.parquet"))
    exact = table["engine"] != "nuts"
    return table[exact] if (table["engine"] == "exact").any() else table


@cache
def cells(study: str) -> pd.DataFrame:
    """Estimates, errors and numbers of all measures, at the 95 % level if they have one."""
    table = recovery(study)
    at_95 = table["level"].isna() | (table["level"] > 0.9)
    keys = ["scenario", "prior", "parameter", "measure"]
    return table[at_95].set_index(keys)[["estimate", "mcse", "n"]].sort_index()


@cache
def pairs(study: str) -> pd.DataFrame:
    """Paired differences."""
    table = _plain(pd.read_parquet(RESULTS / study / "tables/comparison.parquet"))
    exact = table["engine"] == "exact"
    table = table[exact] if exact.any() else table
    keys = ["scenario", "prior", "reference", "parameter", "measure"]
    return table.set_index(keys)[["difference", "mcse"]].sort_index()


@cache
def csv(name: str, study: str = "full") -> pd.DataFrame:
    """Another table."""
    return pd.read_csv(RESULTS / study / f"tables/{name}.csv", dtype={"scenario": str})


def row(
    measure: str, parameter: str, prior: str, rho: float,
    subjects: int = 18, design: str = "", study: str = "full",
) -> pd.Series:  # fmt: skip
    """Estimate, mcse and n of a measure."""
    name = scenario(rho, subjects, design, study)
    return cells(study).loc[(name, prior, parameter, measure)]


def value(*keys: Any, **design: Any) -> str:
    """A measure with its Monte Carlo standard error."""
    found = row(*keys, **design)
    if keys[0] in ("coverage", "reject") and found["estimate"] in (0.0, 1.0):
        return f"{found['estimate'] * found['n']:,.0f} of {found['n']:,.0f}"
    return with_error(found["estimate"], found["mcse"])


def number(*keys: Any, digits: int = 2, **design: Any) -> str:
    """A measure without its error, for tables that state the largest error."""
    return minus(f"{row(*keys, **design)['estimate']:.{digits}f}")


def paired(
    measure: str, parameter: str, prior: str, reference: str, rho: float,
    subjects: int = 18, design: str = "", study: str = "full",
) -> tuple[float, float]:  # fmt: skip
    """A paired difference, prior minus reference, and its error."""
    name, known = scenario(rho, subjects, design, study), pairs(study)
    if (name, prior, reference, parameter, measure) in known.index:
        found, sign = known.loc[(name, prior, reference, parameter, measure)], 1.0
    else:
        found, sign = known.loc[(name, reference, prior, parameter, measure)], -1.0
    return sign * found["difference"], found["mcse"]


def pooled(measure: str, prior: str, design: str, subjects: int, study: str) -> str:
    """A measure averaged over the correlations; the error is at most the one that is given."""
    rows = [
        row(measure, rho, prior, 0, subjects, design, study) for rho in correlations(int(study[-1]))
    ]
    return with_error(*(np.mean([row[k] for row in rows]) for k in ("estimate", "mcse")))


def better(rho: float | None, subjects: int, study: str, parameter: str = "rho_01") -> str:
    """By how much LKJ(2)'s intervals score better than LKJ(1)'s, in per cent.

    Where rho_01 has a true value, or averaged over the truths.
    """
    table = csv("regret", study).query("parameter == @parameter and measure == 'interval_score'")
    own = table["design"].str.startswith(f"{subjects} ")
    own &= table["rho"].isna() if rho is None else table["rho"] == rho
    found = table[own].set_index("prior").loc[["lkj_2", "lkj_corr"]]
    two, one = found["score"]
    return with_error(100.0 * (1.0 - two / one), 100.0 * found["regret_mcse"].max())


def averaged(
    prior: str, subjects: int, study: str = "full", reference: str = "lkj_cholesky_cov",
    parameter: str = "rho",
) -> str:  # fmt: skip
    """How much better intervals score than the reference's, averaged over rho from -0.8 to 0.8."""
    fine = study in WHOLE and subjects not in (10, 30)
    rhos = np.round(np.arange(-0.8, 0.81, 0.2 if fine else 0.4), 1)
    weights = belief_weights(rhos, {"low": -0.8, "high": 0.8, "weights": []})
    cells = [(rho, subjects, "", study) for rho in rhos]
    found = [paired("interval_score", parameter, prior, reference, *cell) for cell in cells]
    differences, errors = map(np.array, zip(*found))
    score = weights @ [
        row("interval_score", parameter, reference, *cell)["estimate"] for cell in cells
    ]
    error = np.sqrt(weights**2 @ errors**2) / score
    return minus(f"{-100 * (weights @ differences) / score:.1f} ± {100 * error:.1f} %")


ERRORS: dict[str, list[str]] = {}


def cell(text: str, table: str) -> str:
    """An estimate without its error, which is kept for `largest`."""
    estimate, error = text.split(" ± ")
    ERRORS.setdefault(table, []).append(error.removesuffix(" %"))
    return estimate


def largest(table: str) -> str:
    """The largest error of a table's cells."""
    return max(ERRORS[table], key=float)


def worse(
    prior: str, rho: float, subjects: int = 18, study: str = "full",
    reference: str = "lkj_cholesky_cov",
) -> str:  # fmt: skip
    """How much worse intervals of rho score than the reference's at a true rho."""
    cell = (rho, subjects, "", study)
    difference, error = paired("interval_score", "rho", prior, reference, *cell)
    score = row("interval_score", "rho", reference, *cell)["estimate"]
    return f"{with_error(100 * difference / score, 100 * error / score)} %"


def held(prior: str, study: str) -> str:
    """At how many numbers of subjects a prior is the best or equal to it, by the rule."""
    table = csv("answers", study)
    own = table[table["design"].str.match(r"\d+ subjects") & (table["prior"] == prior)]
    return f"{own['verdict'].isin(['best', 'equal']).sum()} of {len(own)}"


def lowest(parameter: str, prior: str, design: str, study: str = "full") -> str:
    """The lowest coverage at rho = -0.6, 0 and 0.6."""
    rows = [row("coverage", parameter, prior, rho, 18, design, study) for rho in (-0.6, 0, 0.6)]
    return f"{min(row['estimate'] for row in rows):.3f}"


def largest_error(
    measure: str, parameter: str, priors: list[str], rhos: list[float],
    subjects: Sequence[int] = (18,), designs: Sequence[str] = ("",), study: str = "full",
) -> str:  # fmt: skip
    """The largest Monte Carlo standard error in a table, rounded up to two digits."""
    cells = product(priors, rhos, subjects, designs, [study])
    largest = max(row(measure, parameter, *cell)["mcse"] for cell in cells)
    digits = 1 - int(np.floor(np.log10(largest)))
    return f"{np.ceil(largest * 10**digits) / 10**digits:.{max(digits, 0)}f}"


def regret(prior: str, parameter: str, subjects: int, study: str) -> str:
    """How much worse intervals score than the best method's, averaged over rho from -0.8 to 0.8."""
    table = csv("regret", study).query("measure == 'interval_score' and rho.isna()")
    own = table["design"].str.startswith(f"{subjects} subjects, 10 days")
    found = table[own].set_index(["prior", "parameter"]).loc[(prior, parameter)]
    return f"{with_error(100 * found['regret'], 100 * found['regret_mcse'])} %"


def subjects(
    measure: str, effect: str, prior: str, rho: float, design: str = "", study: str = "full"
) -> str:
    """A measure of the subjects' own intercepts or slopes."""
    table = csv("subjects", study)
    chosen = table[
        (table["scenario"] == scenario(rho, design=design)) & (table["prior"] == prior)
        & (table["effect"] == effect) & (table["measure"] == measure)
    ]  # fmt: skip
    row = chosen.iloc[-1]
    return with_error(row["estimate"], row["mcse"])


def posterior(parameter: str, prior: str, study: str) -> str:
    """A posterior mean of real data, and the posterior sd."""
    found = csv("observed", study).set_index(["prior", "parameter"]).loc[(prior, parameter)]
    return f"{found['mean']:.2g} (sd {found['sd']:.1g})"


def limits(prior: str, name: str, study: str) -> str:
    """The share of fits by NUTS that miss a limit of their diagnostics."""
    table = csv("missingness", study).set_index(["engine", "prior", "scenario"])
    row = table.loc[("nuts", prior, name)]
    return f"{row['not_converged']} of {row['requested']}"


def runs(what: str, prior: str, study: str) -> str:
    """Of the fits by NUTS at rho = -0.8, 0 and 0.8: per cent with a problem, or their speed.

    `what` is ``diverged``, ``missed`` (a limit of the diagnostics) or ``speed``, the median of the
    effective draws per CPU second. The errors of 200 fits are at most 3.5 per cent.
    """
    found = _runs(study)[what][prior].loc[["rho_m08", "rho_0", "rho_p08"]]
    return "; ".join(f"{float(f'{x:.2g}'):,g}" for x in found)


@cache
def _runs(study: str) -> dict[str, pd.Series]:
    """The same by prior and scenario, for all priors."""
    fits = pd.read_parquet(RESULTS / study / "tables/nuts_fits.parquet")
    fits["diverged"] = 100.0 * (fits["divergences"] > 0)
    fits["missed"] = 100.0 * (fits["status"] != "ok")
    fits["speed"] = fits["min_ess_bulk"] / fits["sampling_seconds"]
    cells = fits.groupby(["prior", "scenario"])
    return {what: cells[what].mean() for what in ("diverged", "missed")} | {
        "speed": cells["speed"].median()
    }


def speeds(study: str, other: str) -> tuple[float, float]:
    """Least and largest ratio of two studies' effective draws per second."""
    ratio = _runs(study)["speed"] / _runs(other)["speed"]
    return ratio.min(), ratio.max()


def sampled(quantity: str, study: str = "nuts") -> str:
    """Errors of NUTS over scenarios, priors and parameters, as cells of a table."""
    table = csv("accuracy", study).query("quantity == @quantity and parameter != 'r_u'")
    low, middle, high = table["sd"].quantile([0.05, 0.5, 0.95])
    cells = (
        f"{middle:.2f}",
        f"{low:.2f} to {high:.2f}",
        f"{table['beyond_4'].sum()} of {table['n'].sum():,}",
        f"{table['error'].mean():.4f}",
        f"{table['error'].abs().max():.3f}",
    )
    return minus(" | ".join(cells))


@cache
def survey(parameter: str) -> pd.DataFrame:
    """Distances from LKJ(1) in the survey of real data, by data set and prior."""
    table = csv("survey", "survey")
    table = table[(table["parameter"] == parameter) & ~(table["error"] > 1e-3)]
    return table.pivot(index="data", columns="prior", values="moved").abs()


def moved(parameter: str, prior: str) -> str:
    """The median and the largest distance in the survey."""
    found = survey(parameter).get(prior, pd.Series(dtype=float)).dropna()
    return f"{found.median():.2f} ({found.max():.1f})" if len(found) else "–"


def predicted(parameter: str, prior: str, by: str) -> str:
    """Rank correlation of a distance in the survey with |rho|, the pull on it, or the subjects."""
    table = csv("survey", "survey").query("prior == 'lkj_cholesky_cov' and parameter == 'rho'")
    known = table.set_index("data")
    rho = known["mean"].abs()
    pull = rho * known["sd"] / (1.0 - rho**2)
    by_name = {"rho": rho, "pull": pull, "subjects": known["subjects"]}
    return minus(f"{survey(parameter)[prior].corr(by_name[by], method='spearman'):.2f}")


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Categories as text, so that they are looked up as such."""
    texts = table.select_dtypes("category").columns
    return table.astype(dict.fromkeys(texts, str))


def render() -> dict[str, str]:
    """The documents by path."""
    environment = Environment(
        loader=FileSystemLoader(SOURCE), undefined=StrictUndefined, keep_trailing_newline=True,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    own = (
        value, number, largest_error, subjects, averaged, cell, largest, lowest, held, regret,
        worse, pooled, better, moved, predicted, limits, posterior, runs, speeds, sampled,
    )  # fmt: skip
    functions = {function.__name__: function for function in own} | more()
    return {
        path: environment.get_template(source).render(**functions, rows=rows, min=min, max=max)
        for source, path in DOCUMENTS.items()
    }


def rows(table: str) -> str:
    """The columns of a table of the study, or measures or parameters, as a Markdown table."""
    meanings = yaml.safe_load(COLUMNS.read_text(encoding="utf-8"))[table]
    levels = table == "measures"
    kind = table.removesuffix("s") if table in ("measures", "parameters") else "column"
    lines = [f"| {kind} | meaning |{' at each level |' * levels}", "|---|---|" + "---|" * levels]
    for names, meaning in meanings.items():
        quoted = re.sub(r"[^ ,]*\w", r"`\g<0>`", names)
        if levels:
            text = f"{meaning['meaning']} | {'yes' if meaning['at each level'] else ''}".rstrip()
        else:
            text = meaning
        lines.append(f"| {quoted} | {text} |")
    return "\n".join(lines)


def more() -> dict[str, Callable]:
    """Numbers of other tables than recovery and comparison."""
    measured = json.loads((SOURCE / "measured.json").read_text())
    missingness = csv("missingness")
    accuracy = csv("accuracy")
    ranks = csv("sbc")

    def share(status: str, engine: str, prior: str, rho: float, subjects: int = 18,
              design: str = "") -> str:  # fmt: skip
        """The share of fits with a status, in per cent."""
        counts = missingness.set_index(["scenario", "prior", "engine"])
        row = counts.loc[(scenario(rho, subjects, design), prior, engine)]
        p, n = row[status] / row["requested"], row["requested"]
        error = 100 * np.sqrt(max(p * (1 - p), 0.25 / n) / n)
        digits = 0 if error >= 1 else 1
        return f"{100 * p:.{digits}f} ± {error:.{digits}f} %"

    def data_sets() -> str:
        """How many data sets were simulated."""
        return f"{csv('designs')['replicates'].sum():,}"

    def sampler(column: str, quantity: str = "mean") -> str:
        """Of what NUTS sampled: the mean sd of z, or the mean error in posterior sds."""
        own = accuracy[(accuracy["quantity"] == quantity) & (accuracy["parameter"] != "r_u")]
        found = own[column].dropna()
        return with_error(found.mean(), found.sem())

    def detectable(measure: str, parameter: str, study: str = "full") -> str:
        """The median difference that the negative control would have found."""
        control = csv("control", study)
        own = control[(control["measure"] == measure) & (control["parameter"] == parameter)]
        return f"{own['detectable'].median():.2f}"

    def control_clean(study: str = "full") -> str:
        control = csv("control", study)
        return f"{int(control['clean'].sum())} of {len(control)}"

    def calibrated() -> str:
        return f"{int(ranks['calibrated'].sum())} of {len(ranks)}"

    def time_of(what: str) -> str:
        """A run time that was measured by hand: docs/source/measured.json says by which command."""
        return measured[what]["text"]

    def not_converged() -> str:
        """The largest share of fits of the calibration that are not converged."""
        return f"{100 * (ranks['not_converged'] / ranks['requested']).max():.0f} %"

    made = (
        share, control_clean, time_of, sampler, detectable, calibrated, not_converged, data_sets,
    )  # fmt: skip
    return {function.__name__: function for function in made}


if __name__ == "__main__":
    for path, text in render().items():
        (ROOT / path).write_text(text, encoding="utf-8")
