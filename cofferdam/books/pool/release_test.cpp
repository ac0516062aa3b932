// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/fact/declare_source.h"
#include "cofferdam/books/fact/record_fact.h"
#include "cofferdam/books/pool/declare_conduit.h"
#include "cofferdam/books/pool/declare_release_rule.h"
#include "cofferdam/books/pool/execute_release.h"
#include "cofferdam/books/pool/reason.h"
#include "cofferdam/books/pool/test_books.h"

#include <gtest/gtest.h>

namespace cofferdam::pool {
namespace {

using C = ledger::AccountClass;
using K = ConditionKind;
using S = ExecuteReleaseStatus;
using test::Books;

struct Escrow : Books {
  AssetId usd = add_asset("USD", 2);
  PoolId a = add_pool({.code = "a", .regime = Regime::house});
  PoolId b = add_pool({.code = "b", .regime = Regime::house});
  AccountId custody = add_account({a, usd, C::custody, OwnerClass::pool});
  AccountId source = add_account({a, usd, C::reserve, OwnerClass::house, 1});
  AccountId target = add_account({b, usd, C::reserve, OwnerClass::house, 1});

  Escrow() {
    EXPECT_EQ(transfer(custody, source, 1000, kDeposit), ledger::TransferStatus::ok);
    apply(
        DeclareConduit{.code = "c", .from = a, .to = b, .asset = usd, .transfer_max = Amount(400)},
        pools, ledger, context);
    apply(fact::DeclareSource{.code = "feed", .staleness = base::kSecond, .deviation_bps_max = 100},
          facts, context);
    decisions.proposals.insert(changes, {.id = base::ProposalId(1)});
    changes.commit();
  }

  RuleId declare(std::vector<ConditionNode> condition, std::optional<Amount> amount = Amount(100),
                 base::Duration interval = {}) {
    const DeclareReleaseRule command{.code = "rule" + std::to_string(pools.rules.size()),
                                     .conduit = ConduitId(1),
                                     .debit_account = source,
                                     .credit_account = target,
                                     .amount = amount,
                                     .reason = kRelease,
                                     .condition = std::move(condition),
                                     .interval = interval};
    EXPECT_EQ(check_shape(command), ReleaseRuleStatus::ok);
    EXPECT_EQ(check_state(command, pools, ledger, facts, decisions), ReleaseRuleStatus::ok);
    apply(command, pools, context);
    changes.commit();
    return RuleId(static_cast<std::uint32_t>(context.created));
  }

  [[nodiscard]] ReleaseView view() const { return {pools, ledger, facts, decisions}; }

  S run(RuleId rule) {
    const S status = apply(ExecuteRelease{rule}, pools, ledger, facts, decisions, context);
    if (status == S::ok) {
      EXPECT_EQ(violation(), std::nullopt);
      changes.commit();
    } else {
      changes.rollback();
    }
    return status;
  }

