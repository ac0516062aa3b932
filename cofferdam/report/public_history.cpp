// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/public_history.h"

#include "cofferdam/books/pool/account_ids.h"
#include "cofferdam/engine/history.h"
#include "cofferdam/journal/journal.h"

namespace cofferdam::report {

namespace {

using base::Result;

// The name of what a command sets, by its number where it made something; empty: nothing that the
// page shows.
struct Named {
  const engine::State& state;
  base::u128 created = 0;

  std::string operator()(const decision::SetApprovalPolicy& c) const {
    return PublicHistory::policy_key(c.operation, c.pool);
  }

  std::string operator()(const pool::CreatePool& /*c*/) const {
    return PublicHistory::thing_key("pool", created);
  }

  std::string operator()(const pool::AttachPool& /*c*/) const {
    return PublicHistory::thing_key("pool", created);
  }

  std::string operator()(const pool::AttachAgreement& c) const {
    return PublicHistory::thing_key("agreement of " + std::to_string(c.pool.value()), created);
  }

  std::string operator()(const custody::OpenVault& /*c*/) const {
    return PublicHistory::thing_key("vault", created);
  }

  std::string operator()(const custody::ExecuteIntent& c) const {
    const custody::Intent* intent = state.custody.intents.find(c.intent);
    if (intent == nullptr || intent->kind != custody::IntentKind::change_policy) return {};
    return PublicHistory::thing_key("vault", intent->vault.value());
  }

