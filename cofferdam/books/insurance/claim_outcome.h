// SPDX-License-Identifier: Apache-2.0
//
// What a cover pays for an incident: one pure function, used by the calculator of the same name and
// by the payment of a claim. First the conditions, in order of precedence, each with its status;
// then the sum, step by step:
//
//   loss        assessed, less what the insured has back from elsewhere
//   retention   taken off first: the insured's own part of every loss
//   deductible  ordinary: taken off; franchise: nothing unless the rest exceeds it, then all of it
//   sub-limits  the rest split over the items by their losses (largest remainder, ties to the
//               item named first), each part at most its sub-limit
//   limit       of one incident
//   coinsurance the part that is paid, rounded down; after the limit as "80 % of 10 m excess of
//               250 k" is read, or before it where the cover says so
//   vote        a partial vote caps the sum at its amount
//   paid before for the same incident comes off
//   aggregate   what is left of it caps what is paid now
//
// So without coinsurance, retention and earlier payments the payout is
// min(limit, sub-limit, remaining aggregate, loss less deductible).
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/base/number.h"
#include "cofferdam/base/time.h"
#include "cofferdam/books/insurance/cover_basis.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::insurance {

inline constexpr std::size_t kSubLimitsMax = 64;
inline constexpr std::size_t kExclusionsMax = 64;
inline constexpr std::size_t kCausesMax = 32;
inline constexpr std::size_t kClaimTextBytesMax = 128;

enum class DeductibleKind : std::uint8_t { ordinary, franchise };
enum class LimitPlace : std::uint8_t { before_coinsurance, after_coinsurance };

struct SubLimit {
  std::string code;
  base::Amount limit;

  friend bool operator==(const SubLimit&, const SubLimit&) = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "the item: hot, warm, cold, a market, an asset");
    visit("limit", self.limit, "the most that is paid for it in one incident");
  }
};

struct Exclusion {
  std::string code;
  std::vector<std::string> causes;

  friend bool operator==(const Exclusion&, const Exclusion&) = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "by which it is quoted when it applies");
    visit("causes", self.causes, "any one of them excludes; empty: the code itself is the cause");
  }
};

struct CoverTerms {
  std::vector<std::string> perils;
  base::Amount limit;
  std::vector<SubLimit> sub_limits;
  std::optional<base::Amount> remaining_aggregate;
  base::Amount deductible;
  DeductibleKind deductible_kind = DeductibleKind::ordinary;
  base::Rate coinsurance{base::kRateOne};
  LimitPlace limit_place = LimitPlace::before_coinsurance;
  base::Amount retention;
  CoverBasis basis = CoverBasis::losses_occurring;
  base::Time inception;
  base::Time expiry;
  base::Duration waiting_period;
  std::optional<base::Time> retroactive_date;
  base::Duration extended_reporting_period;
  std::optional<base::Duration> notice_within;
  std::vector<Exclusion> exclusions;
  std::vector<std::string> warranties;

  static constexpr std::array<std::string_view, 3> kRequired{"limit", "inception", "expiry"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("perils", self.perils, "causes that are insured; empty: any that is not excluded");
    visit("limit", self.limit, "of one incident");
    visit("sub_limits", self.sub_limits, "at most 64, each code once");
    visit("remaining_aggregate", self.remaining_aggregate,
          "left of the aggregate limit now, earlier payments taken off; null for no aggregate");
    visit("deductible", self.deductible, "of one incident");
    visit("deductible_kind", self.deductible_kind, "ordinary or franchise");
    visit("coinsurance", self.coinsurance, "the part that the cover pays, above 0, at most 1");
    visit("limit_place", self.limit_place, "whether the limits cap before or after coinsurance");
    visit("retention", self.retention, "borne by the insured before the deductible is judged");
    visit("basis", self.basis, "which of the times must lie in the period");
    visit("inception", self.inception, "first instant of the period");
    visit("expiry", self.expiry, "first instant after the period");
    visit("waiting_period", self.waiting_period,
          "from inception: nothing is covered whose time by the basis lies within it");
    visit("retroactive_date", self.retroactive_date,
          "claims_made and discovery: not covered if it occurred before; null for none");
    visit("extended_reporting_period", self.extended_reporting_period,
          "claims_made: notice, discovery: discovery, may come this long after expiry");
    visit("notice_within", self.notice_within,
          "from discovery to notice, the last instant included; null for no limit");
    visit("exclusions", self.exclusions, "at most 64, judged in this order");
    visit("warranties", self.warranties, "what the insured has promised; a breach excludes");
  }
};

