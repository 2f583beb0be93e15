"""The statistics of the study: simulate, fit, measure, draw. Importable on its own."""
