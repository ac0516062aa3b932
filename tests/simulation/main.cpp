// SPDX-License-Identifier: Apache-2.0
//
// cofferdam_simulation [--seeds A..B | --seed N] [--steps K] [--jobs J] [--trace]
//                      [--keep FOLDER]    writes the journal of the last seed there
// cofferdam_simulation --replay FOLDER    prints the state hash of a journal
// cofferdam_simulation --signed stamped|given [--keep FOLDER]
//                                         writes the signed journal; prints its state hash
#include "cofferdam/engine/replay.h"
#include "cofferdam/journal/real_disk.h"

#include "tests/simulation/signed_journal.h"
#include "tests/simulation/simulation.h"
#include <fmt/core.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <string_view>
#include <thread>
#include <unistd.h>

namespace {

using cofferdam::simulation::Settings;
using cofferdam::simulation::Simulation;
using cofferdam::simulation::Statistics;

constexpr std::size_t kJobsMax = 64;
std::array<std::atomic<std::uint64_t>, kJobsMax> running_seeds;

// A check of the product that fails aborts the program: then the seeds are told here.
void tell_seeds(int /*signal*/) {
  for (const auto& seed : running_seeds)
    if (seed != 0) fmt::print(stderr, "aborted while running --seed {}\n", seed.load());
}

struct Arguments {
  std::uint64_t first = 1;
  std::uint64_t last = 100;
  std::size_t steps = 120;
  std::size_t jobs = std::max(1U, std::thread::hardware_concurrency());
  bool trace = false;
  std::string keep;       // folder for the journal of the last seed
  std::string replay;     // folder whose journal is replayed instead
  std::string is_signed;  // the source of time of the signed journal that is written instead
};

[[nodiscard]] bool parse(int count, char** words, Arguments& arguments) {
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--trace") {
      arguments.trace = true;
      continue;
    }
    if (i + 1 == count) return false;
    const std::string value = words[++i];
    if (word == "--seed") {
      arguments.first = arguments.last = std::stoull(value);
    } else if (word == "--seeds") {
      const std::size_t dots = value.find("..");
      if (dots == std::string::npos) return false;
      arguments.first = std::stoull(value);
      arguments.last = std::stoull(value.substr(dots + 2));
    } else if (word == "--keep") {
      arguments.keep = value;
    } else if (word == "--replay") {
      arguments.replay = value;
    } else if (word == "--signed") {
      if (value != "stamped" && value != "given") return false;
      arguments.is_signed = value;
    } else if (word == "--steps") {
      arguments.steps = std::stoull(value);
    } else if (word == "--jobs") {
      arguments.jobs = std::min<std::size_t>(kJobsMax, std::stoull(value));
    } else {
      return false;
    }
  }
  return arguments.jobs > 0;
}

template <class Status>
void print_unseen(std::string_view what, std::span<const std::uint64_t> counts) {
  std::string unseen;
  const auto& names = cofferdam::base::EnumText<Status>::kNames;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (counts[i] == 0) unseen += " " + std::string(names[i]);
  fmt::print("{} statuses that never came up:{}\n", what, unseen.empty() ? " none" : unseen);
}

void print(const Statistics& s, std::uint64_t seeds, double seconds) {
  std::uint64_t events = 0;
  for (const std::uint64_t n : s.transfers) events += n;
  fmt::print(
      "{} seeds in {:.1f} s ({:.1f} ms a seed): {} commands recorded, {} malformed, {} "
      "repeated, {} dry runs\n",
      seeds, seconds, 1000 * seconds / static_cast<double>(seeds), s.recorded, s.malformed,
      s.repeated, s.dry_runs);
  fmt::print(
      "{} transfers judged, {} accepted; {} batches reverted, {} proposals carried out, {} "
      "refused by policy, {} by a law\n",
      events, s.transfers[0], s.reversals[0], s.executed_proposals, s.policy_breaches,
      s.laws_broken);
  fmt::print(
      "{} crashes, {} unacknowledged commands gone, {} recorded without an answer, {} "
      "refused by a full disk, {} failed flushes, {} indexes removed, {} time travels, {} "
      "checkpoints\n",
      s.crashes, s.lost, s.resurrected, s.full, s.failed_syncs, s.indexes_removed, s.travels,
      s.checkpoints);
  if (seeds < 100) return;
  print_unseen<cofferdam::ledger::TransferStatus>("transfer", s.transfers);
  print_unseen<cofferdam::ledger::AccountStatus>("account", s.accounts);
  print_unseen<cofferdam::engine::RevertStatus>("reversal", s.reversals);
}

}  // namespace

