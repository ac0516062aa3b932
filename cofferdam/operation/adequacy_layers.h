// SPDX-License-Identifier: Apache-2.0
//
// The layers of waterfalls as they would be charged by one default after another, without a
// command: each charge is the waterfall's own answer, and what it took is not there for the next.
#pragma once

#include "cofferdam/operation/adequacy.h"

namespace cofferdam::operation {

class LayersInTurn {
 public:
  explicit LayersInTurn(const AdequacyBooks& books) : books_(books) {}

  struct Charge {
    base::u128 own = 0;     // by the defaulter's layers
    base::u128 common = 0;  // by all others
    base::u128 uncovered = 0;
  };

  // A loss of the owner's account in the pool; where the pool has no waterfall nobody pays.
  [[nodiscard]] base::Result<Charge> charge(const margin::PoolMargin& setting, base::OwnerId owner,
                                            base::u128 loss);

  // What all layers of the pool could still give, and takes it.
  [[nodiscard]] base::Result<base::u128> exhaust(const margin::PoolMargin& setting);

  // By pool and layer, in the order of their first charges.
  [[nodiscard]] const std::vector<Payer>& payers() const { return payers_; }

 private:
  void take_off(default_management::WaterfallInput& input,
                const default_management::Waterfall& waterfall) const;
  void record(const margin::PoolMargin& setting, const default_management::WaterfallInput& input,
              const default_management::Waterfall& waterfall,
              const default_management::WaterfallOutput& output, Charge& total);

  AdequacyBooks books_;
  std::map<base::AccountId, base::u128> of_account_;
  std::map<base::ConduitId, base::u128> of_conduit_;
  std::map<std::pair<base::PoolId, std::string>, base::u128> of_layer_;
  std::vector<Payer> payers_;
};

}  // namespace cofferdam::operation
