rule observed:
    input:
        "<results>/tables/observed.csv",
        "<results>/tables/bayes_factors.csv",
        expand(
            "<results>/observed/{prior}/{formulation}.nc", prior=PRIORS, formulation=FORMULATIONS
        ),


rule observe:
    input:
        data=config["data"]["path"],
        model=real_data_model,
        code=code(
            "seeds",
            "longdata",
            "priors",
            "marginal",
            "formulations",
            "models",
            "estimates",
            "likelihood",
            "quadrature",
            "exact",
            "fits",
            "compiled",
            "sampling",
            "observed",
        ),
    output:
        tree="<results>/observed/{prior}/{formulation}.nc",
        estimates="<results>/observed/{prior}/{formulation}.parquet",
        graph="<results>/observed/{prior}/{formulation}.mmd",
    log:
        "<logs>/observe/{prior}/{formulation}.log",
    conda:
        "../../envs/study.yaml"
    params:
        columns=DATA_COLUMNS,
        prior=prior_block,
        sampler=NUTS,
        levels=config["intervals"],
        seed=config["seed"],
    script:
        "../scripts/observe.py"


rule observed_table:
    input:
        expand(
            "<results>/observed/{prior}/{formulation}.parquet",
            prior=PRIORS,
            formulation=FORMULATIONS,
        ),
    output:
        report(
            "<results>/tables/observed.csv",
            caption="../report/tables/observed.rst",
            category="Tables",
            labels={"table": "real data"},
        ),
    log:
        "<logs>/observed_table.log",
    conda:
        "../../envs/study.yaml"
    script:
        "../scripts/observed_table.py"


rule bayes_factors:
    input:
        data=config["data"]["path"],
        code=code("longdata", "priors", "marginal", "likelihood", "quadrature", "exact"),
    output:
        report(
            "<results>/tables/bayes_factors.csv",
            caption="../report/tables/bayes_factors.rst",
            category="Tables",
            labels={"table": "Bayes factors"},
        ),
    log:
        "<logs>/bayes_factors.log",
    conda:
        "../../envs/study.yaml"
    params:
        columns=DATA_COLUMNS,
        priors=prior_blocks,
    script:
        "../scripts/bayes_factors.py"
