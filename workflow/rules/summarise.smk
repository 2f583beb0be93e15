rule tables:
    input:
        scenario_tables("estimates"),
        scenario_tables("fits"),
        [f"<results>/tables/{name}.csv" for name in STUDY_TABLES],


rule gather:
    input:
        estimates=batch_files("estimates"),
        fits=batch_files("fits"),
    output:
        estimates="<results>/tables/estimates/{scenario}.parquet",
        fits="<results>/tables/fits/{scenario}.parquet",
    log:
        "<logs>/gather/{scenario}.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("gather.py"),
        priors=list(study.method_labels),
    script:
        "../scripts/gather.py"


rule measure:
    input:
        estimates=scenario_tables("estimates"),
        fits=scenario_tables("fits"),
    output:
        settings=report_table("settings", "truth, scales and time as used"),
        designs=report_table("designs", "designs"),
        recovery=report_table("recovery", "recovery"),
        missingness=report_table("missingness", "missingness"),
        coverage=report_table("coverage", "coverage"),
        accuracy=report_table("accuracy", "accuracy of the sampler"),
        comparison=report_table("comparison", "comparison of priors"),
    log:
        "<logs>/measure.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("measure.py"),
        families=families,
        levels=config["intervals"],
        priors=study.prior_blocks,
        scenarios=[
            shown_columns(scenario, study.real.coding) for scenario in study.scenarios.values()
        ],
        labels=study.method_labels,
        settings=study.settings,
    script:
        "../scripts/measure.py"


rule subjects_table:
    input:
        scores=subject_files,
    output:
        report_table("subjects", "subjects' own lines"),
    log:
        "<logs>/subjects_table.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("subjects_table.py"),
    script:
        "../scripts/subjects_table.py"


rule control:
    input:
        comparison="<results>/tables/comparison.csv",
    output:
        report_table("control", "negative control"),
    log:
        "<logs>/control.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("control.py"),
        families=families,
        priors=study.prior_blocks,
    script:
        "../scripts/control.py"


rule replicates_needed_table:
    input:
        recovery="<results>/tables/recovery.csv",
        designs="<results>/tables/designs.csv",
    output:
        report_table("replicates_needed", "replicates needed"),
    log:
        "<logs>/replicates_needed_table.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("replicates_needed_table.py"),
        targets=config["mcse_target"],
    script:
        "../scripts/replicates_needed_table.py"


# No output, so that it runs whenever it is requested.
rule replicates_needed:
    input:
        table="<results>/tables/replicates_needed.csv",
    log:
        "<logs>/replicates_needed.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("replicates_needed.py"),
    script:
        "../scripts/replicates_needed.py"
