rule benchmark:
    input:
        "<results>/tables/cost.csv",
        "<results>/tables/scaling.csv",
        figure_files("benchmark", BENCHMARK_FIGURES).values(),


rule cost:
    input:
        data=config["data"]["path"],
        code=code("cost.py"),
        family=family,
    output:
        "<results>/benchmark/{prior}.parquet",
    log:
        "<logs>/benchmark/{prior}.log",
    conda:
        "../../envs/study.yaml"
    params:
        columns=DATA_COLUMNS,
        prior=prior_block,
        seed=config["seed"],
    script:
        "../scripts/cost.py"


rule scaling:
    input:
        code=code("scaling.py"),
    output:
        "<results>/tables/scaling.csv",
    log:
        "<logs>/benchmark/scaling.log",
    conda:
        "../../envs/study.yaml"
    # all available cores (Snakemake caps it): nothing else may run beside what is timed
    threads: 1000
    params:
        config=config,
        prior=(NUTS_PRIORS or PRIORS)[-1],
    script:
        "../scripts/scaling.py"


rule cost_table:
    input:
        repeats=expand("<results>/benchmark/{prior}.parquet", prior=NUTS_PRIORS),
        scaling="<results>/tables/scaling.csv",
        code=code("cost_table.py"),
    output:
        cost="<results>/tables/cost.csv",
        svg=figure_files("benchmark", BENCHMARK_FIGURES)["svg"],
        png=[
            report_figure("benchmark", name, category="Calibration and cost")
            for name in BENCHMARK_FIGURES
        ],
    log:
        "<logs>/benchmark/cost_table.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        labels=METHOD_LABELS,
        names=BENCHMARK_FIGURES,
    script:
        "../scripts/cost_table.py"
