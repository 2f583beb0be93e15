"""Figures: functions from tables or posteriors to matplotlib figures, in one style."""
