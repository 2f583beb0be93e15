rule sample_size_table:
    input:
        estimates=sample_size_files,
    output:
        answer="<results>/pages/sample_size.txt",
        table=report_table("sample_size", "number of subjects"),
        svg="<results>/figures/sample_size/curves.svg",
        png=report_figure("sample_size", "curves", category="Number of subjects, calibration, cost"),
    log:
        "<logs>/sample_size_table.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("sample_size_table.py"),
        subjects=[
            scenario.design.subjects
            for scenario in study.sample_sizes.values()
            for _ in batches(scenario.replicates, config["batch_size"])
        ],
        goals=config["sample_size"]["goals"],
        labels=study.labels,
        strata=dict(Counter(study.real.data.strata)),
        shown=study.shown_priors,
        methods=list(study.method_labels),
        units=study.units,
    script:
        "../scripts/sample_size_table.py"


# No output, so that it answers whenever it is requested.
rule sample_size:
    input:
        answer="<results>/pages/sample_size.txt",
        table="<results>/tables/sample_size.csv",
    log:
        "<logs>/sample_size.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    shell:
        "cat {input.answer} 2> {log}; echo See {input.table}."
