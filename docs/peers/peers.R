# Writes peers.json: what lme4, rstanarm and brms say of sleepstudy and of config/data/real.
# Run in this folder after config/data/real/make.R, with Debian's r-cran-lme4, r-cran-rstanarm,
# r-cran-brms, r-cran-bh, libeigen3-dev and r-cran-jsonlite: Rscript peers.R
suppressMessages({
  library(lme4)
  library(rstanarm)
  library(brms)
})
options(mc.cores = 1)
rstan::rstan_options(boost_lib = "/usr/include", auto_write = FALSE)
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e6),
                       check.conv.grad = "ignore", check.conv.singular = "ignore",
                       check.conv.hess = "ignore")
sleepstudy <- read.csv("../../config/data/sleepstudy.csv")
sets <- list(sleepstudy = data.frame(id = sleepstudy$Subject, t = sleepstudy$Days,
                                     y = sleepstudy$Reaction))
for (file in Sys.glob("../../config/data/real/*.csv")) {
  sets[[sub(".csv$", "", basename(file))]] <- read.csv(file)
}
seconds <- function(expression) {
  used <- system.time(value <- expression)
  list(value = value, seconds = sum(used[c("user.self", "sys.self", "user.child", "sys.child")]))
}
by_lme4 <- function(data) {
  fitted <- seconds(lmer(y ~ t + (t | id), data, control = control))
  sds <- as.data.frame(VarCorr(fitted$value))$sdcor
  setTimeLimit(elapsed = 300)
  ends <- tryCatch(seconds(suppressWarnings(confint(fitted$value, 1:4, quiet = TRUE))),
                   error = function(e) NULL)
  setTimeLimit(elapsed = Inf)
  list(beta = fixef(fitted$value), se = sqrt(diag(as.matrix(vcov(fitted$value)))),
       sigma_u0 = sds[1], sigma_u1 = sds[2], rho = sds[3], sigma = sds[4],
       deviance = REMLcrit(fitted$value), seconds = fitted$seconds,
       # .sig01 is sigma_u0, .sig02 the correlation, .sig03 sigma_u1
       profile = if (is.null(ends)) NULL else ends$value,
       profile_seconds = if (is.null(ends)) NULL else ends$seconds)
}
summaries <- function(draws, used) {
  lapply(draws, function(x) {
    own <- rstan::monitor(array(x, c(dim(x), 1)), warmup = 0, print = FALSE)
    ends <- quantile(x, c(0.025, 0.975), names = FALSE)
    list(mean = mean(x), sd = sd(as.vector(x)), ends = ends, ess = own[1, "n_eff"],
         ess_tail = own[1, "Tail_ESS"], seconds = used)
  })
}
by_rstanarm <- function(data) {
  sd_y <- sd(data$y)
  fitted <- seconds(stan_lmer(
    y ~ t + (t | id), data, seed = 1, chains = 4, iter = 10000, refresh = 0,
    prior = normal(0, sd_y / (2 * sd(data$t)), autoscale = FALSE),
    prior_intercept = normal(mean(data$y), sd_y, autoscale = FALSE),
    prior_aux = student_t(4, 0, sd_y, autoscale = FALSE), prior_covariance = decov(1, 1, 1, 1)
  ))
  draws <- as.array(fitted$value)
  cov <- function(a, b) draws[, , sprintf("Sigma[id:%s,%s]", a, b)]
  s0 <- sqrt(cov("(Intercept)", "(Intercept)"))
  s1 <- sqrt(cov("t", "t"))
  summaries(list(beta0 = draws[, , "(Intercept)"], beta1 = draws[, , "t"],
                 sigma = draws[, , "sigma"], sigma_u0 = s0, sigma_u1 = s1,
                 rho = cov("t", "(Intercept)") / (s0 * s1)), fitted$seconds)
}
by_brms <- function(data) {
  # the fixed effects' priors are those of the study; the others are brms' defaults
  sd_y <- sd(data$y)
  priors <- c(
    set_prior(sprintf("normal(%.10f, %.10f)", mean(data$y), sd_y), class = "Intercept"),
    set_prior(sprintf("normal(0, %.10f)", sd_y / (2 * sd(data$t))), class = "b")
  )
  model <- brm(y ~ t + (t | id), data, prior = priors, chains = 0, silent = 2)
  fitted <- seconds(update(model, chains = 4, iter = 10000, seed = 1, refresh = 0, silent = 2))
  draws <- as.array(fitted$value)
  list(scale = max(2.5, round(mad(data$y), 1)),
       posterior = summaries(list(
         beta0 = draws[, , "b_Intercept"], beta1 = draws[, , "b_t"], sigma = draws[, , "sigma"],
         sigma_u0 = draws[, , "sd_id__Intercept"], sigma_u1 = draws[, , "sd_id__t"],
         rho = draws[, , "cor_id__Intercept__t"]), fitted$seconds))
}
three <- sets[c("sleepstudy", "Orthodont", "Oxide")]
found <- list(lme4 = lapply(sets, by_lme4), rstanarm = lapply(three, by_rstanarm),
              brms = lapply(three, by_brms),
              versions = lapply(c(lme4 = "lme4", rstanarm = "rstanarm", brms = "brms"),
                                function(p) as.character(packageVersion(p))))
writeLines(jsonlite::toJSON(found, auto_unbox = TRUE, digits = 10, pretty = TRUE, null = "null"),
           "peers.json")
