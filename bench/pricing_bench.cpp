// SPDX-License-Identifier: Apache-2.0
//
// Prices, sensitivities, implied volatilities, random normals and full revaluation: what they cost
// here and in the peers that are installed, in one run. It prints and judges nothing.
//
//   pricing_bench [numpy_peer.py]
#include "cofferdam/models/numerics/random.h"
#include "cofferdam/models/numerics/thread_pool.h"
#include "cofferdam/models/numerics/vector_functions.h"
#include "cofferdam/models/pricing/black_columns.h"
#include "cofferdam/models/pricing/implied_volatility.h"
#include "cofferdam/models/pricing/revalue.h"

#include "bench/figures.h"
#include "bench/quantlib_peer.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#if __has_include(<boost/random/normal_distribution.hpp>)
#define COFFERDAM_HAS_BOOST 1
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/normal_distribution.hpp>
#endif
#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace cofferdam::bench {
namespace {

// The references are long double, and doubles enter them on purpose.
#pragma GCC diagnostic ignored "-Wdouble-promotion"

using numerics::InstructionSet;
using pricing::OptionType;

constexpr std::size_t kRepetitions = 9;
volatile double sink = 0;  // what is computed is used

// The median of the repetitions, after one to warm up, in seconds.
template <class Work>
double seconds_of(Work&& work, std::size_t repetitions = kRepetitions) {
  work();
  std::vector<double> times;
  for (std::size_t i = 0; i < repetitions; ++i) {
    const Clock::time_point start = Clock::now();
    work();
    times.push_back(seconds_since(start));
  }
  return quantile(times, 0.5);
}

template <class Work>
double nanoseconds_each(std::size_t count, Work&& work, std::size_t repetitions = kRepetitions) {
  return seconds_of(work, repetitions) / static_cast<double>(count) * 1e9;
}

void against(const char* peer, double theirs, double ours) {
  if (theirs > 0)
    std::printf("    %-46s %10.1f ns   %8.1f times ours\n", peer, theirs, theirs / ours);
  else
    std::printf("    %-46s  not here\n", peer);
}

struct Free {
  void operator()(double* p) const { std::free(p); }
};

using Column = std::unique_ptr<double[], Free>;

Column column(std::size_t count) {
  auto* p = static_cast<double*>(std::aligned_alloc(64, (count * sizeof(double) + 63) / 64 * 64));
  must_hold(p != nullptr, "memory");
  std::memset(p, 0, count * sizeof(double));
  return Column(p);
}

struct Options {
  std::size_t count;
  std::vector<OptionType> types;
  Column forward, strike, volatility, years, price;
  Column result[5];

  explicit Options(std::size_t n)
      : count(n),
        types(n),
        forward(column(n)),
        strike(column(n)),
        volatility(column(n)),
        years(column(n)),
        price(column(n)) {
    for (Column& figures : result) figures = column(n);
  }

  [[nodiscard]] pricing::BlackColumns view(std::size_t begin, std::size_t end) const {
    const std::size_t n = end - begin;
    return {{types.data() + begin, n},
            {forward.get() + begin, n},
            {strike.get() + begin, n},
            {volatility.get() + begin, n},
            {years.get() + begin, n}};
  }

  [[nodiscard]] pricing::BlackResults results(std::size_t begin, std::size_t end) const {
    const std::size_t n = end - begin;
    return {{result[0].get() + begin, n},
            {result[1].get() + begin, n},
            {result[2].get() + begin, n},
            {result[3].get() + begin, n},
            {result[4].get() + begin, n}};
  }

