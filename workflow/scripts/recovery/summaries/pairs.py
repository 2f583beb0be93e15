"""The pairs of priors that are compared, and priors that are one."""

from itertools import combinations

import numpy as np

from recovery.model.prior import Prior
from recovery.parameters import correlations

POINTS = 20


def equal_pairs(priors: dict[str, Prior]) -> list[tuple[str, str]]:
    """Pairs (prior, reference) with the same density and so the same posterior on every data set.

    Densities are compared at random points.
    """
    rng = np.random.default_rng(0)
    q = max(prior.q for prior in priors.values())
    *own_sds, sigma = rng.lognormal(2.0, 1.0, (q + 1, POINTS))
    # of more than two effects, so small that every matrix is positive definite
    rhos = (0.99 if q == 2 else 0.3) * rng.uniform(-1.0, 1.0, (len(correlations(q)), POINTS))

    def key(prior: Prior) -> tuple:
        density = np.round(prior.log_density(*own_sds, *rhos, sigma), 9)
        population = (prior.center, prior.beta0_sd, prior.beta1_sd, prior.sigma_df)
        coding = (prior.origin, prior.unit, prior.beta_prior_at)
        others = (prior.sigma_scale, *prior.effects_sd.items())
        return (prior.has_rho, *population, *coding, *others, *density)

    keys = {name: key(prior) for name, prior in priors.items()}
    return [(b, a) for a, b in combinations(priors, 2) if keys[a] == keys[b]]


def compared_pairs(priors: dict[str, Prior]) -> list[tuple[str, str]]:
    """Pairs (prior, reference) of the comparison, in the order of the config.

    Each prior is compared with the first one, and each prior with a correlation with the first of
    these (the first prior of all may have no rho to compare). The pairs of one density are added,
    and REML with the first prior that has a correlation.
    """
    with_rho = [name for name, prior in priors.items() if prior.has_rho]
    references = {next(iter(priors)), *with_rho[:1]}
    equal = set(equal_pairs(priors))
    pairs = [
        (prior, reference)
        for reference, prior in combinations(priors, 2)
        if (prior, reference) in equal
        or reference == next(iter(priors))
        or (reference in references and prior in with_rho)
    ]
    return pairs + [("reml", reference) for reference in with_rho[:1]]


def merged_labels(priors: dict[str, Prior], labels: dict[str, str]) -> dict[str, str]:
    """The labels without priors whose density is that of an earlier one.

    Their exact results are equal. Of labels that differ only after `` by ``, which names an
    implementation, what is before it stays; others are joined by ``=``.
    """
    merged = dict(labels)
    for prior, reference in equal_pairs(priors):
        # of three equal priors, the third has two references
        if prior in merged and reference in merged:
            first, other = merged[reference], merged.pop(prior)
            stem = first.partition(" by ")[0]
            merged[reference] = stem if other.startswith(f"{stem} by ") else f"{first} = {other}"
    return merged
