rule simulate:
    input:
        data=data_of_design,
    output:
        "<results>/datasets/{scenario}/{batch}.nc",
    log:
        "<logs>/simulate/{scenario}/{batch}.log",
    priority: 1
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("simulate.py"),
        design=scenario_design,
        columns=columns_of_design,
        seed=config["seed"],
    script:
        "../scripts/simulate.py"
