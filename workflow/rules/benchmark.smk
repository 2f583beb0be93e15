rule cost:
    input:
        data=config["data"]["path"],
    output:
        "<results>/benchmark/{prior}.parquet",
    log:
        "<logs>/benchmark/{prior}.log",
    conda:
        "../../envs/study.yaml"
    params:
        code=code("cost.py"),
        family=family,
        columns=study.data_columns,
        prior=prior_block,
        seed=config["seed"],
    script:
        "../scripts/cost.py"


rule benchmark:
    input:
        repeats=expand("<results>/benchmark/{prior}.parquet", prior=study.nuts_priors),
    output:
        cost="<results>/tables/cost.csv",
        svg="<results>/figures/benchmark/cost.svg",
        png=report_figure("benchmark", "cost", category="Number of subjects, calibration, cost"),
    log:
        "<logs>/benchmark/tables.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("benchmark.py"),
        labels=study.method_labels,
    script:
        "../scripts/benchmark.py"
