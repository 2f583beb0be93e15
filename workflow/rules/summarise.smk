rule tables:
    input:
        "<results>/tables/estimates.parquet",
        "<results>/tables/fits.csv",
        "<results>/tables/recovery.csv",
        "<results>/tables/recovery_common.csv",
        "<results>/tables/missingness.csv",
        "<results>/tables/coverage.csv",
        "<results>/tables/comparison.csv",
        "<results>/tables/accuracy.csv",
        "<results>/tables/observed.csv",
        "<results>/tables/bayes_factors.csv",


rule gather:
    input:
        estimates=batch_files("<results>/fits/{scenario}/{prior}/{batch}.estimates.parquet"),
        fits=batch_files("<results>/fits/{scenario}/{prior}/{batch}.fits.parquet"),
        code=code("estimates", "measures", "tables"),
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
        code=code("estimates", "measures", "tables"),
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
