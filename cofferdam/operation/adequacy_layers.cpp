// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/adequacy_layers.h"

#include "cofferdam/books/default_management/allocate_loss.h"
#include "cofferdam/books/default_management/fund_book.h"
#include "cofferdam/books/pool/conduit_transfer.h"

#include <algorithm>

namespace cofferdam::operation {

namespace dm = default_management;
using base::Amount;
using base::Result;
using base::u128;

namespace {

// More than any layer holds.
constexpr u128 kBoundless = u128{1} << 120;

base::AccountId account_of(const dm::State& state, const dm::LayerTerms& layer) {
  return layer.fund.empty() ? layer.account : state.funds.find(layer.fund)->account;
}

u128 less(u128 from, u128 what) {
  return from > what ? from - what : 0;
}

template <class Map, class Key>
u128 used(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? 0 : found->second;
}

dm::Loss loss_of(const margin::PoolMargin& setting, base::OwnerId owner, u128 amount) {
  return {.pool = setting.pool,
          .owner = owner,
          .asset = setting.asset,
          .cause = "adequacy",
          .amount = Amount(amount)};
}

}  // namespace

void LayersInTurn::take_off(dm::WaterfallInput& input, const dm::Waterfall& waterfall) const {
  const dm::State& state = books_.state.default_management;
  for (std::size_t i = 0; i < waterfall.layers.size(); ++i) {
    const dm::LayerTerms& terms = waterfall.layers[i];
    dm::WaterfallLayer& layer = input.layers[i];
    const u128 taken = used(of_account_, account_of(state, terms));
    if (taken != 0) {
      const u128 there = layer.available.units();
      const u128 all =
          terms.fund.empty()
              ? there
              : dm::drawable(dm::read_fund(*state.funds.find(terms.fund), books_.state.ledger))
                    .units();
      // What the defaulter's own stake pays first is not there for the common layer.
      const u128 first = dm::is_defaulters(terms.kind) ? 0 : less(all, there);
      layer.available = Amount(std::min(there, less(less(all, taken), first)));
    }
    const u128 before = used(of_layer_, std::pair{waterfall.pool, terms.code});
    layer.period_used += Amount(before);
    layer.tier_used += Amount(before);
    if (!terms.conduit.is_none() && layer.cap)
      layer.cap = Amount(less(layer.cap->units(), used(of_conduit_, terms.conduit)));
  }
}

void LayersInTurn::record(const margin::PoolMargin& setting, const dm::WaterfallInput& input,
                          const dm::Waterfall& waterfall, const dm::WaterfallOutput& output,
                          Charge& total) {
  for (const dm::LayerCharge& charge : output.charges) {
    if (charge.charged.is_zero()) continue;
    std::size_t at = 0;
    while (input.layers[at].code != charge.code) ++at;
    const dm::LayerTerms& terms = waterfall.layers[at];
    const u128 units = charge.charged.units();
    of_account_[account_of(books_.state.default_management, terms)] += units;
    of_layer_[{waterfall.pool, terms.code}] += units;
    if (!terms.conduit.is_none()) of_conduit_[terms.conduit] += units;
    (dm::is_defaulters(terms.kind) ? total.own : total.common) += units;
    const auto known = std::ranges::find_if(payers_, [&](const Payer& payer) {
      return payer.pool == setting.pool && payer.layer == terms.code;
    });
    if (known == payers_.end()) {
      payers_.push_back({setting.pool, terms.code, terms.kind, charge.charged});
    } else {
      known->charged += charge.charged;
    }
  }
  total.uncovered = output.uncovered.units();
}

Result<LayersInTurn::Charge> LayersInTurn::charge(const margin::PoolMargin& setting,
                                                  base::OwnerId owner, u128 loss) {
  Charge total{.uncovered = loss};
  const engine::State& s = books_.state;
  const dm::Waterfall* waterfall =
      dm::waterfall_of(s.default_management, setting.pool, setting.asset);
  if (waterfall == nullptr || loss == 0) return total;
  dm::WaterfallInput input =
      dm::waterfall_input(s.default_management, s.ledger, s.pool, loss_of(setting, owner, loss),
                          *waterfall, books_.now);
  take_off(input, *waterfall);
  const auto output = dm::waterfall(input);
  if (!output) return std::unexpected(output.error());
  record(setting, input, *waterfall, *output, total);
  return total;
}

Result<u128> LayersInTurn::exhaust(const margin::PoolMargin& setting) {
  const std::vector<Payer> before = payers_;
  const Result<Charge> all = charge(setting, base::OwnerId(), kBoundless);
  payers_ = before;
  if (!all) return std::unexpected(all.error());
  return all->common;
}

}  // namespace cofferdam::operation
