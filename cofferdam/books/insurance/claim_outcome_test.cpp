// SPDX-License-Identifier: Apache-2.0
//
// What a cover pays: worked by hand, against the plain formula, and never beyond any bound.
#include "cofferdam/books/insurance/claim_outcome.h"

#include "tests/calculator_json.h"
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <filesystem>
#include <limits>

namespace cofferdam::insurance {
namespace {

using base::Amount;
using base::Duration;
using base::Rate;
using base::Time;
using base::u128;

Time day(std::int64_t n) {
  return Time(n * base::kDay.value());
}

Duration days(std::int64_t n) {
  return Duration(n * base::kDay.value());
}

// A year of cover from day 1000 on, 1,000,000 of limit, loss 400,000 on day 1100.
ClaimOutcomeInput plain() {
  ClaimOutcomeInput in;
  in.scale = 0;
  in.cover.limit = Amount(1'000'000);
  in.cover.inception = day(1'000);
  in.cover.expiry = day(1'365);
  in.incident.occurred = day(1'100);
  in.incident.discovered = day(1'101);
  in.incident.notified = day(1'102);
  in.incident.causes = {"exploit"};
  in.assessed_loss.total = Amount(400'000);
  return in;
}

ClaimOutcomeOutput out_of(const ClaimOutcomeInput& in) {
  const auto out = claim_outcome(in);
  EXPECT_TRUE(out.has_value()) << out.error().text();
  return out.value_or(ClaimOutcomeOutput{});
}

TEST(ClaimOutcome, ExamplesOfTheDocuments) {
  std::filesystem::path root = std::filesystem::path(__FILE__);
  for (int i = 0; i < 4; ++i) root = root.parent_path();
  const testing::Json example =
      testing::read_json_file((root / "examples/calculators/claim-outcome.json").string());
  EXPECT_EQ(testing::run(claim_outcome, example.at("input")).dump(1), example.at("output").dump(1));
}

TEST(ClaimOutcome, DeductiblesAtTheirEdges) {
  ClaimOutcomeInput in = plain();
  in.cover.deductible = Amount(400'000);
  for (const DeductibleKind kind : {DeductibleKind::ordinary, DeductibleKind::franchise}) {
    in.cover.deductible_kind = kind;
    in.assessed_loss.total = Amount(400'000);
    EXPECT_EQ(out_of(in).status, ClaimStatus::below_deductible);
    EXPECT_TRUE(out_of(in).payout.is_zero());
    in.assessed_loss.total = Amount(400'001);
    EXPECT_EQ(out_of(in).payout, Amount(kind == DeductibleKind::ordinary ? 1 : 400'001));
  }
}

TEST(ClaimOutcome, CoinsuranceAfterAndBeforeTheLimit) {
  ClaimOutcomeInput in = plain();
  in.assessed_loss.total = Amount(2'000'000);
  in.cover.deductible = Amount(100'000);
  in.cover.coinsurance = Rate(base::kRateOne / 5 * 4);
  EXPECT_EQ(out_of(in).payout, Amount(800'000));  // 80 % of 1 m excess of 100 k
  in.cover.limit_place = LimitPlace::after_coinsurance;
  EXPECT_EQ(out_of(in).payout, Amount(1'000'000));  // min(1 m, 80 % of 1.9 m)
  in.assessed_loss.total = Amount(100'003);
  EXPECT_EQ(out_of(in).payout, Amount(2));  // 2.4 rounded down
}

TEST(ClaimOutcome, SubLimitsShareTheDeductibleByTheirLosses) {
  ClaimOutcomeInput in = plain();
  in.cover.sub_limits = {{"hot", Amount(150'000)}, {"warm", Amount(300'000)}, {"none", Amount()}};
  EXPECT_FALSE(claim_outcome(in).has_value());  // the parts are not named
  in.assessed_loss.items = {
      {"hot", Amount(300'000)}, {"warm", Amount(60'000)}, {"cold", Amount(40'000)}};
  in.cover.deductible = Amount(40'000);
  // 360,000 as 270,000 + 54,000 + 36,000; hot is cut to 150,000.
  const ClaimOutcomeOutput out = out_of(in);
  EXPECT_EQ(out.payout, Amount(240'000));
  EXPECT_EQ(out.borne_by_insured, Amount(160'000));
  in.assessed_loss.items = {{"none", Amount(400'000)}};
  EXPECT_EQ(out_of(in).status, ClaimStatus::excluded);
  in.assessed_loss.items = {{"hot", Amount(1)}};
  EXPECT_FALSE(claim_outcome(in).has_value());  // not the total
  in.assessed_loss.items = {{"hot", Amount(200'000)}, {"hot", Amount(200'000)}};
  EXPECT_FALSE(claim_outcome(in).has_value());  // named twice
}

TEST(ClaimOutcome, BasesAskForDifferentTimes) {
  struct Case {
    CoverBasis basis;
    std::int64_t occurred, discovered, notified;
    ClaimStatus expected;
  };

  constexpr auto kOccurring = CoverBasis::losses_occurring;
  constexpr auto kMade = CoverBasis::claims_made;
  constexpr auto kDiscovery = CoverBasis::discovery;
  constexpr auto kOutside = ClaimStatus::outside_period;
  ClaimOutcomeInput in = plain();
  in.cover.extended_reporting_period = days(30);
  in.cover.retroactive_date = day(900);
  in.cover.waiting_period = days(1);
  for (const Case& c :
       {Case{kOccurring, 999, 1'100, 1'100, kOutside},
        Case{kOccurring, 1'000, 1'100, 1'100, ClaimStatus::waiting_period},
        Case{kOccurring, 1'001, 1'500, 1'500, ClaimStatus::covered},
        Case{kOccurring, 1'364, 1'500, 1'500, ClaimStatus::covered},
        Case{kOccurring, 1'365, 1'500, 1'500, kOutside},
        Case{kMade, 899, 1'100, 1'100, ClaimStatus::before_retroactive_date},
        Case{kMade, 900, 950, 999, kOutside}, Case{kMade, 900, 950, 1'001, ClaimStatus::covered},
        Case{kMade, 900, 950, 1'000, ClaimStatus::waiting_period},
        Case{kMade, 1'364, 1'394, 1'394, ClaimStatus::covered},
        Case{kMade, 1'364, 1'394, 1'395, kOutside}, Case{kMade, 1'365, 1'370, 1'370, kOutside},
        Case{kDiscovery, 900, 999, 1'100, kOutside},
        Case{kDiscovery, 900, 1'001, 1'100, ClaimStatus::covered},
        Case{kDiscovery, 1'300, 1'394, 2'000, ClaimStatus::covered},
        Case{kDiscovery, 1'300, 1'395, 1'395, kOutside}}) {
    in.cover.basis = c.basis;
    in.incident.occurred = day(c.occurred);
    in.incident.discovered = day(c.discovered);
    in.incident.notified = day(c.notified);
    EXPECT_EQ(out_of(in).status, c.expected)
        << base::name_of(c.basis) << ' ' << c.occurred << ' ' << c.discovered << ' ' << c.notified;
  }
}

// Each condition alone, and the earlier one first when all are broken.
TEST(ClaimOutcome, ConditionsInOrderOfPrecedence) {
  ClaimOutcomeInput in = plain();
  const auto status = [&in] { return out_of(in).status; };
  in.cover.remaining_aggregate = Amount();
  EXPECT_EQ(status(), ClaimStatus::aggregate_exhausted);
  in.paid_before = Amount(400'000);
  EXPECT_EQ(status(), ClaimStatus::paid_in_full);
  in.vote = {.result = VoteResult::refused, .amount = Amount()};
  EXPECT_EQ(status(), ClaimStatus::refused);
  EXPECT_TRUE(out_of(in).overpaid.is_zero());
  in.vote.result = VoteResult::no_quorum;
  EXPECT_EQ(status(), ClaimStatus::no_quorum);
  in.cover.deductible = Amount(400'000);
  EXPECT_EQ(status(), ClaimStatus::below_deductible);
  in.cover.retention = Amount(400'000);
  EXPECT_EQ(status(), ClaimStatus::within_retention);
  in.assessed_loss.recovered = Amount(500'000);
  EXPECT_EQ(status(), ClaimStatus::no_loss);
  EXPECT_EQ(out_of(in).overpaid, Amount(400'000));
  in.cover.warranties = {"two_signatures"};
  in.incident.breaches = {"two_signatures"};
  EXPECT_EQ(status(), ClaimStatus::warranty_breached);
  in.cover.exclusions = {{"war", {}}, {"own-fault", {"insider", "exploit"}}};
  EXPECT_EQ(status(), ClaimStatus::excluded);
  EXPECT_NE(out_of(in).reason.find("own-fault"), std::string::npos);
  in.cover.perils = {"insolvency"};
  EXPECT_EQ(status(), ClaimStatus::peril_not_insured);
  in.cover.notice_within = Duration(base::kDay.value() - 1);
  EXPECT_EQ(status(), ClaimStatus::late_notice);
  in.cover.waiting_period = days(101);
  EXPECT_EQ(status(), ClaimStatus::waiting_period);
  in.cover.inception = day(1'101);
  EXPECT_EQ(status(), ClaimStatus::outside_period);
  EXPECT_TRUE(out_of(in).steps.empty());
  in.cover.notice_within = base::kDay;
  in.cover.inception = day(1'000);
  in.cover.waiting_period = Duration();
  EXPECT_EQ(status(), ClaimStatus::peril_not_insured);  // the last instant still counts
}

TEST(ClaimOutcome, WhatWasPaidBeforeComesOff) {
  ClaimOutcomeInput in = plain();
  in.paid_before = Amount(150'000);
  in.cover.remaining_aggregate = Amount(200'000);
  ClaimOutcomeOutput out = out_of(in);
  EXPECT_EQ(out.entitlement, Amount(400'000));
  EXPECT_EQ(out.payout, Amount(200'000));
  EXPECT_EQ(out.aggregate_after, Amount());
  EXPECT_EQ(out.borne_by_insured, Amount(50'000));
  // Recovered afterwards: what was paid too much is named, nothing is paid.
  in.assessed_loss.recovered = Amount(300'000);
  out = out_of(in);
  EXPECT_EQ(out.status, ClaimStatus::paid_in_full);
  EXPECT_EQ(out.overpaid, Amount(50'000));
  in.vote = {.result = VoteResult::partial, .amount = Amount(120'000)};
  in.assessed_loss.recovered = Amount();
  out = out_of(in);
  EXPECT_EQ(out.entitlement, Amount(120'000));
  EXPECT_EQ(out.overpaid, Amount(30'000));
  in.vote.amount = Amount();
  EXPECT_EQ(out_of(in).status, ClaimStatus::refused);
}

// Loss 400,000, of which 300,000 came back: of 150,000 paid before, 50,000 are beyond the loss.
TEST(ClaimOutcome, AVoteThatRefusesMoreKeepsNoMoreThanTheLoss) {
  ClaimOutcomeInput in = plain();
  in.paid_before = Amount(150'000);
  in.assessed_loss.recovered = Amount(300'000);
  for (const VoteResult result : {VoteResult::refused, VoteResult::no_quorum}) {
    in.vote.result = result;
    const ClaimOutcomeOutput out = out_of(in);
    EXPECT_EQ(out.overpaid, Amount(50'000));
    EXPECT_EQ(out.borne_by_insured, Amount());
  }
  in.assessed_loss.recovered = Amount();
  EXPECT_EQ(out_of(in).overpaid, Amount());
  EXPECT_EQ(out_of(in).borne_by_insured, Amount(250'000));
}

TEST(ClaimOutcome, ASumThatRoundsToZeroSaysSo) {
  ClaimOutcomeInput in = plain();
  in.assessed_loss.total = Amount(1);
  in.cover.coinsurance = Rate(base::kRateOne / 2);
  for (const LimitPlace place : {LimitPlace::before_coinsurance, LimitPlace::after_coinsurance}) {
    in.cover.limit_place = place;
    EXPECT_EQ(out_of(in).status, ClaimStatus::rounded_to_zero);
    EXPECT_EQ(out_of(in).payout, Amount());
    in.vote.result = VoteResult::refused;
    EXPECT_EQ(out_of(in).status, ClaimStatus::rounded_to_zero);
    in.vote.result = VoteResult::accepted;
  }
  in.assessed_loss.total = Amount(2);
  EXPECT_EQ(out_of(in).status, ClaimStatus::covered);
}

TEST(ClaimOutcome, RefusalsNameTheEntry) {
  const auto field = [](auto&& change) {
    ClaimOutcomeInput in = plain();
    change(in);
    const auto out = claim_outcome(in);
    return out ? "accepted" : out.error().field;
  };
  EXPECT_EQ(field([](auto& in) { in.cover.perils = {"a", ""}; }), "cover.perils[1]");
  EXPECT_EQ(field([](auto& in) { in.incident.causes = {"a", "b", ""}; }), "incident.causes[2]");
  EXPECT_EQ(field([](auto& in) { in.cover.exclusions = {{"x", {}}, {"y", {"z", ""}}}; }),
            "cover.exclusions[1].causes[1]");
  EXPECT_EQ(field([](auto& in) {
              in.cover.sub_limits = {{"a", Amount(1)}, {"b", Amount(1)}, {"a", Amount(1)}};
            }),
            "cover.sub_limits[2].code");
  EXPECT_EQ(
      field([](auto& in) { in.assessed_loss.items = {{"a", Amount::max()}, {"b", Amount(1)}}; }),
      "assessed_loss.items[1].loss");
}

TEST(ClaimOutcome, RefusesWhatCannotBe) {
  const auto refused = [](auto&& change) {
    ClaimOutcomeInput in = plain();
    change(in);
    return !claim_outcome(in).has_value();
  };
  EXPECT_TRUE(refused([](auto& in) { in.scale = 39; }));
  EXPECT_TRUE(refused([](auto& in) { in.cover.limit = Amount(); }));
  EXPECT_TRUE(refused([](auto& in) { in.cover.coinsurance = Rate(); }));
  EXPECT_TRUE(refused([](auto& in) { in.cover.coinsurance = Rate(base::kRateOne + 1); }));
  EXPECT_TRUE(refused([](auto& in) { in.cover.expiry = in.cover.inception; }));
  EXPECT_TRUE(refused([](auto& in) { in.cover.waiting_period = Duration(-1); }));
  EXPECT_TRUE(refused([](auto& in) { in.incident.discovered = day(1'099); }));
  EXPECT_TRUE(refused([](auto& in) { in.incident.notified = day(1'100); }));
  EXPECT_TRUE(refused([](auto& in) { in.assessed_loss.total.reset(); }));
  EXPECT_TRUE(refused([](auto& in) { in.cover.exclusions.resize(kExclusionsMax + 1); }));
  EXPECT_TRUE(
      refused([](auto& in) { in.assessed_loss.items = {{"a", Amount::max()}, {"b", Amount(1)}}; }));
  // The whole range is taken: no sum of times or amounts runs over.
  ClaimOutcomeInput in = plain();
  in.assessed_loss.total = Amount::max();
  in.cover.limit = Amount::max();
  in.cover.waiting_period = Duration();
  in.cover.notice_within = Duration(std::numeric_limits<std::int64_t>::max());
  in.cover.extended_reporting_period = *in.cover.notice_within;
  EXPECT_EQ(out_of(in).payout, Amount::max());
  in.cover.waiting_period = *in.cover.notice_within;
  EXPECT_EQ(out_of(in).status, ClaimStatus::waiting_period);
}

// Against the formula of one line, and each bound by itself.
TEST(ClaimOutcomeProperty, IsTheLeastOfItsBounds) {
  rc::check("min(limit, remaining aggregate, loss less deductible)", [] {
    ClaimOutcomeInput in = plain();
    const auto draw = [] { return *rc::gen::inRange<std::uint64_t>(0, 2'000); };
    const std::uint64_t loss = draw();
    const std::uint64_t limit = draw() + 1;
    const std::uint64_t deductible = draw() / 2;
    const std::uint64_t aggregate = draw();
    in.assessed_loss.total = Amount(loss);
    in.cover.limit = Amount(limit);
    in.cover.deductible = Amount(deductible);
    in.cover.remaining_aggregate = Amount(aggregate);
    const std::uint64_t expected = std::min({limit, aggregate, loss - std::min(loss, deductible)});
    const ClaimOutcomeOutput out = out_of(in);
    RC_ASSERT(out.payout == Amount(expected));
    RC_ASSERT(*out.aggregate_after + out.payout == Amount(aggregate));
  });
}

TEST(ClaimOutcomeProperty, NeverBeyondABoundAndStepsAddUp) {
  rc::check("bounds and steps of any cover", [] {
    ClaimOutcomeInput in = plain();
    const auto draw = [] { return Amount(*rc::gen::inRange<std::uint64_t>(0, 2'000)); };
    for (const char* code : {"a", "b", "c"}) {
      in.assessed_loss.items.push_back({code, draw()});
      if (*rc::gen::arbitrary<bool>()) in.cover.sub_limits.push_back({code, draw()});
    }
    in.assessed_loss.total.reset();
    in.assessed_loss.recovered = Amount(draw().units() / 4);
    in.cover.limit = draw() + Amount(1);
    in.cover.deductible = draw();
    in.cover.retention = Amount(draw().units() / 4);
    in.cover.deductible_kind =
        *rc::gen::element(DeductibleKind::ordinary, DeductibleKind::franchise);
    in.cover.limit_place =
        *rc::gen::element(LimitPlace::before_coinsurance, LimitPlace::after_coinsurance);
    in.cover.coinsurance = Rate(*rc::gen::inRange<std::int64_t>(1, 1'001) * base::kRateOne / 1'000);
    in.cover.remaining_aggregate = draw();
    in.paid_before = Amount(draw().units() / 2);
    in.vote = {.result = *rc::gen::element(VoteResult::accepted, VoteResult::partial),
               .amount = draw()};
    const ClaimOutcomeOutput out = out_of(in);
    RC_ASSERT(out.payout <= in.cover.limit);
    RC_ASSERT(out.payout <= *in.cover.remaining_aggregate);
    RC_ASSERT(out.entitlement <= out.loss);
    RC_ASSERT(in.paid_before - out.overpaid + out.payout <= out.entitlement);
    RC_ASSERT(out.borne_by_insured + (in.paid_before - out.overpaid) + out.payout == out.loss);
    if (in.vote.result == VoteResult::partial) RC_ASSERT(out.entitlement <= in.vote.amount);
    Amount insured = Amount();
    for (const LossItem& item : in.assessed_loss.items) {
      const auto limit = std::ranges::find(in.cover.sub_limits, item.code, &SubLimit::code);
      insured += limit == in.cover.sub_limits.end() ? item.loss : std::min(item.loss, limit->limit);
    }
    RC_ASSERT(out.entitlement <= insured);
    Amount left = out.steps.front().left;
    for (std::size_t i = 1; i < out.steps.size(); ++i) {
      RC_ASSERT(left == out.steps[i].left + out.steps[i].taken);
      left = out.steps[i].left;
    }
    if (out.status == ClaimStatus::covered) RC_ASSERT(left == out.payout);
  });
}

TEST(ClaimOutcomeProperty, MoreLossNeverPaysLess) {
  rc::check("monotone in the loss", [] {
    ClaimOutcomeInput in = plain();
    const auto draw = [] { return Amount(*rc::gen::inRange<std::uint64_t>(1, 2'000)); };
    in.cover.limit = draw();
    in.cover.deductible = draw();
    in.cover.deductible_kind =
        *rc::gen::element(DeductibleKind::ordinary, DeductibleKind::franchise);
    in.assessed_loss.total = draw();
    const Amount before = out_of(in).payout;
    in.assessed_loss.total = *in.assessed_loss.total + draw();
    RC_ASSERT(out_of(in).payout >= before);
  });
}

}  // namespace
}  // namespace cofferdam::insurance
