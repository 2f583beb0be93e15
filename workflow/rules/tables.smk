rule measure:
    input:
        estimates=batch_files("estimates"),
        fits=batch_files("fits"),
    output:
        estimates="<results>/tables/estimates/{scenario}.parquet",
        fits="<results>/tables/fits/{scenario}.parquet",
        recovery="<results>/measures/{scenario}/recovery.parquet",
        missingness="<results>/measures/{scenario}/missingness.parquet",
        comparison="<results>/measures/{scenario}/comparison.parquet",
        accuracy="<results>/measures/{scenario}/accuracy.parquet",
        scores="<results>/measures/{scenario}/scores.parquet",
    log:
        "<logs>/measure/{scenario}.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("measure.py"),
        families=families,
        levels=config["intervals"],
        priors=study.prior_blocks,
        methods=list(study.method_labels),
    script:
        "../scripts/measure.py"


rule tables:
    input:
        measures=expand(
            "<results>/measures/{scenario}/{table}.parquet",
            scenario=study.scenarios,
            table=["recovery", "missingness", "comparison", "accuracy", "scores"],
        ),
        scores=subject_files,
    output:
        **{name: report_table(name, label) for name, label in STUDY_TABLES.items()},
        needed="<results>/pages/replicates_needed.txt",
    log:
        "<logs>/tables.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("tables.py"),
        families=families,
        priors=study.prior_blocks,
        scenarios=[
            shown_columns(scenario, study.real.coding) for scenario in study.scenarios.values()
        ],
        labels=study.method_labels,
        settings=study.settings,
        targets=config["mcse_target"],
        belief=config["belief"],
        interval=config["interval"],
        focus=config["focus"],
        shown_labels=study.shown_labels,
    script:
        "../scripts/tables.py"


# No output, so that it answers whenever it is requested.
rule replicates_needed:
    input:
        "<results>/pages/replicates_needed.txt",
    log:
        "<logs>/replicates_needed.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    shell:
        "cat {input} 2> {log}"
