"""What the rules take from a study: the numbers used, estimands, the calibration's design."""

from dataclasses import asdict
from typing import Any

from recovery.data.longdata import time_text
from recovery.data.scenarios import days
from study.check import Study, hyperparameters


def settings_used(study: Study) -> list[dict[str, Any]]:
    """Coding of time, truth and hyperparameters, as rows ``what, name, value, source``."""
    block, coding = study.config["data"], study.real.coding
    rows = []
    for name, value in (("origin", coding.origin), ("unit", coding.unit)):
        source = f"{block[name]} of the data" if isinstance(block[name], str) else "config"
        rows.append({"what": "time", "name": name, "value": value, "source": source})
    for name, value in study.config["truth"].items():
        source = "config" if name in study.given_truth else "default"
        if study.given_truth == "data":
            source = "REML estimate of the data"
        rows.append({"what": "truth", "name": name, "value": value, "source": source})
    for prior, made in study.priors.items():
        given = hyperparameters(study.config["priors"][prior])
        for name, value in asdict(made).items():
            source = "config" if name in given else "default"
            if (prior, name) in study.automatic:
                source = "auto, from the data"
            rows.append({"what": f"prior {prior}", "name": name, "value": value, "source": source})
    return rows


def wanted_estimands(study: Study) -> dict[str, Any]:
    """The arguments of `targets_of`: times by their label, coded as the data's are."""
    block = study.config["estimands"]

    def coded(times: list[float]) -> dict[str, float]:
        return {time_text(time): float(study.real.coding.code(time)) for time in times}

    every = block["replicates"] == "all"
    return {
        "lines_at": coded(block["lines_at"]),
        "new_subject_at": coded(block["new_subject_at"]),
        "subjects": block["subjects"],
        "replicates": 10**9 if every else block["replicates"],
    }


def calibration_design(study: Study) -> dict[str, Any]:
    """Subjects and visit times of the calibration's data sets, which are balanced."""
    block = study.config["sbc"]
    if block["design"] == "small":
        return {"subjects": block["subjects"], "times": list(days(block["days"]))}
    design = next(iter(study.scenarios.values())).design
    return {"subjects": design.subjects, "times": list(design.times or design.patterns[0])}
