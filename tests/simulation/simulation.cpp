// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/simulation.h"

#include "cofferdam/crypto/ed25519.h"
#include "cofferdam/engine/replay.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace cofferdam::simulation {

namespace {

// The same key in every run: what is signed must not depend on anything but the seed.
[[nodiscard]] std::string store_key(const std::string& folder) {
  crypto::Seed seed;
  for (std::uint8_t& byte : seed.writable()) byte = 7;
  const crypto::PublicKey key = crypto::SigningKey::from_seed(seed).public_key();
  std::filesystem::create_directories(folder + "/keys");
  const auto stored = crypto::store_seed(
      folder + "/keys/checkpoint-" + crypto::to_hex(crypto::key_id(key)) + ".key", seed);
  COFFERDAM_CHECK(stored.has_value(), "the key of the simulation can be stored");
  return crypto::to_hex(key);
}

[[nodiscard]] std::string fresh(const std::string& folder) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

}  // namespace

void Statistics::add(const Statistics& other) {
  recorded += other.recorded;
  malformed += other.malformed;
  repeated += other.repeated;
  dry_runs += other.dry_runs;
  crashes += other.crashes;
  lost += other.lost;
  resurrected += other.resurrected;
  full += other.full;
  failed_syncs += other.failed_syncs;
  indexes_removed += other.indexes_removed;
  travels += other.travels;
  checkpoints += other.checkpoints;
  policy_breaches += other.policy_breaches;
  laws_broken += other.laws_broken;
  executed_proposals += other.executed_proposals;
  for (std::size_t i = 0; i < transfers.size(); ++i) transfers[i] += other.transfers[i];
  for (std::size_t i = 0; i < accounts.size(); ++i) accounts[i] += other.accounts[i];
  for (std::size_t i = 0; i < reversals.size(); ++i) reversals[i] += other.reversals[i];
}

Simulation::Simulation(Settings settings)
    : settings_(std::move(settings)),
      random_(settings_.seed),
      checkpoint_key_(settings_.seed % 4 == 0 ? store_key(fresh(settings_.scratch)) : ""),
      workload_(random_, checkpoint_key_),
      auditor_(std::make_unique<Auditor>(registry_)) {
  if (checkpoint_key_.empty()) static_cast<void>(fresh(settings_.scratch));
}

Simulation::~Simulation() {
  engine_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(settings_.scratch, ignored);
}

engine::Options Simulation::options() {
  engine::Options o;
  o.segment_bytes = std::uint64_t{32} << (10 + random_.below(4));
  o.snapshot_every_bytes = std::uint64_t{2} << (10 + random_.below(6));
  o.snapshots_kept = 1 + random_.below(3);
  o.index_table_ids = std::size_t{64} << random_.below(5);
  o.query_index = random_.chance(10);
  o.background = false;
  o.clock = [this] { return clock_; };
  return o;
}

void Simulation::fail(const std::string& text) {
  if (!failure_) failure_ = "step " + std::to_string(step_) + ": " + text;
}

std::optional<std::string> Simulation::run() {
  options_ = options();
  reopen();
  while (!failure_) {
    const auto request = workload_.opening();
    if (!request) break;
    command(*request);
  }
  if (!failure_) commit();
  for (step_ = 1; step_ <= settings_.steps && !failure_; ++step_) step();
  if (!failure_) crash(Cut::close);
  return failure_;
}

