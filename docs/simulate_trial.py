"""Simulate the trial of docs/own_study.md: 60 patients in two arms, planned visits, dropout.

Run as ``python docs/simulate_trial.py trial.csv``.
"""

import sys

import numpy as np
import pandas as pd

MONTHS = np.array([0.0, 1.0, 3.0, 6.0, 12.0, 24.0])
PATIENTS, DROPOUT, EFFECT = 60, 0.3, -0.25
SD_INTERCEPT, SD_SLOPE, RHO, SD_RESIDUAL = 8.0, 0.35, -0.4, 5.0

rng = np.random.default_rng(14)
off = RHO * SD_INTERCEPT * SD_SLOPE
covariance = [[SD_INTERCEPT**2, off], [off, SD_SLOPE**2]]
rows = []
for patient in range(PATIENTS):
    arm = ("control", "drug")[patient % 2]
    intercept, slope = rng.multivariate_normal([50.0, -0.3 + EFFECT * (arm == "drug")], covariance)
    visits = rng.integers(2, len(MONTHS)) if rng.random() < DROPOUT else len(MONTHS)
    for month in MONTHS[:visits]:
        score = intercept + slope * month + SD_RESIDUAL * rng.standard_normal()
        rows.append((f"P{patient + 1:02d}", month, arm, round(score, 1)))
pd.DataFrame(rows, columns=["patient", "month", "arm", "score"]).to_csv(sys.argv[1], index=False)
