// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/resolution.h"

namespace cofferdam::default_management {

const Auction* open_auction(const ResolutionState& state, std::uint32_t case_number) {
  const auto& rows = state.auctions.rows();
  for (auto at = rows.rbegin(); at != rows.rend(); ++at)
    if (at->second.case_number == case_number && at->second.stage == AuctionStage::open)
      return &at->second;
  return nullptr;
}

Amount room_under(const std::optional<Amount>& bound, Amount used) {
  if (!bound) return Amount::max();
  return *bound > used ? *bound - used : Amount();
}

LimitUse use_now(const ResolutionState& state, const LiquidationTerms& terms, Time now) {
  const LimitUse* use = state.limits.find(terms.key());
  const bool runs = use != nullptr && now.value() - use->begun.value() < terms.interval.value();
  return runs ? *use : LimitUse{.pool = terms.pool, .asset = terms.asset, .begun = now};
}

void use_limits(ResolutionState& state, const LiquidationTerms& terms, const LimitUse& more,
                Context& context) {
  LimitUse use = use_now(state, terms, context.now);
  use.notional += more.notional;
  use.fund_loss += more.fund_loss;
  use.backstop_notional += more.backstop_notional;
  use.backstop_loss += more.backstop_loss;
  if (state.limits.find(use.key()) == nullptr)
    state.limits.insert(context.changes, use);
  else
    state.limits.edit(context.changes, use.key()) = use;
}

}  // namespace cofferdam::default_management
