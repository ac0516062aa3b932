// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/door.h"

#include "cofferdam/books/ledger/expire_holds.h"
#include "cofferdam/books/ledger/posting.h"
#include "cofferdam/crypto/ed25519.h"
#include "cofferdam/engine/access.h"
#include "cofferdam/engine/checkpoint.h"
#include "cofferdam/engine/revert.h"

namespace cofferdam::engine {

namespace {

constexpr std::size_t kReasonMax = 1024;

// What the phases of every command share.
struct Room {
  State& state;
  ledger::Context& context;
  History& history;
  ledger::TransferScratch& scratch;
  Judgement& judgement;
};

// The commands whose three phases need no more than the states they name.
template <class C>
[[nodiscard]] std::uint16_t shape_of(const C& command) {
  return static_cast<std::uint16_t>(check_shape(command));
}

template <class C>
[[nodiscard]] std::uint16_t run(const C& command, Room& room) {
  const auto status = std::apply(
      [&](const auto&... states) {
        // A check that depends on who asks, or when, is given the context as well.
        if constexpr (requires { check_state(command, states..., std::as_const(room.context)); })
          return check_state(command, states..., std::as_const(room.context));
        else
          return check_state(command, states...);
      },
      Operation<C>::rooms(std::as_const(room.state)));
  if (status != decltype(status)::ok) return static_cast<std::uint16_t>(status);
  return static_cast<std::uint16_t>(
      std::apply([&](auto&... states) { return apply(command, states..., room.context); },
                 Operation<C>::rooms(room.state)));
}

[[nodiscard]] std::uint16_t shape_of(const venue::Genesis& command) {
  using S = venue::GenesisStatus;
  if (!ledger::is_code(command.venue, 32)) return static_cast<std::uint16_t>(S::venue_malformed);
  if (!ledger::is_code(command.root, 32)) return static_cast<std::uint16_t>(S::root_malformed);
  if (!command.checkpoint_key.empty() && !crypto::parse_public_key(command.checkpoint_key))
    return static_cast<std::uint16_t>(S::checkpoint_key_malformed);
  return 0;
}

[[nodiscard]] std::uint16_t run(const venue::Genesis& command, Room& room) {
  room.state.venue.venues.insert(room.context.changes,
                                 venue::Venue{.code = command.venue,
                                              .time_source = command.time_source,
                                              .founded = room.context.now,
                                              .checkpoint_key = command.checkpoint_key});
  found_root(command.root, room.state, room.context);
  return 0;
}

[[nodiscard]] std::uint16_t shape_of(const Tick& command) {
  return static_cast<std::uint16_t>(command.reserved == 0 ? TickStatus::ok
                                                          : TickStatus::reserved_must_be_zero);
}

[[nodiscard]] std::uint16_t run(const Tick& /*command*/, Room& room) {
  ledger::expire_holds(room.state.ledger, room.context);
  return 0;
}

[[nodiscard]] std::uint16_t shape_of(const RotateCheckpointKey& command) {
  using S = RotateStatus;
  if (!crypto::parse_public_key(command.next_key))
    return static_cast<std::uint16_t>(S::next_key_malformed);
  if (!crypto::parse_signature(command.agreement))
    return static_cast<std::uint16_t>(S::agreement_malformed);
  return 0;
}

[[nodiscard]] RotateStatus check_rotation(const RotateCheckpointKey& command,
                                          const venue::Venue& venue) {
  const auto in_force = crypto::parse_public_key(venue.checkpoint_key);
  const auto next = crypto::parse_public_key(command.next_key);
  const auto agreement = crypto::parse_signature(command.agreement);
  if (!in_force) return RotateStatus::no_key_in_force;
  if (*next == *in_force) return RotateStatus::same_key;
  if (!crypto::verify(*in_force, rotation_bytes(venue.code, *in_force, *next), *agreement))
    return RotateStatus::agreement_does_not_verify;
  return RotateStatus::ok;
}

[[nodiscard]] std::uint16_t run(const RotateCheckpointKey& command, Room& room) {
  auto& venues = room.state.venue.venues;
  const RotateStatus status = check_rotation(command, venues.at(0));
  if (status == RotateStatus::ok)
    venues.edit(room.context.changes, base::Slot{0}).checkpoint_key = command.next_key;
  return static_cast<std::uint16_t>(status);
}

[[nodiscard]] std::uint16_t shape_of(const RevertBatch& command) {
  return static_cast<std::uint16_t>(
      command.reason.size() > kReasonMax ? RevertStatus::reason_too_long : RevertStatus::ok);
}

[[nodiscard]] std::uint16_t run(const RevertBatch& command, Room& room) {
  return static_cast<std::uint16_t>(
      revert_batch(command, room.state.ledger, room.context, room.history));
}

[[nodiscard]] std::uint16_t shape_of(const ledger::CreateAccounts& command) {
  return static_cast<std::uint16_t>(ledger::check_shape(command));
}

[[nodiscard]] std::uint16_t run(const ledger::CreateAccounts& command, Room& room) {
  std::vector<ledger::AccountStatus> results;
  ledger::apply(command.accounts, room.state.ledger, room.context, results);
  auto& statuses = room.judgement.outcome.event_statuses;
  for (const ledger::AccountStatus status : results)
    statuses.push_back(static_cast<std::uint8_t>(status));
  return 0;
}

[[nodiscard]] std::uint16_t shape_of(const ledger::CreateTransfers& command) {
  return static_cast<std::uint16_t>(ledger::check_shape(command));
}

[[nodiscard]] std::uint16_t run(const ledger::CreateTransfers& command, Room& room) {
  const auto status = ledger::check_state(command, room.state.ledger);
  if (status != ledger::CreateTransfersStatus::ok) return static_cast<std::uint16_t>(status);
  Judgement& judgement = room.judgement;
  ledger::apply(command.transfers, room.state.ledger, room.context, room.history, room.scratch,
                judgement.results);
  Outcome& outcome = judgement.outcome;
  outcome.event_statuses.resize(judgement.results.size());
  for (std::size_t i = 0; i < judgement.results.size(); ++i) {
    const ledger::TransferResult& result = judgement.results[i];
    outcome.event_statuses[i] = static_cast<std::uint8_t>(result.status);
    if (result.status == ledger::TransferStatus::ok &&
        result.amount != command.transfers[i].amount)
      outcome.moved.push_back({static_cast<std::uint32_t>(i), result.amount});
  }
  return 0;
}

[[nodiscard]] DoorStatus check_door(const Command& command, const Circumstances& c,
                                    const State& state) {
  const bool founded = state.venue.venues.size() != 0;
  if (std::holds_alternative<venue::Genesis>(command))
    return founded ? DoorStatus::genesis_exists : DoorStatus::ok;
  if (!founded) return DoorStatus::no_genesis;
  if (c.now < c.time_before) return DoorStatus::time_goes_back;
  if (c.time_given && state.venue.venues.at(0).time_source != venue::TimeSource::given)
    return DoorStatus::time_not_accepted;
  return std::visit(
      [&]<class C>(const C&) {
        return check_access(Operation<C>::kNeeds, c.principal, state);
      },
      command);
}

template <class Status>
[[nodiscard]] Refusal describe(std::uint16_t status) {
  if (status == 0) return {};
  const auto value = static_cast<Status>(status);
  return {std::string(base::name_of(value)),
          std::string(base::EnumText<Status>::kDocs[static_cast<std::size_t>(value)])};
}

}  // namespace

std::uint16_t check_shape(const Command& command) {
  return std::visit([](const auto& c) { return shape_of(c); }, command);
}

Judgement judge(const Command& command, const Circumstances& circumstances, State& state,
                base::Changes& changes, History& history, ledger::TransferScratch& scratch) {
  Judgement judgement;
  Outcome& outcome = judgement.outcome;
  outcome.door = check_door(command, circumstances, state);
  if (outcome.door != DoorStatus::ok) return judgement;

  std::vector<ledger::Transfer> postings;
  ledger::Context context{.changes = changes,
                          .now = circumstances.now,
                          .sequence = circumstances.sequence,
                          .principal = circumstances.principal,
                          .postings = postings};
  Room room{state, context, history, scratch, judgement};
  outcome.status = std::visit([&](const auto& c) { return run(c, room); }, command);
  if (outcome.status == 0) {
    if (const auto law = broken_law(state)) {
      outcome = Outcome{.door = DoorStatus::law_broken, .law = *law};
      judgement.results.clear();
    }
  }
  if (!outcome.ok()) {
    changes.rollback();
    return judgement;
  }
  outcome.postings = std::move(postings);
  outcome.created = context.created;
  return judgement;
}

Refusal refusal_of(const Command& command, const Outcome& outcome) {
  if (outcome.door != DoorStatus::ok) {
    Refusal refusal = describe<DoorStatus>(static_cast<std::uint16_t>(outcome.door));
    if (!outcome.law.empty()) refusal.rule += ": " + outcome.law;
    return refusal;
  }
  return refusal_of_shape(command, outcome.status);
}

Refusal refusal_of_shape(const Command& command, std::uint16_t status) {
  return std::visit(
      [&]<class C>(const C&) { return describe<typename Operation<C>::Status>(status); }, command);
}

}  // namespace cofferdam::engine
