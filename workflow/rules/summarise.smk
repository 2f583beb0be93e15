rule tables:
    input:
        scenario_tables("estimates"),
        scenario_tables("fits"),
        [f"<results>/tables/{name}.csv" for name in STUDY_TABLES],


rule gather:
    input:
        estimates=batch_files("estimates"),
        fits=batch_files("fits"),
        code=code("gather.py"),
    output:
        estimates="<results>/tables/estimates/{scenario}.parquet",
        fits="<results>/tables/fits/{scenario}.parquet",
    log:
        "<logs>/gather/{scenario}.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        priors=list(METHOD_LABELS),
    script:
        "../scripts/gather.py"


rule measure:
    input:
        estimates=scenario_tables("estimates"),
        fits=scenario_tables("fits"),
        code=code("measure.py"),
        families=families,
    output:
        settings=report_table("settings", "truth, scales and time as used"),
        designs=report_table("designs", "designs"),
        recovery=report_table("recovery", "recovery"),
        recovery_common=report_table("recovery_common", "recovery on common replicates"),
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
        levels=config["intervals"],
        priors=prior_blocks,
        scenarios=[
            shown_columns(scenario, study.real.coding) for scenario in study.scenarios.values()
        ],
        labels=METHOD_LABELS,
        settings=settings_used(study),
    script:
        "../scripts/measure.py"


rule subjects_table:
    input:
        scores=subject_files,
        code=code("subjects_table.py"),
    output:
        report_table("subjects", "subjects' own lines"),
    log:
        "<logs>/subjects_table.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    script:
        "../scripts/subjects_table.py"


rule control:
    input:
        comparison="<results>/tables/comparison.csv",
        code=code("control.py"),
        families=families,
    output:
        report_table("control", "negative control"),
    log:
        "<logs>/control.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        priors=prior_blocks,
    script:
        "../scripts/control.py"


rule replicates_needed_table:
    input:
        recovery="<results>/tables/recovery.csv",
        designs="<results>/tables/designs.csv",
        code=code("replicates_needed_table.py"),
    output:
        report_table("replicates_needed", "replicates needed"),
    log:
        "<logs>/replicates_needed_table.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        targets=config["mcse_target"],
    script:
        "../scripts/replicates_needed_table.py"


# No output, so that it runs whenever it is requested.
rule replicates_needed:
    input:
        table="<results>/tables/replicates_needed.csv",
        code=code("replicates_needed.py"),
    log:
        "<logs>/replicates_needed.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    script:
        "../scripts/replicates_needed.py"


# The name of replicates_needed in the first edition.
use rule replicates_needed as plan with:
    log:
        "<logs>/plan.log",
