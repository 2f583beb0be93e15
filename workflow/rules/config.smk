"""Make the package importable, and refuse a config that is not plain YAML before Snakemake reads it."""

import os
import shlex
import sys
from contextlib import suppress
from pathlib import Path

RULES = Path(workflow.current_basedir.get_path_or_uri(secret_free=True))
sys.path.insert(0, str(RULES.parent / "scripts"))

from jobs.terminal import closing_lines, how_snakemake_is_called, show_lines
from recovery.errors import InputError
from study.check import check_yaml

CONFIG = "config/config.yaml"

# another workflow that uses this one as a module keeps its own terminal
if Path(workflow.main_snakefile).resolve().parent in (RULES.parent, RULES.parents[1]):
    show_lines(workflow, main=workflow.is_main_process)

with suppress(AttributeError):  # a stream that another program put there
    sys.stdout.reconfigure(errors="replace")  # a terminal may lack some letters

# Snakemake starts Python by this path, without quotes around it
if shlex.quote(sys.executable) != sys.executable:
    sys.exit(
        f"Error: {sys.executable}: Snakemake cannot start a Python whose path has a space, a quote "
        "or the like; move this folder to a path of letters, digits, - and _."
    )

try:
    if Path(CONFIG).exists():
        check_yaml(CONFIG)
except InputError as error:
    sys.exit(f"Error: {error}")
