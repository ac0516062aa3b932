// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/driver.h"

#include "cofferdam/crypto/sha256.h"
#include "cofferdam/engine/checkpoint.h"
#include "cofferdam/journal/journal.h"

#include <algorithm>
#include <utility>

namespace cofferdam::report {

namespace {

// Commands given between two flushes: a crash loses no more than these, and a rerun gives them
// again.
constexpr std::uint64_t kCommandsPerCommit = 64;

[[nodiscard]] std::unexpected<base::Error> refused(std::string_view step, std::string status,
                                                   std::string rule) {
  return std::unexpected(base::Error{.kind = base::ErrorKind::refused,
                                     .field = "command " + std::string(step),
                                     .value = std::move(status),
                                     .rule = std::move(rule)});
}

[[nodiscard]] std::unexpected<base::Error> refused_by(std::string_view step,
                                                      const engine::Command& command,
                                                      const engine::Reply& reply) {
  const engine::Refusal refusal = reply.shape != 0 ? engine::refusal_of_shape(command, reply.shape)
                                                   : engine::refusal_of(command, reply.outcome);
  return refused(step, refusal.status, refusal.rule);
}

// What is inside a command, for the count of events.
[[nodiscard]] std::uint64_t events_in(const engine::Command& command) {
  if (const auto* batch = std::get_if<ledger::CreateTransfers>(&command))
    return batch->transfers.size();
  if (const auto* batch = std::get_if<market::RecordTrades>(&command)) return batch->trades.size();
  if (const auto* batch = std::get_if<market::RecordMarks>(&command)) return batch->marks.size();
  return 1;
}

}  // namespace

std::string books_folder(engine::Engine& engine) {
  const std::string& journal = engine.journal().folder();
  return journal.substr(0, journal.rfind('/'));
}

base::u128 id_of(std::string_view text) {
  const crypto::Hash hash = crypto::sha256(text);
  base::u128 id = 0;
  for (std::size_t i = 0; i < 16; ++i) id = (id << 8) | hash[i];
  return std::clamp(id, base::u128{1}, base::kU128Max - 1);
}

Driver::Driver(engine::Engine& engine, std::string dataset, ReplayResult& result,
               base::PrincipalId principal)
    : engine_(engine), dataset_(std::move(dataset)), result_(result), principal_(principal) {
  result_.dataset = dataset_;
}

Result<engine::Reply> Driver::give(std::string_view step, base::Time time,
                                   engine::Command command) {
  return submit(step, time, std::move(command), false);
}

Result<engine::Reply> Driver::ask(std::string_view step, base::Time time, engine::Command command) {
  return submit(step, time, std::move(command), true);
}

Result<engine::Reply> Driver::submit(std::string_view step, base::Time time,
                                     engine::Command command, bool may_refuse) {
  const auto& venues = engine_.state().venue.venues;
  const bool stamped = venues.size() > 0 && venues.at(0).time_source == venue::TimeSource::stamped;
  const engine::Request request{.id = command_id(step),
                                .principal = principal_,
                                .time = stamped ? std::nullopt : std::optional(time),
                                .signature = {},
                                .command = std::move(command)};
  Result<engine::Reply> reply = engine_.submit(request);
  if (!reply) return reply;
  ++result_.commands;
  result_.events += events_in(request.command);
  if (reply->replayed) ++result_.replayed;
  if (!reply->replayed) news_ = true;
  last_ = {reply->sequence, reply->replayed};
  const bool by_rule = reply->shape == 0 && reply->outcome.door == engine::DoorStatus::ok;
  if (!reply->ok() && !(may_refuse && by_rule)) return refused_by(step, request.command, *reply);
  if (++since_commit_ >= kCommandsPerCommit && !reply->replayed) {
    since_commit_ = 0;
    if (Result<void> committed = engine_.commit(reply->sequence); !committed)
      return std::unexpected(std::move(committed).error());
  }
  return reply;
}

Result<engine::Reply> Driver::give_all(std::string_view step, base::Time time,
                                       engine::Command command) {
  const bool transfers = std::holds_alternative<ledger::CreateTransfers>(command);
  const bool trades = std::holds_alternative<market::RecordTrades>(command);
  Result<engine::Reply> reply = give(step, time, std::move(command));
  if (!reply) return reply;
  const std::vector<std::uint8_t>& statuses = reply->outcome.event_statuses;
  const auto bad = std::find_if(statuses.begin(), statuses.end(), [](auto s) { return s != 0; });
  if (bad == statuses.end()) return reply;
  std::string status = std::to_string(*bad);
  if (transfers) status = base::name_of(static_cast<ledger::TransferStatus>(*bad));
  if (trades) status = base::name_of(static_cast<market::TradeStatus>(*bad));
  return refused(std::string(step) + " event " + std::to_string(bad - statuses.begin()), status,
                 "every event of this batch must be accepted");
}

// The key is drawn at random, so the command of a second run could not be the same: the books know
// whether they were founded by it.
Result<void> Driver::found(base::Time time) {
  venue::Genesis genesis{.venue = dataset_,
                         .root = "root",
                         .time_source = venue::TimeSource::given,
                         .checkpoint_key = {}};
  const auto earlier = engine_.find_command(command_id("genesis"));
  if (!earlier) return std::unexpected(earlier.error());
  if (*earlier) {
    ++result_.commands;
    ++result_.events;
    ++result_.replayed;
    return {};
  }
  if (engine_.sequence() == 0) {
    const auto key = engine::make_checkpoint_key(books_folder(engine_));
    if (!key) return std::unexpected(key.error());
    genesis.checkpoint_key = crypto::to_hex(*key);
  }
  Result<engine::Reply> reply = give("genesis", time, std::move(genesis));
  if (!reply) return std::unexpected(std::move(reply).error());
  return {};
}

Result<base::AssetId> Driver::asset(base::Time time, std::string code, std::uint8_t scale,
                                    std::string description) {
  const std::string step = "asset/" + code;
  Result<engine::Reply> reply =
      give(step, time,
           ledger::CreateAsset{
               .code = std::move(code), .scale = scale, .description = std::move(description)});
  if (!reply) return std::unexpected(std::move(reply).error());
  return base::AssetId(static_cast<std::uint32_t>(reply->outcome.created));
}

pool::CreatePool Driver::create(const PoolPlan& plan) {
  pool::CreatePool create{.code = plan.code,
                          .activity = plan.activity,
                          .exposure = {},
                          .regime = plan.regime,
                          .allows_deficit = plan.allows_deficit,
                          .buffer_caps = plan.buffer_caps};
  if (!plan.edges.empty()) create.edges = plan.edges;
  return create;
}

pool::AttachAgreement Driver::agreement(base::PoolId pool, const std::string& party,
                                        const std::string& terms, base::Date since) {
  return {.pool = pool,
          .title = terms,
          .document = crypto::to_hex(crypto::sha256(terms)),
          .parties = {party},
          .law = "none: the agreement is assumed",
          .effective = since,
          .expires = {},
          .clauses = {{.reference = "1",
                       .text = "Value leaves the pool through conduits only.",
                       .control = pool::Control::no_commingling}}};
}

Result<base::PoolId> Driver::pool(base::Time time, const PoolPlan& plan) {
  Result<engine::Reply> created = give("pool/" + plan.code, time, create(plan));
  if (!created) return std::unexpected(std::move(created).error());
  const base::PoolId id(static_cast<std::uint32_t>(created->outcome.created));
  const std::string terms = "Terms assumed by the replay of " + dataset_;
  if (auto reply =
          give("agreement/" + plan.code, time, agreement(id, dataset_, terms, base::day_of(time)));
      !reply)
    return std::unexpected(std::move(reply).error());
  pool::ActivatePool activate;
  activate.pool = id;
  activate.reason = "replay";
  if (auto reply = give("activate/" + plan.code, time, std::move(activate)); !reply)
    return std::unexpected(std::move(reply).error());
  return id;
}

Result<void> Driver::accounts(std::string_view step, base::Time time,
                              std::vector<ledger::AccountEvent> events) {
  for (std::size_t at = 0; at < events.size(); at += ledger::kBatchEventsMax) {
    const std::size_t end = std::min(events.size(), at + ledger::kBatchEventsMax);
    ledger::CreateAccounts batch;
    batch.accounts.assign(events.begin() + static_cast<std::ptrdiff_t>(at),
                          events.begin() + static_cast<std::ptrdiff_t>(end));
    Result<engine::Reply> reply =
        give_all(std::string(step) + "/" + std::to_string(at), time, std::move(batch));
    if (!reply) return std::unexpected(std::move(reply).error());
  }
  return {};
}

Result<void> Driver::checkpoint() {
  const auto& venues = engine_.state().venue.venues;
  if (!std::exchange(news_, false) || venues.at(0).checkpoint_key.empty()) return {};
  const auto signed_at = engine_.checkpoint();
  if (!signed_at) return std::unexpected(signed_at.error());
  ++result_.checkpoints;
  return {};
}

Result<void> Driver::finish() {
  if (Result<void> done = checkpoint(); !done) return done;
  return engine_.commit(engine_.sequence());
}

}  // namespace cofferdam::report
