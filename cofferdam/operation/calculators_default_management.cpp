// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/adl.h"
#include "cofferdam/books/default_management/auction.h"
#include "cofferdam/books/default_management/bankruptcy_price.h"
#include "cofferdam/books/default_management/fillable_price.h"
#include "cofferdam/books/default_management/fund_calculator.h"
#include "cofferdam/books/default_management/liquidation_size.h"
#include "cofferdam/books/default_management/socialise.h"
#include "cofferdam/books/default_management/waterfall.h"
#include "cofferdam/operation/calculator_groups.h"

namespace cofferdam::operation {

void register_default_management_calculators(Registry& registry) {
  add_calculator(registry, "adl", &default_management::adl);
  add_calculator(registry, "auction", &default_management::auction);
  add_calculator(registry, "bankruptcy-price", &default_management::bankruptcy_price);
  add_calculator(registry, "fillable-price", &default_management::fillable_price);
  add_calculator(registry, "fund-shares", &default_management::fund_shares);
  add_calculator(registry, "liquidation-size", &default_management::liquidation_size);
  add_calculator(registry, "socialise", &default_management::socialise);
  add_calculator(registry, "waterfall", &default_management::waterfall);
}

}  // namespace cofferdam::operation
