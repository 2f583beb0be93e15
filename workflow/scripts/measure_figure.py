"""Draw one performance measure against the true correlation."""

import pandas as pd

from joblog import open_log
from recovery.figures.study import MEASURE_FIGURES
from recovery.figures.style import save_figure

open_log(snakemake.log[0])
recovery = pd.read_csv(snakemake.input.recovery)
figure = MEASURE_FIGURES[snakemake.wildcards.name](recovery, snakemake.params.labels)
save_figure(figure, [snakemake.output.svg, snakemake.output.png])
