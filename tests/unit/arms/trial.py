"""Write trial.csv: 60 patients in two arms, with dropout and a dose that changes over time."""

from pathlib import Path

import numpy as np
import pandas as pd

rng = np.random.default_rng(30)
rows = []
for j in range(60):
    arm, age = ("placebo", "drug")[j % 2], int(rng.integers(40, 75))
    own = rng.multivariate_normal([0.0, 0.0], [[64.0, -1.28], [-1.28, 0.16]])
    last = 6 if rng.random() < 0.7 else int(rng.integers(2, 6))
    for month in (0, 1, 3, 6, 12, 18)[:last]:
        dose = int(rng.integers(0, 4))
        mean = 50 + 0.1 * (age - 60) + 0.7 * dose - (0.3 + 0.25 * (arm == "drug")) * month
        score = mean + own @ [1.0, month] + 4.0 * rng.standard_normal()
        rows.append((f"p{j + 1}", month, arm, age, dose, round(score, 1)))
names = ["patient", "month", "arm", "age", "dose", "score"]
pd.DataFrame(rows, columns=names).to_csv(Path(__file__).with_suffix(".csv"), index=False)
