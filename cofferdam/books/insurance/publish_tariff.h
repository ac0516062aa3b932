// SPDX-License-Identifier: Apache-2.0
//
// Publishes the tariff of a period before it begins. The figures of the models go in as integers;
// the contribution rule runs here, so that the rates follow from what is on record. Until the
// period begins a later version may replace it; from then on it stands.
#pragma once

#include "cofferdam/books/insurance/state.h"

namespace cofferdam::insurance {

struct TariffMember {
  OwnerId member;
  Amount expected_loss;
  Amount tail_share;
  Amount exposure;
  Amount losses;
  bool open_claim = false;
  Amount volume;
  Amount collateral;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("member", self.member, "an active member");
    visit("expected_loss", self.expected_loss, "E_m of the period, from the models");
    visit("tail_share", self.tail_share, "co-TVaR of the member, from allocate-capital");
    visit("exposure", self.exposure, "w: stress loss beyond margin over the past, or the like");
    visit("losses", self.losses, "own losses over the same past, each capped before it is added");
    visit("open_claim", self.open_claim, "then the contribution does not fall");
    visit("volume", self.volume, "expected in the period");
    visit("collateral", self.collateral, "expected on average");
  }
};

struct PublishTariff {
  PoolId pool;
  AssetId asset;
  std::uint32_t period = 0;
  Time start;
  Time end;
  std::string model;
  std::string parameters;
  std::vector<TariffTier> tiers;
  std::uint32_t volume_ppm = kPpmOne;
  Amount capital;
  Rate cost_of_capital;
  Rate expense_ratio;
  Amount target;
  std::uint32_t periods_to_target = 1;
  Amount credibility_constant;
  Amount minimum;
  ModifierScope modifier_scope = ModifierScope::whole_base;
  Rate modifier_least{base::kRateOne / 2};
  Rate modifier_most{3 * base::kRateOne};
  Rate modifier_step{base::kRateOne / 4};
  std::vector<TariffMember> members;

  static constexpr std::string_view kDoc =
      "Publishes what each member pays in a period, before the period begins.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what it counts");
    visit("period", self.period, "its number, above 0; periods follow each other by number");
    visit("start", self.start, "first moment of the period");
    visit("end", self.end, "first moment after it");
    visit("model", self.model, "name and version of the model whose figures these are");
    visit("parameters", self.parameters, "SHA-256 of its parameters; empty: none");
    visit("tiers", self.tiers, "of the volume scale, at most 16; none: one rate");
    visit("volume_ppm", self.volume_ppm,
          "part of a contribution that is billed on volume, in millionths; the rest on collateral");
    visit("capital", self.capital, "K: TVaR 99.5 % of the pool, from the models");
    visit("cost_of_capital", self.cost_of_capital, "r of the period");
    visit("expense_ratio", self.expense_ratio, "part of the contributions, below 1");
    visit("target", self.target, "what the capital of the pool should be");
    visit("periods_to_target", self.periods_to_target, "at least 1");
    visit("credibility_constant", self.credibility_constant,
          "k in the unit of exposure; 0 believes all");
    visit("minimum", self.minimum, "least contribution of a member");
    visit("modifier_scope", self.modifier_scope,
          "whole_base: the modifier acts on everything; expected_part: on the expected loss alone");
    visit("modifier_least", self.modifier_least, "bound, above 0");
    visit("modifier_most", self.modifier_most, "bound");
    visit("modifier_step", self.modifier_step, "most relative change from the last modifier");
    visit("members", self.members, "1 to 8190, each once");
  }
};

enum class TariffStatus : std::uint16_t {
  ok,
  no_members,
  too_many_members,
  period_zero,
  period_malformed,
  model_malformed,
  parameters_malformed,
  tiers_malformed,
  part_malformed,
  member_twice,
  not_an_insurance_pool,
  has_different_asset,
  member_not_found,
  period_begun,
  periods_overlap,
  contribution_refused,
  rate_too_large,
};

[[nodiscard]] TariffStatus check_shape(const PublishTariff& command);
[[nodiscard]] TariffStatus check_state(const PublishTariff& command, const State& state,
                                       const ledger::State& ledger);
TariffStatus apply(const PublishTariff& command, State& state, ledger::State& ledger,
                   Context& context);

// What the calculator contribution is asked for a tariff, with this much capital in the pool.
[[nodiscard]] ContributionInput tariff_input(const PublishTariff& command, const State& state,
                                             Amount fund);

// The tariff in force for a period: its highest version. Null where there is none.
[[nodiscard]] const Tariff* tariff_of(const State& state, PoolId pool, std::uint32_t period);

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::TariffStatus> {
  static constexpr std::array<std::string_view, 17> kNames{"ok",
                                                           "no_members",
                                                           "too_many_members",
                                                           "period_zero",
                                                           "period_malformed",
                                                           "model_malformed",
                                                           "parameters_malformed",
                                                           "tiers_malformed",
                                                           "part_malformed",
                                                           "member_twice",
                                                           "not_an_insurance_pool",
                                                           "has_different_asset",
                                                           "member_not_found",
                                                           "period_begun",
                                                           "periods_overlap",
                                                           "contribution_refused",
                                                           "rate_too_large"};
  static constexpr std::array<std::string_view, 17> kDocs{
      "",
      "a tariff names at least one member",
      "a tariff names at most 8190 members",
      "periods are numbered from 1",
      "a period begins in 1970 or later and ends after its beginning, at most 366 days later",
      "a model is named in 1 to 128 printable characters",
      "parameters are given as 64 lower-case hexadecimal digits, or not at all",
      "the first tier begins at 0, each later one above the one before; factors are at most "
      "1,000,000,000 millionths",
      "a part is at most 1,000,000 millionths",
      "a member stands once",
      "an insurance pool must have been opened over the pool",
      "the insurance pool counts another asset",
      "each member must be active",
      "a tariff is published before its period begins, and stands from then on",
      "periods follow each other by number and do not overlap",
      "the figures are beyond the bounds of the contribution rule (see the calculator "
      "contribution)",
      "a rate must fit 127 bits"};
};
