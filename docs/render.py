"""Fill numbers and tables into README.md, docs/findings.md and results/README.md.

    python -m uv run python docs/render.py

Every number that the study found is an expression in docs/source/, evaluated on the tables of
results/full/tables; what columns mean is in workflow/report/columns.yaml. A test renders the
documents again and compares.
"""

import json
import re
import sys
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "workflow/scripts"))

from recovery.summaries.regret import belief_weights

TABLES = ROOT / "results/full/tables"
SOURCE = ROOT / "docs/source"
COLUMNS = ROOT / "workflow/report/columns.yaml"
DOCUMENTS = {
    "README.md": "README.md",
    "findings.md": "docs/findings.md",
    "results.md": "results/README.md",
}


def scenario(rho: float, subjects: int = 18, design: str = "") -> str:
    """Id of a scenario of config/scenarios/full.tsv."""
    digits = f"{abs(rho):.2f}"[2:]
    digits = "0" + digits[0] if digits[1] == "0" else digits
    name = "rho_0" if rho == 0 else f"rho_{'m' if rho < 0 else 'p'}{digits}"
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


class Results:
    """The tables of the published study, by the keys that a sentence names."""

    def __init__(self, tables: Path = TABLES) -> None:
        keys = ["scenario", "prior", "parameter", "measure"]
        recovery = pd.read_parquet(tables / "recovery.parquet")
        self.recovery = recovery[recovery["engine"] != "nuts"]
        at_95 = self.recovery["level"].isna() | (self.recovery["level"] > 0.9)
        columns = ["estimate", "mcse", "n"]
        self.cells = _plain(self.recovery[at_95]).set_index(keys)[columns].sort_index()
        comparison = _plain(pd.read_parquet(tables / "comparison.parquet"))
        exact = comparison[comparison["engine"] == "exact"]
        pairs = ["scenario", "prior", "reference", "parameter", "measure"]
        self.pairs = exact.set_index(pairs)[["difference", "mcse"]].sort_index()
        self.tables = tables

    def csv(self, name: str) -> pd.DataFrame:
        """Another table."""
        return pd.read_csv(self.tables / f"{name}.csv", dtype={"scenario": str})

    def row(
        self,
        measure: str,
        parameter: str,
        prior: str,
        rho: float,
        subjects: int = 18,
        design: str = "",
    ) -> pd.Series:
        """Estimate, mcse and n of a measure."""
        return self.cells.loc[(scenario(rho, subjects, design), prior, parameter, measure)]

    def value(self, *keys: Any, **design: Any) -> str:
        """A measure with its Monte Carlo standard error."""
        found = self.row(*keys, **design)
        if keys[0] in ("coverage", "reject") and found["estimate"] in (0.0, 1.0):
            return f"{found['estimate'] * found['n']:,.0f} of {found['n']:,.0f}"
        return with_error(found["estimate"], found["mcse"])

    def number(self, *keys: Any, digits: int = 2, **design: Any) -> str:
        """A measure without its error, for tables that state the largest error."""
        return minus(f"{self.row(*keys, **design)['estimate']:.{digits}f}")

    def difference(
        self, measure: str, parameter: str, prior: str, reference: str, rho: float,
        subjects: int = 18, design: str = "",
    ) -> str:  # fmt: skip
        """A paired difference, prior minus reference."""
        name = scenario(rho, subjects, design)
        if (name, prior, reference, parameter, measure) in self.pairs.index:
            found, sign = self.pairs.loc[(name, prior, reference, parameter, measure)], 1.0
        else:
            found, sign = self.pairs.loc[(name, reference, prior, parameter, measure)], -1.0
        return with_error(sign * found["difference"], found["mcse"])

    def averaged(self, prior: str, subjects: int) -> str:
        """How much better intervals of rho score than LKJ(1)'s, averaged over -0.8 to 0.8."""
        rhos = np.round(np.arange(-0.8, 0.81, 0.2), 1)
        weights = belief_weights(rhos, {"low": -0.8, "high": 0.8, "weights": []})
        names = [scenario(rho, subjects) for rho in rhos]
        keys = [(name, prior, "lkj_cholesky_cov", "rho", "interval_score") for name in names]
        pairs = self.pairs.loc[keys]
        cells = [("interval_score", "rho", "lkj_cholesky_cov", rho, subjects) for rho in rhos]
        score = weights @ [self.row(*cell)["estimate"] for cell in cells]
        error = np.sqrt(weights**2 @ pairs["mcse"] ** 2) / score
        share = -(weights @ pairs["difference"]) / score
        return f"{100 * share:.1f} ± {100 * error:.1f} %"

    def largest_error(
        self, measure: str, parameter: str, priors: list[str], rhos: list[float],
        subjects: Sequence[int] = (18,), designs: Sequence[str] = ("",),
    ) -> str:  # fmt: skip
        """The largest Monte Carlo standard error in a table, rounded up to two digits."""
        cells = product(priors, rhos, subjects, designs)
        largest = max(self.row(measure, parameter, *cell)["mcse"] for cell in cells)
        digits = 1 - int(np.floor(np.log10(largest)))
        return f"{np.ceil(largest * 10**digits) / 10**digits:.{max(digits, 0)}f}"

    def subjects(
        self, measure: str, effect: str, prior: str, rho: float, subjects: int = 18
    ) -> str:
        """A measure of the subjects' own intercepts or slopes."""
        table = self.csv("subjects")
        chosen = table[
            (table["scenario"] == scenario(rho, subjects)) & (table["prior"] == prior)
            & (table["effect"] == effect) & (table["measure"] == measure)
        ]  # fmt: skip
        row = chosen.iloc[-1]
        return with_error(row["estimate"], row["mcse"])


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Categories as text, so that they are looked up as such."""
    texts = table.select_dtypes("category").columns
    return table.astype(dict.fromkeys(texts, str))


def render() -> dict[str, str]:
    """The documents by path."""
    results = Results()
    environment = Environment(
        loader=FileSystemLoader(SOURCE), undefined=StrictUndefined, keep_trailing_newline=True,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    names = ("value", "number", "largest_error", "difference", "subjects", "averaged")
    functions = {name: getattr(results, name) for name in names} | more(results)
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


def more(results: Results) -> dict[str, Callable]:
    """Numbers of other tables than recovery and comparison."""
    measured = json.loads((SOURCE / "measured.json").read_text())
    missingness = results.csv("missingness")
    control, cost = results.csv("control"), results.csv("cost")
    accuracy = results.csv("accuracy")
    ranks, power = results.csv("sbc"), results.csv("sbc_power")

    def share(status: str, engine: str, prior: str, rho: float, subjects: int = 18,
              design: str = "") -> str:  # fmt: skip
        """The share of fits with a status, in per cent."""
        counts = missingness.set_index(["scenario", "prior", "engine"])
        row = counts.loc[(scenario(rho, subjects, design), prior, engine)]
        p, n = row[status] / row["requested"], row["requested"]
        error = 100 * np.sqrt(max(p * (1 - p), 0.25 / n) / n)
        digits = 0 if error >= 1 else 1
        return f"{100 * p:.{digits}f} ± {error:.{digits}f} %"

    def fits(engine: str) -> str:
        """How many fits an engine computed; priors of one density share them."""
        return f"{missingness.loc[missingness['engine'] == engine, 'computed'].sum():,}"

    def data_sets() -> str:
        """How many data sets were simulated."""
        return f"{results.csv('designs')['replicates'].sum():,}"

    def failed() -> str:
        """How many fits failed, of all engines."""
        return f"{missingness['failed'].sum():,}"

    def per_second(prior: str, method: str, target_accept: float) -> str:
        """Effective draws per CPU second, to two digits."""
        rows = cost.set_index(["prior", "method", "target_accept"])
        found = rows.loc[(prior, method, target_accept), "ess_per_second"]
        return f"{float(f'{found:.2g}'):,.0f}"

    def sampler(column: str, quantity: str = "mean") -> str:
        """Of what NUTS sampled: the mean sd of z, or the mean error in posterior sds."""
        own = accuracy[(accuracy["quantity"] == quantity) & (accuracy["parameter"] != "r_u")]
        found = own[column].dropna()
        return with_error(found.mean(), found.sem())

    def unconverged(engine: str, prior: str = "", name: str = "") -> str:
        """How many fits miss a limit of their diagnostics."""
        own = missingness[missingness["engine"] == engine]
        own = own[(own["prior"] == prior) & (own["scenario"] == name)] if prior else own
        return f"{own['not_converged'].sum():,}"

    def without_rho() -> str:
        """REML fits with an sd of 0, which have no rho."""
        rho = results.recovery[
            (results.recovery["engine"] == "reml") & (results.recovery["parameter"] == "rho")
            & (results.recovery["measure"] == "bias")
        ]  # fmt: skip
        asked = missingness.loc[missingness["engine"] == "reml", "requested"].sum()
        return f"{asked - rho['n'].sum():,}"

    def detectable(measure: str, parameter: str) -> str:
        """The median difference that the negative control would have found."""
        own = control[(control["measure"] == measure) & (control["parameter"] == parameter)]
        return f"{own['detectable'].median():.2f}"

    def control_clean() -> str:
        return f"{int(control['clean'].sum())} of {len(control)}"

    def calibrated() -> str:
        return f"{int(ranks['calibrated'].sum())} of {len(ranks)}"

    def not_counted() -> str:
        """Whose ranks do not count as calibrated, since too many fits are not converged."""
        unsure = ranks[~ranks["calibrated"] & (ranks["p_adjusted"] >= 0.01)]
        return ", ".join(
            f"{row.prior} by {row.method} ({row.not_converged} of {row.requested:,} fits)"
            for row in unsure.drop_duplicates(["prior", "method"]).itertuples()
        )

    def alarm(deviation: str, method: str) -> str:
        """The probability that calibration sees an error of one quantity's posterior."""
        row = power.set_index(["deviation", "method"]).loc[(deviation, method)]
        return with_error(row["power"], row["mcse"])

    def time_of(what: str) -> str:
        """A run time that was measured by hand: docs/source/measured.json says by which command."""
        return measured[what]["text"]

    made = (share, fits, failed, per_second, control_clean, time_of, sampler, unconverged,
            without_rho, detectable, calibrated, not_counted, data_sets, alarm)  # fmt: skip
    return {function.__name__: function for function in made}


if __name__ == "__main__":
    for path, text in render().items():
        (ROOT / path).write_text(text, encoding="utf-8")
