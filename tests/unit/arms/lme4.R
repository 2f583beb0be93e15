# Writes lme4.json: REML estimates by lme4 at tight tolerances, and the power of an interval.
# Run in this folder, with Debian's r-cran-lme4 and r-cran-jsonlite: Rscript lme4.R
library(lme4)
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e6),
                       check.conv.grad = "ignore", check.conv.singular = "ignore")
estimates <- function(file, formula) {
  fit <- lmer(formula, read.csv(file), control = control)
  sds <- as.data.frame(VarCorr(fit))$sdcor
  list(fixed = as.list(fixef(fit)), se = as.list(sqrt(diag(as.matrix(vcov(fit))))),
       sigma_u0 = sds[1], sigma_u1 = sds[2], rho = sds[3], sigma = sds[4],
       deviance = REMLcrit(fit))
}
# power: t interval of month:arm with J - 2 degrees of freedom, patients at months 0, 1, 3, 6, 12
power <- function(subjects, n) {
  months <- c(0, 1, 3, 6, 12)
  data <- expand.grid(month = months, patient = seq_len(subjects))
  data$arm <- data$patient %% 2
  root <- chol(matrix(c(64, -1.28, -1.28, 0.16), 2))
  excluded <- replicate(n, {
    own <- matrix(rnorm(2 * subjects), ncol = 2) %*% root
    data$score <- 50 - 0.3 * data$month - 0.25 * data$arm * data$month + own[data$patient, 1] +
      own[data$patient, 2] * data$month + 4 * rnorm(nrow(data))
    fit <- suppressMessages(lmer(score ~ month * arm + (month | patient), data, control = control))
    row <- coef(summary(fit))["month:arm", ]
    abs(row[1] / row[2]) > qt(0.975, subjects - 2)
  })
  list(subjects = subjects, n = n, power = mean(excluded))
}
set.seed(1)
found <- list(
  orthodont = estimates("orthodont.csv", distance ~ age * Sex + (age | Subject)),
  bodyweight = estimates("bodyweight.csv", weight ~ day * Diet + (day | Rat)),
  trial = estimates("trial.csv", score ~ month * arm + age + dose + (month | patient)),
  power = lapply(c(20, 40, 100), power, n = 2000)
)
writeLines(jsonlite::toJSON(found, auto_unbox = TRUE, digits = 12, pretty = TRUE), "lme4.json")
