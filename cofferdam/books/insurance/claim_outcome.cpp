// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/claim_outcome.h"

#include "cofferdam/base/allocate.h"
#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

namespace cofferdam::insurance {
namespace {

using base::Amount;
using base::Duration;
using base::Rounding;
using base::Time;
using base::u128;

using Fault = std::optional<base::Error>;

Fault fail(std::string field, std::string value, std::string rule, std::string hint = {}) {
  return base::malformed(std::move(field), std::move(value), std::move(rule), std::move(hint))
      .error();
}

std::string at(const std::string& list, std::size_t i) {
  return list + "[" + std::to_string(i) + "]";
}

Fault text_fault(const std::string& field, const std::string& text) {
  if (text.empty() || text.size() > kClaimTextBytesMax)
    return fail(field, text, "must be 1 to 128 bytes");
  return std::nullopt;
}

Fault list_fault(const std::string& field, std::span<const std::string> list) {
  if (list.size() > kCausesMax) return fail(field, std::to_string(list.size()), "at most 32");
  for (std::size_t i = 0; i < list.size(); ++i)
    if (Fault fault = text_fault(at(field, i), list[i])) return fault;
  return std::nullopt;
}

// Codes of one list: each at most once.
template <class Row>
Fault codes_fault(const std::string& field, const std::vector<Row>& rows, std::size_t most) {
  if (rows.size() > most)
    return fail(field, std::to_string(rows.size()), "at most " + std::to_string(most));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (Fault fault = text_fault(at(field, i) + ".code", rows[i].code)) return fault;
    for (std::size_t k = 0; k < i; ++k)
      if (rows[k].code == rows[i].code)
        return fail(at(field, i) + ".code", rows[i].code, "each code at most once");
  }
  return std::nullopt;
}

Fault fault_of(const CoverTerms& cover) {
  if (cover.limit.is_zero()) return fail("cover.limit", "0", "must be above 0");
  if (cover.coinsurance.is_negative() || cover.coinsurance.is_zero() ||
      cover.coinsurance.value() > base::kRateOne)
    return fail("cover.coinsurance",
                base::format_decimal_short(cover.coinsurance.value(), base::kRateScale),
                "must be above 0, at most 1", "it is the part that the cover pays");
  if (cover.expiry <= cover.inception)
    return fail("cover.expiry", base::format_time(cover.expiry), "must be after inception");
  for (const auto& [name, duration] :
       {std::pair{"cover.waiting_period", cover.waiting_period},
        {"cover.extended_reporting_period", cover.extended_reporting_period},
        {"cover.notice_within", cover.notice_within.value_or(Duration())}})
    if (duration.is_negative())
      return fail(name, base::format_duration(duration), "must not be negative");
  if (Fault fault = list_fault("cover.perils", cover.perils)) return fault;
  if (Fault fault = list_fault("cover.warranties", cover.warranties)) return fault;
  if (Fault fault = codes_fault("cover.sub_limits", cover.sub_limits, kSubLimitsMax)) return fault;
  if (Fault fault = codes_fault("cover.exclusions", cover.exclusions, kExclusionsMax)) return fault;
  for (std::size_t i = 0; i < cover.exclusions.size(); ++i)
    if (Fault fault = list_fault(at("cover.exclusions", i) + ".causes", cover.exclusions[i].causes))
      return fault;
  return std::nullopt;
}

Fault fault_of(const IncidentTimes& incident) {
  if (incident.discovered < incident.occurred)
    return fail("incident.discovered", base::format_time(incident.discovered),
                "must not be before it occurred");
  if (incident.notified < incident.discovered)
    return fail("incident.notified", base::format_time(incident.notified),
                "must not be before it was discovered");
  if (Fault fault = list_fault("incident.causes", incident.causes)) return fault;
  return list_fault("incident.breaches", incident.breaches);
}

// The sum of the items; an error that names the one with which it passes 128 bits.
base::Result<Amount> sum_of(std::span<const LossItem> items, std::uint8_t scale) {
  Amount sum;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::optional<Amount> next = base::try_add(sum, items[i].loss);
    if (!next)
      return base::malformed(at("assessed_loss.items", i) + ".loss",
                             base::format_decimal(items[i].loss, scale),
                             "with the items before it beyond 128 bits");
    sum = *next;
  }
  return sum;
}

