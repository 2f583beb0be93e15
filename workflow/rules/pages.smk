rule pages:
    input:
        "<results>/pages/ademp.html",
        "<results>/pages/tables.html",


rule ademp:
    input:
        recovery="<results>/tables/recovery.csv",
        control="<results>/tables/control.csv",
        plan="<results>/tables/plan.csv",
        missingness="<results>/tables/missingness.csv",
        estimates="<results>/tables/estimates.parquet",
        template=template("ademp"),
        base=template("base"),
        code=code("files", "estimates", "measures", "differences", "tables", "answers", "pages"),
    output:
        report(
            "<results>/pages/ademp.html",
            caption="../report/pages/ademp.rst",
            category="Answers and design",
            labels={"page": "answers and ADEMP"},
        ),
    log:
        "<logs>/pages/ademp.log",
    conda:
        "../../envs/study.yaml"
    params:
        config=config,
        labels=LABELS,
        scenarios=[scenario.columns() for scenario in study.scenarios.values()],
    script:
        "../scripts/ademp.py"


rule table_page:
    input:
        tables=[f"<results>/tables/{name}.csv" for name in TABLES],
        template=template("tables"),
        base=template("base"),
        code=code("files", "estimates", "measures", "differences", "tables", "answers", "pages"),
    output:
        report(
            "<results>/pages/tables.html",
            caption="../report/pages/tables.rst",
            category="Tables",
            labels={"table": "all tables, sortable"},
        ),
    log:
        "<logs>/pages/tables.log",
    conda:
        "../../envs/study.yaml"
    params:
        study=config["study"],
    script:
        "../scripts/table_page.py"
