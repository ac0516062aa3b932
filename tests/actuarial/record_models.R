# SPDX-License-Identifier: Apache-2.0
# Credibility, ruin, adjustment coefficients, fits and premiums as R, actuar and MASS answer, one
# line each: {"case", index, value},
suppressMessages({library(actuar); library(MASS)})
options(digits = 17, warn = -1)
out <- function(name, values) for (i in seq_along(values))
  cat(sprintf('{"%s", %d, %.17g},\n', name, i - 1, values[i]))

# Hachemeister's bodily injury data: the ratios and weights themselves, then the answers.
data(hachemeister)
out("hachemeister ratios", as.vector(t(hachemeister[, 2:13])))
out("hachemeister weights", as.vector(t(hachemeister[, 14:25])))
for (m in c("unbiased", "iterative")) {
  fit <- cm(~state, hachemeister, ratios = ratio.1:ratio.12, weights = weight.1:weight.12,
            method = if (m == "unbiased") "Buhlmann-Gisler" else "iterative", tol = 1e-14)
  out(paste("hachemeister", m, "collective"), fit$means[[1]])
  out(paste("hachemeister", m, "variances"), fit$unbiased)
  if (m == "iterative") out("hachemeister iterative between", fit$iterative[1])
  out(paste("hachemeister", m, "premiums"), predict(fit))
}
b <- cm(~state, hachemeister, ratios = ratio.1:ratio.12)
out("buhlmann collective", b$means[[1]])
out("buhlmann variances", b$unbiased)
out("buhlmann premiums", predict(b))

# Ruin, claims with rate 1 and premium rate 1.2 (or as said).
u <- c(0, 1, 5, 10, 25)
e <- ruin(claims = "e", par.claims = list(rate = 1), wait = "e", par.wait = list(rate = 1), premium.rate = 1.2)
out("ruin exponential", e(u))
m <- ruin(claims = "Erlang", par.claims = list(shape = c(3, 4), rate = c(3.5, 2), weights = c(0.6, 0.4)),
          wait = "exponential", par.wait = list(rate = 1), premium.rate = 2)
out("ruin erlang mixture", m(u))
h <- ruin(claims = "exponential", par.claims = list(rate = c(3, 7), weights = c(0.5, 0.5)),
          wait = "exponential", par.wait = list(rate = 3), premium.rate = 1)
out("ruin hyperexponential", h(u))
p <- ruin(claims = "phase-type", par.claims = list(prob = c(0.5614, 0.4386), rates = matrix(c(-8.64, 0.101, 1.997, -1.095), 2, 2)),
          wait = "exponential", par.wait = list(rate = 1), premium.rate = 1.1)
out("ruin phase type", p(u))
g <- ruin(claims = "Erlang", par.claims = list(shape = 3, rate = 3), wait = "exponential", par.wait = list(rate = 1), premium.rate = 1.25)
out("ruin erlang 3", g(u))

# Lundberg's R: premium 1.2 lambda E X; gamma claims; then proportional and excess-of-loss cover.
out("adjustment exponential", adjCoef(mgf.claim = mgfexp(x), mgf.wait = mgfexp(x, 1), premium.rate = 1.2, upper = 1))
out("adjustment gamma", adjCoef(mgf.claim = mgfgamma(x, 2, 2), mgf.wait = mgfexp(x, 1), premium.rate = 1.2, upper = 2))
# Excess of loss by numerical integration: gamma claims kept up to l, the reinsurer loads 40 %.
for (l in c(2, 5)) {
  kept <- levgamma(l, 2, 2)
  premium <- 1.2 - 1.4 * (1 - kept)
  moment <- function(s) integrate(function(x) exp(s * x) * dgamma(x, 2, 2), 0, l, rel.tol = 1e-12)$value +
    exp(s * l) * (1 - pgamma(l, 2, 2))
  out(paste("adjustment excess", l), uniroot(function(s) moment(s) - 1 - premium * s, c(0.01, 2), tol = 1e-14)$root)
}

