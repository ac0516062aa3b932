// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/set_terms.h"

#include "cofferdam/books/ledger/create_asset.h"
#include "cofferdam/books/market/fees.h"

namespace cofferdam::market {

namespace {

using S = SetTermsStatus;

[[nodiscard]] S check_expiry(const SetTerms& command) {
  if (expires(command.instrument) != (command.expiry > Time()))
    return S::expiry_does_not_fit_instrument;
  if (!expires(command.instrument)) {
    if (command.expiry != Time()) return S::expiry_does_not_fit_instrument;
    if (command.averaging != Duration() || command.observation_interval != Duration() ||
        command.observations_min != 0)
      return S::averaging_needs_expiry;
    return S::ok;
  }
  if (command.index.empty()) return S::expiry_needs_index;
  if (command.averaging == Duration() || command.observations_min == 0) return S::averaging_missing;
  return S::ok;
}

[[nodiscard]] S check_instrument(const SetTerms& command) {
  const bool option = command.instrument == Instrument::option;
  if (option != (command.strike.value() > 0)) return S::strike_does_not_fit_instrument;
  if (!option &&
      (!command.strike.is_zero() || command.scale != 0 || command.option_kind != OptionKind::call ||
       command.payoff != OptionPayoff::linear || command.payoff_rounding != PayoffRounding::down))
    return S::strike_does_not_fit_instrument;
  if ((command.instrument == Instrument::spot) == command.base_asset.is_none())
    return S::base_asset_does_not_fit_instrument;
  if (command.instrument != Instrument::perpetual &&
      (command.funding_interval != Duration() || !command.funding_rate_max.is_zero()))
    return S::funding_does_not_fit_instrument;
  return S::ok;
}

[[nodiscard]] S check_fees(const SetTerms& command) {
  constexpr auto kMost = static_cast<std::int32_t>(kPpmOne);
  if (command.maker_ppm < -kMost || command.maker_ppm > kMost || command.taker_ppm < 0 ||
      command.taker_ppm > kMost || command.fee_cap_ppm > kPpmOne)
    return S::fee_out_of_range;
  if (command.maker_ppm + command.taker_ppm < 0) return S::rebate_exceeds_fee;
  if (command.fee_basis == FeeBasis::quantity &&
      (command.instrument != Instrument::option || command.payoff != OptionPayoff::coin))
    return S::fee_basis_does_not_fit;
  return S::ok;
}

[[nodiscard]] S check_spot(const SetTerms& command, const Contract& contract,
                           const ledger::State& ledger) {
  const ledger::Asset* base_asset = ledger.assets.find(command.base_asset);
  if (base_asset == nullptr) return S::base_asset_not_found;
  if (command.base_asset == contract.settlement_asset) return S::base_asset_is_settlement_asset;
  if (contract.multiplier != 1 || contract.multiplier_scale != 0 ||
      contract.quantity_scale > base_asset->scale)
    return S::quantity_finer_than_base_asset;
  return S::ok;
}

[[nodiscard]] Terms row_of(const SetTerms& command, std::uint32_t version, Time now) {
  return Terms{.contract = command.contract,
               .version = version,
               .instrument = command.instrument,
               .index = command.index,
               .expiry = command.expiry,
               .averaging = command.averaging,
               .observation_interval = command.observation_interval,
               .observations_min = command.observations_min,
               .option_kind = command.option_kind,
               .payoff = command.payoff,
               .payoff_rounding = command.payoff_rounding,
               .scale = command.scale,
               .strike = command.strike,
               .base_asset = command.base_asset,
               .funding_interval = command.funding_interval,
               .funding_rate_max = command.funding_rate_max,
               .mark_age_max = command.mark_age_max,
               .mark_deviation_bps_max = command.mark_deviation_bps_max,
               .haircut_period = command.haircut_period,
               .haircut_ppm = command.haircut_ppm,
               .changed = now};
}

void keep_fees(const SetTerms& command, std::uint32_t version, TermsState& state,
               ledger::Context& context) {
  const FeeSchedule row{.contract = command.contract,
                        .version = version,
                        .since = context.sequence,
                        .maker_ppm = command.maker_ppm,
                        .taker_ppm = command.taker_ppm,
                        .basis = command.fee_basis,
                        .cap_ppm = command.fee_cap_ppm};
  const FeeSchedule* last = fees_at(state, command.contract, context.sequence);
  if (last == nullptr || last->maker_ppm != row.maker_ppm || last->taker_ppm != row.taker_ppm ||
      last->basis != row.basis || last->cap_ppm != row.cap_ppm)
    state.fees.insert(context.changes, row);
}

}  // namespace

bool same_promise(const Terms& a, const Terms& b) {
  const bool same_index = a.index == b.index || !expires(a.instrument);
  return a.instrument == b.instrument && a.expiry == b.expiry && same_index &&
         a.averaging == b.averaging && a.observation_interval == b.observation_interval &&
         a.observations_min == b.observations_min && a.option_kind == b.option_kind &&
         a.payoff == b.payoff && a.payoff_rounding == b.payoff_rounding && a.scale == b.scale &&
         a.strike == b.strike && a.base_asset == b.base_asset;
}

S check_shape(const SetTerms& command) {
  if (!command.index.empty() && !ledger::is_code(command.index, kIndexCodeMax))
    return S::index_malformed;
  for (const Duration each :
       {command.averaging, command.observation_interval, command.funding_interval,
        command.mark_age_max, command.haircut_period})
    if (each.is_negative()) return S::duration_negative;
  if (const S status = check_expiry(command); status != S::ok) return status;
  if (const S status = check_instrument(command); status != S::ok) return status;
  if (command.funding_rate_max.is_negative()) return S::funding_rate_negative;
  if (command.mark_deviation_bps_max != 0 && command.index.empty()) return S::deviation_needs_index;
  if (command.haircut_ppm > kHaircutPpmMax) return S::haircut_out_of_range;
  return check_fees(command);
}

S check_state(const SetTerms& command, const TermsState& state, const State& market,
              const ledger::State& ledger, const ledger::Context& context) {
  const Contract* contract = market.contracts.find(command.contract);
  if (contract == nullptr) return S::contract_not_found;
  if (contract->status == ContractStatus::closed) return S::contract_closed;
  if (pays_at_trade(command.instrument) && contract->kind != ContractKind::linear)
    return S::instrument_needs_linear;
  if (!command.index.empty()) {
    const Index* index = state.indices.find(command.index);
    if (index == nullptr) return S::index_not_found;
    if (command.instrument == Instrument::option && command.scale != index->scale)
      return S::strike_scale_differs;
  }
  if (command.instrument == Instrument::spot)
    if (const S status = check_spot(command, *contract, ledger); status != S::ok) return status;
  const Terms* now = state.terms.find(command.contract);
  const Terms before = now == nullptr ? Terms{} : *now;
  const bool same = same_promise(row_of(command, 1, context.now), before);
  if (!same && market.turnovers.find(command.contract)->trades > 0) return S::promise_is_fixed;
  if (!same && expires(command.instrument) && command.expiry <= context.now)
    return S::expiry_in_the_past;
  if (before.version >= kTermsVersionsMax) return S::too_many_versions;
  return S::ok;
}

S apply(const SetTerms& command, TermsState& state, ledger::Context& context) {
  const Slot slot = state.terms.find_slot(command.contract);
  const std::uint32_t version = slot == base::kNoSlot ? 1 : state.terms.at(slot).version + 1;
  const Terms row = row_of(command, version, context.now);
  if (slot == base::kNoSlot) {
    state.terms.insert(context.changes, row);
  } else {
    state.terms.edit(context.changes, slot) = row;
  }
  keep_fees(command, version, state, context);
  if (expires(row.instrument)) {
    const IndexAverage average{.expiry = row.expiry,
                               .index = row.index,
                               .averaging = row.averaging,
                               .observation_interval = row.observation_interval,
                               .scale = state.indices.find(row.index)->scale};
    if (state.averages.find(average.key()) == nullptr)
      state.averages.insert(context.changes, average);
  }
  return S::ok;
}

}  // namespace cofferdam::market
