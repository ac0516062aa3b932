// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/create_contract.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/books/ledger/create_asset.h"
#include "cofferdam/books/market/value.h"

#include <algorithm>

namespace cofferdam::market {

namespace {

using S = CreateContractStatus;

constexpr unsigned kInputScaleMax = 18;

[[nodiscard]] std::string value_code(const CreateContract& command) {
  return command.code + std::string(kValueSuffix);
}

[[nodiscard]] Scales scales_of(const CreateContract& command, const ledger::Asset& settlement) {
  return Scales{.price = command.price_scale,
                .quantity = command.quantity_scale,
                .multiplier = command.multiplier_scale,
                .settlement = settlement.scale};
}

[[nodiscard]] unsigned value_scale_of(const CreateContract& command, const Scales& scales) {
  return command.kind == ContractKind::linear ? linear_value_scale(scales) : command.value_scale;
}

[[nodiscard]] AssetId declare(std::string code, unsigned scale, std::string description,
                              ledger::State& ledger, ledger::Context& context) {
  const ledger::CreateAsset asset{.code = std::move(code),
                                  .scale = static_cast<std::uint8_t>(scale),
                                  .description = std::move(description)};
  const auto status = ledger::apply(asset, ledger, context);
  COFFERDAM_CHECK(status == ledger::CreateAssetStatus::ok, "the codes were checked to be free");
  return AssetId(static_cast<std::uint32_t>(context.created));
}

}  // namespace

const Contract* find_contract(const State& state, std::string_view code) {
  for (Slot slot = 0; slot < state.contracts.slot_end(); ++slot)
    if (state.contracts.present(slot) && state.contracts.at(slot).code == code)
      return &state.contracts.at(slot);
  return nullptr;
}

S check_shape(const CreateContract& command) {
  if (!ledger::is_code(command.code, kContractCodeMax)) return S::code_malformed;
  if (command.multiplier == 0) return S::multiplier_must_not_be_zero;
  if (std::max({command.price_scale, command.quantity_scale, command.multiplier_scale}) >
      kInputScaleMax)
    return S::scale_out_of_range;
  const bool linear = command.kind == ContractKind::linear;
  if (linear != (command.rounding == ValueRounding::exact)) return S::rounding_does_not_fit_kind;
  if (linear && command.value_scale != 0) return S::value_scale_is_derived;
  if (command.mark_age_max.is_negative()) return S::mark_age_negative;
  return S::ok;
}

S check_state(const CreateContract& command, const State& state, const ledger::State& ledger) {
  if (find_contract(state, command.code) != nullptr) return S::exists;
  if (ledger::find_asset(ledger, command.code) != nullptr ||
      ledger::find_asset(ledger, value_code(command)) != nullptr)
    return S::asset_code_taken;
  const ledger::Asset* settlement = ledger.assets.find(command.settlement_asset);
  if (settlement == nullptr) return S::settlement_asset_not_found;
  const Scales scales = scales_of(command, *settlement);
  const unsigned value_scale = value_scale_of(command, scales);
  if (value_scale < settlement->scale) return S::value_scale_below_settlement;
  if (value_scale > base::kScaleMax ||
      !value_factor(command.kind, scales, value_scale, command.multiplier))
    return S::value_scale_out_of_range;
  return S::ok;
}

S apply(const CreateContract& command, State& state, ledger::State& ledger,
        ledger::Context& context) {
  const ledger::Asset settlement = *ledger.assets.find(command.settlement_asset);
  const Scales scales = scales_of(command, settlement);
  const unsigned value_scale = value_scale_of(command, scales);
  const std::optional<u128> factor =
      value_factor(command.kind, scales, value_scale, command.multiplier);
  COFFERDAM_CHECK(factor.has_value(), "the value factor was checked before");
  const AssetId position_asset = declare(command.code, command.quantity_scale,
                                         "positions in " + command.code, ledger, context);
  const AssetId value_asset =
      declare(value_code(command), value_scale, "open values in " + command.code, ledger, context);
  const ContractId id(static_cast<std::uint32_t>(state.contracts.size() + 1));
  state.contracts.insert(
      context.changes, Contract{.id = id,
                                .code = command.code,
                                .kind = command.kind,
                                .rounding = command.rounding,
                                .price_scale = command.price_scale,
                                .quantity_scale = command.quantity_scale,
                                .multiplier_scale = command.multiplier_scale,
                                .value_scale = static_cast<std::uint8_t>(value_scale),
                                .multiplier = command.multiplier,
                                .settlement_asset = command.settlement_asset,
                                .position_asset = position_asset,
                                .value_asset = value_asset,
                                .value_factor = *factor,
                                .settle_factor = base::power_of_ten(value_scale - settlement.scale),
                                .mark_age_max = command.mark_age_max,
                                .created = context.now});
  state.turnovers.insert(context.changes, Turnover{.contract = id});
  context.created = id.value();
  return S::ok;
}

}  // namespace cofferdam::market
