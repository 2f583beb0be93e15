rule figures:
    input:
        figure_files("observed", ["data", *FOREST_FIGURES]).values(),
        [figure_files(f"observed/{prior}", PRIOR_FIGURES).values() for prior in PRIORS],
        figure_files("study", STUDY_FIGURES).values(),


rule data_figure:
    input:
        data=config["data"]["path"],
        code=code("longdata", "figures/style", "figures/posterior"),
    output:
        svg=figure_files("observed", ["data"])["svg"],
        png=reported("observed", ["data"], "observed", category="Real data"),
    log:
        "<logs>/figures/data.log",
    conda:
        "../../envs/study.yaml"
    params:
        columns=DATA_COLUMNS,
    script:
        "../scripts/data_figure.py"


rule prior_figures:
    input:
        data=config["data"]["path"],
        tree="<results>/observed/{prior}/marginal.nc",
        code=code("longdata", "figures/style", "figures/posterior"),
    output:
        svg=figure_files("observed/{prior}", PRIOR_FIGURES)["svg"],
        png=reported(
            "observed/{prior}",
            PRIOR_FIGURES,
            "prior",
            category="Real data by prior",
            subcategory=lambda wildcards: LABELS[wildcards.prior],
        ),
    log:
        "<logs>/figures/{prior}.log",
    conda:
        "../../envs/study.yaml"
    params:
        columns=DATA_COLUMNS,
        names=PRIOR_FIGURES,
    script:
        "../scripts/prior_figures.py"


rule forest_figures:
    input:
        trees=expand("<results>/observed/{prior}/marginal.nc", prior=PRIORS),
        code=code("estimates", "figures/style", "figures/forest"),
    output:
        svg=figure_files("observed", FOREST_FIGURES)["svg"],
        png=reported("observed", FOREST_FIGURES, "observed", category="Real data"),
    log:
        "<logs>/figures/forests.log",
    conda:
        "../../envs/study.yaml"
    params:
        labels=LABELS,
        names=FOREST_FIGURES,
    script:
        "../scripts/forest_figures.py"


rule study_figures:
    input:
        recovery="<results>/tables/recovery.csv",
        estimates="<results>/tables/estimates.parquet",
        code=code("estimates", "measures", "tables", "figures/style", "figures/study"),
    output:
        svg=figure_files("study", STUDY_FIGURES)["svg"],
        png=reported("study", STUDY_FIGURES, "study", category="Recovery"),
    log:
        "<logs>/figures/study.log",
    conda:
        "../../envs/study.yaml"
    params:
        labels=LABELS,
        names=STUDY_FIGURES,
    script:
        "../scripts/study_figures.py"
