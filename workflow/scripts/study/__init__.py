"""The study in Snakemake: its config, its messages, its code."""
