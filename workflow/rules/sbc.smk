rule sbc:
    input:
        "<results>/tables/sbc.csv",
        "<results>/pages/sbc.html",
        figure_files("sbc", METHODS).values(),


rule sbc_simulate:
    input:
        code=code(
            "textfiles",
            "seeds",
            "scenarios",
            "longdata",
            "simulate",
            "estimates",
            "lkj",
            "priors",
            "fits",
            "calibration",
        ),
    output:
        "<results>/sbc/datasets/{prior}/{batch}.nc",
    log:
        "<logs>/sbc/simulate/{prior}/{batch}.log",
    conda:
        "../../envs/study.yaml"
    params:
        prior=prior_block,
        center=config["truth"]["beta0"],
        subjects=config["sbc"]["subjects"],
        days=config["sbc"]["days"],
        seed=config["seed"],
    script:
        "../scripts/sbc_simulate.py"


rule sbc_rank:
    input:
        datasets="<results>/sbc/datasets/{prior}/{batch}.nc",
        model=calibration_model,
        code=code(
            "files",
            "textfiles",
            "seeds",
            "scenarios",
            "longdata",
            "simulate",
            "estimates",
            "lkj",
            "priors",
            "marginal",
            "formulations",
            "likelihood",
            "quadrature",
            "exact",
            "exact_engine",
            "fits",
            "compiled",
            "sampling",
            "trace",
            "engines",
            "replicates",
            "calibration",
        ),
    output:
        "<results>/sbc/ranks/{prior}/{method}/{batch}.parquet",
    log:
        "<logs>/sbc/rank/{prior}/{method}/{batch}.log",
    conda:
        "../../envs/study.yaml"
    params:
        prior=prior_block,
        center=config["truth"]["beta0"],
        sampler=NUTS_REFITTED,
        levels=config["intervals"],
        seed=config["seed"],
    script:
        "../scripts/sbc_rank.py"


rule sbc_table:
    input:
        ranks=expand(
            "<results>/sbc/ranks/{prior}/{method}/{batch}.parquet",
            prior=PRIORS,
            method=METHODS,
            batch=batches(config["sbc"]["replicates"], config["sbc"]["batch_size"]),
        ),
        code=code(
            "files",
            "textfiles",
            "scenarios",
            "longdata",
            "estimates",
            "lkj",
            "priors",
            "fits",
            "calibration",
            "measures",
            "differences",
            "tables",
            "answers",
        ),
    output:
        ranks="<results>/tables/sbc_ranks.parquet",
        table=report(
            "<results>/tables/sbc.csv",
            caption="../report/tables/sbc.rst",
            category="Tables",
            labels={"table": "calibration"},
        ),
    log:
        "<logs>/sbc/table.log",
    conda:
        "../../envs/study.yaml"
    script:
        "../scripts/sbc_table.py"


rule sbc_figures:
    input:
        ranks="<results>/tables/sbc_ranks.parquet",
        code=code(
            "textfiles",
            "scenarios",
            "longdata",
            "estimates",
            "lkj",
            "priors",
            "fits",
            "calibration",
            "figures/style",
            "figures/calibration",
        ),
    output:
        svg=figure_files("sbc", METHODS)["svg"],
        png=[reported("sbc", method, category="Calibration") for method in METHODS],
    log:
        "<logs>/sbc/figures.log",
    conda:
        "../../envs/study.yaml"
    params:
        labels=LABELS,
        methods=METHODS,
    script:
        "../scripts/sbc_figures.py"


rule sbc_page:
    input:
        tables=["<results>/tables/sbc.csv"],
        template=template("tables"),
        base=template("base"),
        code=code("files", "estimates", "measures", "differences", "tables", "answers", "pages"),
    output:
        report(
            "<results>/pages/sbc.html",
            caption="../report/pages/sbc.rst",
            category="Calibration",
            labels={"figure": "verdict and tests"},
        ),
    log:
        "<logs>/sbc/page.log",
    conda:
        "../../envs/study.yaml"
    params:
        study=config["study"],
    script:
        "../scripts/table_page.py"
