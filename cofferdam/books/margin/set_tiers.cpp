// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/set_tiers.h"

namespace cofferdam::margin {

namespace {

using S = SetTiersStatus;

[[nodiscard]] TierTerms terms_of(const SetTiers& command) {
  return {.initial_ppm = command.initial_ppm,
          .maintenance_ppm = command.maintenance_ppm,
          .open_lower = command.open_lower,
          .open_upper = command.open_upper};
}

// No notional and no open interest for which the new terms ask less.
[[nodiscard]] bool asks_no_less(const TierTerms& after, const TierTerms& before) {
  const auto maintenance = [](const TierTerms& terms) {
    return std::uint64_t{terms.initial_ppm} * terms.maintenance_ppm;
  };
  if (after.initial_ppm < before.initial_ppm || maintenance(after) < maintenance(before))
    return false;
  if (before.open_upper.is_zero()) return true;
  return !after.open_upper.is_zero() && after.open_upper <= before.open_upper &&
         after.open_lower <= before.open_lower;
}

}  // namespace

S check_shape(const SetTiers& command) {
  if (command.initial_ppm == 0 || command.initial_ppm > kPpm) return S::initial_ppm_out_of_range;
  if (command.maintenance_ppm == 0 || command.maintenance_ppm > kPpm)
    return S::maintenance_ppm_out_of_range;
  const bool rises = !command.open_lower.is_zero() || !command.open_upper.is_zero();
  if (rises && command.open_upper <= command.open_lower) return S::open_upper_not_above_lower;
  if (command.notice.is_negative()) return S::notice_must_not_be_negative;
  return S::ok;
}

S check_state(const SetTiers& command, const State& state, const market::State& market) {
  if (market.contracts.find(command.contract) == nullptr) return S::contract_not_found;
  const Tiers* earlier = state.tiers.find(command.contract);
  return earlier != nullptr && command.notice < earlier->notice ? S::notice_would_be_shorter
                                                                : S::ok;
}

S apply(const SetTiers& command, State& state, ledger::Context& context) {
  Tiers row{.contract = command.contract,
            .terms = terms_of(command),
            .effective = context.now,
            .notice = command.notice,
            .set = context.now};
  const Slot slot = state.tiers.find_slot(command.contract);
  if (slot == base::kNoSlot) {
    state.tiers.insert(context.changes, row);
    return S::ok;
  }
  const Tiers& earlier = state.tiers.at(slot);
  const TierTerms asked = earlier.at(context.now);
  if (!asks_no_less(row.terms, asked)) {
    row.before = asked;
    row.effective = base::try_add(context.now, earlier.notice).value_or(Time::max());
  }
  state.tiers.edit(context.changes, slot) = row;
  return S::ok;
}

}  // namespace cofferdam::margin
