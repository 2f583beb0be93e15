rule simulate:
    input:
        code=code("textfiles", "seeds", "scenarios", "longdata", "simulate"),
    output:
        "<results>/datasets/{scenario}/{batch}.nc",
    log:
        "<logs>/simulate/{scenario}/{batch}.log",
    conda:
        "../../envs/study.yaml"
    params:
        design=scenario_design,
        seed=config["seed"],
    script:
        "../scripts/simulate.py"
