// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/limits.h"

#include <algorithm>

namespace cofferdam::market {

namespace {

[[nodiscard]] bool opens(const SideMove& side) {
  return base::magnitude(side.after) > base::magnitude(side.before) ||
         (side.after > 0 && side.before < 0) || (side.after < 0 && side.before > 0);
}

}  // namespace

std::optional<Quantity> LimitTerms::most_open(Time now) const {
  std::optional<Quantity> most;
  if (!open_max.is_zero()) most = open_max;
  if (quarantined(now) && !quarantine_open_max.is_zero())
    most = most ? std::min(*most, quarantine_open_max) : quarantine_open_max;
  return most;
}

bool is_limited(const LimitState& state, ContractId contract, const Terms* terms) {
  if (state.limits.size() == 0 || state.limits.find(contract) == nullptr) return false;
  return terms == nullptr || terms->instrument != Instrument::spot;
}

LimitBreach find_limit_breach(const LimitState& state, ContractId contract, Time now, i128 open,
                              i128 opened, const SideMove& a, const SideMove& b) {
  const Limit* limit = state.limits.size() == 0 ? nullptr : state.limits.find(contract);
  if (limit == nullptr) return LimitBreach::none;
  const LimitTerms& terms = limit->at(now);
  if (terms.quarantined(now) && !terms.quarantine_pool.is_none())
    for (const SideMove& side : {a, b})
      if (side.pool != terms.quarantine_pool && opens(side)) return LimitBreach::quarantine;
  const std::optional<Quantity> most = terms.most_open(now);
  return most && opened > open && opened > most->value() ? LimitBreach::open_interest
                                                         : LimitBreach::none;
}

}  // namespace cofferdam::market
