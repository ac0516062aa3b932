// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/stress/adequacy_proof.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cofferdam::stress {
namespace {

using base::Amount;
using base::SignedAmount;

AdequacyLeaf leaf(std::string account, base::i128 position, base::i128 up, base::i128 down) {
  return {.account = std::move(account),
          .salt = "00112233445566778899aabbccddeeff",
          .positions = {SignedAmount(position)},
          .equity = {SignedAmount(up), SignedAmount(down)}};
}

AdequacyProofInput three() {
  return {.context = "state a grid b record 1",
          .contracts = {"P"},
          .scenarios = {"up", "down"},
          .resources = Amount(30),
          .accounts = {leaf("ann", 5, 120, -30), leaf("bob", -3, 40, 95), leaf("cid", -2, 10, 60)},
          .account = "bob"};
}

AdequacyVerifyInput of(const AdequacyProofInput& in, const AdequacyProofOutput& out,
                       AdequacyLeaf own) {
  return {.scale = in.scale,
          .context = in.context,
          .contracts = in.contracts,
          .scenarios = in.scenarios,
          .resources = in.resources,
          .root = out.root,
          .leaf = std::move(own),
          .index = *out.index,
          .leaves = out.leaves,
          .steps = out.steps};
}

AdequacyVerdict verdict(const AdequacyVerifyInput& input) {
  const auto out = adequacy_verify(input);
  return out ? out->verdict : AdequacyVerdict::path_broken;
}

TEST(AdequacyProof, SumsAndVerdicts) {
  const AdequacyProofInput in = three();
  const auto out = adequacy_proof(in);
  ASSERT_TRUE(out.has_value()) << out.error().text();
  EXPECT_TRUE(out->is_matched);
  EXPECT_TRUE(out->is_covered);
  EXPECT_EQ(out->contracts[0].held_long, Amount(5));
  EXPECT_EQ(out->scenarios[0].positive, Amount(170));
  EXPECT_EQ(out->scenarios[1].negative, Amount(30));
  EXPECT_EQ(verdict(of(in, *out, in.accounts[1])), AdequacyVerdict::holds);
  AdequacyProofInput short_of_one = in;
  short_of_one.resources = Amount(29);
  const auto thin = adequacy_proof(short_of_one);
  EXPECT_FALSE(thin->is_covered);
  EXPECT_EQ(verdict(of(short_of_one, *thin, in.accounts[1])), AdequacyVerdict::not_covered);
}

// A venue that leaves out a loser: the root is what it publishes, and it says so itself.
TEST(AdequacyProof, AHiddenLoserBreaksLongAndShort) {
  AdequacyProofInput in = three();
  in.accounts.erase(in.accounts.begin());
  const auto out = adequacy_proof(in);
  EXPECT_FALSE(out->is_matched);
  EXPECT_EQ(verdict(of(in, *out, in.accounts[0])), AdequacyVerdict::not_matched);
}

TEST(AdequacyProof, EveryChangeIsSeen) {
  const AdequacyProofInput in = three();
  const auto out = adequacy_proof(in);
  const AdequacyVerifyInput good = of(in, *out, in.accounts[1]);
  const auto broken = [&](auto change) {
    AdequacyVerifyInput other = good;
    change(other);
    return verdict(other);
  };
  using Input = AdequacyVerifyInput;
  EXPECT_EQ(broken([](Input& i) { i.leaf.positions[0] = SignedAmount(-4); }),
            AdequacyVerdict::other_root);
  EXPECT_EQ(broken([](Input& i) { i.leaf.equity[1] = SignedAmount(94); }),
            AdequacyVerdict::other_root);
  EXPECT_EQ(broken([](Input& i) { i.leaf.salt[0] = 'f'; }), AdequacyVerdict::other_root);
  EXPECT_EQ(broken([](Input& i) { i.context += "0"; }), AdequacyVerdict::other_root);
  EXPECT_EQ(broken([](Input& i) { i.resources = Amount(31); }), AdequacyVerdict::other_root);
  EXPECT_EQ(broken([](Input& i) { i.scenarios[0] = "side"; }), AdequacyVerdict::other_root);
  EXPECT_EQ(broken([](Input& i) { i.steps[0].sums[0] = Amount(6); }), AdequacyVerdict::other_root);
  EXPECT_EQ(broken([](Input& i) { i.steps.pop_back(); }), AdequacyVerdict::path_broken);
  EXPECT_EQ(broken([](Input& i) { i.index = 0; }), AdequacyVerdict::path_broken);
}

TEST(AdequacyProof, BadInput) {
  const auto refused = [](auto change) {
    AdequacyProofInput in = three();
    change(in);
    return !adequacy_proof(in).has_value();
  };
  using Input = AdequacyProofInput;
  EXPECT_TRUE(refused([](Input& i) { i.accounts.clear(); }));
  EXPECT_TRUE(refused([](Input& i) { i.accounts[1].account = "ann"; }));
  EXPECT_TRUE(refused([](Input& i) { i.accounts[1].salt = "12"; }));
  EXPECT_TRUE(refused([](Input& i) { i.accounts[1].equity.pop_back(); }));
  EXPECT_TRUE(refused([](Input& i) { i.context = "two\nlines"; }));
  EXPECT_TRUE(refused([](Input& i) { i.account = "dan"; }));
}

TEST(AdequacyProof, EveryAccountOfEveryTreeVerifies) {
  EXPECT_TRUE(rc::check([] {
    AdequacyProofInput in = three();
    in.accounts.clear();
    in.resources = Amount(1'000'000);
    const int count = *rc::gen::inRange(1, 40);
    base::i128 sum = 0;
    for (int i = 0; i < count; ++i) {
      const int held = i + 1 < count ? *rc::gen::inRange(-100, 101) : 0;
      const base::i128 position = i + 1 < count ? held : -sum;
      sum += position;
      in.accounts.push_back(leaf("account-" + std::to_string(i), position,
                                 *rc::gen::inRange(-1'000, 1'000),
                                 *rc::gen::inRange(-1'000, 1'000)));
    }
    std::string root;
    for (const AdequacyLeaf& own : in.accounts) {
      in.account = own.account;
      const auto out = adequacy_proof(in);
      RC_ASSERT(out.has_value());
      RC_ASSERT(root.empty() || root == out->root);
      root = out->root;
      RC_ASSERT(verdict(of(in, *out, own)) == AdequacyVerdict::holds);
    }
  }));
}

}  // namespace
}  // namespace cofferdam::stress
