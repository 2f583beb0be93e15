"""Exact posterior mean and sd of the sleepstudy data under the default priors.

By quadrature, in two independent implementations that agree to four digits, and agreed with by
Stan (8 chains x 5,000 draws) within Monte Carlo error; prior of beta0 centred at mean(Reaction).
"""

LKJ = {
    "beta0": (252.564, 7.35529),
    "beta1": (10.1516, 1.66856),
    "sigma": (25.9184, 1.55958),
    "sigma_u0": (26.7679, 6.78577),
    "sigma_u1": (6.42506, 1.44141),
    "rho": (0.0927896, 0.297432),
}
EXACT = {
    "independent": {
        "beta0": (252.612, 7.31484),
        "beta1": (10.1461, 1.65296),
        "sigma": (25.8102, 1.53169),
        "sigma_u0": (26.7198, 6.3615),
        "sigma_u1": (6.37482, 1.35715),
    },
    "lkj_cholesky_cov": LKJ,
    "lkj_corr": LKJ,
    "lkj_corr_rstanarm": {
        "beta0": (252.375, 6.68457),
        "beta1": (10.128, 1.74183),
        "sigma": (25.9839, 1.57495),
        "sigma_u0": (23.4074, 6.08081),
        "sigma_u1": (6.75733, 1.55671),
        "rho": (0.118505, 0.298931),
    },
}
