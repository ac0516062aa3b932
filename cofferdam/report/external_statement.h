// SPDX-License-Identifier: Apache-2.0
//
// A statement as a file has it, before anything is known of the books: amounts are decimal text,
// assets are what the file calls them.
//
// Two forms are read and written. camt.053 (ISO 20022, versions 001.02 to 001.13) is what banks and
// some custodians send: one `Stmt` for each account and currency, balances OPBD, CLBD and CLAV, one
// `Ntry` for each movement. The CSV twin has the same fields, one line for each balance and entry.
//
// XML is read with expat, in one pass. Refused, each with its line: a document type (and with it
// every entity that could be expanded or fetched), elements nested deeper than 32, text longer than
// 4,096 bytes, files above 64 MiB, more than 1,000 statements or 8,190 entries of one.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/time.h"
#include "cofferdam/books/reconciliation/statement.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::report {

inline constexpr std::size_t kStatementFileBytesMax = std::size_t{64} << 20;
inline constexpr std::size_t kStatementsOfFileMax = 1'000;

struct ExternalEntry {
  std::string asset;
  std::string amount;  // signed
  reconciliation::EntryKind kind = reconciliation::EntryKind::payment;
  std::string reference;
  std::string our_reference;
  base::Time booked;
  std::string balance;  // empty: not stated
  std::size_t line = 0;
};

struct ExternalBalance {
  std::string asset;
  std::string opening;  // signed, empty: not stated
  std::string closing;
  std::string available;
  std::size_t line = 0;
};

struct ExternalStatement {
  std::string id;
  std::string account;  // IBAN, or another id of the account; empty: not named
  base::Time as_of;
  std::vector<ExternalBalance> balances;
  std::vector<ExternalEntry> entries;
  std::size_t not_booked = 0;  // entries that are pending or for information, passed over
  std::size_t line = 0;
};

// `name` stands in errors.
[[nodiscard]] base::Result<std::vector<ExternalStatement>> read_camt053(const std::string& name,
                                                                        std::string_view text);
[[nodiscard]] base::Result<std::vector<ExternalStatement>> read_statement_csv(
    const std::string& name, std::string text);

// camt.053.001.08 of statements that each have one balance with opening and closing.
[[nodiscard]] std::string write_camt053(const std::vector<ExternalStatement>& statements,
                                        const std::string& message, base::Time created);
[[nodiscard]] std::string write_statement_csv(const std::vector<ExternalStatement>& statements);

// Text as XML has it in an element; characters that XML 1.0 cannot hold become '?'.
[[nodiscard]] std::string xml_text(std::string_view text);

}  // namespace cofferdam::report
