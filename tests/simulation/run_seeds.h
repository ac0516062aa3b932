// SPDX-License-Identifier: Apache-2.0
//
// The program around a kind of simulated life: [--seeds A..B | --seed N] [--steps K].
#pragma once

#include "tests/simulation/simulated_books.h"
#include <fmt/core.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <string_view>
#include <unistd.h>

namespace cofferdam::simulation {

inline std::atomic<std::uint64_t> running_seed;

// A check of the product that fails aborts the program: then the seed is told here.
inline void tell_seed(int /*signal*/) {
  fmt::print(stderr, "aborted while running --seed {}\n", running_seed.load());
}

struct Arguments {
  std::uint64_t first = 1;
  std::uint64_t last = 100;
  std::size_t steps = 0;
};

[[nodiscard]] inline bool parse(int count, char** words, Arguments& arguments) {
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view word = words[i];
    const std::string value = words[i + 1];
    const std::size_t dots = value.find("..");
    if (word == "--seed") {
      arguments.first = arguments.last = std::stoull(value);
    } else if (word == "--seeds" && dots != std::string::npos) {
      arguments.first = std::stoull(value);
      arguments.last = std::stoull(value.substr(dots + 2));
    } else if (word == "--steps") {
      arguments.steps = std::stoull(value);
    } else {
      return false;
    }
  }
  return count % 2 == 1;
}

inline void print(const SimulationStatistics& s, std::uint64_t seeds, double seconds,
                  std::string_view noted) {
  fmt::print(
      "{} seeds in {:.1f} s ({:.1f} ms a seed): {} commands, {} dry runs, {} power cuts, {} {}\n",
      seeds, seconds, 1000 * seconds / static_cast<double>(seeds), s.commands, s.dry_runs,
      s.power_cuts, s.noted, noted);
  for (std::size_t i = 160; i < s.accepted.size(); ++i)
    if (s.accepted[i] + s.refused[i] != 0)
      fmt::print("  operation {}: {} accepted, {} refused\n", i, s.accepted[i], s.refused[i]);
}

// What is missing in all the lives together; empty: nothing.
using Missing = std::string (*)(const SimulationStatistics& statistics, std::uint64_t seeds);

// `noted`: in words, what this kind of life counts beside. `missing` is asked when nothing failed.
template <class Simulation>
[[nodiscard]] int run_seeds(int count, char** words, std::size_t steps, std::string_view noted,
                            Missing missing = nullptr) {
  Arguments arguments{.steps = steps};
  if (!parse(count, words, arguments)) {
    fmt::print(stderr, "usage: {} [--seeds A..B | --seed N] [--steps K]\n", words[0]);
    return 2;
  }
  std::signal(SIGABRT, tell_seed);
  const std::filesystem::path memory("/dev/shm");
  const std::filesystem::path scratch =
      (::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path()) /
      ("cofferdam-simulation-" + std::to_string(::getpid()));
  SimulationStatistics statistics;
  bool failed = false;
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t seed = arguments.first; seed <= arguments.last && !failed; ++seed) {
    running_seed = seed;
    Simulation simulation({.seed = seed, .steps = arguments.steps, .scratch = scratch.string()});
    const auto failure = simulation.run();
    statistics.add(simulation.statistics());
    if (!failure) continue;
    failed = true;
    fmt::print("FAILED seed {} {}\nagain: {} --seed {} --steps {}\n", seed, *failure, words[0],
               seed, arguments.steps);
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  const std::uint64_t seeds = arguments.last - arguments.first + 1;
  print(statistics, seeds, taken.count(), noted);
  const std::string lacks =
      failed || missing == nullptr ? std::string() : missing(statistics, seeds);
  if (!lacks.empty()) {
    failed = true;
    fmt::print("FAILED the lives together: {}\n", lacks);
  }
  return failed ? 1 : 0;
}

}  // namespace cofferdam::simulation
