import importlib.util
import os

import pytest
from cluster import Cluster, missing_programs


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    """A SLURM, or a skipped test where there is none; CI sets REQUIRE_SLURM and fails then."""
    missing = missing_programs()
    if importlib.util.find_spec("snakemake_executor_plugin_slurm") is None:
        missing.append("snakemake_executor_plugin_slurm (uv sync --group slurm)")
    if missing:
        complain = pytest.fail if os.environ.get("REQUIRE_SLURM") else pytest.skip
        complain(f"no SLURM on this machine: {', '.join(missing)} not found")
    cluster = Cluster(tmp_path_factory.mktemp("slurm"))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
