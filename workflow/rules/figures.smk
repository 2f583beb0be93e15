"""The figures of the study, the real data and the priors. Their files follow from the sheet."""

from recovery.figures.layout import (
    figure_names,
    figure_parts,
    named_designs,
    typical_scenarios,
    zip_pages,
)

DESIGNS = named_designs(scenario.columns() for scenario in study.scenarios.values())
FIGURE_PARTS = figure_parts(DESIGNS, study.real.data.effects, study.real.data.q)
ZIP_PAGES = zip_pages(study.methods_with_rho if study.exact else [])
# some figures show nothing in some studies
DRAWN = {
    "accuracy": study.exact and DESIGNS["nuts"].any(),
    "estimates_rho": study.exact and study.methods_with_rho,
    "estimates_r_u": study.exact,
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
            *(
                report_figure(
                    "observed",
                    name,
                    caption="subjects" if name in SUBJECT_FIGURES else None,
                    category="Real data",
                )
                for name in FOREST_FIGURES
            ),
        ],
        prior_svg="<results>/figures/priors/implied.svg",
        prior_png=report_figure(
            "priors", "implied", label="what each prior expects", category="Priors"
        ),
    log:
        "<logs>/figures/observed.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("observed_figures.py"),
        families=families,
        columns=study.data_columns,
        units=study.units,
        labels=study.method_labels,
        shown=study.shown_priors,
        blocks=study.prior_blocks,
        priors=study.nuts_priors,
        by_prior=PRIOR_FIGURES,
        forests=FOREST_FIGURES,
    script:
        "../scripts/observed_figures.py"


rule study_figures:
    input:
        recovery="<results>/tables/recovery.csv",
        answers="<results>/tables/answers.csv",
        estimates=scenario_tables("estimates"),
    output:
        svg=figure_files("study", STUDY_FIGURES)["svg"],
        png=[study_report_figure(file) for file in STUDY_FIGURES],
        zip_svg=figure_files("zip", ZIP_PAGES)["svg"],
        zip_png=[
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
        "<logs>/figures/study.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("study_figures.py"),
        labels=study.shown_labels,
        all_labels=study.method_labels,
        units=study.units,
        estimated_rho=study.estimated_rho,
        focus=config["focus"],
        names=STUDY_FIGURES,
        parts={name: part._asdict() for name, part in FIGURE_PARTS.items()},
        zip_scenarios=ZIP_SCENARIOS,
        zip_pages=list(ZIP_PAGES.values()),
    script:
        "../scripts/study_figures.py"
