// SPDX-License-Identifier: Apache-2.0
//
// Stated balances that do not chain: the previous stated balance of the account, plus or less the
// movement, is not the balance that the bank states after it. Each is a break; what is behind it is
// told apart by what happens next in the account.
#pragma once

#include "cofferdam/base/int128.h"
#include "cofferdam/base/time.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::report {

struct BankMovement {
  std::uint64_t account = 0;
  base::Date date;
  std::int64_t amount = 0;  // credit positive
  std::int64_t stated = 0;  // balance after it
  bool loan_payment = false;
};

enum class BreakClass : std::uint8_t {
  interest_rounding,  // 0.10: the bank rounds what it does not show
  fee_1460_order,     // a fee of 14.60 that the bank counted in another order
  entry_order,        // other entries counted in another order: later breaks make up for it
  open_at_the_end,    // nothing makes up for it before the file ends
  loan,               // of a loan payment
  unexplained,
};

inline constexpr std::array<std::string_view, 6> kBreakClassNames{
    "0.10 interest rounding",
    "14.60 statement fee in another order",
    "entries in another order",
    "open when the file ends",
    "loan payment",
    "unexplained"};

struct BankBreak {
  std::size_t row = 0;  // of the movements
  std::int64_t expected = 0;
  std::int64_t booked = 0;      // sum of all movements so far
  std::int64_t difference = 0;  // stated - expected
  std::int64_t age_days = 0;    // to the account's next statement that chains, or to the end
  BreakClass kind = BreakClass::unexplained;
};

// In the order of the rows.
[[nodiscard]] std::vector<BankBreak> find_bank_breaks(std::span<const BankMovement> movements);

}  // namespace cofferdam::report