Fault fault_of(const AssessedLoss& loss, const CoverTerms& cover, std::uint8_t scale) {
  if (Fault fault = codes_fault("assessed_loss.items", loss.items, kSubLimitsMax)) return fault;
  const base::Result<Amount> sum = sum_of(loss.items, scale);
  if (!sum) return sum.error();
  if (!loss.total && loss.items.empty())
    return fail("assessed_loss.total", "", "say the total, or the items");
  if (loss.items.empty() && !cover.sub_limits.empty())
    return fail("assessed_loss.items", "", "must be given: the cover has sub-limits",
                "name the part of the loss under each code");
  if (loss.total && !loss.items.empty() && *loss.total != *sum)
    return fail("assessed_loss.total", base::format_decimal(*loss.total, scale),
                "must be the sum of the items, " + base::format_decimal(*sum, scale));
  return std::nullopt;
}

Time later(Time time, Duration by) {
  return base::try_add(time, by).value_or(Time::max());
}

bool contains(std::span<const std::string> list, const std::string& text) {
  return std::ranges::find(list, text) != list.end();
}

bool any_in(std::span<const std::string> texts, std::span<const std::string> list) {
  return std::ranges::any_of(texts, [&](const std::string& t) { return contains(list, t); });
}

// The running sum and what has been told of it.
class Sum {
 public:
  Sum(Amount loss, std::uint8_t scale, std::vector<OutcomeStep>& steps)
      : left_(loss), scale_(scale), steps_(steps) {}

  [[nodiscard]] Amount left() const { return left_; }

  [[nodiscard]] std::string text(Amount amount) const {
    return base::format_decimal(amount, scale_);
  }

  void lower_to(OutcomeRule rule, Amount to, std::string explanation, std::string code = {}) {
    const Amount left = std::min(left_, to);
    steps_.push_back({.rule = rule,
                      .code = std::move(code),
                      .taken = left_ - left,
                      .left = left,
                      .explanation = std::move(explanation)});
    left_ = left;
  }

  void take(OutcomeRule rule, Amount amount, std::string explanation) {
    lower_to(rule, left_ - std::min(left_, amount), std::move(explanation));
  }

 private:
  Amount left_;
  std::uint8_t scale_;
  std::vector<OutcomeStep>& steps_;
};

void apply_sub_limits(const ClaimOutcomeInput& in, Sum& sum) {
  if (in.cover.sub_limits.empty() || sum.left().is_zero()) return;
  std::vector<u128> weights;
  for (const LossItem& item : in.assessed_loss.items) weights.push_back(item.loss.units());
  const auto parts = base::allocate(sum.left().units(), weights);
  COFFERDAM_CHECK(parts.has_value(), "a sum above zero has items above zero");
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::string& code = in.assessed_loss.items[i].code;
    const auto limit = std::ranges::find(in.cover.sub_limits, code, &SubLimit::code);
    if (limit == in.cover.sub_limits.end()) continue;
    const Amount part((*parts)[i]);
    const Amount over = part - std::min(part, limit->limit);
    sum.lower_to(
        OutcomeRule::sub_limit, sum.left() - over,
        "of " + code + " come " + sum.text(part) + " to the sub-limit " + sum.text(limit->limit),
        code);
  }
}

void apply_limits(const ClaimOutcomeInput& in, Sum& sum) {
  apply_sub_limits(in, sum);
  sum.lower_to(OutcomeRule::limit, in.cover.limit,
               "at most " + sum.text(in.cover.limit) + " for one incident");
}

void apply_coinsurance(const ClaimOutcomeInput& in, Sum& sum) {
  if (in.cover.coinsurance.value() == base::kRateOne) return;
  const auto part = base::try_apply<Rounding::down>(in.cover.coinsurance, sum.left());
  COFFERDAM_CHECK(part.has_value(), "a part of an amount fits");
  sum.lower_to(OutcomeRule::coinsurance, *part,
               "the cover pays " +
                   base::format_decimal_short(in.cover.coinsurance.value(), base::kRateScale) +
                   " of it, rounded down");
}

