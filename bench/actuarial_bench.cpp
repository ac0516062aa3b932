// SPDX-License-Identifier: Apache-2.0
//
// The actuarial models against what a user would take instead: numpy and R run as programs of their
// own in the same run when they are installed (bench/peers), the C++ standard library in this one.
//
//   actuarial_bench [FOLDER_OF_PEERS] [PYTHON]
#include "cofferdam/models/actuarial/aggregate.h"
#include "cofferdam/models/actuarial/individual.h"
#include "cofferdam/models/actuarial/model_text.h"
#include "cofferdam/models/actuarial/ruin.h"
#include "cofferdam/models/actuarial/simulate.h"
#include "cofferdam/models/numerics/instruction_set.h"

#include "bench/figures.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace cofferdam::bench {
namespace {

namespace act = actuarial;

std::map<std::string, double> peers;

// Lines "name seconds" of a program; none when it is not installed.
void run_peer(const std::string& command) {
  std::FILE* pipe = popen((command + " 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) return;
  char name[128];
  double value = 0;
  while (std::fscanf(pipe, "%127s %lf", name, &value) == 2) peers[name] = value;
  pclose(pipe);
}

template <class Work>
double median_seconds(int runs, const Work& work) {
  work();
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) {
    const Clock::time_point start = Clock::now();
    work();
    times.push_back(seconds_since(start));
  }
  return quantile(times, 0.5);
}

void against(const std::string& what, double seconds, const std::string& peer, double peer_factor,
             double floor) {
  const auto found = peers.find(peer);
  if (found == peers.end()) {
    std::printf("%-52s %14s\n", (what + ": peer " + peer).c_str(), "not here");
    return;
  }
  figure(what + ": times faster than " + peer + ", floor " + std::to_string(floor).substr(0, 4),
         found->second * peer_factor / seconds);
}

volatile double sink = 0;

// Poisson 50 of lognormal(-0.5, 1) on [0, 1024): discretise, transform, TVaR 99.5 %.
void aggregates() {
  const act::Frequency frequency = act::poisson(50);
  const act::Payment payment{.severity = act::Severity{act::Lognormal{-0.5, 1}}, .terms = {}};
  for (const unsigned bits : {14U, 16U, 20U}) {
    const std::size_t n = std::size_t{1} << bits;
    const double step = 1024.0 / static_cast<double>(n);
    for (const bool padded : {false, true}) {
      act::FftAggregator aggregator(
          n,
          {.padding = padded ? 2U : 1U, .tilt = padded ? 12.0 : 0.0, .with_aliasing_bound = false});
      act::FftAnswer answer;
      double tvar = 0;
      const double seconds = median_seconds(bits > 18 ? 9 : 51, [&] {
        const act::Lattice lattice =
            act::discretize(payment, step, n, act::Discretization::rounding);
        aggregator.run({&frequency, 1}, {&lattice, 1}, answer);
        tvar = act::LatticeView(answer.lattice).tail_value_at_risk(0.995);
      });
      const std::string name =
          "aggregate 2^" + std::to_string(bits) + (padded ? ", padded and tilted" : "");
      figure(name + ": microseconds", seconds * 1e6);
      std::printf("%-52s %14.2e\n", (name + ": relative error of TVaR 99.5").c_str(),
                  std::abs(tvar / 94.85595738 - 1));
      if (padded) continue;
      if (bits == 16) {
        against(name, seconds, "numpy_aggregate_2^16", 1, 5);
        against(name, seconds, "r_hand_fft_2^16", 1, 12);
        against(name, seconds, "actuar_panjer_2^14", 16, 5000);
      }
      if (bits == 20) against(name, seconds, "numpy_aggregate_2^20", 1, 4);
    }
  }
  // Richardson over h and h/2 of the rounded lattices.
  const auto tvar_at = [&](std::size_t n) {
    const double step = 1024.0 / static_cast<double>(n);
    const act::Lattice lattice = act::discretize(payment, step, n, act::Discretization::rounding);
    const act::FftAnswer a = act::aggregate_by_fft({frequency}, {lattice});
    return act::LatticeView(a.lattice).tail_value_at_risk(0.995);
  };
  const double fine = tvar_at(std::size_t{1} << 16);
  const double coarse = tvar_at(std::size_t{1} << 15);
  std::printf("%-52s %14.2e\n", "TVaR 99.5 from 2^15 and 2^16 extrapolated: error",
              std::abs((fine + (fine - coarse) / 3) / 94.85595738 - 1));
}

void transforms() {
  for (const unsigned bits : {13U, 15U, 20U}) {
    const std::size_t n = std::size_t{1} << bits;
    const numerics::FftPlan plan(n);
    numerics::AlignedDoubles re(n), im(n), work(plan.scratch());
    for (std::size_t i = 0; i < n; ++i) re[i] = std::sin(static_cast<double>(i));
    const double seconds = median_seconds(bits > 18 ? 9 : 101, [&] {
      plan.forward(re.data(), im.data(), work.data());
      // Kept near one, or the numbers grow without end.
      const double share = 1 / std::sqrt(static_cast<double>(n));
      for (std::size_t i = 0; i < n; ++i) {
        re[i] *= share;
        im[i] *= share;
      }
    });
    const std::string name = "complex transform 2^" + std::to_string(bits);
    figure(name + ", with scaling: microseconds", seconds * 1e6);
    against(name, seconds, "numpy_complex_fft_2^" + std::to_string(bits), 1, 2);
  }
}

void monte_carlo() {
  constexpr std::size_t kYears = 200'000;
  const act::Portfolio portfolio = *act::parse_model("poisson 50 of lognormal(-0.5, 1)");
  const double ours =
      median_seconds(3, [&] { sink = act::simulate_years(portfolio, kYears, 7)[0]; });
  const double naive = median_seconds(3, [&] {
    std::mt19937_64 engine(7);
    std::poisson_distribution<int> count(50);
    std::lognormal_distribution<double> loss(-0.5, 1);
    double total = 0;
    for (std::size_t year = 0; year < kYears; ++year)
      for (int n = count(engine); n > 0; --n) total += loss(engine);
    sink = total;
  });
  const double draws = 50.0 * kYears;
  figure("simulated aggregate: nanoseconds a loss", ours / draws * 1e9);
  figure("the same with <random>: nanoseconds a loss", naive / draws * 1e9);
  figure("simulated aggregate: times faster than <random>, floor 3", naive / ours);
  against("simulated aggregate, a loss", ours / draws, "r_vectorised_aggregate_per_draw", 1, 7);
}

act::PhaseType erlang_mixture() {
  act::PhaseType out{.initial = {0.6, 0, 0, 0.4, 0, 0, 0}, .generator = std::vector<double>(49)};
  for (std::size_t i = 0; i < 7; ++i) {
    const double rate = i < 3 ? 3.5 : 2;
    out.generator[i * 7 + i] = -rate;
    if (i != 2 && i != 6) out.generator[i * 7 + i + 1] = rate;
  }
  return out;
}

void ruins() {
  constexpr int kValues = 10'000;
  const double whole = median_seconds(21, [&] {
    const act::PhaseTypeRuin psi(erlang_mixture(), 1, 2, 30);
    double sum = 0;
    for (int i = 0; i < kValues; ++i) sum += psi(30.0 * i / kValues);
    sink = sum;
  });
  figure("phase-type ruin, 10,000 values with set-up: ns a value", whole / kValues * 1e9);
  against("phase-type ruin", whole / kValues, "actuar_phase_type_per_value", 1, 20);
  const act::Severity lognormal{act::Lognormal{-0.5, 1}};
  double value = 0;
  for (const unsigned bits : {12U, 13U}) {
    const std::size_t n = std::size_t{1} << bits;
    const double seconds = median_seconds(21, [&] {
      const act::LatticeRuin psi(lognormal, 0.2, 64.0 / static_cast<double>(n), n, false);
      value = psi(10).value;
    });
    const std::string name = "lognormal ruin 2^" + std::to_string(bits);
    figure(name + ": microseconds", seconds * 1e6);
    std::printf("%-52s %14.2e\n", (name + ": relative error of psi(10), at most 1e-5").c_str(),
                std::abs(value / 0.2373017 - 1));
    against(name, seconds, "actuar_lognormal_ruin_2^13", 1, 50);
  }
  const act::Severity exponential{act::Exponential{1}};
  constexpr std::size_t kPaths = 2000;
  const double simulated = median_seconds(
      3, [&] { sink = act::simulate_ruin(exponential, 1, 1.2, 200, 1000, kPaths, 3).probability; });
  const double events = 1000.0 * kPaths;
  figure("simulated ruin: nanoseconds an event", simulated / events * 1e9);
  against("simulated ruin, an event", simulated / events, "r_vectorised_ruin_per_event", 1, 10);
}

void covers() {
  constexpr std::size_t kPoints = 65'536;
  std::vector<act::CoverRisk> covers;
  Dice dice(5);
  for (int i = 0; i < 1000; ++i)
    covers.push_back(act::cover_of(0.001 + 0.00003 * dice.below(1000), 20 + dice.below(980)));
  act::IndividualModel model(1, kPoints);
  for (const act::CoverRisk& c : covers) model.add(c);
  const double changed = median_seconds(21, [&] {
    model.remove(covers[17]);
    covers[17].amounts[0] = 20 + dice.below(980);
    model.add(covers[17]);
    sink = act::LatticeView(model.lattice()).tail_value_at_risk(0.995);
  });
  figure("1,000 covers, one changed, capital: ms, at most 20", changed * 1e3);
  const std::vector<act::CrisisState> calm{{1, 1}};
  const double standing =
      median_seconds(5, [&] { sink = act::allocate_tvar({&model, 1}, covers, calm, 0.995).tvar; });
  figure("1,000 covers, Euler allocation: ms, at most 80", standing * 1e3);
  const double anew =
      median_seconds(5, [&] { sink = act::allocate_tvar(covers, calm, 1, kPoints, 0.995).tvar; });
  figure("1,000 covers, built anew and allocated: ms", anew * 1e3);
}

}  // namespace
}  // namespace cofferdam::bench

int main(int argc, char** argv) {
  namespace bench = cofferdam::bench;
  namespace numerics = cofferdam::numerics;
  std::printf("instruction set: %s\n",
              std::string(numerics::name_of(numerics::best_instruction_set())).c_str());
  const std::string folder = argc > 1 ? argv[1] : "bench/peers";
  const std::string python = argc > 2 ? argv[2] : "/usr/bin/python3";
  bench::run_peer(python + " " + folder + "/actuarial_numpy.py");
  bench::run_peer("Rscript " + folder + "/actuarial_r.R");
  bench::aggregates();
  bench::transforms();
  bench::monte_carlo();
  bench::ruins();
  bench::covers();
  return 0;
}
