# SPDX-License-Identifier: Apache-2.0
# Prints what R and actuar say to the cases of actuar_cases.h, one line each:
#   {"severity", "function", argument, second argument, value},
# Rscript tests/actuarial/record.R > cofferdam/models/actuarial/actuar_cases.inc
suppressMessages(library(actuar))
options(digits = 17, warn = -1)
out <- function(text, f, a, b, v)
  cat(sprintf('{"%s", "%s", %.17g, %.17g, %.17g},\n', text, f, a, b, v))

families <- list(
  list("exponential(mean 250)", "exp", list(rate = 1 / 250)),
  list("gamma(shape 0.4, scale 900)", "gamma", list(shape = 0.4, scale = 900)),
  list("gamma(shape 7.5, scale 30)", "gamma", list(shape = 7.5, scale = 30)),
  list("weibull(shape 0.6, scale 300)", "weibull", list(shape = 0.6, scale = 300)),
  list("weibull(shape 2.5, scale 300)", "weibull", list(shape = 2.5, scale = 300)),
  list("lognormal(meanlog 5, sdlog 1.3)", "lnorm", list(meanlog = 5, sdlog = 1.3)),
  list("single parameter pareto(shape 2.7, threshold 100)", "pareto1", list(shape = 2.7, min = 100)),
  list("pareto(shape 3.2, scale 500)", "pareto", list(shape = 3.2, scale = 500)),
  list("burr(shape1 2.5, shape2 1.7, scale 250)", "burr", list(shape1 = 2.5, shape2 = 1.7, scale = 250)),
  list("inverse gaussian(mean 220, shape 150)", "invgauss", list(mean = 220, shape = 150)),
  list("loggamma(shapelog 11, ratelog 4.5)", "lgamma", list(shapelog = 11, ratelog = 4.5)),
  list("generalized pareto(threshold 0, scale 120, shape 0.25)", "gpd", list()),
  list("uniform(min 50, max 450)", "unif", list(min = 50, max = 450)))

# actuar writes the generalized pareto with shape 1/xi and scale beta/xi as its pareto.
call <- function(prefix, family, args, x) {
  if (family == "gpd") {
    family <- "pareto"
    args <- list(shape = 4, scale = 480)
  }
  do.call(paste0(prefix, family), c(list(x), args))
}

for (f in families) {
  for (x in c(60, 240, 1500)) {
    out(f[[1]], "density", x, 0, call("d", f[[2]], f[[3]], x))
    out(f[[1]], "distribution", x, 0, call("p", f[[2]], f[[3]], x))
    out(f[[1]], "limited", x, 1, {
      family <- f[[2]]; args <- f[[3]]
      if (family == "gpd") { family <- "pareto"; args <- list(shape = 4, scale = 480) }
      do.call(paste0("lev", family), c(list(limit = x), args, list(order = 1)))
    })
    out(f[[1]], "limited", x, 2, {
      family <- f[[2]]; args <- f[[3]]
      if (family == "gpd") { family <- "pareto"; args <- list(shape = 4, scale = 480) }
      do.call(paste0("lev", family), c(list(limit = x), args, list(order = 2)))
    })
  }
  for (p in c(0.01, 0.5, 0.995)) out(f[[1]], "quantile", p, 0, call("q", f[[2]], f[[3]], p))
  for (k in 1:2) out(f[[1]], "moment", k, 0, {
    family <- f[[2]]; args <- f[[3]]
    if (family == "gpd") { family <- "pareto"; args <- list(shape = 4, scale = 480) }
    do.call(paste0("m", family), c(list(order = k), args))
  })
}

# Numbers of losses: P(N = k), zero-modified and zero-truncated too.
count <- function(text, k, v) out(text, "count", k, 0, v)
for (k in c(0, 1, 3, 12)) {
  count("poisson(2.5)", k, dpois(k, 2.5))
  count("binomial(trials 20, probability 0.15)", k, dbinom(k, 20, 0.15))
  count("negative binomial(size 3.74, mean 33)", k, dnbinom(k, 3.74, mu = 33))
  count("geometric(beta 1.5)", k, dgeom(k, 1 / 2.5))
  count("poisson(mean 2.5, zero 0)", k, dztpois(k, 2.5))
  count("poisson(mean 2.5, zero 0.4)", k, dzmpois(k, 2.5, 0.4))
  count("negative binomial(size 2, beta 1.5, zero 0)", k, dztnbinom(k, 2, 1 / 2.5))
  count("negative binomial(size 2, beta 1.5, zero 0.25)", k, dzmnbinom(k, 2, 1 / 2.5, 0.25))
  count("binomial(trials 20, probability 0.15, zero 0.3)", k, dzmbinom(k, 20, 0.15, 0.3))
}

# Deductible, limit and coinsurance by coverage(); its limit is the maximum covered loss.
cover <- function(text, per.loss, franchise, x, p) {
  F <- coverage(pdf = dgamma, cdf = pgamma, deductible = 100, franchise = franchise, limit = 600,
                coinsurance = 0.8, per.loss = per.loss)
  G <- coverage(cdf = pgamma, deductible = 100, franchise = franchise, limit = 600,
                coinsurance = 0.8, per.loss = per.loss)
  out(text, "paid", x, p, G(x, 2, scale = 150))
}
for (x in c(50, 90, 150, 399)) {
  cover("ordinary per loss", TRUE, FALSE, x, 0)
  cover("ordinary per payment", FALSE, FALSE, x, 1)
  cover("franchise per loss", TRUE, TRUE, x, 2)
  cover("franchise per payment", FALSE, TRUE, x, 3)
}

# Aggregates: gamma(2, 150) on a step of 10, 80 places.
aggregate_case <- function(text, code, model, ...) {
  for (m in c("upper", "lower", "rounding", "unbiased")) {
    fx <- discretise(pgamma(x, 2, scale = 150), from = 0, to = 3000, step = 10, method = m,
                     lev = levgamma(x, 2, scale = 150))
    S <- aggregateDist("recursive", model.freq = model, model.sev = fx, x.scale = 10, tol = 1e-9,
                       maxit = 5000, ...)
    for (x in c(0, 200, 1000, 2500)) out(paste(text, m), "aggregate", x, code, S(x))
  }
}
aggregate_case("poisson(3)", 0, "poisson", lambda = 3)
aggregate_case("binomial(trials 8, probability 0.3)", 0, "binomial", size = 8, prob = 0.3)
aggregate_case("negative binomial(size 2, beta 1.5)", 0, "negative binomial", size = 2, prob = 0.4)
aggregate_case("poisson(mean 3, zero 0.2)", 0, "zero-modified poisson", lambda = 3, p0 = 0.2)
aggregate_case("negative binomial(size 2, beta 1.5, zero 0.2)", 0, "zero-modified negative binomial",
               size = 2, prob = 0.4, p0 = 0.2)
npower <- aggregateDist("npower", moments = c(200, 200 * 4, 0.5))
for (x in c(240, 280)) out("normal power", "npower", x, 0, npower(x))
