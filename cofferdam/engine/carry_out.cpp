// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/carry_out.h"

#include "cofferdam/books/access/key_rules.h"
#include "cofferdam/books/ledger/expire_holds.h"
#include "cofferdam/books/margin/covered.h"
#include "cofferdam/books/reconciliation/follow_bookings.h"
#include "cofferdam/crypto/ed25519.h"
#include "cofferdam/engine/access.h"
#include "cofferdam/engine/carry_governance.h"
#include "cofferdam/engine/carry_keys.h"
#include "cofferdam/engine/checkpoint.h"
#include "cofferdam/engine/detach.h"
#include "cofferdam/engine/governed.h"
#include "cofferdam/engine/revert.h"
#include "cofferdam/engine/touches.h"

#include <algorithm>
#include <memory>

namespace cofferdam::engine {

namespace {

constexpr std::size_t kReasonMax = 1024;

template <class C>
[[nodiscard]] std::uint16_t shape_of(const C& command) {
  return static_cast<std::uint16_t>(check_shape(command));
}

[[nodiscard]] std::uint16_t shape_of(const venue::Genesis& command) {
  using S = venue::GenesisStatus;
  S status = S::ok;
  if (!ledger::is_code(command.venue, 32)) {
    status = S::venue_malformed;
  } else if (!ledger::is_code(command.root, 32)) {
    status = S::root_malformed;
  } else if (!command.checkpoint_key.empty() && !crypto::parse_public_key(command.checkpoint_key)) {
    status = S::checkpoint_key_malformed;
  }
  return static_cast<std::uint16_t>(status);
}

[[nodiscard]] std::uint16_t shape_of(const Tick& command) {
  return static_cast<std::uint16_t>(command.reserved == 0 ? TickStatus::ok
                                                          : TickStatus::reserved_must_be_zero);
}

[[nodiscard]] std::uint16_t shape_of(const RevertBatch& command) {
  return static_cast<std::uint16_t>(
      command.reason.size() > kReasonMax ? RevertStatus::reason_too_long : RevertStatus::ok);
}

[[nodiscard]] std::uint16_t shape_of(const RotateCheckpointKey& command) {
  RotateStatus status = RotateStatus::ok;
  if (!crypto::parse_public_key(command.next_key)) {
    status = RotateStatus::next_key_malformed;
  } else if (!crypto::parse_signature(command.agreement)) {
    status = RotateStatus::agreement_malformed;
  }
  return static_cast<std::uint16_t>(status);
}

[[nodiscard]] std::uint16_t shape_of(const market::Settle& /*command*/) {
  return 0;
}

[[nodiscard]] std::uint16_t shape_of(const market::ExpireContract& /*command*/) {
  return 0;
}

constexpr std::array<std::uint16_t, 14> kNotProposable{
    Operation<venue::Genesis>::kNumber,
    Operation<Tick>::kNumber,
    Operation<RevertBatch>::kNumber,
    Operation<decision::Propose>::kNumber,
    Operation<decision::Approve>::kNumber,
    Operation<decision::Reject>::kNumber,
    Operation<decision::Withdraw>::kNumber,
    Operation<decision::ProposeChange>::kNumber,
    Operation<decision::CastVote>::kNumber,
    Operation<decision::QueueChange>::kNumber,
    Operation<decision::ExecuteChange>::kNumber,
    Operation<decision::CancelChange>::kNumber,
    Operation<decision::DeclareVoteConflict>::kNumber,
    Operation<insurance::RevealClaimVote>::kNumber,  // a proposal would show what is sealed
};

[[nodiscard]] bool is_proposable(std::uint16_t operation) {
  return std::ranges::find(kNotProposable, operation) == kNotProposable.end();
}

// Approvals for what nobody can propose would forbid it to everybody, for ever where it is the way
// to propose, to approve, or to change a policy that has to be approved. What is for a pool that an
// operation does not name would never be asked.
[[nodiscard]] std::uint16_t shape_of(const decision::SetApprovalPolicy& command) {
  auto status = check_shape(command);
  if (status == decision::SetApprovalPolicyStatus::ok && command.approvals > 0 &&
      !is_proposable(command.operation))
    status = decision::SetApprovalPolicyStatus::operation_not_proposable;
  if (status == decision::SetApprovalPolicyStatus::ok && command.approvals > 0 &&
      !command.pool.is_none() && !names_pool(command.operation))
    status = decision::SetApprovalPolicyStatus::operation_names_no_pool;
  return static_cast<std::uint16_t>(status);
}

[[nodiscard]] std::uint16_t shape_of(const access::SetSignaturePolicy& command) {
  auto status = check_shape(command);
  if (status == access::SetSignaturePolicyStatus::ok && command.required &&
      command.operation != 0 && !command.pool.is_none() && !names_pool(command.operation))
    status = access::SetSignaturePolicyStatus::operation_names_no_pool;
  return static_cast<std::uint16_t>(status);
}

[[nodiscard]] std::uint16_t shape_of(const decision::Propose& command) {
  auto status = check_shape(command);
  if (status == decision::ProposeStatus::ok) {
    const auto proposed = decode_command(command.operation, command.version, command.content);
    if (!proposed || check_shape(*proposed) != 0) {
      status = decision::ProposeStatus::content_malformed;
    } else if (!is_proposable(command.operation)) {
      status = decision::ProposeStatus::operation_not_proposable;
    }
  }
  return static_cast<std::uint16_t>(status);
}

[[nodiscard]] std::uint16_t shape_of(const decision::Constitute& command) {
  auto status = check_shape(command);
  if (status == decision::ConstituteStatus::ok) status = check_governed(command);
  return static_cast<std::uint16_t>(status);
}

[[nodiscard]] std::uint16_t shape_of(const decision::ProposeChange& command) {
  auto status = check_shape(command);
  if (status == decision::GovernanceStatus::ok) status = check_proposed(command);
  return static_cast<std::uint16_t>(status);
}

// The commands whose phases need no more than the states they name.
template <class C>
[[nodiscard]] auto read_states(const State& state) {
  if constexpr (requires { Operation<C>::reads(state); })
    return Operation<C>::reads(state);
  else
    return Operation<C>::rooms(state);
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
      read_states<C>(room.state));
  if (status != decltype(status)::ok) return static_cast<std::uint16_t>(status);
  return static_cast<std::uint16_t>(
      std::apply([&](auto&... states) { return apply(command, states..., room.context); },
                 Operation<C>::rooms(room.state)));
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

[[nodiscard]] std::uint16_t run(const Tick& /*command*/, Room& room) {
  ledger::expire_holds(room.state.ledger, room.context);
  decision::expire_proposals(room.state.decision, room.context);
  decision::close_governance(room.state.governance, room.context);
  reconciliation::mark_stale_statements(reconciliation_of(room), room.state.pool);
  return 0;
}

[[nodiscard]] std::uint16_t run(const RevertBatch& command, Room& room) {
  return static_cast<std::uint16_t>(
      revert_batch(command, room.state.ledger, room.context, room.history));
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

template <class Status>
void keep_statuses(const std::vector<Status>& results, Room& room) {
  auto& statuses = room.judgement.outcome.event_statuses;
  statuses.reserve(results.size());
  for (const Status status : results) statuses.push_back(static_cast<std::uint8_t>(status));
}

[[nodiscard]] std::uint16_t run(const ledger::CreateAccounts& command, Room& room) {
  std::vector<ledger::AccountStatus> results;
  ledger::apply(command.accounts, room.state.ledger, room.context, results);
  keep_statuses(results, room);
  return 0;
}

[[nodiscard]] std::uint16_t run(const ledger::CreateTransfers& command, Room& room) {
  const auto status = ledger::check_state(command, room.state.ledger);
  if (status != ledger::CreateTransfersStatus::ok) return static_cast<std::uint16_t>(status);
  auto& results = room.judgement.results;
  ledger::apply(command.transfers, room.state.ledger, room.context, room.history,
                room.scratch.transfers, results);
  Outcome& outcome = room.judgement.outcome;
  outcome.event_statuses.resize(results.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    outcome.event_statuses[i] = static_cast<std::uint8_t>(results[i].status);
    if (results[i].status == ledger::TransferStatus::ok &&
        results[i].amount != command.transfers[i].amount)
      outcome.moved.push_back({static_cast<std::uint32_t>(i), results[i].amount});
  }
  if (!reconciliation::follow_batch(reconciliation_of(room), command.transfers, results))
    refuse_large_terms(outcome);
  return 0;
}

[[nodiscard]] market::TradeBooks trade_books(Room& room, market::TradeGuard* guard = nullptr) {
  return {room.state.market,   room.state.ledger, room.history.trades(),
          room.scratch.trades, &room.state.terms, guard};
}

// Who asks whether trades are covered; nobody where no pool has margin.
[[nodiscard]] std::unique_ptr<margin::TradeCover> cover_of(const Room& room) {
  if (!margin::has_margin(room.state.margin)) return nullptr;
  return std::make_unique<margin::TradeCover>(margin_books(room.state, room.context.now),
                                              &room.scratch.margin);
}

template <class C>
  requires std::is_same_v<C, market::RecordTrades> || std::is_same_v<C, market::ClearTrades>
[[nodiscard]] std::uint16_t run(const C& command, Room& room) {
  std::vector<market::TradeStatus> results;
  const auto cover = cover_of(room);
  const State& state = room.state;
  margin::MaturityGuard maturity(state.safeguards, state.market, state.ledger, room.context.now);
  market::TradeBooks books = trade_books(room, cover.get());
  books.limits = &state.limits;  // what takes a trade back or closes positions opens nothing
  books.payments = &maturity;
  market::apply(command.trades, books, room.context, results);
  keep_statuses(results, room);
  return 0;
}

template <class C>
  requires std::is_same_v<C, market::BustTrade> || std::is_same_v<C, market::AmendTrade>
[[nodiscard]] std::uint16_t run(const C& command, Room& room) {
  return static_cast<std::uint16_t>(market::apply(
      command, market::ReverseBooks{trade_books(room), room.state.terms}, room.context));
}

[[nodiscard]] market::MarkBooks mark_books(const Room& room) {
  return {room.state.market, room.state.terms, room.state.fact};
}

[[nodiscard]] std::uint16_t run(const market::ApplyFunding& command, Room& room) {
  State& state = room.state;
  auto status = market::check_state(command, mark_books(room), room.context.now);
  if (status == market::ApplyFundingStatus::ok)
    status =
        market::apply(command, {state.market, state.terms, state.ledger, state.fact}, room.context);
  return static_cast<std::uint16_t>(status);
}

[[nodiscard]] std::uint16_t run(const market::ExpireContract& command, Room& room) {
  State& state = room.state;
  auto status = market::check_state(command, state.terms, state.market, room.context.now);
  market::Settlement settlement;
  if (status == market::ExpireContractStatus::ok)
    status =
        market::apply(command, state.terms, state.market, state.ledger, room.context, settlement);
  return static_cast<std::uint16_t>(status);
}

[[nodiscard]] std::uint16_t run(const market::DelistContract& command, Room& room) {
  State& state = room.state;
  auto status = market::check_state(command, mark_books(room), room.context.now);
  market::Settlement settlement;
  if (status == market::DelistContractStatus::ok)
    status =
        market::apply(command, state.terms, state.market, state.ledger, room.context, settlement);
  return static_cast<std::uint16_t>(status);
}

// A fact is an observation of the indices that it is a source of.
[[nodiscard]] std::uint16_t run(const fact::RecordFact& command, Room& room) {
  State& state = room.state;
  auto status = fact::check_state(command, state.fact, std::as_const(room.context));
  if (status == fact::RecordFactStatus::ok) status = apply(command, state.fact, room.context);
  if (status == fact::RecordFactStatus::ok && state.terms.averages.size() != 0)
    market::follow_fact(*state.fact.facts.find({command.source, command.fact_key}), state.fact,
                        state.terms, room.context);
  return static_cast<std::uint16_t>(status);
}

[[nodiscard]] std::uint16_t run(const market::RecordMarks& command, Room& room) {
  std::vector<market::MarkStatus> results;
  market::apply(command.marks, room.state.market, room.context, results);
  keep_statuses(results, room);
  return 0;
}

[[nodiscard]] std::uint16_t run(const market::Settle& command, Room& room) {
  auto status = market::check_state(command, room.state.market, room.state.terms, room.context.now);
  market::Settlement settlement;
  if (status == market::SettleStatus::ok)
    status = market::apply(command, room.state.market, room.state.ledger, room.context, settlement);
  return static_cast<std::uint16_t>(status);
}

[[nodiscard]] std::uint16_t run(const margin::EvaluatePool& command, Room& room) {
  room.evaluated = command.pool;
  return static_cast<std::uint16_t>(check_state(command, room.state.margin));
}

[[nodiscard]] std::uint16_t run(const default_management::Deleverage& command, Room& room) {
  State& state = room.state;
  const default_management::DeleverageBooks books{state.default_management, trade_books(room),
                                                  state.terms, state.margin, state.fact};
  return static_cast<std::uint16_t>(apply(command, books, room.context));
}

[[nodiscard]] default_management::ResolutionBooks resolution_books(Room& room) {
  State& state = room.state;
  return {state.resolution,  state.default_management,
          trade_books(room), state.terms,
          state.pool,        state.margin,
          state.fact};
}

[[nodiscard]] std::uint16_t run(const default_management::ConvertCollateral& command, Room& room) {
  return static_cast<std::uint16_t>(
      apply(command, room.state.conversions, resolution_books(room), room.context));
}

// Where a pool asks for it, no default is declared while other collateral can be sold.
[[nodiscard]] std::uint16_t run(const default_management::DeclareDefault& command, Room& room) {
  namespace dm = default_management;
  const dm::Books books = dm::reading(resolution_books(room), room.context.now);
  if (!dm::asset_to_convert(room.state.conversions, books,
                            {command.pool, command.owner, command.asset})
           .is_none())
    return static_cast<std::uint16_t>(dm::LiquidationStatus::collateral_unsold);
  return run<dm::DeclareDefault>(command, room);
}

// Fills and auctions look at an account from all sides while they are applied.
template <class C>
  requires requires(const C& command, const default_management::ResolutionBooks& books,
                    ledger::Context& context) { apply(command, books, context); }
[[nodiscard]] std::uint16_t run(const C& command, Room& room) {
  return static_cast<std::uint16_t>(apply(command, resolution_books(room), room.context));
}

[[nodiscard]] std::uint16_t run(const pool::ExecuteRelease& command, Room& room) {
  State& state = room.state;
  const pool::ReleaseView view{state.pool, state.ledger, state.fact, state.decision};
  auto status = check_state(command, view, std::as_const(room.context));
  if (status == pool::ExecuteReleaseStatus::ok)
    status = apply(command, state.pool, state.ledger, state.fact, state.decision, room.context);
  return static_cast<std::uint16_t>(status);
}

// The commands of reconciliation look into other rooms while they are applied.
template <class C>
  requires requires(const C& command, const reconciliation::Books& books) { apply(command, books); }
[[nodiscard]] std::uint16_t run(const C& command, Room& room) {
  auto status = std::apply(
      [&](const auto&... states) {
        if constexpr (requires { check_state(command, states..., std::as_const(room.context)); })
          return check_state(command, states..., std::as_const(room.context));
        else
          return check_state(command, states...);
      },
      Operation<C>::reads(std::as_const(room.state)));
  if (status == decltype(status)::ok) status = apply(command, reconciliation_of(room));
  return static_cast<std::uint16_t>(status);
}

[[nodiscard]] std::uint16_t run(const decision::Propose& command, Room& room) {
  const auto proposed = decode_command(command.operation, command.version, command.content);
  const decision::Subject subject = subject_of(*proposed, room.state);
  const auto status = check_state(command, room.state.decision, room.state.principal,
                                  room.state.access, subject, std::as_const(room.context));
  if (status != decision::ProposeStatus::ok) return static_cast<std::uint16_t>(status);
  const auto applied = apply(command, room.state.decision, subject, room.context);
  if (room.signature)
    room.state.access.signed_proposals.insert(
        room.context.changes,
        access::SignedProposal{
            .proposal = base::ProposalId(static_cast<std::uint32_t>(room.context.created)),
            .public_key = crypto::to_hex(crypto::PublicKey{room.signature->key})});
  return static_cast<std::uint16_t>(applied);
}

[[nodiscard]] std::uint16_t run(const access::SetSignaturePolicy& command, Room& room) {
  auto status =
      check_state(command, room.state.access, room.state.principal, std::as_const(room.context));
  if (status == access::SetSignaturePolicyStatus::ok)
    status = apply(
        command,
        command.operation != 0 ? std::span(&command.operation, 1) : operations_of(command.preset),
        room.state.access, room.context);
  return static_cast<std::uint16_t>(status);
}

// Of what was given earlier and takes effect now: it is good only as far as it could be given now.
// A key that was revoked may have been somebody else's when it signed.
[[nodiscard]] DoorStatus check_kept_seal(const std::string* public_key, bool must_be_signed,
                                         const State& state) {
  if (public_key == nullptr) return must_be_signed ? DoorStatus::signature_missing : DoorStatus::ok;
  const access::SigningKey* key = access::find_key(state.access, *public_key);
  return key != nullptr && key->in_force() ? DoorStatus::ok : DoorStatus::signing_key_revoked;
}

[[nodiscard]] DoorStatus check_kept_seal(const decision::Proposal& proposal, const Command& command,
                                         const State& state) {
  const access::SignedProposal* kept = state.access.signed_proposals.find(proposal.id);
  return check_kept_seal(kept == nullptr ? nullptr : &kept->public_key,
                         signature_required(command, proposal.maker, state), state);
}

// The proposed command, as its maker would have given it; what it did is taken back if refused,
// and the approval stands all the same.
void execute_proposal(const decision::Proposal& proposal, Room& room) {
  const auto command = decode_command(proposal.operation, proposal.version, proposal.content);
  COFFERDAM_CHECK(command.has_value(), "a proposal holds a command that was decoded before");
  const base::PrincipalId checker = room.context.principal;
  const base::Changes::Mark mark = room.context.changes.mark();
  room.context.principal = proposal.maker;
  std::uint16_t status =
      static_cast<std::uint16_t>(check_access(*command, proposal.maker, room.state));
  if (status == 0)
    status = static_cast<std::uint16_t>(check_kept_seal(proposal, *command, room.state));
  // What is left to a vote is not done by approvals.
  if (status == 0 &&
      needs_governance(*command, proposal.maker, room.context.now, std::as_const(room.state)))
    status = static_cast<std::uint16_t>(DoorStatus::approval_required);
  if (status == 0) status = carry_out(*command, room);
  room.context.principal = checker;
  if (status == 0) {
    room.judgement.outcome.executed =
        Executed{proposal.operation, proposal.version, proposal.content};
  } else {
    room.context.changes.rollback(mark);
    room.context.postings.clear();
    room.context.created = 0;
    room.judgement.outcome = Outcome{};
    room.judgement.results.clear();
  }
  decision::record_execution(
      room.state.decision, room.context, proposal.id,
      status == 0 ? decision::ExecutionResult::executed : decision::ExecutionResult::failed,
      status);
}

// Those that count now. The last one was given just now, and the door has looked at it.
[[nodiscard]] std::size_t approvals_that_count(const decision::Proposal& proposal,
                                               const decision::Approve& command,
                                               std::span<const base::PoolId> pools,
                                               const Room& room) {
  const State& state = room.state;
  const bool must_be_signed = signature_required(command, room.context.principal, state);
  const auto earlier = std::span(proposal.approvals).first(proposal.approvals.size() - 1);
  const auto counting = std::ranges::count_if(earlier, [&](const decision::Approval& approval) {
    const auto* kept = state.access.signed_approvals.find({proposal.id, approval.principal});
    return decision::may_check(state.decision, state.principal, state.access, proposal, pools,
                               approval.principal) &&
           check_kept_seal(kept == nullptr ? nullptr : &kept->public_key, must_be_signed, state) ==
               DoorStatus::ok;
  });
  return static_cast<std::size_t>(counting) + 1;
}

[[nodiscard]] std::uint16_t run(const decision::Approve& command, Room& room) {
  const State& state = room.state;
  // What it acts on is asked again: a hold or an account may have come since.
  const std::vector<base::PoolId> pools = pools_of(command, state);
  auto status = check_state(command, state.decision, state.principal, state.access, pools,
                            std::as_const(room.context));
  if (status == decision::AnswerStatus::ok)
    status = apply(command, room.state.decision, room.context);
  if (status != decision::AnswerStatus::ok) return static_cast<std::uint16_t>(status);
  if (room.signature)
    room.state.access.signed_approvals.insert(
        room.context.changes, access::SignedApproval{.proposal = command.proposal,
                                                     .principal = room.context.principal,
                                                     .public_key = crypto::to_hex(
                                                         crypto::PublicKey{room.signature->key})});
  const decision::Proposal proposal = *state.decision.proposals.find(command.proposal);
  if (approvals_that_count(proposal, command, pools, room) >=
      decision::approvals_now(state.decision, proposal, pools))
    execute_proposal(proposal, room);
  return 0;
}

[[nodiscard]] std::uint16_t run(const decision::ProposeChange& command, Room& room) {
  return static_cast<std::uint16_t>(propose_change(command, room));
}

[[nodiscard]] std::uint16_t run(const decision::ExecuteChange& command, Room& room) {
  return static_cast<std::uint16_t>(execute_change(command, room));
}

// What other rooms know of a pool does not travel.
[[nodiscard]] std::uint16_t run(const pool::DetachPool& command, Room& room) {
  State& state = room.state;
  auto status = check_state(command, state.pool, state.ledger, std::as_const(room.context));
  if (status == pool::PoolLifeStatus::ok) status = check_detachable(command.pool, state);
  if (status == pool::PoolLifeStatus::ok)
    status = apply(command, state.pool, state.ledger, room.context);
  return static_cast<std::uint16_t>(status);
}

template <GivesKeys C>
[[nodiscard]] std::uint16_t run(const C& command, Room& room) {
  return give_key(command, room);
}

// Nobody changes a principal that has by a grant what they do not have.
[[nodiscard]] std::uint16_t run(const principal::ChangePrincipal& command, Room& room) {
  using S = principal::ChangePrincipalStatus;
  State& state = room.state;
  S status = check_state(command, state.principal, std::as_const(room.context));
  if (status == S::ok && !access::holds_grants_of(state.access, state.principal,
                                                  room.context.principal, command.principal))
    status = S::role_not_held;
  if (status == S::ok) status = apply(command, state.principal, room.context);
  return static_cast<std::uint16_t>(status);
}

}  // namespace

std::uint16_t check_shape(const Command& command) {
  return std::visit([](const auto& c) { return shape_of(c); }, command);
}

std::uint16_t carry_out(const Command& command, Room& room) {
  return std::visit(
      [&]<class C>(const C& c) {
        room.settles_positions = Operation<C>::kSettlesPositions;
        room.judges_cover = Operation<C>::kJudgesCover;
        const std::uint16_t status = run(c, room);
        if (status == 0) follow_settings(command, room);
        return status;
      },
      command);
}

reconciliation::Books reconciliation_of(Room& room) {
  return {room.state.reconciliation, room.state.custody, room.state.ledger, room.context};
}

margin::Books margin_books(const State& state, base::Time now) {
  return {state.margin, state.market, state.terms, state.ledger, state.fact, now};
}

void refuse_large_terms(Outcome& outcome) {
  outcome.door = DoorStatus::policy_breach;
  outcome.law = "a reconciled account: terms of its equation stay within 2^120 units";
}

decision::Subject subject_of(const Command& command, const State& state) {
  decision::Subject subject{.pools = pools_of(command, state)};
  if (subject.pools.size() == 1) subject.pool = subject.pools.front();
  if (const auto* transfer = std::get_if<pool::ConduitTransfer>(&command)) {
    const pool::Conduit* conduit = state.pool.conduits.find(transfer->conduit);
    if (conduit != nullptr) subject.pool = conduit->from;
    subject.approvals = pool::approvals_needed(*transfer, state.pool);
  }
  return subject;
}

}  // namespace cofferdam::engine
