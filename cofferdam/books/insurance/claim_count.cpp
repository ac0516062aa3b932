// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/claim_count.h"

#include "cofferdam/books/insurance/claim_book.h"
#include "cofferdam/books/insurance/tranche.h"

#include <algorithm>

namespace cofferdam::insurance {
namespace {

struct Count {
  VoteResult result = VoteResult::no_quorum;
  Amount median;
  std::optional<Amount> cost_to_corrupt;
};

Count count(const ClaimsState& claims, const ClaimBallot& ballot, const ClaimRules& rules) {
  std::vector<decision::NamedAmount> named;
  Amount may_count;
  const auto& rows = claims.voters.rows();
  for (auto at = rows.lower_bound({ballot.claim, ballot.round, OwnerId()}); at != rows.end();
       ++at) {
    const ClaimVoter& voter = at->second;
    if (voter.claim != ballot.claim || voter.round != ballot.round) break;
    if (voter.conflict == Conflict::none) may_count += std::min(voter.weight, ballot.cap);
    if (voter.revealed && voter.support == decision::Support::in_favour)
      named.push_back({voter.amount, voter.counted});
  }
  Count out;
  out.median = decision::weighted_median(std::move(named)).value_or(Amount());
  out.cost_to_corrupt = decision::cost_to_corrupt(rules.ballot, ballot.quorum, ballot.totals,
                                                  may_count - ballot.totals.cast())
                            .weight;
  if (!decision::quorum_reached(rules.ballot, ballot.quorum, ballot.totals)) return out;
  const bool is_for = decision::majority_reached(rules.ballot, ballot.totals);
  out.result = is_for ? VoteResult::partial : VoteResult::refused;
  return out;
}

Verdict verdict_of(VoteResult result) {
  if (result == VoteResult::no_quorum) return Verdict::open;
  return result == VoteResult::refused ? Verdict::refused : Verdict::accepted;
}

// Whether who laid the bond was right, or nobody decided.
bool is_bond_returned(const Claim& before, Verdict result, Amount approved) {
  if (result == Verdict::open) return true;
  const bool was_accepted = before.verdict == Verdict::accepted;
  if (!was_accepted) return result == Verdict::accepted;
  return result == Verdict::refused || approved < before.approved;
}

}  // namespace

void count_ballot(ClaimsState& claims, State& state, ledger::State& ledger, Context& context,
                  std::uint32_t number) {
  const Claim before = *claims.claims.find(number);
  const ClaimBallot::Key key{number, before.round};
  Count counted = count(claims, *claims.ballots.find(key), rules_of(claims, before));
  // A ballot decides on what was claimed; the cover still bounds what it can give.
  Amount approved;
  const auto outcome = [&](const ClaimVote& vote) {
    const auto out =
        claim_outcome(outcome_input(claims, state, ledger, before, before.finding, vote));
    COFFERDAM_CHECK(out.has_value(), "a finding that was checked when it came");
    return out->payout;
  };
  if (counted.result == VoteResult::partial) {
    approved = outcome({.result = VoteResult::partial, .amount = counted.median});
    if (approved.is_zero()) counted.result = VoteResult::refused;
    if (!approved.is_zero() && approved == outcome({.result = VoteResult::not_required}))
      counted.result = VoteResult::accepted;
  }
  ClaimBallot& ballot = claims.ballots.edit(context.changes, key);
  ballot.closed = context.now;
  ballot.result = counted.result;
  ballot.median = counted.median;
  ballot.cost_to_corrupt = counted.cost_to_corrupt;
  const Verdict result = verdict_of(counted.result);
  if (result != Verdict::open || before.round == 1) {
    Claim& claim = claims.claims.edit(context.changes, number);
    claim.result = counted.result;
    claim.median = counted.median;
    claim.approved = approved;
    claim.is_by_ballot = true;
  }
  end_bond(claims, state, ledger, context, number, is_bond_returned(before, result, approved));
  take_step(claims, state, context, number, {ClaimEvent::close_vote, result});
}

Amount burn_stake(State& state, Context& context, PoolId pool, TrancheKind kind, OwnerId owner,
                  std::uint32_t part_ppm) {
  const Tranche* found = state.tranches.find({pool, kind});
  if (found == nullptr || state.stakes.find({pool, kind, owner}) == nullptr) return {};
  const Tranche tranche = *found;
  default_management::Fund fund = read_tranche(state, tranche);
  default_management::Stake stake = read_stake(state, tranche, owner);
  default_management::rebase(fund);
  default_management::rebase(fund, stake);
  const u128 held = stake.shares.magnitude();
  u128 burnt = base::mul_div<base::Rounding::up>(held, u128{part_ppm}, u128{kPpmOne});
  const bool must_keep_one =
      !stake.requested_shares.is_zero() || held == fund.total_shares.magnitude();
  if (must_keep_one && burnt == held && held > 0) burnt = held - 1;
  const base::Shares gone(static_cast<base::i128>(burnt));
  const Amount value = default_management::value_of(fund, gone);
  stake.shares = stake.shares - gone;
  stake.requested_shares = std::min(stake.requested_shares, stake.shares);
  fund.total_shares = fund.total_shares - gone;
  write_tranche(state, context, tranche, fund);
  write_stake(state, context, tranche, owner, stake);
  return value;
}

}  // namespace cofferdam::insurance
