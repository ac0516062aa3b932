// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/door.h"

#include "cofferdam/books/alert/evaluate.h"
#include "cofferdam/books/decision/constitute.h"
#include "cofferdam/books/default_management/gate.h"
#include "cofferdam/books/default_management/outflow.h"
#include "cofferdam/books/insurance/wrong_way.h"
#include "cofferdam/books/margin/covered.h"
#include "cofferdam/books/margin/evaluate.h"
#include "cofferdam/books/margin/maturity.h"
#include "cofferdam/books/pool/pool_policy.h"
#include "cofferdam/books/reconciliation/follow_bookings.h"
#include "cofferdam/engine/access.h"
#include "cofferdam/engine/carry_out.h"
#include "cofferdam/engine/governed.h"
#include "cofferdam/engine/signature.h"
#include "cofferdam/engine/touches.h"

#include <algorithm>

namespace cofferdam::engine {

namespace {

[[nodiscard]] bool needs_approval(const Command& command, const Circumstances& c,
                                  const State& state) {
  if (needs_governance(command, c.principal, c.now, state)) return true;
  const std::uint16_t number =
      std::visit([]<class C>(const C&) { return Operation<C>::kNumber; }, command);
  if (std::holds_alternative<pool::ConduitTransfer>(command)) {
    if (subject_of(command, state).approvals > 0) return true;
  }
  if (state.decision.policies.size() == 0) return false;
  const auto asks = [&](base::PoolId pool) {
    return decision::required_approvals(state.decision, number, pool).approvals > 0;
  };
  // Each pool that a command acts on may have a policy of its own. Of a batch it is what its events
  // say, for those that say something else are refused; a hold may leave it out.
  if (const auto* batch = std::get_if<ledger::CreateTransfers>(&command))
    return std::ranges::any_of(batch->transfers, [&](const ledger::Transfer& event) {
      const ledger::Hold* hold =
          event.pending_id.is_none() ? nullptr : state.ledger.holds.find(event.pending_id);
      return asks(event.pool) ||
             (hold != nullptr && asks(state.ledger.accounts.at(hold->debit).pool));
    });
  return std::ranges::any_of(pools_of(command, state), asks);
}

[[nodiscard]] DoorStatus check_seal(const Command& command, const Circumstances& c,
                                    const State& state) {
  if (c.dry_run && (c.record == nullptr || c.record->signature.empty())) return DoorStatus::ok;
  if (c.record != nullptr) return check_signature(command, *c.record, c.books, c.now, state);
  return signature_required(command, c.principal, state) ? DoorStatus::signature_missing
                                                         : DoorStatus::ok;
}

[[nodiscard]] DoorStatus check_door(const Command& command, const Circumstances& c,
                                    const State& state) {
  const bool founded = state.venue.venues.size() != 0;
  // The time before everything else, also of a second genesis: what is recorded moves the clock.
  if (founded && c.now < c.time_before) return DoorStatus::time_goes_back;
  if (founded && c.time_given && state.venue.venues.at(0).time_source != venue::TimeSource::given)
    return DoorStatus::time_not_accepted;
  if (std::holds_alternative<venue::Genesis>(command)) {
    // There is no key yet that could verify: it would stand in the record as if it had been judged.
    if (!founded && c.record != nullptr && !c.record->signature.empty())
      return DoorStatus::signature_malformed;
    return founded ? DoorStatus::genesis_exists : DoorStatus::ok;
  }
  if (!founded) return DoorStatus::no_genesis;
  if (!is_active(c.principal, state)) return DoorStatus::principal_unknown;
  const DoorStatus sealed = check_seal(command, c, state);
  if (sealed != DoorStatus::ok) return sealed;
  const DoorStatus access = check_access(command, c.principal, state);
  if (access != DoorStatus::ok) return access;
  return needs_approval(command, c, state) ? DoorStatus::approval_required : DoorStatus::ok;
}

// Before the laws, so that they see what it wrote as well.
void evaluate_alerts(const Command& command, const Outcome& outcome, State& state,
                     ledger::Context& context) {
  const alert::Books books{state.ledger, state.fact, state.decision, state.pool, state.custody};
  const bool is_tick =
      std::holds_alternative<Tick>(command) ||
      (outcome.executed && outcome.executed->operation == Operation<Tick>::kNumber);
  alert::evaluate(state.alert, books, context,
                  is_tick ? alert::Occasion::tick : alert::Occasion::command);
}

// Postings by which an account pays somebody who can take it out, or for an asset that it can take
// out itself: prices of spot trades, premiums, other collateral.
constexpr std::array<std::uint16_t, 3> kPurchases{market::kTradePremium, market::kTradeDelivery,
                                                  default_management::kConversionPaid};

// What is paid to close the positions of who is being liquidated is paid by profit too that is not
// mature: it leaves for nobody's own purposes.
[[nodiscard]] std::vector<ledger::Transfer> own_purchases(const Room& room) {
  std::vector<ledger::Transfer> found;
  if (room.state.safeguards.fresh.size() == 0) return found;
  for (const ledger::Transfer& leg : room.context.postings) {
    if (std::ranges::find(kPurchases, leg.code) == kPurchases.end()) continue;
    const ledger::Account& payer = *room.state.ledger.accounts.find(leg.debit_account);
    if (default_management::open_case(room.state.default_management, payer.pool, payer.owner,
                                      payer.asset) == nullptr)
      found.push_back(leg);
  }
  return found;
}

// Nobody takes out what covers risk. Trades and reservations have been asked one by one.
[[nodiscard]] Outcome judge_margin(const Room& room) {
  const State& state = room.state;
  if (room.judges_cover) return {};
  if (room.settles_positions) {
    if (const auto fresh = margin::find_immature_purchase(
            state.safeguards, state.market, state.ledger, own_purchases(room), room.context.now))
      return {.door = DoorStatus::policy_breach, .law = *fresh};
    return {};
  }
  if (const auto fresh = margin::find_immature_withdrawal(state.safeguards, state.market,
                                                          state.ledger, room.context.now))
    return {.door = DoorStatus::policy_breach, .law = *fresh};
  if (!margin::has_margin(state.margin)) return {};
  const margin::Books books = margin_books(state, room.context.now);
  if (const auto uncovered = margin::find_uncovered_withdrawal(books))
    return {.door = DoorStatus::insufficient_margin, .law = *uncovered};
  return {};
}

void evaluate_margin(Room& room) {
  margin::evaluate(room.state.margin, margin_books(room.state, room.context.now), room.context,
                   room.scratch.margin,
                   room.settles_positions ? margin::Occasion::settling : margin::Occasion::command,
                   room.evaluated);
}

template <class Status>
[[nodiscard]] Refusal describe(std::uint16_t status) {
  if (status == 0) return {};
  const auto value = static_cast<Status>(status);
  return {std::string(base::name_of(value)),
          std::string(base::EnumText<Status>::kDocs[static_cast<std::size_t>(value)])};
}

// What rules over the whole command say of it, once its own phases have let it through: policies of
// pools, frozen releases.
[[nodiscard]] Outcome judge_policies(const State& state, base::Time now) {
  const pool::PolicyFinding finding = pool::find_policy_breach(state.pool, state.ledger);
  if (finding.breach != pool::PolicyBreach::none) {
    const auto rule = static_cast<std::size_t>(finding.breach);
    return {.door = DoorStatus::policy_breach,
            .law = finding.text + ": " + std::string(base::name_of(finding.breach)) + ": " +
                   std::string(base::EnumText<pool::PolicyBreach>::kDocs[rule])};
  }
  const reconciliation::GuardView guards{state.reconciliation, state.custody, state.pool,
                                         state.ledger, now};
  if (const auto frozen = reconciliation::find_frozen_release(guards))
    return {.door = DoorStatus::releases_frozen, .law = *frozen};
  if (const auto gated = default_management::find_gated_movement(
          state.default_management, state.resolution, state.ledger, state.pool, now))
    return {.door = DoorStatus::policy_breach, .law = *gated};
  if (const auto foreign = insurance::find_foreign_movement(
          state.insurance, state.ledger, state.default_management, state.resolution))
    return {.door = DoorStatus::policy_breach, .law = *foreign};
  return {};
}

// Money leaves a pool no faster than its limit says; what layers pay is no outflow.
[[nodiscard]] Outcome judge_outflows(Room& room) {
  State& state = room.state;
  if (room.settles_positions) return {};
  if (const auto limited = default_management::limit_outflows(state.resolution, state.ledger,
                                                              state.pool, room.context))
    return {.door = DoorStatus::policy_breach, .law = *limited};
  return {};
}

}  // namespace

Judgement judge(const Command& command, const Circumstances& circumstances, State& state,
                base::Changes& changes, History& history, Scratch& scratch) {
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
  if (circumstances.record != nullptr) room.signature = signature_of(*circumstances.record);
  room.is_rehearsal = circumstances.rehearsal;
  room.books = circumstances.books;
  outcome.status = carry_out(command, room);
  if (outcome.status == 0) {
    if (room.settles_positions)
      margin::follow_settlements(state.safeguards, state.market, state.ledger, postings, context);
    if (outcome.ok() &&
        !reconciliation::follow_postings(reconciliation_of(room), outcome.event_statuses.size()))
      refuse_large_terms(outcome);
    if (outcome.ok() && !decision::follow_stake(state.governance, state.ledger, context))
      outcome = {.door = DoorStatus::policy_breach,
                 .law = "governance: all weights sum to at most 2^120 units"};
    Outcome whole = outcome.ok() ? judge_policies(state, circumstances.now) : outcome;
    if (whole.ok()) whole = judge_outflows(room);
    if (whole.ok()) whole = judge_margin(room);
    if (whole.ok()) {
      evaluate_margin(room);
      evaluate_alerts(command, outcome, state, context);
      if (const auto law = broken_law(state))
        whole = Outcome{.door = DoorStatus::law_broken, .law = *law};
    }
    if (!whole.ok()) {
      outcome = Outcome{.door = whole.door, .law = std::move(whole.law)};
      judgement.results.clear();
    }
  }
  if (!outcome.ok()) {
    changes.rollback();
    return judgement;
  }
  outcome.postings = std::move(postings);
  outcome.created = context.created;
  outcome.alerts = alert::changes_of(state.alert);
  return judgement;
}

bool stays_sealed(const Command& command, const Outcome& outcome) {
  return !outcome.ok() && std::holds_alternative<insurance::RevealClaimVote>(command);
}

Refusal refusal_of(const Command& command, const Outcome& outcome) {
  if (outcome.door != DoorStatus::ok) {
    Refusal refusal = describe<DoorStatus>(static_cast<std::uint16_t>(outcome.door));
    if (!outcome.law.empty()) refusal.rule += ": " + outcome.law;
    return refusal;
  }
  Refusal refusal = refusal_of_shape(command, outcome.status);
  if (!outcome.law.empty()) refusal.rule += ": " + outcome.law;
  return refusal;
}

Refusal refusal_of_shape(const Command& command, std::uint16_t status) {
  return std::visit(
      [&]<class C>(const C&) { return describe<typename Operation<C>::Status>(status); }, command);
}

}  // namespace cofferdam::engine