  [[nodiscard]] PeerOptions peer(std::size_t n) const {
    return {reinterpret_cast<const unsigned char*>(types.data()),
            forward.get(),
            strike.get(),
            volatility.get(),
            years.get(),
            price.get(),
            n};
  }
};

double unit(Dice& dice) {
  return static_cast<double>(dice.next() >> 11) * 0x1p-53;
}

Options market(std::size_t count) {
  Options options(count);
  Dice dice(7);
  for (std::size_t i = 0; i < count; ++i) {
    const double forward = 1'000 + 99'000 * unit(dice);
    options.types[i] = unit(dice) < 0.5 ? OptionType::call : OptionType::put;
    options.forward[i] = forward;
    options.strike[i] = forward * std::exp(1.2 * unit(dice) - 0.6);
    options.volatility[i] = 0.2 + 1.3 * unit(dice);
    options.years[i] = (1 + 364 * unit(dice)) / 365;
  }
  return options;
}

// The plain way in C++: one option at a time, the C library's functions.
double scalar_value(const Options& in, std::size_t i, double* out) {
  const double root = std::sqrt(in.years[i]);
  const double s = in.volatility[i] * root;
  const double d1 = std::log(in.forward[i] / in.strike[i]) / s + 0.5 * s;
  const double d2 = d1 - s;
  const double sign = in.types[i] == OptionType::call ? 1 : -1;
  const double n1 = 0.5 * std::erfc(-sign * d1 * 0.7071067811865476);
  const double n2 = 0.5 * std::erfc(-sign * d2 * 0.7071067811865476);
  const double density = 0.3989422804014327 * std::exp(-0.5 * d1 * d1);
  out[0] = sign * (in.forward[i] * n1 - in.strike[i] * n2);
  out[1] = sign * n1;
  out[2] = density / (in.forward[i] * s);
  out[3] = in.forward[i] * density * root;
  out[4] = -0.5 * out[3] * in.volatility[i] / in.years[i];
  return out[0] + out[1] + out[2] + out[3] + out[4];
}

double numpy_nanoseconds(const char* script) {
  const std::string command = "/usr/bin/python3 " + std::string(script) + " 2>/dev/null";
  std::FILE* pipe = popen(command.c_str(), "r");
  double value = 0;
  if (pipe != nullptr) {
    if (std::fscanf(pipe, "%lf", &value) != 1) value = 0;
    pclose(pipe);
  }
  return value;
}

long double exact_price(const Options& in, std::size_t i) {
  const long double f = in.forward[i], k = in.strike[i];
  const long double s =
      static_cast<long double>(in.volatility[i]) * std::sqrt(static_cast<long double>(in.years[i]));
  const long double d1 = std::log(f / k) / s + s / 2, d2 = d1 - s;
  const auto n = [](long double z) { return 0.5L * std::erfc(-z / std::sqrt(2.0L)); };
  const long double out = f <= k ? f * n(d1) - k * n(d2) : k * n(-d2) - f * n(-d1);
  const long double gain = in.types[i] == OptionType::call ? f - k : k - f;
  return out + std::max(0.0L, gain);
}

void price_and_greeks(const char* script) {
  constexpr std::size_t kCount = 8'192;  // in the second cache
  const Options options = market(kCount);
  std::printf("price and four greeks, %zu options, one thread\n", kCount);
  double ours = 0;
  for (const InstructionSet set : numerics::kInstructionSets) {
    if (!numerics::is_available(set)) continue;
    ours = nanoseconds_each(kCount * 20, [&] {
      for (int k = 0; k < 20; ++k) black(options.view(0, kCount), options.results(0, kCount), set);
    });
    const double alone = nanoseconds_each(kCount * 20, [&] {
      for (int k = 0; k < 20; ++k)
        black_prices(options.view(0, kCount), {options.result[0].get(), kCount}, set);
    });
    std::printf("  ours, %-10s %8.2f ns   price only %8.2f ns\n", std::string(name_of(set)).c_str(),
                ours, alone);
    if (set == InstructionSet::portable) continue;
    const PeerOptions peer = options.peer(kCount);
    const PeerOptions few = options.peer(1'000);
    if (quantlib_is_here()) {
      against("QuantLib BlackCalculator + four greeks",
              nanoseconds_each(kCount, [&] { sink = quantlib_calculator(peer); }), ours);
      against("QuantLib blackFormula, price only, to price only",
              nanoseconds_each(kCount, [&] { sink = quantlib_formula(peer); }), alone);
      against("QuantLib option and engine rebuilt, greeks",
              nanoseconds_each(1'000, [&] { sink = quantlib_engine_rebuilt(few); }, 5), ours);
    }
    double figures[5];
    against("plain C++, erfc, one at a time",
            nanoseconds_each(kCount,
                             [&] {
                               double sum = 0;
                               for (std::size_t i = 0; i < kCount; ++i)
                                 sum += scalar_value(options, i, figures);
                               sink = sum;
                             }),
            ours);
    against("numpy and scipy, 100,000 options", numpy_nanoseconds(script), ours);
  }
  double absolute = 0, relative = 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    const long double exact = exact_price(options, i);
    const long double error = std::abs(options.result[0][i] - exact);
    absolute = std::max(absolute, static_cast<double>(error / options.forward[i]));
    if (exact > 1e-10L * options.forward[i])
      relative = std::max(relative, static_cast<double>(error / exact));
  }
  std::printf("  error of the price against long double: %.2g of the forward, %.2g of the price\n",
              absolute, relative);
  std::printf("  bound by: the chain of dependent steps; price only costs nearly as much\n\n");
}

// Reads 4 columns and a flag, writes 5 past the caches: 73 bytes an option.
void streaming() {
  constexpr std::size_t kCount = 10'000'000;
  constexpr std::size_t kPiece = 65'536;
  constexpr double kBytes = 4 * 8 + 1 + 5 * 8;
  const Options options = market(kCount);
  std::printf("10 million options, results past the caches, %.0f bytes an option\n", kBytes);
  for (const std::size_t threads : {std::size_t{1}, std::size_t{2}}) {
    numerics::ThreadPool pool(threads);
    // The roofline of this run: the same bytes read and written, nothing computed.
    double roof = 0;
#if defined(__x86_64__)
    roof = nanoseconds_each(
        kCount,
        [&] {
          numerics::for_ranges(pool, kCount, kPiece, [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i + 2 <= end; i += 2) {
              const __m128d sum = _mm_add_pd(_mm_add_pd(_mm_load_pd(options.forward.get() + i),
                                                        _mm_load_pd(options.strike.get() + i)),
                                             _mm_add_pd(_mm_load_pd(options.volatility.get() + i),
                                                        _mm_load_pd(options.years.get() + i)));
              for (const Column& out : options.result) _mm_stream_pd(out.get() + i, sum);
            }
          });
        },
        5);
#endif
    for (const InstructionSet set : numerics::kInstructionSets) {
      if (!numerics::is_available(set) || set == InstructionSet::portable) continue;
      const auto pass = [&](auto&& work) {
        return nanoseconds_each(
            kCount,
            [&] {
              numerics::for_ranges(pool, kCount, kPiece, [&](std::size_t begin, std::size_t end) {
                work(options.view(begin, end), options.results(begin, end));
              });
            },
            5);
      };
      const double streamed =
          pass([&](const auto& in, const auto& out) { black_streaming(in, out, set); });
      const double stored = pass([&](const auto& in, const auto& out) { black(in, out, set); });
      std::printf(
          "  %zu thread%s %-8s %6.2f ns (ordinary stores %.2f ns), roofline %.2f ns: %.2f of it\n",
          threads, threads == 1 ? ": " : "s:", std::string(name_of(set)).c_str(), streamed, stored,
          roof, roof / streamed);
    }
  }
  std::printf("  bound by: arithmetic; memory where the share of the roofline nears 1\n\n");
}

// Out-of-the-money options; prices by long double. `wide`: |ln F/K| <= 2 and prices above 1e-60 F.
Options implied_set(std::size_t count, bool wide) {
  Options options(count);
  Dice dice(wide ? 13 : 12);
  for (std::size_t i = 0; i < count;) {
    const double forward = 1'000 + 99'000 * unit(dice);
    options.volatility[i] = 0.2 + 1.3 * unit(dice);
    options.years[i] = (1 + 364 * unit(dice)) / 365;
    const double deviation = options.volatility[i] * std::sqrt(options.years[i]);
    const double x = (wide ? 2 : 3 * deviation) * (2 * unit(dice) - 1);
    options.forward[i] = forward;
    options.strike[i] = forward * std::exp(x);
    options.types[i] = options.strike[i] >= forward ? OptionType::call : OptionType::put;
    const long double price = exact_price(options, i);
    if (price < (wide ? 1e-60L : 1e-6L) * forward) continue;
    options.price[i++] = static_cast<double>(price);
  }
  return options;
}

void print_errors(const Options& options, const double* deviation) {
  double worst = 0;
  std::size_t poor = 0;
  for (std::size_t i = 0; i < options.count; ++i) {
    const double exact = options.volatility[i] * std::sqrt(options.years[i]);
    const double error = std::abs(deviation[i] / exact - 1);
    if (!(error <= 1e-6)) ++poor;
    if (error > worst) worst = error;
  }
  std::printf("      largest error %.2g, worse than 1e-6: %zu of %zu\n", worst, poor,
              options.count);
}

void implied() {
  constexpr std::size_t kCount = 51'200;
  for (const bool wide : {false, true}) {
    const Options options = implied_set(kCount, wide);
    std::printf("implied volatility, %zu options, %s, one thread\n", kCount,
                wide ? "wide: |ln F/K| <= 2, price > 1e-60 F" : "market: |ln F/K| <= 3 deviations");
    double ours = 0;
    for (const InstructionSet set : numerics::kInstructionSets) {
      if (!numerics::is_available(set)) continue;
      ours = nanoseconds_each(kCount, [&] {
        pricing::implied_deviations(options.types, {options.price.get(), kCount},
                                    {options.forward.get(), kCount}, {options.strike.get(), kCount},
                                    {options.result[0].get(), kCount}, set);
      });
      std::printf("  ours, %-10s %8.2f ns\n", std::string(name_of(set)).c_str(), ours);
      print_errors(options, options.result[0].get());
    }
    if (!quantlib_is_here()) continue;
    Column theirs = column(kCount);
    PeerOptions few = options.peer(kCount);
    for (const double accuracy : {1e-6, 1e-12}) {
      const double ns = nanoseconds_each(
          kCount, [&] { sink = quantlib_implied(few, accuracy, theirs.get()); }, 3);
      against(accuracy < 1e-9 ? "QuantLib blackFormulaImpliedStdDev, 1e-12"
                              : "QuantLib blackFormulaImpliedStdDev, 1e-6",
              ns, ours);
      print_errors(options, theirs.get());
    }
  }
  std::printf(
      "  bound by: a guess and two steps of fourth order, some 350 operations a vector\n\n");
}

void normals() {
  constexpr std::size_t kCount = 1U << 16;
  std::vector<double> out(kCount);
  std::printf("standard normals, one thread\n");
  for (const InstructionSet set : numerics::kInstructionSets) {
    if (!numerics::is_available(set)) continue;
    const double ours =
        nanoseconds_each(kCount, [&] { numerics::fill_normals(1, 2, 0, out, set); });
    std::printf("  ours (Philox4x32-10, Box-Muller), %-8s %6.2f ns\n",
                std::string(name_of(set)).c_str(), ours);
    if (set == InstructionSet::portable) continue;
    std::mt19937_64 twister(1);
    std::normal_distribution<double> distribution;
    against("std::normal_distribution(mt19937_64)",
            nanoseconds_each(kCount,
                             [&] {
                               double sum = 0;
                               for (std::size_t i = 0; i < kCount; ++i)
                                 sum += distribution(twister);
                               sink = sum;
                             }),
            ours);
#if defined(COFFERDAM_HAS_BOOST)
    boost::random::mt19937_64 boost_twister(1);
    boost::random::normal_distribution<double> ziggurat;
    against("boost ziggurat(mt19937_64)",
            nanoseconds_each(kCount,
                             [&] {
                               double sum = 0;
                               for (std::size_t i = 0; i < kCount; ++i)
                                 sum += ziggurat(boost_twister);
                               sink = sum;
                             }),
            ours);
#endif
    if (quantlib_is_here())
      against("QuantLib MT + InverseCumulativeNormal",
              nanoseconds_each(kCount, [&] { sink = quantlib_normals(kCount); }), ours);
  }
  std::printf("  bound by: integer multiplications of Philox, then the logarithm\n\n");
}

std::vector<pricing::RevaluedContract> book(std::size_t count) {
  const Options options = market(count);
  std::vector<pricing::RevaluedContract> contracts;
  for (std::size_t i = 0; i < count; ++i)
    contracts.push_back({.type = options.types[i],
                         .forward = options.forward[i],
                         .strike = options.strike[i],
                         .volatility = options.volatility[i],
                         .years = options.years[i]});
  return contracts;
}

void grid() {
  const auto contracts = book(200);
  std::vector<pricing::Scenario> scenarios;
  for (int price = -4; price <= 4; ++price)
    for (int shock = -2; shock <= 2; ++shock) scenarios.push_back({1 + 0.04 * price, 0.25 * shock});
  const pricing::ScenarioSet set(scenarios);
  std::vector<double> prices(contracts.size() * set.padded_size());
  std::printf("grid of 200 options and 45 scenarios (9,000 prices), one thread\n");
  for (const InstructionSet instructions : numerics::kInstructionSets) {
    if (!numerics::is_available(instructions)) continue;
    const double ns = nanoseconds_each(20, [&] {
      for (int k = 0; k < 20; ++k) revalue_grid(contracts, set, prices, nullptr, instructions);
    });
    std::printf("  ours, %-10s %8.1f us, %5.2f ns a price\n",
                std::string(name_of(instructions)).c_str(), ns / 1e3, ns / 9'000);
  }
  std::printf("\n");
}

constexpr std::size_t kFactors = 20;
constexpr std::size_t kBookSize = 200;
constexpr std::size_t kChunk = 2'048;

// Scenarios [begin, end) of the value of a book, a function of their numbers alone.
void value_scenarios(const std::vector<pricing::RevaluedContract>& contracts,
                     const std::vector<double>& root, std::size_t begin, std::size_t end,
                     InstructionSet set, double* values) {
  const std::size_t count = end - begin;
  std::vector<std::vector<double>> z(kFactors, std::vector<double>(kChunk));
  for (std::size_t f = 0; f < kFactors; ++f)
    numerics::fill_normals(42, f, begin / numerics::kNormalsPerBlock, z[f], set);
  std::vector<pricing::ScenarioSet> moves(kFactors);
  std::vector<double> log_move(kChunk);
  for (std::size_t f = 0; f < kFactors; ++f) {
    std::fill(log_move.begin(), log_move.end(), 0.0);
    for (std::size_t j = 0; j <= f; ++j) {
      const double weight = 0.03 * root[f * kFactors + j];
      for (std::size_t i = 0; i < kChunk; ++i) log_move[i] += weight * z[j][i];
    }
    moves[f].assign_logarithms(log_move, set);
  }
  std::vector<double> totals(kChunk);
  for (std::size_t c = 0; c < contracts.size(); ++c)
    add_values(contracts[c], 1, moves[c % kFactors], totals, set);
  std::copy_n(totals.begin(), count, values);
}

std::vector<double> correlation_root() {
  std::vector<double> root(kFactors * kFactors);
  for (std::size_t i = 0; i < kFactors; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = i == j ? 1.0 : 0.5;
      for (std::size_t k = 0; k < j; ++k) sum -= root[i * kFactors + k] * root[j * kFactors + k];
      root[i * kFactors + j] = i == j ? std::sqrt(sum) : sum / root[j * kFactors + j];
    }
  return root;
}

std::uint64_t hash_of(const std::vector<double>& values) {
  std::uint64_t hash = 1469598103934665603U;
  for (const double value : values)
    hash = (hash ^ std::bit_cast<std::uint64_t>(value)) * 1099511628211U;
  return hash;
}

void monte_carlo() {
  constexpr std::size_t kScenarios = 1'000'000 / kChunk * kChunk;
  constexpr std::size_t kPeerScenarios = 2'000;
  const auto contracts = book(kBookSize);
  const std::vector<double> root = correlation_root();
  std::vector<double> values(kScenarios);
  std::printf("Monte Carlo, %zu scenarios of %zu correlated factors, %zu options revalued\n",
              kScenarios, kFactors, kBookSize);
  const double each = static_cast<double>(kScenarios * kBookSize);
  double ours = 0;
  for (const InstructionSet set : numerics::kInstructionSets) {
    if (!numerics::is_available(set) || set == InstructionSet::portable) continue;
    double alone = 0;
    for (const std::size_t threads : {std::size_t{1}, std::size_t{2}}) {
      numerics::ThreadPool pool(threads);
      const double seconds = seconds_of(
          [&] {
            numerics::for_ranges(pool, kScenarios, kChunk, [&](std::size_t begin, std::size_t end) {
              value_scenarios(contracts, root, begin, end, set, values.data() + begin);
            });
          },
          3);
      if (threads == 1) alone = seconds;
      std::printf(
          "  ours, %-8s %zu thread%s %.3f s, %5.2f ns a price, efficiency %.2f, bits %016llx\n",
          std::string(name_of(set)).c_str(), threads, threads == 1 ? " " : "s", seconds,
          seconds / each * 1e9, alone / seconds / static_cast<double>(threads),
          static_cast<unsigned long long>(hash_of(values)));
    }
    ours = alone / each * 1e9;
  }
  if (quantlib_is_here()) {
    const Options options = market(kBookSize);
    const PeerOptions peer = options.peer(kBookSize);
    against("QuantLib MT, Cholesky and blackFormula",
            nanoseconds_each(
                kPeerScenarios * kBookSize,
                [&] { sink = quantlib_scenarios(peer, kFactors, kPeerScenarios); }, 3),
            ours);
    const Options many = market(20'000);
    against("QuantLib option and engine held, quote bumped",
            nanoseconds_each(
                many.count, [&] { sink = quantlib_engine_held(many.peer(many.count)); }, 3),
            ours);
  }
  std::printf("  bound by: arithmetic (one exponential and two rationals a price)\n\n");
}

void run(const char* script) {
  std::printf("instruction sets here:");
  for (const InstructionSet set : numerics::kInstructionSets)
    if (numerics::is_available(set)) std::printf(" %s", std::string(name_of(set)).c_str());
  std::printf("; QuantLib %s\n\n", quantlib_version());
  price_and_greeks(script);
  streaming();
  implied();
  normals();
  grid();
  monte_carlo();
  numerics::ThreadPool pool(2);
  std::printf("a pass of the pool with nothing to do: %.2f us\n", nanoseconds_each(10'000, [&] {
                                                                    for (int i = 0; i < 10'000; ++i)
                                                                      pool.run(2,
                                                                               [](std::size_t) {});
                                                                  }) / 1e3);
}

}  // namespace
}  // namespace cofferdam::bench

int main(int argc, char** argv) {
  cofferdam::bench::run(argc > 1 ? argv[1] : "bench/numpy_peer.py");
  return 0;
}
