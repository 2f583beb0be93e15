"""The hierarchical model: priors, likelihood, PyMC models."""
