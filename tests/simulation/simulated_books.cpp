// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/simulated_books.h"

#include "cofferdam/engine/replay.h"
#include "cofferdam/engine/state.h"

#include <filesystem>
#include <map>

namespace cofferdam::simulation {

namespace {

[[nodiscard]] std::uint16_t number_of(const engine::Command& command) {
  return std::visit([]<class C>(const C&) { return engine::Operation<C>::kNumber; }, command);
}

// What a dry run said is what the run came to.
[[nodiscard]] bool is_the_run(const engine::Reply& dry, const engine::Reply& run) {
  if (dry.shape != run.shape || dry.outcome.status != run.outcome.status ||
      dry.outcome.door != run.outcome.door ||
      dry.outcome.postings.size() != run.outcome.postings.size())
    return false;
  for (std::size_t i = 0; i < run.outcome.postings.size(); ++i)
    if (dry.outcome.postings[i].amount != run.outcome.postings[i].amount) return false;
  return true;
}

}  // namespace

std::string name_of(const engine::Command& command) {
  return std::visit([]<class C>(const C&) { return std::string(engine::Operation<C>::kName); },
                    command);
}

void SimulationStatistics::add(const SimulationStatistics& other) {
  commands += other.commands;
  dry_runs += other.dry_runs;
  power_cuts += other.power_cuts;
  noted += other.noted;
  for (std::size_t i = 0; i < accepted.size(); ++i) accepted[i] += other.accepted[i];
  for (std::size_t i = 0; i < refused.size(); ++i) refused[i] += other.refused[i];
}

SimulatedBooks::SimulatedBooks(SimulationSettings settings, std::uint64_t salt)
    : random_(settings.seed ^ salt), settings_(std::move(settings)) {
  std::error_code ignored;
  std::filesystem::remove_all(settings_.scratch, ignored);
  std::filesystem::create_directories(settings_.scratch);
}

SimulatedBooks::~SimulatedBooks() {
  engine_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(settings_.scratch, ignored);
}

void SimulatedBooks::fail(const std::string& text) {
  if (!failure_) failure_ = "step " + std::to_string(step_) + ": " + text;
}

void SimulatedBooks::open() {
  engine_.reset();
  engine::Options options;
  options.segment_bytes = 256 << 10;
  options.index_table_ids = 256;
  options.snapshot_every_bytes = 64 << 10;
  options.query_index = false;
  options.background = false;
  options.clock = [this] { return clock_; };
  auto opened = engine::Engine::open(disk_, settings_.scratch, options);
  if (!opened) return fail("does not open: " + opened.error().text());
  engine_ = std::move(*opened);
}

std::optional<std::string> SimulatedBooks::run() {
  open();
  if (!failure_) found();
  for (step_ = 1; step_ <= settings_.steps && !failure_; ++step_) step();
  if (!failure_) end();
  if (!failure_) cut_power();
  if (!failure_) replay_all();
  return failure_;
}

// Everything that was acknowledged is there again, and nothing else.
void SimulatedBooks::cut_power() {
  ++statistics_.power_cuts;
  const auto before = engine::state_hash(engine_->state());
  engine_.reset();
  disk_.crash(random_.next());
  open();
  if (!failure_ && engine::state_hash(engine_->state()) != before)
    fail("other books after a power cut");
}

void SimulatedBooks::replay_all() {
  const auto now = engine::state_hash(engine_->state());
  if (const auto closed = engine_->close(); !closed) return fail(closed.error().text());
  const auto replayed = engine::replay(disk_, settings_.scratch, {.index_table_ids = 256});
  if (!replayed) return fail("does not replay: " + replayed.error().text());
  if (engine::state_hash(*replayed->state) != now) fail("a replay comes to other books");
}

engine::Reply SimulatedBooks::give(engine::Command command, std::uint32_t principal) {
  if (failure_) return {};
  ++statistics_.commands;
  const engine::Request request{.id = base::CommandId(++ids_),
                                .principal = base::PrincipalId(principal),
                                .command = std::move(command)};
  std::optional<engine::Reply> dry;
  const auto before = engine::state_hash(engine_->state());
  if (random_.chance(10)) {
    auto tried = engine_->dry_run(request);
    if (!tried) return fail(tried.error().text()), engine::Reply();
    if (engine::state_hash(engine_->state()) != before) fail("a dry run leaves a trace");
    dry = std::move(*tried);
    ++statistics_.dry_runs;
  }
  before_command();
  auto reply = engine_->execute(request);
  if (!reply) return fail(reply.error().text()), engine::Reply();
  if (dry && !is_the_run(*dry, *reply)) fail("a dry run is not the run");
  if (!reply->ok() && engine::state_hash(engine_->state()) != before)
    fail(name_of(request.command) + " was refused and left a trace");
  count(request.command, *reply);
  return *reply;
}

void SimulatedBooks::count(const engine::Command& command, const engine::Reply& reply) {
  const std::uint16_t number = number_of(command);
  ++(reply.ok() ? statistics_.accepted : statistics_.refused)[number % 512];
  if (reply.outcome.door == engine::DoorStatus::law_broken)
    return fail(name_of(command) + " breaks a law: " + reply.outcome.law);
  if (reply.ok()) check_money();
  check(command, reply);
}

// In every pool and asset claims equal the money: all balances together are nothing.
void SimulatedBooks::check_money() {
  std::map<std::pair<base::PoolId, base::AssetId>, base::u128> sums;
  engine_->state().ledger.accounts.each([&](const ledger::Account& account) {
    sums[{account.pool, account.asset}] +=
        account.credits_posted.units() - account.debits_posted.units();
  });
  for (const auto& [where, sum] : sums)
    if (sum != 0) return fail("a pool's claims are not its money");
}

}  // namespace cofferdam::simulation
