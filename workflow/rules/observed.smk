rule observed:
    input:
        "<results>/tables/observed.csv",
        "<results>/tables/bayes_factors.csv",
        expand(
            "<results>/observed/{prior}/{formulation}.nc",
            prior=study.nuts_priors,
            formulation=REAL_DATA_FORMULATIONS,
        ),


rule fit_observed:
    input:
        data=config["data"]["path"],
    output:
        trees=expand(
            "<results>/observed/{{prior}}/{formulation}.nc", formulation=REAL_DATA_FORMULATIONS
        ),
        estimates=expand(
            "<results>/observed/{{prior}}/{formulation}.parquet",
            formulation=REAL_DATA_FORMULATIONS,
        ),
        graphs=expand(
            "<results>/observed/{{prior}}/{formulation}.mmd", formulation=REAL_DATA_FORMULATIONS
        ),
    log:
        "<logs>/fit_observed/{prior}.log",
    # first: these are the longest jobs
    priority: 3
    conda:
        "../../envs/study.yaml"
    params:
        code=code("fit_observed.py"),
        family=family,
        columns=study.data_columns,
        prior=prior_block,
        sampler=NUTS_REFITTED,
        levels=config["intervals"],
        seed=config["seed"],
    script:
        "../scripts/fit_observed.py"


rule observed_tables:
    input:
        estimates=expand(
            "<results>/observed/{prior}/{formulation}.parquet",
            prior=study.nuts_priors,
            formulation=REAL_DATA_FORMULATIONS,
        ),
        data=config["data"]["path"],
    output:
        observed=report_table("observed", "real data"),
        bayes_factors=report_table("bayes_factors", "Bayes factors"),
    log:
        "<logs>/observed_tables.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("observed_tables.py"),
        families=families,
        columns=study.data_columns,
        priors=study.prior_blocks,
        levels=config["intervals"],
        seed=config["seed"],
    script:
        "../scripts/observed_tables.py"