# Fits by MASS::fitdistr, and by optim where losses are truncated at 60 and censored at 900.
x <- c(82, 91, 105, 118, 133, 149, 152, 167, 190, 214, 233, 251, 288, 319, 356, 402, 467, 561, 702, 1180)
out("fit data", x)
fit <- function(name, density, distribution, start, ...) {
  ll <- function(p, truncation, limit) {
    p <- exp(p)
    if (name == "lnorm") p[1] <- log(p[1])
    S <- 1 - do.call(distribution, c(list(truncation), as.list(p)))
    seen <- x < limit
    -sum(log(do.call(density, c(list(x[seen]), as.list(p))))) -
      (if (all(seen)) 0 else sum(!seen) * log(1 - do.call(distribution, c(list(limit), as.list(p))))) +
      length(x) * log(S)
  }
  for (kind in c("whole", "part")) {
    t <- if (kind == "whole") 0 else 60
    l <- if (kind == "whole") Inf else 900
    o <- list(par = log(start), value = Inf)
    for (i in 1:20) o <- optim(o$par, ll, truncation = t, limit = l, control = list(reltol = 1e-16, maxit = 20000))
    v <- exp(o$par)
    if (name == "lnorm") v[1] <- log(v[1])
    out(paste("fit", name, kind), c(v, -o$value))
  }
}
fit("gamma", function(x, a, s) dgamma(x, a, scale = s), function(x, a, s) pgamma(x, a, scale = s), c(2, 150))
fit("weibull", dweibull, pweibull, c(1.3, 330))
fit("lnorm", dlnorm, plnorm, c(exp(5.5), 0.7))
fit("invgauss", function(x, m, s) dinvgauss(x, m, shape = s), function(x, m, s) pinvgauss(x, m, shape = s), c(300, 500))
fit("burr", function(x, a, b, s) dburr(x, a, b, scale = s), function(x, a, b, s) pburr(x, a, b, scale = s), c(1, 2.5, 250))
counts <- c(0, 2, 1, 5, 3, 0, 7, 2, 4, 1, 9, 0, 3, 2, 6, 1)
out("fit counts", counts)
nb <- optim(log(c(1.5, mean(counts))), function(p) -sum(dnbinom(counts, size = exp(p[1]), mu = exp(p[2]), log = TRUE)),
            control = list(reltol = 1e-16, maxit = 5000))
out("fit negative binomial", c(exp(nb$par), -nb$value))
out("ks distance", max(pmax(plnorm(sort(x), 5.5, 0.7) - (0:19) / 20, (1:20) / 20 - plnorm(sort(x), 5.5, 0.7))))

# Excesses of 60 fixed losses over 2: the generalized Pareto.
y <- qpareto((1:60) / 61, 1.4, 3)
gpd <- function(p) { s <- exp(p[1]); k <- p[2]; z <- 1 + k * (y[y > 2] - 2) / s
  if (any(z <= 0)) 1e10 else sum(y > 2) * log(s) + (1 / k + 1) * sum(log(z)) }
o <- list(par = c(0, 0.7))
for (i in 1:20) o <- optim(o$par, gpd, control = list(reltol = 1e-16, maxit = 5000))
out("fit gpd", c(exp(o$par[1]), o$par[2], -o$value))

# Hierarchical credibility: Hachemeister's states in two cohorts.
X <- cbind(cohort = c(1, 2, 1, 2, 2), hachemeister)
for (m in c("Buhlmann-Gisler", "Ohlsson", "iterative")) {
  fit <- cm(~cohort + cohort:state, X, ratios = ratio.1:ratio.12, weights = weight.1:weight.12,
            method = m, tol = 1e-14, maxit = 10000)
  name <- paste("hierarchical", c("Buhlmann-Gisler" = "unbiased", "Ohlsson" = "ohlsson", "iterative" = "iterative")[[m]])
  out(paste(name, "collective"), fit$means[[1]])
  out(paste(name, "variances"), if (m == "iterative") fit$iterative else fit$unbiased)
  p <- predict(fit)
  out(paste(name, "cohorts"), p[[1]])
  out(paste(name, "premiums"), p[[2]])
}

# Hachemeister's regression at the barycentre and at the origin; premiums of period 13.
for (m in c("unbiased", "iterative")) {
  fit <- cm(~state, hachemeister, regformula = ~time, regdata = data.frame(time = 1:12), adj.intercept = TRUE,
            ratios = ratio.1:ratio.12, weights = weight.1:weight.12,
            method = if (m == "unbiased") "Buhlmann-Gisler" else "iterative", tol = 1e-14, maxit = 10000)
  out(paste("regression", m, "premiums"), predict(fit, newdata = data.frame(time = 13)))
}
fit <- cm(~state, hachemeister, regformula = ~time, regdata = data.frame(time = 1:12),
          ratios = ratio.1:ratio.12, weights = weight.1:weight.12, tol = 1e-13, maxit = 100000)
out("regression origin premiums", predict(fit, newdata = data.frame(time = 13)))
out("regression origin collective", fit$means[[1]])
