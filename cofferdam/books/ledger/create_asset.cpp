// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/ledger/create_asset.h"

#include <algorithm>

namespace cofferdam::ledger {

bool is_code(std::string_view text, std::size_t longest) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto later = [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= longest && letter(text.front()) &&
         std::all_of(text.begin(), text.end(), later);
}

const Asset* find_asset(const State& state, std::string_view code) {
  for (Slot slot = 0; slot < state.assets.slot_end(); ++slot)
    if (state.assets.present(slot) && state.assets.at(slot).code == code)
      return &state.assets.at(slot);
  return nullptr;
}

CreateAssetStatus check_shape(const CreateAsset& command) {
  if (!is_code(command.code, kAssetCodeMax)) return CreateAssetStatus::code_malformed;
  if (command.scale > kScaleMax) return CreateAssetStatus::scale_out_of_range;
  if (command.description.size() > kDescriptionMax) return CreateAssetStatus::description_too_long;
  return CreateAssetStatus::ok;
}

CreateAssetStatus check_state(const CreateAsset& command, const State& state) {
  if (find_asset(state, command.code) != nullptr) return CreateAssetStatus::exists;
  return CreateAssetStatus::ok;
}

CreateAssetStatus apply(const CreateAsset& command, State& state, Context& context) {
  const AssetId id(static_cast<std::uint32_t>(state.assets.size() + 1));
  state.assets.insert(context.changes, Asset{.id = id,
                                             .code = command.code,
                                             .scale = command.scale,
                                             .description = command.description,
                                             .created = context.now});
  context.created = id.value();
  return CreateAssetStatus::ok;
}

}  // namespace cofferdam::ledger
