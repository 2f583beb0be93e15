rule pages:
    input:
        [f"<results>/pages/{page}.html" for page in EXPLORE_PAGES],
        "<results>/pages/answers.html",
        "<results>/pages/ademp.html",
        "<results>/pages/tables.html",


rule ademp:
    input:
        replicates_needed="<results>/tables/replicates_needed.csv",
        settings="<results>/tables/settings.csv",
        missingness="<results>/tables/missingness.csv",
        designs="<results>/tables/designs.csv",
        template=template("ademp"),
        base=template("base"),
        code=code("ademp.py"),
    output:
        report_page("ademp", category="Answers", label="the study by ADEMP"),
    log:
        "<logs>/pages/ademp.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        config=config,
        time_label=study.real.coding.label(config["data"]["time"]),
    script:
        "../scripts/ademp.py"


rule table_page:
    input:
        tables=[f"<results>/tables/{name}.csv" for name in PAGE_TABLES],
        template=template("tables"),
        base=template("base"),
        code=code("table_page.py"),
    output:
        report(
            "<results>/pages/tables.html",
            caption="../report/pages/tables.rst",
            category="Tables",
            labels={"table": "main tables, sortable"},
        ),
    log:
        "<logs>/pages/tables.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        study=config["study"],
    script:
        "../scripts/table_page.py"
