// SPDX-License-Identifier: Apache-2.0
//
// The four worked cases, run through the engine, against figures that were worked out by hand in
// the comments: every deduction, the payment, what each fund bears, and what goes back in inverse
// order, to the cent.
#include "cofferdam/report/peril_case.h"

#include "cofferdam/journal/real_disk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <gmock/gmock.h>

namespace cofferdam::report {
namespace {

using base::Amount;
using insurance::OutcomeRule;
using insurance::Peril;
using testing::HasSubstr;
using testing::Not;

// "1,450,000.01" as cents: 1450000'01 is written cents(1'450'000, 1).
constexpr Amount cents(std::uint64_t whole, std::uint64_t part = 0) {
  return Amount(100 * whole + part);
}

class PerilCase : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "cofferdam-" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::unique_ptr<engine::Engine> open(const std::string& name = "books") {
    auto engine = engine::Engine::open(disk_, folder_ + "/" + name, engine::Options{});
    if (!engine) ADD_FAILURE() << engine.error().text();
    return std::move(*engine);
  }

  [[nodiscard]] CaseRun run(Peril peril) {
    const auto engine = open();
    const auto found = run_peril_case(*engine, peril);
    if (!found) ADD_FAILURE() << found.error().text();
    return found ? *found : CaseRun{};
  }

  std::string folder_;
  journal::RealDisk disk_;
};

// The last accepted step of this command.
const CaseStep& step(const CaseRun& run, const std::string& command, bool first = false) {
  const CaseStep* found = nullptr;
  for (const CaseStep& one : run.steps)
    if (one.command == command && one.outcome == "ok" && (found == nullptr || !first)) found = &one;
  if (found == nullptr) ADD_FAILURE() << "no step " << command;
  return found == nullptr ? run.steps.front() : *found;
}

bool was_refused(const CaseRun& run, const std::string& command, const std::string& status) {
  return std::ranges::any_of(run.steps, [&](const CaseStep& one) {
    return one.command == command && one.outcome == status;
  });
}

struct Taken {
  OutcomeRule rule;
  std::string code;
  Amount taken;
  Amount left;
};

void expect_sum(const CaseSum& sum, const std::vector<Taken>& wanted) {
  ASSERT_EQ(sum.steps.size(), wanted.size()) << sum.title;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_EQ(sum.steps[i].rule, wanted[i].rule) << sum.title << " " << i;
    EXPECT_EQ(sum.steps[i].code, wanted[i].code) << sum.title << " " << i;
    EXPECT_EQ(sum.steps[i].taken, wanted[i].taken) << sum.title << " " << i;
    EXPECT_EQ(sum.steps[i].left, wanted[i].left) << sum.title << " " << i;
  }
}

