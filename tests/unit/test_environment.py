"""The conda environment holds the versions of the lock file."""

import re
import tomllib

import yaml
from helpers import ROOT

CONDA_NAMES = {"matplotlib-base": "matplotlib", "snakemake-minimal": "snakemake"}
WORKFLOW_ONLY = {"jsonschema", "pygments"}  # used by the workflow itself, not by its jobs


def test_conda_environment_is_in_step_with_the_lock():
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    locked = {
        package["name"]: package["version"] for package in lock["package"] if "version" in package
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    direct = {re.split("[>~]", line)[0] for line in project["dependencies"]} - WORKFLOW_ONLY
    environment = yaml.safe_load((ROOT / "envs/study.yaml").read_text())
    pinned = dict(line.split("=", 1) for line in environment["dependencies"])
    python = (ROOT / ".python-version").read_text().strip()
    assert pinned.pop("python") == python
    pinned = {CONDA_NAMES.get(name, name): version for name, version in pinned.items()}
    assert direct <= set(pinned)
    assert pinned == {name: locked[name] for name in pinned}
