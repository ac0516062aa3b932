// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/margin/evaluation.h"

namespace cofferdam::rulebook {

Result<Evaluation> closed(Evaluation evaluation) {
  evaluation.initial = Decimal();
  evaluation.maintenance = Decimal();
  for (const Line& line : evaluation.lines) {
    evaluation.initial += line.initial;
    evaluation.maintenance += line.maintenance;
  }
  if (evaluation.equity.is_void() || evaluation.initial.is_void() ||
      evaluation.maintenance.is_void())
    return base::malformed("portfolio", "", "is too large for decimals of 18 digits in 128 bits",
                           "split it, or give smaller quantities");
  return evaluation;
}

std::unexpected<base::Error> not_margined(const Contract& contract, std::string_view what_is) {
  return base::malformed(
      "portfolio.positions.instrument", contract.code,
      "the rulebook margins " + std::string(what_is) + ", not a position in " +
          std::string(
              base::EnumText<InstrumentKind>::kNames[static_cast<std::size_t>(contract.kind)]));
}

}  // namespace cofferdam::rulebook
