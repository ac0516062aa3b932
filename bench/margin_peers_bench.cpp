// SPDX-License-Identifier: Apache-2.0
//
// A whole venue's scenario margin from prices on: 10,000 accounts x 20 positions, 200 options, 45
// scenarios, here and in the peers that are installed, in one run. Our side prices the grid in
// doubles, cuts it to whole cents and adds up integers. Ratios are against the same work of the
// peer. It prints and judges nothing.
//
//   margin_peers_bench [margin_scipy.py]
#include "cofferdam/base/huge_pages.h"
#include "cofferdam/base/thread_pool.h"
#include "cofferdam/books/margin/scenario_sums.h"
#include "cofferdam/models/pricing/revalue.h"

#include "bench/eigen_peer.h"
#include "bench/figures.h"
#include "bench/quantlib_peer.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace cofferdam::bench {
namespace {

using margin::GridPosition;
using margin::ScenarioSums;

constexpr std::size_t kAccounts = 10'000;
constexpr std::size_t kMillion = 1'000'000;
constexpr std::size_t kPositions = 20;
constexpr std::size_t kContracts = 200;
constexpr std::size_t kScenarios = 45;
constexpr std::size_t kStride = margin::padded(kScenarios);
constexpr std::size_t kAccountsAsObjects = 50;
constexpr int kRuns = 15;

template <class Work>
[[nodiscard]] double median_seconds(int runs, Work&& work) {
  std::vector<double> times;
  for (int i = 0; i <= runs; ++i) {
    const Clock::time_point began = Clock::now();
    work();
    if (i > 0) times.push_back(seconds_since(began));
  }
  return quantile(times, 0.5);
}

struct alignas(64) Block {
  std::int64_t entries[margin::kScenarioBlock];
};

struct alignas(64) DoubleBlock {
  double entries[margin::kScenarioBlock];
};

struct Venue {
  explicit Venue(std::size_t count) : accounts(count), pairs(margin::pairs_of(count * kPositions)) {
    Dice dice(7);
    for (std::size_t c = 0; c < kContracts; ++c) {
      const double forward = 1'000 + dice.below(99'000);
      contracts.push_back(
          {.type = c % 2 == 0 ? pricing::OptionType::call : pricing::OptionType::put,
           .forward = forward,
           .strike = forward * (0.55 + 0.001 * dice.below(1'270)),
           .volatility = 0.2 + 0.001 * dice.below(1'300),
           .years = (1 + dice.below(364)) / 365.0});
    }
    for (int price = -4; price <= 4; ++price)
      for (int shock = -2; shock <= 2; ++shock)
        scenarios.push_back({1 + 0.04 * price, 0.25 * shock});
    std::vector<std::uint32_t> order(kContracts);
    std::iota(order.begin(), order.end(), 0U);
    for (std::size_t a = 0; a < accounts; ++a)
      for (std::size_t p = 0; p < kPositions; ++p) {
        std::swap(order[p], order[p + dice.below(static_cast<std::uint32_t>(kContracts - p))]);
        const auto quantity = static_cast<std::int64_t>(dice.below(10'001)) - 5'000;
        positions.push_back({order[p], margin::side_of(order[p], quantity), quantity});
        margin::put_position(pairs.data(), positions.size() - 1, positions.back());
      }
  }

  std::size_t accounts;
  std::vector<pricing::RevaluedContract> contracts;
  std::vector<pricing::Scenario> scenarios;
  std::vector<GridPosition> positions;
  // As in the books, on pages of 2 MiB where the kernel grants them.
  std::vector<margin::PositionPair, base::HugePages<margin::PositionPair>> pairs;
};

// The changes of value by scenario, in cents, and what they are in doubles.
struct Grid {
  std::vector<double> prices;
  std::vector<Block> blocks = std::vector<Block>(kContracts * kStride / margin::kScenarioBlock);
  std::vector<DoubleBlock> doubles =
      std::vector<DoubleBlock>(kContracts * kStride / margin::kScenarioBlock);
  std::vector<std::int64_t> sides =
      std::vector<std::int64_t>(2 * kContracts * margin::kSideNumbers);
  std::vector<margin::DigitBlock> digits =
      std::vector<margin::DigitBlock>(kContracts * margin::digit_blocks(kStride));
  unsigned digit_bits = 0;

  [[nodiscard]] margin::GridTable table(bool with_sides = false) const {
    return {blocks.front().entries, with_sides ? sides.data() : nullptr, kStride, digits.data(),
            digit_bits};
  }
};

// The scenario in the middle moves nothing.
constexpr std::size_t kUnmoved = kScenarios / 2;

void price(const Venue& venue, const pricing::ScenarioSet& set, Grid& grid) {
  grid.prices.resize(kContracts * set.padded_size());
  pricing::revalue_grid(venue.contracts, set, grid.prices);
}

void cut_to_cents(const pricing::ScenarioSet& set, Grid& grid) {
  std::int64_t largest = 0;
  for (std::size_t c = 0; c < kContracts; ++c) {
    const double* prices = grid.prices.data() + c * set.padded_size();
    for (std::size_t s = 0; s < kScenarios; ++s) {
      const std::size_t at = c * kStride + s;
      const double change = prices[s] - prices[kUnmoved];
      const auto cents = static_cast<std::int64_t>(std::floor(change * 100 + 0.5));
      grid.blocks[at / margin::kScenarioBlock].entries[at % margin::kScenarioBlock] = cents;
      grid.doubles[at / margin::kScenarioBlock].entries[at % margin::kScenarioBlock] = change;
      largest = std::max(largest, std::abs(cents));
    }
  }
  grid.digit_bits = margin::digit_bits_for(largest);
  for (std::size_t c = 0; c < kContracts; ++c)
    margin::write_digits(grid.blocks[c * kStride / margin::kScenarioBlock].entries, kStride,
                         grid.digit_bits, &grid.digits[c * margin::digit_blocks(kStride)]);
}

// As the books ask of every account before they choose a kernel.
void check_that_digits_fit(const Venue& venue, const Grid& grid) {
  must_hold(grid.digit_bits <= margin::kDigitBitsMax, "the grid fits digits");
  for (std::size_t a = 0; a < venue.accounts; ++a) {
    std::uint64_t size = 0;
    std::uint64_t largest = 0;
    for (std::size_t p = 0; p < kPositions; ++p) {
      const auto held =
          static_cast<std::uint64_t>(std::abs(venue.positions[a * kPositions + p].quantity));
      size += held;
      largest = std::max(largest, held);
    }
    must_hold(margin::digits_fit(grid.digit_bits, size, largest), "an account fits digits");
  }
}

void add_up(const Venue& venue, const margin::GridTable& table, margin::AddScenarios add,
            std::size_t begin, std::size_t end, std::int64_t* least) {
  ScenarioSums sums;
  for (std::size_t a = begin; a < end; ++a) {
    add(table, venue.positions.data() + a * kPositions, kPositions, sums);
    least[a] = sums.least;
  }
}

void add_up_digits(const Venue& venue, const margin::GridTable& table, margin::AddDigits add,
                   std::size_t begin, std::size_t end, std::int64_t* least) {
  constexpr std::size_t kPairs = margin::pairs_of(kPositions);
  ScenarioSums sums;
  for (std::size_t a = begin; a < end; ++a) {
    add(table, venue.pairs.data() + a * kPairs, kPairs, sums);
    least[a] = sums.least;
  }
}

// The same loop in doubles, to see what exactness costs.
#if defined(__x86_64__)
__attribute__((target("avx512f"))) void add_up_doubles(const Venue& venue, const Grid& grid,
                                                       double* least) {
  constexpr std::size_t kVectors = kStride / 8;
  for (std::size_t a = 0; a < venue.accounts; ++a) {
    __m512d sums[kVectors];
    for (auto& sum : sums) sum = _mm512_setzero_pd();
    for (std::size_t p = 0; p < kPositions; ++p) {
      const GridPosition& position = venue.positions[a * kPositions + p];
      const DoubleBlock* entries = grid.doubles.data() + position.contract * kVectors;
      const __m512d quantity = _mm512_set1_pd(static_cast<double>(position.quantity));
      for (std::size_t v = 0; v < kVectors; ++v)
        sums[v] = _mm512_fmadd_pd(_mm512_load_pd(entries[v].entries), quantity, sums[v]);
    }
    __m512d worst = _mm512_setzero_pd();
    for (const auto& sum : sums) worst = _mm512_min_pd(worst, sum);
    least[a] = _mm512_reduce_min_pd(worst);
  }
}
#endif

void against(const char* peer, double theirs, double ours) {
  if (theirs > 0)
    std::printf("  %-58s %10.3f ms, %9.1f times ours\n", peer, theirs * 1e3, theirs / ours);
  else
    std::printf("  %-58s not installed\n", peer);
}

[[nodiscard]] double scipy_seconds(const char* script) {
  const std::string command = "/usr/bin/python3 " + std::string(script) + " 2>/dev/null";
  std::FILE* pipe = popen(command.c_str(), "r");
  double value = 0;
  if (pipe == nullptr) return value;
  if (std::fscanf(pipe, "%lf", &value) != 1) value = 0;
  pclose(pipe);
  return value / 1e3;
}

// The peers' own copies of the options.
struct PeerColumns {
  std::vector<unsigned char> puts;
  std::vector<double> forward, strike, volatility, years;
  std::vector<double> factors, shocks;

  void add(const pricing::RevaluedContract& c) {
    puts.push_back(c.type == pricing::OptionType::put);
    forward.push_back(c.forward);
    strike.push_back(c.strike);
    volatility.push_back(c.volatility);
    years.push_back(c.years);
  }

  [[nodiscard]] PeerOptions options() const {
    return {puts.data(),  forward.data(), strike.data(), volatility.data(),
            years.data(), nullptr,        puts.size()};
  }
};

[[nodiscard]] double quantlib_seconds(const Venue& venue, const PeerColumns& columns,
                                      std::vector<double>& out) {
  std::vector<double> factors, shocks;
  for (const pricing::Scenario& s : venue.scenarios) {
    factors.push_back(s.forward_factor);
    shocks.push_back(s.volatility_shock);
  }
  out.assign(columns.puts.size() * kScenarios, 0.0);
  double seconds = 0;
  if (quantlib_is_here())
    quantlib_grid(columns.options(), {factors.data(), shocks.data(), kScenarios}, out.data(),
                  &seconds);
  return seconds;
}

// Every position an object of its own, repriced in every scenario; some accounts, made linear.
[[nodiscard]] double object_path_seconds(const Venue& venue) {
  PeerColumns columns;
  for (std::size_t i = 0; i < kAccountsAsObjects * kPositions; ++i)
    columns.add(venue.contracts[venue.positions[i].contract]);
  std::vector<double> out;
  return quantlib_seconds(venue, columns, out) * kAccounts / kAccountsAsObjects;
}

[[nodiscard]] double grid_path_seconds(const Venue& venue) {
  PeerColumns columns;
  for (const pricing::RevaluedContract& c : venue.contracts) columns.add(c);
  std::vector<double> out;
  return quantlib_seconds(venue, columns, out);
}

[[nodiscard]] double eigen_seconds(const Venue& venue, const Grid& grid,
                                   const std::vector<std::int64_t>& cents) {
  std::vector<std::uint32_t> contract;
  std::vector<double> quantity, changes, least(venue.accounts);
  for (const GridPosition& p : venue.positions) {
    contract.push_back(p.contract);
    quantity.push_back(static_cast<double>(p.quantity));
  }
  for (std::size_t c = 0; c < kContracts; ++c)
    for (std::size_t s = 0; s < kScenarios; ++s) {
      const std::size_t at = c * kStride + s;
      changes.push_back(
          grid.doubles[at / margin::kScenarioBlock].entries[at % margin::kScenarioBlock]);
    }
  const double seconds = eigen_sparse(
      {venue.accounts, kContracts, kScenarios, kPositions, contract.data(), quantity.data()},
      changes.data(), least.data(), kRuns);
  // Cents are half a cent off at most, by position and unit.
  for (std::size_t a = 0; seconds > 0 && a < venue.accounts; ++a)
    must_hold(std::abs(least[a] - static_cast<double>(cents[a]) / 100) <= 0.005 * 20 * 5'000 + 1e-3,
              "the peer finds the same loss");
  return seconds;
}

[[nodiscard]] double threaded_seconds(const Venue& venue, const Grid& grid, std::size_t threads,
                                      margin::AddDigits add, std::int64_t* least) {
  base::ThreadPool pool(threads);
  return median_seconds(kRuns, [&] {
    base::for_ranges(pool, venue.accounts, venue.accounts / 64 + 1,
                     [&](std::size_t begin, std::size_t end) {
                       add_up_digits(venue, grid.table(), add, begin, end, least);
                     });
  });
}

void run(const char* script) {
  const Venue venue(kAccounts);
  const pricing::ScenarioSet set(venue.scenarios);
  Grid grid;
  std::vector<std::int64_t> least(venue.accounts);
  const double pricing_seconds = median_seconds(kRuns, [&] {
    price(venue, set, grid);
    cut_to_cents(set, grid);
  });
  std::printf("%zu accounts, %zu positions each, %zu options, %zu scenarios; QuantLib %s\n",
              kAccounts, kPositions, kContracts, kScenarios, quantlib_version());
  std::printf("  our grid, priced and cut to cents: %.1f us\n", pricing_seconds * 1e6);
  check_that_digits_fit(venue, grid);
  const double objects = object_path_seconds(venue);
  const double quantlib = grid_path_seconds(venue);
  const double scipy = scipy_seconds(script);
  double eigen = 0;
  for (const margin::VectorWidth width : margin::kVectorWidths) {
    if (!margin::is_available(width)) continue;
    const margin::ScenarioKernels& kernels = margin::scenario_kernels(width);
    constexpr const char* kNames[] = {"portable", "AVX2", "AVX-512"};
    const auto pass_seconds = [&](margin::AddScenarios add, const margin::GridTable& table) {
      return median_seconds(kRuns, [&] { add_up(venue, table, add, 0, kAccounts, least.data()); });
    };
    const double wide = pass_seconds(kernels.wide, grid.table(true));
    const std::vector<std::int64_t> plainly = least;
    const double narrow = pass_seconds(kernels.narrow, grid.table(true));
    must_hold(plainly == least, "products of 31 bits give what those of 63 do");
    const auto digits_seconds = [&](const margin::GridTable& table) {
      return median_seconds(
          kRuns, [&] { add_up_digits(venue, table, kernels.digits, 0, kAccounts, least.data()); });
    };
    const double beside = digits_seconds(grid.table(true));
    must_hold(plainly == least, "digits give what products of 63 bits do");
    const double digits = digits_seconds(grid.table());
    must_hold(plainly == least, "digits give the same without the numbers of sides");
    const double both = median_seconds(kRuns, [&] {
      price(venue, set, grid);
      cut_to_cents(set, grid);
      add_up_digits(venue, grid.table(), kernels.digits, 0, kAccounts, least.data());
    });
    if (eigen == 0) eigen = eigen_seconds(venue, grid, least);
    std::printf("%s, one thread\n", kNames[static_cast<std::size_t>(width)]);
    std::printf("  accounts times grid, exact integers: %.3f ms, %.1f ns an account\n",
                digits * 1e3, digits * 1e9 / kAccounts);
    std::printf("  with the numbers of sides %.3f ms; of 31 bits %.3f ms, of 63 bits %.3f ms\n",
                beside * 1e3, narrow * 1e3, wide * 1e3);
    std::printf("  grid and accounts: %.3f ms\n", both * 1e3);
    against("QuantLib objects, every position in every scenario", objects, both);
    against("QuantLib grid once, then Eigen", eigen > 0 ? quantlib + eigen : 0, both);
    against("QuantLib grid once alone", quantlib, both);
    against("Eigen, sparse times dense (accounts times grid only)", eigen, digits);
    against("scipy, sparse times dense (accounts times grid only)", scipy, digits);
#if defined(__x86_64__)
    if (width == margin::VectorWidth::avx512) {
      std::vector<double> worst(venue.accounts);
      const double doubles =
          median_seconds(kRuns, [&] { add_up_doubles(venue, grid, worst.data()); });
      std::printf("  the same loop in doubles %.3f ms: exact integers take %.2f of it\n",
                  doubles * 1e3, digits / doubles);
    }
#endif
  }
  const Venue million(kMillion);
  least.resize(kMillion);
  const margin::AddDigits add = margin::best_scenario_kernels().digits;
  check_that_digits_fit(million, grid);
  const double one = threaded_seconds(million, grid, 1, add, least.data());
  const std::vector<std::int64_t> alone = least;
  const double two = threaded_seconds(million, grid, 2, add, least.data());
  must_hold(alone == least, "two threads find what one finds");
  std::printf("1,000,000 accounts times grid: %.1f ms, two threads %.1f ms: efficiency %.2f\n",
              one * 1e3, two * 1e3, one / two / 2);
}

}  // namespace
}  // namespace cofferdam::bench

int main(int argc, char** argv) {
  cofferdam::bench::run(argc > 1 ? argv[1] : "bench/peers/margin_scipy.py");
  return 0;
}
