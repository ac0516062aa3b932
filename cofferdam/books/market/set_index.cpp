// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/set_index.h"

#include "cofferdam/books/ledger/create_asset.h"

#include <algorithm>

namespace cofferdam::market {

namespace {

using S = SetIndexStatus;

constexpr std::uint8_t kScaleMax = 18;

[[nodiscard]] bool is_fact_key(std::string_view text) {
  return !text.empty() && text.size() <= fact::kFactKeyMax &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

S check_shape(const SetIndex& command) {
  if (!ledger::is_code(command.code, kIndexCodeMax)) return S::code_malformed;
  if (command.scale > kScaleMax) return S::scale_out_of_range;
  if (command.sources.empty()) return S::no_sources;
  if (command.sources.size() > kIndexSourcesMax) return S::too_many_sources;
  std::size_t outside = 0;
  for (std::size_t i = 0; i < command.sources.size(); ++i) {
    const PriceSource& each = command.sources[i];
    if (!is_fact_key(each.fact_key)) return S::fact_key_malformed;
    for (std::size_t j = 0; j < i; ++j)
      if (command.sources[j].source == each.source && command.sources[j].fact_key == each.fact_key)
        return S::source_named_twice;
    if (!each.own_book) ++outside;
  }
  if (command.minimum_sources == 0) return S::minimum_must_not_be_zero;
  if (outside < command.minimum_sources) return S::too_few_outside_sources;
  return S::ok;
}

S check_state(const SetIndex& command, const TermsState& state, const fact::State& facts) {
  for (const PriceSource& each : command.sources)
    if (facts.sources.find(each.source) == nullptr) return S::source_not_found;
  const Index* existing = state.indices.find(command.code);
  if (existing == nullptr) return state.indices.size() < kIndicesMax ? S::ok : S::too_many_indices;
  if (existing->scale != command.scale) return S::scale_differs;
  if (existing->version >= kTermsVersionsMax) return S::too_many_versions;
  return S::ok;
}

S apply(const SetIndex& command, TermsState& state, ledger::Context& context) {
  const Index* existing = state.indices.find(command.code);
  const Index row{.code = command.code,
                  .version = existing == nullptr ? 1 : existing->version + 1,
                  .scale = command.scale,
                  .minimum_sources = command.minimum_sources,
                  .deviation_bps_max = command.deviation_bps_max,
                  .sources = command.sources,
                  .changed = context.now};
  if (existing == nullptr) {
    state.indices.insert(context.changes, row);
  } else {
    state.indices.edit(context.changes, command.code) = row;
  }
  return S::ok;
}

}  // namespace cofferdam::market