  std::string operator()(const auto& /*c*/) const { return {}; }
};

template <class... C>
[[nodiscard]] bool is_one_of(std::uint16_t operation) {
  return ((operation == engine::Operation<C>::kNumber) || ...);
}

// By the number alone: most records are transfers, which need not be decoded for this.
[[nodiscard]] bool sets_something(const engine::CommandRecord& record) {
  return is_one_of<decision::SetApprovalPolicy, pool::CreatePool, pool::AttachAgreement,
                   pool::AttachPool, pool::FreezePool, custody::OpenVault, custody::ExecuteIntent>(
      engine::effective_command(record).operation);
}

}  // namespace

PublicHistory::PublicHistory(engine::Engine& engine, std::set<base::PoolId> pools)
    : engine_(engine), pools_(std::move(pools)), walk_(engine.state()) {
  read_through_ = engine.journal().first_sequence() - 1;
  is_whole_ = read_through_ == 0;
  first_ = read_through_ + 1;
}

std::string PublicHistory::policy_key(std::uint16_t operation, base::PoolId pool) {
  return "policy " + std::to_string(operation) + " of " + std::to_string(pool.value());
}

std::string PublicHistory::thing_key(std::string_view kind, base::u128 number) {
  return std::string(kind) + " " + base::to_text(number);
}

const SetBy* PublicHistory::set_by(const std::string& parameter) const {
  const auto found = parameters_.find(parameter);
  return found == parameters_.end() ? nullptr : &found->second;
}

Incidents PublicHistory::incidents_of(base::PoolId pool) const {
  const auto found = incidents_.find(pool);
  return found == incidents_.end() ? Incidents{} : found->second;
}

Result<bool> PublicHistory::advance(std::size_t records_max) {
  journal::Journal& journal = engine_.journal();
  if (journal.durable() <= read_through_) return true;
  if (reader_ == nullptr) {
    auto reader = journal.read_from(read_through_ + 1);
    if (!reader) return std::unexpected(std::move(reader).error());
    reader_ = std::move(*reader);
  } else {
    journal.extend(*reader_);
  }
  for (std::size_t i = 0; i < records_max; ++i) {
    const Result<const journal::Record*> record = reader_->next();
    if (!record) return std::unexpected(record.error());
    if (*record == nullptr) return true;
    if (Result<void> taken = take(**record); !taken) return std::unexpected(taken.error());
    read_through_ = (*record)->sequence;
    latest_.sequence = read_through_;
    latest_.time = base::Time((*record)->time_ns);
  }
  return journal.durable() <= read_through_;
}

Result<void> PublicHistory::take(const journal::Record& record) {
  if (record.kind == engine::kCheckpointRecord) {
    take_checkpoint(record);
    return {};
  }
  const Result<engine::RecordedCommand> recorded = engine::recorded_command(record);
  if (!recorded) return std::unexpected(recorded.error());
  return take_command(*recorded);
}

void PublicHistory::take_checkpoint(const journal::Record& record) {
  const auto checkpoint = base::decode<engine::Checkpoint>(record.body);
  if (!checkpoint) return;
  checkpoint_ = *checkpoint;
  checkpoint_time_ = base::Time(record.time_ns);
  ++checkpoints_;
  if (!is_whole_) return;
  PublicPoint point = latest_;
  point.sequence = checkpoint->sequence;
  point.time = checkpoint_time_;
  points_.push_back(std::move(point));
  if (points_.size() <= kPublicPointsMax) return;
  std::vector<PublicPoint> kept;
  for (std::size_t i = (points_.size() + 1) % 2; i < points_.size(); i += 2)
    kept.push_back(std::move(points_[i]));
  points_ = std::move(kept);
}

Result<void> PublicHistory::take_command(const engine::RecordedCommand& recorded) {
  for (const alert::AlertChange& change : recorded.record.outcome.alerts)
    if (change.what == alert::AlertMove::raised && pools_.contains(change.pool))
      ++incidents_[change.pool].alerts_raised[static_cast<std::size_t>(change.severity)];
  note_parameter(recorded);
  if (!is_whole_) return {};
  take_pool(recorded);
  return walk_.each(recorded, [&](const Entry& entry) -> Result<void> {
    if (!pools_.contains(entry.pool)) return {};
    const pool::Sum amount = pool::Sum::of(entry.amount.units());
    move(entry.debit, pool::Sum() - amount);
    move(entry.credit, amount);
    return {};
  });
}

void PublicHistory::move(base::AccountId id, const pool::Sum& credit) {
  const ledger::Account* account = engine_.state().ledger.accounts.find(id);
  if (account == nullptr || !pools_.contains(account->pool)) return;
  pool::Sum& balance = balances_[id];
  const pool::Sum after = balance + credit;
  pool::change(latest_.sums[{account->pool, account->asset}], pool::side_of(*account), balance,
               after);
  balance = after;
}

void PublicHistory::take_pool(const engine::RecordedCommand& recorded) {
  const engine::Effective effective = engine::effective_command(recorded.record);
  if (!recorded.record.outcome.ok() ||
      effective.operation != engine::Operation<pool::AttachPool>::kNumber)
    return;
  const auto attach = base::decode<pool::AttachPool>(effective.content);
  const base::PoolId id(static_cast<std::uint32_t>(recorded.record.outcome.created));
  if (!attach || !pools_.contains(id)) return;
  const auto credit = [](const pool::Counters& counters) {
    return pool::Sum::of(counters.credits_posted) - pool::Sum::of(counters.debits_posted);
  };
  for (const pool::ImageAccount& account : attach->image.accounts)
    move(account.id, credit(account.counters));
  for (const pool::ImageConduit& half : attach->image.conduits) {
    const pool::Conduit* conduit = pool::find_conduit(engine_.state().pool, half.terms.code);
    if (conduit == nullptr) continue;
    const bool from = half.side == pool::ConduitSide::from;
    move(pool::system_account(
             from ? pool::SystemAccount::conduit_from : pool::SystemAccount::conduit_to,
             conduit->id.value()),
         credit(half.half));
  }
}

void PublicHistory::note_parameter(const engine::RecordedCommand& recorded) {
  const engine::CommandRecord& record = recorded.record;
  if (!record.outcome.ok() || !sets_something(record)) return;
  const auto command = engine::carried_out(record);
  if (!command) return;
  if (const auto* freeze = std::get_if<pool::FreezePool>(&*command))
    if (pools_.contains(freeze->pool)) ++incidents_[freeze->pool].freezes;
  const std::string name = std::visit(Named{engine_.state(), record.outcome.created}, *command);
  if (name.empty()) return;
  SetBy by{.sequence = recorded.sequence, .time = recorded.time};
  if (record.outcome.executed) {
    if (const auto approval = base::decode<decision::Approve>(record.content)) {
      by.proposal = approval->proposal.value();
      if (const auto* proposal = engine_.state().decision.proposals.find(approval->proposal))
        by.approvals = proposal->approvals.size();
    }
  }
  parameters_[name] = by;
}

}  // namespace cofferdam::report
