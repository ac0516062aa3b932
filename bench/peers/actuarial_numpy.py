#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What numpy and scipy need for the same work: lines of "name seconds"."""
import time

import numpy as np
from scipy.special import ndtr


def median(work, runs):
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2]


def aggregate(n, rate=50.0, meanlog=-0.5, sdlog=1.0, end=1024.0):
    h = end / n
    edges = (np.arange(n) + 0.5) * h
    cdf = ndtr((np.log(edges) - meanlog) / sdlog)
    mass = np.diff(cdf, prepend=0.0)
    total = np.fft.irfft(np.exp(rate * (np.fft.rfft(mass) - 1.0)), n)
    cumulated = np.cumsum(total)
    at = np.searchsorted(cumulated, 0.995)
    var = at * h
    return var + np.dot(total[at:], np.arange(n - at) * h) / 0.005


for bits, runs in ((16, 25), (20, 7)):
    print(f"numpy_aggregate_2^{bits}", median(lambda b=bits: aggregate(1 << b), runs))
for bits, runs in ((13, 200), (15, 50), (20, 7)):
    data = np.random.default_rng(1).standard_normal(2 << bits).view(complex)
    print(f"numpy_complex_fft_2^{bits}", median(lambda d=data: np.fft.fft(d), runs))


def geometric(n, end=64.0, meanlog=-0.5, sdlog=1.0, loading=0.2):
    h = end / n
    x = (np.arange(n) + 0.5) * h
    z = (np.log(x) - meanlog) / sdlog
    mean = np.exp(meanlog + sdlog * sdlog / 2)
    ladder = (mean * ndtr(z - sdlog) + x * ndtr(-z)) / mean
    mass = np.diff(ladder, prepend=0.0)
    p = 1 / (1 + loading)
    total = np.fft.irfft((1 - p) / (1 - p * np.fft.rfft(mass)), n)
    return 1 - np.cumsum(total)


print("numpy_lognormal_ruin_2^16", median(lambda: geometric(1 << 16), 15))