// Prints the state hash of a real folder's journal.
[[nodiscard]] static int replay(const std::string& folder) {
  cofferdam::journal::RealDisk disk;
  const auto replayed = cofferdam::engine::replay(disk, folder, {.index_table_ids = 4096});
  if (!replayed) {
    fmt::print(stderr, "{}\n", replayed.error().text());
    return 1;
  }
  fmt::print("{}\n", cofferdam::crypto::to_hex(cofferdam::engine::state_hash(*replayed->state)));
  return 0;
}

[[nodiscard]] static std::filesystem::path scratch_folder() {
  // Memory where there is some: the indexes are flushed often, and nothing here needs to last.
  const std::filesystem::path memory("/dev/shm");
  return (::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path()) /
         ("cofferdam-simulation-" + std::to_string(::getpid()));
}

[[nodiscard]] static int write_signed(const Arguments& arguments) {
  const std::filesystem::path scratch = scratch_folder();
  const auto source = arguments.is_signed == "given" ? cofferdam::venue::TimeSource::given
                                                     : cofferdam::venue::TimeSource::stamped;
  const auto hash =
      cofferdam::simulation::write_signed_journal(source, scratch.string(), arguments.keep);
  std::filesystem::remove_all(scratch);
  fmt::print("{}\n", cofferdam::crypto::to_hex(hash));
  return 0;
}

int main(int count, char** words) {
  Arguments arguments;
  if (!parse(count, words, arguments)) {
    fmt::print(stderr, "usage: {} [--seeds A..B | --seed N] [--steps K] [--jobs J] [--trace]\n",
               words[0]);
    return 2;
  }
  if (!arguments.replay.empty()) return replay(arguments.replay);
  if (!arguments.is_signed.empty()) return write_signed(arguments);
  std::signal(SIGABRT, tell_seeds);
  const std::filesystem::path scratch = scratch_folder();
  std::filesystem::create_directories(scratch);
  ::setenv("TMPDIR", scratch.c_str(), 1);

  std::atomic<std::uint64_t> next_seed = arguments.first;
  std::atomic<bool> failed = false;
  std::mutex mutex;
  Statistics statistics;
  const auto start = std::chrono::steady_clock::now();
  const auto work = [&](std::size_t job) {
    for (std::uint64_t seed = next_seed++; seed <= arguments.last && !failed; seed = next_seed++) {
      running_seeds[job] = seed;
      Simulation simulation(Settings{.seed = seed,
                                     .steps = arguments.steps,
                                     .scratch = scratch / std::to_string(seed),
                                     .trace = arguments.trace});
      const auto failure = simulation.run();
      if (!arguments.keep.empty() && seed == arguments.last)
        simulation.keep_journal(arguments.keep);
      const std::lock_guard lock(mutex);
      statistics.add(simulation.statistics());
      if (failure) {
        failed = true;
        fmt::print("FAILED seed {} {}\nagain: cofferdam_simulation --seed {} --steps {}\n", seed,
                   *failure, seed, arguments.steps);
      }
    }
    running_seeds[job] = 0;
  };
  {
    std::vector<std::jthread> jobs;
    for (std::size_t job = 0; job < arguments.jobs; ++job) jobs.emplace_back(work, job);
  }
  std::filesystem::remove_all(scratch);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  print(statistics, arguments.last - arguments.first + 1, taken.count());
  return failed ? 1 : 0;
}
