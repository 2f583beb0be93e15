rule compile_exact:
    output:
        "<results>/compiled/exact.txt",
    log:
        "<logs>/compile/exact.log",
    # before everything else: the exact fits wait for it
    priority: 2
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code("compile_exact.py"),
        families=families,
        names=sorted({block["family"] for block in config["priors"].values()}),
        effects=list(study.real.data.effects),
    script:
        "../scripts/compile_exact.py"


rule fit_exact:
    input:
        datasets="<results>/datasets/{scenario}/{batch}.nc",
        compiled="<results>/compiled/exact.txt",
    output:
        estimates="<results>/exact/{scenario}/{batch}.estimates.parquet",
        fits="<results>/exact/{scenario}/{batch}.fits.parquet",
        subjects="<results>/exact/{scenario}/{batch}.subjects.parquet",
    log:
        "<logs>/fit_exact/{scenario}/{batch}.log",
    # before the figures of the real data, which fill the time of the tables and pages
    priority: 1
    conda:
        "../../envs/study.yaml"
    params:
        code=code("fit_exact.py"),
        families=families,
        priors=study.prior_blocks,
        estimands=estimands,
        levels=config["intervals"],
        seed=config["seed"],
    script:
        "../scripts/fit_exact.py"


rule fit_nuts:
    input:
        datasets="<results>/datasets/{scenario}/{batch}.nc",
    output:
        estimates="<results>/nuts/{scenario}/{prior}/{batch}.estimates.parquet",
        fits="<results>/nuts/{scenario}/{prior}/{batch}.fits.parquet",
    log:
        "<logs>/fit_nuts/{scenario}/{prior}/{batch}.log",
    # as the exact fits
    priority: 1
    conda:
        "../../envs/study.yaml"
    params:
        code=code("fit_nuts.py"),
        family=family,
        prior=prior_block,
        sampler=study.sampler,
        levels=config["intervals"],
        seed=config["seed"],
    script:
        "../scripts/fit_nuts.py"


rule fit_reml:
    input:
        datasets="<results>/datasets/{scenario}/{batch}.nc",
    output:
        estimates="<results>/reml/{scenario}/{batch}.estimates.parquet",
        fits="<results>/reml/{scenario}/{batch}.fits.parquet",
    log:
        "<logs>/fit_reml/{scenario}/{batch}.log",
    conda:
        "../../envs/study.yaml"
    params:
        code=code("fit_reml.py"),
        interval=config["reml_interval"],
        levels=config["intervals"],
    script:
        "../scripts/fit_reml.py"
