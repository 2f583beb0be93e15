rule observed:
    input:
        "<results>/tables/observed.csv",
        expand("<results>/observed/{prior}.nc", prior=PRIORS),


rule observe:
    input:
        data=config["data"]["path"],
        code=code("seeds", "longdata", "priors", "models", "estimates", "sampling", "observed"),
    output:
        tree="<results>/observed/{prior}.nc",
        estimates="<results>/observed/{prior}.estimates.parquet",
        graph="<results>/observed/{prior}.mmd",
    log:
        "<logs>/observe/{prior}.log",
    conda:
        "../../envs/study.yaml"
    params:
        columns={key: config["data"][key] for key in ("response", "time", "group")},
        prior=prior_block,
        sampler=config["sampler"],
        levels=config["intervals"],
        seed=config["seed"],
    script:
        "../scripts/observe.py"


rule observed_table:
    input:
        expand("<results>/observed/{prior}.estimates.parquet", prior=PRIORS),
    output:
        report(
            "<results>/tables/observed.csv",
            caption="../report/observed_table.rst",
            category="Tables",
            labels={"table": "real data"},
        ),
    log:
        "<logs>/observed_table.log",
    conda:
        "../../envs/study.yaml"
    params:
        priors=PRIORS,
    script:
        "../scripts/observed_table.py"
