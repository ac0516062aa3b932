// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/bank_breaks.h"

#include <algorithm>
#include <cstdlib>
#include <map>

namespace cofferdam::report {

namespace {

constexpr std::int64_t kRounding = 10;  // heller
constexpr std::int64_t kStatementFee = 1'460;
// Breaks that make up for each other lie close: entries are shuffled inside a day or around the end
// of a month, and few of them.
constexpr std::int64_t kHealingDays = 31;
constexpr std::size_t kHealingBreaks = 16;

using Breaks = std::vector<BankBreak>;

// Last of the breaks from `first` on whose sum is nothing but rounding; `first` when there is none.
[[nodiscard]] std::size_t healed_by(std::span<const BankMovement> movements, const Breaks& breaks,
                                    const std::vector<std::size_t>& of_account, std::size_t first) {
  std::int64_t sum = 0;
  const base::Date began = movements[breaks[of_account[first]].row].date;
  for (std::size_t i = first; i < of_account.size() && i < first + kHealingBreaks; ++i) {
    const BankBreak& entry = breaks[of_account[i]];
    if (base::days_between(began, movements[entry.row].date) > kHealingDays) return first;
    sum += entry.difference;
    if (i > first && std::abs(sum) <= kRounding * static_cast<std::int64_t>(i - first + 1))
      return i;
  }
  return first;
}

[[nodiscard]] BreakClass shuffled(std::int64_t difference) {
  if (std::abs(difference) == kRounding) return BreakClass::interest_rounding;
  if (std::abs(difference) == kStatementFee) return BreakClass::fee_1460_order;
  return BreakClass::entry_order;
}

void classify(std::span<const BankMovement> movements, Breaks& breaks,
              const std::vector<std::size_t>& of_account, base::Date end) {
  for (std::size_t i = 0; i < of_account.size(); ++i) {
    BankBreak& entry = breaks[of_account[i]];
    if (std::abs(entry.difference) == kRounding) {
      entry.kind = BreakClass::interest_rounding;
      continue;
    }
    const std::size_t last = healed_by(movements, breaks, of_account, i);
    if (last > i) {
      for (; i < last; ++i) breaks[of_account[i]].kind = shuffled(breaks[of_account[i]].difference);
      breaks[of_account[last]].kind = shuffled(breaks[of_account[last]].difference);
      continue;
    }
    const BankMovement& movement = movements[entry.row];
    if (movement.loan_payment) {
      entry.kind = BreakClass::loan;
    } else if (base::days_between(movement.date, end) <= kHealingDays) {
      entry.kind = BreakClass::open_at_the_end;
    }
  }
}

}  // namespace

std::vector<BankBreak> find_bank_breaks(std::span<const BankMovement> movements) {
  struct Account {
    std::int64_t stated = 0;
    std::int64_t booked = 0;
    std::vector<std::size_t> breaks;
    std::size_t ageing = 0;  // breaks from here on wait for a statement that chains
  };

  std::map<std::uint64_t, Account> accounts;
  Breaks breaks;
  base::Date end(0);
  const auto close_ages = [&](Account& account, base::Date date) {
    for (; account.ageing < account.breaks.size(); ++account.ageing) {
      BankBreak& entry = breaks[account.breaks[account.ageing]];
      entry.age_days = base::days_between(movements[entry.row].date, date);
    }
  };
  for (std::size_t row = 0; row < movements.size(); ++row) {
    const BankMovement& movement = movements[row];
    Account& account = accounts[movement.account];
    const std::int64_t expected = account.stated + movement.amount;
    account.booked += movement.amount;
    account.stated = movement.stated;
    end = row == 0 ? movement.date : std::max(end, movement.date);
    if (expected == movement.stated) {
      close_ages(account, movement.date);
      continue;
    }
    account.breaks.push_back(breaks.size());
    breaks.push_back({.row = row,
                      .expected = expected,
                      .booked = account.booked,
                      .difference = movement.stated - expected});
  }
  for (auto& [number, account] : accounts) {
    close_ages(account, end);
    classify(movements, breaks, account.breaks, end);
  }
  return breaks;
}

}  // namespace cofferdam::report
