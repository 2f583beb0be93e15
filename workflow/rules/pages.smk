rule pages:
    input:
        tables=[f"<results>/tables/{name}.csv" for name in STUDY_TABLES],
        estimates=scenario_tables("estimates"),
        fits=scenario_tables("fits"),
    output:
        answer="<results>/pages/answer.txt",
        answer_rst="<results>/pages/answer.rst",
        answers=report_page("answers", "Answers", "answers"),
        index="<results>/pages/index.html",
        ademp=report_page("ademp", "Answers", "the study by ADEMP"),
        explore=[report_page(page, "Explore", page.replace("_", ": ")) for page in EXPLORE_PAGES],
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
        parameters=study.parameters,
    script:
        "../scripts/pages.py"
