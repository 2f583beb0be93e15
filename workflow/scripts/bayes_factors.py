"""Bayes factors between the priors on the real data, from exact marginal likelihoods."""

from joblog import logger, open_log
from recovery.exact import bayes_factors, exact_posterior
from recovery.longdata import read_long_csv
from recovery.priors import make_prior

open_log(snakemake.log[0])
data = read_long_csv(snakemake.input.data, **snakemake.params.columns)
found = {}
for name, block in snakemake.params.priors.items():
    block = dict(block)
    exact = exact_posterior(data, make_prior(block.pop("family"), block))
    if not exact.adequate:
        logger.warning(
            "%s: the quadrature is off by %.1e sd, take it with care", name, exact.change
        )
    found[name] = exact.log_marginal_likelihood
bayes_factors(found).to_csv(snakemake.output[0], index=False)
