// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/settle_calculator.h"

#include <set>
#include <string>
#include <utility>

namespace cofferdam::operation {

base::Result<market::Settlement> settle(const SettleCalculatorInput& input) {
  if (input.participants.size() > kSettleParticipantsMax)
    return base::malformed("participants", std::to_string(input.participants.size()),
                           "there are at most 100,000");
  if (input.terms.settle_factor == 0)
    return base::malformed("terms.settle_factor", "0", "must be at least 1");
  std::set<std::pair<base::PoolId, base::OwnerId>> seen;
  for (std::size_t i = 0; i < input.participants.size(); ++i) {
    const market::SettleInput& line = input.participants[i];
    if (!seen.emplace(line.pool, line.owner).second)
      return base::malformed("participants[" + std::to_string(i) + "].owner",
                             base::to_text(line.owner.value()), "a pool and owner stand once");
  }
  market::Settlement settlement;
  const market::SettleCalculationStatus status =
      market::settle_calculation(input.terms, input.participants, settlement);
  if (status != market::SettleCalculationStatus::ok)
    return base::malformed(
        "participants", std::string(base::name_of(status)),
        std::string(base::EnumText<market::SettleCalculationStatus>::kDocs[static_cast<std::size_t>(
            status)]));
  return settlement;
}

}  // namespace cofferdam::operation
