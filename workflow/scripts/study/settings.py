"""The numbers that a study uses, and where each comes from."""

from dataclasses import asdict
from typing import Any

from study.check import Study, hyperparameters


def settings_used(study: Study) -> list[dict[str, Any]]:
    """Coding of time, truth and hyperparameters, as rows ``what, name, value, source``."""
    block, coding = study.config["data"], study.real.coding
    rows = []
    for name, value in (("origin", coding.origin), ("unit", coding.unit)):
        source = f"{block[name]} of the data" if isinstance(block[name], str) else "config"
        rows.append({"what": "time", "name": name, "value": value, "source": source})
    source = "REML estimate of the data" if study.truth_is_estimated else "config"
    for name, value in study.config["truth"].items():
        rows.append({"what": "truth", "name": name, "value": value, "source": source})
    for prior, made in study.priors.items():
        given = hyperparameters(study.config["priors"][prior])
        for name, value in asdict(made).items():
            source = "config" if name in given else "default"
            if (prior, name) in study.automatic:
                source = "auto, from the data"
            rows.append({"what": f"prior {prior}", "name": name, "value": value, "source": source})
    return rows
