// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/fact/record_fact.h"

#include "cofferdam/base/rounding.h"

namespace cofferdam::fact {

using S = RecordFactStatus;

namespace {

[[nodiscard]] bool is_key(std::string_view text) {
  return !text.empty() && text.size() <= kFactKeyMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

[[nodiscard]] bool deviates_from(const Fact* last, const RecordFact& command,
                                 const Source& source) {
  return last != nullptr && source.deviation_bps_max != 0 &&
         deviates(last->value, command.value, source.deviation_bps_max);
}

}  // namespace

bool deviates(Value last, Value next, std::uint32_t bps_max) {
  const base::u128 a = static_cast<base::u128>(last.value());
  const base::u128 b = static_cast<base::u128>(next.value());
  // The distance of two signed numbers fits 128 bits unsigned, by arithmetic modulo 2^128.
  const base::u128 distance = last < next ? b - a : a - b;
  if (distance == 0) return false;
  const auto bps =
      base::try_mul_div<base::Rounding::up>(distance, base::u128{kBpsOne}, last.magnitude());
  return !bps || *bps > bps_max;
}

S check_shape(const RecordFact& command) {
  if (!is_key(command.fact_key)) return S::key_malformed;
  if (!command.document.empty() && !ledger::is_hex(command.document, ledger::kHashHexDigits))
    return S::document_malformed;
  return S::ok;
}

S check_state(const RecordFact& command, const State& state, const Context& context) {
  const Source* source = state.sources.find(command.source);
  if (source == nullptr) return S::source_not_found;
  if (!source->reporter.is_none() && source->reporter != context.principal)
    return S::not_the_reporter;
  if (command.scale != source->scale) return S::scale_differs;
  const auto ahead = base::try_sub(command.observed, context.now);
  if (command.observed > context.now && (!ahead || *ahead > kFutureTolerance))
    return S::observed_in_the_future;
  const Fact* last = state.facts.find({command.source, command.fact_key});
  if (last != nullptr && command.observed < last->observed) return S::older_than_the_last;
  if (!command.accept_deviation && deviates_from(last, command, *source))
    return S::deviates_too_far;
  return S::ok;
}

S apply(const RecordFact& command, State& state, Context& context) {
  const Fact::Key key{command.source, command.fact_key};
  const Source& source = state.sources.at(state.sources.find_slot(command.source));
  const base::Slot slot = state.facts.find_slot(key);
  const Fact row{.source = command.source,
                 .fact_key = command.fact_key,
                 .value = command.value,
                 .observed = command.observed,
                 .recorded = context.now,
                 .sequence = context.sequence,
                 .deviating = deviates_from(slot == base::kNoSlot ? nullptr : &state.facts.at(slot),
                                            command, source),
                 .document = command.document};
  if (slot == base::kNoSlot) {
    state.facts.insert(context.changes, row);
  } else {
    state.facts.edit(context.changes, slot) = row;
  }
  return S::ok;
}

}  // namespace cofferdam::fact