struct IncidentTimes {
  base::Time occurred;
  base::Time discovered;
  base::Time notified;
  std::vector<std::string> causes;
  std::vector<std::string> breaches;

  static constexpr std::array<std::string_view, 3> kRequired{"occurred", "discovered", "notified"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("occurred", self.occurred, "");
    visit("discovered", self.discovered, "not before it occurred");
    visit("notified", self.notified, "to the pool; not before it was discovered");
    visit("causes", self.causes, "at most 32: an insured one is enough, an excluded one excludes");
    visit("breaches", self.breaches, "warranties that the insured has broken");
  }
};

struct LossItem {
  std::string code;
  base::Amount loss;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "of a sub-limit; others have the limit of the cover only");
    visit("loss", self.loss, "part of the assessed loss");
  }
};

struct AssessedLoss {
  std::optional<base::Amount> total;
  std::vector<LossItem> items;
  base::Amount recovered;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("total", self.total, "of the whole incident so far; null: the sum of the items");
    visit("items", self.items, "at most 64, each code once; their sum must be the total");
    visit("recovered", self.recovered, "what the insured has back from elsewhere");
  }
};

enum class VoteResult : std::uint8_t { not_required, accepted, partial, refused, no_quorum };

struct ClaimVote {
  VoteResult result = VoteResult::accepted;
  base::Amount amount;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("result", self.result, "");
    visit("amount", self.amount, "partial: the median, the most that is paid for the incident");
  }
};

struct ClaimOutcomeInput {
  std::uint8_t scale = 2;
  CoverTerms cover;
  IncidentTimes incident;
  AssessedLoss assessed_loss;
  ClaimVote vote;
  base::Amount paid_before;

  static constexpr std::array<std::string_view, 3> kRequired{"cover", "incident", "assessed_loss"};
  static constexpr std::string_view kDoc =
      "What a cover pays for an incident, whether and why, step by step, and what remains of its "
      "aggregate.";
  static constexpr std::string_view kSource =
      "payment of an ordinary and a franchise deductible, limit and coinsurance: Klugman, Panjer "
      "and Willmot, Loss Models, 4th ed., ch. 8; bases: losses occurring, claims made, discovery; "
      "parts by largest remainder (Hamilton 1792)";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of every amount, 0 to 38");
    visit("cover", self.cover, "as it was frozen at inception");
    visit("incident", self.incident, "");
    visit("assessed_loss", self.assessed_loss, "");
    visit("vote", self.vote, "accepted when left out");
    visit("paid_before", self.paid_before, "under this cover for this incident");
  }
};

// In order of precedence; `excluded` stands a second time behind below_deductible, where every lost
// item has a sub-limit of zero.
enum class ClaimStatus : std::uint8_t {
  covered,
  outside_period,
  before_retroactive_date,
  waiting_period,
  late_notice,
  peril_not_insured,
  excluded,
  warranty_breached,
  no_loss,
  within_retention,
  below_deductible,
  rounded_to_zero,
  no_quorum,
  refused,
  paid_in_full,
  aggregate_exhausted,
};

enum class OutcomeRule : std::uint8_t {
  loss,
  recovered,
  retention,
  deductible,
  sub_limit,
  limit,
  coinsurance,
  vote,
  paid_before,
  remaining_aggregate,
};

struct OutcomeStep {
  OutcomeRule rule = OutcomeRule::loss;
  std::string code;
  base::Amount taken;
  base::Amount left;
  std::string explanation;

  friend bool operator==(const OutcomeStep&, const OutcomeStep&) = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("rule", self.rule, "");
    visit("code", self.code, "of the sub-limit, else empty");
    visit("taken", self.taken, "off the sum by this rule");
    visit("left", self.left, "of the sum after it");
    visit("explanation", self.explanation, "in words");
  }
};

