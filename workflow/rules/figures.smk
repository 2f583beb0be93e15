"""The figures of the study, the real data and the priors. Their files follow from the sheet."""

from recovery.figures.layout import (
    figure_names,
    figure_parts,
    named_designs,
    typical_scenarios,
    zip_pages,
)

DESIGNS = named_designs(scenario.columns() for scenario in study.scenarios.values())
FIGURE_PARTS = figure_parts(DESIGNS)
ZIP_PAGES = zip_pages(study.methods_with_rho)
# some figures show nothing in some studies
DRAWN = {
    "accuracy": DESIGNS["nuts"].any(),
    "agreement": len(study.shown_labels.keys() & study.priors.keys()) > 1,
    "estimates_rho": study.methods_with_rho,
    "running": set(study.methods_with_rho) - {"reml"},
}
STUDY_FIGURES = figure_names(
    [name for name in captions("study") if DRAWN.get(name, True)], FIGURE_PARTS
)
ZIP_SCENARIOS = typical_scenarios(DESIGNS)


rule figures:
    input:
        figure_files("observed", OBSERVED_FIGURES).values(),
        figure_files("priors", ["implied"]).values(),
        figure_files("study", STUDY_FIGURES).values(),
        figure_files("zip", ZIP_PAGES).values(),


rule observed_figures:
    input:
        data=config["data"]["path"],
        table="<results>/tables/observed.csv",
        trees=expand(
            f"<results>/observed/{{prior}}/{REAL_DATA_FORMULATIONS[0]}.nc", prior=study.nuts_priors
        ),
    output:
        svg=figure_files("observed", OBSERVED_FIGURES)["svg"],
        png=[
            report_figure("observed", "data", category="Real data"),
            *(
                report_figure(
                    "observed",
                    f"{prior}/{name}",
                    category="Real data by prior",
                    subcategory=literal(study.labels[prior]),
                )
                for prior in study.nuts_priors
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
        code=code("observed_figures.py"),
        columns=study.data_columns,
        units=study.units,
        labels=study.method_labels,
        priors=study.nuts_priors,
        by_prior=PRIOR_FIGURES,
        forests=FOREST_FIGURES,
    script:
        "../scripts/observed_figures.py"


rule prior_figure:
    input:
        data=config["data"]["path"],
    output:
        svg="<results>/figures/priors/implied.svg",
        png=report_figure("priors", "implied", label="what each prior expects", category="Priors"),
    log:
        "<logs>/figures/priors.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("prior_figure.py"),
        families=families,
        columns=study.data_columns,
        priors=study.prior_blocks,
        labels={
            prior: label for prior, label in study.shown_labels.items() if prior in study.priors
        },
        methods=list(study.method_labels),
        units=study.units,
    script:
        "../scripts/prior_figure.py"


rule study_figures:
    input:
        recovery="<results>/tables/recovery.csv",
        estimates=scenario_tables("estimates"),
    output:
        svg=figure_files("study", STUDY_FIGURES)["svg"],
        png=[study_report_figure(file) for file in STUDY_FIGURES],
    log:
        "<logs>/figures/study.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("study_figures.py"),
        labels=study.shown_labels,
        all_labels=study.method_labels,
        units=study.units,
        names=STUDY_FIGURES,
        parts={name: part._asdict() for name, part in FIGURE_PARTS.items()},
    script:
        "../scripts/study_figures.py"


rule zip_figures:
    input:
        estimates=[f"<results>/tables/estimates/{scenario}.parquet" for scenario in ZIP_SCENARIOS],
    output:
        svg=figure_files("zip", ZIP_PAGES)["svg"],
        png=[
            report_figure(
                "zip",
                page,
                caption="zip",
                label=f"every interval of {page.replace('_', ', ')}",
                category="Recovery",
            )
            for page in ZIP_PAGES
        ],
    log:
        "<logs>/figures/zip.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("zip_figures.py"),
        labels=study.shown_labels,
        methods=list(study.method_labels),
        pages=list(ZIP_PAGES.values()),
    script:
        "../scripts/zip_figures.py"
