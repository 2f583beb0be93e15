import pytest
from cluster import Cluster, missing_programs


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    missing = missing_programs()
    if missing:
        pytest.skip(f"no SLURM on this machine: {', '.join(missing)} not found")
    pytest.importorskip("snakemake_executor_plugin_slurm")
    cluster = Cluster(tmp_path_factory.mktemp("slurm"))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
