rule pages:
    input:
        "<results>/pages/ademp.html",
        "<results>/pages/tables.html",


rule ademp:
    input:
        recovery="<results>/tables/recovery.csv",
        control="<results>/tables/control.csv",
        replicates_needed="<results>/tables/replicates_needed.csv",
        settings="<results>/tables/settings.csv",
        missingness="<results>/tables/missingness.csv",
        designs="<results>/tables/designs.csv",
        estimates=scenario_tables("estimates"),
        template=template("ademp"),
        base=template("base"),
        code=code("ademp.py"),
    output:
        answer="<results>/pages/answer.txt",
        page=report(
            "<results>/pages/ademp.html",
            caption="../report/pages/ademp.rst",
            category="Answers and design",
            labels={"page": "answers and ADEMP"},
        ),
    log:
        "<logs>/pages/ademp.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        config=config,
        time_label=study.real.coding.label(config["data"]["time"]),
        labels=METHOD_LABELS,
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
