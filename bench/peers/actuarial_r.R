# SPDX-License-Identifier: Apache-2.0
# What R and actuar need for the same work: lines of "name seconds".
suppressMessages(library(actuar))
options(warn = -1)
seconds <- function(name, expression, times = 1) {
  t <- numeric(5)
  for (i in seq_along(t)) t[i] <- system.time(for (j in seq_len(times)) eval.parent(substitute(expression)))[["elapsed"]]
  cat(name, median(t) / times, "\n")
}
n <- 2^14; h <- 1024 / n
fx <- diff(c(0, plnorm((seq_len(n) - 0.5) * h, -0.5, 1)))
seconds("actuar_panjer_2^14", aggregateDist("recursive", model.freq = "poisson", model.sev = fx, lambda = 50, x.scale = h, maxit = n, tol = 1e-10))
hand <- function(n) { h <- 1024 / n
  fx <- diff(c(0, plnorm((seq_len(n) - 0.5) * h, -0.5, 1)))
  Re(fft(exp(50 * (fft(fx) - 1)), inverse = TRUE)) / n }
seconds("r_hand_fft_2^16", hand(2^16), 10)
seconds("r_hand_fft_2^20", hand(2^20))
psi <- ruin(claims = "Erlang", par.claims = list(shape = c(3, 4), rate = c(3.5, 2), weights = c(0.6, 0.4)),
            wait = "exponential", par.wait = list(rate = 1), premium.rate = 2)
u <- seq(0, 30, length.out = 1e4)
t <- system.time(psi(u))[["elapsed"]]
cat("actuar_phase_type_per_value", t / 1e4, "\n")
m <- exp(0)
H <- function(x) sapply(x, function(y) levlnorm(y, -0.5, 1, order = 1)) / exp(-0.5 + 0.5)
seconds("actuar_lognormal_ruin_2^13", {
  fx <- discretise(levlnorm(x, -0.5, 1) / exp(0), from = 0, to = 64, step = 64 / 2^13, method = "lower")
  aggregateDist("recursive", model.freq = "geometric", model.sev = fx, prob = 0.2 / 1.2, x.scale = 64 / 2^13, maxit = 1e5)
})
events <- 0
t <- system.time(for (i in 1:200) {
  w <- rexp(1200); k <- cumsum(w) < 1000; x <- rexp(1200); s <- 10 + 1.2 * cumsum(w) - cumsum(x)
  bad <- any(s[k] < 0); events <- events + 1200
})[["elapsed"]]
cat("r_vectorised_ruin_per_event", t / events, "\n")
t <- system.time({ N <- rpois(2e5, 50); S <- rowsum(rlnorm(sum(N), -0.5, 1), rep(seq_along(N), N)) })[["elapsed"]]
cat("r_vectorised_aggregate_per_draw", t / 1e7, "\n")
