// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/fact/declare_source.h"
#include "cofferdam/books/fact/invariants.h"
#include "cofferdam/books/fact/record_fact.h"
#include "cofferdam/books/ledger/transfer.h"
#include "cofferdam/books/principal/create_principal.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cofferdam::fact {
namespace {

constexpr std::int64_t kS = base::kNanosecondsPerSecond;

class FactTest : public testing::Test {
 protected:
  FactTest() {
    apply(principal::CreateFirstPrincipal{.code = "root"}, principals, context);
    apply(
        DeclareSource{
            .code = "feed", .staleness = base::kSecond * 10, .deviation_bps_max = 500, .scale = 2},
        state, context);
    changes.commit();
    context.now = Time(100 * kS);
    context.sequence = 7;
  }

  RecordFactStatus record(const RecordFact& command) {
    RecordFactStatus status = check_shape(command);
    if (status == RecordFactStatus::ok) status = check_state(command, state, context);
    if (status == RecordFactStatus::ok) apply(command, state, context);
    return status;
  }

  [[nodiscard]] static RecordFact price(base::i128 value, std::int64_t second) {
    return {.source = SourceId(1),
            .fact_key = "BTC-PERP",
            .value = Value(value),
            .scale = 2,
            .observed = Time(second * kS)};
  }

  [[nodiscard]] Reading reading(std::int64_t second) const {
    return read_fact(state, SourceId(1), "BTC-PERP", Time(second * kS)).reading;
  }

