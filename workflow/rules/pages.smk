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
        tables=[f"<results>/tables/{name}.csv" for name in [*STUDY_TABLES, "bayes_factors"]],
        estimates=scenario_tables("estimates"),
        fits=scenario_tables("fits"),
    output:
        answer="<results>/pages/answer.txt",
        answers=report_page("answers", "Answers", "answers"),
        ademp=report_page("ademp", "Answers", "the study by ADEMP"),
        explore=[report_page(page, "Explore", page.replace("_", ": ")) for page in EXPLORE_PAGES],
        tables=[
            report_tables_page(
                f"tables/{name}",
                {"table": name.replace("_", ": ")},
                category="Tables",
                subcategory="Pages",
            )
            for name in TABLE_PAGES
        ],
    log:
        "<logs>/pages.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("pages.py", *PAGE_FILES),
        config=config,
        labels=study.method_labels,
        shown_labels=study.shown_labels,
        data=lambda wildcards: study.real.description,
        units=study.units,
        explore=EXPLORE_PAGES,
        tables=TABLE_PAGES,
        large=LARGE_TABLES,
    script:
        "../scripts/pages.py"
