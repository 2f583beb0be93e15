"""What fits a data set: NUTS or quadrature, chosen by name."""

from pathlib import Path
from typing import Any

from recovery.fitting.result import Engine
from recovery.model.prior import Prior


def make_engine(
    engine: str, prior: Prior, settings: dict[str, Any], model: str | Path, levels: list[float]
) -> Engine:
    """Make the engine of a name.

    Parameters
    ----------
    engine : {"nuts", "exact"}
        How to fit.
    prior : Prior
        The prior to fit.
    settings : dict
        The fields of `SamplerSettings`; the exact engine draws as much as all chains.
    model : str or Path
        The compiled model's file; the exact engine needs none.
    levels : list of float
        Levels of the intervals that estimates carry.
    """
    # imported here: each engine's libraries take seconds that the other must not pay
    if engine == "exact":
        from recovery.fitting.exact import ExactEngine

        return ExactEngine(prior, levels, settings["chains"] * settings["draws"])
    from recovery.fitting.compiled import load_model
    from recovery.fitting.nuts import NutsSampler, SamplerSettings

    return NutsSampler(prior, SamplerSettings(**settings), load_model(model), levels)
