// SPDX-License-Identifier: Apache-2.0
//
// The contributions of a period, line by line. A *need* is what the period must bring in; a
// *modifier* follows a member's own losses as far as they can be believed.
//
//   technical  = (E + r K) / (1 + r) / (1 - expenses), each division rounded up
//   top-up     = (target - fund) / periods, within -50 % and +100 % of technical
//   need       = technical + top-up
//   base_m     = E_m / (1 - expenses), and the rest of the need by the members' tail shares; where
//                the need is less than the expected parts, the need by these
//   modifier_m = 1 + Z (R - 1), R own loss rate over that of all, Z = exposure/(exposure + k),
//                within [0.5, 3] and 25 % of the last one
//   weight_m   = base_m * modifier_m (or the expected part alone is modified)
//   and the need is split by the weights (largest remainder, ties to the lower index), after
//   floors: the minimum deposit, and no reduction while a claim is open.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/base/number.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::insurance {

inline constexpr std::size_t kContributorsMax = 100'000;

enum class ModifierScope : std::uint8_t { whole_base, expected_part };
enum class ContributionReason : std::uint8_t { split, minimum, open_claim };

struct Contributor {
  std::string name;
  base::Amount expected_loss;
  base::Amount tail_share;
  base::Amount exposure;
  base::Amount losses;
  base::Rate last_modifier{base::kRateOne};
  base::Amount last_contribution;
  bool open_claim = false;
  base::Amount volume;
  base::Amount collateral;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "");
    visit("expected_loss", self.expected_loss, "E_m of the period, from the models");
    visit("tail_share", self.tail_share, "co-TVaR of the member, from allocate-capital");
    visit("exposure", self.exposure, "w: stress loss beyond margin over the past, or the like");
    visit("losses", self.losses, "own losses over the same past, each capped before it is added");
    visit("last_modifier", self.last_modifier, "of the period before; 1 for a new member");
    visit("last_contribution", self.last_contribution, "of the period before; 0 for a new member");
    visit("open_claim", self.open_claim, "then the contribution does not fall");
    visit("volume", self.volume, "expected in the period; 0 for none: a basis of the bill only");
    visit("collateral", self.collateral, "expected on average; 0 for none");
  }
};

struct ContributionInput {
  std::uint8_t scale = 2;
  std::vector<Contributor> members;
  base::Amount capital;
  base::Rate cost_of_capital;
  base::Rate expense_ratio;
  base::Amount fund;
  base::Amount target;
  std::uint32_t periods_to_target = 1;
  base::Amount credibility_constant;
  base::Amount minimum;
  ModifierScope modifier_scope = ModifierScope::whole_base;
  base::Rate modifier_least{base::kRateOne / 2};
  base::Rate modifier_most{3 * base::kRateOne};
  base::Rate modifier_step{base::kRateOne / 4};

  static constexpr std::string_view kDoc =
      "Contributions of a pool's members for a period, from technical need, capital shares and "
      "credibility, split to the unit and explained line by line.";
  static constexpr std::string_view kSource =
      "cost-of-capital premium, Euler shares and Buehlmann-Straub credibility (Buehlmann and "
      "Gisler "
      "2005); largest-remainder split (Hamilton 1792); docs/guides/actuarial.md";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of every amount, 0 to 38");
    visit("members", self.members, "1 to 100,000");
    visit("capital", self.capital, "K: TVaR 99.5 % of the pool, from the models");
    visit("cost_of_capital", self.cost_of_capital, "r of the period");
    visit("expense_ratio", self.expense_ratio, "part of the contributions, below 1");
    visit("fund", self.fund, "what the pool has");
    visit("target", self.target, "what it should have");
    visit("periods_to_target", self.periods_to_target, "at least 1");
    visit("credibility_constant", self.credibility_constant,
          "k in the unit of exposure, from the calculator credibility; 0 believes all");
    visit("minimum", self.minimum, "least contribution of a member");
    visit("modifier_scope", self.modifier_scope,
          "whole_base: the modifier acts on everything; expected_part: on the expected loss alone");
    visit("modifier_least", self.modifier_least, "bound, above 0");
    visit("modifier_most", self.modifier_most, "bound");
    visit("modifier_step", self.modifier_step, "most relative change from the last modifier");
  }
};

struct ContributionRow {
  std::string name;
  base::Amount expected_part;
  base::Amount capital_part;
  base::Rate credibility;
  base::Rate relative_loss;
  base::Rate raw_modifier;
  base::Rate modifier;
  base::Amount weight;
  base::Amount contribution;
  ContributionReason reason = ContributionReason::split;
  base::Rate of_volume;
  base::Rate of_collateral;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "");
    visit("expected_part", self.expected_part, "of the base: expected loss with expenses");
    visit("capital_part", self.capital_part, "of the base: capital charge, expenses and top-up");
    visit("credibility", self.credibility, "Z");
    visit("relative_loss", self.relative_loss, "R: own loss rate over that of all");
    visit("raw_modifier", self.raw_modifier, "1 + Z (R - 1)");
    visit("modifier", self.modifier, "within its bounds and step");
    visit("weight", self.weight, "in the split of the need");
    visit("contribution", self.contribution, "what the member pays");
    visit("reason", self.reason, "split, or the floor that holds it up");
    visit("of_volume", self.of_volume, "contribution over volume, rounded down; 0 without volume");
    visit("of_collateral", self.of_collateral, "the same of collateral");
  }
};

struct ContributionOutput {
  base::Amount expected_loss;
  base::Amount technical;
  base::SignedAmount top_up;
  base::Amount need;
  base::Amount total;
  std::vector<ContributionRow> members;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("expected_loss", self.expected_loss, "E: sum over the members");
    visit("technical", self.technical, "premium of the period with capital cost and expenses");
    visit("top_up", self.top_up, "towards the target, within its bounds");
    visit("need", self.need, "technical + top-up");
    visit("total", self.total,
          "sum of the contributions: the need, or more where floors exceed it");
    visit("members", self.members, "in the order of the input");
  }
};

[[nodiscard]] base::Result<ContributionOutput> contribution(const ContributionInput& input);

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::ModifierScope> {
  static constexpr std::array<std::string_view, 2> kNames{"whole_base", "expected_part"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::ContributionReason> {
  static constexpr std::array<std::string_view, 3> kNames{"split", "minimum", "open_claim"};
};
