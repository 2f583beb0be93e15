rule observed:
    input:
        "<results>/tables/observed.csv",
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
        sampler=config["sampler"],
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
