// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/claim_invariants.h"

#include <algorithm>
#include <map>

namespace cofferdam::insurance {
namespace {

using Violation = std::optional<std::string>;

Violation of_claim(std::uint32_t number, const std::string& what) {
  return "claim " + std::to_string(number) + ": " + what;
}

// Whether one event leads from one course to the other.
bool is_one_step(const ClaimCourse& from, const ClaimCourse& to) {
  for (std::size_t e = 0; e < kClaimEvents; ++e)
    for (std::size_t v = 0; v < kVerdicts; ++v)
      for (const bool is_late : {false, true})
        if (next_state(from, {static_cast<ClaimEvent>(e), static_cast<Verdict>(v)}, is_late) == to)
          return true;
  return false;
}

// A change of a sum that may go either way: what came and what went.
struct Change {
  Amount more;
  Amount less;

  [[nodiscard]] bool operator==(const Change& other) const {
    return more + other.less == other.more + less;
  }
};

Amount net(const ledger::Account* account) {
  return account == nullptr ? Amount() : account->credits_posted - account->debits_posted;
}

}  // namespace

Violation check_claims_follow_the_table(const ClaimsState& claims) {
  Violation found;
  claims.claims.each_touched([&](const Claim* before, const Claim* after) {
    if (found) return;
    const std::uint32_t number = (after == nullptr ? before : after)->number;
    if (after == nullptr) {
      found = of_claim(number, "is gone");
    } else if (before == nullptr) {
      if (after->course() != ClaimCourse{ClaimStage::notified, after->route, 0, Verdict::open})
        found = of_claim(number, "begins with its notice");
    } else if (before->incident != after->incident || before->cover != after->cover ||
               before->claimant != after->claimant || before->rules != after->rules ||
               before->notified != after->notified || before->finding.loss != after->finding.loss) {
      found = of_claim(number, "what it is about has changed");
    } else if (before->course() != after->course() &&
               !is_one_step(before->course(), after->course())) {
      found = of_claim(number, "went from " + std::string(base::name_of(before->stage)) + " to " +
                                   std::string(base::name_of(after->stage)));
    }
  });
  return found;
}

Violation check_claims_are_paid_once(const ClaimsState& claims, const State& state) {
  Violation found;
  std::map<std::uint32_t, Amount> by_incident;
  std::map<std::string, Amount> by_cover;
  claims.claims.each_touched([&](const Claim* before, const Claim* after) {
    if (found || after == nullptr) return;
    const Amount paid_before = before == nullptr ? Amount() : before->paid;
    if (after->paid > after->approved) found = of_claim(after->number, "paid beyond its approval");
    if (after->clawed_back > after->paid)
      found = of_claim(after->number, "clawed back more than it was paid");
    if (after->paid < paid_before) found = of_claim(after->number, "is paid less than before");
    if (found || after->paid == paid_before) return;
    by_incident[after->incident] += after->paid - paid_before;
    by_cover[after->cover] += after->paid - paid_before;
  });
  if (found) return found;
  for (const auto& [number, paid] : by_incident) {
    const Incident& incident = *claims.incidents.find(number);
    const Reserve* reserve = state.reserves.find({incident.pool, ReserveKind::incident, number});
    if (reserve == nullptr || reserve->paid != incident.paid)
      return "incident " + std::to_string(number) + ": its claims are paid by another reserve";
  }
  claims.incidents.each_touched([&](const Incident* before, const Incident* after) {
    if (found || after == nullptr) return;
    const Amount paid_before = before == nullptr ? Amount() : before->paid;
    if (after->paid != paid_before + by_incident[after->number])
      found = "incident " + std::to_string(after->number) + ": is not paid what its claims are";
    if (after->recovered > after->paid)
      found = "incident " + std::to_string(after->number) + ": recovered more than it was paid";
  });
  state.covers.each_touched([&](const Cover* before, const Cover* after) {
    if (found || before == nullptr || after == nullptr) return;
    if (after->paid != before->paid + by_cover[after->code])
      found = "cover " + after->code + ": is not paid what its claims are";
  });
  return found;
}

Violation check_votes_count_once(const ClaimsState& claims) {
  using Sums = std::map<decision::Support, Change>;
  Violation found;
  std::map<ClaimBallot::Key, Sums> by_ballot;
  claims.voters.each_touched([&](const ClaimVoter* before, const ClaimVoter* after) {
    if (found) return;
    if (after == nullptr) {
      found = of_claim(before->claim, "a voter is gone");
      return;
    }
    const ClaimBallot::Key key{after->claim, after->round};
    const ClaimBallot* ballot = claims.ballots.find(key);
    if (ballot == nullptr || after->counted > ballot->cap || after->counted > after->weight)
      found = of_claim(after->claim, "a vote counts more than it may");
    if (after->conflict != Conflict::none && !after->counted.is_zero())
      found = of_claim(after->claim, "a vote counts in spite of a conflict");
    if (before != nullptr && after->weight != before->weight)
      found = of_claim(after->claim, "a weight changed after the snapshot");
    if (before != nullptr && !before->commitment.empty() &&
        after->commitment != before->commitment && after->conflict == Conflict::none)
      found = of_claim(after->claim, "a sealed vote was exchanged");
    if (before != nullptr && before->revealed && after->revealed &&
        (before->support != after->support || before->counted != after->counted))
      found = of_claim(after->claim, "an opened vote was changed");
    if (before != nullptr && before->revealed)
      by_ballot[key][before->support].less += before->counted;
    if (after->revealed) by_ballot[key][after->support].more += after->counted;
  });
  if (found) return found;
  claims.ballots.each_touched([&](const ClaimBallot* before, const ClaimBallot* after) {
    if (found || after == nullptr) return;
    const decision::Totals none;
    const decision::Totals& was = before == nullptr ? none : before->totals;
    Sums& sums = by_ballot[after->key()];
    using decision::Support;
    if (!(Change{after->totals.in_favour, was.in_favour} == sums[Support::in_favour]) ||
        !(Change{after->totals.against, was.against} == sums[Support::against]) ||
        !(Change{after->totals.abstain, was.abstain} == sums[Support::abstain]))
      found = of_claim(after->claim, "the totals of a ballot are not its votes");
    if (before != nullptr && (before->supply != after->supply || before->cap != after->cap))
      found = of_claim(after->claim, "the snapshot of a ballot has changed");
    if (before != nullptr && before->closed != Time() &&
        (before->result != after->result || !(before->totals == after->totals)))
      found = of_claim(after->claim, "a counted ballot has changed");
  });
  return found;
}

Violation check_claim_rules_stand(const ClaimsState& claims) {
  Violation found;
  claims.rules.each_touched([&](const ClaimRulesVersion* before, const ClaimRulesVersion*) {
    if (before != nullptr)
      found = "rules of claims, version " + std::to_string(before->version) + ": have changed";
  });
  return found;
}

Violation check_bonds_are_held(const ClaimsState& claims, const ledger::State& ledger) {
  std::map<PoolId, Change> said;
  std::map<PoolId, Change> held;
  claims.claims.each_touched([&](const Claim* before, const Claim* after) {
    if (before != nullptr) said[before->pool].less += before->bond.amount;
    if (after != nullptr) said[after->pool].more += after->bond.amount;
  });
  ledger.accounts.each_touched([&](const ledger::Account* before, const ledger::Account* after) {
    const ledger::Account& any = after == nullptr ? *before : *after;
    if (base::high64(any.id.value()) != kBondAccounts) return;
    held[any.pool].less += net(before);
    held[any.pool].more += net(after);
  });
  for (const auto& [pool, change] : said)
    if (!(change == held[pool]))
      return "pool " + std::to_string(pool.value()) + ": bonds are not what lies for them";
  for (const auto& [pool, change] : held)
    if (!(change == said[pool]))
      return "pool " + std::to_string(pool.value()) + ": bonds are not what claims say";
  return std::nullopt;
}

Violation check_punished_once(const ClaimsState& claims) {
  Violation found;
  claims.penalties.each_touched([&](const VotePenalty* before, const VotePenalty*) {
    if (before != nullptr) found = of_claim(before->claim, "a punishment was changed");
  });
  return found;
}

}  // namespace cofferdam::insurance
