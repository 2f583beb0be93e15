rule figures:
    input:
        figure_files("observed/data"),
        figure_files("observed/{prior}/{name}", prior=PRIORS, name=PRIOR_FIGURES),
        figure_files("observed/{name}", name=FORESTS),
        figure_files("study/{name}", name=MEASURE_FIGURES),
        figure_files("study/estimates_{name}", name=TRUTH_FIGURES),


rule data_figure:
    input:
        data=config["data"]["path"],
        code=code("longdata", "figures/style", "figures/posterior"),
    output:
        svg="<results>/figures/observed/data.svg",
        png=report(
            "<results>/figures/observed/data.png",
            caption="../report/data.rst",
            category="Real data",
            subcategory="All priors",
            labels={"figure": "data", "prior": "-"},
        ),
    log:
        "<logs>/figures/data.log",
    conda:
        "../../envs/study.yaml"
    params:
        columns={key: config["data"][key] for key in ("response", "time", "group")},
    script:
        "../scripts/data_figure.py"


rule prior_figure:
    input:
        data=config["data"]["path"],
        tree="<results>/observed/{prior}.nc",
        code=code("longdata", "figures/style", "figures/posterior"),
    output:
        svg="<results>/figures/observed/{prior}/{name}.svg",
        png=report(
            "<results>/figures/observed/{prior}/{name}.png",
            caption="../report/prior_figure.rst",
            category="Real data",
            subcategory=lambda wildcards: LABELS[wildcards.prior],
            labels=lambda wildcards: {
                "figure": wildcards.name,
                "prior": LABELS[wildcards.prior],
            },
        ),
    log:
        "<logs>/figures/observed/{prior}/{name}.log",
    wildcard_constraints:
        name="|".join(PRIOR_FIGURES),
    conda:
        "../../envs/study.yaml"
    params:
        columns={key: config["data"][key] for key in ("response", "time", "group")},
    script:
        "../scripts/prior_figure.py"


rule forest_figure:
    input:
        trees=expand("<results>/observed/{prior}.nc", prior=PRIORS),
        code=code("estimates", "figures/style", "figures/forest"),
    output:
        svg="<results>/figures/observed/{name}.svg",
        png=report(
            "<results>/figures/observed/{name}.png",
            caption="../report/forest_figure.rst",
            category="Real data",
            subcategory="All priors",
            labels={"figure": "{name}", "prior": "all"},
        ),
    log:
        "<logs>/figures/observed/{name}.log",
    wildcard_constraints:
        name="|".join(FORESTS),
    conda:
        "../../envs/study.yaml"
    params:
        labels=LABELS,
    script:
        "../scripts/forest_figure.py"


rule measure_figure:
    input:
        recovery="<results>/tables/recovery.csv",
        code=code("figures/style", "figures/study"),
    output:
        svg="<results>/figures/study/{name}.svg",
        png=report(
            "<results>/figures/study/{name}.png",
            caption="../report/measure_figure.rst",
            category="Recovery",
            labels={"figure": "{name}"},
        ),
    log:
        "<logs>/figures/study/{name}.log",
    wildcard_constraints:
        name="|".join(MEASURE_FIGURES),
    conda:
        "../../envs/study.yaml"
    params:
        labels=LABELS,
    script:
        "../scripts/measure_figure.py"


rule truth_figure:
    input:
        estimates="<results>/tables/estimates.parquet",
        code=code("figures/style", "figures/study"),
    output:
        svg="<results>/figures/study/estimates_{name}.svg",
        png=report(
            "<results>/figures/study/estimates_{name}.png",
            caption="../report/truth_figure.rst",
            category="Recovery",
            labels={"figure": "{name} against its truth"},
        ),
    log:
        "<logs>/figures/study/estimates_{name}.log",
    wildcard_constraints:
        name="|".join(TRUTH_FIGURES),
    conda:
        "../../envs/study.yaml"
    params:
        labels=LABELS,
    script:
        "../scripts/truth_figure.py"
