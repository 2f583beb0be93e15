"""Check the targets and goals of a study: measures that exist, values that can be reached."""

from typing import Any

from recovery.errors import InputError
from recovery.model.prior import Prior
from recovery.summaries.measures import MEASURES, Proportion

KNOWN_MEASURES = [name for name, measure in MEASURES.items() if measure.estimated]


def check_goals(config: dict[str, Any], priors: dict[str, Prior], given: bool, source: str) -> None:
    """Check the blocks mcse_target and sample_size.

    Parameters
    ----------
    config : dict
        The config with its defaults filled in. A default goal that no prior has is left out.
    priors : dict
        The priors, by id.
    given : bool
        Whether the user wrote the goals.
    source : str
        What to call the config in messages.

    Raises
    ------
    InputError
        At the first mistake.
    """
    for key in ("mcse_target", "sample_size.goals"):
        block = config["mcse_target"] if key == "mcse_target" else config["sample_size"]["goals"]
        for parameter, targets in block.items():
            for measure in targets:
                if measure not in KNOWN_MEASURES:
                    raise InputError(
                        f"{source}, key {key}.{parameter}.{measure}: unknown measure "
                        f"(expected {', '.join(KNOWN_MEASURES)})."
                    )
    if not given and not any(prior.has_rho for prior in priors.values()):
        config["sample_size"]["goals"].pop("rho", None)
    _check_values(config, priors, source)
    subjects = config["sample_size"]["subjects"]
    if subjects != sorted(subjects):
        raise InputError(f"{source}, key sample_size.subjects: the numbers must increase.")


def _check_values(config: dict[str, Any], priors: dict[str, Prior], source: str) -> None:
    """Refuse goals that are reached always or never, or that have no estimates."""
    for parameter, measures in config["sample_size"]["goals"].items():
        place = f"{source}, key sample_size.goals.{parameter}"
        if parameter == "rho" and not any(prior.has_rho for prior in priors.values()):
            raise InputError(
                f"{place}: no prior of the config estimates rho; leave the goal out, or add a "
                "prior with a correlation."
            )
        for measure, goal in measures.items():
            where = f"{place}.{measure}"
            if isinstance(MEASURES[measure], Proportion) and not 0 <= goal <= 1:
                raise InputError(f"{where}: {goal:g} is out of range; it must be between 0 and 1.")
            if goal < 0:
                raise InputError(f"{where}: {goal:g} is out of range; it must be >= 0.")
            if measure == "reject" and parameter.startswith("sigma"):
                raise InputError(f"{where}: the interval of an sd always excludes 0; use width.")
            if measure == "relative_bias" and not config["truth"].get(parameter):
                raise InputError(
                    f"{where}: relative bias needs a fixed, nonzero true value; use bias."
                )