struct ClaimOutcomeOutput {
  ClaimStatus status = ClaimStatus::covered;
  std::string reason;
  base::Amount loss;
  base::Amount entitlement;
  base::Amount payout;
  base::Amount overpaid;
  base::Amount borne_by_insured;
  std::optional<base::Amount> aggregate_after;
  std::vector<OutcomeStep> steps;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("status", self.status, "covered, or the first condition that speaks against it");
    visit("reason", self.reason, "in words; names the exclusion or warranty");
    visit("loss", self.loss, "assessed less recovered: what is still lost");
    visit("entitlement", self.entitlement, "of the whole incident, before earlier payments");
    visit("payout", self.payout, "now");
    visit("overpaid", self.overpaid,
          "paid before beyond the entitlement: to be given back; where a vote refuses more, only "
          "what is beyond the loss");
    visit("borne_by_insured", self.borne_by_insured,
          "loss less what was paid before and now, an overpaid part counted as given back");
    visit("aggregate_after", self.aggregate_after, "left after the payout; null for no aggregate");
    visit("steps", self.steps, "how the sum came about; empty when a condition fails");
  }
};

[[nodiscard]] base::Result<ClaimOutcomeOutput> claim_outcome(const ClaimOutcomeInput& input);

// The conditions alone: covered, or the first that speaks against it, with its words.
struct Coverage {
  ClaimStatus status = ClaimStatus::covered;
  std::string reason;
};

[[nodiscard]] Coverage coverage_of(const CoverTerms& cover, const IncidentTimes& incident);

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::DeductibleKind> {
  static constexpr std::array<std::string_view, 2> kNames{"ordinary", "franchise"};
  static constexpr std::array<std::string_view, 2> kDocs{
      "what exceeds it is paid", "the whole loss is paid when it exceeds it, else nothing"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::LimitPlace> {
  static constexpr std::array<std::string_view, 2> kNames{"before_coinsurance",
                                                          "after_coinsurance"};
  static constexpr std::array<std::string_view, 2> kDocs{
      "coinsurance x min(loss less deductible, limit)",
      "min(coinsurance x (loss less deductible), limit)"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::VoteResult> {
  static constexpr std::array<std::string_view, 5> kNames{"not_required", "accepted", "partial",
                                                          "refused", "no_quorum"};
  static constexpr std::array<std::string_view, 5> kDocs{
      "a parametric trigger on recorded facts decides", "for what the cover pays",
      "for at most the amount", "against", "too few voted: nothing is paid on it"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::ClaimStatus> {
  static constexpr std::array<std::string_view, 16> kNames{"covered",
                                                           "outside_period",
                                                           "before_retroactive_date",
                                                           "waiting_period",
                                                           "late_notice",
                                                           "peril_not_insured",
                                                           "excluded",
                                                           "warranty_breached",
                                                           "no_loss",
                                                           "within_retention",
                                                           "below_deductible",
                                                           "rounded_to_zero",
                                                           "no_quorum",
                                                           "refused",
                                                           "paid_in_full",
                                                           "aggregate_exhausted"};
  static constexpr std::array<std::string_view, 16> kDocs{
      "is paid",
      "the time that the basis asks about is not in the period",
      "occurred before the retroactive date",
      "the time that the basis asks about is in the waiting period",
      "notice came later after discovery than the cover allows",
      "no cause is an insured peril",
      "a cause is excluded, or every lost item has a sub-limit of zero",
      "a warranty of the cover was broken",
      "nothing is lost, or all of it is recovered",
      "the loss does not exceed the retention",
      "the loss does not exceed the deductible",
      "the part that the cover pays is less than one smallest unit",
      "too few voted",
      "the vote was against",
      "earlier payments have reached the entitlement",
      "nothing is left of the aggregate"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::OutcomeRule> {
  static constexpr std::array<std::string_view, 10> kNames{
      "loss",  "recovered",   "retention", "deductible",  "sub_limit",
      "limit", "coinsurance", "vote",      "paid_before", "remaining_aggregate"};
};
