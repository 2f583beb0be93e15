rule simulate:
    input:
        code=code("simulate.py"),
    output:
        "<results>/datasets/{scenario}/{batch}.nc",
    log:
        "<logs>/simulate/{scenario}/{batch}.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        design=scenario_design,
        seed=config["seed"],
    script:
        "../scripts/simulate.py"
