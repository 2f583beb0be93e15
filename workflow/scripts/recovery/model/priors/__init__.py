"""The families of priors: one module per family, and nothing else."""
