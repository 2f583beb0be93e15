"""A study of one scenario and one prior in a folder of its own, whose runs the benchmark times."""

import sys
from pathlib import Path
from typing import Any

import yaml

SNAKEFILE = Path(__file__).parents[3] / "Snakefile"
TABLE = "results/scaling/tables/fits/scaling.parquet"
BATCH = 50


def write_time_study(folder: Path, config: dict[str, Any], prior: str, replicates: int) -> None:
    """Write the study's config and sheet: a config of the caller's, NUTS for every replicate."""
    config = config | {
        "study": "scaling",
        "scenarios": "sheet.tsv",
        "replicates": replicates,
        "batch_size": BATCH,
        "priors": {prior: config["priors"][prior]},
        "sampler": config["sampler"] | {"replicates": "all", "priors": "all"},
        "data": config["data"] | {"path": str(Path(config["data"]["path"]).resolve())},
    }
    (folder / "config").mkdir(exist_ok=True)
    (folder / "config/config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    (folder / "sheet.tsv").write_text("scenario\trho\tsubjects\tdays\nscaling\t0\t18\t10\n")


def time_study_command(folder: Path, cores: int) -> list[str]:
    """The command that runs the study, from its simulation to the table of fits."""
    command = [sys.executable, "-m", "snakemake", TABLE, "--snakefile", str(SNAKEFILE)]
    return [*command, "--directory", str(folder), "--cores", str(cores)]