  principal::State principals;
  State state;
  base::Changes changes;
  std::vector<ledger::Transfer> postings;
  Context context{.changes = changes, .principal = PrincipalId(1), .postings = postings};
};

TEST_F(FactTest, DeclareRefusesInOrderOfPrecedence) {
  using enum DeclareSourceStatus;
  const auto judge = [&](const DeclareSource& c) {
    const auto shape = check_shape(c);
    return shape != ok ? shape : check_state(c, state, principals);
  };
  const std::string long_text(1025, 'x');
  EXPECT_EQ(judge({.code = "1", .description = long_text, .scale = 39}), code_malformed);
  EXPECT_EQ(judge({.code = "feed", .description = long_text, .scale = 39}), description_too_long);
  EXPECT_EQ(judge({.code = "feed", .scale = 39}), staleness_must_be_positive);
  EXPECT_EQ(judge({.code = "feed", .staleness = base::kSecond, .scale = 39}), scale_out_of_range);
  EXPECT_EQ(judge({.code = "feed", .staleness = base::kSecond, .reporter = PrincipalId(9)}),
            exists);
  EXPECT_EQ(judge({.code = "other", .staleness = base::kSecond, .reporter = PrincipalId(9)}),
            reporter_not_found);
  EXPECT_EQ(judge({.code = "other", .staleness = base::kSecond, .reporter = PrincipalId(1)}), ok);
}

TEST_F(FactTest, RecordRefusesInOrderOfPrecedence) {
  using enum RecordFactStatus;
  ASSERT_EQ(record(price(10'000, 95)), ok);
  RecordFact bad = price(20'000, 90);
  bad.fact_key = "BTC PERP";
  bad.document = "x";
  bad.source = SourceId(2);
  bad.scale = 3;
  EXPECT_EQ(record(bad), key_malformed);
  bad.fact_key = "BTC-PERP";
  EXPECT_EQ(record(bad), document_malformed);
  bad.document = std::string(64, '0');
  EXPECT_EQ(record(bad), source_not_found);
  bad.source = SourceId(1);
  EXPECT_EQ(record(bad), scale_differs);
  bad.scale = 2;
  bad.observed = Time(105 * kS + 1);
  EXPECT_EQ(record(bad), observed_in_the_future);
  bad.observed = Time(95 * kS - 1);
  EXPECT_EQ(record(bad), older_than_the_last);
  bad.observed = Time(105 * kS);
  EXPECT_EQ(record(bad), deviates_too_far);
  bad.accept_deviation = true;
  EXPECT_EQ(record(bad), ok);
  EXPECT_EQ(reading(105), Reading::deviating);
}

TEST_F(FactTest, OnlyTheReporterRecords) {
  apply(DeclareSource{.code = "bank", .staleness = base::kDay, .reporter = PrincipalId(4)}, state,
        context);
  const RecordFact fact{.source = SourceId(2), .fact_key = "balance"};
  EXPECT_EQ(record(fact), RecordFactStatus::not_the_reporter);
  context.principal = PrincipalId(4);
  EXPECT_EQ(record(fact), RecordFactStatus::ok);
}

TEST_F(FactTest, AFactIsFreshThenStale) {
  EXPECT_EQ(reading(100), Reading::missing);
  EXPECT_EQ(record(price(10'000, 95)), RecordFactStatus::ok);
  EXPECT_EQ(reading(94), Reading::fresh);  // ahead of the books, within the tolerance at recording
  EXPECT_EQ(reading(105), Reading::fresh);
  EXPECT_EQ(reading(106), Reading::stale);
  EXPECT_EQ(read_fact(state, SourceId(1), "ETH-PERP", Time()).reading, Reading::missing);
  EXPECT_EQ(read_fact(state, SourceId(2), "BTC-PERP", Time()).reading, Reading::missing);
  EXPECT_EQ(read_fact(state, SourceId(1), "BTC-PERP", context.now).fact->sequence, 7U);
}

TEST_F(FactTest, ADeviatingFactIsConfirmedByTheNextOne) {
  EXPECT_EQ(record(price(10'000, 95)), RecordFactStatus::ok);
  RecordFact jump = price(12'000, 96);
  jump.accept_deviation = true;
  EXPECT_EQ(record(jump), RecordFactStatus::ok);
  EXPECT_EQ(reading(96), Reading::deviating);
  EXPECT_EQ(record(price(12'100, 97)), RecordFactStatus::ok);
  EXPECT_EQ(reading(97), Reading::fresh);
}

TEST(FactDeviation, TheBoundIsExact) {
  EXPECT_FALSE(deviates(Value(10'000), Value(10'500), 500));
  EXPECT_TRUE(deviates(Value(10'000), Value(10'501), 500));
  EXPECT_FALSE(deviates(Value(10'000), Value(9'500), 500));
  EXPECT_TRUE(deviates(Value(10'000), Value(9'499), 500));
  EXPECT_FALSE(deviates(Value(-10'000), Value(-10'500), 500));
  EXPECT_TRUE(deviates(Value(-10'000), Value(10'000), 500));
  EXPECT_TRUE(deviates(Value(0), Value(1), ~0U));
  EXPECT_FALSE(deviates(Value(0), Value(0), 1));
  EXPECT_TRUE(deviates(Value::min(), Value::max(), 19'999));
  EXPECT_FALSE(deviates(Value::min(), Value::max(), 20'000));
}

TEST(FactDeviation, AgreesWithPlainArithmeticOnSmallNumbers) {
  EXPECT_TRUE(rc::check("|next - last| * 10000 > bps * |last|", [] {
    const auto last = *rc::gen::inRange<std::int64_t>(-1'000'000, 1'000'000);
    const auto next = *rc::gen::inRange<std::int64_t>(-1'000'000, 1'000'000);
    const auto bps = *rc::gen::inRange<std::uint32_t>(1, 30'000);
    const bool expected = std::abs(next - last) * 10'000 > std::abs(last) * std::int64_t{bps};
    RC_ASSERT(deviates(Value(last), Value(next), bps) == expected);
  }));
}

TEST_F(FactTest, TheInvariantSeesAFactGoBack) {
  EXPECT_EQ(record(price(10'000, 95)), RecordFactStatus::ok);
  changes.commit();
  EXPECT_EQ(check_facts_go_forward(state), std::nullopt);
  state.facts.edit(changes, Fact::Key{SourceId(1), "BTC-PERP"}).observed = Time();
  EXPECT_NE(check_facts_go_forward(state), std::nullopt);
  changes.rollback();
}

}  // namespace
}  // namespace cofferdam::fact
