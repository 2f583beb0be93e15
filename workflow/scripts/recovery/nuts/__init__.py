"""Sampling by NUTS: the PyMC models, the sampler, and what its draws say."""
