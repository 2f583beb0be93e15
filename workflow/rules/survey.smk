SURVEYED = [config["data"]["path"], *sorted(map(str, Path("config/data/real").glob("*.csv")))]


rule survey:
    input:
        SURVEYED,
    output:
        table="<results>/tables/survey.csv",
        svg="<results>/figures/survey.svg",
        png="<results>/figures/survey.png",
    log:
        "<logs>/survey.log",
    conda:
        "../../envs/study.yaml"
    params:
        code=code("survey.py"),
        families=families,
        data=config["data"],
        columns=[{}] + [{"response": "y", "time": "t", "group": "id"}] * (len(SURVEYED) - 1),
        priors={name: study.prior_blocks[name] for name in study.shown_priors},
        labels=study.shown_priors,
        seed=config["seed"],
    script:
        "../scripts/survey.py"
