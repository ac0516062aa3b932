// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/fact/declare_source.h"

#include "cofferdam/books/ledger/create_asset.h"

namespace cofferdam::fact {

using S = DeclareSourceStatus;

S check_shape(const DeclareSource& command) {
  if (!ledger::is_code(command.code, kCodeMax)) return S::code_malformed;
  if (command.description.size() > ledger::kDescriptionMax) return S::description_too_long;
  if (command.staleness <= Duration()) return S::staleness_must_be_positive;
  if (command.scale > kScaleMax) return S::scale_out_of_range;
  return S::ok;
}

S check_state(const DeclareSource& command, const State& state,
              const principal::State& principals) {
  if (find_source(state, command.code) != nullptr) return S::exists;
  if (!command.reporter.is_none() && principals.principals.find(command.reporter) == nullptr)
    return S::reporter_not_found;
  return S::ok;
}

S apply(const DeclareSource& command, State& state, Context& context) {
  const SourceId id(static_cast<std::uint32_t>(state.sources.size() + 1));
  state.names.insert(context.changes, {command.code, id});
  state.sources.insert(context.changes, Source{.id = id,
                                               .code = command.code,
                                               .description = command.description,
                                               .staleness = command.staleness,
                                               .deviation_bps_max = command.deviation_bps_max,
                                               .scale = command.scale,
                                               .reporter = command.reporter,
                                               .created = context.now});
  context.created = id.value();
  return S::ok;
}

}  // namespace cofferdam::fact
