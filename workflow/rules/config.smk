"""Make the package importable, and refuse a config that is not plain YAML before Snakemake reads it."""

import sys
from pathlib import Path

RULES = Path(workflow.current_basedir.get_path_or_uri(secret_free=True))
sys.path.insert(0, str(RULES.parent / "scripts"))

from recovery.errors import InputError
from study.check import check_yaml

CONFIG = "config/config.yaml"

try:
    if Path(CONFIG).exists():
        check_yaml(CONFIG)
except InputError as error:
    sys.exit(f"Error: {error}")
