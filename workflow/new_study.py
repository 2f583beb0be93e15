r"""Write the config and the scenario sheet of a study of your own data.

Run in the repository's folder::

    python -m uv run python workflow/new_study.py my.csv \
        --response score --time month --group patient --to MY_STUDY
    python -m uv run python workflow/new_study.py trial.csv \
        --formula "score ~ month * arm + age" --time month --group patient --to TRIAL

It prints what it read and the commands that run the study. The truth is the REML estimates of the
data, the priors' scales come from the data, and the design is that of the data. Times far from 0,
such as calendar years, are counted from their mean.
"""

import argparse
import os
import re
import shlex
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import yaml

sys.path.insert(0, str(Path(__file__).parent / "scripts"))

from recovery.data.cells import one_line, read_data_cells
from recovery.data.formula import same_effect
from recovery.data.longdata import time_text
from recovery.data.read import MISSING
from recovery.errors import InputError
from study.check import Study, check_study
from study.real_data import RealData, read_real_data
from study.start import data_lines
from study.truth import as_yaml, near_truth, reml_truth, simulable

RHOS = {"rho_m08": -0.8, "rho_m04": -0.4, "rho_0": 0, "rho_04": 0.4, "rho_08": 0.8}
NUTS_REPLICATES = 20
FEW = 6  # whole numbers of a column, at most, that may be a factor's levels
MOST_SUBJECTS = 100_000  # of a design, see workflow/schemas

CONFIG = """\
# A study of {path}, written by workflow/new_study.py; config/README.md explains every key.
study: {study}

# The data. rho, beta0 and sigma_u0 are those at the time `origin`.
data:
  path: {path}
  response: {response}
  time: {time}
  group: {group}
  origin: {origin} # a time, or mean: the mean of the data's times
{formula}
# True values of the simulated data sets: the REML estimates of the data (data), or numbers:
# {{beta0: ..., beta1: ..., sigma_u0: ..., sigma_u1: ..., rho: ..., sigma: ...}}
truth: {truth}

# Visits are those of the data; the sheet varies the true rho.
scenarios: scenarios.tsv
replicates: 1000
sampler: {{replicates: 0}} # NUTS as a check: the sheet's column nuts

# The priors compared. auto: sd(y), and sd(y) / (2 sd(t)) for slopes; write numbers to change them.
# beta_prior_at: means states the prior of beta0 at the mean time, as rstanarm and brms do.
priors:
  independent:
    family: independent
    label: Independent
    {scales}
  lkj_1:
    family: lkj_cholesky_cov
    label: LKJ(1)
    eta: 1 # every rho equally likely
    {scales}
  lkj_15:
    family: lkj_cholesky_cov
    label: LKJ(1.5)
    eta: 1.5 # rho near 0 somewhat more likely
    {scales}

# How many subjects? (target sample_size)
sample_size:
  subjects: {subjects}
  replicates: 1000
  goals:
    rho: {{width: 0.6}} # mean width of the 95 % interval at most 0.6
    {effect}: {{reject: 0.8}} # the interval excludes 0 with probability at least 0.8
"""
FOCUS = """
# The effect that you came for: priors are compared by its intervals.
focus: {focus}
"""
SCALES = ("beta0_sd", "beta1_sd", "sigma_scale", "sigma_u0_scale", "sigma_u1_scale")


def main() -> None:
    """Read the data, write the study, check it, and say how to run it."""
    sys.stdout.reconfigure(errors="replace")  # a terminal may lack some letters
    arguments = _arguments()
    folder = Path(arguments.to)
    try:
        origin, real = _read(arguments)
        config, sheet = _config(origin, real, _truth(real, arguments), arguments), _sheet()
        study = _checked(config, sheet, arguments)
        _write(folder, config, sheet)
    except InputError as error:
        sys.exit(f"Error: {error}")
    for warning in study.warnings:
        if warning not in study.real.warnings:  # those are printed
            print(f"Warning: {warning}")
    command = f"python -m uv run snakemake --directory {shlex.quote(str(folder))} --cores 2"
    print(f"Wrote {folder}/config/config.yaml and {folder}/scenarios.tsv. Next:")
    print(f"  {command}                # which prior, how wide")
    print(f"  {command} sample_size    # how many subjects")


