// SPDX-License-Identifier: Apache-2.0
//
// The part of the hledger journal format that books can be taken over from: transactions with a
// date, status, code, description and comment; postings with an account, an amount in one commodity
// and a balance assertion; one amount per transaction may be left out. Directives that only
// describe (account, commodity, payee, tag, decimal-mark ., P, D) and comment blocks are read over.
//
// Refused, by name and with file and line: prices of postings (@, @@, {}), virtual postings,
// periodic and automatic transactions, include, aliases, and every other directive: to read over
// them would take over other books than the author's.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/int128.h"
#include "cofferdam/base/time.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::report {

// value / 10^scale of a commodity, as it was written.
struct JournalAmount {
  base::i128 value = 0;
  unsigned scale = 0;
  std::string commodity;

  friend bool operator==(const JournalAmount&, const JournalAmount&) = default;
};

struct JournalPosting {
  std::size_t line = 0;
  std::string account;
  JournalAmount amount;
  bool inferred = false;  // the amount was left out
  std::optional<JournalAmount> assertion;
  std::string comment;
};

struct JournalTransaction {
  std::size_t line = 0;
  base::Date date;
  std::string code;
  std::string description;
  std::string comment;
  std::vector<JournalPosting> postings;
};

struct HledgerLimits {
  std::size_t line_bytes = 16'384;
  std::size_t transactions = 10'000'000;
  std::size_t postings = 1'000;  // of one transaction
};

// Transactions in the order of the file; each sums to zero in every commodity.
[[nodiscard]] base::Result<std::vector<JournalTransaction>> read_hledger_journal(
    const std::string& name, std::string_view text, HledgerLimits limits = {});

// The same number at a greater scale; nullopt when it does not fit.
[[nodiscard]] std::optional<base::i128> at_scale(const JournalAmount& amount, unsigned scale);

}  // namespace cofferdam::report
