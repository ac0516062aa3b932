// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/set_rulebook.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/books/ledger/create_asset.h"

#include <algorithm>

namespace cofferdam::margin {

namespace {

using S = SetRulebookStatus;

constexpr std::size_t kTextMax = 64;
constexpr std::uint32_t kPartMax = 10 * kPpm;
constexpr std::uint32_t kStepMax = 1000 * kPpm;
constexpr unsigned kFinerMax = 24;

[[nodiscard]] bool parts_in_range(const SetRulebook& command) {
  return command.initial_ppm <= kPartMax && command.maintenance_ppm <= command.initial_ppm &&
         command.step_ppm <= kStepMax;
}

[[nodiscard]] bool names_match(const SetRulebook& command) {
  if (command.names.empty()) return true;
  return command.names.size() == command.scenarios &&
         std::ranges::all_of(command.names, [](const std::string& name) {
           return !name.empty() && name.size() <= kTextMax;
         });
}

}  // namespace

S check_shape(const SetRulebook& command) {
  if (!ledger::is_code(command.code, kCodeMax)) return S::code_malformed;
  if (command.version.empty() || command.version.size() > kTextMax) return S::version_malformed;
  if (command.scenarios == 0 || command.scenarios > kScenariosMax) return S::scenarios_out_of_range;
  if (!parts_in_range(command)) return S::part_out_of_range;
  if (command.life <= Duration()) return S::life_must_be_positive;
  if (command.late_max.is_negative()) return S::late_max_must_not_be_negative;
  if (!names_match(command)) return S::names_do_not_match;
  return S::ok;
}

S check_state(const SetRulebook& command, const State& state, const ledger::State& ledger) {
  const ledger::Asset* asset = ledger.assets.find(command.asset);
  if (asset == nullptr) return S::asset_not_found;
  if (command.value_scale < asset->scale ||
      command.value_scale > std::min(asset->scale + kFinerMax, base::kScaleMax))
    return S::value_scale_out_of_range;
  const Rulebook* earlier = find_rulebook(state, command.code);
  if (earlier == nullptr)
    return state.rulebooks.size() >= kRulebooksMax ? S::too_many_rulebooks : S::ok;
  if (earlier->asset != command.asset) return S::asset_is_fixed;
  if (earlier->value_scale != command.value_scale) return S::value_scale_is_fixed;
  if (earlier->scenarios != command.scenarios) return S::scenarios_are_fixed;
  return S::ok;
}

S apply(const SetRulebook& command, State& state, ledger::Context& context) {
  const Rulebook* earlier = find_rulebook(state, command.code);
  const Rulebook row{.id = earlier != nullptr
                               ? earlier->id
                               : RulebookId(static_cast<std::uint32_t>(state.rulebooks.size() + 1)),
                     .code = command.code,
                     .version = command.version,
                     .asset = command.asset,
                     .value_scale = command.value_scale,
                     .scenarios = command.scenarios,
                     .initial_ppm = command.initial_ppm,
                     .maintenance_ppm = command.maintenance_ppm,
                     .step_ppm = command.step_ppm,
                     .whole = command.whole,
                     .life = command.life,
                     .late_max = command.late_max,
                     .names = command.names,
                     .set = context.now};
  if (earlier != nullptr) {
    state.rulebooks.edit(context.changes, row.id) = row;
  } else {
    state.rulebooks.insert(context.changes, row);
    context.created = row.id.value();
  }
  return S::ok;
}

}  // namespace cofferdam::margin