def _read(arguments: argparse.Namespace) -> tuple[int | str, RealData]:
    """The data and the origin of their time: 0, or the mean where 0 is far from them.

    Far is more than half of the times' range, as for ages: rho and sigma_u0 at such a time say
    nothing of the data.
    """
    names = {name: getattr(arguments, name) for name in ("response", "time", "group", "formula")}
    left = one_line(arguments.response)
    if arguments.formula and left not in read_data_cells(arguments.csv).names:
        raise InputError(
            f"--formula: its left side must be a column of {arguments.csv} as it is (found "
            f"'{arguments.response}')."
        )
    defaults = {"unit": 1, "incomplete": "leave out", "strata": "", "random": ""}
    block = {"path": arguments.csv, **defaults, **names}
    real = read_real_data(block | {"origin": 0})
    low, high = real.data.time.min(), real.data.time.max()
    origin: int | str = 0
    if max(low, -high) > (high - low) / 2:
        origin, real = "mean", read_real_data(block | {"origin": "mean"})
    for line in data_lines(real):
        print(line)
    if origin == "mean":
        print(
            f"Time is counted from the mean, {time_text(real.coding.origin)} (data.origin: mean), "
            f"since time 0 is far from the data's times ({time_text(low)} to {time_text(high)})."
        )
    _say_of_covariates(real, arguments)
    return origin, real


def _say_of_covariates(real: RealData, arguments: argparse.Namespace) -> None:
    """Which columns could be used, and which count as numbers."""
    for name in real.table:
        values = real.table[name]
        few = values.dtype == int and values.nunique() <= FEW
        if name != arguments.time and few and f"C({name}" not in arguments.formula:
            print(f"'{name}' counts as a number; write C({name}) in the formula for a factor.")
    cells = read_data_cells(arguments.csv)
    used = (arguments.response, arguments.time, arguments.group)
    unused = [name for name in cells.names if name and name not in map(one_line, used)]
    if real.part or not unused:
        return
    of_column = {name: [row[cells.names.index(name)] for row in cells.rows] for name in unused}
    two = [name for name in unused if len(set(of_column[name]) - set(MISSING)) == 2]
    time = _term(arguments.time)
    terms = [f"{time} * {_term(name)}" for name in two[:1]] or [time]
    terms += [_term(name) for name in unused if name not in two[:1]]
    print(f'They are used with --formula "{_term(arguments.response)} ~ {" + ".join(terms)}".')


def _term(name: str) -> str:
    """A column's name in a formula."""
    return name if name.isidentifier() else f"`{name}`"


def _fixed_effects(real: RealData, arguments: argparse.Namespace) -> tuple[str, str, str]:
    """The config's lines of the formula, the focus, and the effect of the second goal."""
    part, focus, strata = real.part, "", ""
    if not part:
        return "", "", "beta1"
    for name, levels in part.levels.items():
        if not strata and name in real.table:
            per_subject = real.table[name].groupby(real.data.subject).nunique()
            strata = name if (per_subject == 1).all() else ""
        wanted = same_effect(f"{part.time}:{name}[T.{levels[-1]}]", part.effects)
        if not focus and len(levels) == 2 and wanted in part.effects:
            focus = wanted
    lines = [f"  formula: {_quoted(arguments.formula)}"]
    if strata:
        lines.append(f"  strata: {_quoted(strata)} # subjects are drawn within its levels")
    if focus:
        print(f"The effect in focus is taken to be '{focus}' (focus in the config).")
    effect = focus or part.effects[0] if part.effects else "beta1"
    return "\n".join(lines) + "\n", FOCUS.format(focus=_quoted(focus)) * bool(focus), effect


