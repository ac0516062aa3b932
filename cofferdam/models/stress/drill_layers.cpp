// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/stress/drill_layers.h"

namespace cofferdam::stress {

namespace dm = default_management;

dm::WaterfallInput drill_waterfall(const DrillLoss& loss, std::uint8_t scale) {
  const auto amount = [](base::i128 value) { return base::Amount(static_cast<base::u128>(value)); };
  dm::WaterfallInput input{.scale = scale,
                           .loss = amount(loss.deficit),
                           .pool = loss.pool,
                           .owner = loss.owner,
                           .cause = loss.cause,
                           .layers = {}};
  input.layers.push_back({.code = "fund",
                          .kind = dm::LayerKind::pool_fund,
                          .order = 1,
                          .available = amount(loss.fund)});
  input.layers.push_back({.code = "operator",
                          .kind = dm::LayerKind::operator_capital,
                          .order = 2,
                          .available = amount(loss.operator_capital)});
  input.layers.push_back({.code = "shared",
                          .kind = dm::LayerKind::shared_fund,
                          .order = 3,
                          .pool = "shared",
                          .conduit = "default-" + loss.pool,
                          .available = amount(loss.shared)});
  if (loss.shared_cap) {
    input.layers.back().tier_cap = amount(loss.shared_cap->cap);
    input.layers.back().tier_used = amount(loss.shared_cap->used);
  }
  return input;
}

}  // namespace cofferdam::stress
