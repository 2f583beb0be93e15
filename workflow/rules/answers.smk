rule explore:
    input:
        recovery="<results>/tables/recovery.csv",
    output:
        [report_page(page, "Explore", page.replace("_", ": ")) for page in EXPLORE_PAGES],
    log:
        "<logs>/pages/explore.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("explore.py", "pages/explore.html.jinja", "pages/base.html.jinja"),
        labels=study.shown_labels,
        methods=list(study.method_labels),
        pages=EXPLORE_PAGES,
        study=config["study"],
    script:
        "../scripts/explore.py"


rule answers:
    input:
        recovery="<results>/tables/recovery.csv",
        control="<results>/tables/control.csv",
        replicates_needed="<results>/tables/replicates_needed.csv",
        missingness="<results>/tables/missingness.csv",
        designs="<results>/tables/designs.csv",
        subjects=["<results>/tables/subjects.csv"] if config["estimands"]["subjects"] else [],
        estimates=scenario_tables("estimates"),
        fits=scenario_tables("fits"),
    output:
        answer="<results>/pages/answer.txt",
        page=report_page("answers", "Answers", "answers"),
    log:
        "<logs>/pages/answers.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("answers.py", "pages/answers.html.jinja", "pages/base.html.jinja"),
        labels=study.shown_labels,
        all_labels=study.method_labels,
        study=config["study"],
        priors=config["priors"],
        data=lambda wildcards: study.real.description,
        units=study.units,
        truth=config["truth"],
    script:
        "../scripts/answers.py"
