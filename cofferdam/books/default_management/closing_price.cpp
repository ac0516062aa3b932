// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/closing_price.h"

#include "cofferdam/books/default_management/exact.h"

#include <algorithm>

namespace cofferdam::default_management {

std::optional<Price> closing_price(const market::Contract& contract, const market::Mark& mark,
                                   i128 position, SignedAmount equity) {
  const Integer missing =
      -integer(equity.units()) * integer(contract.settle_factor);  // in value units
  const Integer factor = integer(contract.value_factor);
  Ratio price;
  if (contract.kind == market::ContractKind::linear) {
    price = Ratio{integer(mark.price.value()), 1} + ratio(missing, integer(position) * factor);
  } else {
    const Integer value = -integer(position) * integer(mark.unit_value) + missing;
    if (value == 0) return std::nullopt;
    price = ratio(-integer(position) * factor, value);
  }
  const Integer rounded = position > 0 ? ceil_of(price) : floor_of(price);
  const auto units = to_i128(std::max(rounded, Integer(1)));
  if (!units) return std::nullopt;
  return Price(*units);
}

}  // namespace cofferdam::default_management
