// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/record_marks.h"

#include "cofferdam/books/market/value.h"

namespace cofferdam::market {

namespace {

using S = MarkStatus;

[[nodiscard]] S record(const MarkEvent& event, State& state, ledger::Context& context) {
  if (event.price.value() <= 0) return S::price_must_be_positive;
  if (event.time > context.now) return S::time_in_the_future;
  const Contract* contract = state.contracts.find(event.contract);
  if (contract == nullptr) return S::contract_not_found;
  const Time time = event.time == Time() ? context.now : event.time;
  const Slot slot = state.marks.find_slot(event.contract);
  if (slot != base::kNoSlot && time < state.marks.at(slot).time) return S::older_than_last_mark;
  const std::optional<u128> unit = unit_value(*contract, event.price);
  if (!unit) return S::value_out_of_range;
  u128 worth = 0;
  const u128 open = state.turnovers.find(event.contract)->long_open.magnitude();
  if (__builtin_mul_overflow(open, *unit, &worth) || worth >= kValueMax)
    return S::overflows_open_interest;
  const Mark mark{.contract = event.contract,
                  .price = event.price,
                  .unit_value = *unit,
                  .time = time,
                  .source = event.source,
                  .sequence = context.sequence};
  if (slot == base::kNoSlot) {
    state.marks.insert(context.changes, mark);
  } else {
    state.marks.edit(context.changes, slot) = mark;
  }
  return S::ok;
}

}  // namespace

RecordMarksStatus check_shape(const RecordMarks& command) {
  if (command.marks.empty()) return RecordMarksStatus::no_events;
  if (command.marks.size() > ledger::kBatchEventsMax) return RecordMarksStatus::too_many_events;
  return RecordMarksStatus::ok;
}

void apply(std::span<const MarkEvent> marks, State& state, ledger::Context& context,
           std::vector<MarkStatus>& results) {
  results.assign(marks.size(), S::ok);
  for (std::size_t i = 0; i < marks.size(); ++i) results[i] = record(marks[i], state, context);
}

}  // namespace cofferdam::market