def _truth(real: RealData, arguments: argparse.Namespace) -> str:
    """The value of the key truth: the data's estimate, or numbers near it if it is singular."""
    truth = reml_truth(real.data, arguments.csv)
    if not truth["sigma"]:
        raise InputError(
            f"{arguments.csv}, column '{arguments.response}': the data lie on straight lines "
            "without residuals, so there is nothing to estimate; use the values as measured."
        )
    numbers = ", ".join(f"{name} = {value:g}" for name, value in truth.items())
    print(f"Truth, the REML estimates: {numbers}.")
    if simulable(truth):
        return "data"
    written = as_yaml(near_truth(truth, real.data))
    print(
        "This estimate is singular, so no data can be simulated from it. The config has "
        f"numbers near it, which you should look at: truth: {written}."
    )
    return written


def _checked(config: str, sheet: str, arguments: argparse.Namespace) -> Study:
    """The study as Snakemake will read it, before anything is written to its folder."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "scenarios.tsv"
        path.write_text(sheet, encoding="utf-8")
        study = yaml.safe_load(config) | {"scenarios": str(path)}
        study["data"]["path"] = arguments.csv
        return check_study(study, f"{arguments.to}/config/config.yaml")


def _write(folder: Path, config: str, sheet: str) -> None:
    """Write a study to its folder.

    Raises
    ------
    InputError
        If the folder has a study already or cannot be written.
    """
    files = {folder / "config/config.yaml": config, folder / "scenarios.tsv": sheet}
    if any(file.exists() for file in files):
        raise InputError(f"{folder}: there is a study already; give another folder to --to.")
    try:
        (folder / "config").mkdir(parents=True, exist_ok=True)
        for file, text in files.items():
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"{folder}: the study cannot be written there ({error.strerror}); give another folder "
            "to --to."
        ) from None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("csv", help="a long CSV file, one measurement per row")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--response", help="its column of the response")
    what.add_argument("--formula", default="", help="the fixed effects: score ~ month * arm + age")
    parser.add_argument("--time", required=True, help="its column of the time")
    parser.add_argument("--group", required=True, help="its column of the subject")
    parser.add_argument("--to", required=True, help="the folder to write the study to")
    arguments = parser.parse_args()
    if arguments.formula:
        arguments.response = arguments.formula.partition("~")[0].strip().strip("`")
    return arguments


def _config(origin: int | str, real: RealData, truth: str, arguments: argparse.Namespace) -> str:
    stem = Path(arguments.csv).name.partition(".")[0]
    study = re.sub(r"[^A-Za-z0-9_-]+", "_", stem)[:60].strip("_-")
    columns = {name: _quoted(getattr(arguments, name)) for name in ("response", "time", "group")}
    base = min(real.data.subjects, MOST_SUBJECTS // 4)
    formula, focus, effect = _fixed_effects(real, arguments)
    return (
        CONFIG.format(
            path=_quoted(os.path.relpath(arguments.csv, arguments.to)),
            study=_quoted(study or "study"),
            scales="\n    ".join([*(f"{name}: auto" for name in SCALES), "beta_prior_at: means"]),
            subjects=sorted({max(3, round(base * factor)) for factor in (0.5, 1, 2, 4)}),
            truth=truth,
            origin=origin,
            formula=formula,
            effect=_quoted(effect),
            **columns,
        )
        + focus
    )


def _sheet() -> str:
    rows = [
        "# One row per scenario; a blank rho is the truth's. config/README.md has the columns.",
        "scenario\trho\tdesign\tnuts",
        f"as_estimated\t\tdata\t{NUTS_REPLICATES}",
        *(f"{name}\t{rho}\tdata\t" for name, rho in RHOS.items()),
    ]
    return "\n".join(rows) + "\n"


def _quoted(text: str) -> str:
    """A text as YAML writes it, in quotes where it needs them."""
    return yaml.safe_dump(text, allow_unicode=True, width=np.inf).removesuffix("...\n").strip()


if __name__ == "__main__":
    main()
