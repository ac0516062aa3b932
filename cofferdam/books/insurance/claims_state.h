// SPDX-License-Identifier: Apache-2.0
//
// Claims: from the notice of a loss to its payment, and back when money is recovered.
//
// Their words. An *incident* is what happened; a *claim* asks one cover to pay for it. A claim runs
// on the *rules* that stood when its cover was bound. A *ballot* is one vote on a claim: its
// *voters* and what they weigh are written down when it opens (the *snapshot*). A voter first
// *commits* to a choice by a hash, then *reveals* it with a reason. A *conflict* keeps a voter out:
// the claimants of the incident, the counterparty insured against, whoever bears the loss, whoever
// declares one. A *bond* is laid by who challenges or appeals a decision, and lost with it.
//
// Their laws. A claim goes only where the table of claim_machine.h lets it. Nobody votes twice, nor
// with what was acquired after the snapshot, nor on his own loss. What was paid for a claim is at
// most its approved amount and comes from the reserve of its incident alone. Rules never change: a
// new version is for covers to come. A bond is returned or lost, once. A fraudulent vote is
// punished once.
//
// What they must not know: models, the clock, the disk, who stands behind an owner.
#pragma once

#include "cofferdam/books/fact/fact.h"
#include "cofferdam/books/insurance/claim_ballot_rows.h"
#include "cofferdam/books/insurance/claim_machine.h"
#include "cofferdam/books/insurance/claim_outcome.h"
#include "cofferdam/books/insurance/coded_table.h"
#include "cofferdam/books/insurance/reserve.h"
#include "cofferdam/books/pool/release_rule.h"

#include <compare>
#include <string>
#include <vector>

namespace cofferdam::insurance {

inline constexpr std::size_t kVotersMax = 10'000;  // of one ballot
inline constexpr std::size_t kEvidenceMax = 64;    // of one claim
inline constexpr std::size_t kTriggersMax = 16;    // of one version of rules
inline constexpr std::size_t kClaimsMax = 4'096;   // of one incident
inline constexpr std::size_t kVoteReasonMax = 1'024;
inline constexpr std::size_t kSaltHexDigitsMin = 32;
inline constexpr std::size_t kSaltHexDigitsMax = 128;
inline constexpr Duration kClaimPeriodMax{3'650 * base::kDay.value()};

// Bonds lie in an account of their own in each pool: 0xC0FFE2DA00000A80 in the upper half of its
// id, the number of the pool in the lower.
inline constexpr std::uint64_t kBondAccounts = kInsuranceAccounts | 0x80;

[[nodiscard]] constexpr AccountId bond_account(PoolId pool) {
  return AccountId(base::make_u128(kBondAccounts, pool.value()));
}

enum ClaimPostingCode : std::uint16_t {
  kBondLaid = 951,
  kBondReturned = 952,
  kBondLost = 953,
};

// Whose weight counts in a ballot.
enum class Electorate : std::uint8_t { contributions, stakes };

struct PerilRoute {
  Peril peril = Peril::exchange_insolvency;
  ClaimRoute route = ClaimRoute::vote;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("peril", self.peril, "each at most once");
    visit("route", self.route, "by which its claims are decided");
  }
};

// A recorded fact that decides claims against a peril by itself.
struct ParametricTrigger {
  std::string code;
  Peril peril = Peril::extreme_volatility;
  base::SourceId source;
  std::string fact_key;
  pool::FactComparison comparison = pool::FactComparison::at_least;
  fact::Value value;
  std::uint32_t payout_ppm = kPpmOne;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "unique among the triggers");
    visit("peril", self.peril, "of the covers that it decides");
    visit("source", self.source, "who observes the fact");
    visit("fact_key", self.fact_key, "of what");
    visit("comparison", self.comparison, "of the fact with the value");
    visit("value", self.value, "in the source's scale");
    visit("payout_ppm", self.payout_ppm, "agreed loss, in millionths of the limit");
  }
};

