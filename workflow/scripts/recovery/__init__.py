"""The statistics of the study. Nothing here knows Snakemake."""
