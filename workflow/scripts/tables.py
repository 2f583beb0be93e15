"""Write the tables of the study from the measures of its scenarios."""

from pathlib import Path

import pandas as pd

from jobs.log import open_log
from recovery.files import read_table, write_table
from recovery.model.families import make_prior
from recovery.summaries.designs import with_design_names
from recovery.summaries.negative_control import control_table
from recovery.summaries.pairs import equal_pairs
from recovery.summaries.precision import replicates_needed, replicates_needed_sentences
from recovery.summaries.recovery import coverage_table, with_design, with_label
from recovery.summaries.regret import regret_table
from recovery.summaries.rule import answers_table, coverage_cells, lowest_coverage
from recovery.summaries.subjects import subjects_table

open_log(snakemake.log[0])
params = snakemake.params
parts = {}
for path in snakemake.input.measures:
    parts.setdefault(Path(path).stem, []).append(read_table(path))
tables = {name: pd.concat(part, ignore_index=True) for name, part in parts.items()}
designs = tables["designs"] = with_design_names(pd.DataFrame(params.scenarios))
tables["settings"] = pd.DataFrame(params.settings)
tables["recovery"] = with_label(with_design(tables["recovery"], designs), params.labels)
tables["coverage"] = coverage_table(tables["recovery"])
priors = {name: make_prior(**block) for name, block in params.priors.items()}
tables["control"] = control_table(tables["comparison"], equal_pairs(priors))
needed = replicates_needed(tables["recovery"], designs, params.targets)
tables["replicates_needed"] = needed
if snakemake.input.scores:
    scores = [
        read_table(path).assign(scenario=path.parent.name)
        for path in map(Path, snakemake.input.scores)
    ]
    tables["subjects"] = subjects_table(pd.concat(scores, ignore_index=True))
choice = designs, params.belief, params.shown_labels, params.focus
tables["regret"] = regret_table(tables["scores"], *choice)
cells = coverage_cells(tables["recovery"], tables.get("subjects"), params.belief, params.interval)
tables["answers"] = answers_table(lowest_coverage(cells), tables.pop("scores"), *choice)
for name, table in tables.items():
    write_table(table, snakemake.output[name])
sentences = replicates_needed_sentences(needed)
Path(snakemake.output.needed).write_text("\n".join(sentences) + "\n", encoding="utf-8")
