"""A checked study, and what the rules take from it."""

from dataclasses import dataclass, fields, replace
from typing import Any

from recovery.data.longdata import time_text
from recovery.data.scenarios import Design, Scenario, days
from recovery.model.families import OF_DESIGN
from recovery.model.prior import Prior
from recovery.parameters import correlations
from recovery.summaries.pairs import merged_labels
from study.real_data import RealData

NOT_HYPERPARAMETERS = ("family", "label")
OF_BETA = ("center", "beta0_sd", "beta1_sd", "effects_sd")
"""Hyperparameters that a flat prior of the fixed effects has no use for."""
BY_EFFECT = {"effects_sd": "sd", "random_scales": "scale"}
"""Hyperparameters that are mappings, and what each of their numbers is."""
EVERY = 10**9  # replicates: more than there are


def hyperparameters(block: dict[str, Any]) -> dict[str, Any]:
    """The hyperparameters of a prior's config block."""
    return {key: value for key, value in block.items() if key not in NOT_HYPERPARAMETERS}


@dataclass(frozen=True)
class Study:
    """A checked study.

    Attributes
    ----------
    config : dict
        The config, complete: every default is filled in, and truth and scales are numbers.
    real : RealData
        The real data.
    scenarios, sample_sizes : dict
        The scenarios of the sheet, and those of the target sample_size, by id.
    priors : dict
        The priors, by id.
    automatic : list of (str, str)
        Prior and hyperparameter for which the config says ``auto``.
    given_truth : dict or "data"
        The true values that the config gives, or that it says ``truth: data``.
    warnings : list of str
        What is suspect but may be meant, one sentence each.
    """

    config: dict[str, Any]
    real: RealData
    scenarios: dict[str, Scenario]
    sample_sizes: dict[str, Scenario]
    priors: dict[str, Prior]
    automatic: list[tuple[str, str]]
    given_truth: dict[str, float] | str
    warnings: list[str]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters of the model, those of the formula last."""
        return self.real.data.parameters

    @property
    def exact(self) -> bool:
        """Whether data sets are fitted exactly, which is for two random effects."""
        return self.real.data.q == 2

    @property
    def nuts_priors(self) -> list[str]:
        """The priors that NUTS fits, in the order of the config."""
        wanted = self.config["sampler"]["priors"]
        return [prior for prior in self.priors if wanted == "all" or prior in wanted]

    def nuts_replicates(self, scenario: Scenario, prior: str) -> int:
        """How many data sets of a scenario, the first ones, NUTS fits under a prior."""
        wanted = self.config["sampler"]["priors"]
        return min(scenario.nuts, wanted[prior] if isinstance(wanted, dict) else EVERY)

    @property
    def all_scenarios(self) -> dict[str, Scenario]:
        """The scenarios of the sheet and those of the target sample_size."""
        return self.scenarios | self.sample_sizes

    @property
    def prior_blocks(self) -> dict[str, dict[str, Any]]:
        """Every prior's family and hyperparameters; a new label must not refit anything."""
        found = {}
        for prior, block in self.config["priors"].items():
            found[prior] = {"family": block["family"], **hyperparameters(block)}
            if len(recoding := self.priors[prior].recoding):
                made = self.priors[prior]
                own = {"origin": made.origin, "unit": made.unit, "recoding": recoding}
                found[prior] |= own
        return found

    @property
    def labels(self) -> dict[str, str]:
        """The priors' labels."""
        return {prior: self.config["priors"][prior]["label"] for prior in self.priors}

    @property
    def method_labels(self) -> dict[str, str]:
        """Labels of the methods of the simulation study: the priors, and REML if wanted."""
        return self.labels | ({"reml": "REML"} if self.config["reml"] else {})

    @property
    def shown_labels(self) -> dict[str, str]:
        """The methods of results, where implementations of a prior are one if fitted exactly."""
        if not self.exact:
            return self.method_labels
        return merged_labels(self.priors, self.method_labels)

    @property
    def shown_priors(self) -> dict[str, str]:
        """The priors among them."""
        return {name: label for name, label in self.shown_labels.items() if name in self.priors}

    @property
    def methods_with_rho(self) -> list[str]:
        """The methods shown that estimate rho.

        A prior that fixes rho at 0 at another origin of time has a rho in the study's.
        """
        return [
            method
            for method in self.shown_labels
            if method not in self.priors
            or self.priors[method].has_rho
            or self.priors[method].origin != 0.0
        ]

    @property
    def units(self) -> tuple[str, str, str, str]:
        """Names of the response and of the coded time, and their units, as `style.Units`."""
        data, coding = self.config["data"], self.real.coding
        response, unit, per = data["response"], data["response_unit"], data["time_unit"]
        if self.real.sleepstudy:
            unit, per = unit or "ms", per or "day"
        per = per if coding.unit == 1.0 else ""
        named = f"{response} ({unit})" if unit else response
        return named, coding.label(data["time"]), unit, per

    @property
    def estimated_rho(self) -> float | None:
        """The true rho, if it is the estimate of the real data."""
        first = correlations(self.real.data.q)[0]
        return self.config["truth"][first] if self.given_truth == "data" else None

    @property
    def data_columns(self) -> dict[str, Any]:
        """The arguments of `read_coded_data` but the path."""
        block = self.config["data"]
        columns = {key: block[key] for key in ("response", "time", "group")}
        columns |= {key: block[key] for key in ("formula", "random", "strata") if block[key]}
        return columns | {"origin": self.real.coding.origin, "unit": self.real.coding.unit}

    @property
    def sampler(self) -> dict[str, Any]:
        """The fields of `SamplerSettings`."""
        block = self.config["sampler"]
        return {key: value for key, value in block.items() if key not in ("replicates", "priors")}

    @property
    def calibrated_methods(self) -> dict[str, int]:
        """What is calibrated, and by how many data sets of each prior."""
        block = self.config["sbc"]
        nuts = {self.config["sampler"]["formulation"]: block["replicates"]}
        exact = {"exact": block["exact_replicates"]} if self.exact else {}
        return (nuts if self.nuts_priors else {}) | exact

    @property
    def calibrated_priors(self) -> dict[str, list[str]]:
        """The priors that each of these methods is calibrated for: an improper one has no draws."""
        proper = [name for name, prior in self.priors.items() if not prior.flat]
        return {
            method: [name for name in proper if method == "exact" or name in self.nuts_priors]
            for method in self.calibrated_methods
        }

    @property
    def settings(self) -> list[dict[str, Any]]:
        """Coding of time, truth and hyperparameters, as rows ``what, name, value, source``."""
        block, coding = self.config["data"], self.real.coding
        rows = []

        def add(what: str, name: str, value: Any, source: str) -> None:
            rows.append({"what": what, "name": name, "value": value, "source": source})

        for name, value in (("origin", coding.origin), ("unit", coding.unit)):
            words = isinstance(block[name], str)
            add("time", name, value, f"{block[name]} of the data" if words else "config")
        for name, value in self.config["truth"].items():
            source = "config" if name in self.given_truth else "default"
            of_data = self.given_truth == "data"
            add("truth", name, value, "REML estimate of the data" if of_data else source)
        for prior, made in self.priors.items():
            given = hyperparameters(self.config["priors"][prior])
            unused = OF_BETA + OF_DESIGN if made.flat else OF_DESIGN
            names = [field.name for field in fields(made) if field.name not in unused]
            values = {name: getattr(made, name) for name in names}
            for key, what in BY_EFFECT.items():
                values |= {f"{what} of {name}": x for name, x in values.pop(key, {}).items()}
            for name, value in values.items():
                source = "config" if name in given else "default"
                automatic = (prior, name) in self.automatic
                for key, what in BY_EFFECT.items():
                    if name.startswith(f"{what} of "):
                        source, automatic = "config", (prior, key) in self.automatic
                add(f"prior {prior}", name, value, "auto, from the data" if automatic else source)
        return rows

    @property
    def estimands(self) -> dict[str, Any]:
        """The argument `wanted` of `Targets.of`: times by their label, coded as the data's are."""
        block = self.config["estimands"]

        def coded(times: list[float]) -> dict[str, float]:
            return {time_text(time): float(self.real.coding.code(time)) for time in times}

        return {
            "lines_at": coded(block["lines_at"]),
            "new_subject_at": coded(block["new_subject_at"]),
            "subjects": block["subjects"],
            "replicates": EVERY if block["replicates"] == "all" else block["replicates"],
        }

    @property
    def calibration_scenario(self) -> Scenario:
        """The scenario whose design, but for its truth, is that of the calibration's data sets."""
        block, first = self.config["sbc"], next(iter(self.scenarios.values()))
        own = first.design
        if block["design"] == "study" or self.real.part:
            # normal and complete, as the model is; of a table each subject once
            subjects = own.table.subjects if own.table else own.subjects
            design = Design(own.truth, subjects, own.times, table=own.table, source=own.source)
        else:
            design = Design(own.truth, block["subjects"], days(block["days"]))
        return replace(first, design=design)