// How claims on covers that are bound from now on are decided.
struct ClaimRules {
  Electorate electorate = Electorate::contributions;
  bool bearers_vote = false;
  decision::BallotRules ballot;
  std::vector<PerilRoute> routes;
  std::vector<ParametricTrigger> triggers;
  Duration evidence_within;
  Duration assess_within;
  Duration vote_within;
  Duration commit_period;
  Duration reveal_period;
  Duration extension;
  Duration extension_most;
  Duration dispute_within;
  Duration cooldown;
  Duration payment_within;
  Duration recovery_within;
  Amount bond;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("electorate", self.electorate,
          "contributions: what members have paid in; stakes: what they hold in the tranches");
    visit("bearers_vote", self.bearers_vote,
          "whether holders of a tranche out of which the incident is reserved may vote");
    visit("ballot", self.ballot, "quorum, majority and cap");
    visit("routes", self.routes, "by peril; vote where none is named");
    visit("triggers", self.triggers, "at most 16");
    visit("evidence_within", self.evidence_within, "from notice");
    visit("assess_within", self.assess_within, "from the first evidence");
    visit("vote_within", self.vote_within, "from a challenge or appeal to its ballot");
    visit("commit_period", self.commit_period, "of a ballot: votes are sealed");
    visit("reveal_period", self.reveal_period, "after it: votes are opened");
    visit("extension", self.extension,
          "a vote sealed less than this before the end moves the end to this after it");
    visit("extension_most", self.extension_most, "most that the end moves in all");
    visit("dispute_within", self.dispute_within, "from a decision to a challenge or appeal");
    visit("cooldown", self.cooldown, "from approval to payment");
    visit("payment_within", self.payment_within, "from the end of the cooldown");
    visit("recovery_within", self.recovery_within, "from payment until the claim may be closed");
    visit("bond", self.bond, "laid by who challenges or appeals");
  }
};

struct ClaimRulesVersion {
  struct Key {
    PoolId pool;
    std::uint32_t version = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AssetId asset;
  std::uint32_t version = 0;
  ClaimRules rules;
  Time set;

  [[nodiscard]] Key key() const { return {pool, version}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what amounts count");
    visit("version", self.version, "counted from 1");
    visit("rules", self.rules, "never changed");
    visit("set", self.set, "when: for covers bound later, the first version for earlier ones too");
  }
};

enum class IncidentStage : std::uint8_t { open, closed };

struct Incident {
  using Key = std::uint32_t;
  std::uint32_t number = 0;
  PoolId pool;
  AssetId asset;
  std::string code;
  Peril peril = Peril::exchange_insolvency;
  OwnerId counterparty;
  std::vector<ExcludedCause> causes;
  Time occurred;
  Time discovered;
  Time declared;
  std::string document;
  IncidentStage stage = IncidentStage::open;
  std::uint32_t claims = 0;
  std::uint32_t open_claims = 0;
  Amount paid;
  Amount recovered;
  Time closed;

  [[nodiscard]] Key key() const { return number; }

  [[nodiscard]] ReserveFor reserve() const {
    return {pool, ReserveKind::incident, number, occurred};
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("number", self.number, "counted from 1");
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what amounts count");
    visit("code", self.code, "short unique name");
    visit("peril", self.peril, "what it is");
    visit("counterparty", self.counterparty, "whose failure it is; 0: nobody's");
    visit("causes", self.causes, "known of it, by which covers may exclude it");
    visit("occurred", self.occurred, "when");
    visit("discovered", self.discovered, "when");
    visit("declared", self.declared, "in these books");
    visit("document", self.document, "SHA-256 of what is known, in hex; empty for none");
    visit("stage", self.stage, "open or closed");
    visit("claims", self.claims, "notified");
    visit("open_claims", self.open_claims, "of them not paid, declined, withdrawn or expired");
    visit("paid", self.paid, "for its claims");
    visit("recovered", self.recovered, "and given back to those who bore it");
    visit("closed", self.closed, "when");
  }
};

struct StorageLoss {
  StorageClass storage = StorageClass::hot;
  Amount loss;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("storage", self.storage, "where the assets were kept");
    visit("loss", self.loss, "of them");
  }
};

struct EvidenceItem {
  std::string document;
  std::string note;
  Time time;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("document", self.document, "its SHA-256 in hex");
    visit("note", self.note, "in words");
    visit("time", self.time, "when it came");
  }
};

// What a loss is found to be: first by the claimant, then by the assessor.
struct Finding {
  Amount loss;
  std::vector<StorageLoss> items;
  Amount recovered;
  std::vector<ExcludedCause> causes;
  std::vector<Warranty> breaches;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("loss", self.loss, "of the insured by this incident");
    visit("items", self.items, "where the cover has sub-limits: each storage once, summing to it");
    visit("recovered", self.recovered, "that the insured has back from elsewhere");
    visit("causes", self.causes, "beside those of the incident");
    visit("breaches", self.breaches, "warranties that were broken");
  }
};

struct Bond {
  OwnerId owner;
  AccountId account;
  Amount amount;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("owner", self.owner, "who laid it; 0: nobody");
    visit("account", self.account, "that paid, and is paid back");
    visit("amount", self.amount, "that lies now");
  }
};

