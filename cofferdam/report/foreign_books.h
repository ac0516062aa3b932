// SPDX-License-Identifier: Apache-2.0
//
// What others have kept, in one form whatever file it came in: transactions of postings over named
// accounts. The readers check each file as a whole; what becomes of it in our books is import.h.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/time.h"
#include "cofferdam/report/hledger_journal.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::report {

// Reason code of what was observed in foreign books and has none of its own.
inline constexpr std::uint16_t kObservedCode = 1004;

struct ForeignPosting {
  std::size_t line = 0;
  std::string account;
  JournalAmount amount;                  // debit positive
  std::string_view account_column = {};  // of a CSV file
};

struct ForeignTransaction {
  std::string key;  // stays the same when the file is read again
  std::size_t line = 0;
  base::Time time;  // when it is booked
  base::Date date;  // the day that it counts for
  std::uint16_t code = kObservedCode;
  base::u128 reference = 0;
  std::string description;
  std::vector<ForeignPosting> postings;
};

struct ForeignBooks {
  std::string file;
  bool has_columns = false;
  std::map<std::string, std::string, std::less<>> headings;  // a column's name in the file
  std::vector<ForeignTransaction> transactions;              // in the order of their time

  // "bank.csv line 7 column amount", for errors; hledger journals have lines only.
  [[nodiscard]] std::string where(std::size_t line, std::string_view column) const;
};

// Of a file, the same with .gz, or standard input for "-".

// An hledger journal. A transaction is known by its `id:` tag, or else by its place in the file; it
// is booked on the first moment of its date. Balance assertions are checked over the file alone.
[[nodiscard]] base::Result<ForeignBooks> read_foreign_hledger(const std::string& path);

// CSV, one transfer a record, in the columns of kImportColumns; `headings` names those that are
// called otherwise in the file.
[[nodiscard]] base::Result<ForeignBooks> read_foreign_csv(
    const std::string& path, const std::map<std::string, std::string, std::less<>>& headings);

struct ImportColumn {
  std::string_view name;
  bool required = false;
  std::string_view doc;
};

inline constexpr std::array<ImportColumn, 10> kImportColumns{{
    {"id", false, "what the transfer is known by; else its place in the file"},
    {"date", false, "the day that it counts for; this or time is needed"},
    {"time", false, "when it is booked; else the first moment of its date"},
    {"debit_account", true, "name of the account that is debited"},
    {"credit_account", true, "name of the account that is credited"},
    {"asset", true, "code of what moves"},
    {"amount", true, "decimal text above zero, exact in the asset's scale"},
    {"code", false, "reason, 1 to 65535; else 1004"},
    {"reference", false, "a number of 128 bits, or a text that is hashed to one"},
    {"description", false, "in words, for the report; not booked"},
}};

// A name as it stands in a pattern, in which '*' stands for anything.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view name);

// First 16 bytes of SHA-256 of a text that is no number, the number itself of one that is; 0 when
// empty.
[[nodiscard]] base::u128 reference_of(std::string_view text);

}  // namespace cofferdam::report
