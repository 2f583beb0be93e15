rule sbc_simulate:
    input:
        data=data_of_design,
    output:
        "<results>/sbc/datasets/{prior}/{batch}.nc",
    log:
        "<logs>/sbc/simulate/{prior}/{batch}.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("sbc_simulate.py"),
        family=family,
        prior=prior_block,
        center=config["truth"]["beta0"],
        design=scenario_design,
        columns=columns_of_design,
        seed=config["seed"],
    script:
        "../scripts/sbc_simulate.py"


rule sbc_rank:
    input:
        datasets="<results>/sbc/datasets/{prior}/{batch}.nc",
    output:
        "<results>/sbc/ranks/{prior}/{method}/{batch}.parquet",
    log:
        "<logs>/sbc/rank/{prior}/{method}/{batch}.log",
    conda:
        "../../envs/study.yaml"
    params:
        code=code("sbc_rank.py"),
        family=family,
        prior=prior_block,
        center=config["truth"]["beta0"],
        sampler=NUTS_REFITTED,
        levels=config["intervals"],
        seed=config["seed"],
    script:
        "../scripts/sbc_rank.py"


rule sbc:
    input:
        ranks=[
            f"<results>/sbc/ranks/{prior}/{method}/{batch}.parquet"
            for method in study.calibrated_methods
            for prior in study.calibrated_priors[method]
            for batch in batches(study.calibrated_methods[method], SBC_BATCH)
        ],
    output:
        ranks="<results>/tables/sbc_ranks.parquet",
        table=report_table("sbc", "calibration"),
        power=report_table("sbc_power", "what calibration can see"),
        svg=figure_files("sbc", study.calibrated_methods)["svg"],
        png=[
            report_figure("sbc", method, category="Number of subjects, calibration, cost")
            for method in study.calibrated_methods
        ],
    log:
        "<logs>/sbc/tables.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("sbc.py"),
        replicates=study.calibrated_methods,
        labels=study.labels,
    script:
        "../scripts/sbc.py"