struct Claim {
  using Key = std::uint32_t;
  std::uint32_t number = 0;
  PoolId pool;
  AssetId asset;
  std::uint32_t incident = 0;
  std::string cover;
  OwnerId claimant;
  std::uint32_t rules = 0;
  ClaimStage stage = ClaimStage::notified;
  ClaimRoute route = ClaimRoute::vote;
  std::uint8_t round = 0;
  Verdict verdict = Verdict::open;
  Time deadline;
  Finding finding;
  std::optional<Finding> assessed;
  std::vector<EvidenceItem> evidence;
  std::string assessment;
  bool is_by_ballot = false;
  VoteResult result = VoteResult::not_required;
  Amount median;
  std::string trigger;
  Amount approved;
  Amount paid;
  Amount clawed_back;
  Bond bond;
  Time notified;
  Time settled;

  [[nodiscard]] Key key() const { return number; }

  [[nodiscard]] ClaimCourse course() const { return {stage, route, round, verdict}; }

  // What the decision is about: the assessment, unless a ballot decides.
  [[nodiscard]] const Finding& decided_on() const {
    return assessed && !is_by_ballot ? *assessed : finding;
  }

  // Not paid, declined, withdrawn or expired.
  [[nodiscard]] bool is_open() const { return stage < ClaimStage::paid; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("number", self.number, "counted from 1");
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what amounts count");
    visit("incident", self.incident, "number of the incident");
    visit("cover", self.cover, "code of the cover");
    visit("claimant", self.claimant, "the insured");
    visit("rules", self.rules, "version that stood when the cover was bound");
    visit("stage", self.stage, "how far it is");
    visit("route", self.route, "by what it is decided");
    visit("round", self.round, "ballots opened");
    visit("verdict", self.verdict, "of the last decision");
    visit("deadline", self.deadline, "of the stage, the instant itself in time");
    visit("finding", self.finding, "as claimed: what a ballot decides on");
    visit("assessed", self.assessed, "as assessed, or as the facts of a trigger say");
    visit("evidence", self.evidence, "at most 64");
    visit("assessment", self.assessment, "what the assessor said");
    visit("is_by_ballot", self.is_by_ballot, "whether a ballot decided");
    visit("result", self.result, "of the last ballot that decided");
    visit("median", self.median, "of the amounts that its voters named");
    visit("trigger", self.trigger, "by which it was decided; empty: none");
    visit("approved", self.approved, "to be paid, by cover and decision");
    visit("paid", self.paid, "of it");
    visit("clawed_back", self.clawed_back, "of that, because the insured was made whole elsewhere");
    visit("bond", self.bond, "against the decision");
    visit("notified", self.notified, "when");
    visit("settled", self.settled, "when it was paid, declined, withdrawn or expired");
  }
};

struct ClaimOfIncident {
  struct Key {
    std::uint32_t incident = 0;
    std::uint32_t claim = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  std::uint32_t incident = 0;
  std::uint32_t claim = 0;

  [[nodiscard]] Key key() const { return {incident, claim}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("incident", self.incident, "number of the incident");
    visit("claim", self.claim, "number of one of its claims");
  }
};

// Money that came back for an incident.
struct RecoveryRow {
  using Key = std::uint32_t;
  std::uint32_t number = 0;
  std::uint32_t incident = 0;
  std::uint32_t claim = 0;
  AssetId asset;
  AccountId account;
  Amount amount;
  std::string document;
  Time time;

  [[nodiscard]] Key key() const { return number; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("number", self.number, "counted from 1");
    visit("incident", self.incident, "for which");
    visit("claim", self.claim, "that it was clawed back from; 0: salvage or subrogation");
    visit("asset", self.asset, "of the amount");
    visit("account", self.account, "that it came from");
    visit("amount", self.amount, "given to those who bore the loss, the last to bear first");
    visit("document", self.document, "SHA-256 of the proof, in hex; empty for none");
    visit("time", self.time, "when");
  }
};

struct ClaimsState {
  base::OrderedTable<ClaimRulesVersion> rules;
  CodedTable<Incident> incidents;
  base::OrderedTable<Claim> claims;
  base::OrderedTable<ClaimOfIncident> of_incident;
  base::OrderedTable<ClaimBallot> ballots;
  base::OrderedTable<ClaimVoter> voters;
  base::OrderedTable<DeclaredConflict> conflicts;
  base::OrderedTable<VotePenalty> penalties;
  base::OrderedTable<PunishedOwner> punished;
  base::OrderedTable<RecoveryRow> recoveries;

  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.rules);
    f(self.incidents);
    f(self.claims);
    f(self.of_incident);
    f(self.ballots);
    f(self.voters);
    f(self.conflicts);
    f(self.penalties);
    f(self.punished);
    f(self.recoveries);
  }
};

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::Electorate> {
  static constexpr std::array<std::string_view, 2> kNames{"contributions", "stakes"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::IncidentStage> {
  static constexpr std::array<std::string_view, 2> kNames{"open", "closed"};
};
