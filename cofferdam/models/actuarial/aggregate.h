// SPDX-License-Identifier: Apache-2.0
//
// The distribution of all payments of a period, five ways, with a certificate.
//
// Panjer (1981): f(k) = [ (p1 - (a+b) p0) x_k + sum over j (a + b j/k) x_j f(k-j) ] / (1 - a x_0),
// carried on a floating scale so that exp(-mean) may underflow. FFT: f = IFFT of P(FFT x) with zero
// padding and an exponential tilt (Gruebel and Hermesmeier 1999). Normal power: mu + sigma (z +
// skewness (z^2 - 1)/6). Translated gamma: three moments. Simulation: seeded, independent of
// threads.
#pragma once

#include "cofferdam/models/actuarial/coverage.h"
#include "cofferdam/models/actuarial/lattice.h"
#include "cofferdam/models/numerics/fft.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cofferdam::actuarial {

struct Grid {
  double step = 1;
  std::size_t points = std::size_t{1} << 16;  // of the answer: a power of two
  Discretization method = Discretization::rounding;
  // The sum's lattice has as many points but begins where the sum does, not at 0.
  bool shifted = false;
};

// The transform has points * padding places; mass that wraps around it is multiplied by
// exp(-tilt), where `tilt` is the exponent over the whole length. A large tilt magnifies rounding
// at the far end by as much.
struct Transform {
  std::size_t padding = 2;
  double tilt = 12;
  bool with_aliasing_bound = true;  // some passes over the payments more
};

// A step that reaches far enough for the mass beyond the grid to be negligible and divides limits
// and deductibles of a decimal kind: 1, 2, 2.5 or 5 times a power of ten.
[[nodiscard]] double suggest_step(const Portfolio& portfolio, std::size_t points);

// Where the sum of a period lies, but for about `beyond`.
struct Reach {
  double lower = 0;
  double upper = 1;
};

[[nodiscard]] Reach reach_of(const Portfolio& portfolio, double beyond = 1e-10);
// The least of 1, 2, 2.5 or 5 times a power of ten that takes `width` in so many points.
[[nodiscard]] double step_for(double width, std::size_t points);

struct FftAnswer {
  Lattice lattice;
  double negative_mass = 0;   // sum of what rounding made negative, now zero
  double aliasing_bound = 0;  // on the whole mass that can have wrapped
  double rounding_bound = 0;  // on one point, from the tilt
};

[[nodiscard]] FftAnswer aggregate_by_fft(const Portfolio& portfolio, const Grid& grid,
                                         const Transform& transform = {});
// The same from payments that are on the lattice already, one for each line.
[[nodiscard]] FftAnswer aggregate_by_fft(const std::vector<Frequency>& frequencies,
                                         const std::vector<Lattice>& payments,
                                         const Transform& transform = {});
// The same where the answer begins near the least sum: what lies outside wraps around the length
// and is bounded on both sides; no tilt.
[[nodiscard]] FftAnswer aggregate_shifted(const std::vector<Frequency>& frequencies,
                                          const std::vector<Lattice>& payments,
                                          const Transform& transform = {});
// The first place of that answer.
[[nodiscard]] std::size_t first_place(const std::vector<Frequency>& frequencies,
                                      const std::vector<Lattice>& payments);

// The transform's tables and arrays, made once and used for one sum after another.
class FftAggregator {
 public:
  FftAggregator(std::size_t points, const Transform& transform);

  // Each payment has this aggregator's number of points. The answer begins at place `first`, which
  // is even, and 0 where there is a tilt.
  void run(std::span<const Frequency> frequencies, std::span<const Lattice> payments,
           FftAnswer& out, std::size_t first = 0);

 private:
  void place(const Lattice& payment);
  void read(FftAnswer& out) const;

  std::size_t points_;
  Transform transform_;
  numerics::RealFftPlan plan_;
  numerics::AlignedDoubles even_;
  numerics::AlignedDoubles odd_;
  numerics::AlignedDoubles work_;
  std::vector<double> product_re_;
  std::vector<double> product_im_;
  // exp(-theta k) for k below 256 and for multiples of 256, and their inverses.
  std::vector<double> fine_;
  std::vector<double> coarse_;
  std::vector<double> fine_back_;
  std::vector<double> coarse_back_;
};

// The first `points` places; each is exact whatever comes after it. nullopt for a frequency that
// has no recursion (a fixed number).
[[nodiscard]] std::optional<Lattice> aggregate_by_panjer(const Frequency& frequency,
                                                         const Lattice& payment,
                                                         std::size_t points);
[[nodiscard]] std::optional<Lattice> aggregate_by_panjer(const Portfolio& portfolio,
                                                         const Grid& grid, std::size_t points);

// Quantiles by moments; NaN where the moments do not exist or, for the translated gamma, where the
// skewness is not above 0.
[[nodiscard]] double normal_power_quantile(const Moments& moments, double p);
[[nodiscard]] double normal_power_distribution(const Moments& moments, double x);
[[nodiscard]] double translated_gamma_quantile(const Moments& moments, double p);
[[nodiscard]] double translated_gamma_distribution(const Moments& moments, double x);

}  // namespace cofferdam::actuarial
