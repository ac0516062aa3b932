// SPDX-License-Identifier: Apache-2.0
//
// Says what a contract is: its instrument, index, expiry, fees, funding, and how far its marks may
// be relied on. What the contract promises (instrument, expiry and its averaging, the option's
// terms, the asset delivered) is fixed with the first trade; fees, funding and bounds may be set
// anew, and each setting is a version. A contract without terms is a perpetual without index, fees
// or funding.
#pragma once

#include "cofferdam/books/market/terms.h"

namespace cofferdam::market {

struct SetTerms {
  ContractId contract;
  Instrument instrument = Instrument::perpetual;
  std::string index;
  Time expiry;
  Duration averaging;
  Duration observation_interval;
  std::uint32_t observations_min = 0;
  OptionKind option_kind = OptionKind::call;
  OptionPayoff payoff = OptionPayoff::linear;
  PayoffRounding payoff_rounding = PayoffRounding::down;
  std::uint8_t scale = 0;
  Level strike;
  AssetId base_asset;
  Duration funding_interval;
  Rate funding_rate_max;
  Duration mark_age_max;
  std::uint32_t mark_deviation_bps_max = 0;
  Duration haircut_period;
  std::uint32_t haircut_ppm = 0;
  std::int32_t maker_ppm = 0;
  std::int32_t taker_ppm = 0;
  FeeBasis fee_basis = FeeBasis::value;
  std::uint32_t fee_cap_ppm = 0;

  static constexpr std::string_view kDoc =
      "Says what a contract is: instrument, index, expiry, fees, funding and bounds of its marks.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
    visit("instrument", self.instrument, "perpetual, future, option or spot");
    visit("index", self.index, "code of the index of the underlying; empty for none");
    visit("expiry", self.expiry, "future and option: when it expires");
    visit("averaging", self.averaging,
          "future and option: window before the expiry over which the index is averaged");
    visit("observation_interval", self.observation_interval,
          "future and option: least time between two observations of the index; 0 for all");
    visit("observations_min", self.observations_min,
          "future and option: observations that the expiry needs, at least 1");
    visit("option_kind", self.option_kind, "option: call or put");
    visit("payoff", self.payoff, "option: linear, or coin: divided by the index");
    visit("payoff_rounding", self.payoff_rounding,
          "option: how the payoff of one smallest quantity is rounded");
    visit("scale", self.scale, "option: decimal digits of the strike; must be the index's");
    visit("strike", self.strike, "option: in the scale of the index");
    visit("base_asset", self.base_asset, "spot: what is delivered for the settlement asset");
    visit("funding_interval", self.funding_interval,
          "perpetual: least time between fundings; 0 for none");
    visit("funding_rate_max", self.funding_rate_max,
          "perpetual: largest rate of one interval, either way; 0: not bounded");
    visit("mark_age_max", self.mark_age_max, "an older mark is stale; 0: as the contract says");
    visit("mark_deviation_bps_max", self.mark_deviation_bps_max,
          "furthest that the mark may lie from the index, or an option's from its bounds, in basis "
          "points of the index; 0: not bounded");
    visit("haircut_period", self.haircut_period,
          "a stale price loses the haircut once for every period begun; 0: once");
    visit("haircut_ppm", self.haircut_ppm, "what it loses, in millionths");
    visit("maker_ppm", self.maker_ppm,
          "fee of the side that rested, in millionths; negative is a rebate");
    visit("taker_ppm", self.taker_ppm, "fee of the side that came, in millionths");
    visit("fee_basis", self.fee_basis,
          "value of the trade, or quantity of the underlying (options in coin)");
    visit("fee_cap_ppm", self.fee_cap_ppm,
          "a fee is at most this part of the trade's value, in millionths; 0: no cap");
  }
};

enum class SetTermsStatus : std::uint16_t {
  ok,
  index_malformed,
  duration_negative,
  expiry_does_not_fit_instrument,
  expiry_needs_index,
  averaging_needs_expiry,
  averaging_missing,
  strike_does_not_fit_instrument,
  base_asset_does_not_fit_instrument,
  funding_does_not_fit_instrument,
  funding_rate_negative,
  deviation_needs_index,
  haircut_out_of_range,
  fee_out_of_range,
  rebate_exceeds_fee,
  fee_basis_does_not_fit,
  contract_not_found,
  contract_closed,
  instrument_needs_linear,
  index_not_found,
  strike_scale_differs,
  base_asset_not_found,
  base_asset_is_settlement_asset,
  quantity_finer_than_base_asset,
  promise_is_fixed,
  expiry_in_the_past,
  too_many_versions,
};

[[nodiscard]] SetTermsStatus check_shape(const SetTerms& command);
[[nodiscard]] SetTermsStatus check_state(const SetTerms& command, const TermsState& state,
                                         const State& market, const ledger::State& ledger,
                                         const ledger::Context& context);
SetTermsStatus apply(const SetTerms& command, TermsState& state, ledger::Context& context);

}  // namespace cofferdam::market

template <>
struct cofferdam::base::EnumText<cofferdam::market::SetTermsStatus> {
  static constexpr std::array<std::string_view, 27> kNames{"ok",
                                                           "index_malformed",
                                                           "duration_negative",
                                                           "expiry_does_not_fit_instrument",
                                                           "expiry_needs_index",
                                                           "averaging_needs_expiry",
                                                           "averaging_missing",
                                                           "strike_does_not_fit_instrument",
                                                           "base_asset_does_not_fit_instrument",
                                                           "funding_does_not_fit_instrument",
                                                           "funding_rate_negative",
                                                           "deviation_needs_index",
                                                           "haircut_out_of_range",
                                                           "fee_out_of_range",
                                                           "rebate_exceeds_fee",
                                                           "fee_basis_does_not_fit",
                                                           "contract_not_found",
                                                           "contract_closed",
                                                           "instrument_needs_linear",
                                                           "index_not_found",
                                                           "strike_scale_differs",
                                                           "base_asset_not_found",
                                                           "base_asset_is_settlement_asset",
                                                           "quantity_finer_than_base_asset",
                                                           "promise_is_fixed",
                                                           "expiry_in_the_past",
                                                           "too_many_versions"};
  static constexpr std::array<std::string_view, 27> kDocs{
      "",
      "the index is named by its code, at most 32 characters",
      "durations are not negative",
      "a future and an option have an expiry; a perpetual and spot have none",
      "what expires names the index that it expires at",
      "averaging, its interval and its observations belong to what expires",
      "what expires has an averaging window and needs at least one observation",
      "an option has a positive strike; nothing else has a strike or a payoff",
      "spot names what is delivered; nothing else does",
      "a perpetual alone is funded",
      "the largest rate is not negative",
      "a deviation from the index needs an index",
      "a haircut is at most 950000 millionths",
      "fees and caps are at most 1000000 millionths, and the taker's fee is not negative",
      "a maker's rebate is at most the taker's fee",
      "a fee on the quantity belongs to an option in coin",
      "the contract must exist",
      "a closed contract keeps its terms",
      "an option and spot need a linear contract: their price is what is paid",
      "the index must exist",
      "the strike is in the scale of the index",
      "the base asset must exist",
      "the base asset is another than the settlement asset",
      "spot trades whole units of its base asset: multiplier 1, quantity no finer than the asset",
      "what a contract promises is fixed with its first trade",
      "an expiry is in the future when it is set",
      "the terms of a contract are set at most 10000 times"};
};
