// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/decision/vote.h"
#include "cofferdam/books/insurance/claim_outcome.h"
#include "cofferdam/books/insurance/contribution.h"
#include "cofferdam/books/insurance/cover_price.h"
#include "cofferdam/books/insurance/mcr.h"
#include "cofferdam/models/solvency/solvency.h"
#include "cofferdam/operation/calculator_groups.h"

namespace cofferdam::operation {

void register_insurance_calculators(Registry& registry) {
  add_calculator(registry, "claim-outcome", &insurance::claim_outcome);
  add_calculator(registry, "contribution", &insurance::contribution);
  add_calculator(registry, "cover-price", &insurance::cover_price);
  add_calculator(registry, "mcr", &insurance::mcr);
  add_calculator(registry, "solvency", &solvency::solvency);
  add_calculator(registry, "vote", &decision::vote);
}

}  // namespace cofferdam::operation
