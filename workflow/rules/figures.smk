rule figures:
    input:
        figure_files("observed", OBSERVED_FIGURES).values(),
        figure_files("priors", ["implied"]).values(),
        figure_files("study", STUDY_FIGURES).values(),
        figure_files("zip", SCENARIOS).values(),


rule observed_figures:
    input:
        data=config["data"]["path"],
        trees=expand(
            f"<results>/observed/{{prior}}/{REAL_DATA_FORMULATIONS[0]}.nc", prior=NUTS_PRIORS
        ),
        code=code("observed_figures.py"),
    output:
        svg=figure_files("observed", OBSERVED_FIGURES)["svg"],
        png=[
            report_figure("observed", "data", category="Real data"),
            *(
                report_figure(
                    "observed",
                    f"{prior}/{name}",
                    category="Real data by prior",
                    subcategory=LABELS[prior],
                )
                for prior in NUTS_PRIORS
                for name in PRIOR_FIGURES
            ),
            *(report_figure("observed", name, category="Real data") for name in FOREST_FIGURES),
        ],
    log:
        "<logs>/figures/observed.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        columns=DATA_COLUMNS,
        time_label=study.real.coding.label(config["data"]["time"]),
        labels=NUTS_LABELS,
        by_prior=PRIOR_FIGURES,
        forests=FOREST_FIGURES,
    script:
        "../scripts/observed_figures.py"


rule prior_figure:
    input:
        data=config["data"]["path"],
        code=code("prior_figure.py"),
        families=families,
    output:
        svg="<results>/figures/priors/implied.svg",
        png=report_figure("priors", "implied", category="Real data"),
    log:
        "<logs>/figures/priors.log",
    localrule: True
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
        estimates=scenario_tables("estimates"),
        code=code("study_figures.py"),
    output:
        svg=figure_files("study", STUDY_FIGURES)["svg"],
        png=[report_figure("study", name, category="Recovery") for name in STUDY_FIGURES],
    log:
        "<logs>/figures/study.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        labels=METHOD_LABELS,
        names=STUDY_FIGURES,
    script:
        "../scripts/study_figures.py"


rule zip_figures:
    input:
        estimates=scenario_tables("estimates"),
        code=code("zip_figures.py"),
    output:
        svg=figure_files("zip", SCENARIOS)["svg"],
        png=[
            report_figure("zip", scenario, caption="zip", category="Zip plots")
            for scenario in SCENARIOS
        ],
    log:
        "<logs>/figures/zip.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        labels=LABELS,
    script:
        "../scripts/zip_figures.py"