// Loss, retention and deductible; the status when nothing is left of it.
ClaimStatus apply_deductions(const ClaimOutcomeInput& in, Sum& sum) {
  const CoverTerms& cover = in.cover;
  if (!in.assessed_loss.recovered.is_zero())
    sum.take(OutcomeRule::recovered, in.assessed_loss.recovered,
             "the insured has " + sum.text(in.assessed_loss.recovered) + " back from elsewhere");
  if (sum.left().is_zero()) return ClaimStatus::no_loss;
  if (!cover.retention.is_zero())
    sum.take(OutcomeRule::retention, cover.retention,
             "the insured bears " + sum.text(cover.retention) + " of every incident");
  if (sum.left().is_zero()) return ClaimStatus::within_retention;
  if (cover.deductible.is_zero()) return ClaimStatus::covered;
  if (cover.deductible_kind == DeductibleKind::ordinary) {
    sum.take(OutcomeRule::deductible, cover.deductible,
             "an ordinary deductible of " + sum.text(cover.deductible) + " comes off");
  } else if (sum.left() <= cover.deductible) {
    sum.lower_to(OutcomeRule::deductible, Amount(),
                 "the franchise of " + sum.text(cover.deductible) + " is not exceeded");
  } else {
    sum.lower_to(
        OutcomeRule::deductible, sum.left(),
        "the franchise of " + sum.text(cover.deductible) + " is exceeded: nothing comes off");
  }
  return sum.left().is_zero() ? ClaimStatus::below_deductible : ClaimStatus::covered;
}

// What the cover pays for the incident as a whole, whatever was voted or paid.
ClaimStatus apply_cover(const ClaimOutcomeInput& in, Sum& sum) {
  if (const ClaimStatus status = apply_deductions(in, sum); status != ClaimStatus::covered)
    return status;
  const bool first = in.cover.limit_place == LimitPlace::after_coinsurance;
  if (first) apply_coinsurance(in, sum);
  const Amount before = sum.left();
  apply_limits(in, sum);
  if (sum.left().is_zero() && !before.is_zero()) return ClaimStatus::excluded;
  if (!first) apply_coinsurance(in, sum);
  return sum.left().is_zero() ? ClaimStatus::rounded_to_zero : ClaimStatus::covered;
}

ClaimStatus apply_vote(const ClaimVote& vote, Sum& sum) {
  if (vote.result == VoteResult::no_quorum) return ClaimStatus::no_quorum;
  if (vote.result == VoteResult::refused) return ClaimStatus::refused;
  if (vote.result != VoteResult::partial) return ClaimStatus::covered;
  sum.lower_to(OutcomeRule::vote, vote.amount,
               "the voters' median allows at most " + sum.text(vote.amount));
  return vote.amount.is_zero() ? ClaimStatus::refused : ClaimStatus::covered;
}

std::string reason_of(ClaimStatus status) {
  return std::string(base::EnumText<ClaimStatus>::kDocs[static_cast<std::size_t>(status)]);
}

Coverage refuse(ClaimStatus status, const std::string& detail) {
  return {.status = status, .reason = reason_of(status) + ": " + detail};
}

// The time that the basis asks about.
Time time_by(CoverBasis basis, const IncidentTimes& incident) {
  if (basis == CoverBasis::claims_made) return incident.notified;
  if (basis == CoverBasis::discovery) return incident.discovered;
  return incident.occurred;
}

std::optional<Coverage> period_refusal(const CoverTerms& cover, const IncidentTimes& incident) {
  const bool occurring = cover.basis == CoverBasis::losses_occurring;
  const std::array<std::string_view, 3> words{"occurred ", "notified ", "discovered "};
  const Time time = time_by(cover.basis, incident);
  const Time end = occurring ? cover.expiry : later(cover.expiry, cover.extended_reporting_period);
  const std::string told =
      std::string(words.at(static_cast<std::size_t>(cover.basis))) + base::format_time(time);
  if (time < cover.inception)
    return refuse(ClaimStatus::outside_period,
                  told + ", inception " + base::format_time(cover.inception));
  if (time >= end)
    return refuse(ClaimStatus::outside_period, told + ", end " + base::format_time(end));
  if (incident.occurred >= cover.expiry)
    return refuse(ClaimStatus::outside_period, "occurred " + base::format_time(incident.occurred) +
                                                   ", expiry " + base::format_time(cover.expiry));
  if (!occurring && cover.retroactive_date && incident.occurred < *cover.retroactive_date)
    return refuse(ClaimStatus::before_retroactive_date,
                  base::format_time(incident.occurred) + " is before " +
                      base::format_time(*cover.retroactive_date));
  const Time waited = later(cover.inception, cover.waiting_period);
  if (time < waited)
    return refuse(ClaimStatus::waiting_period, told + ", it ends " + base::format_time(waited));
  return std::nullopt;
}

}  // namespace

