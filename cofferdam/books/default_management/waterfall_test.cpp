// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/waterfall.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace cofferdam::default_management {
namespace {

WaterfallLayer layer(std::string code, LayerKind kind, std::uint16_t order, u128 available) {
  return {.code = std::move(code), .kind = kind, .order = order, .available = Amount(available)};
}

WaterfallInput venue(u128 loss) {
  WaterfallInput input{.loss = Amount(loss), .pool = "eth", .owner = "d", .cause = "gap"};
  WaterfallLayer margin = layer("margin", LayerKind::defaulter_margin, 1, 100);
  margin.owner = "d";
  WaterfallLayer sitg = layer("sitg", LayerKind::operator_capital, 3, 50);
  sitg.owner = "operator";
  WaterfallLayer shared = layer("shared", LayerKind::shared_fund, 5, 10'000);
  shared.pool = "common";
  shared.conduit = "common-eth";
  shared.tier_cap = Amount(300);
  shared.tier_used = Amount(100);
  WaterfallLayer mutual = layer("mutual", LayerKind::member_mutual, 4, 0);
  mutual.members = {{"b", Amount(50)}, {"a", Amount(50)}, {"d", Amount(500)}, {"c", Amount(101)}};
  WaterfallLayer fund = layer("fund", LayerKind::pool_fund, 2, 200);
  fund.reserve = Amount(1);
  fund.replenish_to = Amount(150);
  input.layers = {shared, mutual, sitg,
                  fund,   margin, layer("calls", LayerKind::assessment, 0, 1'000'000)};
  return input;
}

Amount charged(const WaterfallOutput& output, std::string_view code) {
  for (const LayerCharge& charge : output.charges)
    if (charge.code == code) return charge.charged;
  return Amount::max();
}

LayerStatus status(const WaterfallOutput& output, std::string_view code) {
  for (const LayerCharge& charge : output.charges)
    if (charge.code == code) return charge.status;
  return LayerStatus::unreachable;
}

// 60 in excess of 250: it bears what is above its attachment, whether or not that was reached by
// the layers before it.
TEST(Waterfall, AnExcessOfLossLayerDoesNotDropDown) {
  WaterfallInput input{.loss = Amount(280), .pool = "eth", .owner = "d", .cause = "gap"};
  WaterfallLayer excess = layer("excess", LayerKind::excess_of_loss, 2, 1'000);
  excess.pool = "mutual";
  excess.conduit = "mutual-eth";
  excess.attachment = Amount(250);
  excess.cap = Amount(60);
  input.layers = {layer("fund", LayerKind::pool_fund, 1, 100), excess};
  const auto charge = [&](u128 loss) {
    input.loss = Amount(loss);
    return charged(*waterfall(input), "excess");
  };
  EXPECT_EQ(charge(250), Amount());
  EXPECT_EQ(charge(280), Amount(30));
  EXPECT_EQ(charge(400), Amount(60));
  EXPECT_EQ(waterfall(input)->uncovered, Amount(240));
  const std::string with = waterfall(input)->certificate;
  input.layers[1].attachment = Amount(251);
  EXPECT_NE(waterfall(input)->certificate, with);
}

TEST(Waterfall, InOrderToTheUnit) {
  const auto output = waterfall(venue(400));
  ASSERT_TRUE(output.has_value()) << output.error().text();
  EXPECT_EQ(charged(*output, "margin"), Amount(100));
  EXPECT_EQ(charged(*output, "fund"), Amount(199));  // one stays
  EXPECT_EQ(charged(*output, "sitg"), Amount(50));
  EXPECT_EQ(charged(*output, "mutual"), Amount(51));
  EXPECT_EQ(charged(*output, "shared"), Amount());
  EXPECT_EQ(charged(*output, "calls"), Amount());
  EXPECT_EQ(status(*output, "calls"), LayerStatus::after_adl);
  EXPECT_EQ(status(*output, "fund"), LayerStatus::exhausted);
  EXPECT_EQ(status(*output, "mutual"), LayerStatus::charged);
  EXPECT_EQ(status(*output, "shared"), LayerStatus::not_reached);
  EXPECT_TRUE(output->uncovered.is_zero());
  for (const LayerCharge& charge : output->charges) {
    if (charge.code == "fund") {
      EXPECT_EQ(charge.replenish, Amount(149));
    }
    if (charge.code != "mutual") continue;
    // 51 over 50, 50, 101 without the defaulter's 500: 12.69, 12.69, 25.63.
    ASSERT_EQ(charge.members.size(), 3U);
    EXPECT_EQ(charge.members[0].charged, Amount(13));
    EXPECT_EQ(charge.members[1].charged, Amount(13));
    EXPECT_EQ(charge.members[2].charged, Amount(25));
  }
}

TEST(Waterfall, WhatIsLeftIsNamed) {
  const auto output = waterfall(venue(1'000));
  // 100 + 199 + 50 + 201 + the tier's 200
  EXPECT_EQ(output->charged, Amount(750));
  EXPECT_EQ(output->uncovered, Amount(250));
  EXPECT_EQ(status(*output, "shared"), LayerStatus::capped);
}

TEST(Waterfall, NobodyPaysTheOwnLossOutOfCommonMoney) {
  WaterfallInput input = venue(1'000);
  for (WaterfallLayer& entry : input.layers)
    if (entry.code == "sitg") entry.owner = "d";
  EXPECT_EQ(status(*waterfall(input), "sitg"), LayerStatus::wrong_owner);
  for (WaterfallLayer& entry : input.layers)
    if (entry.code == "margin") entry.owner = "somebody";
  EXPECT_EQ(status(*waterfall(input), "margin"), LayerStatus::wrong_owner);
  for (WaterfallLayer& entry : input.layers)
    if (entry.code == "shared") entry.conduit.clear();
  EXPECT_EQ(status(*waterfall(input), "shared"), LayerStatus::unreachable);
  EXPECT_EQ(charged(*waterfall(input), "shared"), Amount());
}

TEST(Waterfall, GroupsShareByWeightAndPassOnWhatIsFull) {
  WaterfallInput input{.loss = Amount(100), .pool = "p", .owner = "d"};
  input.layers = {layer("a", LayerKind::pool_fund, 1, 10),
                  layer("b", LayerKind::shared_fund, 1, 900),
                  layer("c", LayerKind::shared_fund, 1, 900)};
  input.layers[0].weight = Amount(2);
  input.layers[1].weight = Amount(1);
  input.layers[2].weight = Amount(1);
  const auto output = waterfall(input);
  EXPECT_EQ(charged(*output, "a"), Amount(10));
  EXPECT_EQ(charged(*output, "b"), Amount(45));
  EXPECT_EQ(charged(*output, "c"), Amount(45));
}

TEST(Waterfall, TheCertificateCoversInputAndOutput) {
  const WaterfallInput input = venue(400);
  const auto output = waterfall(input);
  const std::string lines = certificate_text(input, *output);
  EXPECT_EQ(lines.substr(0, lines.find('\n')), "cofferdam-waterfall-1");
  EXPECT_NE(lines.find("charge mutual\nstatus charged\ncharged 51\n"), std::string::npos);
  EXPECT_EQ(output->certificate, waterfall(input)->certificate);
  EXPECT_NE(output->certificate, waterfall(venue(401))->certificate);
  WaterfallInput other = input;
  other.cause = "other";
  EXPECT_NE(output->certificate, waterfall(other)->certificate);
}

WaterfallInput random_input() {
  WaterfallInput input{.pool = "p", .owner = "d"};
  input.loss = Amount(*rc::gen::inRange<std::uint64_t>(0, 3'000));
  const auto layers = *rc::gen::inRange<int>(1, 9);
  for (int i = 0; i < layers; ++i) {
    WaterfallLayer entry =
        layer("l" + std::to_string(i), static_cast<LayerKind>(*rc::gen::inRange(0, 8)),
              *rc::gen::inRange<std::uint16_t>(0, 4), *rc::gen::inRange<std::uint64_t>(0, 500));
    if (*rc::gen::inRange(0, 3) == 0) entry.owner = "d";
    if (*rc::gen::inRange(0, 4) == 0) entry.pool = "other";
    if (*rc::gen::inRange(0, 2) == 0) entry.conduit = "c";
    if (*rc::gen::inRange(0, 2) == 0) entry.cap = Amount(*rc::gen::inRange<std::uint64_t>(0, 300));
    if (*rc::gen::inRange(0, 2) == 0) entry.weight = Amount(*rc::gen::inRange<std::uint64_t>(0, 9));
    if (*rc::gen::inRange(0, 2) == 0) {
      entry.available = Amount();
      for (int m = 0; m < *rc::gen::inRange(1, 6); ++m)
        entry.members.push_back({m == 0 ? "d" : "m" + std::to_string(m),
                                 Amount(*rc::gen::inRange<std::uint64_t>(0, 99))});
    }
    input.layers.push_back(entry);
  }
  return input;
}

TEST(Waterfall, ConservesAndTouchesNobodyOutside) {
  EXPECT_TRUE(rc::check([] {
    const WaterfallInput input = random_input();
    const auto output = waterfall(input);
    RC_ASSERT(output.has_value());
    Amount sum;
    for (const LayerCharge& charge : output->charges) {
      sum += charge.charged;
      const auto named = std::find_if(input.layers.begin(), input.layers.end(),
                                      [&](const auto& l) { return l.code == charge.code; });
      RC_ASSERT(charge.charged <= charge.can_give);
      if (!is_mechanical(named->kind)) RC_ASSERT(charge.charged.is_zero());
      if (is_defaulters(named->kind) != (named->owner == "d")) RC_ASSERT(charge.charged.is_zero());
      if (named->pool == "other" && named->conduit.empty()) RC_ASSERT(charge.charged.is_zero());
      if (named->cap) RC_ASSERT(charge.charged <= *named->cap);
      Amount members;
      for (const MemberCharge& member : charge.members) {
        members += member.charged;
        if (!is_defaulters(named->kind)) RC_ASSERT(member.owner != "d");
      }
      if (!charge.members.empty()) RC_ASSERT(members == charge.charged);
      // An earlier layer with room means that no later one was asked.
      for (const LayerCharge& later : output->charges)
        if (later.order > charge.order && !later.charged.is_zero() &&
            std::none_of(input.layers.begin(), input.layers.end(), [&](const auto& l) {
              return l.order == charge.order && !l.weight.is_zero();
            }))
          RC_ASSERT(charge.charged == charge.can_give);
    }
    RC_ASSERT(sum == output->charged);
    RC_ASSERT(output->charged + output->uncovered == input.loss);
  }));
}

TEST(Waterfall, DoesNotDependOnTheOrderOfTheList) {
  EXPECT_TRUE(rc::check([] {
    WaterfallInput input = random_input();
    const auto before = waterfall(input);
    std::mt19937 dice(*rc::gen::arbitrary<std::uint32_t>());
    std::shuffle(input.layers.begin(), input.layers.end(), dice);
    for (WaterfallLayer& entry : input.layers)
      std::shuffle(entry.members.begin(), entry.members.end(), dice);
    RC_ASSERT(before->certificate == waterfall(input)->certificate);
  }));
}

TEST(Waterfall, MalformedInput) {
  EXPECT_FALSE(waterfall({.pool = "p", .owner = "d"}).has_value());
  WaterfallInput input = venue(1);
  input.layers.push_back(input.layers.front());
  EXPECT_FALSE(waterfall(input).has_value());  // the same code twice
  input = venue(1);
  input.layers[1].available = Amount(5);  // has members
  EXPECT_FALSE(waterfall(input).has_value());
  input = venue(1);
  input.owner = "a b";
  EXPECT_FALSE(waterfall(input).has_value());
}

}  // namespace
}  // namespace cofferdam::default_management
