// SPDX-License-Identifier: Apache-2.0
//
// Charges members for a period by the tariff that was in force when it began. A member is charged
// once for a period: the same figures given again change nothing, others are refused.
#pragma once

#include "cofferdam/books/insurance/state.h"

namespace cofferdam::insurance {

struct Billing {
  OwnerId member;
  Amount volume;
  Amount average_collateral;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("member", self.member, "who has a rate in the tariff");
    visit("volume", self.volume, "in the period");
    visit("average_collateral", self.average_collateral, "of the period");
  }
};

struct ChargeMembers {
  PoolId pool;
  AssetId asset;
  std::uint32_t period = 0;
  std::vector<Billing> members;

  static constexpr std::string_view kDoc =
      "Charges members for a period by its tariff, each once; all of them or none.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what it counts");
    visit("period", self.period, "its number");
    visit("members", self.members, "1 to 8190");
  }
};

enum class ChargeStatus : std::uint16_t {
  ok,
  no_members,
  too_many_members,
  not_an_insurance_pool,
  has_different_asset,
  tariff_not_found,
  period_not_begun,
  rate_not_found,
  charged_otherwise,
  charge_too_large,
  account_refuses,
};

[[nodiscard]] ChargeStatus check_shape(const ChargeMembers& command);
[[nodiscard]] ChargeStatus check_state(const ChargeMembers& command, const State& state,
                                       const ledger::State& ledger);
ChargeStatus apply(const ChargeMembers& command, State& state, ledger::State& ledger,
                   Context& context);

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::ChargeStatus> {
  static constexpr std::array<std::string_view, 11> kNames{"ok",
                                                           "no_members",
                                                           "too_many_members",
                                                           "not_an_insurance_pool",
                                                           "has_different_asset",
                                                           "tariff_not_found",
                                                           "period_not_begun",
                                                           "rate_not_found",
                                                           "charged_otherwise",
                                                           "charge_too_large",
                                                           "account_refuses"};
  static constexpr std::array<std::string_view, 11> kDocs{
      "",
      "a charge names at least one member",
      "a charge names at most 8190 members",
      "an insurance pool must have been opened over the pool",
      "the insurance pool counts another asset",
      "a tariff for the period must have been published",
      "members are charged from the beginning of the period on",
      "each member must have a rate in the tariff",
      "a member is charged once for a period; other figures were charged",
      "a charge must fit 127 bits",
      "a member's account does not hold the charge, or it is frozen or closed"};
};
