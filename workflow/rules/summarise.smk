rule tables:
    input:
        "<results>/tables/estimates.parquet",
        "<results>/tables/fits.csv",
        "<results>/tables/recovery.csv",
        "<results>/tables/recovery_common.csv",
        "<results>/tables/missingness.csv",
        "<results>/tables/coverage.csv",
        "<results>/tables/comparison.csv",
        "<results>/tables/control.csv",
        "<results>/tables/plan.csv",
        "<results>/tables/accuracy.csv",
        "<results>/tables/observed.csv",
        "<results>/tables/bayes_factors.csv",


rule gather:
    input:
        estimates=batch_files("<results>/fits/{scenario}/{prior}/{batch}.estimates.parquet"),
        fits=batch_files("<results>/fits/{scenario}/{prior}/{batch}.fits.parquet"),
        code=code("files", "estimates", "measures", "differences", "tables"),
    output:
        estimates="<results>/tables/estimates.parquet",
        fits=report(
            "<results>/tables/fits.csv",
            caption="../report/tables/fits.rst",
            category="Tables",
            labels={"table": "fits"},
        ),
    log:
        "<logs>/gather.log",
    conda:
        "../../envs/study.yaml"
    script:
        "../scripts/gather.py"


rule measure:
    input:
        estimates="<results>/tables/estimates.parquet",
        fits="<results>/tables/fits.csv",
        code=code("files", "estimates", "measures", "differences", "tables"),
    output:
        recovery=report(
            "<results>/tables/recovery.csv",
            caption="../report/tables/recovery.rst",
            category="Tables",
            labels={"table": "recovery"},
        ),
        recovery_common=report(
            "<results>/tables/recovery_common.csv",
            caption="../report/tables/recovery_common.rst",
            category="Tables",
            labels={"table": "recovery on common replicates"},
        ),
        missingness=report(
            "<results>/tables/missingness.csv",
            caption="../report/tables/missingness.rst",
            category="Tables",
            labels={"table": "missingness"},
        ),
        coverage=report(
            "<results>/tables/coverage.csv",
            caption="../report/tables/coverage.rst",
            category="Tables",
            labels={"table": "coverage"},
        ),
        accuracy=report(
            "<results>/tables/accuracy.csv",
            caption="../report/tables/accuracy.rst",
            category="Tables",
            labels={"table": "accuracy of the sampler"},
        ),
        comparison=report(
            "<results>/tables/comparison.csv",
            caption="../report/tables/comparison.rst",
            category="Tables",
            labels={"table": "comparison of priors"},
        ),
    log:
        "<logs>/measure.log",
    conda:
        "../../envs/study.yaml"
    params:
        levels=config["intervals"],
        scenarios=[scenario.columns() for scenario in study.scenarios.values()],
    script:
        "../scripts/measure.py"


rule control:
    input:
        comparison="<results>/tables/comparison.csv",
        code=code("lkj", "priors", "control"),
    output:
        report(
            "<results>/tables/control.csv",
            caption="../report/tables/control.rst",
            category="Tables",
            labels={"table": "negative control"},
        ),
    log:
        "<logs>/control.log",
    conda:
        "../../envs/study.yaml"
    params:
        priors=prior_blocks,
    script:
        "../scripts/control.py"


rule plan_table:
    input:
        recovery="<results>/tables/recovery.csv",
        code=code("files", "estimates", "measures", "differences", "tables", "plan"),
    output:
        report(
            "<results>/tables/plan.csv",
            caption="../report/tables/plan.rst",
            category="Tables",
            labels={"table": "replicates needed"},
        ),
    log:
        "<logs>/plan_table.log",
    conda:
        "../../envs/study.yaml"
    params:
        targets=config["mcse_target"],
        batch_size=config["batch_size"],
    script:
        "../scripts/plan_table.py"


# It writes nothing, so that it speaks whenever it is asked.
rule plan:
    input:
        plan="<results>/tables/plan.csv",
        code=code("files", "estimates", "measures", "differences", "tables", "plan"),
    log:
        "<logs>/plan.log",
    conda:
        "../../envs/study.yaml"
    script:
        "../scripts/plan.py"
