// SPDX-License-Identifier: Apache-2.0
//
// Published triangles: Taylor and Ashe 1983 with the errors of Mack 1993, RAA and UKMotor with the
// figures of R's ChainLadder under both rules of the last sigma.
#include "cofferdam/models/actuarial/reserve.h"

#include <gtest/gtest.h>

#include <cmath>

namespace cofferdam::actuarial {
namespace {

ReserveInput taylor_ashe() {
  return {
      .triangle = {{357848, 766940, 610542, 482940, 527326, 574398, 146342, 139950, 227229, 67948},
                   {352118, 884021, 933894, 1183289, 445745, 320996, 527804, 266172, 425046},
                   {290507, 1001799, 926219, 1016654, 750816, 146923, 495992, 280405},
                   {310608, 1108250, 776189, 1562400, 272482, 352053, 206286},
                   {443160, 693190, 991983, 769488, 504851, 470639},
                   {396132, 937085, 847498, 805037, 705960},
                   {440832, 847631, 1131398, 1063269},
                   {359480, 1061648, 1443370},
                   {376686, 986608},
                   {344014}},
      .form = TriangleForm::incremental};
}

ReserveInput uk_motor() {
  return {.triangle = {{3511, 6726, 8992, 10704, 11763, 12350, 12690},
                       {4001, 7703, 9981, 11161, 12117, 12746},
                       {4355, 8287, 10233, 11755, 12993},
                       {4295, 7750, 9773, 11093},
                       {4150, 7897, 10217},
                       {5102, 9650},
                       {6283}}};
}

TEST(Reserve, TaylorAndAsheHasMacksErrors) {
  const auto out = reserve(taylor_ashe());
  ASSERT_TRUE(out.has_value()) << out.error().text();
  constexpr double kReserves[] = {0,       94634,   469511,  709638,  984889,
                                  1419459, 2177641, 3920301, 4278972, 4625811};
  constexpr double kErrors[] = {0,      75535,  121699, 133549, 261406,
                                411010, 558317, 875328, 971258, 1363155};
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_NEAR(out->rows[i].reserve, kReserves[i], 0.5) << i;
    EXPECT_NEAR(out->rows[i].standard_error, kErrors[i], 0.5) << i;
  }
  EXPECT_NEAR(out->reserve, 18680856, 0.5);
  EXPECT_NEAR(out->standard_error, 2447095, 0.5);
}

TEST(Reserve, TheLastSigmaFollowsTheRuleThatIsNamed) {
  ReserveInput input = uk_motor();
  EXPECT_NEAR(reserve(input)->standard_error, 1417.27, 0.005);
  EXPECT_NEAR(reserve(input)->reserve, 28655.77, 0.005);
  input.last_sigma = LastSigma::log_linear;
  EXPECT_NEAR(reserve(input)->standard_error, 1424.53, 0.005);
  ReserveInput raa{
      .triangle = {{5012, 8269, 10907, 11805, 13539, 16181, 18009, 18608, 18662, 18834},
                   {106, 4285, 5396, 10666, 13782, 15599, 15496, 16169, 16704},
                   {3410, 8992, 13873, 16141, 18735, 22214, 22863, 23466},
                   {5655, 11555, 15766, 21266, 23425, 26083, 27067},
                   {1092, 9565, 15836, 22169, 25955, 26180},
                   {1513, 6445, 11702, 12935, 15852},
                   {557, 4020, 10946, 12314},
                   {1351, 6947, 13112},
                   {3133, 5395},
                   {2063}}};
  EXPECT_NEAR(reserve(raa)->standard_error, 26909.01, 0.005);
  raa.last_sigma = LastSigma::log_linear;
  EXPECT_NEAR(reserve(raa)->standard_error, 26880.74, 0.005);
  EXPECT_NEAR(reserve(raa)->reserve, 52135.23, 0.005);
}

// With the chain ladder's own ultimates as prior, every method gives the chain ladder.
TEST(Reserve, OtherMethodsMeetTheChainLadder) {
  ReserveInput input = uk_motor();
  const auto ladder = reserve(input);
  for (const ReserveRow& row : ladder->rows) input.premiums.push_back(row.ultimate);
  input.expected_loss_ratios = {1};
  for (const ReserveMethod method :
       {ReserveMethod::bornhuetter_ferguson, ReserveMethod::benktander, ReserveMethod::cape_cod}) {
    input.method = method;
    const auto out = reserve(input);
    ASSERT_TRUE(out.has_value());
    for (std::size_t i = 0; i < ladder->rows.size(); ++i)
      EXPECT_NEAR(out->rows[i].reserve, ladder->rows[i].reserve, 1e-8);
  }
  EXPECT_NEAR(reserve(input)->expected_loss_ratio, 1, 1e-12);
}

// By hand: developed parts 1, 1/1.2 and 1/1.8.
TEST(Reserve, BornhuetterFergusonByHand) {
  ReserveInput input{.triangle = {{100, 150, 180}, {200, 300}, {100}},
                     .method = ReserveMethod::bornhuetter_ferguson,
                     .premiums = {200, 400, 300},
                     .expected_loss_ratios = {0.9, 0.85, 0.8}};
  const auto out = reserve(input);
  ASSERT_TRUE(out.has_value());
  EXPECT_NEAR(out->rows[1].reserve, 400 * 0.85 * (1 - 1 / 1.2), 1e-9);
  EXPECT_NEAR(out->rows[2].reserve, 300 * 0.8 * (1 - 1 / 1.8), 1e-9);
  input.method = ReserveMethod::cape_cod;
  const double ratio = (180.0 + 300 + 100) / (200 + 400 / 1.2 + 300 / 1.8);
  EXPECT_NEAR(reserve(input)->expected_loss_ratio, ratio, 1e-12);
}

TEST(Reserve, EmptyZeroAndBrokenTrianglesAreClearErrors) {
  EXPECT_FALSE(reserve({}).has_value());
  EXPECT_FALSE(reserve({.triangle = {{0, 0}, {0}}}).has_value());
  EXPECT_FALSE(reserve({.triangle = {{1, 2}, {1, 2}}}).has_value());
  EXPECT_FALSE(reserve({.triangle = {{1, NAN}, {1}}}).has_value());
  EXPECT_FALSE(reserve({.triangle = {{0, 5, 6}, {0, 4}, {1}}}).has_value());
  EXPECT_FALSE(reserve({.triangle = {{1, 2}, {1}}, .method = ReserveMethod::cape_cod}).has_value());
  EXPECT_FALSE(reserve({.triangle = {{1, 2}, {1}}, .tail_factor = 0.5}).has_value());
  // A single zero does not spoil the rest.
  const auto out = reserve({.triangle = {{0, 5, 6}, {3, 4}, {1}}});
  ASSERT_TRUE(out.has_value());
  EXPECT_FALSE(out->note.empty());
  for (const ReserveRow& row : out->rows) EXPECT_TRUE(std::isfinite(row.standard_error));
  // Nothing yet in the youngest period: nothing is reserved for it, and no error appears.
  const auto young = reserve({.triangle = {{5, 6, 7}, {3, 4}, {0}}});
  ASSERT_TRUE(young.has_value());
  EXPECT_EQ(young->rows[2].reserve, 0);
  EXPECT_TRUE(std::isfinite(young->standard_error));
}

}  // namespace
}  // namespace cofferdam::actuarial
