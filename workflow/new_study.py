r"""Write the config and the scenario sheet of a study of your own data.

Run in the repository's folder::

    python -m uv run python workflow/new_study.py my.csv \
        --response score --time month --group patient --to MY_STUDY

It prints what it read and the commands that run the study. The truth is the REML estimates of the
data, the priors' scales come from the data, and the design is that of the data.
"""

import argparse
import os
import re
import shlex
import sys
from pathlib import Path

import numpy as np
import yaml

sys.path.insert(0, str(Path(__file__).parent / "scripts"))

from recovery.data.longdata import LongData
from recovery.data.read import describe, read_long_csv
from recovery.errors import InputError
from study.check import Study, check_study
from study.real_data import near_truth, reml_truth, simulable

RHOS = (-0.8, -0.4, 0, 0.4, 0.8)
NUTS_REPLICATES = 20

CONFIG = """\
# A study of {path}, written by workflow/new_study.py; config/README.md explains every key.
study: {study}

# The data. rho, beta0 and sigma_u0 are those at the time `origin`.
data:
  path: {path}
  response: {response}
  time: {time}
  group: {group}
  origin: 0 # or mean: the mean of the data's times
  formulations: [marginal]

# True values of the simulated data sets: the REML estimates of the data (data), or numbers:
# {{beta0: ..., beta1: ..., sigma_u0: ..., sigma_u1: ..., rho: ..., sigma: ...}}
truth: {truth}

# Visits are those of the data; the sheet varies the true rho.
scenarios: scenarios.tsv
replicates: 1000
sampler: {{replicates: 0}} # NUTS as a check: the sheet's column nuts

# The priors compared. auto: sd(y), and sd(y) / (2 sd(t)) for slopes; write numbers to change them.
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
  lkj_2:
    family: lkj_cholesky_cov
    label: LKJ(2)
    eta: 2 # rho near 0 more likely
    {scales}

# How many subjects? (target sample_size)
sample_size:
  subjects: {subjects}
  replicates: 1000
  goals:
    rho: {{width: 0.6}} # mean width of the 95 % interval at most 0.6
    beta1: {{reject: 0.8}} # the interval excludes 0 with probability at least 0.8
"""
SCALES = ("beta0_sd", "beta1_sd", "sigma_scale", "sigma_u0_scale", "sigma_u1_scale")


def main() -> None:
    """Read the data, write the study, check it, and say how to run it."""
    arguments = _arguments()
    folder = Path(arguments.to)
    try:
        data = read_long_csv(arguments.csv, arguments.response, arguments.time, arguments.group)
        print(f"Data: {arguments.csv}: {describe(data)}.")
        truth = reml_truth(data)
        numbers = ", ".join(f"{name} = {value:g}" for name, value in truth.items())
        print(f"Truth, the REML estimates: {numbers}.")
        written = "data"
        if not simulable(truth):
            near = near_truth(truth, data)
            written = "{" + ", ".join(f"{name}: {value:g}" for name, value in near.items()) + "}"
            print(
                "This estimate is singular, so no data can be simulated from it. The config has "
                f"numbers near it, which you should look at: truth: {written}."
            )
        study = _written_and_checked(folder, data, written, arguments)
    except (InputError, OSError) as error:
        sys.exit(f"Error: {error}")
    if study.real.warning:
        print(f"Warning: {study.real.warning}")
    command = f"python -m uv run snakemake --directory {shlex.quote(str(folder))} --cores 2"
    print(f"Wrote {folder}/config/config.yaml and {folder}/scenarios.tsv. Next:")
    print(f"  {command}                # which prior, how wide")
    print(f"  {command} sample_size    # how many subjects")


def _written_and_checked(
    folder: Path, data: LongData, truth: str, arguments: argparse.Namespace
) -> Study:
    """The study of a folder as Snakemake will read it; a study with a mistake is not left behind.

    Raises
    ------
    InputError
        If the folder has a study already, or what was written is not valid.
    """
    files = folder / "config/config.yaml", folder / "scenarios.tsv"
    if any(file.exists() for file in files):
        raise InputError(f"{folder}: there is a study already; give another folder to --to.")
    _write(folder, data, truth, arguments)
    here = Path.cwd()
    os.chdir(folder)
    try:
        config = yaml.safe_load(Path("config/config.yaml").read_text(encoding="utf-8"))
        return check_study(config, f"{folder}/config/config.yaml")
    except InputError:
        for file in files:
            (here / file).unlink()
        raise
    finally:
        os.chdir(here)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("csv", help="a long CSV file, one measurement per row")
    parser.add_argument("--response", required=True, help="its column of the response")
    parser.add_argument("--time", required=True, help="its column of the time")
    parser.add_argument("--group", required=True, help="its column of the subject")
    parser.add_argument("--to", required=True, help="the folder to write the study to")
    return parser.parse_args()


def _write(folder: Path, data: LongData, truth: str, arguments: argparse.Namespace) -> None:
    (folder / "config").mkdir(parents=True, exist_ok=True)
    columns = {name: _quoted(getattr(arguments, name)) for name in ("response", "time", "group")}
    subjects = sorted({max(3, round(data.subjects * factor)) for factor in (0.5, 1, 2, 4)})
    text = CONFIG.format(
        path=_quoted(os.path.relpath(arguments.csv, folder)),
        study=re.sub(r"[^A-Za-z0-9_-]+", "_", Path(arguments.csv).stem).strip("_-") or "study",
        scales="\n    ".join(f"{name}: auto" for name in SCALES),
        subjects=subjects,
        truth=truth,
        **columns,
    )
    (folder / "config/config.yaml").write_text(text, encoding="utf-8")
    rows = [f"rho_{_name(rho)}\t{rho}\tdata\t" for rho in RHOS]
    sheet = [
        "# One row per scenario; a blank rho is the truth's. config/README.md has the columns.",
        "scenario\trho\tdesign\tnuts",
        f"as_estimated\t\tdata\t{NUTS_REPLICATES}",
        *rows,
    ]
    (folder / "scenarios.tsv").write_text("\n".join(sheet) + "\n", encoding="utf-8")


def _quoted(text: str) -> str:
    """A text as YAML writes it, in quotes where it needs them."""
    return yaml.safe_dump(text, allow_unicode=True, width=np.inf).removesuffix("...\n").strip()


def _name(rho: float) -> str:
    return f"{'m' if rho < 0 else ''}{abs(rho):g}".replace(".", "")


if __name__ == "__main__":
    main()
