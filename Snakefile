# Which prior for correlated intercepts and slopes? A simulation study of their recovery.
#
#   snakemake --cores 2                     everything: study, tables, figures
#   snakemake --cores 2 observed            the real data under every prior
#   snakemake --cores 2 tables              the study's tables
#   snakemake --cores 2 figures             every figure
#   snakemake --cores 2 sample_size         how many subjects reach a goal
#   snakemake --cores 2 replicates_needed   how many replicates the wanted precision takes
#   snakemake --cores 2 sbc                 simulation-based calibration of every prior
#   snakemake --cores 2 benchmark           what each prior costs, timed
#   snakemake --report report.html          the report of a finished run

from snakemake.utils import min_version

min_version("9.27")


include: "workflow/rules/config.smk"


configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/simulate.smk"
include: "workflow/rules/fit.smk"
include: "workflow/rules/observed.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/sample_size.smk"
include: "workflow/rules/pages.smk"
include: "workflow/rules/sbc.smk"
include: "workflow/rules/benchmark.smk"
include: "workflow/rules/survey.smk"


rule all:
    default_target: True
    input:
        rules.observed.input,
        rules.tables.output,
        rules.figures.input,
        rules.pages.output,


onstart:
    for line in start_lines(study, Path("results") / config["study"]):
        print(line, file=sys.stderr)


onsuccess:
    for line in closing_lines(
        Path("results") / config["study"],
        Path(os.environ.get("PWD", ".")),
        workflow.config_settings.configfiles,
        how_snakemake_is_called(),
    ):
        print(line)
