"""Seeds keyed by name, so that no number depends on position, batch size or cores."""

import hashlib


def named_seed(study_seed: int, *names: str | int) -> int:
    """Return the seed of one random stage of the study.

    Parameters
    ----------
    study_seed : int
        The study's seed from the config.
    *names : str or int
        What the seed is for, outermost first: scenario id, replicate, stage, ...
        Names must not contain ``/``.

    Returns
    -------
    int
        A seed in [0, 2**48), exact in a double and so in every table format.
    """
    key = "/".join(str(name) for name in (study_seed, *names))
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:6])
