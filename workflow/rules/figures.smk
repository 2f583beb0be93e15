rule figures:
    input:
        figure_files("observed", OBSERVED_FIGURES).values(),
        figure_files("priors", ["implied"]).values(),
        figure_files("study", STUDY_FIGURES).values(),
        figure_files("zip", SCENARIOS).values(),


rule observed_figures:
    input:
        data=config["data"]["path"],
        trees=expand("<results>/observed/{prior}/marginal.nc", prior=PRIORS),
        code=code(
            "files",
            "textfiles",
            "longdata",
            "estimates",
            "figures/style",
            "figures/posterior",
            "figures/forest",
        ),
    output:
        svg=figure_files("observed", OBSERVED_FIGURES)["svg"],
        png=[
            reported("observed", "data", category="Real data"),
            *(
                reported(
                    "observed",
                    f"{prior}/{name}",
                    category="Real data by prior",
                    subcategory=LABELS[prior],
                )
                for prior in PRIORS
                for name in PRIOR_FIGURES
            ),
            *(reported("observed", name, category="Real data") for name in FOREST_FIGURES),
        ],
    log:
        "<logs>/figures/observed.log",
    conda:
        "../../envs/study.yaml"
    params:
        columns=DATA_COLUMNS,
        labels=LABELS,
        by_prior=PRIOR_FIGURES,
        forests=FOREST_FIGURES,
    script:
        "../scripts/observed_figures.py"


rule prior_figure:
    input:
        data=config["data"]["path"],
        code=code(
            "textfiles",
            "longdata",
            "lkj",
            "priors",
            "marginal",
            "likelihood",
            "quadrature",
            "figures/style",
            "figures/densities",
        ),
    output:
        svg="<results>/figures/priors/implied.svg",
        png=reported("priors", "implied", category="Real data"),
    log:
        "<logs>/figures/priors.log",
    conda:
        "../../envs/study.yaml"
    params:
        columns=DATA_COLUMNS,
        priors=prior_blocks,
        labels=LABELS,
    script:
        "../scripts/prior_figure.py"


rule study_figures:
    input:
        recovery="<results>/tables/recovery.csv",
        estimates="<results>/tables/estimates.parquet",
        code=code(
            "files",
            "textfiles",
            "scenarios",
            "estimates",
            "measures",
            "differences",
            "tables",
            "figures/style",
            "figures/replicates",
            "figures/curves",
            "figures/study",
        ),
    output:
        svg=figure_files("study", STUDY_FIGURES)["svg"],
        png=[reported("study", name, category="Recovery") for name in STUDY_FIGURES],
    log:
        "<logs>/figures/study.log",
    conda:
        "../../envs/study.yaml"
    params:
        labels=LABELS,
        names=STUDY_FIGURES,
    script:
        "../scripts/study_figures.py"


rule zip_figures:
    input:
        estimates="<results>/tables/estimates.parquet",
        code=code(
            "files",
            "estimates",
            "measures",
            "differences",
            "tables",
            "figures/style",
            "figures/replicates",
        ),
    output:
        svg=figure_files("zip", SCENARIOS)["svg"],
        png=[
            reported("zip", scenario, caption="zip", category="Zip plots")
            for scenario in SCENARIOS
        ],
    log:
        "<logs>/figures/zip.log",
    conda:
        "../../envs/study.yaml"
    params:
        labels=LABELS,
        scenarios=SCENARIOS,
    script:
        "../scripts/zip_figures.py"
