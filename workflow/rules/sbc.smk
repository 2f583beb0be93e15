rule sbc:
    input:
        "<results>/tables/sbc.csv",
        "<results>/tables/sbc_power.csv",
        "<results>/pages/sbc.html",
        figure_files("sbc", study.calibrated_methods).values(),


rule sbc_simulate:
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
        design=study.calibration_design,
        seed=config["seed"],
    script:
        "../scripts/sbc_simulate.py"


rule sbc_rank:
    input:
        datasets="<results>/sbc/datasets/{prior}/{batch}.nc",
        model=calibration_model,
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


rule sbc_table:
    input:
        ranks=[
            f"<results>/sbc/ranks/{prior}/{method}/{batch}.parquet"
            for method in study.calibrated_methods
            for prior in (study.priors if method == "exact" else study.nuts_priors)
            for batch in batches(study.calibrated_methods[method], SBC_BATCH)
        ],
    output:
        ranks="<results>/tables/sbc_ranks.parquet",
        table=report_table("sbc", "calibration"),
        power=report_table("sbc_power", "what calibration can see"),
    log:
        "<logs>/sbc/table.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("sbc_table.py"),
        replicates=study.calibrated_methods,
    script:
        "../scripts/sbc_table.py"


rule sbc_figures:
    input:
        ranks="<results>/tables/sbc_ranks.parquet",
    output:
        svg=figure_files("sbc", study.calibrated_methods)["svg"],
        png=[
            report_figure("sbc", method, category="Calibration and cost")
            for method in study.calibrated_methods
        ],
    log:
        "<logs>/sbc/figures.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("sbc_figures.py"),
        labels=study.labels,
        methods=list(study.calibrated_methods),
    script:
        "../scripts/sbc_figures.py"


rule sbc_page:
    input:
        tables=["<results>/tables/sbc.csv", "<results>/tables/sbc_power.csv"],
    output:
        report_tables_page("sbc", {"figure": "verdict and tests"}, category="Calibration and cost"),
    log:
        "<logs>/sbc/page.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code(
            "table_page.py", "pages/tables.html.jinja", "pages/base.html.jinja", "columns.yaml"
        ),
        pages={"sbc": {"title": "Calibration", "tables": ["sbc", "sbc_power"]}},
        study=config["study"],
        labels=study.labels,
        large=[],
    script:
        "../scripts/table_page.py"