  void record(const std::string& key, base::i128 value, bool accept = false) {
    apply(fact::RecordFact{.source = base::SourceId(1),
                           .fact_key = key,
                           .value = fact::Value(value),
                           .observed = context.now,
                           .accept_deviation = accept},
          facts, context);
    changes.commit();
  }
};

[[nodiscard]] ConditionNode at(std::int64_t second) {
  return {.kind = K::time_reached, .time = Time(second * base::kNanosecondsPerSecond)};
}

[[nodiscard]] ConditionNode price_at_least(base::i128 value) {
  return {.kind = K::fact_compares,
          .source = base::SourceId(1),
          .fact_key = "BTC",
          .value = fact::Value(value)};
}

[[nodiscard]] ConditionNode join(K kind, std::uint8_t parts) {
  return {.kind = kind, .parts = parts};
}

TEST(Condition, TheFormIsJudged) {
  using V = std::vector<ConditionNode>;
  EXPECT_TRUE(is_well_formed(V{at(1)}));
  EXPECT_TRUE(is_well_formed(V{join(K::all_of, 2), at(1), join(K::negation, 1), at(2)}));
  EXPECT_FALSE(is_well_formed(V{}));
  EXPECT_FALSE(is_well_formed(V{at(1), at(2)}));
  EXPECT_FALSE(is_well_formed(V{join(K::all_of, 0)}));
  EXPECT_FALSE(is_well_formed(V{join(K::all_of, 2), at(1)}));
  EXPECT_FALSE(is_well_formed(V{join(K::negation, 2), at(1), at(2)}));
  EXPECT_FALSE(is_well_formed(V{{.kind = K::fact_compares, .source = base::SourceId(1)}}));
  EXPECT_FALSE(is_well_formed(V{{.kind = K::coverage_compares}}));
  EXPECT_FALSE(is_well_formed(V{{.kind = K::decision_executed}}));
  V deep(kConditionDepthMax - 1, join(K::negation, 1));
  deep.push_back(at(1));
  EXPECT_TRUE(is_well_formed(deep));
  deep.insert(deep.begin(), join(K::negation, 1));
  EXPECT_FALSE(is_well_formed(deep));
  V wide(kConditionNodesMax, at(1));
  wide[0] = join(K::all_of, kConditionNodesMax - 1);
  EXPECT_TRUE(is_well_formed(wide));
  wide.push_back(at(1));
  wide[0].parts += 1;
  EXPECT_FALSE(is_well_formed(wide));
}

// Kleene's tables, written out: rows and columns no, yes, unknown.
TEST(Condition, JoinsAsInKleenesTables) {
  using enum Truth;
  const Truth and_table[3][3] = {{no, no, no}, {no, yes, unknown}, {no, unknown, unknown}};
  const Truth or_table[3][3] = {{no, yes, unknown}, {yes, yes, yes}, {unknown, yes, unknown}};
  const Truth not_table[3] = {yes, no, unknown};
  Escrow t;
  const ConditionNode leaves[3] = {at(1'000'000), at(0), price_at_least(1)};  // no, yes, unknown
  const Grounds grounds{t.facts, t.decisions, "a", t.context.now};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(judge(std::vector{join(K::negation, 1), leaves[i]}, grounds).truth, not_table[i]);
    for (std::size_t j = 0; j < 3; ++j) {
      const std::vector both{join(K::all_of, 2), leaves[i], leaves[j]};
      const std::vector either{join(K::any_of, 2), leaves[i], leaves[j]};
      EXPECT_EQ(judge(both, grounds).truth, and_table[i][j]);
      EXPECT_EQ(judge(either, grounds).truth, or_table[i][j]);
      EXPECT_EQ(judge(both, grounds).leaves.size(), 2U);
    }
  }
}

TEST(Release, EveryLeafRefusesByName) {
  Escrow t;
  const RuleId timed = t.declare({at(10)});
  EXPECT_EQ(t.run(timed), S::time_not_reached);
  const RuleId priced = t.declare({join(K::all_of, 2), at(0), price_at_least(50)});
  EXPECT_EQ(t.run(priced), S::fact_missing);
  EXPECT_EQ(explain(look_at_release(priced, t.view(), t.context), priced, t.view()),
            "leaf 2 (fact_compares feed BTC): the condition asks for a fact that was never "
            "recorded");
  t.record("BTC", 40);
  EXPECT_EQ(t.run(priced), S::fact_out_of_bound);
  t.record("BTC", 60, true);
  EXPECT_EQ(t.run(priced), S::fact_deviating);
  t.record("BTC", 60);
  t.context.now = t.context.now + base::kSecond * 2;
  EXPECT_EQ(t.run(priced), S::fact_stale);
  const RuleId decided =
      t.declare({{.kind = K::decision_executed, .proposal = base::ProposalId(1)}});
  EXPECT_EQ(t.run(decided), S::decision_not_executed);
  t.decisions.proposals.edit(t.changes, base::ProposalId(1)).state =
      decision::ProposalState::executed;
  t.changes.commit();
  EXPECT_EQ(t.run(decided), S::ok);
  const RuleId negated = t.declare({join(K::negation, 1), join(K::all_of, 2), at(0), at(0)});
  EXPECT_EQ(t.run(negated), S::negated_part_is_true);
  // A stale fact under a negation opens nothing.
  const RuleId stale = t.declare({join(K::negation, 1), price_at_least(50)});
  EXPECT_EQ(t.run(stale), S::fact_stale);
  EXPECT_EQ(t.run(RuleId(99)), S::rule_not_found);
}

TEST(Release, KeepsItsEvidenceAndReleasesOnce) {
  Escrow t;
  const RuleId rule = t.declare({join(K::any_of, 2), price_at_least(50), at(10)});
  t.context.sequence = 5;
  t.record("BTC", 60);
  t.context.sequence = 6;
  EXPECT_EQ(t.run(rule), S::ok);
  EXPECT_EQ(t.net(t.source), 900);
  EXPECT_EQ(t.net(t.target), 100);
  const Release& kept = t.pools.releases.rows().at(1);
  ASSERT_EQ(kept.evidence.size(), 2U);
  EXPECT_EQ(kept.evidence[0].truth, Truth::yes);
  EXPECT_EQ(kept.evidence[0].value, fact::Value(60));
  EXPECT_EQ(kept.evidence[0].sequence, 5U);
  EXPECT_EQ(kept.evidence[1].truth, Truth::no);
  EXPECT_EQ(kept.sequence, 6U);
  EXPECT_EQ(t.run(rule), S::rule_retired);
}

TEST(Release, ARepeatingRuleKeepsItsIntervalAndTheConduitsLimits) {
  Escrow t;
  const RuleId rule = t.declare({at(0)}, std::nullopt, base::kSecond * 10);
  EXPECT_EQ(t.run(rule), S::ok);  // all: 400 at a time is what the conduit allows
  EXPECT_EQ(t.net(t.target), 400);
  EXPECT_EQ(t.run(rule), S::too_soon);
  for (const base::i128 expected : {800, 1000}) {
    t.context.now = t.context.now + base::kSecond * 10;
    EXPECT_EQ(t.run(rule), S::ok);
    EXPECT_EQ(t.net(t.target), expected);
  }
  t.context.now = t.context.now + base::kSecond * 10;
  EXPECT_EQ(t.run(rule), S::nothing_to_release);
  const RuleId large = t.declare({at(0)}, Amount(401));
  EXPECT_EQ(t.run(large), S::conduit_refuses);
  apply(RetireReleaseRule{.rule = rule}, t.pools, t.context);
  t.changes.commit();
  EXPECT_EQ(t.run(rule), S::rule_retired);
}

TEST(Release, CoverageIsAFactUnderThePoolsName) {
  Escrow t;
  const RuleId rule = t.declare(
      {{.kind = K::coverage_compares, .source = base::SourceId(1), .value = fact::Value(12'000)}});
  t.record("coverage/b", 13'000);
  EXPECT_EQ(t.run(rule), S::fact_missing);
  t.record("coverage/a", 11'999);
  EXPECT_EQ(t.run(rule), S::fact_out_of_bound);
  t.record("coverage/a", 12'000);
  EXPECT_EQ(t.run(rule), S::ok);
}

TEST(Release, DeclareRefusesInOrderOfPrecedence) {
  using R = ReleaseRuleStatus;
  Escrow t;
  t.declare({at(0)});
  DeclareReleaseRule c{.code = "1", .amount = Amount(), .interval = base::Duration(-1)};
  const auto judge = [&] {
    const R shape = check_shape(c);
    return shape != R::ok ? shape : check_state(c, t.pools, t.ledger, t.facts, t.decisions);
  };
  EXPECT_EQ(judge(), R::code_malformed);
  c.code = "rule0";
  EXPECT_EQ(judge(), R::amount_must_not_be_zero);
  c.amount.reset();
  EXPECT_EQ(judge(), R::reason_must_not_be_zero);
  c.reason = kRelease;
  EXPECT_EQ(judge(), R::condition_malformed);
  c.condition = {join(K::all_of, 2),
                 {.kind = K::coverage_compares, .source = base::SourceId(9)},
                 {.kind = K::decision_executed, .proposal = base::ProposalId(9)}};
  EXPECT_EQ(judge(), R::interval_negative);
  c.interval = {};
  EXPECT_EQ(judge(), R::exists);
  c.code = "other";
  EXPECT_EQ(judge(), R::conduit_not_found);
  c.conduit = ConduitId(1);
  EXPECT_EQ(judge(), R::debit_account_not_in_from_pool);
  c.debit_account = t.source;
  EXPECT_EQ(judge(), R::credit_account_not_in_to_pool);
  c.credit_account = t.target;
  EXPECT_EQ(judge(), R::source_not_found);
  c.condition[1].source = base::SourceId(1);
  EXPECT_EQ(judge(), R::proposal_not_found);
  c.condition[2].proposal = base::ProposalId(1);
  EXPECT_EQ(judge(), R::ok);
  apply(RetireConduit{.conduit = ConduitId(1)}, t.pools, t.context);
  EXPECT_EQ(judge(), R::conduit_retired);
}

}  // namespace
}  // namespace cofferdam::pool
