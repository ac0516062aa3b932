// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/outflow_capacity.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace cofferdam::pool {
namespace {

using base::Amount;
using base::Duration;
using base::u128;

constexpr u128 kToken = 1'000'000;  // six decimals

const OutflowLimiter kHour{.period = base::kHour,
                           .baseline_minimum = Amount(100'000 * kToken),
                           .baseline_tvl_ppm = 10'000};
const OutflowLimiter kDay{.period = base::kDay,
                          .baseline_minimum = Amount(1'000'000 * kToken),
                          .baseline_tvl_ppm = 100'000};

Duration milliseconds(std::int64_t n) {
  return Duration(1'000'000) * n;
}

// Figures published in the source's own test, protocol/x/ratelimit/util/capacity_test.go.
struct Published {
  const char* name;
  OutflowLimiter limiter;
  u128 tvl;
  u128 capacity;
  std::int64_t elapsed_ms;
  u128 expected;
};

TEST(OutflowCapacity, PublishedFigures) {
  const Published rows[] = {
      {"at baseline, hour", kHour, 25'000'000 * kToken, 250'000'000'000, 1'000, 250'000'000'000},
      {"at baseline, day", kDay, 25'000'000 * kToken, 2'500'000'000'000, 1'000, 2'500'000'000'000},
      {"below, hour", kHour, 25'000'000 * kToken, 99'000'000'000, 1'090, 99'075'694'444},
      {"below, day", kDay, 25'000'000 * kToken, 990'000'000'000, 1'090, 990'031'539'351},
      {"zero, hour", kHour, 1'000'000 * kToken, 0, 1'150, 31'944'444},
      {"zero, day", kDay, 1'000'000 * kToken, 0, 1'150, 13'310'185},
      {"zero, rounds down", kHour, 1'000'000 * kToken, 0, 12'000, 333'333'333},
      {"twice, rounds down", kHour, 1'000'000 * kToken, 200'000'000'000, 12'000, 199'666'666'667},
      {"between, hour", kHour, 20'000'000 * kToken, 329'000'000'000, 1'150, 328'936'111'112},
      {"between, day", kDay, 20'000'000 * kToken, 3'500'000'000'000, 1'150, 3'499'973'379'630},
      {"more than twice", kHour, 20'000'000 * kToken, 629'000'000'000, 1'150, 628'862'958'334},
      {"below, day 2", kDay, 20'000'000 * kToken, 1'200'000'000'000, 1'150, 1'200'026'620'370}};
  for (const Published& row : rows)
    EXPECT_EQ(base::to_text(recovered_capacity(row.limiter, Amount(row.tvl), Amount(row.capacity),
                                               milliseconds(row.elapsed_ms))
                                .units()),
              base::to_text(row.expected))
        << row.name;
}

// The same source, "18 decimals": 99,069.444444444444444444 of the token.
TEST(OutflowCapacity, PublishedFigureOfEighteenDecimals) {
  const u128 token = kToken * kToken * kToken;
  OutflowLimiter limiter = kHour;
  limiter.baseline_minimum = Amount(100'000 * token);
  const Amount after = recovered_capacity(limiter, Amount(25'000'000 * token),
                                          Amount(99'000 * token), base::kSecond);
  EXPECT_EQ(base::to_text(after.units()), "99069444444444444444444");
}

TEST(OutflowCapacity, TimeIsCutToWholeMilliseconds) {
  const Duration almost = Duration(999'999);
  EXPECT_EQ(recovered_capacity(kHour, Amount(), Amount(7), almost), Amount(7));
}

TEST(OutflowCapacity, DoesNotCrossTheBaseline) {
  EXPECT_EQ(recovered_capacity(kHour, Amount(), Amount(), base::kDay), kHour.baseline_minimum);
  EXPECT_EQ(recovered_capacity(kHour, Amount(), Amount::max(), base::kDay), kHour.baseline_minimum);
}

TEST(OutflowCapacity, AWithdrawalMustFitEveryLimiterOrChangesNothing) {
  OutflowCapacityInput input{.limiters = {kHour, kDay}, .capacities = {Amount(50), Amount(40)}};
  input.events = {{.kind = OutflowEventKind::withdraw, .amount = Amount(41)},
                  {.kind = OutflowEventKind::withdraw, .amount = Amount(40)},
                  {.kind = OutflowEventKind::deposit, .amount = Amount(5)}};
  const auto output = outflow_capacity(input);
  ASSERT_TRUE(output.has_value());
  EXPECT_EQ(output->steps[0].status, OutflowStatus::exceeds_capacity);
  EXPECT_EQ(output->steps[0].capacities, (std::vector{Amount(50), Amount(40)}));
  EXPECT_EQ(output->steps[1].capacities, (std::vector{Amount(10), Amount(0)}));
  EXPECT_EQ(output->steps[2].withdrawable, Amount(5));
}

TEST(OutflowCapacity, MalformedInput) {
  EXPECT_FALSE(outflow_capacity({}).has_value());
  EXPECT_FALSE(outflow_capacity({.limiters = {OutflowLimiter{}}}).has_value());
  EXPECT_FALSE(
      outflow_capacity({.limiters = {kHour}, .capacities = {Amount(), Amount()}}).has_value());
  OutflowLimiter above = kHour;
  above.baseline_tvl_ppm = 1'000'001;
  EXPECT_FALSE(outflow_capacity({.limiters = {above}}).has_value());
  OutflowCapacityInput overflow{.limiters = {kHour}, .capacities = {Amount::max()}};
  overflow.events = {{.kind = OutflowEventKind::deposit, .amount = Amount(1)}};
  EXPECT_FALSE(outflow_capacity(overflow).has_value());
}

RC_GTEST_PROP(OutflowCapacity, MovesTowardTheBaselineWithoutCrossing, ()) {
  const OutflowLimiter limiter{.period = milliseconds(*rc::gen::inRange(1, 10'000)),
                               .baseline_minimum = Amount(*rc::gen::inRange(0U, 1'000U)),
                               .baseline_tvl_ppm = *rc::gen::inRange(0U, 1'000'001U)};
  const Amount tvl(*rc::gen::arbitrary<std::uint64_t>());
  const Amount before(*rc::gen::arbitrary<std::uint64_t>());
  const Amount after =
      recovered_capacity(limiter, tvl, before, milliseconds(*rc::gen::inRange(0, 10'000)));
  const Amount baseline = outflow_baseline(limiter, tvl);
  if (before <= baseline) RC_ASSERT(before <= after && after <= baseline);
  if (before >= baseline) RC_ASSERT(before >= after && after >= baseline);
}

}  // namespace
}  // namespace cofferdam::pool