void Simulation::step() {
  clock_ += static_cast<std::int64_t>(random_.below(3'000'000'000));
  if (settings_.trace)
    std::cerr << "step " << step_ << " sequence " << engine_->sequence() << " acknowledged "
              << acknowledged_ << (disk_.is_off() ? " off" : "") << '\n';
  if (full_until_ != 0 && step_ >= full_until_) {
    disk_.set_capacity(journal::SimulatedDisk::kNever);
    full_until_ = 0;
  }
  if (!settings_.without_faults && random_.chance(7)) fault();
  if (failure_) return;
  const std::uint64_t dice = random_.below(100);
  if (dice < 5) {
    repeat();
  } else if (dice < 7) {
    checkpoint();
  } else if (dice < 8) {
    travel();
  } else {
    const engine::Request request = workload_.next(engine_->state(), base::Time(clock_));
    if (random_.chance(6))
      dry_run(request);
    else
      command(request);
  }
  if (!failure_ && random_.chance(60)) commit();
}

void Simulation::fault() {
  if (disk_.is_off()) {  // one cut at a time: another would turn the power on again
    crash(Cut::power);
    return;
  }
  switch (random_.below(7)) {
    case 0:
    case 1:
      disk_.power_off_after(random_.below(12));  // somewhere in the steps to come
      return;
    case 2:
      crash(Cut::power);
      return;
    case 3:
      crash(Cut::kill);
      return;
    case 4:
      crash(Cut::close);
      return;
    case 5:
      disk_.set_capacity(disk_.used() + random_.below(20'000));
      full_until_ = step_ + 1 + random_.below(15);
      return;
    default:
      disk_.fail_sync(EIO, 1 + random_.below(3));
      sync_fails_ = true;
  }
}

void Simulation::command(const engine::Request& request) {
  const base::Sequence before = engine_->sequence();
  auto reply = engine_->submit(request);
  if (!reply) {
    refused(request, reply.error(), before);
    return;
  }
  const std::uint16_t shape = Auditor::shape_of(request.command);
  if (shape != 0 || reply->shape != 0) {
    ++statistics_.malformed;
    if (shape != 0 && reply->shape != shape)
      fail("shape " + std::to_string(reply->shape) + " instead of " + std::to_string(shape));
    if (engine_->sequence() != before) fail("a malformed command was recorded");
    return;
  }
  if (reply->replayed) {
    fail("a new command is answered as a replay");
    return;
  }
  accepted(request, *reply, before);
}

void Simulation::refused(const engine::Request& request, const base::Error& error,
                         base::Sequence before) {
  if (disk_.is_off() || (sync_fails_ && error.kind == base::ErrorKind::unavailable)) {
    uncertain_ = request;
    crash(Cut::power);
    return;
  }
  if (error.kind != base::ErrorKind::exhausted || full_until_ == 0) {
    fail("refused without a reason: " + error.text());
    return;
  }
  ++statistics_.full;
  if (engine_->sequence() != before) fail("refused by a full disk, and recorded all the same");
  if (const std::string text = auditor_->compare(engine_->state()); !text.empty())
    fail("after a full disk: " + text);
  if (!log_.empty() && log_.back().request) {
    const auto found = engine_->find_command(log_.back().request->id);
    if (!disk_.is_off() && !sync_fails_ && (!found || !*found))
      fail("a full disk stops reading" + (found ? "" : ": " + found.error().text()));
  }
}

void Simulation::accepted(const engine::Request& request, const engine::Reply& reply,
                          base::Sequence before) {
  if (reply.sequence == 0 && request.time) {
    if (reply.outcome.door != engine::DoorStatus::time_not_accepted)
      fail("a time was given, and the door says " +
           std::to_string(static_cast<int>(reply.outcome.door)));
    if (engine_->sequence() != before) fail("a time that is not accepted is recorded");
    return;
  }
  if (reply.sequence != before + 1 || engine_->sequence() != before + 1) {
    fail("the record is numbered " + std::to_string(reply.sequence));
    return;
  }
  count(request, reply);
  log_.push_back({request, reply});
  learn_accounts(engine_->state(), engine_->sequence());
  if (const std::string text = auditor_->follow(request, reply); !text.empty())
    fail("record " + std::to_string(reply.sequence) + ", operation " +
         std::to_string(request.command.index()) + ": " + text);
}

void Simulation::count(const engine::Request& request, const engine::Reply& reply) {
  ++statistics_.recorded;
  if (reply.outcome.door == engine::DoorStatus::policy_breach) ++statistics_.policy_breaches;
  if (reply.outcome.door == engine::DoorStatus::law_broken) ++statistics_.laws_broken;
  if (reply.outcome.executed) ++statistics_.executed_proposals;
  if (std::holds_alternative<engine::RevertBatch>(request.command))
    ++statistics_.reversals[reply.outcome.status];
  for (const std::uint8_t status : reply.outcome.event_statuses) {
    if (std::holds_alternative<ledger::CreateTransfers>(request.command))
      ++statistics_.transfers[status];
    if (std::holds_alternative<ledger::CreateAccounts>(request.command))
      ++statistics_.accounts[status];
  }
}

void Simulation::repeat() {
  if (log_.empty()) return;
  const Logged& earlier = log_[random_.below(log_.size())];
  if (!earlier.request) return;
  ++statistics_.repeated;
  const bool changed = random_.chance(40);
  const engine::Request again = workload_.repeat(*earlier.request, changed);
  if (Auditor::shape_of(again.command) != 0) return;
  const base::Sequence before = engine_->sequence();
  const auto reply = engine_->submit(again);
  if (!reply && (disk_.is_off() || sync_fails_)) {
    crash(Cut::power);
    return;
  }
  if (engine_->sequence() != before) fail("a repeated command was recorded again");
  if (changed) {
    if (reply) fail("other content under a used id was taken");
    if (!reply && (reply.error().kind != base::ErrorKind::refused || reply.error().field.empty()))
      fail("other content under a used id: " + reply.error().text());
    return;
  }
  if (!reply) {
    fail("a repeated command is refused: " + reply.error().text());
  } else if (!reply->replayed || !(reply->outcome == earlier.reply.outcome) ||
             reply->sequence != earlier.reply.sequence || reply->time != earlier.reply.time) {
    fail("a repeated command is answered in another way");
  }
}

void Simulation::dry_run(const engine::Request& request) {
  ++statistics_.dry_runs;
  const auto before = engine::state_hash(engine_->state());
  const auto tried = engine_->dry_run(request);
  if (engine::state_hash(engine_->state()) != before) fail("a dry run changed the state");
  if (!tried) {
    if (!disk_.is_off() && !sync_fails_) fail("dry run: " + tried.error().text());
    return;
  }
  if (disk_.is_off() || full_until_ != 0 || sync_fails_) return;
  const std::size_t records = log_.size();
  command(request);
  if (!failure_ && log_.size() == records + 1 && !(log_.back().reply.outcome == tried->outcome))
    fail("a dry run says something else than the run");
  // The answer may have been lost on its way: the same request again is a replay.
  if (!failure_ && log_.size() == records + 1) {
    const auto again = engine_->submit(request);
    if (!disk_.is_off() && !sync_fails_ && (!again || !again->replayed))
      fail("the same request again is no replay");
  }
}

void Simulation::commit() {
  const base::Sequence last = engine_->sequence();
  const auto done = engine_->commit(last);
  if (done) {
    acknowledged_ = std::max<std::size_t>(acknowledged_, last);
    return;
  }
  if (!disk_.is_off() && !sync_fails_) {
    fail("commit: " + done.error().text());
    return;
  }
  if (sync_fails_ && !disk_.is_off()) {
    ++statistics_.failed_syncs;
    if (engine_->commit(last)) fail("after a failed flush the journal went on");
  }
  crash(Cut::power);
}

void Simulation::checkpoint() {
  if (checkpoint_key_.empty()) return;
  const base::Sequence before = engine_->sequence();
  const auto made = engine_->checkpoint();
  if (made) {
    ++statistics_.checkpoints;
    log_.push_back({});
    if (*made != before + 1) fail("a checkpoint is numbered " + std::to_string(*made));
    acknowledged_ = log_.size();
    return;
  }
  if (made.error().kind == base::ErrorKind::exhausted && full_until_ != 0) return;
  if (!disk_.is_off() && !sync_fails_) {
    fail("checkpoint: " + made.error().text());
    return;
  }
  uncertain_checkpoint_ = true;
  crash(Cut::power);
}

void Simulation::travel() {
  if (log_.empty() || disk_.is_off() || sync_fails_) return;
  ++statistics_.travels;
  const base::Sequence to = 1 + random_.below(log_.size());
  const bool by_time = random_.chance(50) && log_[to - 1].request;
  const auto there = by_time ? engine_->at(log_[to - 1].reply.time) : engine_->at(to);
  if (!there) {
    if (!disk_.is_off()) fail("time travel: " + there.error().text());
    return;
  }
  // Checkpoints bear the time of the record before them.
  if (by_time ? there->sequence < to : there->sequence != to) {
    fail("time travel ends at " + std::to_string(there->sequence));
    return;
  }
  Auditor then(registry_);
  for (std::size_t i = 0; i < there->sequence; ++i)
    if (log_[i].request) static_cast<void>(then.follow(*log_[i].request, log_[i].reply));
  if (const std::string text = then.compare(*there->state); !text.empty())
    fail("at record " + std::to_string(there->sequence) + ": " + text);
}

void Simulation::crash(Cut cut) {
  ++statistics_.crashes;
  if (settings_.trace) std::cerr << "crash " << static_cast<int>(cut) << '\n';
  if (cut == Cut::close && !disk_.is_off() && !sync_fails_) {
    const auto closed = engine_->close();
    if (closed) acknowledged_ = log_.size();
    if (!closed && !disk_.is_off() && full_until_ == 0) fail("close: " + closed.error().text());
  }
  engine_.reset();
  if (cut == Cut::kill && !disk_.is_off() && !sync_fails_)
    disk_.kill();
  else
    disk_.crash(random_.next());
  sync_fails_ = false;
  if (random_.chance(20)) {
    ++statistics_.indexes_removed;
    std::filesystem::remove_all(settings_.scratch + "/index");
  }
  if (!failure_) reopen();
}

void Simulation::reopen() {
  disk_.set_capacity(journal::SimulatedDisk::kNever);
  full_until_ = 0;
  for (int attempt = 0; attempt < 8; ++attempt) {
    if (step_ > 0 && !settings_.without_faults && attempt < 3 && random_.chance(25))
      disk_.power_off_after(random_.below(20));
    auto opened = engine::Engine::open(disk_, settings_.scratch, options_);
    if (opened) {
      engine_ = std::move(*opened);
      look_around();
      return;
    }
    if (!disk_.is_off()) {
      fail("open: " + opened.error().text());
      return;
    }
    disk_.crash(random_.next());
  }
  fail("it does not open");
}

void Simulation::look_around() {
  const std::size_t there = engine_->sequence();
  if (there < acknowledged_) {
    fail("record " + std::to_string(acknowledged_) + " was acknowledged; the journal ends at " +
         std::to_string(there));
    return;
  }
  if (there == log_.size() + 1 && uncertain_) {
    const auto found = engine_->find_command(uncertain_->id);
    if (!found || !*found) {
      if (!disk_.is_off()) fail("there is a record that nobody sent");
    } else {
      ++statistics_.resurrected;
      const engine::Reply reply{.sequence = (*found)->sequence,
                                .time = (*found)->time,
                                .outcome = (*found)->record.outcome};
      learn_accounts(engine_->state(), engine_->sequence());
      log_.push_back({*uncertain_, reply});
      if (const auto text = auditor_->follow(*uncertain_, reply); !text.empty()) fail(text);
    }
  } else if (there == log_.size() + 1 && uncertain_checkpoint_) {
    log_.push_back({});
  } else if (there > log_.size()) {
    fail("the journal has " + std::to_string(there) + " records, " + std::to_string(log_.size()) +
         " were sent");
  }
  if (settings_.trace)
    std::cerr << "opened at " << there << " of " << log_.size() << ", snapshot "
              << engine_->figures().snapshot_sequence << ", applied from "
              << engine_->figures().replayed_from << (uncertain_ ? ", one uncertain" : "") << '\n';
  uncertain_.reset();
  uncertain_checkpoint_ = false;
  if (failure_) return;
  if (there < log_.size()) rebuild_auditor(there);
  acknowledged_ = there;
  learn_accounts(engine_->state(), engine_->sequence());
  if (const std::string text = auditor_->compare(engine_->state()); !text.empty())
    fail("after opening: " + text);
  if (!failure_) look_for_commands();
  if (!failure_) compare_with_replay();
}

void Simulation::look_for_commands() {
  for (int i = 0; i < 6 && !log_.empty() && !disk_.is_off(); ++i) {
    const Logged& logged = i == 0 ? log_.back() : log_[random_.below(log_.size())];
    if (!logged.request) continue;
    const auto found = engine_->find_command(logged.request->id);
    if (disk_.is_off()) return;
    if (!found || !*found || !((*found)->record.outcome == logged.reply.outcome) ||
        (*found)->sequence != logged.reply.sequence)
      fail("command of record " + std::to_string(logged.reply.sequence) + " is not found");
  }
  for (const base::CommandId id : gone_) {
    const auto found = engine_->find_command(id);
    if (!disk_.is_off() && (!found || *found)) fail("a command that is gone is found by its id");
  }
  int looked = 0;
  for (const auto& [id, past] : auditor_->books().transfers) {
    if (++looked > 6 || disk_.is_off()) break;
    const auto found = engine_->find_transfer(base::TransferId(id));
    if (disk_.is_off()) return;
    if (!found || !*found || (*found)->status != past.status ||
        (*found)->event.amount != past.event.amount)
      fail("transfer " + base::to_text(id) + " is not found as it was");
  }
}

void Simulation::compare_with_replay() {
  const auto replayed = engine::replay(disk_, settings_.scratch, {.index_table_ids = 4096});
  if (disk_.is_off()) return;
  if (!replayed) {
    fail("replay: " + replayed.error().text());
    return;
  }
  if (replayed->sequence != engine_->sequence() || replayed->chain_hash != engine_->chain_hash())
    fail("replay ends elsewhere");
  if (engine::state_hash(*replayed->state) != engine::state_hash(engine_->state()))
    fail("replay from the first record gives another state hash");
}

void Simulation::rebuild_auditor(std::size_t records) {
  statistics_.lost += log_.size() - records;
  for (std::size_t i = records; i < log_.size(); ++i)
    if (log_[i].request && gone_.size() < 16) gone_.push_back(log_[i].request->id);
  log_.resize(records);
  std::erase_if(registry_, [&](const auto& entry) { return entry.second.opened > records; });
  auditor_ = std::make_unique<Auditor>(registry_);
  for (const Logged& logged : log_)
    if (logged.request) {
      const std::string text = auditor_->follow(*logged.request, logged.reply);
      if (!text.empty()) fail("the auditor contradicts itself: " + text);
    }
}

void keep_journal(journal::Disk& disk, const std::string& from, const std::string& folder) {
  std::filesystem::create_directories(folder + "/journal");
  const auto names = disk.list(from + "/journal");
  COFFERDAM_CHECK(names.has_value(), "the simulated journal can be listed");
  for (const std::string& name : *names) {
    const auto bytes = journal::read_file(disk, from + "/journal/" + name);
    COFFERDAM_CHECK(bytes.has_value(), "the simulated journal can be read");
    std::ofstream(folder + "/journal/" + name, std::ios::binary) << *bytes;
  }
}

void Simulation::keep_journal(const std::string& folder) {
  simulation::keep_journal(disk_, settings_.scratch, folder);
}

// What the system opened for itself, so that legs can be followed.
void Simulation::learn_accounts(const engine::State& state, base::Sequence sequence) {
  for (base::Slot slot = state.ledger.accounts.slot_end(); slot > 0; --slot) {
    if (!state.ledger.accounts.present(slot - 1)) continue;
    const ledger::Account& row = state.ledger.accounts.at(slot - 1);
    if (base::high64(row.id.value()) == 0 || registry_.contains(row.id.value())) continue;
    registry_[row.id.value()] = {.made = {.id = row.id,
                                          .pool = row.pool,
                                          .asset = row.asset,
                                          .account_class = row.account_class,
                                          .owner_class = row.owner_class,
                                          .owner = row.owner,
                                          .code = row.code,
                                          .flags = row.flags,
                                          .user_data_128 = row.user_data_128},
                                 .opened = sequence};
  }
}

}  // namespace cofferdam::simulation
