// SPDX-License-Identifier: Apache-2.0
//
// A bank's stated balances worked off as reconciliation does it: they become monthly statements of
// every account, the books find the breaks in them, and what has a known cause is closed with it.
#pragma once

#include "cofferdam/report/bank_breaks.h"
#include "cofferdam/report/driver.h"

#include <map>
#include <span>
#include <vector>

namespace cofferdam::report {

class BankStatements {
 public:
  BankStatements(Driver& driver, base::AssetId asset) : driver_(driver), asset_(asset) {}

  // Every posting from here on waits for a statement.
  [[nodiscard]] Result<void> begin(base::Time time, std::uint64_t number, base::AccountId account);

  // A movement that was booked as this transfer; `row` is its place among all movements.
  void add(const BankMovement& movement, base::TransferId transfer, std::size_t row);

  // The statements of a month that ends now.
  [[nodiscard]] Result<void> close_month(base::Time time);

  // Closes the breaks of known causes. `breaks` are those that were found without the books.
  [[nodiscard]] Result<void> work_off(base::Time time, std::span<const BankBreak> breaks);

  // Breaks that the books found at the movement and with the difference that `breaks` has.
  [[nodiscard]] std::size_t agreeing(std::span<const BankBreak> breaks) const;
  // Accounts of which stated = books and named differences, counted here once more.
  [[nodiscard]] std::size_t adding_up() const;
  [[nodiscard]] Listing outcome(std::span<const BankBreak> breaks, unsigned scale) const;

 private:
  struct Month {
    base::SignedAmount opening;
    base::SignedAmount closing;
    std::vector<reconciliation::StatementEntry> entries;
    std::vector<std::size_t> rows;
  };

  [[nodiscard]] const reconciliation::State& state() const {
    return driver_.engine().state().reconciliation;
  }

  // The row of the movement behind a break.
  [[nodiscard]] std::size_t row_of(const reconciliation::Break& found) const;

  Driver& driver_;
  base::AssetId asset_;
  std::map<std::uint64_t, base::AccountId> accounts_;
  std::map<std::uint64_t, Month> months_;
  std::map<std::pair<reconciliation::StatementId, std::uint32_t>, std::size_t> rows_;
};

}  // namespace cofferdam::report