// Every case: 250,000.00 of surplus, 100.01 of it shared out. A third, 33.3336..., is rounded down
// to 33.33, two thirds to 66.67 (66.6734...), and a cent is dust.
//   surplus 250,000.00 - 100.01 = 249,899.99
//   junior 1,000,000.00 + 33.33 = 1,000,033.33    senior 600,000.00 + 66.67 = 600,066.67
constexpr Amount kEarned = cents(249'899, 99);
constexpr Amount kJunior = cents(1'000'033, 33);
constexpr Amount kSenior = cents(600'066, 67);

void expect_founded(const CaseMoney& money) {
  EXPECT_EQ(money.earned, kEarned);
  EXPECT_EQ(money.junior, kJunior);
  EXPECT_EQ(money.senior, kSenior);
  EXPECT_EQ(money.dust, cents(0, 1));
  EXPECT_EQ(money.insured, cents(3'000'000));
}

TEST_F(PerilCase, ExchangeInsolvencyByDispute) {
  const CaseRun run = this->run(Peril::exchange_insolvency);
  expect_founded(run.steps.front().money);
  // 1 % of 1,600,000.00 for 365 days.
  EXPECT_EQ(run.premium, cents(16'000));
  // 13 whole days of 365 are over when member 5 asks to leave: 16,000.00 x 13 / 365 = 569.863...
  // is earned, rounded down: 249,899.99 + 569.86.
  EXPECT_EQ(step(run, "tranche.request-exit").money.earned, cents(250'469, 85));
  // Member 5 has 40,000,000 of 100,000,000 shares of 1,000,033.33: 400,013.332, rounded down. It
  // left on day 25 at ten, the exchange failed on day 23: its money answers.
  const CaseMoney& declared = step(run, "incident.declare").money;
  EXPECT_EQ(declared.junior_exits, cents(400'013, 33));
  EXPECT_EQ(declared.junior, cents(600'020));
  // Claimed 1,900,000.00 - 10,000.00 = 1,890,000.00, 90 % of it 1,701,000.00, the limit
  // 1,600,000.00. Surplus 250,469.85; junior all but the last cent, 600,019.99, and member 5
  // 400,013.33; so senior 1,600,000.00 - 250,469.85 - 600,019.99 - 400,013.33 = 349,496.83.
  const CaseMoney& notified = step(run, "claim.notify").money;
  EXPECT_EQ(notified.reserve, cents(1'600'000));
  EXPECT_EQ(notified.earned, Amount());
  EXPECT_EQ(notified.junior, cents(0, 1));
  EXPECT_EQ(notified.junior_exits, Amount());
  EXPECT_EQ(notified.senior, kSenior - cents(349'496, 83));
  // Assessed 1,750,000.07 - 10,000.00 = 1,740,000.07; 90 % are 1,566,000.063, rounded down.
  ASSERT_EQ(run.sums.size(), 2U);
  expect_sum(run.sums[0], {{OutcomeRule::loss, "", Amount(), cents(1'750'000, 7)},
                           {OutcomeRule::deductible, "", cents(10'000), cents(1'740'000, 7)},
                           {OutcomeRule::coinsurance, "", cents(174'000, 1), cents(1'566'000, 6)},
                           {OutcomeRule::limit, "", Amount(), cents(1'566'000, 6)},
                           {OutcomeRule::remaining_aggregate, "", Amount(), cents(1'566'000, 6)}});
  // The ballot is about what was claimed. Left in the senior tranche are 250,569.84, a sixth, two
  // and three of it with members 2, 3 and 4; the cap of 30 % counts 75,170.95 of 3 and of 4. Of
  // 192,103.54 half named at most 1,450,000.01: 75,170.95 named 1,400,000.00, the same again
  // 1,450,000.01.
  expect_sum(run.sums[1], {{OutcomeRule::loss, "", Amount(), cents(1'900'000)},
                           {OutcomeRule::deductible, "", cents(10'000), cents(1'890'000)},
                           {OutcomeRule::coinsurance, "", cents(189'000), cents(1'701'000)},
                           {OutcomeRule::limit, "", cents(101'000), cents(1'600'000)},
                           {OutcomeRule::vote, "", cents(149'999, 99), cents(1'450'000, 1)},
                           {OutcomeRule::remaining_aggregate, "", Amount(), cents(1'450'000, 1)}});
  EXPECT_TRUE(was_refused(run, "claim.pay", "too_early"));
  // 3,000,000.00 - 16,000.00 + 1,450,000.01
  const CaseMoney& paid = step(run, "claim.pay").money;
  EXPECT_EQ(paid.insured, cents(4'434'000, 1));
  EXPECT_EQ(paid.reserve, cents(149'999, 99));
  // 400,000.33 come back. The senior tranche bore last: 349,496.83 to it. 50,503.50 are left for
  // the junior tranche, which bore 600,019.99, and member 5, who bore 400,013.33 of 1,000,033.32:
  // 30,302.0998... and 20,201.4001... The cent that rounding down leaves goes to the larger
  // remainder, the junior tranche.
  const CaseMoney& recovered = step(run, "recovery.record").money;
  EXPECT_EQ(recovered.senior, kSenior);
  EXPECT_EQ(recovered.junior, cents(0, 1) + cents(30'302, 10));
  EXPECT_EQ(recovered.junior_exits, cents(20'201, 40));
  EXPECT_EQ(recovered.earned, Amount());
  EXPECT_EQ(recovered.reserve, cents(149'999, 99));
  // Closed: 149,999.99 were not paid and go back to the same two, by what each still bears:
  // 569,717.89 and 379,811.93 of 949,529.82: 89,999.9936... and 59,999.9963...; this time the cent
  // goes to member 5.
  const CaseMoney& closed = step(run, "incident.close").money;
  EXPECT_EQ(closed.reserve, Amount());
  EXPECT_EQ(closed.earned, Amount());
  EXPECT_EQ(closed.senior, kSenior);
  EXPECT_EQ(closed.junior, cents(120'302, 10));
  EXPECT_EQ(closed.junior_exits, cents(80'201, 40));
  EXPECT_EQ(run.paid, cents(1'450'000, 1));
  EXPECT_EQ(run.recovered, cents(400'000, 33));
}

TEST_F(PerilCase, ExploitByVoteWithAnAggregate) {
  const CaseRun run = this->run(Peril::exploit);
  expect_founded(run.steps.front().money);
  // 1 % of the aggregate of 700,000.00.
  EXPECT_EQ(run.premium, cents(7'000));
  // 8 days of 365 are earned: 153.42 of 153.424...; then 50,000.00 are reserved as not known.
  const CaseMoney& reserved = step(run, "insurance.set-reserve").money;
  EXPECT_EQ(reserved.earned, cents(200'053, 41));
  EXPECT_EQ(reserved.ibnr, cents(50'000));
  ASSERT_EQ(run.sums.size(), 2U);
  // (180,000.00 - 25,000.00) x 95 % = 147,250.00: the 50,000.00 first, 97,250.00 of surplus.
  const CaseMoney& first = step(run, "claim.notify", true).money;
  EXPECT_EQ(first.reserve, cents(147'250));
  EXPECT_EQ(first.ibnr, Amount());
  EXPECT_EQ(first.earned, cents(102'803, 41));
  EXPECT_EQ(run.sums[0].payout, cents(147'250));
  EXPECT_EQ(step(run, "claim.pay", true).money.insured, cents(3'140'250));
  // The second: 640,000.03 - 25,000.00 = 615,000.03, 95 % of it 584,250.0285, rounded down; below
  // the limit; of the aggregate 700,000.00 - 147,250.00 = 552,750.00 are left. Half of the weight
  // in favour, 405,052.67 of 810,105.35, is reached at 560,000.00 (310,039.56 named 540,000.00 and
  // 345,046.01, capped, 560,000.00): above what is left, so the vote lowers nothing.
  expect_sum(run.sums[1],
             {{OutcomeRule::loss, "", Amount(), cents(640'000, 3)},
              {OutcomeRule::deductible, "", cents(25'000), cents(615'000, 3)},
              {OutcomeRule::coinsurance, "", cents(30'750, 1), cents(584'250, 2)},
              {OutcomeRule::limit, "", Amount(), cents(584'250, 2)},
              {OutcomeRule::remaining_aggregate, "", cents(31'500, 2), cents(552'750)}});
  // Reserved 552,750.00: all of the surplus, 102,803.41, and 449,946.59 of the junior tranche.
  const CaseMoney& second = step(run, "claim.notify").money;
  EXPECT_EQ(second.reserve, cents(552'750));
  EXPECT_EQ(second.earned, Amount());
  EXPECT_EQ(second.junior, kJunior - cents(449'946, 59));
  EXPECT_TRUE(was_refused(run, "claim.pay", "too_early"));
  // 3,140,250.00 + 552,750.00
  EXPECT_EQ(step(run, "claim.pay").money.insured, cents(3'693'000));
  // 200,000.00 came back to the insured: 440,000.03 - 25,000.00 = 415,000.03, 95 % of it
  // 394,250.0285; it keeps 394,250.02 and gives back 552,750.00 - 394,250.02 = 158,499.98.
  const CaseMoney& clawed = step(run, "claim.clawback").money;
  EXPECT_EQ(clawed.insured, cents(3'534'500, 2));
  EXPECT_EQ(clawed.junior, second.junior + cents(158'499, 98));
  EXPECT_EQ(clawed.earned, Amount());
  EXPECT_TRUE(was_refused(run, "claim.clawback", "nothing_overpaid"));
  // 60,000.01 of salvage: the junior tranche still bears 291,446.61, so all of it is its own.
  const CaseMoney& salvaged = step(run, "recovery.record").money;
  EXPECT_EQ(salvaged.junior, clawed.junior + cents(60'000, 1));
  EXPECT_EQ(salvaged.earned, Amount());
  EXPECT_EQ(run.paid, cents(700'000));
  EXPECT_EQ(run.recovered, cents(218'499, 99));
}

TEST_F(PerilCase, ExtremeVolatilityByTrigger) {
  const CaseRun run = this->run(Peril::extreme_volatility);
  expect_founded(run.steps.front().money);
  // 1 % of 333,333.33 is 3,333.3333, rounded down.
  EXPECT_EQ(run.premium, cents(3'333, 33));
  // 333,333.33 - 1,000.00 = 332,333.33, 92.5 % of it 307,408.33025: all of the surplus, and
  // 57,508.34 of the junior tranche.
  const CaseMoney& notified = step(run, "claim.notify").money;
  EXPECT_EQ(notified.reserve, cents(307'408, 33));
  EXPECT_EQ(notified.earned, Amount());
  EXPECT_EQ(notified.junior, kJunior - cents(57'508, 34));
  EXPECT_TRUE(was_refused(run, "claim.trigger", "fact_not_usable"));
  EXPECT_TRUE(was_refused(run, "claim.trigger", "trigger_not_met"));
  EXPECT_TRUE(was_refused(run, "claim.challenge", "not_at_this_stage"));
  // 40 % of 333,333.33 is 133,333.332, rounded down; less 1,000.00: 132,333.33; 92.5 % of it
  // 122,408.33025.
  ASSERT_EQ(run.sums.size(), 1U);
  expect_sum(run.sums[0], {{OutcomeRule::loss, "", Amount(), cents(133'333, 33)},
                           {OutcomeRule::deductible, "", cents(1'000), cents(132'333, 33)},
                           {OutcomeRule::coinsurance, "", cents(9'925), cents(122'408, 33)},
                           {OutcomeRule::limit, "", Amount(), cents(122'408, 33)},
                           {OutcomeRule::remaining_aggregate, "", Amount(), cents(122'408, 33)}});
  // 3,000,000.00 - 3,333.33 + 122,408.33; 307,408.33 - 122,408.33 stay reserved.
  const CaseMoney& paid = step(run, "claim.pay").money;
  EXPECT_EQ(paid.insured, cents(3'119'075));
  EXPECT_EQ(paid.reserve, cents(185'000));
  // 10,000.00 to the junior tranche, which bore last.
  EXPECT_EQ(step(run, "recovery.record").money.junior, kJunior - cents(47'508, 34));
  // Closed: 47,508.34 of 185,000.00 make the junior tranche whole, 137,491.66 are surplus again:
  // 249,899.99 - 122,408.33 + 10,000.00.
  const CaseMoney& closed = step(run, "incident.close").money;
  EXPECT_EQ(closed.junior, kJunior);
  EXPECT_EQ(closed.earned, cents(137'491, 66));
  EXPECT_EQ(closed.reserve, Amount());
}

TEST_F(PerilCase, AssetsWithSubLimits) {
  const CaseRun run = this->run(Peril::asset);
  expect_founded(run.steps.front().money);
  EXPECT_EQ(run.premium, cents(10'000));
  // 410,000.00 - 10,000.00 = 400,000.00, 80 % of it 320,000.00. Split by the losses:
  //   hot   320,000.00 x 205,000.01 / 410,000.00 = 160,000.0078...
  //   warm  320,000.00 x 150,000.00 / 410,000.00 = 117,073.1707...
  //   cold  320,000.00 x  54,999.99 / 410,000.00 =  42,926.8214...
  // Rounded down they lack a cent, which goes to hot, the largest remainder: 160,000.01,
  // 117,073.17, 42,926.82. Over the sub-limits: hot 60,000.01, warm 7,073.17.
  ASSERT_EQ(run.sums.size(), 1U);
  expect_sum(run.sums[0], {{OutcomeRule::loss, "", Amount(), cents(410'000)},
                           {OutcomeRule::deductible, "", cents(10'000), cents(400'000)},
                           {OutcomeRule::coinsurance, "", cents(80'000), cents(320'000)},
                           {OutcomeRule::sub_limit, "hot", cents(60'000, 1), cents(259'999, 99)},
                           {OutcomeRule::sub_limit, "warm", cents(7'073, 17), cents(252'926, 82)},
                           {OutcomeRule::sub_limit, "cold", Amount(), cents(252'926, 82)},
                           {OutcomeRule::limit, "", Amount(), cents(252'926, 82)},
                           {OutcomeRule::remaining_aggregate, "", Amount(), cents(252'926, 82)}});
  // All of the surplus, 249,899.99, and 3,026.83 of the junior tranche.
  const CaseMoney& notified = step(run, "claim.notify").money;
  EXPECT_EQ(notified.reserve, cents(252'926, 82));
  EXPECT_EQ(notified.earned, Amount());
  EXPECT_EQ(notified.junior, kJunior - cents(3'026, 83));
  // The bond of 5,000.00 is laid and comes back with the second ballot.
  EXPECT_EQ(step(run, "claim.appeal").money.insured, cents(2'985'000));
  EXPECT_EQ(step(run, "claim.close-vote").money.insured, cents(2'990'000));
  EXPECT_EQ(step(run, "claim.pay").money.insured, cents(3'242'926, 82));
  // 52,926.83 come back: 3,026.83 to the junior tranche, 49,900.00 to the surplus.
  const CaseMoney& closed = step(run, "incident.close").money;
  EXPECT_EQ(closed.junior, kJunior);
  EXPECT_EQ(closed.earned, cents(49'900));
  EXPECT_EQ(closed.reserve, Amount());
}

TEST_F(PerilCase, RunsTheSameInOtherBooksAndOnlyInFreshOnes) {
  const auto first = open("first");
  const auto second = open("second");
  const auto one = run_peril_case(*first, Peril::asset);
  const auto other = run_peril_case(*second, Peril::asset);
  ASSERT_TRUE(one && other);
  EXPECT_EQ(one->steps.size(), other->steps.size());
  EXPECT_EQ(one->steps.back().money, other->steps.back().money);
  const auto again = run_peril_case(*first, Peril::asset);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().field, "books");
}

TEST_F(PerilCase, TheReportNeedsNoNetwork) {
  for (const Peril peril :
       {Peril::exchange_insolvency, Peril::exploit, Peril::extreme_volatility, Peril::asset}) {
    std::filesystem::remove_all(folder_);
    const std::string page = case_html(run(peril));
    EXPECT_THAT(page, HasSubstr("<svg"));
    EXPECT_THAT(page, HasSubstr("</html>"));
    EXPECT_THAT(page, Not(HasSubstr("http")));
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, Not(HasSubstr("<link")));
    EXPECT_THAT(page, Not(HasSubstr("src=")));
  }
}

}  // namespace
}  // namespace cofferdam::report
