// SPDX-License-Identifier: Apache-2.0
//
// The daily segregation statement of a client pool, drawn up from the books: customers' cash is
// their collateral, unrealised results are those at the recorded marks, holdings are the custody
// accounts (as cash in segregated accounts at banks) and what other pools owe over clearing
// conduits (as net settlement). The rules are a profile, data.
#pragma once

#include "cofferdam/books/pool/segregation_statement.h"
#include "cofferdam/engine/state.h"
#include "cofferdam/report/listing.h"
#include "cofferdam/report/owners.h"

namespace cofferdam::report {

struct SegregationRequest {
  std::string pool;
  std::string asset;
  base::Date date;
  pool::SegregationProfile profile;
  base::Amount target_residual;
};

// What the computation is given, so that anybody can give it the same (`cofferdam calc
// segregation-statement`).
[[nodiscard]] base::Result<pool::SegregationStatementInput> segregation_input(
    const engine::State& state, const SegregationRequest& request, const OwnerLabels& labels);

[[nodiscard]] base::Result<Listing> segregation_report(const engine::State& state,
                                                       const SegregationRequest& request,
                                                       const OwnerLabels& labels);

// Gross, every day a business day, custody and settlement counted: a venue that never closes.
[[nodiscard]] pool::SegregationProfile venue_profile();

}  // namespace cofferdam::report
