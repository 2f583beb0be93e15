# Observing the real data leaves the two models that it needs; this makes those of other designs.
ruleorder: observe > compile


rule compile:
    input:
        code=code(
            "files",
            "textfiles",
            "longdata",
            "estimates",
            "lkj",
            "priors",
            "marginal",
            "formulations",
            "models",
            "compiled",
        ),
    output:
        "<results>/compiled/{prior}/{variant}.model",
    log:
        "<logs>/compile/{prior}/{variant}.log",
    conda:
        "../../envs/study.yaml"
    params:
        prior=prior_block,
    script:
        "../scripts/compile.py"


rule fit:
    input:
        datasets="<results>/datasets/{scenario}/{batch}.nc",
        model=replicates_model,
        code=code(
            "files",
            "textfiles",
            "seeds",
            "scenarios",
            "longdata",
            "simulate",
            "estimates",
            "lkj",
            "priors",
            "marginal",
            "formulations",
            "likelihood",
            "quadrature",
            "exact",
            "exact_engine",
            "fits",
            "compiled",
            "sampling",
            "trace",
            "engines",
            "replicates",
        ),
    output:
        estimates="<results>/fits/{scenario}/{prior}/{batch}.estimates.parquet",
        fits="<results>/fits/{scenario}/{prior}/{batch}.fits.parquet",
    log:
        "<logs>/fit/{scenario}/{prior}/{batch}.log",
    # before the figures of the real data, which can be drawn while the tables are made
    priority: 1
    conda:
        "../../envs/study.yaml"
    params:
        prior=prior_block,
        engine=config["sampler"]["engine"],
        sampler=NUTS,
        levels=config["intervals"],
        seed=config["seed"],
    script:
        "../scripts/fit.py"
