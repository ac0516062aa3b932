// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/rehearsal.h"

#include "cofferdam/operation/event_rules.h"

#include <algorithm>

namespace cofferdam::report {

namespace {

using base::Result;

// Nothing was before: the ids of a rehearsal are new.
class NoHistory final : public engine::History, private market::TradeHistory {
 public:
  void begin_batch(std::span<const ledger::Transfer> /*events*/) override {}

  [[nodiscard]] const ledger::StoredTransfer* find_event(std::size_t /*position*/) override {
    return nullptr;
  }

  [[nodiscard]] const ledger::StoredTransfer* find(base::TransferId /*id*/) override {
    return nullptr;
  }

  [[nodiscard]] ledger::Resolution resolution(base::TransferId /*pending_id*/) override {
    return ledger::Resolution::expired;
  }

  [[nodiscard]] const engine::RecordedCommand* find_command(base::CommandId /*id*/) override {
    return nullptr;
  }

  [[nodiscard]] market::TradeHistory& trades() override { return *this; }

  [[nodiscard]] const std::optional<base::Error>& trouble() const override { return trouble_; }

 private:
  [[nodiscard]] const market::Trade* find(base::u128 /*id*/) override { return nullptr; }

  void prefetch(std::span<const market::Trade> /*trades*/) override {}

  std::optional<base::Error> trouble_;
};

[[nodiscard]] std::unexpected<base::Error> refused(std::string field, std::string status,
                                                   std::string rule) {
  return std::unexpected(base::Error{.kind = base::ErrorKind::refused,
                                     .field = std::move(field),
                                     .value = std::move(status),
                                     .rule = std::move(rule)});
}

// The name of the first verdict on an event that is no ok; empty when there is none.
template <class Status>
[[nodiscard]] std::string_view first_refused(const std::vector<std::uint8_t>& statuses) {
  for (const std::uint8_t status : statuses)
    if (status != 0 && base::name_of(static_cast<Status>(status)) != "linked_event_failed")
      return base::name_of(static_cast<Status>(status));
  return {};
}

}  // namespace

struct Rehearsal::Parts {
  std::unique_ptr<engine::State> state = std::make_unique<engine::State>();
  base::Sequence sequence = 0;
  base::Time time;
  base::PrincipalId principal;
  base::Changes changes;
  NoHistory history;
  engine::Scratch scratch;
};

Rehearsal::Rehearsal(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Rehearsal::Rehearsal(Rehearsal&&) noexcept = default;
Rehearsal::~Rehearsal() = default;

Rehearsal Rehearsal::of(engine::Engine& engine, base::PrincipalId principal) {
  auto parts = std::make_unique<Parts>();
  parts->principal = principal;
  // By the encoding of snapshots: rows of a copy know nothing of the changes of the engine.
  base::Encoder bytes;
  engine::encode_state(engine.state(), bytes);
  const std::string encoded = bytes.take();
  base::Decoder in(encoded);
  COFFERDAM_CHECK(engine::decode_state(in, *parts->state), "books can be read as they are written");
  parts->sequence = engine.sequence();
  parts->time = engine.time();
  return Rehearsal(std::move(parts));
}

Result<base::u128> Rehearsal::give(const std::string& where, base::Time time,
                                   const engine::Command& command) {
  Parts& p = *parts_;
  if (const std::uint16_t shape = engine::check_shape(command); shape != 0) {
    const engine::Refusal refusal = engine::refusal_of_shape(command, shape);
    return base::malformed(where, refusal.status, refusal.rule);
  }
  const bool stamped = p.state->venue.venues.size() > 0 &&
                       p.state->venue.venues.at(0).time_source == venue::TimeSource::stamped;
  const engine::Circumstances circumstances{.now = stamped ? p.time : time,
                                            .time_before = p.time,
                                            .time_given = !stamped,
                                            .sequence = p.sequence + 1,
                                            .principal = p.principal};
  const engine::Judgement judgement =
      engine::judge(command, circumstances, *p.state, p.changes, p.history, p.scratch);
  const engine::Outcome& outcome = judgement.outcome;
  if (!outcome.ok()) {
    p.changes.rollback();
    const engine::Refusal refusal = engine::refusal_of(command, outcome);
    return refused(where, refusal.status, refusal.rule);
  }
  const std::string_view event = std::holds_alternative<ledger::CreateAccounts>(command)
                                     ? first_refused<ledger::AccountStatus>(outcome.event_statuses)
                                 : std::holds_alternative<ledger::CreateTransfers>(command)
                                     ? first_refused<ledger::TransferStatus>(outcome.event_statuses)
                                     : std::string_view();
  if (!event.empty()) {
    p.changes.rollback();
    return refused(where, std::string(event), std::string(operation::event_rule(event)));
  }
  p.changes.commit();
  p.sequence += 1;
  p.time = circumstances.now;
  return outcome.created;
}

const engine::State& Rehearsal::state() const {
  return *parts_->state;
}

base::Time Rehearsal::time() const {
  return parts_->time;
}

}  // namespace cofferdam::report
