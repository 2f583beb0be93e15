# Writes rstanarm.json: posterior means and sds by stan_lmer under decov's defaults, with their
# Monte Carlo errors, of sleepstudy with a curve per subject; and lme4.json: REML estimates.
# Run in this folder, with Debian's r-cran-rstanarm and r-cran-jsonlite: Rscript rstanarm.R
library(rstanarm)
options(mc.cores = 1)
data <- read.csv("../../../config/data/sleepstudy.csv")
data$t <- data$Days - 4.5
data$t2 <- data$t^2
fit <- stan_lmer(
  Reaction ~ t + t2 + (t + t2 | Subject), data, seed = 1, chains = 4, iter = 5000, refresh = 1000,
  prior = normal(c(0, 0), c(10, 2), autoscale = FALSE),
  prior_intercept = normal(mean(data$Reaction), 50, autoscale = FALSE),
  prior_aux = student_t(4, 0, 50, autoscale = FALSE), prior_covariance = decov(1, 1, 1, 1)
)
draws <- as.array(fit)
covariance <- function(a, b) draws[, , sprintf("Sigma[Subject:%s,%s]", a, b)]
names <- c("(Intercept)", "t", "t2")
s <- lapply(names, function(a) sqrt(covariance(a, a)))
quantities <- list(
  beta0 = draws[, , "(Intercept)"], beta1 = draws[, , "t"], t2 = draws[, , "t2"],
  sigma = draws[, , "sigma"], sigma_u0 = s[[1]], sigma_u1 = s[[2]], sigma_u2 = s[[3]],
  rho_01 = covariance("t", "(Intercept)") / (s[[1]] * s[[2]]),
  rho_02 = covariance("t2", "(Intercept)") / (s[[1]] * s[[3]]),
  rho_12 = covariance("t2", "t") / (s[[2]] * s[[3]])
)
found <- lapply(quantities, function(x) {
  own <- rstan::monitor(array(x, c(dim(x), 1)), warmup = 0, print = FALSE)
  ess <- own[1, "n_eff"]
  list(mean = mean(x), sd = sd(as.vector(x)), mcse_mean = sd(as.vector(x)) / sqrt(ess),
       mcse_sd = sd(as.vector(x)) / sqrt(2 * ess))
})
writeLines(jsonlite::toJSON(found, auto_unbox = TRUE, digits = 8, pretty = TRUE), "rstanarm.json")
library(lme4)
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e6))
fit <- lmer(Reaction ~ t + t2 + (t + t2 | Subject), data, control = control)
sds <- as.data.frame(VarCorr(fit))$sdcor
found <- list(fixed = fixef(fit), se = sqrt(diag(as.matrix(vcov(fit)))), sds = sds[1:3],
              rhos = sds[4:6], sigma = sds[7], deviance = REMLcrit(fit))
writeLines(jsonlite::toJSON(found, auto_unbox = TRUE, digits = 12, pretty = TRUE), "lme4.json")