Coverage coverage_of(const CoverTerms& cover, const IncidentTimes& incident) {
  if (const auto refusal = period_refusal(cover, incident)) return *refusal;
  if (cover.notice_within) {
    const Time last = later(incident.discovered, *cover.notice_within);
    if (incident.notified > last)
      return refuse(ClaimStatus::late_notice, "notified " + base::format_time(incident.notified) +
                                                  ", the last time was " + base::format_time(last));
  }
  if (!cover.perils.empty() && !any_in(incident.causes, cover.perils))
    return {.status = ClaimStatus::peril_not_insured,
            .reason = reason_of(ClaimStatus::peril_not_insured)};
  for (const Exclusion& exclusion : cover.exclusions) {
    const std::vector<std::string> itself{exclusion.code};
    if (any_in(incident.causes, exclusion.causes.empty() ? itself : exclusion.causes))
      return refuse(ClaimStatus::excluded, "by " + exclusion.code);
  }
  for (const std::string& warranty : cover.warranties)
    if (contains(incident.breaches, warranty))
      return refuse(ClaimStatus::warranty_breached, warranty);
  return {.status = ClaimStatus::covered, .reason = reason_of(ClaimStatus::covered)};
}

base::Result<ClaimOutcomeOutput> claim_outcome(const ClaimOutcomeInput& in) {
  Fault fault;
  if (in.scale > base::kScaleMax) fault = fail("scale", std::to_string(in.scale), "at most 38");
  if (!fault) fault = fault_of(in.cover);
  if (!fault) fault = fault_of(in.incident);
  if (!fault) fault = fault_of(in.assessed_loss, in.cover, in.scale);
  if (fault) return std::unexpected(*std::move(fault));

  const AssessedLoss& assessed = in.assessed_loss;
  const Amount total = assessed.total ? *assessed.total : *sum_of(assessed.items, in.scale);
  ClaimOutcomeOutput out;
  out.loss = total - std::min(total, assessed.recovered);
  out.aggregate_after = in.cover.remaining_aggregate;

  const Coverage coverage = coverage_of(in.cover, in.incident);
  out.status = coverage.status;
  out.reason = coverage.reason;
  if (out.status == ClaimStatus::covered) {
    Sum sum(total, in.scale, out.steps);
    sum.lower_to(OutcomeRule::loss, total, "the assessed loss of the incident");
    out.status = apply_cover(in, sum);
    if (out.status == ClaimStatus::covered) out.status = apply_vote(in.vote, sum);
    if (out.status == ClaimStatus::covered) {
      out.entitlement = sum.left();
      if (!in.paid_before.is_zero())
        sum.take(OutcomeRule::paid_before, in.paid_before,
                 sum.text(in.paid_before) + " were paid before for this incident");
      if (sum.left().is_zero() && !in.paid_before.is_zero())
        out.status = ClaimStatus::paid_in_full;
      else if (in.cover.remaining_aggregate) {
        const Amount aggregate = *in.cover.remaining_aggregate;
        sum.lower_to(OutcomeRule::remaining_aggregate, aggregate,
                     sum.text(aggregate) + " are left of the aggregate limit");
        out.aggregate_after = aggregate - sum.left();
        if (aggregate.is_zero()) out.status = ClaimStatus::aggregate_exhausted;
      }
      out.payout = sum.left();
    }
    out.reason = reason_of(out.status);
  }
  const bool voted_down =
      out.status == ClaimStatus::refused || out.status == ClaimStatus::no_quorum;
  // What earlier votes gave stays, but never beyond what is still lost.
  const Amount kept = std::min(in.paid_before, voted_down ? out.loss : out.entitlement);
  out.overpaid = in.paid_before - kept;
  out.borne_by_insured = out.loss - std::min(out.loss, kept + out.payout);
  return out;
}

}  // namespace cofferdam::insurance
