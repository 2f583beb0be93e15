# The pages of tables: title, tables and, where a table is large, the group of parameters shown.
TABLE_PAGES = {
    "coverage": {"title": "Coverage of the 95 % intervals", "tables": ["coverage"]},
    **{
        f"{name}_{group}": {
            "title": f"{title}: {group.replace('_', ' ')}",
            "tables": [name],
            "group": group,
        }
        for name, title in (("recovery", "Recovery"), ("comparison", "Comparison of priors"))
        for group in GROUPS
    },
    "checks": {
        "title": "Checks: sampler, negative control, fits, replicates",
        "tables": ["accuracy", "control", "missingness", "replicates_needed"],
    },
    "settings": {
        "title": "Designs, settings and Bayes factors",
        "tables": ["designs", "settings", "bayes_factors"],
    },
}
if "subjects" in STUDY_TABLES:
    TABLE_PAGES["subjects"] = {"title": "Subjects' own lines", "tables": ["subjects"]}


rule pages:
    input:
        [f"<results>/pages/{page}.html" for page in EXPLORE_PAGES],
        "<results>/pages/answers.html",
        "<results>/pages/ademp.html",
        expand("<results>/pages/tables/{page}.html", page=TABLE_PAGES),


rule ademp:
    input:
        replicates_needed="<results>/tables/replicates_needed.csv",
        settings="<results>/tables/settings.csv",
        missingness="<results>/tables/missingness.csv",
        designs="<results>/tables/designs.csv",
    output:
        report_page("ademp", "Answers", "the study by ADEMP"),
    log:
        "<logs>/pages/ademp.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("ademp.py", "pages/ademp.html.jinja", "pages/base.html.jinja"),
        config=config,
        time_label=lambda wildcards: study.units[1],
    script:
        "../scripts/ademp.py"


rule table_pages:
    input:
        tables=[
            f"<results>/tables/{name}.csv"
            for name in dict.fromkeys(sum((page["tables"] for page in TABLE_PAGES.values()), []))
        ],
    output:
        [
            report_tables_page(
                f"tables/{name}",
                {"table": name.replace("_", ": ")},
                category="Tables",
                subcategory="Pages",
            )
            for name in TABLE_PAGES
        ],
    log:
        "<logs>/pages/tables.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code(
            "table_page.py", "pages/tables.html.jinja", "pages/base.html.jinja", "columns.yaml"
        ),
        study=config["study"],
        pages=TABLE_PAGES,
        labels=study.method_labels,
        large=LARGE_TABLES,
    script:
        "../scripts/table_page.py"
