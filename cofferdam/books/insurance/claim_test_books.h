// SPDX-License-Identifier: Apache-2.0
//
// Small books for the tests of claims: an insurance pool with five members, a tranche, covers
// against each peril, and rules; commands run as the engine runs them, with every law at the end.
#pragma once

#include "cofferdam/books/fact/declare_source.h"
#include "cofferdam/books/fact/record_fact.h"
#include "cofferdam/books/insurance/claim_ballot.h"
#include "cofferdam/books/insurance/claim_book.h"
#include "cofferdam/books/insurance/claim_filing.h"
#include "cofferdam/books/insurance/claim_invariants.h"
#include "cofferdam/books/insurance/claim_settlement.h"
#include "cofferdam/books/insurance/incident_commands.h"
#include "cofferdam/books/insurance/test_books.h"

#include <string>
#include <vector>

namespace cofferdam::insurance::test {

inline constexpr std::int64_t kHourLength = base::kHour.value();

[[nodiscard]] inline Duration hours(std::int64_t number) {
  return Duration(number * kHourLength);
}

struct ClaimBooks : Books {
  ClaimsState claims;
  principal::State principals;
  std::vector<AccountId> accounts;  // of members 1 to 5, and of the holder of the tranche, 6
  base::SourceId source;

  [[nodiscard]] ClaimRules rules() const {
    ClaimRules out;
    out.ballot.quorum_numerator = 20;
    out.ballot.quorum_counts = decision::QuorumCounts::all;
    out.ballot.owner_cap_ppm = 250'000;
    out.routes = {{Peril::extreme_volatility, ClaimRoute::parametric},
                  {Peril::exchange_insolvency, ClaimRoute::dispute}};
    out.triggers = {{.code = "fall-20",
                     .peril = Peril::extreme_volatility,
                     .source = source,
                     .fact_key = "fall",
                     .value = fact::Value(2'000),
                     .payout_ppm = 400'000},
                    {.code = "fall-30",
                     .peril = Peril::extreme_volatility,
                     .source = source,
                     .fact_key = "fall",
                     .value = fact::Value(3'000),
                     .payout_ppm = 1'000'000}};
    out.evidence_within = hours(240);
    out.assess_within = hours(120);
    out.vote_within = hours(48);
    out.commit_period = hours(72);
    out.reveal_period = hours(48);
    out.extension = hours(12);
    out.extension_most = hours(24);
    out.dispute_within = hours(48);
    out.cooldown = hours(24);
    out.payment_within = hours(720);
    out.recovery_within = hours(720);
    out.bond = Amount(5'000);
    return out;
  }

  void pass(Duration duration) { context.now = Time(context.now.value() + duration.value()); }

  // Another look at time: to the last instant, and one beyond.
  void to(Time time) { context.now = time; }

  void past(Time time) { context.now = Time(time.value() + 1); }

  // Every law of the pool and of claims; then the command is kept.
  void end_claims() {
    for (const auto& found :
         {check_claims_follow_the_table(claims), check_claims_are_paid_once(claims, insurance),
          check_votes_count_once(claims), check_claim_rules_stand(claims),
          check_bonds_are_held(claims, ledger), check_punished_once(claims)})
      COFFERDAM_CHECK(!found, found.value_or(""));
    Books::end();
  }

  // A command on claims, through its three phases.
  template <class C>
  auto run(const C& command) {
    auto status = check_shape(command);
    using S = decltype(status);
    if (status == S::ok) {
      if constexpr (std::is_same_v<C, SetClaimRules> || std::is_same_v<C, TriggerClaim>)
        status = check_state(command, claims, insurance, ledger, facts);
      else
        status = check_state(command, claims, insurance, ledger);
    }
    if (status != S::ok) return status;
    if constexpr (std::is_same_v<C, SetClaimRules>)
      status = apply(command, claims, ledger, context);
    else if constexpr (std::is_same_v<C, TriggerClaim>)
      status = apply(command, claims, insurance, ledger, facts, context);
    else
      status = apply(command, claims, insurance, ledger, context);
    if (status == S::ok) {
      end_claims();
    } else {
      changes.rollback();
      postings.clear();
    }
    return status;
  }

  auto give(const SetClaimRules& command) { return run(command); }

  template <class C>
  auto give(const C& command) {
    if constexpr (
        requires { check_state(command, claims, insurance, ledger); } ||
        requires { check_state(command, claims, insurance, ledger, facts); }) {
      return run(command);
    } else {
      return Books::give(command);
    }
  }

  ClaimBooks() : Books(PoolRules{}) {
    for (std::uint64_t id = 1; id <= 6; ++id) accounts.push_back(owner(id, 10'000'000));
    for (std::uint64_t id = 1; id <= 6; ++id) admit(id);
    ok(give(AddSurplus{.pool = pool, .account = accounts[5], .amount = Amount(2'000'000)}));
    ok(give(SubscribeTranche{.pool = pool,
                             .tranche = TrancheKind::junior,
                             .owner = OwnerId(6),
                             .account = accounts[5],
                             .amount = Amount(1'000'000)}));
    fact::apply(fact::DeclareSource{.code = "index", .staleness = hours(1), .scale = 4}, facts,
                context);
    source = base::SourceId(static_cast<std::uint32_t>(context.created));
    end();
    for (const Peril peril :
         {Peril::exchange_insolvency, Peril::exploit, Peril::extreme_volatility, Peril::asset})
      ok(give(SetPrices{.pool = pool, .peril = peril, .capacity_bps = 40'000}));
    ok(give(SetClaimRules{.pool = pool, .asset = usd, .rules = rules()}));
    context.now = Time(context.now.value() + 1);
  }

  template <class S>
  static void ok(S status) {
    COFFERDAM_CHECK(status == S::ok, std::string(base::name_of(status)));
  }

  // A member who has paid in 100,000 times its number.
  void admit(std::uint64_t id) {
    ok(give(AdmitMember{.pool = pool,
                        .member = OwnerId(id),
                        .name = std::string("member-") + std::to_string(id),
                        .account = accounts[id - 1]}));
    // What they have paid in: 100,000, 200,000, ...
    insurance.members.edit(changes, {pool, OwnerId(id)}).contributed = Amount(100'000 * id);
    end();
  }

  // A cover of member 1 for a year, bound now; the deductible is 10,000.
  void cover(const std::string& code, Peril peril, std::uint64_t limit,
             std::uint64_t aggregate = 0) {
    PolicyTerms terms{.peril = peril,
                      .insured = OwnerId(1),
                      .counterparty = OwnerId(300),
                      .start = context.now,
                      .end = Time(context.now.value() + 365 * kDayLength),
                      .reporting = Duration(30 * kDayLength),
                      .limit = Amount(limit),
                      .aggregate_limit = Amount(aggregate),
                      .deductible = Amount(10'000)};
    if (peril == Peril::asset)
      terms.sub_limits = {{StorageClass::hot, Amount(limit / 10)},
                          {StorageClass::warm, Amount(limit / 2)},
                          {StorageClass::cold, Amount(limit)}};
    if (peril == Peril::exploit) terms.exclusions = {ExcludedCause::phishing};
    if (peril == Peril::extreme_volatility) terms.deductible = Amount();
    bind(code, terms);
  }

  void bind(const std::string& code, const PolicyTerms& terms) {
    ok(give(BindCover{.code = code,
                      .pool = pool,
                      .asset = usd,
                      .terms = terms,
                      .account = accounts[terms.insured.value() == 2 ? 1 : 0],
                      .technical_premium = Amount(500),
                      .model = "model 1",
                      .capital_before = row().model_capital,
                      .capital_after = row().model_capital}));
  }

  IncidentStatus incident(const std::string& code, Peril peril,
                          std::vector<ExcludedCause> causes = {}) {
    return give(DeclareIncident{.pool = pool,
                                .code = code,
                                .peril = peril,
                                .counterparty = OwnerId(300),
                                .causes = std::move(causes),
                                .occurred = context.now,
                                .discovered = context.now});
  }

  ClaimFilingStatus notify(const std::string& cover_code, const std::string& incident_code,
                           std::uint64_t loss, std::vector<StorageLoss> items = {}) {
    return give(NotifyClaim{.cover = cover_code,
                            .incident = incident_code,
                            .asset = usd,
                            .finding = {.loss = Amount(loss), .items = std::move(items)}});
  }

  ClaimFilingStatus evidence(std::uint32_t claim) {
    return give(SubmitEvidence{.claim = claim, .document = std::string(64, 'e')});
  }

  ClaimFilingStatus assess(std::uint32_t claim, std::uint64_t loss,
                           std::vector<StorageLoss> items = {}) {
    return give(AssessClaim{.claim = claim,
                            .asset = usd,
                            .finding = {.loss = Amount(loss), .items = std::move(items)},
                            .report = "as the chain shows"});
  }

  [[nodiscard]] static std::string salt(std::uint64_t voter) {
    std::string text(32, '0');
    text.back() = static_cast<char>('0' + voter % 10);
    return text;
  }

  ClaimBallotStatus commit(std::uint32_t number, std::uint64_t voter, decision::Support support,
                           std::uint64_t amount = 0) {
    return give(CommitClaimVote{
        .claim = number,
        .voter = OwnerId(voter),
        .commitment = commitment_of(support, Amount(amount), salt(voter), OwnerId(voter), number)});
  }

  ClaimBallotStatus reveal(std::uint32_t number, std::uint64_t voter, decision::Support support,
                           std::uint64_t amount = 0) {
    return give(RevealClaimVote{.claim = number,
                                .asset = usd,
                                .voter = OwnerId(voter),
                                .support = support,
                                .amount = Amount(amount),
                                .salt = salt(voter),
                                .reason = "read the evidence"});
  }

  struct Vote {
    std::uint64_t voter = 0;
    decision::Support support = decision::Support::in_favour;
    std::uint64_t amount = 0;
  };

  // A whole ballot, from its opening to its count.
  void ballot(std::uint32_t number, const std::vector<Vote>& votes) {
    ok(give(OpenClaimVote{.claim = number}));
    for (const Vote& vote : votes) ok(commit(number, vote.voter, vote.support, vote.amount));
    past(last_ballot(number).commit_ends);
    for (const Vote& vote : votes) ok(reveal(number, vote.voter, vote.support, vote.amount));
    past(last_ballot(number).reveal_ends);
    ok(give(CloseClaimVote{.claim = number}));
  }

  [[nodiscard]] const Claim& claim(std::uint32_t number) const {
    return *claims.claims.find(number);
  }

  [[nodiscard]] const ClaimBallot& last_ballot(std::uint32_t number) const {
    return *ballot_of(claims, claim(number));
  }

  // Lets the deadline of the claim pass and does what that brings.
  ClaimSettlementStatus lapse(std::uint32_t number) {
    past(claim(number).deadline);
    return give(AdvanceClaim{.claim = number});
  }

  ClaimSettlementStatus pay_when_due(std::uint32_t number) {
    past(claim(number).deadline);
    return give(PayClaim{.claim = number});
  }

  [[nodiscard]] base::i128 money(std::uint64_t member) const { return net(accounts[member - 1]); }
};

}  // namespace cofferdam::insurance::test
