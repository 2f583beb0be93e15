rule simulate:
    input:
        data=data_of_design,
        code=code("simulate.py"),
    output:
        "<results>/datasets/{scenario}/{batch}.nc",
    log:
        "<logs>/simulate/{scenario}/{batch}.log",
    priority: 1
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        design=scenario_design,
        columns=columns_of_design,
        seed=config["seed"],
    script:
        "../scripts/simulate.py"
