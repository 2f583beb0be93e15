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
        code=code(
            "files",
            "textfiles",
            "seeds",
            "longdata",
            "estimates",
            "lkj",
            "priors",
            "marginal",
            "formulations",
            "models",
            "likelihood",
            "quadrature",
            "exact",
            "fits",
            "compiled",
            "sampling",
            "trace",
            "observed",
        ),
    output:
        models=expand("<results>/compiled/{{prior}}/{variant}.model", variant=REAL_DATA_VARIANTS),
        trees=expand("<results>/observed/{{prior}}/{formulation}.nc", formulation=FORMULATIONS),
        estimates=expand(
            "<results>/observed/{{prior}}/{formulation}.parquet", formulation=FORMULATIONS
        ),
        graphs=expand("<results>/observed/{{prior}}/{formulation}.mmd", formulation=FORMULATIONS),
    log:
        "<logs>/observe/{prior}.log",
    conda:
        "../../envs/study.yaml"
    params:
        columns=DATA_COLUMNS,
        prior=prior_block,
        sampler=NUTS_REFITTED,
        levels=config["intervals"],
        seed=config["seed"],
    script:
        "../scripts/observe.py"


rule observed_tables:
    input:
        estimates=expand(
            "<results>/observed/{prior}/{formulation}.parquet",
            prior=PRIORS,
            formulation=FORMULATIONS,
        ),
        data=config["data"]["path"],
        code=code(
            "files",
            "textfiles",
            "longdata",
            "estimates",
            "lkj",
            "priors",
            "marginal",
            "likelihood",
            "quadrature",
            "exact",
        ),
    output:
        observed=report(
            "<results>/tables/observed.csv",
            caption="../report/tables/observed.rst",
            category="Tables",
            labels={"table": "real data"},
        ),
        bayes_factors=report(
            "<results>/tables/bayes_factors.csv",
            caption="../report/tables/bayes_factors.rst",
            category="Tables",
            labels={"table": "Bayes factors"},
        ),
    log:
        "<logs>/observed_tables.log",
    conda:
        "../../envs/study.yaml"
    params:
        columns=DATA_COLUMNS,
        priors=prior_blocks,
    script:
        "../scripts/observed_tables.py"
