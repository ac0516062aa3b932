// SPDX-License-Identifier: Apache-2.0
//
// Margin of a contract as parts of its notional: what is asked where no grid is. What asks more in
// every respect takes effect at once; anything else waits for the notice that was set before.
#pragma once

#include "cofferdam/books/margin/margin.h"

namespace cofferdam::margin {

struct SetTiers {
  ContractId contract;
  std::uint32_t initial_ppm = 0;
  std::uint32_t maintenance_ppm = 0;
  Amount open_lower;
  Amount open_upper;
  Duration notice;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
    visit("initial_ppm", self.initial_ppm, "initial requirement, of the notional");
    visit("maintenance_ppm", self.maintenance_ppm,
          "maintenance requirement, of the initial requirement");
    visit("open_lower", self.open_lower,
          "open interest from which the initial requirement rises, in the settlement asset");
    visit("open_upper", self.open_upper,
          "open interest at which it is the whole notional; 0: it does not rise");
    visit("notice", self.notice,
          "how long a change that asks less waits; never shorter than before");
  }
};

enum class SetTiersStatus : std::uint16_t {
  ok,
  initial_ppm_out_of_range,
  maintenance_ppm_out_of_range,
  open_upper_not_above_lower,
  notice_must_not_be_negative,
  contract_not_found,
  notice_would_be_shorter,
};

[[nodiscard]] SetTiersStatus check_shape(const SetTiers& command);
[[nodiscard]] SetTiersStatus check_state(const SetTiers& command, const State& state,
                                         const market::State& market);
SetTiersStatus apply(const SetTiers& command, State& state, ledger::Context& context);

}  // namespace cofferdam::margin

template <>
struct cofferdam::base::EnumText<cofferdam::margin::SetTiersStatus> {
  static constexpr std::array<std::string_view, 7> kNames{"ok",
                                                          "initial_ppm_out_of_range",
                                                          "maintenance_ppm_out_of_range",
                                                          "open_upper_not_above_lower",
                                                          "notice_must_not_be_negative",
                                                          "contract_not_found",
                                                          "notice_would_be_shorter"};
  static constexpr std::array<std::string_view, 7> kDocs{
      "",
      "the initial requirement is 1 to 1000000 millionths of the notional",
      "the maintenance requirement is 1 to 1000000 millionths of the initial requirement",
      "the upper open interest is above the lower one, or both are zero",
      "a notice is some time, or none",
      "the contract must exist",
      "the notice of a contract's tiers is never made shorter"};
};
