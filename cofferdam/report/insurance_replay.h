// SPDX-License-Identifier: Apache-2.0
//
// The report of a pool's rules replayed on losses that happened: on one screen, as a page with
// pictures, and as JSON with every figure.
#pragma once

#include "cofferdam/models/solvency/insurance_backtest.h"
#include "cofferdam/operation/json.h"
#include "cofferdam/report/listing.h"

#include <string>
#include <vector>

namespace cofferdam::report {

// Tables for people; `note` says what the figures mean.
struct NotedTable {
  Listing listing;
  std::string note;
};

[[nodiscard]] std::vector<NotedTable> replay_tables(const solvency::Backtest& backtest);
[[nodiscard]] NotedTable replay_quarters(const solvency::Backtest& backtest,
                                         const solvency::RuleRun& run);
[[nodiscard]] std::string replay_summary(const solvency::Backtest& backtest);
[[nodiscard]] std::string replay_screen(const solvency::Backtest& backtest);
[[nodiscard]] std::string replay_html(const solvency::Backtest& backtest);
[[nodiscard]] operation::Json replay_json(const solvency::Backtest& backtest);

// "12.34 %"; "none" for what is not a number.
[[nodiscard]] std::string percent_text(double part, int digits = 1);
// Millions with two digits.
[[nodiscard]] std::string millions_text(base::i128 cents);
[[nodiscard]] std::string millions_text(double amount);

}  // namespace cofferdam::report
